"""The thinning rule, against its own definition, and bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.descent.record import BUDGET, Layout, Record, Recorder, dense_tail
from steepest.descent.walk import Row, begin
from tests.descent.grounds import parabola
from tests.descent.methods import SignDescent


def row(t: int) -> Row:
    return Row(t, np.array([float(t), 0.5]), -float(t), np.array([1.0, t / 7]), t % 5 > 0, t / 3)


GOING = begin(SignDescent(), np.zeros(2))


def expected(layout: Layout, n: int, best: int) -> list[int]:
    """The rule of the module's text, taken at its word."""
    stride = 1
    while len(range(0, n, stride)) > layout.capacity:
        stride *= 2
    return [
        t for t in range(n)
        if t < layout.head or t >= n - layout.tail or t % stride == 0 or t == best
    ]  # fmt: skip


@pytest.mark.parametrize("n", [1, 5, 20, 21, 40, 41, 100, 640, 641, 5000])
def test_what_is_kept_after_n_evaluations(n: int) -> None:
    layout, best = Layout(capacity=20, head=3, tail=4), n // 3
    recorder = Recorder(layout)
    for t in range(n):
        recorder.keep(row(t), GOING)
    carry = begin(SignDescent(), np.zeros(2))._replace(
        t=n, taken=n, best_t=best, best_x=row(best).x, best_f=row(best).f, best_g=row(best).g,
        best_length=row(best).length,
    )  # fmt: skip
    record = recorder.record(carry)
    assert record.t.tolist() == expected(layout, n, best)
    assert record.stride == layout.stride(n)
    for i, t in enumerate(record.t.tolist()):
        assert record.x[i].tolist() == row(t).x.tolist() and record.g[i, 1] == t / 7
        assert (record.f[i], record.lengths[i]) == (-t, t / 3)


@pytest.mark.parametrize("cut", [1, 3, 19, 20, 21, 333])
def test_a_recorder_rebuilt_from_its_rows_goes_on_alike(cut: int) -> None:
    layout, n = Layout(capacity=20, head=3, tail=4), 700
    carry = GOING._replace(t=n)
    straight = Recorder(layout)
    for t in range(n):
        straight.keep(row(t), GOING)
    first = Recorder(layout)
    for t in range(cut):
        first.keep(row(t), GOING)
    second = Recorder(layout, first.record(GOING._replace(t=cut)).rows(), cut)
    for t in range(cut, n):
        second.keep(row(t), GOING)
    a, b = straight.record(carry), second.record(carry)
    assert a.t.tolist() == b.t.tolist() and a.stride == b.stride
    assert np.array_equal(a.x, b.x) and np.array_equal(a.accepted, b.accepted)


def test_keeping_a_row_twice_changes_nothing() -> None:
    recorder = Recorder(Layout())
    for t in (0, 1, 1, 0, 2):
        recorder.keep(row(t), GOING)
    assert recorder.record(GOING._replace(t=3)).t.tolist() == [0, 1, 2]
    # a row whose step was cut off before its carry came does not belong to the walk yet
    assert recorder.record(GOING._replace(t=2)).t.tolist() == [0, 1]


@pytest.mark.parametrize("n", [1, 2, 1000, 100_000, 10_000_000])
def test_rows_fit_the_budget(n: int) -> None:
    layout = Layout.of(n)
    row_bytes = 8 * (2 * n + 4)
    assert layout.capacity <= 10_000 and (
        layout.capacity * row_bytes <= BUDGET or layout.capacity == 4
    )
    assert layout.tail >= 3 and layout.head >= 2  # a bounce shows in three rows


def test_long_walks_stay_within_their_rows() -> None:
    from steepest.descent import descend

    d = descend(parabola(), 5.0, rate=1e-6, steps=25_000)
    assert d.path.shape[0] <= 10_000 + 32 + 32 + 1 and d.record.stride == 4
    assert d.record.t[0] == 0 and d.record.t[-1] == 25_000
    assert d.record.t[:32].tolist() == [*range(32)]
    assert d.record.t[-32:].tolist() == [*range(25_000 - 31, 25_001)]


def test_the_best_point_is_always_kept() -> None:
    """f falls to its best at evaluation 12,345, an odd one, far from both ends."""
    from steepest.descent import descend
    from steepest.objective import Objective

    calls = iter(range(10**6))

    def f(x: np.ndarray) -> tuple[float, np.ndarray]:
        t = next(calls)
        return abs(t - 12_345.0), np.array([1.0])

    d = descend(Objective(f), 0.0, rate=0.1, steps=25_000)
    assert 12_345 in d.record.t and 12_347 not in d.record.t
    assert d.best.value == 0 and d.best.step == 12_345


def test_the_dense_tail() -> None:
    rows = [row(t) for t in (0, 1, 4, 6, 7, 8)]
    record = Record.of_rows(rows, 2, 1)
    assert record.t[dense_tail(record)].tolist() == [6, 7, 8]
    whole = Record.of_rows(rows[:2], 2, 1)
    assert whole.t[dense_tail(whole)].tolist() == [0, 1]
