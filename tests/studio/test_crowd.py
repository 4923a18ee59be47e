"""Fifty pages at once, one of them hostile: the others are answered, and memory stays bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from steepest.studio.protocol import read_frame

from .conftest import Studio

OF = {"formula": "n**2 + 3*e**2 + sin(3*n)*e"}
OTHERS = 49
SECONDS = 4.0
GROWTH = 400 * 2**20  # bytes that the server and its workers may grow by
BAD = [
    "nonsense", "[" * 30_000,
    json.dumps({"id": 1, "ask": "describe", "of": {"formula": "x" * 60_000}}),
    json.dumps({"id": 2, "ask": "grid", "of": OF, "stretches": [[-9, 9], [-9, 9]], "count": 512}),
    json.dumps({"id": 3, "ask": "walk", "of": {"formula": "100(y-x^2)^2+(1-x)^2"}, "x": [-1, 1],
                "steps": 200_000, "settings": {"rate": 1e-7}}),
    json.dumps({"id": 4, "ask": "rain", "of": OF, "stretches": [[-9, 9], [-9, 9]], "count": 240}),
    json.dumps({"id": 5, "ask": "describe",
                "of": {"formula": "*".join(f"(sin({k}x)+cos({k}y)^2)" for k in range(2, 60))}}),
    "x" * 2**20,
]  # fmt: skip


def plug_in(studio: Studio) -> Any:
    return connect(f"ws://127.0.0.1:{studio.port}/wire", origin=studio.base,  # type: ignore[arg-type]
                   additional_headers={"Cookie": studio.cookie}, max_size=None)  # fmt: skip


async def reader(studio: Studio, number: int, until: float) -> list[float]:
    """Somebody who asks for a slope four times a second; how long each answer took."""
    took = []
    async with plug_in(studio) as socket:
        await asyncio.sleep(0.25 * number / OTHERS)
        while time.monotonic() < until:
            began = time.monotonic()
            x = [number / 10, took[-1] if took else 1.0]
            await socket.send(json.dumps({"id": len(took), "ask": "at", "of": OF, "x": x}))
            head, _ = read_frame(await socket.recv())
            assert head["id"] == len(took) and "value" in head
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.25)
    return took


async def nuisance(studio: Studio, until: float) -> None:
    """Somebody who sends what is wrong, huge or endless, and does not listen."""
    k = 0
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionClosed, OSError):
            async with plug_in(studio) as socket:
                while time.monotonic() < until:
                    k += 1
                    await socket.send(BAD[k % len(BAD)])
                    await asyncio.sleep(0.02)


async def crowd(studio: Studio, hostile: bool) -> float:
    """The median answering time of the others."""
    until = time.monotonic() + SECONDS
    tasks = [reader(studio, k, until) for k in range(OTHERS)]
    trouble = asyncio.create_task(nuisance(studio, until)) if hostile else None
    took = await asyncio.gather(*tasks)
    if trouble is not None:
        await trouble
    return statistics.median(t for one in took for t in one)


def memory(pid: int) -> int:
    """Resident bytes of a process and its children."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if str(pid) in (stat.parent.name, fields[1]):
                pages += int(fields[21])
    return pages * 4096


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads memory from /proc")
def test_one_hostile_page_among_fifty(studio: Studio) -> None:
    quiet = asyncio.run(crowd(studio, hostile=False))
    before = memory(studio.pid)
    loud = asyncio.run(crowd(studio, hostile=True))
    assert loud < 2 * quiet + 0.02, (
        f"{1000 * quiet:.1f} ms in quiet, {1000 * loud:.1f} ms beside it"
    )
    assert memory(studio.pid) - before < GROWTH
    assert asyncio.run(crowd(studio, hostile=False)) < 2 * quiet + 0.02
