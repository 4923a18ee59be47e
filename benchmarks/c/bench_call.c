/* What a call costs at the least: value and gradient by hand, as an extension module of Python.
 *
 * Each function takes what steepest takes (floats, or an array of float64 that is checked for type,
 * dimensions and layout) and gives what steepest gives: a float with a new array, or with a tuple.
 */
#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>
#include <math.h>

/* n² + 3e² + sin(3n)·e */
static inline double hill(double n, double e, double *along, double *across)
{
    double sine = sin(3 * n), cosine = cos(3 * n);
    *along = 2 * n + 3 * e * cosine;
    *across = 6 * e + sine;
    return n * n + 3 * e * e + sine * e;
}

static const double *vector(PyObject *given, npy_intp *size)
{
    PyArrayObject *array = (PyArrayObject *)given;
    if (!PyArray_CheckExact(given) || PyArray_TYPE(array) != NPY_DOUBLE ||
        PyArray_NDIM(array) != 1 || !PyArray_ISCARRAY_RO(array)) {
        PyErr_SetString(PyExc_TypeError, "give an array of float64 with one dimension");
        return NULL;
    }
    *size = PyArray_DIM(array, 0);
    return PyArray_DATA(array);
}

/* (value, array), both of which this takes over */
static PyObject *pair(double value, PyObject *array)
{
    PyObject *number = PyFloat_FromDouble(value), *both = PyTuple_New(2);
    if (!number || !both || !array) {
        Py_XDECREF(number);
        Py_XDECREF(both);
        Py_XDECREF(array);
        return NULL;
    }
    PyTuple_SET_ITEM(both, 0, number);
    PyTuple_SET_ITEM(both, 1, array);
    return both;
}

static PyObject *call_array(PyObject *self, PyObject *given)
{
    npy_intp size;
    const double *x = vector(given, &size);
    if (!x)
        return NULL;
    if (size != 2) {
        PyErr_SetString(PyExc_TypeError, "give two numbers");
        return NULL;
    }
    PyObject *slope = PyArray_EMPTY(1, &size, NPY_DOUBLE, 0);
    if (!slope)
        return NULL;
    double *out = PyArray_DATA((PyArrayObject *)slope);
    return pair(hill(x[0], x[1], out, out + 1), slope);
}

static PyObject *call_floats(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    if (count != 2 || !PyFloat_CheckExact(given[0]) || !PyFloat_CheckExact(given[1])) {
        PyErr_SetString(PyExc_TypeError, "give two floats");
        return NULL;
    }
    double along, across;
    double value = hill(PyFloat_AS_DOUBLE(given[0]), PyFloat_AS_DOUBLE(given[1]), &along, &across);
    PyObject *first = PyFloat_FromDouble(along), *second = PyFloat_FromDouble(across);
    PyObject *slopes = PyTuple_New(2);
    if (!first || !second || !slopes) {
        Py_XDECREF(first);
        Py_XDECREF(second);
        Py_XDECREF(slopes);
        return NULL;
    }
    PyTuple_SET_ITEM(slopes, 0, first);
    PyTuple_SET_ITEM(slopes, 1, second);
    return pair(value, slopes);
}

/* the sum of 100 (y − x²)² + (1 − x)² over neighbours x, y */
static PyObject *rosenbrock(PyObject *self, PyObject *given)
{
    npy_intp size;
    const double *x = vector(given, &size);
    PyObject *slope = x ? PyArray_EMPTY(1, &size, NPY_DOUBLE, 0) : NULL;
    if (!slope)
        return NULL;
    double *out = PyArray_DATA((PyArrayObject *)slope), value = 0, before = 0;
    for (npy_intp i = 0; i + 1 < size; i++) {
        double inside = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
        value += 100 * inside * inside + rest * rest;
        out[i] = before - 400 * x[i] * inside - 2 * rest;
        before = 200 * inside;
    }
    if (size)
        out[size - 1] = before;
    return pair(value, slope);
}

static PyObject *hessian(PyObject *self, PyObject *given)
{
    npy_intp size;
    const double *x = vector(given, &size);
    npy_intp shape[2] = {size, size};
    PyObject *bent = x ? PyArray_ZEROS(2, shape, NPY_DOUBLE, 0) : NULL;
    if (!bent)
        return NULL;
    double *out = PyArray_DATA((PyArrayObject *)bent);
    for (npy_intp i = 0; i + 1 < size; i++, out += size + 1) {
        out[0] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
        out[1] = out[size] = -400 * x[i];
        out[size + 1] = 200;
    }
    return bent;
}

static PyMethodDef methods[] = {
    {"call_array", call_array, METH_O, NULL},
    {"call_floats", (PyCFunction)(void (*)(void))call_floats, METH_FASTCALL, NULL},
    {"rosenbrock", rosenbrock, METH_O, NULL},
    {"hessian", hessian, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bench_call", NULL, -1, methods};

PyMODINIT_FUNC PyInit_bench_call(void)
{
    import_array();
    return PyModule_Create(&module);
}
