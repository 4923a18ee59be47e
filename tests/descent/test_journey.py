"""Setting out: what can begin, what cannot, and what comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.descent import GradientDescent, ascend, descend, resume
from steepest.descent.numerals import subscript
from steepest.errors import DescentError
from steepest.objective import Objective
from tests.descent.grounds import ground, named, parabola, quadratic
from tests.descent.methods import SignDescent


def test_the_text_on_both_sides_of_the_minimum() -> None:
    """w2 = w1 − α·df/dw: a negative slope gives w2 > w1, a positive one w2 < w1; both go down."""
    for start, slope in ((1.0, -4.0), (5.0, 4.0)):
        d = descend(parabola(), start, rate=0.25, steps=1)
        assert d.gradients[0, 0] == slope and d.x[0] == start - 0.25 * slope
        assert d.values[1] < d.values[0]


def test_what_a_descent_holds() -> None:
    d = descend(named("sphere"), [3.0, -4.0], rate=0.25, steps=3)
    np.testing.assert_array_equal(d.path, [[3, -4], [1.5, -2], [0.75, -1], [0.375, -0.5]])
    np.testing.assert_array_equal(d.values, (d.path**2).sum(axis=1))
    np.testing.assert_array_equal(d.gradients, 2 * d.path)
    np.testing.assert_array_equal(d.record.lengths, [0, 2.5, 1.25, 0.625])
    assert d.accepted.all() and (d.steps, d.evaluations, d.ending) == (3, 4, "steps")
    assert d.x.tolist() == [0.375, -0.5] and d.last.value == d.values[-1] and d.last.step == 3
    assert d.best.x.tolist() == d.x.tolist() and d.names == ("x", "y")


def test_best_and_last_differ_where_the_walk_went_up() -> None:
    d = descend(parabola(), 5.0, rate=1.2, steps=5)
    assert (d.best.step, d.best.value, d.best.x[0]) == (0, 4.0, 5.0)
    assert d.last.step == 5 and d.last.value > 4


def test_results_are_copies() -> None:
    start = np.array([3.0, -4.0])
    d = descend(named("sphere"), start, steps=2)
    d.x[:] = 99.0
    d.last.x[:] = 99.0
    assert start.tolist() == [3.0, -4.0] and abs(d.x).max() < 4
    assert resume(d, steps=1).path[-1] == pytest.approx(d.path[-1] * 0.8)


def test_names_by_default() -> None:
    assert descend(quadratic([1.0]), 1.0, steps=1).names == ("x",)
    assert descend(quadratic([1.0, 2.0]), [1.0, 2.0], steps=1).names == ("x1", "x2")


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ([1.0, float("nan")], r"not finite \(x = 1, y = NaN\)"),
        ([float("inf"), 1.0], r"not finite \(x = ∞"),
        ([1.0, 2.0, 3.0], "3 components and the function the variables x, y"),
        (1.0, "1 components"),
        ("north", "not made of real numbers"),
        ([1.0, "a"], "not made of real numbers"),
        ([1j, 2], "not made of real numbers"),
        ([[1.0], [2.0, 3.0]], "ragged"),
    ],
)
def test_starts_that_cannot_be(start: Any, says: str) -> None:
    with pytest.raises(DescentError, match=says):
        descend(named("sphere"), start)


def test_no_components_at_all() -> None:
    with pytest.raises(DescentError, match="nothing to change"):
        descend(quadratic([]), [])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_none_at_the_start(value: float) -> None:
    o = ground(lambda n, e: value, lambda n, e: [1.0, 1.0], ["n", "e"])
    with pytest.raises(DescentError, match=rf"f = {value} at the start \(n = 2, e = −1\)"):
        descend(o, [2.0, -1.0])


def test_a_slope_that_is_none_at_the_start() -> None:
    o = ground(lambda x: abs(x) ** 0.5, lambda x: [np.nan], ["x"])
    with pytest.raises(DescentError, match=r"∇f = \[nan\] at the start \(x = 0\)"):
        descend(o, 0.0)


def test_a_start_off_the_map() -> None:
    o = ground(lambda x: x, lambda x: [1.0], ["x"], inside=lambda x: bool(x[0] > 0))
    with pytest.raises(DescentError, match=r"off the map \(x = −1\)"):
        descend(o, -1.0)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rate": 0}, "takes no step"),
        ({"rate": -0.1}, "did you mean ascend"),
        ({"rate": float("inf")}, "not a finite"),
        ({"rate": float("nan")}, "not a finite"),
        ({"rate": "0.1"}, "neither a number nor a schedule"),
        ({"steps": -5}, "less than 0"),
        ({"method": "adamm"}, 'did you mean "adam"'),
        ({"method": "newton"}, 'the named methods are "gradient-descent"'),
        ({"method": GradientDescent}, "is a class"),
        ({"method": 3}, "neither a name nor an object"),
        ({"method": SignDescent(), "rate": 0.1}, "brings its own"),
        ({"every": 0}, "every=0"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], says: str) -> None:
    for walk in (descend, ascend):
        with pytest.raises(DescentError, match=says):
            walk(parabola(), 5.0, **settings)


def test_names_of_methods_in_any_spelling() -> None:
    d = descend(parabola(), 5.0, method="Gradient Descent", steps=1)
    assert d.method == GradientDescent(0.1)


def test_a_schedule_is_a_function_of_the_step() -> None:
    seen: list[int] = []

    def schedule(t: int) -> float:
        seen.append(t)
        return 0.25

    descend(parabola(), 5.0, rate=schedule, steps=3)
    assert seen == [0, 1, 2, 3]


def test_the_same_walk_twice_has_the_same_bits() -> None:
    walks = [descend(named("waves"), [3.0, 2.0], method="adam", steps=300) for _ in range(2)]
    assert np.array_equal(walks[0].path, walks[1].path)


class Test_table:
    def test_one_variable_with_the_numbers_plugged_in(self) -> None:
        lines = str(descend(parabola(), 5.0, rate=0.1, steps=1000).table()).split("\n")
        assert lines[0] == "w ← w − α·df/dw, with the rate α = 0.1"
        assert "w2 = w1 − α·df/dw = 5 − 0.1·4 = 4.6 " in lines[2]
        assert lines[2].startswith("1 ") and lines[2].endswith("4 → 2.56")
        assert lines[5] == "   ⋮ 83 steps not shown" and len(lines) == 9
        assert lines[8].startswith("89")

    def test_a_negative_slope_is_put_in_brackets(self) -> None:
        table = str(descend(parabola(), 1.0, rate=0.1, steps=1).table())
        assert "w2 = w1 − α·df/dw = 1 − 0.1·(−4) = 1.4" in table

    def test_two_variables_take_a_line_each(self) -> None:
        table = str(descend(named("sphere"), [3.0, -4.0], rate=0.25, steps=1).table())
        assert "x2 = x1 − α·∂f/∂x = 3 − 0.25·6 = 1.5" in table
        assert "y2 = y1 − α·∂f/∂y = −4 − 0.25·(−8) = −2" in table
        assert table.startswith("w ← w − α·∂f/∂w for each variable w, with the rate α = 0.25\n")

    def test_up_is_plus(self) -> None:
        hill = ground(lambda w: -((w - 3) ** 2), lambda w: [-2 * (w - 3)], ["w"])
        table = str(ascend(hill, 5.0, rate=0.1, steps=1).table())
        assert "w ← w + α·df/dw, with" in table
        assert "w2 = w1 + α·df/dw = 5 + 0.1·(−4) = 4.6" in table and "−4 → −2.56" in table

    def test_a_schedule_shows_the_rate_of_its_step(self) -> None:
        table = str(descend(parabola(), 5.0, rate=lambda t: 0.1 / (t + 1), steps=2).table())
        assert "4.6 − 0.05·3.2 = 4.44" in table

    def test_other_methods_show_their_step(self) -> None:
        table = str(descend(parabola(), 5.0, method="momentum", steps=2).table())
        assert "v ← μ·v − α·∂f/∂w,  w ← w + v" in table
        assert "w3 = w2 + step = 4.6 + (−0.68) = 3.92" in table

    def test_many_variables_show_lengths(self) -> None:
        d = descend(quadratic([1.0] * 9), np.ones(9), rate=0.5, steps=1)
        assert "length of ∇f" in str(d.table())
        assert str(d.table()).split("\n")[2].split() == ["1", "4.5", "→", "1.125", "3", "1.5"]

    def test_html(self) -> None:
        html = descend(parabola(), 5.0, steps=20).table()._repr_html_()
        assert html.count("<tr>") == 1 + 6 + 1 and "14 steps" in html
        assert "5 − 0.1·4 = 4.6" in html

    def test_counts_must_be_counts(self) -> None:
        with pytest.raises(DescentError):
            descend(parabola(), 5.0, steps=2).table(first=-1)

    def test_a_walk_without_steps(self) -> None:
        assert str(descend(parabola(), 3.0).table()).split("\n")[1].startswith("step")

    def test_none_first_or_none_last(self) -> None:
        d = descend(parabola(), 5.0, steps=20)
        assert "w2 = w1" not in str(d.table(first=0)) and "w21 = w20" in str(d.table(first=0))
        assert "w21 = w20" not in str(d.table(last=0)) and "w2 = w1" in str(d.table(last=0))


def test_how_a_descent_prints() -> None:
    d = descend(parabola(), 5.0, rate=1.2, steps=5)
    text = repr(d)
    assert "Descent of f by GradientDescent(rate=1.2): 5 steps, 6 evaluations" in text
    assert "f from 4 to 115.7 at w = 13.7565" not in text and "best f = 4 at step 0: w = 5" in text
    assert "Diverging" in text and "Diverging" in d._repr_html_()
    assert "<table>" in d._repr_html_()


def test_markup_in_a_label_is_escaped() -> None:
    o = Objective(lambda x: (float(x @ x), 2 * x), label="<script>")
    assert "<script>" not in descend(o, 1.0, steps=1)._repr_html_()


def test_subscripts() -> None:
    assert subscript("θ", 3) == "θ3" and subscript("w[0]", 12) == "w[0]₍₁₂₎"
