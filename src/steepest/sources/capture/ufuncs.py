"""NumPy's elementwise functions on handles.

A plain call, `out=`, `where=`, and the methods reduce, accumulate, outer, at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.node import constant
from steepest.graph.operation import BINDINGS, REDUCTIONS, ROWS
from steepest.graph.traced import Traced, as_node, meaning
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.folding import accumulated, at_places, reduced, segments
from steepest.sources.capture.handle import Handle, has_handle, plain

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["call_ufunc", "truth_rule", "write_out"]

BITWISE = {
    np.bitwise_and: "bit_and",
    np.bitwise_or: "bit_or",
    np.bitwise_xor: "bit_xor",
    np.invert: "bit_not",
}


def truth_rule(ufunc: Any) -> Callable[..., Any]:
    """The rule of `&`, `|`, `^`, `~`: logic between truth values, else bits."""

    def rule(*args: Any) -> Any:
        if any(as_node(a).dtype != bool for a in args):
            return ROWS[BITWISE[ufunc]](*args)
        found = meaning(ufunc)
        assert found is not None
        return found(*args)

    return rule


def rule_of(ufunc: Any) -> Callable[..., Any] | None:
    """What a ufunc means in terms of rows."""
    return truth_rule(ufunc) if ufunc in BITWISE else meaning(ufunc)


def call_ufunc(
    trace: Trace, ufunc: Any, method: str, inputs: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """`ufunc(*inputs, **named)`, or one of its methods."""
    run = ufunc if method == "__call__" else getattr(ufunc, method)
    if trace.closed:
        return run(*plain(inputs), **plain(named))
    inputs, named = _named(ufunc, method, tuple(map(trace.entered, inputs)), named)
    if method == "reduceat":
        named["indices"] = trace.fixed(named["indices"], "it tells where stretches begin")
    args = tuple(
        trace.as_array(a) if type(a) in (list, tuple) and has_handle(a) and method != "at" else a
        for a in inputs
    )
    if method == "at":
        return _at(trace, ufunc, *args)
    out = named.pop("out", None)
    target = out[0] if isinstance(out, tuple) and len(out) == 1 else out
    if target is Ellipsis or target is None:  # out=...: "an array in any case", even for one number
        named = named if target is None else {**named, "out": ...}
        express = _expression(trace, ufunc, method, named, None)
        return trace.combine(
            lambda *v: run(*v, **plain(named)), express, args, _name(ufunc, method)
        )
    if isinstance(target, tuple):
        trace.lose(f"np.{ufunc.__name__} with several outputs was given out=")
        return run(*plain(args), out=plain(target), **plain(named))
    express = _expression(trace, ufunc, method, named, target)
    return write_out(
        trace,
        lambda *v, out: run(*v, out=out, **plain(named)),
        express,
        args,
        target,
        _name(ufunc, method),
        named,
    )


POSITIONS = {
    "reduce": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "accumulate": ("axis", "dtype", "out"),
    "reduceat": ("indices", "axis", "dtype", "out"),
}  # fmt: skip


def _named(
    ufunc: Any, method: str, inputs: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What may be given by position, by its name instead.

    The output of a call, the options of a method.
    """
    named = {k: v for k, v in named.items() if v is not np._NoValue}
    if method == "__call__" and len(inputs) > ufunc.nin:
        rest = inputs[ufunc.nin :]
        return inputs[: ufunc.nin], {**named, "out": rest if len(rest) > 1 else rest[0]}
    if method in POSITIONS and len(inputs) > 1:
        return inputs[:1], {**dict(zip(POSITIONS[method], inputs[1:], strict=False)), **named}
    return inputs, named


def _name(ufunc: Any, method: str) -> str:
    return f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")


PRECISIONS: dict[Any, Any] = {type(np.dtype(c)): np.dtype(c) for c in np.typecodes["AllFloat"]}


