"""Small functions over NumPy's and `math`'s less common functions, said again for mpmath."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tests.sources.capture.corpus import program

BINS = np.array([0, 2, 0])
EDGES = np.array([-2.0, 0.0, 1.0])


@program(lambda mp, a, b, c: (a + c) ** 2 + b**2 + 2 * a + b)
def counts_with_weights(x):
    found = np.bincount(BINS, weights=x, minlength=4)
    return (found**2).sum() + np.bincount((x > 0).astype(int)) @ x[[1, 0]]


@program(lambda mp, a, b, c: 2 * a + b + 3 * c + (1 * a + 2 * b + 0 * c) + c**2)
def places_in_bins(x):
    down = EDGES[::-1]
    return (
        (np.digitize(x, EDGES) * x).sum()
        + (np.digitize(x, down) * x).sum() + x[1] * 0.0
        + x[np.searchsorted(EDGES, x[0])] ** 2
    )  # fmt: skip


@program(lambda mp, a, b, c: a * b + c + (a + b) ** 2 + 3 * c**2 + b * c**2)
def stretches_of_a_ufunc(x):
    sums = np.add.reduceat(x, [0, 2, 1])
    return (
        np.multiply.reduceat(x, [0, 2]).sum()
        + sums[0] ** 2
        + 3 * sums[1] ** 2
        + sums[1] * (np.multiply.reduceat(x, [0, 1])[1])
    )


@program(
    lambda mp, a, b, c: (
        mp.log(mp.exp(a) + mp.exp(b) + mp.exp(c)) + (a + a + c) + a * b * 2 + 5 + (c - a) - 9 * b
    )
)
def ufuncs_step_by_step(x):
    y = np.array([2.0, 5.0, 1.0])
    np.multiply.at(y, [0, 0], x[:2])
    np.subtract.at(y, [2, 2], [x[0], 1.0 - x[2]])
    np.maximum.at(y, [1], [x[2]])
    return np.logaddexp.reduce(x) + np.maximum.accumulate(x).sum() + y.sum() - 9 * x[1]


@program(lambda mp, a, b, c: a * a + 2 * c + b * c + a + b + 3 * a + (7 * a * b) + c)
def padded(x):
    wide = np.pad(x, (1, 2), mode="reflect")
    return (
        x[0] ** 2 + np.pad(x, 1, mode="edge")[-1] * 2 + wide[0] * wide[3]
        + wide[4] * 1.0 + np.pad(x, 2, constant_values=((x[0], 7.0),))[0] - wide[4] + x[1]
        + np.pad(x, 1, mode="wrap")[4] * 3 + np.pad(x, 1, constant_values=7.0)[0] * x[0] * x[1]
        + np.pad(x, 1, mode="symmetric")[4]
    )  # fmt: skip


@program(lambda mp, a, b, c: (a + b + c) * (a * 3 - b) + a * b + a**3 + b**2 * c + 5 * c)
def products_by_blocks(x):
    blocks = np.kron(x, [[3.0], [-1.0]])
    flat = np.diagflat(x, 1)
    return (
        blocks[0].sum() * x[0] + blocks[1].sum() * x[1]
        + flat[0, 1] * flat[1, 2] + np.diagflat([x[0]])[0, 0] ** 3
        + np.vecdot(x[1:2], x[1:2]) * x[2] + np.kron(5.0, x)[2]
    )  # fmt: skip


def spread(row):
    return np.sqrt((row**2).sum())


@program(lambda mp, a, b, c: 3 * mp.sqrt(a * a + b * b + c * c) + a * (a + b) + a**2 + b**2 + c**2)
def along_axes(x):
    m = np.stack([x, 2 * x])
    return (
        np.apply_along_axis(spread, 1, m).sum()
        + np.apply_along_axis(np.cumsum, 1, m)[0, 1] * x[0]
        + np.apply_over_axes(np.sum, m[:1] ** 2, [0, 1])[0, 0]
    )


@program(lambda mp, a, b, c: b + 2 * c + (a**2 + b**2 + c**2) * 4 + a * b * c + a + 10 * c + a)
def elements_one_by_one(x):
    total = sum(i * v for (i,), v in np.ndenumerate(x))
    y = x.copy()
    with np.nditer(y, op_flags=["readwrite"]) as steps:
        for v in steps:
            v[...] = 2 * v
    total += (y**2).sum()
    product = 1.0
    for a, b in np.nditer([x, np.ones(3)]):
        product = product * a * b
    walk = np.nditer(x.reshape(3, 1), flags=["multi_index"])
    while not walk.finished:
        total += walk[0] * (1.0, 0.0, 10.0)[walk.multi_index[0]]
        walk.iternext()
    turned = np.zeros((2, 3)).T
    turned.flat[0] = x[0]
    return total + product + turned.sum()


@program(lambda mp, a, b, c: b * 2 + a * 4 + (b + (a - b) * mp.mpf("0.5")) + c + b + a)
def parts_in_order(x):
    y = x.copy()
    y.partition(1)
    return (
        y[0] * 2 + np.partition(x, 1)[1] * 4 + np.percentile(x, 25) + np.unique(x)[2]
        + x[np.argpartition(x, 0)[0]] + np.nanmedian(x)
    )  # fmt: skip


@program(lambda mp, a, b, c: a + b**2 + c + a + c + b + a + c + c * c)
def chosen(x):
    y = x.copy()
    np.place(y, y > 0, [x[2], x[0]])
    return (
        np.choose([0, 1, 0], [x, x**2]).sum()
        + np.compress([True, False, True], x).sum()
        + y.sum()
        + x[x[0] > 0][0, 2] ** 2
    )


@program(
    lambda mp, a, b, c: (
        mp.sqrt(a * a + b * b + c * c) + mp.sqrt((a - 1) ** 2 + (b - 2) ** 2)
        + a + b + c + 3 * a * b * c + mp.gamma(a) + mp.fmod(c, mp.mpf("0.8"))
        + (a - 0.5) + a * 8 + (c - 2) - abs(c) + b
    )
)  # fmt: skip
def functions_of_math(x):
    fraction, whole = math.modf(x[2])
    mantissa, exponent = math.frexp(x[0])
    return (
        math.hypot(*x) + math.dist(x[:2], (1.0, 2.0)) + math.fsum(x) + math.prod(x, start=3)
        + math.gamma(x[0]) + math.fmod(x[2], 0.8) + math.remainder(x[0], 0.5) + math.ldexp(x[0], 3)
        + fraction + math.copysign(x[2], -1.0)
        + (x[1] if not math.isclose(x[0], x[1]) and exponent == 0 and whole == 2 else mantissa)
    )  # fmt: skip


@program(lambda mp, a, b, c: (a + 2 * b + 4 * c) + (b + 4 * c) + a * a + a / 3 + b * c)
def polynomials(x):
    from numpy.polynomial import Polynomial

    p, q = Polynomial(x), np.poly1d(x[::-1])
    product = np.polymul(x, x)[3] / 2
    return p(2.0) + p.deriv()(2.0) + (q * q)(0.0) + np.polyint(x)[0] + product


@program(lambda mp, a, b, c: a**3 + b**3 + c**3 + (a + b + c) ** 2 + a * a * 3 * a + c - 1)
def vectorized_as_it_is_asked(x):
    power = np.vectorize(lambda v, n=2: v**n, excluded=["n"])
    whole = np.vectorize(lambda row: row.sum() ** 2, signature="(n)->()")
    twice = np.vectorize(lambda v: (v**2, 3 * v))
    squares, triples = twice(x)
    return power(x, n=3).sum() + whole(x) + squares[0] * triples[0] + x[2] - 1.0


@program(lambda mp, a, b, c: a * b + b * c + (a + 2 * c) + 3 * a + a)
def windows_on_memory(x):
    pairs = as_strided(x, (2, 2), (8, 8))
    m = np.zeros((2, 2), order="F")
    m.flat = [x[0], 0.0, x[2], 0.0]
    return pairs.prod(axis=1).sum() + m[0, 0] + 2 * m[1, 0] + 3 * x[0] + np.resize(x, 4)[3]


@program(lambda mp, a, b, c: 4 * a + b + 2 * c + 3 * a)
def bits_of_whole_numbers(x):
    k = int(x[2])
    return (k << 1) * x[0] + (k & 1 | 1) * x[1] + (k ^ 0) * x[2] + (~k + 6) * x[0]
