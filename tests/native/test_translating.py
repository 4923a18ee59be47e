"""What LLVM is asked to do: each thing once, in blocks of bounded length, with the same bits."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.graph.node import variable
from steepest.graph.traced import Traced
from steepest.native import abi, engine, kernel
from steepest.native.engine import available, called, compiled, functions
from steepest.native.kernel import Kernel, kernel_ir
from steepest.native.plan import Plan, plan
from steepest.native.vectormath import ARITY, NAMES

pytestmark = pytest.mark.skipif(bool(available()), reason=available())


@pytest.fixture
def given_to_llvm(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules that LLVM translates from now on; nothing comes from the disk."""
    monkeypatch.setenv("STEEPEST_CACHE", "off")
    seen: list[str] = []
    translate = engine._object

    def spy(ir: str, *more: Any) -> bytes:
        seen.append(ir)
        return translate(ir, *more)

    monkeypatch.setattr(engine, "_object", spy)
    return seen


@pytest.mark.skipif(bool(abi.unsupported()), reason="Python calls every kernel")
def test_a_second_function_brings_its_kernel_and_nothing_else(given_to_llvm: list[str]) -> None:
    def compile_and_call(k: float) -> None:
        weight = np.array([k, 1.0])
        slope = st.grad(lambda n, e: np.sin(k * n) * e + np.exp(e) * weight[0], (0, 1))
        assert slope.compile(0.5, 0.25).paths[0].direct
        found = slope(0.5, 0.25)
        wanted = k * np.cos(0.5 * k) * 0.25, np.sin(0.5 * k) + np.exp(0.25) * k
        np.testing.assert_allclose(found, wanted, rtol=1e-14)

    compile_and_call(3.0)
    given_to_llvm.clear()
    compile_and_call(4.0)
    (ir,) = given_to_llvm
    assert ir.count("\ndefine ") == 1 and "define i32 @kernel" in ir
    assert ir.count("declare ") == 2  # sine and cosine in one, and exp


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_the_same_bits_inside_and_by_its_address(name: str) -> None:
    two = ARITY[name] == 2
    pair = name == "sincos"
    returned = "{double, double}" if pair else "double"
    arguments = "double %x, double %y" if two else "double %x"
    text = (
        "define void @run(ptr %in, ptr %out) {\n"
        "  %x = load double, ptr %in\n"
        "  %at = getelementptr double, ptr %in, i64 1\n"
        "  %y = load double, ptr %at\n"
        f"  %found = call {returned} @steepest_{name}({arguments})\n"
        f"  store {returned} %found, ptr %out\n"
        "  ret void\n}\n"
    )
    inside, outside = (compiled(head([name]) + text, ["run"]) for head in (functions, called))
    signature = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    points = np.random.default_rng(3).normal(size=(300, 2)) * np.repeat(
        [[0.4], [5.0], [1e10]], 100, 0
    )
    found = np.zeros((2, len(points), 2))
    for code, column in zip((inside, outside), found, strict=True):
        run = signature(code.addresses["run"])
        for x, y in zip(points, column, strict=True):
            run(x.ctypes.data, y.ctypes.data)
    numbers = ~np.isnan(found[0])
    assert np.array_equal(numbers, ~np.isnan(found[1])) and numbers.any()
    assert found[0][numbers].tobytes() == found[1][numbers].tobytes()


def planned(f: Callable[..., Any], size: int) -> Plan:
    """The code of a function's value and gradient, of an array."""
    piece = st.value_and_grad(f).piece((np.linspace(0.5, 1.5, size),), {}, ())
    return plan(piece.inputs, piece.outputs)


def winding(x: Any) -> Any:
    total = 0.0
    for k in range(len(x) - 1):
        total = total + np.sin(x[k]) * x[k + 1] / (1 + x[k] ** 2)
    return total


@pytest.mark.parametrize("block", [7, 50])
@pytest.mark.parametrize("size", [4, 40])
def test_neither_haste_nor_blocks_change_a_bit(
    size: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = planned(winding, size)
    points = np.random.default_rng(5).normal(size=(20, size))
    found = []
    for short in (0, 10**9):
        for length in (block, 10**9):
            monkeypatch.setattr(kernel, "SHORT", short)
            monkeypatch.setattr(kernel, "BLOCK", length)
            run = Kernel(p)
            found.append(b"".join(np.asarray(r).tobytes() for x in points for r in run(x)))
    assert len(set(found)) == 1


def longest_block(ir: str) -> int:
    """How many lines the longest basic block has."""
    lengths, length = [], 0
    for line in ir.splitlines():
        length = 0 if line.rstrip().endswith(":") else length + 1
        lengths.append(length)
    return max(lengths)


@pytest.mark.parametrize("size", [30, 100, 300])
def test_blocks_are_of_bounded_length(size: int) -> None:
    """In a block of all that a Hessian stores LLVM's time would grow with its square."""
    x = variable("x", (size,))
    t = Traced(x)
    outputs = [(np.sin(t[k]) * t[k + 1]).node for k in range(size - 1)]
    ir = kernel_ir(plan([x], outputs))
    assert ir.count("\n") > 4 * size
    assert longest_block(ir) <= 250
