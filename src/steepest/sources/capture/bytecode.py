"""The instructions of code objects, each code read once."""

from __future__ import annotations

import dis
import functools
from collections.abc import Iterator
from types import CodeType

__all__ = ["codes_in", "names_in", "steps_of"]

EXTENDED, LOAD_GLOBAL = dis.opmap["EXTENDED_ARG"], dis.opmap["LOAD_GLOBAL"]
# instructions whose argument is the place of a name
GLOBALS = {
    dis.opmap[name] for name in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL")
}


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are nested in it."""
    yield code
    for c in code.co_consts:
        if isinstance(c, CodeType):
            yield from codes_in(c)


def names_in(code: CodeType, opnames: tuple[str, ...]) -> Iterator[str]:
    """The names that instructions of these kinds deal with, in a code and all nested in it."""
    wanted = _numbers(opnames)
    for c in codes_in(code):
        kinds, arguments = c.co_code[::2], c.co_code[1::2]
        if wanted.isdisjoint(kinds):
            continue
        if EXTENDED not in kinds and GLOBALS.issuperset(wanted):
            for kind, at in zip(kinds, arguments, strict=True):
                if kind in wanted:  # the last bit of a LOAD_GLOBAL tells of a call
                    yield c.co_names[at >> 1 if kind == LOAD_GLOBAL else at]
            continue
        for step in steps_of(c):
            if step.opname in opnames:
                yield str(step.argval)


@functools.cache
def _numbers(opnames: tuple[str, ...]) -> frozenset[int]:
    return frozenset(dis.opmap[name] for name in opnames)


@functools.lru_cache(maxsize=1000)
def steps_of(code: CodeType) -> tuple[dis.Instruction, ...]:
    """The instructions, with those that do two things to locals at once (3.13) taken apart."""
    found: list[dis.Instruction] = []
    for step in dis.get_instructions(code):
        if isinstance(step.argval, tuple) and step.opname.count("_FAST") == 2:
            middle = step.opname.index("_FAST", step.opname.index("_FAST") + 1)
            cut = step.opname.rindex("_", 0, middle)
            names = step.opname[:cut], step.opname[cut + 1 :]
            found += [
                step._replace(opname=n, argval=a) for n, a in zip(names, step.argval, strict=True)
            ]
        else:
            found.append(step)
    return tuple(found)
