"""Generated programs over every way of viewing and writing arrays.

NumPy's aliasing to the bit, and gradients that are exact.

All steps are linear with small whole numbers, so the true gradient is found by running plain NumPy
on unit vectors, without any rounding.
"""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from steepest.sources.capture import Followed
from tests.sources.capture.test_programs import slopes

SLICES = st.tuples(
    st.sampled_from([None, 0, 1, 2, -1, -2]),
    st.sampled_from([None, 1, 2, 3, -1]),
    st.sampled_from([None, 1, 2, -1, -2]),
)
KINDS = (
    "view", "transpose", "flat", "copy", "fancy", "mask", "newaxis", "broadcast", "roll", "stack",
    "assign", "assign element", "add element", "add in place", "fancy assign", "mask assign",
    "out", "add at", "copyto", "swap", "fill",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.integers(0, 7), SLICES, SLICES),
    min_size=1,
    max_size=12,
)


def run(steps, x):  # noqa: C901  (one branch for each way of writing)
    """Steps on a pool of arrays that may be views of each other.

    A weighted sum of everything at the end.
    """
    pool = [x.reshape(2, 3), np.zeros((3, 2)), np.arange(6.0)]
    for kind, i, j, first, second in steps:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        key = (slice(*first), slice(*second))[: a.ndim]
        if kind == "view":
            pool.append(a[key])
        elif kind == "transpose":
            pool.append(a.T)
        elif kind == "flat":
            pool.append(a.reshape(-1))
        elif kind == "copy":
            pool.append(a.copy())
        elif kind == "fancy" and a.size:
            pool.append(a.ravel()[[0, -1, i % a.size]])
        elif kind == "mask":
            pool.append(a[np.arange(a.size).reshape(a.shape) % 2 == 0])
        elif kind == "newaxis":
            pool.append(a[None])
        elif kind == "broadcast" and a.ndim < 3:
            pool.append(np.broadcast_to(a, (2, *a.shape)) + b.sum())
        elif kind == "roll":
            pool.append(np.roll(a, 1))
        elif kind == "stack":
            pool.append(np.stack([a, a * 2]).sum(axis=0))
        elif kind == "assign" and a[key].size == b.size:
            a[key] = b.reshape(a[key].shape)
        elif kind == "assign element" and a.size and b.size:
            a[(i % len(a), *(0,) * (a.ndim - 1))] = b.ravel()[j % b.size] * 2
        elif kind == "add element" and a.size and b.size:
            a[(-1,) * a.ndim] += b.ravel()[0]
        elif kind == "add in place":
            v = a[key]
            v += 1.0 if not b.size else b.ravel()[-1]
        elif kind == "fancy assign" and len(a) > 1 and b.size:
            a[[0, 1, 0]] = b.ravel()[j % b.size]
        elif kind == "mask assign" and b.size:
            a[np.arange(a.size).reshape(a.shape) % 3 == 0] = b.ravel()[0]
        elif kind == "out" and a.shape == b.shape:
            np.subtract(a, b, out=b)
        elif kind == "add at" and a.size and b.size:
            np.add.at(a, [0, len(a) - 1, 0], b.ravel()[0])
        elif kind == "copyto" and a.shape == b.shape:
            np.copyto(a, b)
        elif kind == "swap" and len(a) > 1:
            a[[0, 1]] = a[[1, 0]]
        elif kind == "fill":
            b.fill(3.0)
    return sum(np.sum(p * (k + 1)) + (p.ravel()[0] if p.size else 0.0) for k, p in enumerate(pool))


@given(steps=STEPS)
@example(
    steps=[
        ("transpose", 0, 0, (None, None, None), (None, None, None)),
        ("add in place", 3, 0, (None, None, -1), (1, None, None)),
    ]
)
@example(
    steps=[
        ("assign element", 1, 0, (0, 1, 1), (0, 1, 1)),
        ("view", 1, 0, (None, None, -2), (None, None, -1)),
        ("swap", 1, 1, (0, 1, 1), (0, 1, 1)),
    ]
)
def test_generated_programs(steps) -> None:
    def f(x):
        return run(steps, x)

    x = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0])
    followed = Followed(f)
    path = followed.path((x,))
    assert followed.tracing.exact is True, followed.tracing
    assert path.outputs()[0] == f(x.copy())
    at_zero = f(np.zeros(6))
    truth = [f(unit) - at_zero for unit in np.eye(6)]
    np.testing.assert_array_equal(slopes(path)[0], truth)
