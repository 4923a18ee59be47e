"""`np.einsum`: a sum of products over named axes. For one operand at a time it is linear."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError
from steepest.graph.operation import EACH, STRUCTURE, Operation, binds, real_dtype, register

__all__ = ["EINSUM"]

Shape = tuple[int, ...]


def _einsum_shape(*shapes: Shape, spec: str) -> Shape:
    probe = np.einsum(spec, *(np.broadcast_to(np.zeros(()), s) for s in shapes))
    return tuple(probe.shape)


def _einsum_back(y_bar: Any, args: Any, wanted: Any, spec: str) -> Any:
    """For one operand: the same sum with the output in its place, stretched along what it alone was
    summed over.
    """
    inputs, output = spec.split("->")
    letters = inputs.split(",")
    found: list[Any] = []
    for i, w in enumerate(wanted):
        if not w:
            found.append(None)
            continue
        others = [letters[j] for j in range(len(args)) if j != i]
        kept = "".join(c for c in letters[i] if c in output or any(c in o for o in others))
        part = EINSUM(
            y_bar,
            *(args[j] for j in range(len(args)) if j != i),
            spec=",".join([output, *others]) + "->" + kept,
        )
        lone = tuple(n if c in kept else 1 for c, n in zip(letters[i], args[i].shape, strict=True))
        found.append(np.broadcast_to(np.reshape(part, lone), args[i].shape))
    return tuple(found)


EINSUM: Final = register(
    Operation(
        name="einsum",
        run=lambda *x, spec: np.einsum(spec, *x),
        arity=None,
        shape=_einsum_shape,
        elementwise=False,
        linear=EACH,
        transpose=_einsum_back,
        dtype=real_dtype,
        family="linear algebra",
        shown="the sum with each dx in turn",
        machine=STRUCTURE,
    )
)


@binds(np.einsum)
def einsum(spec: Any, *operands: Any, optimize: Any = False, **named: Any) -> Any:
    """`np.einsum` with a text of subscripts: dots written out, the output said, no letter twice in
    one operand.
    """
    if not isinstance(spec, str) or named:
        raise NotDifferentiableError(
            "np.einsum has a row for a text of subscripts, without out= and dtype="
        )
    inputs, arrow, output = spec.replace(" ", "").partition("->")
    parts = inputs.split(",")
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec]
    longest = max(
        (
            np.ndim(x) - len(p.replace("...", ""))
            for p, x in zip(parts, operands, strict=True)
            if "..." in p
        ),
        default=0,
    )
    dots = "".join(free[:longest])
    parts = [
        p.replace("...", dots[longest - (np.ndim(x) - len(p) + 3) :] if "..." in p else "")
        for p, x in zip(parts, operands, strict=True)
    ]
    every = "".join(parts)
    if not arrow:
        output = dots + "".join(sorted(c for c in set(every) - set(dots) if every.count(c) == 1))
    output = output.replace("...", dots)
    plain = [_without_repeats(p, x) for p, x in zip(parts, operands, strict=True)]
    return EINSUM(*(x for _, x in plain), spec=",".join(p for p, _ in plain) + "->" + output)


def _without_repeats(letters: str, x: Any) -> tuple[str, Any]:
    """An operand such as `ii` as its diagonal `i`."""
    once = "".join(dict.fromkeys(letters))
    if once == letters:
        return letters, x
    size = dict(zip(letters, x.shape, strict=True))
    places = dict(zip(once, np.ix_(*(np.arange(size[c]) for c in once)), strict=True))
    return once, x[tuple(places[c] for c in letters)]
