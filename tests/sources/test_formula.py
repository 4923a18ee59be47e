"""What a parsed formula says of itself, and what is said when it cannot be parsed."""

from __future__ import annotations

import ast
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import steepest.sources.formula as package
from steepest.errors import FormulaError, VariableError
from steepest.graph.node import constant, make, variable
from steepest.graph.operation import ROWS
from steepest.graph.traverse import count, evaluate
from steepest.sources.formula import Limits, parse


def refusal(text: str, **given: object) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        parse(text, **given)  # type: ignore[arg-type]
    return caught.value


# ---- what comes out ------------------------------------------------------------------------------


def test_the_fields_of_a_definition() -> None:
    formula = parse("g(n, e) = n^2 + 3e^2")
    assert formula.name == "g"
    assert formula.variables == ("n", "e")
    assert formula.inputs == (variable("n"), variable("e"))
    assert formula.vector is False
    assert formula.notes == ()
    assert len(formula.outputs) == 1


def test_the_tree_is_as_typed() -> None:
    n = variable("n")
    assert parse("2n").outputs == (make(ROWS["multiply"], (constant(Fraction(2)), n)),)
    assert parse("-n").outputs == (make(ROWS["negative"], (n,)),)
    assert parse("n²").outputs == (make(ROWS["power"], (n, constant(Fraction(2)))),)
    assert parse("n/2").outputs == (make(ROWS["divide"], (n, constant(Fraction(2)))),)
    assert parse("√n").outputs == (make(ROWS["sqrt"], (n,)),)
    assert parse("|n|").outputs == (make(ROWS["absolute"], (n,)),)
    assert parse("n + 0").outputs == (make(ROWS["add"], (n, constant(Fraction(0)))),)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2n", "2*n"), ("2n", "2·n"), ("n²", "n**2"), ("ln n", "log(n)"), ("n₁", "n_1"), ("𝑛", "n")],
)
def test_spellings_of_one_formula_give_one_node(one: str, other: str) -> None:
    assert parse(one).outputs == parse(other).outputs


def test_numbers_are_exact() -> None:
    assert parse("0.1").outputs[0].exact == Fraction(1, 10)
    assert parse("⅓").outputs[0].exact == Fraction(1, 3)
    assert parse("1.25E-3").outputs[0].exact == Fraction(1, 800)
    assert parse("9007199254740993").outputs[0].exact == 2**53 + 1  # no double holds it


def test_order_of_variables_is_that_of_first_appearance_or_as_declared() -> None:
    assert parse("y x + z").variables == ("y", "x", "z")
    assert parse("y x + z", ["x", "y", "z"]).variables == ("x", "y", "z")
    assert parse("y x + z", "x, y, z").variables == ("x", "y", "z")
    assert parse("x", ["x", "unused"]).variables == ("x", "unused")


def test_parameters_are_constants_and_no_variables() -> None:
    formula = parse("a*x**2 + b", parameters={"a": 2, "b": 0.1})
    assert formula.variables == ("x",)
    assert formula.parameters == {"a": 2, "b": Fraction(1, 10)}
    assert formula.outputs == parse("2x^2 + 0.1").outputs


def test_a_parameter_makes_its_products_known() -> None:
    formula = parse("ax² + bx + c", parameters={"a": 1, "b": 2, "c": 3})
    assert formula.variables == ("x",)
    assert formula.outputs == parse("1*x² + 2*x + 3").outputs


def test_numpy_numbers_may_be_parameters() -> None:
    given = {"a": np.float64(0.1), "b": np.int64(3)}
    assert parse("a x + b", parameters=given).outputs == parse("0.1x + 3").outputs


def test_a_vector_of_one_is_still_a_vector() -> None:
    assert parse("[x]").vector and not parse("(x)").vector
    assert len(parse("(x, y,)").outputs) == 2


def test_spans_point_into_the_text() -> None:
    formula = parse("x + sin 3n")
    (total,) = formula.outputs
    quoted = {node: formula.text[a:b] for node, (a, b) in formula.spans.items()}
    assert quoted[total] == "x + sin 3n"
    assert quoted[total.args[1]] == "sin 3n"
    assert quoted[total.args[1].args[0]] == "3n"


def test_nodes_remember_the_stretch_of_text_they_came_from() -> None:
    node = parse("arctan(q_77) +\n arctan(q_78)").outputs[0].args[1]
    assert node.origin is not None
    assert (node.origin.file, node.origin.line, node.origin.text) == ("formula", 2, "arctan(q_78)")


