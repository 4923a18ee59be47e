"""Adjoints against disturbed values at 60 digits; names and lines against the code."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from mpmath import mp, mpf

import steepest as st
from steepest.calculus import derive
from steepest.errors import ShapeError
from steepest.graph.node import CONSTANT, fresh, make
from steepest.graph.operation import ROWS
from steepest.graph.precise import evaluate_precisely
from steepest.graph.traverse import replace, topological

STEP = "1e-20"
FORMULAS = [
    ("(w*x - 1)^2", {"w": "0.3", "x": "2.5"}),
    ("sin(x*y)*exp(-x^2) + y/x", {"x": "0.7", "y": "-1.3"}),
    ("ln(1 + x^2)/(1 + exp(-x*y)) + tanh(x)*tanh(x)", {"x": "0.4", "y": "1.9"}),
    ("max(x, y)^3 + where(x > 2, 1/(x - 0.5), x*y) + abs(x - y)", {"x": "0.6", "y": "0.2"}),
    ("sqrt(x^2 + y^2)*arctan2(y, x) + x^y", {"x": "1.5", "y": "0.8"}),
]


@pytest.mark.parametrize(("formula", "at"), FORMULAS)
def test_an_adjoint_is_how_the_output_answers_to_that_value_alone(formula, at) -> None:
    """The graph with one value replaced by value ± 1e-20, in mpmath, for every node."""
    f = st.Function(formula)
    (output,) = f.expression.outputs
    values = dict(zip(f.expression.inputs, (at[v] for v in f.variables), strict=True))
    nodes = [n for n in topological([output]) if n.real and n.op is not CONSTANT]
    found = evaluate_precisely(derive.adjoints(output, nodes), values, 60)
    for node, adjoint in zip(nodes, found, strict=True):
        bump = fresh("bump")
        (moved,) = replace([output], {node: make(ROWS["add"], (node, bump))})
        up, down = (
            evaluate_precisely([moved], {**values, bump: s + STEP}, 60)[0] for s in ("", "-")
        )
        with mp.workdps(60):
            expected = (up - down) / (2 * mpf(STEP))
            assert abs(adjoint - expected) <= mpf("1e-35") * (1 + abs(expected)), node


def sigmoid(z):
    out = 1 / (1 + np.exp(-z))
    return out


def network(params, x, y):
    h = x
    for layer in params["layers"]:
        z = layer["W"] @ h + layer["b"]
        h = sigmoid(z)
    error = h[0] - y
    loss = 0.5 * error**2
    return loss


PARAMS = {
    "layers": [
        {"W": np.array([[0.6, 0.4], [0.4, -0.6]]), "b": np.array([0.1, -0.5])},
        {"W": np.array([[0.5, -0.7]]), "b": np.array([0.2])},
    ]
}
X, Y = np.array([1.0, -2.0]), 1.0


def test_a_network_by_its_own_names_and_lines() -> None:
    e = st.explain(network, PARAMS, X, Y)
    w1, w2 = (layer["W"] for layer in PARAMS["layers"])
    b1, b2 = (layer["b"] for layer in PARAMS["layers"])
    h1 = sigmoid(w1 @ X + b1)
    h2 = sigmoid(w2 @ h1 + b2)
    to_error = h2[0] - Y
    to_z2 = to_error * h2 * (1 - h2)
    to_h1 = w2.T @ to_z2
    assert e.value == pytest.approx(0.5 * to_error**2)
    assert e["error"].value == pytest.approx(to_error)
    assert e["h"].value == pytest.approx(h1)  # what sigmoid calls out is h where it was called
    assert e["h:2"].value == pytest.approx(h2)
    assert e["h"].adjoint == pytest.approx(to_h1)
    assert e["z:2"].adjoint == pytest.approx(to_z2)
    assert e["z"].adjoint == pytest.approx(to_h1 * h1 * (1 - h1))
    assert e['params["layers"][1]["W"]'].adjoint == pytest.approx(np.outer(to_z2, h1))
    assert e["loss"].adjoint == 1 and e["loss"] is e.output
    assert not any(s.name == "out" for s in e)

    first = network.__code__.co_firstlineno
    assert (e["z"].origin.line, e["z"].line) == (first + 3, 'z = layer["W"] @ h + layer["b"]')
    assert e["h"].origin.line == sigmoid.__code__.co_firstlineno + 1
    assert e["error"].text.endswith("- y") and e["loss"].origin.file == __file__


def test_inputs_have_the_gradient_to_the_last_bit() -> None:
    e = st.explain(network, PARAMS, X, Y, argnums=(0, 1))
    slopes = st.grad(network, argnums=(0, 1))(PARAMS, X, Y)
    for i in range(2):
        for name in ("W", "b"):
            given = e[f'params["layers"][{i}]["{name}"]'].adjoint
            assert np.array_equal(given, slopes[0]["layers"][i][name])
    assert np.array_equal(e["x"].adjoint, slopes[1])


TABLE = np.array([1.0, 2.0, 3.0])


def with_data(x, times):
    total = np.zeros(3)
    for i in range(times):
        total[i] = x * TABLE[i]
    whole = total.sum()
    return whole


def test_captured_arrays_are_data_and_integers_stay() -> None:
    e = st.explain(with_data, 2.0, 3)
    assert e.value == 12 and e["x"].adjoint == 6
    data = [s for s in e if s.role == "data"]
    assert [s.name for s in data] == ["TABLE"]
    assert np.array_equal(data[0].adjoint, [2, 2, 2])
    assert e["whole"].role == "output"


def test_whole_numbers_and_truth_values_have_no_adjoint() -> None:
    e = st.explain(
        lambda x: np.sum(np.where(x > 0, np.sqrt(np.abs(x)), 0.0)), np.array([4.0, -1.0])
    )
    (compared,) = [s for s in e if s.operation == "greater"]
    assert compared.adjoint is None and compared.value.tolist() == [True, False]
    (root,) = [s for s in e if s.operation == "sqrt"]
    assert np.array_equal(root.adjoint, [1, 0])  # nothing arrives in the branch not taken


def test_it_prints_and_goes_to_json() -> None:
    e = st.explain(network, PARAMS, X, Y)
    shown = str(e)
    assert "test_explain.py" in shown and "error" in shown and shown.count("\n") == len(e) + 1
    assert "color:#a31f3a" in e._repr_html_() and "&quot;" in e._repr_html_()
    data = json.loads(json.dumps(e.as_data(), allow_nan=False))
    steps = {s["number"]: s for s in data["steps"]}
    assert data["value"] == float(e.value) and steps[data["output"]]["adjoint"] == 1
    for s in steps.values():
        assert all(steps[a] for a in s["arguments"] if isinstance(a, int))
    odd = st.explain(lambda x: np.log(x) * np.ones(2000)[0], 0.0)
    assert json.loads(json.dumps(odd.as_data(), allow_nan=False))["value"] == "-inf"


def test_a_long_function_is_cut_in_print_and_picture() -> None:
    def long(x):
        for _ in range(40):
            x = np.sin(x) + 1
        return x

    e = st.explain(long, 0.5)
    assert len(e) == 81 and "31 steps not shown" in str(e)
    ax = e.plot()
    assert "the last 60 of 81 steps" in ax.get_title(loc="left")
    assert "x:40" in {t.get_text() for t in ax.texts}


def test_what_could_not_be_followed_says_so() -> None:
    import struct

    def through_c(x):
        return struct.unpack("d", struct.pack("d", x**2))[0]

    with pytest.warns(UserWarning, match="by differences"):
        e = st.explain(through_c, 3.0)
    assert e.exact is False and "by differences, not exact" in str(e)
    assert e["x"].adjoint == pytest.approx(6)


def test_a_debugger_goes_on_watching() -> None:
    seen = []

    def debugger(frame, event, arg):
        seen.append(frame.f_code.co_name)
        return debugger

    before = sys.gettrace()
    sys.settrace(debugger)
    try:
        e = st.explain(network, PARAMS, X, Y)
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(before)
    assert e["error"].adjoint == pytest.approx(e["error"].value)
    assert "network" in seen


def test_being_watched_changes_nothing() -> None:
    """The graph is the one that grad differentiates: names are read, nothing else."""
    from steepest.graph.traverse import count
    from steepest.sources.pieces import as_source
    from steepest.sources.watching import Watch

    def f(x):
        out = np.zeros(50)
        view = out[10:20]
        for i in range(50):
            out[i] = x * i
        view *= 2
        return np.sum(out)

    with Watch() as watch:
        watched = as_source(f).piece((1.5,), {}, (0,))
    alone = as_source(f).piece((1.5,), {}, (0,))
    assert count(watched.outputs) == count(alone.outputs)
    assert "out" in watch.names.values()


def test_errors_say_what_to_write() -> None:
    with pytest.raises(ShapeError, match=r"returns \(2,\); explain one element"):
        st.explain(lambda x: x * 2, np.ones(2))
    e = st.explain(lambda x: x * 2, 1.0)
    with pytest.raises(KeyError, match="no step called 'y'; the names are x"):
        e["y"]
    with pytest.raises(IndexError, match="numbered from 1 to 2"):
        e[3]


def test_an_operator_is_explained_like_anything_else() -> None:
    e = st.explain(st.grad(lambda x: x**3), 2.0)
    assert e.value == 12 and e["x"].adjoint == 12
