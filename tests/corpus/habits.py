"""Ways of writing: what else stands in people's files, whatever the field."""

import bisect
import contextlib
import enum
import heapq
import itertools
import math
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from functools import reduce, wraps
from operator import add, itemgetter, mul

import mpmath
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.polynomial import polynomial as P

from tests.corpus.register import sample

SIGNAL = np.array([0.3, -0.8, 1.4, 2.0, -0.1, 0.6])
GRID = np.array([[0.2, 1.0, -0.5], [1.5, -0.3, 0.8]])


class Kind(enum.Enum):
    SOFT = 1
    HARD = 2


class Loss(ABC):
    def __init__(self, kind):
        self._kind = kind
        self._weight = 1.0

    @property
    def weight(self):
        return self._weight

    @weight.setter
    def weight(self, value):
        if value < 0:
            raise ValueError("negative weight")
        self._weight = value

    @abstractmethod
    def of(self, r): ...

    def __call__(self, residuals):
        return self.weight * sum(self.of(r) for r in residuals)


class Robust(Loss):
    def of(self, r):
        match self._kind:
            case Kind.SOFT:
                return np.log(np.cosh(r))
            case Kind.HARD:
                return abs(r)


# an abstract class, an enumeration, a property with a setter, a match statement
@sample((SIGNAL, "soft"), (SIGNAL, "hard"))
def loss_by_classes(x, kind):
    loss = Robust(Kind[kind.upper()])
    loss.weight = 0.5 + x[0] ** 2
    return loss(x - 0.2)


def logged(function):
    calls = []

    @wraps(function)
    def wrapper(*args, **kwargs):
        calls.append(function.__name__)
        return function(*args, **kwargs)

    wrapper.calls = calls
    return wrapper


# a decorator that keeps a log, star arguments, keywords passed on
@sample((SIGNAL,), analytic=True)
def decorated_and_starred(x):
    @logged
    def norm(*parts, p=2, **options):
        return sum(v**p for v in parts) ** (1 / p) * options.get("scale", 1.0)

    return norm(*x[:3], p=4) + norm(*x[3:], scale=3.0)


# a moving average with a queue of fixed length
@sample((SIGNAL,), analytic=True)
def moving_average_deque(x):
    window = deque(maxlen=3)
    out = []
    for v in x:
        window.append(v)
        out.append(sum(window) / len(window))
    return np.dot(out, out)


# groups collected in a dictionary of lists
@sample((SIGNAL, ["a", "b", "a", "c", "b", "a"]))
def grouped_variance(x, groups):
    by_group = defaultdict(list)
    for name, value in zip(groups, x, strict=True):
        by_group[name].append(value)
    return sum(np.var(np.array(v)) * len(v) for v in by_group.values())


# sums over itertools.product, with operator functions and reduce
@sample((np.array([0.4, -1.2, 0.7]),), analytic=True)
def partition_function_by_enumeration(field):
    total = 0.0
    for spins in itertools.product((-1, 1), repeat=len(field)):
        energy = reduce(add, map(mul, spins, field)) + 0.3 * sum(
            a * b for a, b in itertools.pairwise(spins)
        )
        total += np.exp(-energy)
    return np.log(total)


# meshgrid, a Gaussian on it, and its centre of mass
@sample((np.array([0.3, -0.2, 0.8]),), analytic=True)
def centre_of_mass_on_a_grid(p):
    xx, yy = np.meshgrid(np.linspace(-1, 1, 4), np.linspace(-1, 1, 5))
    rho = np.exp(-((xx - p[0]) ** 2 + (yy - p[1]) ** 2) / p[2] ** 2)
    return (xx * rho).sum() / rho.sum() + 2 * (yy * rho).sum() / rho.sum()


# open grids, blocks and r_
@sample((np.array([1.2, 0.5]),), analytic=True)
def blocks_and_open_grids(p):
    i, j = np.ogrid[:3, :3]
    A = p[0] / (1.0 + i + j)
    B = np.block([[A, np.eye(3) * p[1]], [np.zeros((3, 3)), A.T]])
    v = np.r_[p, 1.0, 2.0, p[0] * p[1], 0.5]
    return v @ B @ v


