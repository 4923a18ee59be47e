"""What `why_not_finite` gives back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from steepest.graph.node import Origin

__all__ = ["Finding"]


@dataclass(frozen=True, eq=False)
class Finding:
    """Where a NaN or an infinity is born, and why; or that there is none.

    finite      True: the value and all slopes are finite, and the rest is empty
    part        "value" or "gradient": on which way it is born
    function    the name of the function
    operation   the operation's row, such as "log"; "input" where a number came in not finite
    text        the operation as Python writes it, with the user's names: "log(p)"
    places      the indices of the first elements at which it happens; () for a number
    operands    for each of these places the operands; arrays where one operation takes them whole
    results     for each place the value, or the slope that goes on to `argument`
    argument    for the gradient: the name (or number) of the argument whose slope is not finite
    count       at how many elements it happens, of how many
    origin      the file and line of the user's code; None for a formula
    line        the text of that line
    reason      one sentence
    gradient    the gradient by the first input where it is not finite; None where the value is not
    """

    finite: bool
    function: str
    value: Any = None
    part: str = ""
    operation: str = ""
    text: str = ""
    names: tuple[str, ...] = ()
    places: tuple[tuple[int, ...], ...] = ()
    operands: tuple[tuple[Any, ...], ...] = ()
    results: tuple[Any, ...] = ()
    argument: str = ""
    count: tuple[int, int] = (0, 0)
    origin: Origin | None = None
    line: str = ""
    reason: str = ""
    gradient: Any = None

    def __str__(self) -> str:
        if self.finite:
            value = f"{self.function} = {_number(self.value)}"
            return f"everything is finite here: {value}, and so is its gradient"
        what = (
            "is not finite"
            if self.part == "value"
            else f"= {_number(self.value)}, but its gradient is {_number(self.gradient)}"
        )
        lines = [f"{self.function} {what}: {self.reason}."]
        if self.origin is not None:
            lines.append(
                f"  {os.path.basename(self.origin.file)}:{self.origin.line}"
                + (f"  {self.line}" if self.line else "")
            )
        if self.text and self.operation != "input":
            lines.append(f"  {self.text}")
        lines += [f"    {self._at(i)}" for i in range(len(self.places))]
        if self.count[0] > len(self.places):
            lines.append(f"    … {self.count[0]} of {self.count[1]} elements in all")
        return "\n".join(lines)

    __repr__ = __str__

    def _at(self, i: int) -> str:
        """One place: its operands by name, and what came of them."""
        place = self.places[i]
        index = f"[{', '.join(map(str, place))}]" if place else ""
        given = ", ".join(
            f"{n} = {_number(v)}" for n, v in zip(self.names, self.operands[i], strict=True)
        )
        if self.operation == "input":
            return f"{self.text}{index} = {_number(self.results[i])}"
        got = "the result is" if self.part == "value" else f"the slope by {self.argument} is"
        at = f"at {index}: " if index else ""
        return f"{at}{given}{'; ' if given else ''}{got} {_number(self.results[i])}"

    def as_data(self) -> dict[str, Any]:
        """Everything as JSON has it."""
        from steepest.explanation.step import plain_data

        return {
            "finite": self.finite,
            "function": self.function,
            "value": plain_data(self.value),
            "part": self.part,
            "operation": self.operation,
            "text": self.text,
            "names": list(self.names),
            "places": [list(p) for p in self.places],
            "operands": [[plain_data(v) for v in o] for o in self.operands],
            "results": [plain_data(r) for r in self.results],
            "argument": self.argument,
            "count": list(self.count),
            "file": self.origin.file if self.origin else None,
            "line": self.origin.line if self.origin else None,
            "source": self.line or None,
            "reason": self.reason,
            "gradient": None if self.gradient is None else plain_data(self.gradient),
        }


def _number(value: Any) -> str:
    from steepest.explanation.step import shown

    return shown(value, 6)
