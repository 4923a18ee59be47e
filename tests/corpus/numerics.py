"""Numerical methods written by hand, as functions of what goes into them."""

import math
from functools import lru_cache, reduce

import mpmath
import numpy as np

from tests.corpus.register import sample

MATRIX = np.array([[0.1, 2.0, -1.0], [3.0, -0.5, 1.2], [0.4, 1.0, 4.0]])
SPD = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])


# Gaussian elimination with row pivoting, in place, then back substitution
@sample((MATRIX, np.array([1.0, -2.0, 0.5])))
def gauss_pivoting(A, b):
    A, b = A.copy(), b.copy()
    n = len(b)
    for k in range(n - 1):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - np.dot(A[i, i + 1 :], x[i + 1 :])) / A[i, i]
    return x


# cube root by Newton, a fixed number of rounds with an early way out
@sample((5.0,), (0.02,), gradient=lambda a: float(mpmath.cbrt(a) / (3 * mpmath.mpf(a))))
def newton_cube_root(a):
    x = a if a > 1 else 1.0
    for _ in range(60):
        dx = (x**3 - a) / (3 * x**2)
        x -= dx
        if abs(dx) < 1e-15 * abs(x):
            return x
    return x


# composite Simpson, the integrand as an argument of a helper
def simpson(f, a, b, n):
    h = (b - a) / n
    s = f(a) + f(b)
    for i in range(1, n, 2):
        s += 4 * f(a + i * h)
    for i in range(2, n - 1, 2):
        s += 2 * f(a + i * h)
    return s * h / 3


@sample((np.array([0.5, 2.0]),), analytic=True)
def simpson_quadrature(p):
    return simpson(lambda t: np.exp(-p[0] * t) * np.sin(p[1] * t), 0.0, p[1], 8)


# running integral by the trapezoidal rule, then its mean square
@sample((np.array([0.0, 1.0, 0.5, -0.3, 0.8]), 0.25))
def cumulative_trapezoid(y, dx):
    integral = np.zeros_like(y)
    integral[1:] = np.cumsum((y[1:] + y[:-1]) / 2) * dx
    return np.mean(integral**2)


# Horner's scheme
@sample((1.3, [2.0, -1.0, 0.5, 3.0]), (-0.4, [1.0, 0.0, 1.0]), analytic=True,
        gradient=lambda x, c: float(mpmath.diff(lambda t: mpmath.polyval(c, t), x)))  # fmt: skip
def horner(x, coefficients):
    return reduce(lambda acc, c: acc * x + c, coefficients)


# Clenshaw's recursion for a Chebyshev series
@sample(
    (np.array([1.0, 0.5, -0.3, 0.2]), 0.4),
    (np.array([0.0, 1.0, 0.0, 0.1, 0.7]), -0.9),
    analytic=True,
)
def clenshaw(c, x):
    b1 = b2 = 0.0
    for k in range(len(c) - 1, 0, -1):
        b1, b2 = 2 * x * b1 - b2 + c[k], b1
    return x * b1 - b2 + c[0]


# Chebyshev polynomials by recursion with a cache
@sample(
    (0.3, 6), (-0.8, 5), gradient=lambda x, n: float(mpmath.diff(lambda t: mpmath.chebyt(n, t), x))
)
def chebyshev_recursion(x, n):
    @lru_cache(maxsize=None)  # noqa: UP033  (as it was written before there was cache)
    def T(k):
        if k == 0:
            return 1.0
        if k == 1:
            return x
        return 2 * x * T(k - 1) - T(k - 2)

    return T(n)


# tangent by its continued fraction, from the tail
@sample((0.8,), (1.4,), analytic=True)
def continued_fraction_tan(x, depth=12):
    tail = 2 * depth + 1
    for k in range(depth - 1, -1, -1):
        tail = (2 * k + 1) - x**2 / tail
    return x / tail


# incomplete gamma ratio by Lentz's method until it settles
@sample((2.5, 4.0), (0.7, 3.0))
def lentz_gamma_tail(x, a):
    tiny = 1e-300
    x = x + a
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    h = d
    for i in range(1, 200):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        delta = d * c
        h *= delta
        if abs(delta - 1) < 1e-15:
            break
    return h * math.exp(-x) * x**a


