"""One page's connection: of every kind of question only the latest counts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from steepest.studio.answers import ASKS, LONG
from steepest.studio.limits import LIMITS, LimitError
from steepest.studio.pool import Pool
from steepest.studio.protocol import Request, frame, read_request, refusal

__all__ = ["Session"]

Send = Callable[[bytes], Awaitable[None]]


@dataclass
class Lane:
    """What is computed for one kind of question, and the one that waits: never more than one."""

    waiting: Request | None = None
    task: asyncio.Task[None] | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """Answers one page. `quick` and `long` are the workers it shares with all others.

    A request is named by its `ask` and, where a page shows several walks, its `lane`. While one is
    computed, the next waits; a third takes the place of the one that waits, which is told so. A
    long one is stopped as soon as there is another in its lane.
    """

    LANES = 4  # of one kind

    def __init__(self, send: Send, quick: Pool, long: Pool) -> None:
        self._send, self._quick, self._long = send, quick, long
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._blunders, self._gone = 0, False
        self._turn = asyncio.Semaphore(1)  # one page has one of the quick workers at a time

    async def receive(self, text: str | bytes) -> bool:
        """Take one message; False once there were too many that cannot be read."""
        try:
            request = read_request(text)
            await self._take(request)
        except LimitError as error:
            self._blunders += 1
            await self._tell(refusal(None, str(error)))
        return self._blunders < LIMITS.blunders

    async def _take(self, request: Request) -> None:
        if request.ask == "stop":
            for (ask, _), lane in self._lanes.items():
                if ask in LONG:
                    lane.stopping.set()
            return
        if request.ask not in ASKS:
            raise LimitError(f"nothing is called {request.ask[:40]!r}; ask for {', '.join(ASKS)}")
        which = request.body.get("lane", 0)
        if which not in range(self.LANES):
            raise LimitError(f"there are lanes 0 to {self.LANES - 1}")
        lane = self._lanes.setdefault((request.ask, which), Lane())
        if lane.waiting is not None:
            await self._tell(frame({"id": lane.waiting.id, "superseded": True}))
        lane.waiting = request
        if request.ask in LONG:
            lane.stopping.set()
        if lane.task is None or lane.task.done():
            lane.task = asyncio.create_task(self._work(lane))

    async def _work(self, lane: Lane) -> None:
        while lane.waiting is not None:
            request, lane.waiting = lane.waiting, None
            lane.stopping = asyncio.Event()
            await self._answer(request, lane)

    async def _answer(self, request: Request, lane: Lane) -> None:
        if request.ask in LONG:
            await self._pass_on(request, lane, self._long, LIMITS.long)
        else:
            async with self._turn:
                if not self._gone:
                    await self._pass_on(request, lane, self._quick, LIMITS.quick)

    async def _pass_on(self, request: Request, lane: Lane, pool: Pool, seconds: float) -> None:
        try:
            async with contextlib.aclosing(
                pool.answers(request.body, seconds, lane.stopping)
            ) as frames:
                async for data in frames:
                    await self._tell(data)
        except TimeoutError:
            sentence = (
                f"this took more than {seconds:g} seconds and was stopped; ask for fewer points or "
                "steps, or for a shorter formula"
            )
            await self._tell(refusal(request.id, sentence))
        except EOFError:
            why = "this was stopped" if lane.stopping.is_set() else \
                "this took more memory than one page may use, and was stopped"  # fmt: skip
            await self._tell(refusal(request.id, why))

    async def _tell(self, data: bytes) -> None:
        """Send, as long as somebody is there."""
        if not self._gone:
            try:
                await self._send(data)
            except (RuntimeError, OSError):
                self._gone = True

    async def close(self) -> None:
        """The page is gone: ask what runs for it to end, and wait for that. What is nearly done may
        finish, which costs less than a new worker; what is not ends a second later.
        """
        self._gone = True
        running = []
        for lane in self._lanes.values():
            lane.waiting = None
            lane.stopping.set()
            if lane.task is not None:
                running.append(lane.task)
        await asyncio.gather(*running, return_exceptions=True)
