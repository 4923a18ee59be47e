"""What people of many trades write: simulations, prices, filters, networks, small classes."""

import itertools
import math
import operator
from collections import deque, namedtuple
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import accumulate

import numpy as np

from tests.corpus.register import sample

FIRST, SECOND = np.array([0.7, -1.3, 2.1]), np.array([-0.4, 0.9, 0.3])
THREE = ((FIRST,), (SECOND,))
RETURNS = np.array([0.1, -0.2, 0.3, 0.05])

Body = namedtuple("Body", "place speed mass")


# every pair of particles once, by indices of a triangle
@sample(*THREE, analytic=True)
def softened_pairs(x):
    r = x[:, None] - x[None, :]
    i, j = np.triu_indices(len(x), 1)
    return np.sum(1.0 / (r[i, j] ** 2 + 0.1))


# the same by itertools
@sample(*THREE, analytic=True)
def lennard_jones_by_combinations(x):
    energy = 0.0
    for (_i, a), (_j, b) in itertools.combinations(enumerate(x), 2):
        s6 = (1 / ((a - b) ** 2 + 0.5)) ** 3
        energy += 4 * (s6 * s6 - s6)
    return energy


# velocity Verlet with a wall that is met or not
@sample(*THREE)
def pendulum_with_a_wall(x):
    q, p = x[0], x[1]
    dt = 0.05
    for _ in range(30):
        p -= 0.5 * dt * np.sin(q)
        q += dt * p
        p -= 0.5 * dt * np.sin(q)
        if q > 0.6:
            p = -p * abs(x[2])
    return 0.5 * p**2 - np.cos(q)


# named tuples replaced step by step
@sample(*THREE, analytic=True)
def two_bodies(x):
    a = Body(place=x[:2], speed=x[1:] * 0.2, mass=1.0)
    b = Body(np.array([1.0, 1.0]), -x[:2] * 0.1, 2.0)
    for _ in range(5):
        d = b.place - a.place
        force = d / (d @ d + 0.1) ** 1.5
        a = a._replace(speed=a.speed + 0.1 * force * b.mass)
        b = b._replace(speed=b.speed - 0.1 * force * a.mass)
        a, b = (z._replace(place=z.place + 0.1 * z.speed) for z in (a, b))
    return np.sum(a.place * b.place) + a.mass * a.speed @ a.speed


# iterated until it stands still
@sample((np.array([1.7, -0.3, 2.0]),), (np.array([0.8, 0.6, -1.0]),))
def mean_field_magnetisation(x):
    m = 0.5
    while True:
        new = np.tanh(x[0] * m + 0.3 * x[1])
        if abs(new - m) < 1e-10:
            break
        m = new
    return m * x[2]


# Newton's method in the head of a loop
@sample(*THREE)
def cube_root_by_walrus(x):
    z = 1.0
    n = 0
    while abs(r := z**3 + z - x[0]) > 1e-9 and (n := n + 1) < 60:
        z -= r / (3 * z * z + 1)
    return z * x[1] + x[2]


# a generator that never ends
@sample(*THREE, analytic=True)
def legendre_series_by_generator(x):
    def legendre(t):
        before, now = 1.0, t
        n = 1
        yield before
        while True:
            yield now
            before, now = now, ((2 * n + 1) * t * now - n * before) / (n + 1)
            n += 1

    return sum(c * p for c, p in zip(x, itertools.islice(legendre(x[0] / 3), 2, None)))  # noqa: B905


# a tree of prices in a list
@sample(*THREE)
def binomial_tree_in_a_list(x):
    n, dt = 6, 1 / 6
    up = math.exp((0.2 + 0.01 * x[0]) * math.sqrt(dt))
    down = 1 / up
    p = (math.exp(0.05 * x[1] * dt) - down) / (up - down)
    v = [max(100 * up**j * down ** (n - j) - 98.0 - x[2], 0) for j in range(n + 1)]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1):
            v[j] = p * v[j + 1] + (1 - p) * v[j]
    return v[0]


# a present value by reduce
@sample(*THREE, analytic=True)
def present_value(x):
    return reduce(lambda later, cash: later / 1.05 + cash, reversed([-10, 3.0, *x, 4]))


# a recursion in an array
@sample((np.array([-2.0, -1.5, -0.3]),), (np.array([-3.0, -0.7, -0.9]),))
def garch(x):
    omega, alpha, beta = np.exp(x)
    s = np.empty(len(RETURNS) + 1)
    s[0] = np.var(RETURNS)
    for t, r in enumerate(RETURNS):
        s[t + 1] = omega + alpha * r**2 + beta * s[t]
    return 0.5 * np.sum(np.log(s[:-1]) + RETURNS**2 / s[:-1])


@dataclass
class Layer:
    weights: np.ndarray
    bias: np.ndarray
    act: object = np.tanh
    cache: dict = field(default_factory=dict)

    def __call__(self, a):
        self.cache["z"] = self.weights @ a + self.bias
        return self.act(self.cache["z"])


