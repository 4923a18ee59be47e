"""What was measured, as it is kept in docs/benchmarks.json; and the arithmetic of the table."""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.driver import Lane

__all__ = ["Measured", "Run", "machine", "load", "middle", "now", "ratio", "turns"]


@dataclass
class Measured:
    """One work: its contenders' rounds, when that was, and how busy the machine was (the load is
    the number of programs that wanted to run, these included).
    """

    work: str
    lanes: list[Lane]
    when: str = ""
    load: tuple[float, float] = (0.0, 0.0)  # before and after

    @property
    def present(self) -> list[Lane]:
        return [lane for lane in self.lanes if lane.rounds]

    def of(self, role: str) -> list[Lane]:
        """Who has this role, fastest first."""
        return sorted((lane for lane in self.present if lane.role == role), key=middle)

    def named(self, name: str) -> Lane | None:
        return next((lane for lane in self.present if lane.name == name), None)


@dataclass
class Run:
    """All works that were measured on one machine."""

    machine: dict[str, str]
    works: list[Measured] = field(default_factory=list)

    def versions(self) -> dict[str, str]:
        """Of all packages that took part; another one than elsewhere is told with its work."""
        found: dict[str, str] = {}
        for lane in itertools.chain.from_iterable(m.present for m in self.works):
            found |= lane.versions
        return dict(sorted(found.items(), key=lambda item: item[0].lower()))

    def add(self, measured: Measured) -> None:
        """Take a work in, in place of what was there of it."""
        self.works = [m for m in self.works if m.work != measured.work] + [measured]

    def ordered(self, names: Iterable[str]) -> Run:
        place = {name: k for k, name in enumerate(names)}
        return Run(self.machine, sorted(self.works, key=lambda m: place[m.work]))

    def save(self, path: Path) -> None:
        works = [asdict(m) for m in self.works]
        plain = {"machine": self.machine, "works": works}
        for lane in itertools.chain.from_iterable(m["lanes"] for m in works):
            lane["rounds"] = [[float(f"{ns:.5g}") for ns in turns] for turns in lane["rounds"]]
        path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(plain["machine"], [_measured(m) for m in plain["works"]])


def _measured(plain: dict[str, Any]) -> Measured:
    lanes = [Lane(**lane) for lane in plain["lanes"]]
    return Measured(plain["work"], lanes, plain["when"], (plain["load"][0], plain["load"][1]))


def turns(lane: Lane) -> list[float]:
    """Nanoseconds of a call, round after round."""
    return list(itertools.chain.from_iterable(lane.rounds))


def middle(lane: Lane) -> float:
    """The median over all rounds of all processes, in nanoseconds."""
    return statistics.median(turns(lane))


def ratio(lane: Lane, other: Lane) -> tuple[float, float, float]:
    """How many times as long as the other: the median of the ratios within each round, and the two
    quartiles around it.
    """
    each = [a / b for a, b in zip(turns(lane), turns(other), strict=True)]
    if len(each) == 1:
        return each[0], each[0], each[0]
    low, half, high = statistics.quantiles(each, n=4, method="inclusive")
    return half, low, high


def machine() -> dict[str, str]:
    """What these times depend on, beside the packages."""
    found = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()}, {platform.machine()}",
    }
    if gcc := shutil.which("gcc"):
        told = subprocess.run([gcc, "-dumpfullversion"], capture_output=True, text=True)
        found["gcc"] = told.stdout.strip()
    return found


def processor() -> str:
    """Its name, and its widest vectors, where Linux tells of them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    told = {key.strip(): value.strip() for key, value in facts.items()}
    flags = told.get("flags", "").split()
    widest = next((w for f, w in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if f in flags), "")
    family = f"family {told['cpu family']}, model {told['model']}" if "cpu family" in told else ""
    return ", ".join(filter(None, (told.get("model name", "unknown"), family, widest)))


def load() -> float:
    """How many programs wanted to run in the last minute; 0 where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
