"""What is not exact is said.

Losses with their line, randomness, side effects, crowds of paths, and strictness.
"""

from __future__ import annotations

import re
import struct
import threading

import numpy as np
import pytest

from steepest.errors import CaptureError, VariableError
from steepest.graph.traverse import count
from steepest.sources.capture import Followed, NumericalWarning, Tracing
from steepest.sources.capture.scalars import ScalarHandle
from tests.sources.capture.test_programs import slopes

X = np.array([0.7, -1.3, 2.1])


def line(function, below: int = 1) -> str:
    return rf"test_followed\.py:{function.__code__.co_firstlineno + below}\b"


def through_c_code(x):
    return struct.unpack("d", struct.pack("d", x[0] ** 2))[0] + x[1] ** 2


def test_a_loss_is_told_with_its_line() -> None:
    followed = Followed(through_c_code)
    with pytest.warns(NumericalWarning, match=line(through_c_code)):
        path = followed.path((X,))
    assert path.numerical and followed.tracing.exact is False
    assert path.outputs()[0] == through_c_code(X)
    assert re.search(line(through_c_code), repr(followed.tracing))
    assert "by differences" in repr(followed.tracing)
    assert followed.path((X,)).numerical and followed.tracing.traced == 1


def test_strict_raises_instead() -> None:
    with pytest.raises(CaptureError, match="strict.*" + line(through_c_code)):
        Followed(through_c_code, strict=True).path((X,))


def test_a_write_that_no_hook_sees_is_seen_by_the_check() -> None:
    plain = memoryview(bytearray(24)).cast("d")

    def smuggled(x):
        plain[0] = float(np.asarray(x)[0])
        return np.frombuffer(plain).sum() + x[1]

    with pytest.warns(NumericalWarning):
        assert Followed(smuggled).path((X,)).numerical


def test_a_wrong_rule_is_seen_by_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: a derivative rule that lies."""
    from steepest.graph.operation import BINDINGS, ROWS
    from steepest.record import replaced

    lying = replaced(ROWS["sinh"], name="lying", partials=(lambda x, y: 1.01 * np.cosh(x),))
    monkeypatch.setitem(BINDINGS, np.sinh, lying)
    with pytest.warns(NumericalWarning, match="differences of the value give"):
        assert Followed(lambda x: np.sinh(x).sum()).path((X,)).numerical


def test_a_wrong_value_is_seen_by_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: a row that computes something else than NumPy does."""
    from steepest.graph.operation import BINDINGS, ROWS, real_dtype
    from steepest.record import replaced

    lying = replaced(ROWS["cosh"], name="lying", run=lambda x: np.cosh(x) + 1e-7, dtype=real_dtype)
    monkeypatch.setitem(BINDINGS, np.cosh, lying)
    with pytest.warns(NumericalWarning, match="nearby the function gives"):
        assert Followed(lambda x: np.cosh(x).sum()).path((X,)).numerical


def test_randomness_is_noticed() -> None:
    generator = np.random.default_rng(1)

    def noisy(x):
        return np.sum(x**2) * (1 + generator.normal())

    followed = Followed(noisy)
    followed.path((X,))
    followed.path((X,))
    assert followed.tracing.exact is None and followed.tracing.traced == 2
    assert any("randomness" in n for n in followed.tracing.notes)


def test_side_effects_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    def talks(x):
        print("at", x[0])
        return x[0] ** 2

    followed = Followed(talks)
    followed.path((X,))
    followed.path((X + 1,))
    assert capsys.readouterr().out.startswith("at 0.7\n")
    assert followed.tracing.traced == 1
    assert "not at every call" in repr(followed.tracing)


def test_only_one_point_can_be_compared_is_unchecked() -> None:
    here = int(X[0] * 2**60)
    followed = Followed(lambda x: x[0] ** 2 if int(x[0] * 2**60) == here else 0.0)
    assert not followed.path((X,)).numerical
    assert followed.tracing.exact is None
    assert "other paths" in followed.tracing.reasons[0]


def test_text_that_decides_nothing_costs_nothing() -> None:
    followed = Followed(lambda x: x[0] ** 2 if f"{x[0]!r}" else 0.0)
    followed.path((X,))
    assert followed.tracing.exact is True


