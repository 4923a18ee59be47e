"""The table of coverage: what becomes of a call of every public function, found by trying it.

`docs/coverage.tsv` holds a call that people write for each. Here they are made into functions with
a source, as users' functions have one, and differentiated by the front door. What the page says is
what `tracing.exact` said, so it cannot be out of date.
"""

from __future__ import annotations

import importlib.util
import math
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.spatial
import scipy.special
import scipy.stats

import steepest as st
from steepest.graph.traced import meaning
from steepest.sources.capture.functions import JOINS, MOVES
from steepest.sources.capture.rules import RULES

__all__ = ["X", "Probe", "Verdict", "coverage_page", "leaves", "probes", "verdict"]

TABLE = Path(__file__).parent.parent / "coverage.tsv"
X = np.array([0.4, 0.7, 0.2, 0.9])
PRELUDE = """
import math

import numpy as np
import scipy.linalg as sl
import scipy.special as special
from scipy import integrate, interpolate, ndimage, optimize, signal, spatial, stats


def square(x):
    return x.reshape(2, 2) + np.array([[2.0, 0.0], [0.5, 3.0]])


def symmetric(x):
    return square(x) @ square(x).T


def into(x, change):
    out = x * 2
    change(out)
    return out
"""
ROOMS: dict[str, Any] = {
    "np": np, "x": np.ndarray, "math": math, "sl": scipy.linalg, "special": scipy.special,
    "integrate": scipy.integrate, "interpolate": scipy.interpolate, "ndimage": scipy.ndimage,
    "optimize": scipy.optimize, "signal": scipy.signal, "spatial": scipy.spatial,
    "stats": scipy.stats,
}  # fmt: skip
SHORT = {"sl": "scipy.linalg", "special": "scipy.special", "np": "np", "math": "math", "x": "x"}
WAYS = {
    "row": "exact",
    "followed": "exact, by the library's own Python",
    "constant": "constant",
    "numerical": "numerical",
    "unchecked": "unchecked",
    "error": "not yet",
    "none": "—",
}


@dataclass(frozen=True)
class Probe:
    """One function, and a call of it."""

    section: str
    name: str
    call: str
    word: str

    @property
    def title(self) -> str:
        head, _, rest = self.name.partition(".")
        return f"{SHORT.get(head, f'scipy.{head}')}.{rest}"


class Verdict(NamedTuple):
    """What became of it: a key of `WAYS`, the reason where it is not exact, and its slopes."""

    way: str
    reason: str = ""
    slopes: Any = None


@cache
def probes() -> tuple[Probe, ...]:
    """All of the table, in its order."""
    found, section = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            section = section if line.startswith("#!") else line.partition(": ")[2]
            continue
        names, call, word = [*line.split("\t"), ""][:3]
        for name in names.split():
            own = call.replace("{f}", name).replace("{name}", name.rpartition(".")[2])
            if named(name) is not None:  # else a function that this NumPy or SciPy has not yet
                found.append(Probe(section, name, own, word))
    return tuple(found)


def named(name: str) -> Any:
    """The function that a name in the table stands for; None where there is none."""
    found: Any = ROOMS
    for part in name.split("."):
        found = found.get(part) if found is ROOMS else getattr(found, part, None)
    return found


@cache
def functions() -> dict[str, Callable[[Any], Any]]:
    """Every call as a function of x, in a module of its own."""
    lines = [PRELUDE]
    tried = [p for p in probes() if p.call != "-"]
    for k, probe in enumerate(tried):
        lines += ["", f"def f{k}(x):", f"    return {probe.call}", ""]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls_that_people_write.py"
        path.write_text("\n".join(lines), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        made = {p.name: getattr(module, f"f{k}") for k, p in enumerate(tried)}
        import linecache

        linecache.getlines(str(path))  # the source is kept when the file goes
    return made


def leaves(value: Any) -> Iterator[np.ndarray]:
    """The arrays in what a function gives."""
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from leaves(part)
    else:
        yield np.asarray(value)


@cache
def verdict(probe: Probe) -> Verdict:
    """What becomes of a call."""
    if probe.call == "-":
        return Verdict("none")
    f = functions()[probe.name]
    slope = st.jacobian(f)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value = f(X)
        if all(v.dtype.kind != "f" for v in leaves(value)):
            return Verdict("constant")
        try:
            slope.source.piece((X,), {}, (0,))  # traced and checked; slopes only where exact
            found = slope(X) if slope.tracing.exact is not False else None
        except Exception as error:  # noqa: BLE001  (the page says what it was)
            return Verdict("error", f"{type(error).__name__}: {error}")
    if slope.tracing.exact is False:
        return Verdict("numerical", slope.tracing.reasons[0])
    if all(not np.any(s) for s in leaves(found)):
        return Verdict("constant", slopes=found)
    if slope.tracing.exact is None:
        return Verdict("unchecked", "; ".join(slope.tracing.reasons), found)
    return Verdict("row" if has_rule(probe.name) else "followed", slopes=found)


def has_rule(name: str) -> bool:
    """Whether a function means something to us by itself, without a look into its source."""
    if name.startswith("x."):
        return True
    function = named(name)
    kinds: Any = (MOVES, JOINS, RULES)
    return meaning(function) is not None or any(function in known for known in kinds)


def coverage_page(shown: Iterable[Probe] | None = None) -> str:
    """The page, in Markdown, of all probes or of some."""
    tried = [(p, verdict(p)) for p in (probes() if shown is None else shown)]
    parts = [
        "# Coverage",
        "What becomes of NumPy's, Python's and SciPy's functions when the code that calls them is "
        "differentiated. This page is written anew whenever the documentation is built, by making "
        "every call below and asking `tracing.exact`; a test compares each that is called exact "
        "with the truth, its value to the bit. In the calls, `x` is a vector of four numbers.",
        "\n".join(f"- **{WAYS[way]}**: {meaning}" for way, meaning in MEANINGS.items()),
        _counts([v for _, v in tried]),
    ]
    for section in dict.fromkeys(p.section for p, _ in tried):
        rows = [_line(p, v) for p, v in tried if p.section == section]
        parts += [
            f"## {section}",
            "| function | a call | it is | |\n| --- | --- | --- | --- |\n" + "\n".join(rows),
        ]
    return "\n\n".join(parts) + "\n"


MEANINGS = {
    "row": "it has a rule of its own, and its derivative is exact to any order.",
    "followed": "it has none and needs none: its own Python code is followed like yours.",
    "constant": "whole numbers, truth values, shapes, steps: the derivative is zero, and that is "
    "exact too.",
    "unchecked": "followed, but there was nothing to compare with: it draws random numbers, or "
    "takes another path at every point nearby.",
    "numerical": "it cannot be followed; the whole function is differentiated by differences, with "
    "an error bar, and a warning names the line. `strict=True` makes it an error.",
    "error": "an error says so.",
    "none": "takes no numbers to differentiate and gives none.",
}


def _counts(verdicts: list[Verdict]) -> str:
    numbers = [v for v in verdicts if v.way != "none"]
    exact = sum(v.way in ("row", "followed", "constant") for v in numbers)
    return f"Of {len(numbers)} functions, {exact} are exact."


def _line(probe: Probe, found: Verdict) -> str:
    call = f"`{probe.call}`" if probe.call != "-" else ""
    cells = (f"`{probe.title}`", call, WAYS[found.way], probe.word)
    return "| " + " | ".join(c.replace("|", r"\|") for c in cells) + " |"