# Kronecker product and tensordot
@sample((GRID,), analytic=True)
def kronecker_energy(A):
    K = np.kron(A, A.T)
    return np.sum(K**2) + np.tensordot(A, A, axes=2) + np.tensordot(A, A.T, axes=1).trace()


# einsum in several spellings
@sample((GRID,), analytic=True)
def einsum_spellings(A):
    gram = np.einsum("ij,kj->ik", A, A)
    outer = np.einsum("i,j", A[0], A[1])
    return np.einsum("ii", gram) + np.einsum("ij,ij->", outer, outer) + np.einsum("ij->j", A)[1]


# sliding windows
@sample((SIGNAL,), analytic=True)
def sliding_window_energy(x):
    windows = sliding_window_view(x, 3)
    return np.sum(windows.mean(axis=1) ** 2 * np.arange(1, 5))


# np.select over three cases
@sample(
    (SIGNAL,),
)
def piecewise_by_select(x):
    cases = [x < 0, x < 1, x >= 1]
    return np.select(cases, [x**2, np.sin(x), 2 * x - 1], default=np.nan).sum()


# np.piecewise with functions
@sample(
    (SIGNAL,),
)
def piecewise_by_piecewise(x):
    return np.piecewise(x, [x < 0, x >= 0.5], [lambda t: t**3, np.exp, 0.7]).sum()


# linear interpolation in a table whose values are the unknowns
@sample((np.array([1.0, 3.0, 2.0, 0.5]),))
def interpolated_table(values):
    at = np.array([0.1, 0.9, 1.5, 2.99, 5.0])
    return np.sum(np.interp(at, np.arange(4), values) ** 2)


# convolution and numerical gradient
@sample((SIGNAL,), analytic=True)
def smoothed_curvature(x):
    smooth = np.convolve(x, [0.25, 0.5, 0.25], mode="same")
    return np.sum(np.gradient(np.gradient(smooth)) ** 2)


# polynomial fit: the leading coefficient
@sample((SIGNAL,))
def leading_coefficient_of_a_fit(y):
    t = np.linspace(0, 1, len(y))
    return np.polyfit(t, y, 2)[0]


# polynomials of numpy.polynomial
@sample((np.array([1.0, -0.5, 0.25]),), analytic=True)
def polynomial_package(c):
    square = P.polymul(c, c)
    return P.polyval(0.7, square) + np.sum(P.polyder(square))


# apply_along_axis with a function of one's own
@sample((GRID,))
def rows_by_apply_along_axis(A):
    def spread(row):
        return np.sqrt(np.mean((row - row.mean()) ** 2))

    return np.apply_along_axis(spread, 1, A).sum()


# np.vectorize as a decorator, with a default argument
@np.vectorize
def soft_threshold(v, k=0.5):
    if v > k:
        return v - k
    if v < -k:
        return v + k
    return 0.0


@sample((SIGNAL,))
def shrinkage(x):
    return np.sum(soft_threshold(x) ** 2) + soft_threshold(x[2], 0.1)


# ndenumerate and ndindex
@sample((GRID,), analytic=True)
def weighted_by_position(A):
    total = 0.0
    for (i, j), v in np.ndenumerate(A):
        total += (i + 1) * v ** (j + 1)
    for index in np.ndindex(*A.shape):
        total += A[index] * A[::-1][index]
    return total


# take, putmask, place, choose
@sample((SIGNAL,))
def take_and_put(x):
    y = x.copy()
    np.putmask(y, y < 0, 0.25 * y)
    z = np.take(y, [3, 3, 0])
    np.put(y, [1, 4], z[:2] ** 2)
    return y @ y + z.prod()


# repeated indices by add.at and bincount
@sample((SIGNAL,))
def histogram_by_bincount(w):
    bins = np.array([0, 2, 1, 2, 0, 2])
    counts = np.bincount(bins, weights=w, minlength=4)
    return np.sum(counts**2)


# reduceat and outer of ufuncs
@sample((SIGNAL,), analytic=True)
def ufunc_reduceat(x):
    parts = np.add.reduceat(x**2, [0, 2, 5])
    return np.multiply.outer(parts, x).sum() + parts[1]


# the largest two by a heap, the median by sorting in place
@sample((SIGNAL,))
def order_statistics(x):
    largest = heapq.nlargest(2, x)
    values = list(x)
    values.sort(key=abs)
    y = x.copy()
    y.sort()
    return largest[0] * largest[1] + values[0] + (y[2] + y[3]) / 2