NET = [
    Layer(np.array([[0.1, -0.3, 0.2], [0.5, 0.2, -0.1]]), np.zeros(2)),
    Layer(np.ones((1, 2)), np.array([0.1]), lambda z: np.maximum(z, 0.01 * z)),
]


# layers that are dataclasses, called one after the other
@sample(*THREE)
def network_of_dataclasses(x):
    return reduce(lambda a, layer: layer(a), NET, x)[0] + NET[0].cache["z"].sum()


class Adam:
    def __init__(self, rate=0.1):
        self.rate, self.m, self.v, self.t = rate, 0, 0, 0

    def step(self, w, g):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g * g
        m, v = self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t)
        return w - self.rate * m / (np.sqrt(v) + 1e-8)


# through the steps of an optimiser
@sample(*THREE)
def through_an_optimiser(x):
    opt = Adam()
    w = x.copy()
    for _ in range(4):
        w = opt.step(w, 2 * (w - 1) * x)
    return np.sum(w**2)


# cross entropy, the classes picked by pairs of indices
@sample(*THREE)
def cross_entropy(x):
    z = np.outer(x, [1, 2, -1.0])
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(1, keepdims=True)
    y = np.eye(3)[[2, 0, 1]]
    return -np.mean(np.log(p[np.arange(3), [2, 0, 1]])) - (y * np.log(p)).sum() / 3


# attention that looks back only
@sample(*THREE)
def causal_attention(x):
    q = np.einsum("i,j->ij", x, [1, 0.5])
    k, v = np.sin(q), q**2
    s = np.einsum("id,jd->ij", q, k) / np.sqrt(q.shape[-1])
    s = np.where(np.tri(3, dtype=bool), s, -1e30)
    a = np.exp(s - s.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    return np.einsum("ij,jd->", a, v)


# a recurrent cell, its weights in one line
@sample(*THREE, analytic=True)
def gated_cell(x):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    h = c = 0.0
    for t in x:
        i, f, o, g = sigmoid(0.5 * t + h), sigmoid(0.1 * t - h), sigmoid(t), np.tanh(t + 0.3 * h)
        c = f * c + i * g
        h = o * np.tanh(c)
    return h


# the largest of each pair
@sample(*THREE)
def pooled(x):
    y = np.concatenate([x, x[::-1] * 2]).reshape(-1, 2)
    return (y.max(axis=1) * np.arange(3)).sum()


# a table of functions
@sample(*THREE, analytic=True)
def functions_in_a_dictionary(x):
    table = {"square": lambda t: t**2, "sine": np.sin, "sum": operator.add}
    return table["square"](x[0]) + table["sine"](x[1]) * table["sum"](x[0], x[2])


# the area of a polygon, its corners zipped apart
@sample(*THREE, analytic=True)
def shoelace(x):
    corners = [(x[0], 1.0), (x[1], x[0]), (2.0, x[2])]
    xs, ys = zip(*corners, strict=True)
    area = 0
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        area += x0 * y1 - x1 * y0
    return area / 2 + sum(xs) * sum(ys)


# a running value with a start
@sample(*THREE)
def discounted_run(x):
    run = list(accumulate(x, lambda a, b: a * 0.9 + b**2, initial=1.0))
    return run[-1] + max(run) - min(run)


# a recursion that remembers
@sample(*THREE, analytic=True)
def remembered_recursion(x):
    memo = {}

    def term(n):
        if n not in memo:
            memo[n] = x[n] if n < 2 else term(n - 1) * 0.5 + term(n - 2) * x[2]
        return memo[n]

    return term(9)


# values that are keys as well
@sample(*THREE)
def values_as_keys(x):
    squares = {}
    for v in x:
        if v not in squares:
            squares[v] = v**2
    return sum(squares[v] * v for v in x)


# a label is written, and decides nothing
@sample(*THREE)
def labelled(x):
    label = f"{x[0]} of {x!r}"
    return np.sum(x**2) if label else 0.0


class Lazy:
    def __init__(self, k):
        self.k = k

    @cached_property
    def matrix(self):
        return np.vander(self.k, 3)


# a matrix that is made once, when it is asked for
@sample(*THREE)
def cached_matrix(x):
    lazy = Lazy(x)
    return np.sum(lazy.matrix**2) + lazy.matrix.trace()


# a total kept outside by the functions inside
@sample(*THREE)
def nonlocal_total(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v**3

    list(map(add, x))
    [add(t) for t in x if t > 0]
    return total


# the middle of many, and what lies below
@sample(*THREE)
def robust_scale(x):
    y = np.concatenate([x, x**2 + 0.1])
    middle = np.median(y)
    return np.median(np.abs(y - middle)) + np.percentile(y, 30) + np.quantile(y, 0.7)


# a queue that is turned
@sample(*THREE)
def rotated_queue(x):
    d = deque(x, maxlen=4)
    d.append(x[0] ** 2)
    d.rotate(1)
    d.appendleft(d.pop() * 2)
    return sum((i + 1) * v for i, v in enumerate(d))
