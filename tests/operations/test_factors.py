"""Linear algebra, NumPy's and SciPy's: values to the bit; slopes of every way to factor and to
solve against extrapolated differences; both modes; second order; batches; float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

import steepest as st
from tests.extrapolation import extrapolated

RNG = np.random.default_rng(5)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
BATCH = RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3)
BIG = RNG.normal(size=(4, 4)) + 3 * np.eye(4)
TALL, WIDE = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))
S = A @ A.T + np.eye(3)
V, W = RNG.normal(size=3), RNG.normal(size=(3, 2))

# name: (function, point). Vectors whose signs LAPACK chooses are used in ways that do not ask.
FUNCTIONS: dict[str, tuple[Any, np.ndarray]] = {
    "det, 2": (np.linalg.det, A[:2, :2]),
    "det, 3": (np.linalg.det, A),
    "det, 4": (np.linalg.det, BIG),
    "det, a batch": (np.linalg.det, BATCH),
    "det, negative, 4": (np.linalg.det, BIG[[1, 0, 2, 3]]),
    "det, negative, 5": (np.linalg.det, RNG.normal(size=(5, 5))),
    "scipy det": (sl.det, A),
    "scipy inv": (sl.inv, A),
    "pinv, tall": (np.linalg.pinv, TALL),
    "pinv, wide": (np.linalg.pinv, WIDE),
    "pinv, a batch": (np.linalg.pinv, BATCH),
    "scipy pinv": (sl.pinv, TALL),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, 3), A),
    "matrix_power, negative": (lambda a: np.linalg.matrix_power(a, -2), A),
    "multi_dot": (lambda a: np.linalg.multi_dot([a, TALL.T, TALL, a]), A),
    "cond": (np.linalg.cond, A),
    "cond, -2": (lambda a: np.linalg.cond(a, -2), A),
    "cond, fro": (lambda a: np.linalg.cond(a, "fro"), A),
    "cond, 1": (lambda a: np.linalg.cond(a, 1), A),
    **{f"norm {p}": (lambda a, p=p: np.linalg.norm(a, p), A)
       for p in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)},
    **{f"vector norm {p}": (lambda v, p=p: np.linalg.norm(v, p), V)
       for p in (None, 1, 2, 3, 0.5, -1, np.inf, -np.inf)},
    "norm of rows": (lambda a: np.linalg.norm(a, axis=1), A),
    "norm of rows, 3": (lambda a: np.linalg.norm(a, 3, axis=-1, keepdims=True), A),
    "norm of a batch, nuc": (lambda a: np.linalg.norm(a, "nuc", axis=(1, 2)), BATCH),
    "scipy norm": (lambda a: sl.norm(a, 1), A),
    "trace, offset": (lambda a: np.trace(a, 1), A),
    "trace, axes": (lambda a: np.trace(a, axis1=1, axis2=2), BATCH),
    "kron": (lambda a: np.kron(a, W), A),
    "cross": (lambda a: np.cross(a, V), A),
    "cross, axes": (lambda a: np.cross(a, A, axis=0), A.T),
    "tensordot": (lambda a: np.tensordot(a, W, 1), BATCH),
    "tensordot, axes": (lambda a: np.tensordot(a, W, ([1], [0])), BATCH),
    "vdot": (lambda a: np.vdot(a, A.T), A),
    "inner": (lambda a: np.inner(a, A.T), A),
    "svd, values": (lambda a: np.linalg.svd(a)[1], TALL),
    "svd, values alone": (lambda a: np.linalg.svd(a, compute_uv=False), WIDE),
    "svd, a batch": (lambda a: np.linalg.svd(a).S, BATCH),
    "svd, low rank": (lambda a: (lambda u, s, v: u[:, :1] * s[:1] @ v[:1])(
        *np.linalg.svd(a, full_matrices=False)), TALL),
    "svd, low rank, wide": (lambda a: (lambda u, s, v: u[:, :1] * np.sin(s[:1]) @ v[:1])(
        *np.linalg.svd(a, full_matrices=False)), WIDE),
    "svd, projector on the rest": (lambda a: (lambda u, s, v: u[:, 3:] @ u[:, 3:].T)(
        *np.linalg.svd(a)), TALL),
    "scipy svd": (lambda a: (lambda u, s, v: u[:, :2] * s[:2] @ v[:2])(*sl.svd(a)), A),
    "scipy svdvals": (sl.svdvals, TALL),
    "qr, R": (lambda a: np.linalg.qr(a)[1], A),
    "qr, Q": (lambda a: np.linalg.qr(a)[0], TALL),
    "qr, R alone": (lambda a: np.linalg.qr(a, mode="r"), TALL),
    "qr, wide": (lambda a: np.linalg.qr(a).Q @ np.sin(np.linalg.qr(a).R), WIDE),
    "qr, a batch": (lambda a: np.linalg.qr(a)[0], BATCH),
    "scipy qr": (lambda a: sl.qr(a, mode="economic")[0], TALL),
    "scipy qr, square": (lambda a: sl.qr(a)[1], A),
    "eigvalsh, upper": (lambda a: np.linalg.eigvalsh(a, "U"), S),
    "eigh, upper": (lambda a: (lambda w, v: v * np.exp(w / 5) @ v.T)(*np.linalg.eigh(a, "U")), S),
    "scipy eigh": (lambda a: (lambda w, v: v * np.exp(w / 5) @ v.T)(*sl.eigh(a)), S),
    "scipy eigh, upper, values": (lambda a: sl.eigh(a, lower=False, eigvals_only=True), S),
    "scipy eigvalsh": (sl.eigvalsh, S),
    "cholesky": (np.linalg.cholesky, S),
    "cholesky, upper": (lambda a: np.linalg.cholesky(a, upper=True), S),
    "scipy cholesky": (sl.cholesky, S),
    "scipy cholesky, lower": (lambda a: sl.cholesky(a, lower=True), S),
    "scipy cho_factor": (lambda a: sl.cho_factor(a)[0], S),
    "scipy cho_solve": (lambda a: sl.cho_solve(sl.cho_factor(a, lower=True), V), S),
    "scipy cho_solve, upper": (lambda a: sl.cho_solve(sl.cho_factor(a), W), S),
    "scipy solve": (lambda a: sl.solve(a, V), A),
    "scipy solve, right": (lambda b: sl.solve(A, b), W),
    "scipy solve, transposed": (lambda a: sl.solve(a, V, transposed=True), A),
    "scipy solve, sym": (lambda a: sl.solve(a, V, assume_a="sym"), S),
    "scipy solve, pos, lower": (lambda a: sl.solve(a, W, assume_a="pos", lower=True), S),
    "solve_triangular": (lambda a: sl.solve_triangular(a, V), A),
    "solve_triangular, lower": (lambda a: sl.solve_triangular(a, W, lower=True), A),
    "solve_triangular, unit": (lambda a: sl.solve_triangular(a, V, unit_diagonal=True), A),
    "solve_triangular, flipped": (lambda a: sl.solve_triangular(a, V, trans="T"), A),
    "solve_triangular, right": (lambda b: sl.solve_triangular(A, b, lower=True), V),
    "scipy lstsq": (lambda a: sl.lstsq(a, np.arange(4.0))[0], TALL),
    "scipy expm": (sl.expm, A),
    "scipy expm, a batch": (sl.expm, BATCH),
    "scipy expm, along a line": (lambda t: sl.expm(t[0] * A) @ V, np.array([0.7])),
    "scipy expm, of a nilpotent": (sl.expm, np.triu(A, 1)),
    "scipy lu_factor": (lambda a: sl.lu_factor(a)[0], BIG),
    "scipy lu": (lambda a: sl.lu(a)[1] @ np.sin(sl.lu(a)[2]), BIG[[2, 0, 3, 1]]),
    "scipy lu, permuted": (lambda a: sl.lu(a, permute_l=True)[0], BIG[[2, 0, 3, 1]]),
    "scipy lu_solve": (lambda a: sl.lu_solve(sl.lu_factor(a), V), A[[1, 2, 0]]),
    "scipy lu_solve, flipped": (lambda a: sl.lu_solve(sl.lu_factor(a), W, 1), A[[1, 2, 0]]),
    "scipy lu_solve, right": (lambda b: sl.lu_solve(sl.lu_factor(A), b), W),
    "tensorsolve": (lambda a: np.linalg.tensorsolve(a, V), A),
    "tensorinv": (lambda a: np.linalg.tensorinv(a, ind=1), A),
}  # fmt: skip
NAMES = list(FUNCTIONS)


def slopes(name: str) -> tuple[Any, np.ndarray, np.ndarray]:
    f, x = FUNCTIONS[name]
    g = st.jacobian(f)
    found = g(x)
    assert g.tracing.exact, g.tracing.reasons
    return f, x, found


@pytest.mark.parametrize("name", NAMES)
def test_slopes(name: str) -> None:
    f, x, found = slopes(name)
    expected = extrapolated(f, x)
    scale = max(1.0, float(np.max(np.abs(expected))))
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8 * scale)
    direction = np.cos(np.arange(x.size) + 1.0).reshape(x.shape)
    value, along = st.jvp(f, (x,), (direction,))
    assert np.asarray(value).tobytes() == np.asarray(f(x)).tobytes()
    product = np.tensordot(found, direction, x.ndim)
    np.testing.assert_allclose(along, product, rtol=1e-9, atol=1e-9 * scale)


@pytest.mark.parametrize("name", NAMES)
def test_second_slopes(name: str) -> None:
    f, x = FUNCTIONS[name]
    weights = np.sin(np.arange(np.size(f(x))) + 1.0).reshape(np.shape(f(x)))
    direction = np.cos(np.arange(x.size) + 1.0).reshape(x.shape)
    slope = st.grad(lambda a: np.sum(weights * f(a)))
    expected = extrapolated(lambda t: slope(x + t * direction), np.zeros(1))[..., 0]
    found = st.hvp(lambda a: np.sum(weights * f(a)), x, direction)
    scale = max(1.0, float(np.max(np.abs(expected))))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7 * scale)


@pytest.mark.parametrize("name", [n for n in NAMES if "tensor" not in n])
def test_float32(name: str) -> None:
    """Values of NumPy's own dtype, and slopes that are those of float64 to float32's digits."""
    f, x = FUNCTIONS[name]
    value, pull = st.vjp(f, x.astype(np.float32))
    plain = np.asarray(f(x.astype(np.float32)))
    assert np.asarray(value).dtype == plain.dtype
    assert np.asarray(value).tobytes() == plain.tobytes()
    weights = np.sin(np.arange(plain.size) + 1.0).reshape(plain.shape)
    (found,) = pull(weights.astype(plain.dtype))
    assert found.dtype == np.float32
    (expected,) = st.vjp(f, x)[1](weights)
    scale = max(1.0, float(np.max(np.abs(expected))))
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3 * scale)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_second_slopes_of_the_determinant_of_a_singular_matrix(n: int) -> None:
    """The Hessian of a determinant is made of minors: polynomials, whatever the rank."""
    rng = np.random.default_rng(n)
    for rank in range(n):
        a = rng.integers(-3, 4, (n, rank)) @ rng.integers(-3, 4, (rank, n)) * 1.0
        found = st.hessian(np.linalg.det)(a)
        expected = np.zeros((n, n, n, n))
        for i in range(n):
            for j in range(n):
                for k in set(range(n)) - {i}:
                    for m in set(range(n)) - {j}:
                        minor = np.delete(np.delete(a, [i, k], 0), [j, m], 1)
                        rest = 1.0 if n == 2 else np.linalg.det(minor)
                        swaps = (k > i) + (m > j)  # what is deleted first shifts what comes after
                        expected[i, j, k, m] = (-1) ** (i + j + k + m + swaps) * rest
        scale = max(1.0, float(np.max(np.abs(expected))))
        np.testing.assert_allclose(found, expected, atol=1e-10 * scale)


def test_the_half_that_is_not_read_has_no_slope() -> None:
    for f, other in (
        (lambda a: sl.solve_triangular(a, V).sum(), np.tril(np.ones((3, 3)), -1)),
        (lambda a: sl.solve_triangular(a, V, lower=True).sum(), np.triu(np.ones((3, 3)), 1)),
        (lambda a: sl.cholesky(a).sum(), np.tril(np.ones((3, 3)), -1)),
        (lambda a: sl.solve(a, V, assume_a="sym").sum(), np.tril(np.ones((3, 3)), -1)),
        (lambda a: np.linalg.eigvalsh(a, "U").sum(), np.tril(np.ones((3, 3)), -1)),
    ):
        found = st.grad(f)(S)
        assert np.all(found[other == 1] == 0)
        assert np.all(found[np.eye(3) == 1] != 0)


def test_equal_singular_values_have_slopes_of_symmetric_functions() -> None:
    f = lambda a: np.sum(np.linalg.svd(a, compute_uv=False) ** 2)  # noqa: E731
    assert st.grad(f)(2 * np.eye(3)) == pytest.approx(4 * np.eye(3))