@pytest.mark.parametrize("read", [lambda v: float(str(v)), lambda v: float(f"{v}")])
def test_text_that_is_read_back_is_seen(read) -> None:
    followed = Followed(lambda x: read(x[0]) ** 2 + x[1])
    with pytest.warns(
        NumericalWarning, match=r"written as text at .*test_followed\.py:\d+, and that decides"
    ):
        assert followed.path((X,)).numerical


def test_an_iteration_that_ends_where_it_stands_still_is_checked() -> None:
    def root(x):
        z = 1.0
        while (new := (z + x[0] / z) / 2) != z and abs(new - z) > 0:
            z = new
        return z

    followed = Followed(root)
    followed.path((np.array([2.25]),))
    assert followed.tracing.exact is True


def test_a_loop_that_writes_elements_stays_linear() -> None:
    def fill(x):
        out = np.zeros(len(x))
        for i in range(len(x)):
            out[i] = x[i] ** 2 * np.sin(x[i])
        return out.sum()

    sizes = []
    for n in (100, 200):
        x = np.linspace(0.1, 2.0, n)
        path = Followed(fill).path((x,))
        np.testing.assert_allclose(
            slopes(path)[0], 2 * x * np.sin(x) + x**2 * np.cos(x), rtol=1e-13
        )
        sizes.append(count(path.graph.outputs))
    assert (
        sizes[1] - sizes[0] == 400
    )  # index, power, sin, multiply for each element; one stack, one sum for all


def test_a_recurrence_stays_linear() -> None:
    def carry(x):
        u = np.zeros(len(x) + 1)
        u[0] = 1.0
        for i in range(len(x)):
            u[i + 1] = u[i] + 0.1 * np.tanh(u[i] * x[i])
        return u[-1] + u[1:3].sum()

    sizes = [
        count(Followed(carry).path((np.linspace(0, 1, n),)).graph.outputs) for n in (50, 100, 200)
    ]
    assert sizes[2] - sizes[1] == 2 * (sizes[1] - sizes[0])


def test_an_index_that_varies_is_a_gather_not_a_guard() -> None:
    table = np.array([1.0, 10.0, 100.0])

    def lookup(x):
        return table[int(x[2])] * x[0]

    followed = Followed(lookup)
    assert slopes(followed.path((X,)))[0][0] == 100.0
    assert slopes(followed.path((X - 1,)))[0][0] == 10.0
    assert followed.tracing.traced == 1 and not followed.tracing.guards


def test_four_threads_at_once() -> None:
    def work(x):
        out = np.zeros(3)
        for i in range(3):
            out[i] = x[i] ** 2 if x[i] > 0 else x[i] ** 3
        return out.sum()

    followed = Followed(work)
    wrong: list[object] = []

    def run(seed: int) -> None:
        generator = np.random.default_rng(seed)
        try:
            for _ in range(10):
                x = generator.normal(size=3)
                np.testing.assert_allclose(
                    slopes(followed.path((x,)))[0], np.where(x > 0, 2 * x, 3 * x**2)
                )
        except Exception as error:  # noqa: BLE001  (told to the main thread)
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
    assert followed.tracing.paths <= 8


def test_the_functions_own_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        Followed(lambda x: 1 // 0).path((X,))
    with pytest.raises(IndexError, match="out of bounds"):
        Followed(lambda x: x[7]).path((X,))
    with pytest.raises(ValueError, match="broadcast"):
        Followed(lambda x: x + np.ones(4)).path((X,))


def test_a_fault_of_ours_is_an_error_with_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: object, other: object) -> object:
        raise KeyError("planted")

    monkeypatch.setattr(ScalarHandle, "__mul__", fails)
    # the planted fault stands in a test, which counts as the user's line: it is flagged; inside
    # steepest it is an error
    with pytest.warns(NumericalWarning, match="KeyError"):
        Followed(lambda x: x[0] * 2).path((X,))
    from steepest.graph.operation import BINDINGS

    def broken(*args: object) -> object:
        raise KeyError("planted")

    monkeypatch.setitem(BINDINGS, np.cosh, broken)
    with pytest.raises(CaptureError, match="Please report"):
        Followed(lambda x: np.cosh(x).sum()).path((X,))


