"""Arrays that share memory: views written through, buffers swapped, matrices filled in place."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from tests.corpus.register import sample

FIRST, SECOND = np.array([0.7, -1.3, 2.1]), np.array([-0.4, 0.9, 0.3])
THREE = ((FIRST,), (SECOND,))


# two buffers, copied in place
@sample(*THREE)
def heat_in_place(x):
    u = np.zeros(12)
    u[3:6] = x
    before = np.empty_like(u)
    for _ in range(8):
        before[:] = u
        u[1:-1] = before[1:-1] + 0.2 * (before[2:] - 2 * before[1:-1] + before[:-2])
    return (u**2).sum()


# two buffers, swapped by name
@sample(*THREE)
def heat_by_swapping(x):
    u, w = np.zeros(8), np.zeros(8)
    u[2:5] = x
    for _ in range(5):
        w[1:-1] = u[1:-1] + 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u, w = w, u
    return np.dot(u, np.arange(8)) + w @ w


# elimination in a band, as in Fortran
@sample(*THREE)
def thomas_algorithm(x):
    n = 5
    a, b, c, d = -np.ones(n), 3 * np.ones(n), -np.ones(n), np.zeros(n)
    b[0:3] += x**2
    d[1:4] = x
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] = b[i] - w * c[i - 1]
        d[i] = d[i] - w * d[i - 1]
    u = np.zeros(n)
    u[n - 1] = d[-1] / b[-1]
    for i in range(n - 2, -1, -1):
        u[i] = (d[i] - c[i] * u[i + 1]) / b[i]
    return u.sum() + u[0] * u[4]


# columns first, read in every order
@sample(*THREE)
def column_major(x):
    m = np.zeros((3, 3), order="F")
    for j in range(3):
        for i in range(3):
            m[i, j] = x[i] * (j + 1)
    v, w = m.ravel(order="F"), m.ravel(order="K")
    v[0] += x[1] ** 2
    return v @ np.arange(9) + w @ np.arange(9.0) ** 2 + m.flatten("F")[3]


# ravel is a view, flatten is none
@sample(*THREE)
def ravel_and_flatten(x):
    m = np.zeros((2, 3))
    m[0] = x
    r = m.ravel()
    r[4] = x[0] ** 2
    m.flat[2] = x[1] ** 3
    f = m.flatten()
    f[0] = 99.0
    return m.sum() * m[1, 1]


# the diagonal, four ways
@sample(*THREE)
def diagonals_written(x):
    m = np.outer(x, x)
    m[np.diag_indices(3)] += 1.0
    np.fill_diagonal(m[1:, 1:], x[0])
    m.flat[::4] *= 2
    np.einsum("ii->i", m)[1] += x[2]
    return np.trace(m) ** 2 + m.sum()


# einsum gives a view, too
@sample(*THREE)
def diagonal_by_einsum(x):
    m = np.ones((3, 3)) * x
    d = np.einsum("ii->i", m)
    d[:] = x**2
    return m.sum() * m[1, 1]


# a window by strides alone
@sample(*THREE)
def strided_window(x):
    y = np.concatenate([x, x**2])
    step = y.strides[0]
    v = as_strided(y, shape=(2, 2), strides=(2 * step, step))
    v[1, 0] = x[0] * 3
    return y.sum() * v[0, 1]


# views of views, written from both ends
@sample(*THREE)
def views_of_views(x):
    a = np.arange(12.0).reshape(3, 4)
    b = a[:, 1:]
    c = b[::-1, ::2]
    c += x[:, None]
    a *= 2
    b[1] /= x[1] + 5
    return (a**2).sum()


# outputs that overlap their inputs
@sample(*THREE)
def overlapping_outputs(x):
    a = np.concatenate([x, [1.0]])
    np.add(a[1:], a[:-1], out=a[1:])
    np.multiply(a[:-1], a[1:], out=a[:-1])
    return a @ [1, 2, 3, 4]


# every function that writes where a mask is true
@sample(*THREE)
def masked_writes(x):
    a = np.zeros(3)
    np.copyto(dst=a, src=x, where=x > 0)
    b = x.copy()
    np.putmask(b, b < 0, b * -2)
    c = x.copy()
    np.place(c, c > 0.5, [x[0], x[1] ** 2])
    d = x.copy()
    np.put(d, [0, 2], x[1])
    return a.sum() + (b**2).sum() + (c**2).sum() + d @ d


# the elements of what lies scattered, assigned in order
@sample(*THREE)
def flat_of_a_transpose(x):
    m = np.ones((3, 3)) * x
    m.T.flat[1] = x[0] ** 2
    m[:, 1:].flat[::2] = x * 2
    m[0].flat = x[1]
    return (m**2).sum() + sum(m[:, ::2].flat)


# blocks of a stiffness matrix
@sample(*THREE)
def assembled_by_ix(x):
    k = np.eye(4)
    for e in range(3):
        at = [e, e + 1]
        k[np.ix_(at, at)] += np.exp(x[e]) * np.array([[1, -1], [-1, 1.0]])
    return np.linalg.solve(k[np.ix_([1, 2, 3], [1, 2, 3])], np.ones(3)).sum()


# counts that are weighed
@sample(*THREE)
def weighted_histogram(x):
    h = np.zeros(12)
    np.add.at(h, np.clip(np.floor((x + 3) * 2).astype(int), 0, 11), x**2)
    return (h * np.arange(12)).sum()


# sorted by one, taken from another
@sample(*THREE)
def taken_along(x):
    y = np.outer(x, [1.0, -2.0, 0.5])
    order = np.argsort(y, axis=1)
    np.put_along_axis(y, order[:, :1], x[:, None] ** 3, 1)
    return (np.take_along_axis(y, order, 1) * [1, 10, 100]).sum()


# windows that slide
@sample(*THREE)
def sliding_filter(x):
    w = sliding_window_view(np.concatenate([x, x**2]), 3)
    return np.sum(np.maximum(w @ np.array([1, -2, 1.0]), 0))


# interpolation by hand
@sample(*THREE)
def table_lookup(x):
    g = np.array([-2.0, -1, 0, 1, 2, 3])
    v = g**2
    i = np.clip(np.searchsorted(g, x) - 1, 0, 4)
    t = (x - g[i]) / (g[i + 1] - g[i])
    return np.sum((1 - t) * v[i] + t * v[i + 1])


# a filter that updates its matrices in place
@sample((np.array([-0.7, -1.3, 0.4]),), (np.array([-0.4, 0.3, 0.1]),))
def filter_in_place(x):
    f, h = np.array([[1, 0.1], [0, 1]]), np.array([[1.0, 0]])
    q, r = np.eye(2) * np.exp(x[0]), np.array([[np.exp(x[1])]])
    m, p, total = np.zeros((2, 1)), np.eye(2), 0.0
    for z in [0.1, 0.3, 0.2, x[2]]:
        m = f @ m
        p = f @ p @ f.T + q
        s = h @ p @ h.T + r
        k = p @ h.T / s
        v = z - h @ m
        total += -0.5 * (np.log(s) + v * v / s).item()
        m += k @ v
        p -= k @ h @ p
    return total
