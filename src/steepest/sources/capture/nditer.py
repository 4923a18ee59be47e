"""`np.nditer` on handles: NumPy's own iterator runs over the numbers of the elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.sources.capture.handle import plain

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = ["stepper"]

KNOWN = {"multi_index", "c_index", "f_index", "refs_ok", "zerosize_ok", "common_dtype"}


def stepper(
    trace: Trace, op: Any, flags: Any = None, op_flags: Any = None, *rest: Any, **named: Any
) -> Any:
    """`np.nditer(op, flags, op_flags, order=...)`, where it hands out single elements."""
    operands = list(op) if type(op) in (list, tuple) else [op]
    usual = not rest and not set(named) - {"order"} and not set(flags or ()) - KNOWN
    if not usual or any(o is None for o in operands):
        trace.lose("np.nditer with options that change what it hands out")
        return np.nditer(plain(op), flags or [], op_flags, *rest, **plain(named))
    return Stepper(trace, operands, list(flags or ()), named.get("order", "K"))


class Stepper:
    """One element of each operand after the other, as windows on their memory."""

    def __init__(self, trace: Trace, operands: list[Any], flags: list[str], order: Any) -> None:
        self.operands = tuple(map(trace.as_array, operands))
        numbers = []
        for handle in self.operands:
            number = np.empty_like(handle._held, dtype=np.intp)  # of the same layout
            number[...] = np.arange(handle.size).reshape(handle.shape)
            numbers.append(number)
        iterate: Any = np.nditer
        self._real: Any = iterate(numbers, flags, order=order)
        self._begun = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Stepper:
        return self

    def __exit__(self, *error: Any) -> None:
        self._real.close()

    def __iter__(self) -> Stepper:
        return self

    def __next__(self) -> Any:
        if self._begun:
            self._real.iternext()
        self._begun = True
        if self._real.finished:
            raise StopIteration
        return self.value

    def __len__(self) -> int:
        return len(self.operands)

    def _key(self, i: int) -> tuple[Any, ...]:
        number = int(self._real[i])
        return (*map(int, np.unravel_index(number, self.operands[i].shape)), Ellipsis)

    def __getitem__(self, i: int) -> Any:
        return self.operands[i][self._key(i)]

    def __setitem__(self, i: int, value: Any) -> None:
        self.operands[i][self._key(i)] = value

    @property
    def value(self) -> Any:
        """The element, or a tuple of them."""
        found = tuple(self[i] for i in range(len(self.operands)))
        return found if len(found) > 1 else found[0]
