"""Lessons: content files (`lessons/*.toml`), read, checked and made ready for the page.

A lesson is text. Wherever it needs a number it holds a formula in the names of
`quantities.names_of`, in double braces or as a condition, and that formula is read by our own
grammar here and runs on the page as a tape. So whoever writes a lesson writes no JavaScript, and a
mistake is reported when the studio starts, with the file and the words.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import FormulaError, SteepestError
from steepest.function import Function
from steepest.studio.ground import described
from steepest.studio.limits import LimitError, text_within
from steepest.studio.quantities import PARAMETERS, names_of, quantities
from steepest.studio.tape import taped

__all__ = ["FOLDER", "Lesson", "LessonError", "Lessons"]

FOLDER = Path(__file__).parent / "lessons"
BRACES = re.compile(r"\{\{(.+?)(?::([0-9]|r|000))?\}\}")
# Words and lists of numbers that the page knows, besides `quantities`.
TEXTS = frozenset({"compass", "way", "formula", "names", "point", "gradient", "step", "next"})
NEEDED = ("number", "short", "kicker", "title", "lead", "formula", "stretches", "start", "picture",
          "predict", "try", "explain", "own", "numbers", "footer", "exercise")  # fmt: skip


class LessonError(SteepestError, ValueError):
    """A lesson's file cannot be used as it is."""


@dataclass(frozen=True)
class Lesson:
    """One lesson: its name (that of its file), its content, and its function."""

    name: str
    content: Mapping[str, Any]
    function: Function

    @classmethod
    def read(cls, path: Path) -> Lesson:
        """Read and check a file. Raises LessonError, which says what is wrong where."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            missing = [key for key in NEEDED if key not in content]
            if missing:
                raise LessonError(f"it lacks {', '.join(missing)}")
            variables = tuple(content["start"])
            function = Function(content["formula"], variables)
            return cls(path.stem, content, function)
        except (tomllib.TOMLDecodeError, SteepestError) as error:
            raise LessonError(f"{path.name}: {error}") from error

    @property
    def named(self) -> dict[str, Any]:
        """How a request names its function."""
        return {"formula": self.content["formula"], "variables": list(self.function.variables)}

    def as_data(self) -> dict[str, Any]:
        """Everything the page needs, the tapes of all formulas in its text among it."""
        tapes = {source: self._tape(source) for source in self.formulas()}
        hidden = ("truth", "why")
        exercise = {k: v for k, v in self.content["exercise"].items() if k not in hidden}
        return {**self.content, "exercise": exercise, "name": self.name, "of": self.named,
                "described": described(self.function), "tapes": tapes,
                "set": {**PARAMETERS, **self.content.get("set", {})}}  # fmt: skip

    def formulas(self) -> list[str]:
        """The formulas in its text and its conditions, each once."""
        found: dict[str, None] = {}
        for key, text in _texts({k: v for k, v in self.content.items() if k != "exercise"}):
            if key in ("when", "done", "value"):
                found[text] = None
            for match in BRACES.finditer(text):
                if match[1] not in TEXTS:
                    found[match[1]] = None
        return list(found)

    def _tape(self, source: str) -> dict[str, Any]:
        try:
            read = Function(source, names_of(self.function.variables))
        except FormulaError:
            try:  # a condition is a number too: 1 where it holds
                read = Function(f"where({source}, 1, 0)", names_of(self.function.variables))
            except SteepestError as error:
                raise LessonError(f"{self.name}: in {source!r}: {error}") from error
        return taped([read.expression])

    def evaluate(self, source: str, found: Mapping[str, float]) -> float:
        """The value of a formula in the names of a lesson, by the engine."""
        names = names_of(self.function.variables)
        return float(Function(source, names)(*(found.get(n, math.nan) for n in names)))

    # ---- the exercise ----------------------------------------------------------------------------

    def check(self, answer: str) -> dict[str, Any]:
        """Whether an answer is right, and what to say."""
        exercise = self.content["exercise"]
        if exercise["kind"] == "formula":
            return self._formula(exercise, answer)
        try:
            given = float(Function(answer, ())())
        except SteepestError as error:
            return {"right": False, "says": f"That is not a number. {error}"}
        function = Function(exercise["formula"], tuple(exercise["at"])) if "formula" in exercise \
            else self.function  # fmt: skip
        point = {v: float(exercise["at"][v]) for v in function.variables}
        numbers = quantities(function, point, **exercise.get("set", {}))
        truth = self.evaluate(exercise["truth"], numbers)
        near = abs(given - truth) <= 0.5000001 * 10.0 ** -exercise.get("decimals", 2)
        if not near:
            return {"right": False, "says": exercise["hint"]}
        return {"right": True, "says": self._filled(exercise["why"], numbers)}

    def _formula(self, exercise: Mapping[str, Any], answer: str) -> dict[str, Any]:
        function = Function(exercise.get("formula", self.content["formula"]),
                            self.function.variables)  # fmt: skip
        truth = function.derivative(exercise["by"])
        try:
            typed = Function(answer, function.variables)
        except SteepestError as error:
            return {"right": False, "says": str(error)}
        spread = np.random.default_rng(7)
        ends = [self.content["stretches"][v] for v in function.variables]
        points = [spread.uniform(low, high, 40) for low, high in ends]
        with np.errstate(all="ignore"):
            wanted = np.broadcast_to(truth(*points), (40,))
            found = np.broadcast_to(np.asarray(typed(*points), dtype=float), (40,))
        right = bool(np.allclose(found, wanted, rtol=1e-6, atol=1e-9))
        return {"right": right, "says": exercise["why"] if right else exercise["hint"]}

    def _filled(self, text: str, numbers: Mapping[str, float]) -> str:
        def number(match: re.Match[str]) -> str:
            value = self.evaluate(match[1], numbers)
            digits = int(match[2]) if (match[2] or "2").isdigit() else 2
            return f"{value:.{digits}f}".replace("-", "−")

        return BRACES.sub(number, text)


class Lessons:
    """All lessons, by name, in order."""

    def __init__(self, folder: Path = FOLDER) -> None:
        read = [Lesson.read(path) for path in sorted(folder.glob("*.toml"))]
        self.by_name = {x.name: x for x in sorted(read, key=lambda x: int(x.content["number"]))}

    def as_data(self) -> list[dict[str, Any]]:
        """All of them, ready for the page."""
        return [lesson.as_data() for lesson in self.by_name.values()]

    def check(self, name: Any, answer: Any) -> dict[str, Any]:
        """Check an answer to a lesson's exercise."""
        lesson = self.by_name.get(name) if isinstance(name, str) else None
        if lesson is None:
            raise LimitError(f"there is no lesson {name!r}; there are {', '.join(self.by_name)}")
        return lesson.check(text_within(answer, "answer"))


def _texts(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield key, content
    elif isinstance(content, Mapping):
        for inner, value in content.items():
            yield from _texts(value, inner)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, key)