def test_every_function_of_the_rows_can_be_typed() -> None:
    letters = ["a", "b", "c"]
    for row in ROWS.values():
        for spelling in row.spellings:
            if not row.arity or spelling in ("not", "xor", "√", "∛"):
                continue
            args = letters[: row.arity]
            condition = row.name == "where"
            text = f"{spelling}({', '.join(['a > 0', *args[1:]] if condition else args)})"
            (output,) = parse(text).outputs
            assert output.op is row or row.name == "power", text


# ---- the letter e --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "given", "variables"),
    [
        ("e^t", {}, ("t",)),
        ("e^(t e^t)", {}, ("t",)),
        ("e + t", {}, ("e", "t")),
        ("e^2", {}, ("e",)),
        ("e^a t", {"parameters": {"a": 2}}, ("e", "t")),
        ("e^t", {"variables": ("t", "e")}, ("t", "e")),
        ("e^t + e", {"variables": ("t",)}, ("t",)),
        ("e^t + e", {"parameters": {"e": 1}}, ("t",)),
        ("f(t) = e^t + e", {}, ("t",)),
        ("f(e) = e^e", {}, ("e",)),
        ("exp(e) + ℯ", {}, ("e",)),
    ],
)
def test_what_e_is(text: str, given: dict[str, object], variables: tuple[str, ...]) -> None:
    assert parse(text, **given).variables == variables  # type: ignore[arg-type]


def test_a_declared_e_needs_no_note() -> None:
    assert parse("3e^2", ("e",)).notes == ()


def test_euler_stays_exact() -> None:
    power = parse("e^t").outputs[0]
    assert power.args[0].op is ROWS["euler"]


# ---- errors --------------------------------------------------------------------------------------


def test_an_error_shows_the_line_the_place_the_reason_and_the_remedy() -> None:
    assert str(refusal("2n + 3(e + 1")) == (
        "The bracket ( opened at character 7 is never closed.\n\n"
        "    2n + 3(e + 1\n"
        "          ^\n\n"
        "Write ) where it ends."
    )


def test_of_several_lines_the_one_in_question_is_shown() -> None:
    message = str(refusal("x +\ny + $\n+ z"))
    assert "    y + $\n        ^" in message and "x +" not in message


def test_a_long_line_is_cut_around_the_place() -> None:
    message = str(refusal("x + " * 500 + "$" + " + x" * 500))
    shown, carets = message.split("\n\n")[1].splitlines()
    assert len(shown) < 90
    assert shown[carets.index("^")] == "$"


def test_nothing_in_a_message_can_steer_a_terminal() -> None:
    assert str(refusal("x + \x1b[31m")).isprintable() is False  # line ends only
    assert "\x1b" not in str(refusal("x + \x1b[31m"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sine(x)", "Did you mean sin"),
        ("foo(x)", "The functions are: abs,"),
        ("Sin x", "Write sin:"),
        ("sin3n", "Write sin(3n)"),
        ("log2x", "Write log2(x) or log(2x)"),
        ("xcos(x)", "Write x*cos"),
        ("log_3 x", "log(x)/log(3)"),
        ("log(x, 3)", "log(x)/log(b)"),
        ("xy", "For a product write x*y."),
        ("f(x) = x + y", "f(x, y) = …"),
        ("x!", "exp(gammaln(n + 1))"),
        ("5%", "0.05"),
        ("1,5", "Write 1.5 instead of 1,5."),
        ("sin(1,5)", "1.5"),
        ("f'(x)", "derivative"),
        ("dx/dt", "derivative"),
        ("x if x > 0 else 0", "where(x > 0, a, b)"),
        ("lambda x: x", "f(x) = x^2"),
        ("np.sin(x)", "Write sin alone"),
        ("hypot x", "hypot(a, b)"),
        ("where x", "where(x > 0, a, b)"),
        ("max(x)", "max(a, b)"),
        ("x^2 = 4", "x^2 - 4"),
        ("x = 4 = y", "where(x == 0, 1, 2)"),
        ("\u200bx", "ZERO WIDTH SPACE"),
        ("٣x", "ARABIC-INDIC DIGIT THREE"),
        ("__import__('os')", "LOW LINE"),
        ("x.__class__", "no dots"),
    ],
)
def test_errors_say_what_to_write_instead(text: str, said: str) -> None:
    assert said in str(refusal(text))


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_empty_text(text: str) -> None:
    assert "the text is empty" in str(refusal(text))


