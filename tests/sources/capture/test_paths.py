"""Which path a call takes is found by one walk; what is kept is bounded, and right beyond."""

from __future__ import annotations

import gc
import warnings
from collections import Counter

import numpy as np
import pytest

import steepest as st
from steepest.graph.node import Node
from steepest.graph.traverse import topological
from steepest.sources.capture import Followed, questions, store
from steepest.sources.capture.guards import Read
from steepest.sources.capture.handle import Handle
from steepest.sources.capture.tape import Tape
from tests.sources.capture.test_programs import slopes


def absolute(x):
    """A condition for every element: up to 2**len(x) paths."""
    total = 0.0
    for v in x:
        total = total + (v**2 if v > 0 else -v)
    return total


def true_slopes(x):
    return np.where(x > 0, 2 * x, -1.0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the questions that are asked: conditions that are evaluated, facts that are read."""
    counts: Counter[str] = Counter()
    for kind in (questions.Condition, questions.Fact):

        def counting(self, values, kind=kind, answer=kind.answer):
            counts[kind.__name__] += 1
            return answer(self, values)

        monkeypatch.setattr(kind, "answer", counting)
    return counts


def test_choosing_among_many_paths_is_one_walk(asked: Counter[str]) -> None:
    followed = Followed(absolute)
    for k in range(64):
        signs = np.array([1.0 if k >> i & 1 else -1.0 for i in range(6)])
        followed.path((signs * 1.5,))
    assert followed.tracing.paths == followed.tracing.traced == 64
    for k in range(64):
        x = np.array([0.7 if k >> i & 1 else -0.3 for i in range(6)])
        asked.clear()
        path = followed.path((x,))
        assert asked["Condition"] == 6  # one for each element, not one for each of 64 paths
        np.testing.assert_allclose(slopes(path)[0], true_slopes(x), rtol=1e-15)
    assert followed.tracing.traced == 64


def test_a_shared_beginning_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted where it costs: runs of the operation that the first condition needs."""

    def heavy_first(x):
        if np.sum(np.sinh(x)) < 100.0:
            for i in range(5):
                if x[0] < i:
                    return x[1] * i
        return x[1]

    followed = Followed(heavy_first)
    for at in (-0.5, 0.5, 1.5, 2.5, 3.5):
        followed.path((np.array([at, 1.0]),))
    assert followed.tracing.paths == 5
    runs: list[object] = []
    (trie,) = followed._store._tries.values()
    (first,) = trie._start.answers[None]
    steps = first._steps
    first._steps = tuple(
        ((lambda *v, run=run: (runs.append(run), run(*v))[1]), places) for run, places in steps
    )
    for k, at in enumerate((-0.5, 0.5, 1.5, 2.5, 3.5)):
        runs.clear()
        path = followed.path((np.array([at, 1.0]),))
        assert len(runs) == len(steps) == 3  # sinh, sum, less: once each, whatever the path is
        assert slopes(path)[0][1] == float(k)


def test_facts_are_compared_once_per_call_not_once_per_path(asked: Counter[str]) -> None:
    one, two, three = 1.0, 2.0, 3.0

    def f(x):
        return absolute(x) * one + two * x[0] + three

    followed = Followed(f)
    rng = np.random.default_rng(5)
    for _ in range(30):
        followed.path((rng.normal(size=6),))
    facts = len(
        [q for q in next(iter(followed._store._ends)).tape.questions if isinstance(q, Read)]
    )
    assert followed.tracing.paths > 15 and facts >= 4
    asked.clear()
    followed.path((rng.normal(size=6),))
    assert asked["Fact"] <= facts


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(o, kind) for o in gc.get_objects())


def nodes_alive() -> int:
    """Nodes are no containers that the collector tells of; the tables of interned ones are."""
    from steepest.graph import node

    gc.collect()
    return len(node._nodes)


