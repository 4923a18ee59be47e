"""Test functions of optimisation, many as residual vectors after J. J. Moré, B. S. Garbow and
K. E. Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981) 17-41.
"""

# ruff: noqa: F403, F405  (this is how some people import)
from math import atan, pi

import numpy as np
from numpy import *

from tests.corpus.register import sample

MEYER_Y = array([34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872], float)  # fmt: skip
OSBORNE_Y = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
    0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
]  # fmt: skip
BARD = array([
    [0.14, 1, 15, 1], [0.18, 2, 14, 2], [0.22, 3, 13, 3], [0.25, 4, 12, 4], [0.29, 5, 11, 5],
    [0.32, 6, 10, 6], [0.35, 7, 9, 7], [0.39, 8, 8, 8], [0.37, 9, 7, 7],
])  # fmt: skip
KOWALIK = {
    4.0: 0.1957, 2.0: 0.1947, 1.0: 0.1735, 0.5: 0.1600, 0.25: 0.0844, 0.167: 0.0627,
    0.125: 0.0456, 0.1: 0.0342, 0.0833: 0.0323, 0.0714: 0.0235, 0.0625: 0.0246,
}  # fmt: skip


# Rosenbrock's valley in two variables
@sample(
    (array([-1.2, 1.0]),),
    (array([0.9, 0.7]),),
    analytic=True,
    gradient=lambda x: _rosenbrock_2d_by_hand(x),
)
def rosenbrock_2d(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def _rosenbrock_2d_by_hand(x):
    return [-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)]


# the chain of Rosenbrock valleys, by slices
@sample((array([-1.2, 1.0, 0.3, 2.0]),), analytic=True)
def rosenbrock_chain(x):
    return sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


# extended Rosenbrock as residuals written two at a time
@sample((array([-1.2, 1.0, -1.2, 1.0]),))
def rosenbrock_residuals(x):
    n = len(x)
    f = zeros(n)
    for i in range(n // 2):
        f[2 * i] = 10 * (x[2 * i + 1] - x[2 * i] ** 2)
        f[2 * i + 1] = 1 - x[2 * i]
    return f


# Ackley
@sample((array([0.5, -1.1, 0.2]),), (array([3.0, 2.0]),), analytic=True)
def ackley(x, a=20, b=0.2, c=2 * pi):
    d = len(x)
    s1 = np.sum(x**2) / d
    s2 = np.sum(cos(c * x)) / d
    return -a * exp(-b * sqrt(s1)) - exp(s2) + a + e


# Rastrigin by a generator
@sample((array([0.2, -0.7]),), (array([1.1, 4.0, -2.3]),), analytic=True)
def rastrigin(x):
    A = 10
    return A * len(x) + np.sum([xi**2 - A * cos(2 * pi * xi) for xi in x])


# Griewank: a sum less a product
@sample((array([4.0, -7.0, 2.5]),), analytic=True)
def griewank(x):
    i = arange(1, x.size + 1)
    return 1 + np.sum(x**2) / 4000 - prod(cos(x / sqrt(i)))


# Beale with its three constants in a loop
@sample((array([1.0, 1.0]),), (array([2.5, 0.3]),), analytic=True)
def beale(x):
    total = 0
    for i, y in enumerate((1.5, 2.25, 2.625), start=1):
        total += (y - x[0] * (1 - x[1] ** i)) ** 2
    return total


# Powell's singular function, residuals
@sample((array([3.0, -1.0, 0.0, 1.0]),), analytic=True)
def powell_singular(x):
    return array([
        x[0] + 10 * x[1],
        sqrt(5) * (x[2] - x[3]),
        (x[1] - 2 * x[2]) ** 2,
        sqrt(10) * (x[0] - x[3]) ** 2,
    ])  # fmt: skip


# Wood
@sample((array([-3.0, -1.0, -3.0, -1.0]),), analytic=True)
def wood(x):
    x1, x2, x3, x4 = x
    f = 100 * (x2 - x1**2) ** 2 + (1 - x1) ** 2
    f += 90 * (x4 - x3**2) ** 2 + (1 - x3) ** 2
    f += 10 * (x2 + x4 - 2) ** 2 + 0.1 * (x2 - x4) ** 2
    return f


# Brown badly scaled
@sample(
    (array([1.0, 1.0]),),
    (array([9.99e5, 3e-6]),),
    analytic=True,
    gradient=lambda x: _brown_badly_scaled_by_hand(x),
)
def brown_badly_scaled(x):
    return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2


def _brown_badly_scaled_by_hand(x):
    return [
        2 * (x[0] - 1e6) + 2 * x[1] * (x[0] * x[1] - 2),
        2 * (x[1] - 2e-6) + 2 * x[0] * (x[0] * x[1] - 2),
    ]


# Box three-dimensional: ten residuals
@sample((array([0.0, 10.0, 20.0]),), (array([1.1, 8.0, 0.7]),))
def box_3d(x):
    m = 10
    r = empty(m)
    for i in range(m):
        t = 0.1 * (i + 1)
        r[i] = exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (exp(-t) - exp(-10 * t))
    return r


# Meyer's thermistor
@sample((array([0.02, 4000.0, 250.0]),), analytic=True)
def meyer(x):
    t = 45 + 5 * arange(1.0, 17)
    return x[0] * exp(x[1] / (t + x[2])) - MEYER_Y


# Osborne's first function over a list of data
@sample((array([0.5, 1.5, -1.0, 0.01, 0.02]),))
def osborne_1(x):
    residuals = []
    for i, y in enumerate(OSBORNE_Y):
        t = 10 * i
        residuals.append(y - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4])))
    return asarray(residuals)