def test_the_position_is_that_of_the_character() -> None:
    error = refusal("x + foo(y)")
    assert (error.position, error.length, error.text) == (4, 3, "x + foo(y)")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"variables": ["x", "x"]}, "twice"),
        ({"variables": ["x y"]}, "cannot be the name"),
        ({"variables": ["sin"]}, "a meaning of its own"),
        ({"variables": ["π"]}, "a meaning of its own"),
        ({"variables": [3]}, "cannot be the name"),
        ({"variables": ["x"], "parameters": {"x": 1}}, "one of them only"),
        ({"parameters": {"x": float("nan")}}, "not a finite number"),
        ({"parameters": {"x": "1"}}, "not a finite number"),
        ({"parameters": {"z": 1}}, "does not occur"),
    ],
)
def test_declarations_that_cannot_be(given: dict[str, object], said: str) -> None:
    with pytest.raises(VariableError, match=said):
        parse("x + 1", **given)  # type: ignore[arg-type]


def test_header_and_variables_must_agree() -> None:
    assert parse("f(x, y) = x", ("x", "y")).variables == ("x", "y")
    with pytest.raises(VariableError, match="in one place"):
        parse("f(x, y) = x", ("y", "x"))


def test_what_is_no_text() -> None:
    assert "this is of type int" in str(refusal(5))  # type: ignore[arg-type]


# ---- size ----------------------------------------------------------------------------------------

HUGE = {
    "a megabyte of brackets": "(" * 1_000_000,
    "brackets to the limit": "(" * 200_000,
    "closing brackets": ")" * 200_000,
    "bars": "|" * 200_000,
    "signs": "-" * 200_000,
    "towers": "2" + "^2" * 90_000,
    "functions of functions": "sin " * 50_000,
    "one name": "a" * 200_000,
    "one number": "1" * 200_000,
    "a power of ten": "1E999999999",
    "a small power of ten": "1E-999999999",
    "an exponent of digits": "1E" + "9" * 100_000,
    "raised brackets": "x" + "⁽" * 90_000,
    "raised digits": "x" + "²" * 90_000,
    "too many pieces": "x" + "°" * 90_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_what_is_too_large_is_refused_in_few_words(text: str) -> None:
    message = str(refusal(text))
    assert len(message) < 500


def test_depth_has_a_limit_of_its_own_not_the_interpreters() -> None:
    assert parse("(" * 199 + "x" + ")" * 199).outputs == (variable("x"),)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len_of_stack() + 60)
    try:
        parse("(" * 199 + "x" + ")" * 199)
        parse("-" * 150 + "x" + "^2" * 40)
    finally:
        sys.setrecursionlimit(before)
    assert "200 levels" in str(refusal("(" * 201 + "x" + ")" * 201))


def len_of_stack() -> int:
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    return depth


def test_ten_thousand_terms() -> None:
    formula = parse(" + ".join(f"{i}*x" for i in range(1, 10_001)))
    assert count(formula.outputs) == 19_999
    (value,) = evaluate(list(formula.outputs), {variable("x"): np.float64(1.0)})
    assert value == 50_005_000
    assert formula.reading.startswith("((((")


def test_work_grows_in_proportion_to_the_text() -> None:
    def steps(terms: int) -> int:
        calls = 0

        def counting(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += 1

        text = " + ".join(["1/2n + sin 3n y + e^x y + |x||y|"] * terms)
        sys.setprofile(counting)
        try:
            parse(text)
        finally:
            sys.setprofile(None)
        return calls

    steps(10)  # what is computed once
    assert steps(800) < 2.2 * steps(400)


def test_a_server_sets_smaller_limits() -> None:
    small = Limits(length=100, depth=5, nodes=10)
    assert "at most 100" in str(refusal("x" * 101, limits=small))
    assert "5 levels" in str(refusal("((((((x))))))", limits=small))
    assert "more than 10" in str(refusal("x+x+x+x+x+x+x+x", limits=small))


def test_nothing_in_the_parser_can_run_text() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "getattr", "import_module", "open"}
    for file in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                assert node.id not in forbidden, f"{file.name}:{node.lineno}"
            if isinstance(node, ast.Import):
                assert not {"ast", "importlib", "os"} & {a.name for a in node.names}, file.name
