"""Small functions that fill, view and write arrays, each said again in scalars for mpmath."""

from __future__ import annotations

import numpy as np
from numpy import array, sin, zeros
from numpy import sqrt as root

from tests.sources.capture.corpus import program


@program(lambda mp, a, b, c: a**2 * mp.sin(a) + b**2 * mp.sin(b) + c**2 * mp.sin(c))
def fill_an_empty_array(x):
    out = np.empty(3)
    for i in range(3):
        out[i] = x[i] ** 2 * np.sin(x[i])
    return out.sum()


@program(lambda mp, a, b, c: a**2 * b + a**2)
def one_array_with_two_names(x):
    a = np.zeros(3)
    b = a
    b[0] = x[0] ** 2
    a[1] = b[0] * x[1]
    return b[1] + a[0]


@program(lambda mp, a, b, c: a * b + 2 * b + 3 * c * b + 5 * a)
def write_through_a_view(x):
    a = np.array([1.0, 2.0, 3.0]) * x
    v = a[::2]
    v *= x[1]
    v[1] += 5 * x[0]
    return a.sum()


@program(lambda mp, a, b, c: (a + 2 * c**2) * (a + b + c + a**2 + b**2 + c**2))
def write_through_a_transpose(x):
    m = np.zeros((3, 2))
    t = m.T
    t[0] = x
    t[1, ::-1] = x**2
    return (m @ np.array([1.0, 2.0]))[0] * m.sum()


@program(lambda mp, a, b, c: mp.sin(a) * c + mp.sqrt(-b))
def names_imported_from_numpy(x):
    out = zeros(2)
    out[0] = sin(x[0])
    out[1] = root(abs(x[1]))
    return out @ array([x[2], 1.0])


@program(lambda mp, a, b, c: 100 * c**2 + a + 10 * c)
def masks(x):
    y = x.copy()
    y[y < 0] = 0
    y[y > 2] *= 10
    return np.sum(y[np.abs(x) > 1] ** 2) + y.sum()


@program(lambda mp, a, b, c: b / 2 + mp.mpf("0.5"))
def masked_division(x):
    d = np.array([0.0, 2.0, 0.0])
    first = np.divide(x, d, out=np.zeros_like(x), where=d != 0)
    second = np.divide(x, d * x, out=np.zeros_like(x), where=d != 0)
    return first.sum() + second.sum()


@program(lambda mp, a, b, c: (a**2 + c**2) * b**2 + (a + b) + c)
def ufunc_methods(x):
    h = np.zeros(2)
    np.add.at(h, [0, 1, 0], x**2)
    return np.multiply.reduce(h) + np.add.accumulate(x)[1] + np.maximum.reduce(x)


@program(lambda mp, a, b, c: (a + 1) + (a * c + 2 * b) + mp.sqrt(a * a + b * b))
def lists_mixed_with_arrays(x):
    return (
        (np.ones(2) * [x[0], 1.0]).sum()
        + np.dot([x[0], x[1]], [x[2], 2.0])
        + np.linalg.norm([x[0], x[1]])
    )


@program(lambda mp, a, b, c: 2 * a - 3 * b + 6 * c)
def integers_cut_off(x):
    k = np.zeros(3, dtype=int)
    k[:] = x * 3
    return np.sum(k * x)


@program(lambda mp, a, b, c: b**2 + c**2)
def the_last_of_two_writes_wins(x):
    a = np.zeros(3)
    a[[0, 0, 2]] = x
    return (a**2).sum()


@program(lambda mp, a, b, c: b + 10 * c + 100 * a * a)
def swaps(x):
    a = np.array([x[0], x[1], x[2]])
    a[0], a[1] = a[1], a[0]
    a[[1, 2]] = a[[2, 1]]
    return a[0] * 1 + a[1] * 10 + a[2] * 100 * x[0]


@program(lambda mp, a, b, c: _solved(mp, a, b, c))
def gaussian_elimination(x):
    A = np.array([[4.0, x[0], 1.0], [x[0], 5.0, x[1]], [1.0, x[1], 6.0]])
    b = np.array([1.0, x[2], 2.0])
    n = 3
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        A[[k, p]] = A[[p, k]]
        b[[k, p]] = b[[p, k]]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            b[i] -= m * b[k]
    s = np.zeros(n)
    for k in range(n - 1, -1, -1):
        s[k] = (b[k] - A[k, k + 1 :] @ s[k + 1 :]) / A[k, k]
    return s @ s