# a table looked up by bisection on the value
@sample((0.37,), (2.2,))
def tax_by_brackets(income):
    limits, rates, base = [0.0, 0.25, 1.0, 2.0], [0.0, 0.1, 0.3, 0.45], [0.0, 0.0, 0.075, 0.375]
    k = bisect.bisect_right(limits, income) - 1
    return base[k] + (income - limits[k]) * rates[k]


# a random draw of one's own with a fixed seed
@sample((np.array([0.1, -0.3]),))
def fixed_seed_monte_carlo(p):
    rng = np.random.default_rng(42)
    z = rng.normal(size=50)
    return np.mean(np.maximum(np.exp(p[0] + np.exp(p[1]) * z) - 1, 0))


# a context manager of one's own and errstate
@contextlib.contextmanager
def damped(state, factor):
    state["damping"] = factor
    yield state
    state["damping"] = 1.0


@sample((np.array([0.5, 1.5]),), analytic=True)
def inside_contexts(x):
    state = {"damping": 1.0}
    with damped(state, x[0]), np.errstate(divide="ignore"):
        inner = np.sum(x**2) * state["damping"]
    return inner + state["damping"] * x[1]


# coroutine-like generator that is sent values
@sample((SIGNAL,), analytic=True)
def running_mean_by_generator(x):
    def averager():
        total, n, mean = 0.0, 0, None
        while True:
            v = yield mean
            total, n = total + v, n + 1
            mean = total / n

    running = averager()
    next(running)
    return sum(running.send(v) ** 2 for v in x)


# rows of a list of dicts, sorted and picked by itemgetter
@sample(
    ([{"w": 0.3, "v": 2.0}, {"w": 1.1, "v": -1.0}, {"w": 0.7, "v": 0.4}],),
)
def greedy_knapsack(items):
    order = sorted(items, key=lambda i: i["v"] / i["w"], reverse=True)
    room, value = 1.2, 0.0
    for w, v in map(itemgetter("w", "v"), order):
        part = min(1.0, room / w)
        if part <= 0:
            break
        value += part * v
        room -= part * w
    return value


# numbers written out as complex products with real parts only
@sample((np.array([0.3, 1.1]),))
def complex_impedance(p):
    R, L = p
    w = 2.0
    Z = R + 1j * w * L + 1 / (1j * w * 0.4)
    return abs(Z) ** 2 + Z.real


# power in a band by the fast Fourier transform
@sample((SIGNAL,))
def band_power_fft(x):
    spectrum = np.fft.rfft(x)
    return np.sum(np.abs(spectrum[1:3]) ** 2)


# masked arrays
@sample((SIGNAL,))
def masked_mean(x):
    m = np.ma.masked_where(np.array([0, 1, 0, 0, 1, 0], bool), x)
    return float(m.mean()) ** 2


# string-keyed recipes evaluated from a table of lambdas
RECIPES = {
    "area": lambda s: s["width"] * s["height"],
    "perimeter": lambda s: 2 * (s["width"] + s["height"]),
}


@sample(({"width": 2.0, "height": 0.7},), gradient=lambda s: _rectangle_by_hand(s))
def recipes(shape):
    return np.prod([RECIPES[name](shape) for name in sorted(RECIPES)])


def _rectangle_by_hand(s):
    w, h = mpmath.mpf(s["width"]), mpmath.mpf(s["height"])
    return {
        "width": float(2 * h * (w + h) + 2 * w * h),
        "height": float(2 * w * (w + h) + 2 * w * h),
    }


class Vector:
    """A small vector with operators, as many people write one."""

    def __init__(self, *parts):
        self.parts = tuple(parts)

    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __rmul__(self, k):
        return Vector(*(k * a for a in self.parts))

    def __neg__(self):
        return -1 * self

    def __abs__(self):
        return math.sqrt(sum(a * a for a in self.parts))

    def __getitem__(self, i):
        return self.parts[i]

    def __len__(self):
        return len(self.parts)


# a class with operators
@sample((np.array([0.3, -0.4, 1.2]),))
def vector_class(x):
    v = Vector(*x)
    w = v + 2.0 * Vector(1.0, x[0], -0.5)
    return abs(-w) + w[len(w) - 1]