@pytest.mark.parametrize(("elements", "calls", "bound"), [(200, 50, 10_000), (30, 300, 2_000)])
def test_a_condition_in_a_loop_stays_right_in_bounded_memory(
    elements: int, calls: int, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "NODES", bound)
    tapes, nodes, handles = alive(Tape), nodes_alive(), alive(Handle)
    slope = st.grad(absolute)
    rng = np.random.default_rng(11)
    seen = []
    for k in range(calls):
        x = rng.normal(size=elements)
        np.testing.assert_allclose(slope(x), true_slopes(x), rtol=1e-15)
        if k % (calls // 5) == calls // 5 - 1:
            seen.append((alive(Tape) - tapes, nodes_alive() - nodes))
    assert slope.tracing.traced == calls and slope.tracing.exact is True
    assert 5 <= slope.tracing.paths <= bound // (4 * elements)
    assert all(t <= slope.tracing.paths for t, _ in seen), seen
    assert all(n <= 3 * bound for _, n in seen), seen  # of the paths, and of their derivatives
    assert any("more paths" in note for note in slope.tracing.notes)
    assert "more paths" in repr(slope)
    del slope
    assert alive(Tape) == tapes and alive(Handle) == handles


def test_the_path_that_was_not_taken_for_the_longest_time_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    followed = Followed(absolute)
    corners = [np.array(s) for s in ([1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0])]
    first = followed.path((corners[0],)).tape
    monkeypatch.setattr(store, "NODES", 3 * first.weight + 3)
    for x in corners[1:3]:
        followed.path((x,))
    followed.path((corners[0],))  # taken again: now corners[1] is the oldest
    followed.path((corners[3],))
    assert followed.tracing.traced == 4 and followed.tracing.paths == 3
    followed.path((corners[0],))
    followed.path((corners[2],))
    assert followed.tracing.traced == 4
    followed.path((corners[1],))
    assert followed.tracing.traced == 5


def test_a_path_longer_than_all_that_is_kept_is_traced_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "NODES", 50)
    followed = Followed(absolute)
    x = np.linspace(-1.0, 1.0, 30)
    for _ in range(3):
        np.testing.assert_allclose(slopes(followed.path((x,)))[0], true_slopes(x))
    assert followed.tracing.traced == 3 and followed.tracing.paths == 0
    assert "traced afresh" in repr(followed.tracing)


def test_long_constant_arrays_made_inside_do_not_hide_a_shared_beginning(
    asked: Counter[str],
) -> None:
    def f(x):
        grid = np.linspace(0.0, 1.0, 1000)
        total = np.sum(np.sin(x[0] * grid))
        for level in range(8):
            if total < 50 * level:
                return x[1] * level + np.sum(grid) * x[0]
        return x[1]

    followed = Followed(f)
    points = [np.array([0.05 + 0.1 * k, 1.0]) for k in range(7)]
    for x in points:
        followed.path((x,))
    known = followed.tracing.traced
    assert known == followed.tracing.paths >= 5
    asked.clear()
    for x in points:
        followed.path((x,))
    assert followed.tracing.traced == known
    met = 0  # by the run itself; no path meets a condition more because there are others
    for x in points:
        total = np.sum(np.sin(x[0] * np.linspace(0.0, 1.0, 1000)))
        met += next(level for level in range(9) if total < 50 * level) + 1
    assert asked["Condition"] == met


def test_what_is_forgotten_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    followed = Followed(absolute)
    rng = np.random.default_rng(2)
    for _ in range(30):
        followed.path((rng.normal(size=5),))
    kept = followed._store
    monkeypatch.setattr(store, "NODES", 1)
    for end in list(kept._ends):
        kept._drop(end)
    (trie,) = kept._tries.values()
    assert kept.nodes == 0 and not kept._arrays and kept._numbers == 0
    assert trie._start.answers == {} and trie._conditions == 0


def test_arrays_outside_that_were_replaced_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "NUMBERS", 10_000)
    batch = np.zeros(1000)

    def loss(x):
        return np.sum(batch) * x

    slope = st.grad(loss)
    for k in range(40):
        batch = np.full(1000, float(k))
        assert slope(2.0) == 1000.0 * k
    assert slope.tracing.traced == 40 and slope.tracing.paths == 10


def test_conditions_on_data_outside_are_shared_too(asked: Counter[str]) -> None:
    data = np.array([1.0, -1.0, 2.0])

    def f(x):
        total = 0.0
        for d in data:
            total = total + (d * x**2 if d > 0 else x)
        return total

    followed = Followed(f)
    for sign in (1.0, -1.0):
        for _ in range(2):
            data[0] = sign * 3.0
            expected = sum(2 * d * 1.5 if d > 0 else 1.0 for d in data)
            asked.clear()
            assert slopes(followed.path((1.5,)))[0] == pytest.approx(expected, rel=1e-15)
    assert asked["Condition"] == 3 and followed.tracing.traced == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # NumPy 2.5 would have it otherwise
        data.shape = (3, 1)
    assert slopes(Followed(lambda x: np.sum(data) * x).path((1.5,)))[0] == data.sum()


def test_equal_nodes_make_equal_conditions() -> None:
    """What makes a tree of the paths: the leaves of their graphs are the same."""
    followed = Followed(absolute)
    up, down = (followed.path((np.array([1.0, s]),)).tape for s in (1.0, -1.0))
    assert up is not down and up.graph.inputs == down.graph.inputs
    assert [g.node for g in up.graph.guards] == [g.node for g in down.graph.guards]
    shared = set(topological(up.graph.roots)) & set(topological(down.graph.roots))
    assert all(isinstance(n, Node) for n in shared) and len(shared) > 6