def _solved(mp, a, b, c):
    s = mp.lu_solve(mp.matrix([[4, a, 1], [a, 5, b], [1, b, 6]]), mp.matrix([1, c, 2]))
    return sum(v * v for v in s)


@program(lambda mp, a, b, c: (a + 1) ** 2 + (b + 1) ** 2 + (c + 1) ** 2)
def a_default_array_as_workspace(x, workspace=np.zeros(3)):  # noqa: B008  (people do)
    workspace[...] = x
    workspace += 1
    return (workspace * workspace).sum()


@program(lambda mp, a, b, c: mp.sqrt(a) + mp.sqrt(c))
def where_with_nan_in_the_other_branch(x):
    with np.errstate(invalid="ignore"):
        return np.where(x > 0, np.sqrt(x), 0.0).sum()


@program(
    lambda mp, a, b, c: (
        sum((v - (a + b + c) / 3) ** 2 for v in (a, b, c)) / 3 + _spread(mp, a, b, c)
    )
)
def reductions_with_axes(x):
    m = np.add.outer(x, x)
    return np.var(x) + m.mean(axis=0, keepdims=True).std()


def _spread(mp, a, b, c):
    mean = (a + b + c) / 3
    return mp.sqrt(sum((v - mean) ** 2 for v in (a, b, c)) / 3)


@program(lambda mp, a, b, c: (c + b) * a * b * c + c)
def running_totals(x):
    return np.cumsum(x[::-1])[1] * np.cumprod(x)[-1] + np.max(np.abs(x))


@program(lambda mp, a, b, c: (a**2 + 1) ** 2 + (b**2 + 1) * b**2 + c**2 * (c**2 + 1) - a**2 - 1)
def outputs_given_as_views(x):
    rows = np.zeros((2, 3))
    np.multiply(x, x, out=rows[1])
    np.add(rows[1], 1.0, rows[0])
    return rows[0] @ rows[1]


@program(lambda mp, a, b, c: 8 * a + 9 * b)
def an_index_computed_from_data(x):
    table = np.array([7.0, 8.0, 9.0])
    k = int(x[2])
    return table[k - 1] * x[0] + table[np.argmax(x)] * x[1]


@program(lambda mp, a, b, c: (a**2 + b**2 + c**2) + 4 * c * c + a * b)
def split_stack_and_concatenate(x):
    left, right = np.split(np.concatenate([x, x * 2]), 2)
    m = np.stack([left, right], axis=1)
    return (
        (m[:, 0] ** 2).sum()
        + m[2, 1] ** 2
        + np.hstack([x[:1] * x[1:2], [0.0]]).sum()
        + np.roll(x, 1)[0]
        - x[2]
    )


@program(lambda mp, a, b, c: c**2 + 10 * b**2 + 100 * a**2 + a * b)
def fill_backwards(x):
    out = np.zeros(3)
    for i in range(2, -1, -1):
        out[2 - i] = x[i] ** 2
    back = np.empty(2)
    back[1] = x[0]
    back[0] = x[1]
    return out @ np.array([1.0, 10.0, 100.0]) + back[0] * back[1] + (back * [0.0, 0.0]).sum()


@program(lambda mp, a, b, c: 3 * b + 2 * a + 7 * c + a * a)
def write_the_last_element_first(x):
    out = np.zeros(3)
    out[2] = x[2]
    out[0] = x[1]
    out[1] = x[0]
    first = out @ np.array([3.0, 2.0, 7.0])
    out[:] = x
    return first + out[0] ** 2


@program(lambda mp, a, b, c: 2 * (15 * a + 19 * b + 23 * c + 28 * a * b + a**2 + b**2 + c**2))
def axes_turned_round(x):
    block = np.zeros((2, 3, 4))
    turned = block.transpose(2, 0, 1)  # (4, 2, 3)
    turned[3, 1] = x
    turned[0, :, 2] = x[0] * x[1]
    turned[...] = turned * 2
    weights = np.arange(24.0).reshape(2, 3, 4)
    return (turned.transpose(1, 2, 0) * weights).sum() + turned[3, 1] @ x