def _expression(
    trace: Trace, ufunc: Any, method: str, named: dict[str, Any], target: Any
) -> Callable[..., Any] | None:
    """The operation on nodes; None where there is no row for it."""
    rest = {
        k: v
        for k, v in named.items()
        if k not in ("casting", "dtype", "signature", "subok", "out")
        and (v is not None or k == "axis")
    }
    dtype: Any = named.get("dtype")
    if dtype in PRECISIONS:  # NumPy takes a class of precisions, too
        dtype = PRECISIONS[dtype]
    if dtype is not None and np.dtype(dtype) != bool:  # the node computes in it, as NumPy does
        inner = _expression(trace, ufunc, method, {**named, "dtype": None}, target)
        if inner is None or ufunc(*np.ones(ufunc.nin)[:, None]).dtype.kind == "b":
            return None
        return lambda *n: inner(*(BINDINGS["cast"](Traced(as_node(a)), dtype) for a in n))
    if method == "__call__":
        rule = rule_of(ufunc)
        if rule is None or set(rest) - {"where"}:
            return None
        mask = rest.get("where", True)
        said = rule
        return said if mask is True else lambda *n: _chosen(trace, said(*n), mask, target)
    rule = rule_of(ufunc)
    if method == "reduce" and (rule is not None or ufunc in REDUCTIONS):
        axis = {"axis": named.get("axis", 0)}
        return lambda x: reduced(trace, ufunc, rule, x, {**rest, **axis})
    if method == "accumulate" and rule is not None and not set(rest) - {"axis"}:
        return lambda x: accumulated(ufunc, rule, x, **rest)
    if method == "reduceat" and rule is not None and not set(rest) - {"axis", "indices"}:
        return lambda x: segments(ufunc, rule, x, rest["indices"], rest.get("axis", 0))
    if method == "outer" and not rest and (outer := rule_of(ufunc)) is not None:
        return lambda a, b: outer(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    return None


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return ROWS["floor_divide"](a, b), ROWS["remainder"](a, b)


def _chosen(trace: Trace, made: Any, mask: Any, target: Any) -> Any:
    """`where=mask`: elsewhere the output keeps what it held."""
    before = trace.lift(target) if target is not None else np.zeros((), as_node(made).dtype)
    return np.where(
        trace.lift(mask) if isinstance(mask, Handle) else Traced(constant(mask)), made, before
    )


def write_out(
    trace: Trace,
    run: Callable[..., Any],
    express: Callable[..., Any] | None,
    args: tuple[Any, ...],
    target: Any,
    what: str,
    named: dict[str, Any],
) -> Any:
    """An operation with `out=target`: NumPy writes the memory, and the memory's node follows."""
    if isinstance(target, Handle) and not isinstance(target, ArrayHandle):
        return run(*plain(args), out=plain(target))  # raises, as NumPy does for a number
    handle = target if isinstance(target, ArrayHandle) else trace.array(target, known=False)
    moving = any(trace.varies(a) for a in args) or trace.varies(named.get("where"))
    if handle is not target and moving:
        trace.note(f"{what} wrote into an array that was made by code which could not be followed")
    made = None
    if moving or handle._varies():
        made = trace.expressed(express, args, what)
    trace.about_to_write(handle._buffer)
    run(*plain(args), out=handle._held)
    node = trace.node_like(made, handle._held)
    handle.written(node)
    return target


def _at(trace: Trace, ufunc: Any, target: Any, key: Any, *values: Any) -> None:
    """`np.add.at(x, key, v)`: unlike `x[key] += v`, repeated places count each time."""
    from steepest.sources.capture.indexing import Key

    values = tuple(
        trace.as_array(v) if type(v) in (list, tuple) and has_handle(v) else v for v in values
    )
    handle = target if isinstance(target, ArrayHandle) else trace.array(target, known=False)
    found = Key(trace, key)
    made = None
    if handle._varies() or found.varies or any(trace.varies(v) for v in values):
        given = [v if isinstance(v, Handle) else np.asarray(v) for v in values]
        shape = np.shape(handle._held[found.numbers])
        rule = rule_of(ufunc)
        made = trace.expressed(
            lambda x, *v: at_places(ufunc, rule, x, v, found.graph, shape),
            [handle, *given],
            f"np.{ufunc.__name__}.at",
        )
    trace.about_to_write(handle._buffer)
    ufunc.at(handle._held, found.numbers, *plain(values))
    handle.written(trace.node_like(made, handle._held))
