"""Matrices of derivatives from straight-line code: each entry by itself, and only those that are
there.

A tangent graph is linear in its directions. Taken apart into single numbers, each instruction on
the way depends on few of them; it is written once for each of those, and what does not depend on a
direction is zero there by structure, whatever it would be multiplied with:

    d/dxⱼ (a·t) = a·(dt/dxⱼ)        d/dxⱼ (s + t) = ds/dxⱼ + dt/dxⱼ

So the work grows with the entries of the matrix, not with rows times columns. Sets of directions
are the bits of an int.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from steepest.errors import CompilationError
from steepest.native.plan import Plan
from steepest.native.scalars import LIMIT, Lane, Scalars

__all__ = ["entries", "reach"]

_LINEAR = frozenset(("fadd", "fsub", "fneg", "fmul", "fdiv", "select"))


def reach(p: Plan, first: int) -> list[int]:
    """For each output, which directions it depends on; the inputs from `first` on are directions.

    Raises CompilationError where the code is not linear in them.
    """
    found = _reached(p.code, first)
    return [found[lane.at] for lane in p.outputs]


def _reached(code: Scalars, first: int) -> list[int]:
    found: list[int] = []
    for operation, *args in code.instructions:
        if operation == "input":
            found.append(1 << (args[0] - first) if args[0] >= first else 0)
            continue
        whole = 0
        if operation != "constant":
            for a in args:
                whole |= found[a]
        if whole and not _is_linear(operation, [found[a] for a in args]):
            raise CompilationError(f"a derivative is not linear where it is given to {operation}")
        found.append(whole)
    return found


def _is_linear(operation: str, reached: Sequence[int]) -> bool:
    if operation == "fmul":
        return not (reached[0] and reached[1])
    if operation == "fdiv":
        return not reached[1]
    return operation in _LINEAR and not (operation == "select" and reached[0])


def entries(
    p: Plan, first: int, wanted: Sequence[int], limit: int = LIMIT
) -> tuple[Scalars, list[dict[int, Lane]], tuple[Lane, ...]]:
    """Code without directions: for each output its derivatives by those `wanted`, and the guards.

    What is not wanted of an output, or not there, is left out. Raises CompilationError where the
    code is not linear in its directions, or longer than `limit`.
    """
    reached = _reached(p.code, first)
    needed, plain = _needed(p, reached, wanted)
    code = Scalars(limit)
    copied: dict[int, int] = {}  # numbers that depend on no direction
    parts: dict[int, dict[int, int]] = {}  # the others, direction by direction
    for at, (operation, *args) in enumerate(p.code.instructions):
        if needed[at]:
            parts[at] = {
                d: _part(code, operation, args, d, first, copied, parts) for d in _bits(needed[at])
            }
        elif plain[at]:
            copied[at] = _copy(code, p.code, at, copied)
    found = [
        {d: code.lanes[parts[lane.at][d]] for d in _bits(reached[lane.at] & mask)}
        for lane, mask in zip(p.outputs, wanted, strict=True)
    ]
    return code, found, tuple(code.lanes[copied[g.at]] for g in p.guards)


def _needed(p: Plan, reached: list[int], wanted: Sequence[int]) -> tuple[list[int], list[bool]]:
    """The directions in which each number is asked for, and whether it is asked for itself."""
    needed, plain = [0] * len(reached), [False] * len(reached)
    for lane, mask in zip(p.outputs, wanted, strict=True):
        needed[lane.at] |= reached[lane.at] & mask
    for guard in p.guards:
        plain[guard.at] = True
    for at in range(len(reached) - 1, -1, -1):
        operation, *args = p.code.instructions[at]
        if operation in ("input", "constant") or not (needed[at] or plain[at]):
            continue
        for a in args:
            needed[a] |= needed[at] & reached[a]
            if not reached[a]:
                plain[a] = True
    return needed, plain


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _copy(code: Scalars, old: Scalars, at: int, copied: dict[int, int]) -> int:
    operation, *args = old.instructions[at]
    if operation == "input":
        return code.input(args[0]).at
    if operation == "constant":
        return code.place(args[0])
    return code.write(operation, [copied[a] for a in args])


def _part(
    code: Scalars,
    operation: str,
    args: Sequence[int],
    direction: int,
    first: int,
    copied: dict[int, int],
    parts: dict[int, dict[int, int]],
) -> int:
    """The derivative of one linear instruction by one direction."""
    if operation == "input":
        return code.place(1.0)
    moved = [parts[a].get(direction) if a in parts else None for a in args]
    if operation == "fneg":
        return code.write("fneg", [_there(moved[0])])
    if operation == "fdiv":
        return code.write("fdiv", [_there(moved[0]), copied[args[1]]])
    if operation == "fmul":
        k = 0 if moved[0] is not None else 1
        return code.write("fmul", [_there(moved[k]), copied[args[1 - k]]])
    if operation == "select":
        zero = code.place(0.0)
        yes, no = (zero if m is None else m for m in moved[1:])
        return code.write("select", [copied[args[0]], yes, no])
    a, b = moved
    if b is None:
        return _there(a)
    if a is None:
        return b if operation == "fadd" else code.write("fneg", [b])
    return code.write(operation, [a, b])


def _there(part: int | None) -> int:
    assert part is not None  # a direction is needed only of what depends on it
    return part
