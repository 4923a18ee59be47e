"""Linear algebra: slopes against the complex step where the code allows it, against closed forms
where it does not; both modes; second order.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import steepest as st

RNG = np.random.default_rng(3)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
B = RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3)
S = A @ A.T + np.eye(3)
W = RNG.normal(size=(3, 3))
V = RNG.normal(size=3)


def summed(f):
    """One number out of whatever f gives, different weights for different entries."""
    return lambda *x: np.sum(
        np.cos(np.arange(np.size(f(*x))) + 1.0).reshape(np.shape(f(*x))) * f(*x)
    )


def complex_step(f, x):
    found = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[at] += 1e-30j
        found[at] = np.imag(f(moved)) / 1e-30
    return found


ANALYTIC = {
    "inv": (np.linalg.inv, A),
    "inv of a batch": (np.linalg.inv, B),
    "solve, by the matrix": (lambda a: np.linalg.solve(a, V), A),
    "solve, by the right side": (lambda b: np.linalg.solve(A, b), V),
    "solve, several right sides": (lambda b: np.linalg.solve(A, b), W),
    "solve, a batch of matrices": (lambda a: np.linalg.solve(a, W), B),
    "solve, one vector for a batch": (lambda b: np.linalg.solve(B, b), V),
    "det": (np.linalg.det, A),
    "det of a batch": (np.linalg.det, B),
    "trace of a product": (lambda a: np.einsum("ij,ji->", a, W), A),
    "einsum, implicit": (lambda a: np.einsum("ij,jk", a, W), A),
    "einsum, a diagonal": (lambda a: np.einsum("ii->i", a), A),
    "einsum, summed alone": (lambda a: np.einsum("ij,k->k", a, V), A),
    "einsum, dots": (lambda b: np.einsum("...ij,j->...i", b, V), B),
    "einsum, the same twice": (lambda a: np.einsum("ij,ij->i", a, a), A),
    "einsum, three": (lambda a: np.einsum("i,ij,j->", V, a, V), A),
}


@pytest.mark.parametrize("name", ANALYTIC)
def test_analytic_functions_against_the_complex_step(name):
    f, x = ANALYTIC[name]
    g = summed(f)
    slope = st.grad(g, strict=True)
    assert slope(x) == pytest.approx(complex_step(g, x), rel=1e-11, abs=1e-12)
    assert slope.tracing.exact
    direction = RNG.normal(size=x.shape)
    _, change = st.jvp(g, (x,), (direction,))
    assert change == pytest.approx(np.sum(slope(x) * direction), rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("name", ["inv", "solve, by the matrix", "det", "einsum, the same twice"])
def test_second_order(name):
    f, x = ANALYTIC[name]
    g = summed(f)
    v = RNG.normal(size=x.shape)
    h = 1e-5
    expected = (st.grad(g)(x + h * v) - st.grad(g)(x - h * v)) / (2 * h)
    assert st.hvp(g, x, v) == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_the_logarithm_of_a_determinant():
    f = lambda a: np.linalg.slogdet(a)[1]  # noqa: E731
    assert f(A) == np.linalg.slogdet(A)[1]
    assert st.grad(f, strict=True)(A) == pytest.approx(np.linalg.inv(A).T, rel=1e-12)
    assert st.grad(lambda a: np.linalg.slogdet(a).sign * np.linalg.slogdet(a).logabsdet)(
        -A
    ) == pytest.approx(np.linalg.slogdet(-A)[0] * np.linalg.inv(-A).T, rel=1e-12)


def test_a_singular_matrix_has_a_slope_of_its_determinant():
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert st.grad(np.linalg.det)(a) == pytest.approx(np.array([[4.0, -2.0], [-2.0, 1.0]]))


def from_lower(a):
    return np.tril(a) + np.tril(a, -1).T


def differences(f, x, h=1e-6):
    found = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[at] += h
        down[at] -= h
        found[at] = (f(up) - f(down)) / (2 * h)
    return found


SYMMETRIC = {
    "cholesky": np.linalg.cholesky,
    "cholesky, upper": lambda a: np.linalg.cholesky(a.T, upper=True),
    "eigenvalues": np.linalg.eigvalsh,
    "eigh, values": lambda a: np.linalg.eigh(a)[0],
    "eigh, a function of the matrix": lambda a: (lambda w, v: v * np.exp(w / 5) @ v.T)(
        *np.linalg.eigh(a)
    ),
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_matrices_against_differences(name):
    """Entry by entry, as NumPy reads them: the other triangle changes nothing."""
    f = summed(SYMMETRIC[name])
    slope = st.grad(f, strict=True)
    assert slope(S) == pytest.approx(differences(f, S), rel=1e-6, abs=1e-7)
    assert slope.tracing.exact


def test_cholesky_gives_the_slope_of_a_log_determinant():
    def f(t):
        low = np.linalg.cholesky(S + t * np.eye(3))
        return 2 * np.sum(np.log(np.diag(low)))

    assert st.grad(f)(0.5) == pytest.approx(np.trace(np.linalg.inv(S + 0.5 * np.eye(3))), rel=1e-12)
    assert st.grad(st.grad(f))(0.5) == pytest.approx(
        -np.trace(np.linalg.matrix_power(np.linalg.inv(S + 0.5 * np.eye(3)), 2)), rel=1e-10
    )


def test_equal_eigenvalues_have_finite_slopes_of_symmetric_functions():
    f = lambda a: np.sum(np.linalg.eigvalsh(a) ** 2)  # noqa: E731
    assert st.grad(f)(2 * np.eye(3)) == pytest.approx(4 * np.eye(3))


def test_what_has_no_row_is_flagged():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        g = st.grad(lambda a: np.sum(np.linalg.eigvals(a).real))
        assert g(A) == pytest.approx(np.eye(3), abs=1e-6)
    assert g.tracing.exact is False


def test_least_squares():
    a, b = RNG.normal(size=(6, 3)), RNG.normal(size=6)

    def f(a, b):
        y, residuals, rank, singular = np.linalg.lstsq(a, b, rcond=None)
        return np.sum(np.cos(y)) + residuals[0] + rank * singular[0]

    slopes = st.grad(f, argnums=(0, 1), strict=True)
    by_matrix, by_right = slopes(a, b)
    assert by_matrix == pytest.approx(differences(lambda a: f(a, b), a), rel=1e-6, abs=1e-7)
    assert by_right == pytest.approx(differences(lambda b: f(a, b), b), rel=1e-6, abs=1e-7)
    assert slopes.tracing.exact


TABLE = np.array([0.0, 1.0, 2.5, 4.0])
HEIGHTS = np.array([1.0, 3.0, 2.0, 5.0])
PLACES = np.array([-1.0, 0.3, 1.7, 2.6, 3.9, 7.0])


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.interp(x, TABLE, HEIGHTS), PLACES),
        (lambda y: np.interp(PLACES, TABLE, y), HEIGHTS),
        (lambda t: np.interp(PLACES, t, HEIGHTS), TABLE),
        (lambda x: np.interp(x, TABLE, HEIGHTS, left=-7.0, right=9.0), PLACES),
        (lambda a: np.convolve(a, V), PLACES),
        (lambda v: np.convolve(PLACES, v, "same"), V),
        (lambda v: np.convolve(PLACES, v, mode="valid"), V),
        (lambda a: np.convolve(V, a, mode="same"), PLACES),
    ],
)
def test_tables_and_convolutions(f, x):
    g = summed(f)
    slope = st.grad(g, strict=True)
    assert slope(x) == pytest.approx(differences(g, x), rel=1e-6, abs=1e-7)
    assert slope.tracing.exact