# secant method with a break; the root polished once by Newton
@sample((2.0,), (0.3,), gradient=lambda c: _cosine_root_by_hand(c))
def secant_root(c):
    def f(x):
        return math.cos(x) - c * x

    x0, x1 = 0.0, 1.0
    for _ in range(50):
        f0, f1 = f(x0), f(x1)
        if f1 == f0:
            break
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
        if abs(x1 - x0) < 1e-9:
            break
    return x1 - f(x1) / (-math.sin(x1) - c)


def _cosine_root_by_hand(c):
    with mpmath.workdps(30):
        x = mpmath.findroot(lambda t: mpmath.cos(t) - mpmath.mpf(c) * t, 1)
        return float(-x / (mpmath.sin(x) + c))


# bisection: a number of halvings of a bracket that moves with the parameter
@sample((3.0,), (7.7, 5))
def bisection_halvings(c, halvings=8):
    lo, hi = 0.0, c
    count = 0
    while count < halvings:
        mid = 0.5 * (lo + hi)
        if mid * mid > c:
            hi = mid
        else:
            lo = mid
        count += 1
    return 0.5 * (lo + hi)


# largest eigenvalue by power iteration with a Rayleigh quotient
@sample((SPD,))
def power_iteration(A):
    v = np.ones(A.shape[0])
    for _ in range(25):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


# modified Gram-Schmidt in place; diagonal of R
@sample((MATRIX,))
def gram_schmidt(A):
    Q = A.copy()
    n = Q.shape[1]
    R = np.zeros((n, n))
    for j in range(n):
        for i in range(j):
            R[i, j] = Q[:, i] @ Q[:, j]
            Q[:, j] -= R[i, j] * Q[:, i]
        R[j, j] = np.sqrt(Q[:, j] @ Q[:, j])
        Q[:, j] /= R[j, j]
    return np.log(np.abs(np.diag(R))).sum() + Q[0, 1]


