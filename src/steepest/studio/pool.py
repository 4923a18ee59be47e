"""Workers: how many there are, who has one, and what happens to one that does not end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

__all__ = ["Pool", "Process"]

PATIENCE = 1.0  # seconds of a processor that a stopped request may take to end
LENIENT = 3  # how many times its seconds a request may take by the clock, on a busy machine
GENEROUS = 10  # and a stopped one: it has a result to hand over, at the lowest priority


class Process:
    """One worker process, seen from the server."""

    def __init__(self, own: str, niceness: int) -> None:
        self._own, self._niceness = own, niceness
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        """Start it, or start it again."""
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "steepest.studio.worker", self._own,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **threads},
        )  # fmt: skip
        if self._niceness and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process.pid, self._niceness)
        self._process = process
        await _receive(process)  # that it is ready
        return process

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._process is not None and self._process.returncode is None

    @property
    def used(self) -> float:
        """Seconds of a processor that it has had; infinity where the system does not tell."""
        try:
            stat = Path(f"/proc/{self._process.pid if self._process else 0}/stat").read_text()
        except OSError:
            return math.inf
        return sum(map(int, stat.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End it at once; whoever asks next starts another."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()

    async def ask(self, body: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
        """Frames of the answer; the last one holds no progress."""
        process = self._process
        if process is None or process.returncode is not None:
            process = await self.start()
        await _send(process, body)
        while True:
            data = await _receive(process)
            yield data
            if not is_progress(data):
                return

    async def stop(self) -> None:
        """Ask what is running to end."""
        if self._process is not None:
            await _send(self._process, {"id": 0, "ask": "stop"})


async def _send(process: asyncio.subprocess.Process, body: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    data = json.dumps(body).encode()
    process.stdin.write(struct.pack("<I", len(data)) + data)
    await process.stdin.drain()


async def _receive(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    (length,) = struct.unpack("<I", await process.stdout.readexactly(4))
    return await process.stdout.readexactly(length)


def is_progress(data: bytes) -> bool:
    """Whether a frame is followed by others of the same answer."""
    (length,) = struct.unpack_from("<I", data)
    return "progress" in json.loads(data[4 : 4 + length])


class Pool:
    """Some workers for requests of one kind; whoever asks first is served first."""

    def __init__(self, count: int, own: str = "", niceness: int = 0) -> None:
        self._all = [Process(own, niceness) for _ in range(count)]
        self._free: asyncio.Queue[Process] = asyncio.Queue()
        self._renewing: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to start the workers, one after the other: the first is ready soonest so, and
        whoever asks before that waits for it alone.
        """
        self._soon(self._renew(*self._all))

    def end(self) -> None:
        """End all workers."""
        for task in self._renewing:
            task.cancel()
        for p in self._all:
            p.end()

    async def _taken(self, stopping: asyncio.Event) -> Process:
        """The next worker that is free. Raises EOFError where nobody wants it any longer."""
        taken, stopped = asyncio.create_task(self._free.get()), asyncio.create_task(stopping.wait())
        kept = None
        try:
            await asyncio.wait({taken, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.is_set():
                raise EOFError("stopped before it began")
            kept = taken.result()
            return kept
        finally:
            stopped.cancel()
            if kept is None:
                taken.add_done_callback(self._give_back)
                taken.cancel()

    def _give_back(self, taken: asyncio.Task[Process]) -> None:
        if not taken.cancelled():
            self._free.put_nowait(taken.result())

    @asynccontextmanager
    async def worker(self, stopping: asyncio.Event) -> AsyncIterator[Process]:
        """A worker of one's own for as long as the block lasts; one left in the middle of an
        answer is replaced.
        """
        process = await self._taken(stopping)
        whole = False
        try:
            yield process
            whole = True
        finally:
            if whole and process.alive:
                self._free.put_nowait(process)
            else:
                process.end()
                self._soon(self._renew(process))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        self._renewing.add(task := asyncio.create_task(work))
        task.add_done_callback(self._renewing.discard)

    async def _renew(self, *processes: Process) -> None:
        """Start workers before anybody has to wait for them."""
        for process in processes:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await process.start()
            self._free.put_nowait(process)

    async def answers(
        self, body: Mapping[str, Any], seconds: float, stopping: asyncio.Event
    ) -> AsyncGenerator[bytes, None]:
        """The frames of an answer.

        Raises TimeoutError where it takes more than `seconds` of a processor, EOFError where the
        worker died of it or never began; `stopping` ends it before its time.
        """
        last = b""
        async with self.worker(stopping) as process:
            watch = asyncio.create_task(_stop(process, stopping))
            measure = None
            try:
                async with asyncio.timeout(None) as clock:
                    measure = asyncio.create_task(_measure(process, seconds, clock))
                    async for data in process.ask(body):
                        if not is_progress(data):
                            last = data
                            break
                        yield data
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise EOFError("the worker ended") from error
            finally:
                watch.cancel()
                if measure is not None:
                    measure.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watch
        yield last  # without a worker: whoever reads slowly holds up nobody


async def _stop(process: Process, stopping: asyncio.Event) -> None:
    await stopping.wait()
    await process.stop()
    await _had(process, PATIENCE, GENEROUS)
    process.end()


async def _measure(process: Process, seconds: float, clock: asyncio.Timeout) -> None:
    await _had(process, seconds, LENIENT)
    with contextlib.suppress(RuntimeError):  # it has come to its end this very moment
        clock.reschedule(asyncio.get_running_loop().time())


async def _had(process: Process, seconds: float, most: float) -> None:
    """Wait until a process has had so many seconds of a processor. What the machine's other work
    takes from it puts that off, to `most` times as many by the clock.
    """
    loop = asyncio.get_running_loop()
    began, before = loop.time(), process.used
    while (passed := loop.time() - began) < most * seconds:
        used = process.used - before
        left = seconds - (used if math.isfinite(used) else passed)
        if left <= 0:
            return
        await asyncio.sleep(max(0.01, min(left, seconds / 8)))


def pools(own: str = "") -> tuple[Pool, Pool]:
    """Workers for what is drawn while a point moves, and for what takes longer."""
    cores = os.cpu_count() or 1
    quick = max(3, min(4, cores - 1))
    return Pool(quick, own), Pool(max(1, min(4, cores // 2)), own, niceness=10)