def test_arguments_by_position_name_and_structure() -> None:
    def loss(params, data, power=2, *, scale=1.0):
        return scale * np.sum((params["w"] * data + params["b"]) ** power)

    followed = Followed(loss, argnums=(0,))
    params = {"w": np.array([1.0, 2.0]), "b": 3}
    path = followed.path((params, X[:2], 2), {"scale": 0.5})
    assert path.names == ('params["w"]', 'params["b"]', "data", "scale")
    assert path.differentiable == (True, True, False, False)
    assert any("int64" in n for n in followed.tracing.notes)
    found = slopes(path)
    r = params["w"] * X[:2] + 3
    np.testing.assert_allclose(found[0], r * X[:2])
    np.testing.assert_allclose(found[1], r.sum())
    followed.path((params, X[1:], 2), {"scale": 0.7})
    assert followed.tracing.traced == 1
    followed.path((params, X[1:], 3), {"scale": 0.7})
    assert followed.tracing.traced == 2
    with pytest.raises(VariableError, match="no argument 'rate'"):
        Followed(loss, argnums=("rate",)).path((params, X[:2]))


def test_structures_come_out_as_they_are() -> None:
    followed = Followed(lambda p: {"sum": p[0] + p[1], "both": [p[0] * 2, (p[1],)]})
    path = followed.path(((1.5, np.array([1.0, 2.0])),))
    out = path.output_structure.unflatten(path.outputs())
    assert out["both"][0] == 3.0 and type(out["both"][1]) is tuple
    np.testing.assert_array_equal(out["sum"], [2.5, 3.5])


def test_float32_is_kept() -> None:
    path = Followed(lambda x: np.sum(x * x)).path((X.astype(np.float32),))
    assert path.outputs()[0].dtype == np.float32
    found = slopes(path)[0]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 2 * X.astype(np.float32))


def test_python_scalars_are_floats() -> None:
    def f(a, b):
        assert isinstance(a, float)
        return a * b + a**2

    path = Followed(f).path((2.0, 3))
    assert [float(v) for v in slopes(path)] == [7.0, 2.0]


def test_the_callers_array_is_left_alone() -> None:
    x = X.copy()

    def overwrites(v):
        v *= 2
        return np.sum(v**2)

    np.testing.assert_allclose(slopes(Followed(overwrites).path((x,)))[0], 8 * X)
    np.testing.assert_array_equal(x, X)


def test_before_the_first_call() -> None:
    followed = Followed(through_c_code)
    assert isinstance(followed.tracing, Tracing)
    assert followed.tracing.exact is None
    assert "not followed yet" in repr(followed.tracing)
    with pytest.raises(TypeError, match="a function is needed"):
        Followed(3.0)  # type: ignore[arg-type]


def test_code_that_insists_on_plain_arrays_is_a_loss_not_a_fault() -> None:
    with pytest.warns(NumericalWarning, match="memoryview"):
        assert Followed(lambda x: memoryview(x)[0] * x[1]).path((X,)).numerical
    with pytest.warns(NumericalWarning, match="complex"):
        assert Followed(lambda x: (x[0] + 1j * x[1]).real).path((X,)).numerical


def test_a_loop_that_runs_away_is_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the loop catches what is raised in it."""
    from steepest.sources.capture import trace

    monkeypatch.setattr(trace, "OPERATIONS", 1000)

    def long(x, steps):
        for _ in range(steps):
            try:
                x = x * 0.999
            except Exception:  # noqa: BLE001  (what a user might write)
                continue
        return x[0] + x[1]

    assert not Followed(long, argnums=(0,)).path((X, 990)).numerical
    followed = Followed(long, argnums=(0,))
    with pytest.warns(NumericalWarning, match="more than .* operations.*" + line(long, 3)):
        assert followed.path((X, 2000)).numerical
    assert followed.tracing.exact is False


def test_recursion_deeper_than_following_can_go_is_a_loss() -> None:
    def down(x, n):
        return x[0] * 0.5 if n == 0 else down(x, n - 1) + 0.0 * x[1]

    with pytest.warns(NumericalWarning, match="RecursionError"):
        assert Followed(lambda x: down(x, 400)).path((X,)).numerical


def test_what_is_kept_is_bounded_however_many_kinds_of_arguments_come() -> None:
    followed = Followed(lambda x, scale: x[0] * scale(2.0), argnums=(0,))
    for k in range(70):
        path = followed.path((X, lambda v, k=k: v * k))
        assert slopes(path)[0][0] == 2.0 * k
    assert followed.tracing.paths <= 64