# Thomas' algorithm for a tridiagonal system, coefficients overwritten
@sample(
    (np.array([4.0, 3.5, 5.0, 4.2]), np.array([1.0, -0.5, 0.7]), np.array([1.0, 2.0, 0.0, -1.0]))
)
def thomas(diagonal, off, rhs):
    n = len(diagonal)
    c, d, b = off.copy(), rhs.copy(), diagonal.copy()
    c[0] /= b[0]
    d[0] /= b[0]
    for i in range(1, n):
        m = b[i] - off[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] /= m
        d[i] = (d[i] - off[i - 1] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return d


# Levinson-Durbin recursion: prediction error of a stationary series
@sample((np.array([2.0, 0.9, 0.3, -0.2]),))
def levinson(r):
    p = len(r) - 1
    a = np.zeros(p + 1)
    a[0] = 1.0
    error = r[0]
    for k in range(1, p + 1):
        acc = r[k]
        for j in range(1, k):
            acc += a[j] * r[k - j]
        gamma = -acc / error
        new = a.copy()
        for j in range(1, k):
            new[j] = a[j] + gamma * a[k - j]
        new[k] = gamma
        a = new
        error *= 1 - gamma**2
    return error


# Cholesky by hand, log-determinant
@sample((SPD,))
def cholesky_by_hand(A):
    n = len(A)
    L = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = A[i][j] - sum(L[i][k] * L[j][k] for k in range(j))
            L[i][j] = math.sqrt(s) if i == j else s / L[j][j]
    return 2 * sum(math.log(L[i][i]) for i in range(n))


# determinant by expansion along the first row
def minor(M, j):
    return [row[:j] + row[j + 1 :] for row in M[1:]]


def laplace(M):
    if len(M) == 1:
        return M[0][0]
    return sum((-1) ** j * M[0][j] * laplace(minor(M, j)) for j in range(len(M)))


@sample((MATRIX,), gradient=lambda A: np.linalg.det(A) * np.linalg.inv(A).T)
def laplace_determinant(A):
    return laplace(A.tolist())


# Jacobi's iteration until it no longer changes
@sample((np.array([1.0, 2.0, -0.5]),), gradient=lambda b: _sum_of_solution(b))
def jacobi_iteration(b):
    x = np.zeros_like(b)
    D = np.diag(SPD)
    off = SPD - np.diagflat(D)
    for _ in range(300):
        new = (b - off @ x) / D
        if np.max(np.abs(new - x)) < 1e-14:
            break
        x = new
    return np.sum(x)


def _sum_of_solution(b):
    with mpmath.workdps(30):
        return [float(v) for v in mpmath.lu_solve(mpmath.matrix(SPD.T.tolist()), mpmath.ones(3, 1))]


# Lagrange interpolation by divided differences in place
@sample((np.array([1.0, 0.3, -0.2, 0.9]), 0.55))
def newton_divided_differences(y, t):
    x = np.array([0.0, 0.4, 0.7, 1.0])
    c = y.copy()
    n = len(x)
    for j in range(1, n):
        c[j:] = (c[j:] - c[j - 1 : -1]) / (x[j:] - x[: n - j])
    p = c[-1]
    for k in range(n - 2, -1, -1):
        p = p * (t - x[k]) + c[k]
    return p


# natural cubic spline: moments from a tridiagonal solve, value found by searchsorted
@sample((np.array([0.0, 1.0, 0.5, 2.0, 1.5]), 2.3))
def natural_spline(y, at):
    x = np.arange(len(y), dtype=float)
    n = len(y)
    A = np.zeros((n, n))
    rhs = np.zeros(n)
    A[0, 0] = A[-1, -1] = 1.0
    for i in range(1, n - 1):
        A[i, i - 1 : i + 2] = [1 / 6, 2 / 3, 1 / 6]
        rhs[i] = y[i + 1] - 2 * y[i] + y[i - 1]
    M = np.linalg.solve(A, rhs)
    i = min(np.searchsorted(x, at) - 1, n - 2)
    t = at - x[i]
    slope = y[i + 1] - y[i] - (2 * M[i] + M[i + 1]) / 6
    return y[i] + slope * t + M[i] / 2 * t**2 + (M[i + 1] - M[i]) / 6 * t**3


# Romberg's table
@sample((1.7,), (0.4,), analytic=True)
def romberg(a):
    f = lambda t: 1 / (1 + a * t * t)  # noqa: E731
    table = []
    for k in range(5):
        m = 2**k
        row = [(f(0.0) / 2 + sum(f(i / m) for i in range(1, m)) + f(1.0) / 2) / m]
        for j in range(1, k + 1):
            row.append(row[j - 1] + (row[j - 1] - table[-1][j - 1]) / (4**j - 1))
        table.append(row)
    return table[-1][-1]


# matrix exponential by scaling, Taylor and squaring
@sample((np.array([[0.1, 0.8], [-0.5, 0.3]]),))
def expm_by_squaring(A):
    s = max(0, math.ceil(math.log2(np.abs(A).sum(axis=1).max())) + 3)
    B = A / 2**s
    term = result = np.eye(len(A))
    for k in range(1, 12):
        term = term @ B / k
        result = result + term
    for _ in range(s):
        result = result @ result
    return np.trace(result)


# arithmetic-geometric mean: the period of a pendulum
@sample((1.2,), (2.8,), gradient=lambda t: _period_by_hand(t))
def agm_period(theta0):
    a, b = 1.0, math.cos(theta0 / 2)
    while abs(a - b) > 1e-14:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return math.pi * 2 / a


def _period_by_hand(t):
    with mpmath.workdps(30):
        return float(
            mpmath.diff(lambda v: 4 * mpmath.ellipk(mpmath.sin(v / 2) ** 2), mpmath.mpf(t))
        )


# adaptive Simpson by recursion
@sample((1.0,), (3.0,))
def adaptive_simpson(w):
    def f(t):
        return math.sin(w * t * t)

    def rule(a, b):
        return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))

    def refine(a, b, whole, tol, depth):
        m = (a + b) / 2
        left, right = rule(a, m), rule(m, b)
        if depth == 0 or abs(left + right - whole) < 15 * tol:
            return left + right + (left + right - whole) / 15
        return refine(a, m, left, tol / 2, depth - 1) + refine(m, b, right, tol / 2, depth - 1)

    return refine(0.0, 1.0, rule(0.0, 1.0), 1e-4, 6)


# conjugate gradients, stopped by its own residual
@sample((np.array([1.0, 0.5, -2.0]), SPD))
def conjugate_gradients(b, A):
    x = np.zeros(len(b))
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(len(b)):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        rs_new = r @ r
        if np.sqrt(rs_new) < 1e-8:
            break
        p = r + rs_new / rs * p
        rs = rs_new
    return x


# Aitken's acceleration of a slowly converging series
@sample((0.7,), (0.2,))
def aitken_series(q):
    partial = np.cumsum([q**k / (k + 1) for k in range(8)])
    s0, s1, s2 = partial[-3:]
    return s2 - (s2 - s1) ** 2 / ((s2 - s1) - (s1 - s0))