# Watson: sums of powers inside sums of powers
@sample((array([0.1, -0.4, 0.3, 0.2]),))
def watson(x):
    n = len(x)
    f = zeros(31)
    for i in range(29):
        t = (i + 1) / 29
        s1 = 0.0
        for j in range(1, n):
            s1 += j * x[j] * t ** (j - 1)
        s2 = 0.0
        for j in range(n):
            s2 += x[j] * t**j
        f[i] = s1 - s2 * s2 - 1
    f[29] = x[0]
    f[30] = x[1] - x[0] ** 2 - 1
    return f


# Broyden tridiagonal: residuals filled, then corrected in place at their neighbours
@sample((-ones(6),), (array([0.3, -0.2, 1.0, 0.7]),))
def broyden_tridiagonal(x):
    f = (3 - 2 * x) * x + 1
    f[1:] -= x[:-1]
    f[:-1] -= 2 * x[1:]
    return f


# Broyden banded: each residual sums over a band that is cut at the ends
@sample((-ones(7),))
def broyden_banded(x):
    n, ml, mu = len(x), 5, 1
    f = np.zeros(n)
    for i in range(n):
        total = 0.0
        for j in range(n):
            if j != i and i - ml <= j <= i + mu:
                total += x[j] * (1 + x[j])
        f[i] = x[i] * (2 + 5 * x[i] ** 2) + 1 - total
    return f


# Bard: a rational function of three columns
@sample((array([1.0, 1.0, 1.0]),), analytic=True)
def bard(x):
    y, u, v, w = BARD.T
    return y - (x[0] + u / (v * x[1] + w * x[2]))


# Kowalik and Osborne, data in a dictionary
@sample((array([0.25, 0.39, 0.415, 0.39]),))
def kowalik_osborne(x):
    return np.sum([
        (y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])) ** 2 for u, y in KOWALIK.items()
    ])  # fmt: skip


# helical valley, whose angle depends on the quadrant
@sample((array([-1.0, 0.5, 0.3]),), (array([0.8, -0.6, 1.0]),))
def helical_valley(x):
    if x[0] > 0:
        theta = atan(x[1] / x[0]) / (2 * pi)
    elif x[0] < 0:
        theta = atan(x[1] / x[0]) / (2 * pi) + 0.5
    else:
        theta = 0.25 if x[1] > 0 else -0.25
    r = sqrt(x[0] ** 2 + x[1] ** 2)
    return 100 * ((x[2] - 10 * theta) ** 2 + (r - 1) ** 2) + x[2] ** 2


# Brown almost-linear
@sample((0.5 * ones(5),), analytic=True)
def brown_almost_linear(x):
    n = len(x)
    f = x + np.sum(x) - (n + 1)
    return append(f[:-1], prod(x) - 1)


# discrete boundary value problem
@sample((array([-0.1, -0.15, -0.12, -0.05]),))
def discrete_boundary_value(x):
    n = x.size
    h = 1.0 / (n + 1)
    padded = zeros(n + 2)
    padded[1:-1] = x
    t = h * arange(1, n + 1)
    return 2 * x - padded[:-2] - padded[2:] + h**2 * (x + t + 1) ** 3 / 2


# trigonometric
@sample((ones(4) / 4,), analytic=True)
def trigonometric(x):
    n = len(x)
    i = arange(1, n + 1)
    return n - np.sum(cos(x)) + i * (1 - cos(x)) - sin(x)


# Biggs EXP6
@sample((array([1.0, 2.0, 1.0, 1.0, 1.0, 1.0]),))
def biggs_exp6(x):
    ssq = 0.0
    for i in range(1, 14):
        t = 0.1 * i
        y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t)
        ssq += (x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y) ** 2
    return ssq


# penalty function with its two kinds of residuals joined
@sample((array([1.0, 2.0, 3.0]),), analytic=True)
def penalty_one(x, a=1e-5):
    return concatenate((sqrt(a) * (x - 1), [x @ x - 0.25]))


# Himmelblau, Goldstein-Price and the six-hump camel as one-liners
himmelblau = lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2  # noqa: E731
himmelblau.__name__ = "himmelblau"
sample((array([0.5, -1.0]),), (array([3.0, 2.1]),), analytic=True)(himmelblau)


@sample((array([0.4, -0.8]),), analytic=True)
def goldstein_price(p):
    x, y = p
    u = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    v = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return u * v


# Schwefel's double sum, and his absolute-value maximum
@sample((array([1.0, -2.0, 0.5]),), analytic=True)
def schwefel_double_sum(x):
    return np.sum(cumsum(x) ** 2)


@sample((array([1.0, -2.0, 0.5]),), (array([-0.1, 0.0, 4.0]),))
def schwefel_maximum(x):
    return max(abs(x))
