"""A process that computes: requests come in through its standard input, frames go out.

Requests and frames are preceded by their length, 4 bytes little-endian. One request is answered at
a time. A request `{"ask": "stop"}` may come meanwhile, and tells what is running to end.
"""

from __future__ import annotations

import io
import os
import queue
import struct
import sys
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

from steepest.errors import SteepestError
from steepest.studio.answers import Arrays, Room, answer
from steepest.studio.ground import Grounds
from steepest.studio.lesson import Lessons
from steepest.studio.limits import LIMITS
from steepest.studio.protocol import Request, frame, read_request, refusal

__all__ = ["main"]


class Worker:
    """Reads requests in one thread, answers them in another."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, grounds: Grounds) -> None:
        self._source, self._sink = source, sink
        self._waiting: queue.Queue[Request | None] = queue.Queue()
        self._stopped = threading.Event()
        self._now: int | None = None
        self._room = Room(grounds, Lessons(), self._tell, self._stopped.is_set)

    def run(self) -> None:
        """Answer until the input ends."""
        threading.Thread(target=self._read, daemon=True).start()
        self._send(frame({"id": None, "ready": True}))
        self._warm()
        while (request := self._waiting.get()) is not None:
            self._now = request.id
            self._stopped.clear()
            self._send(self._answered(request))

    def _warm(self) -> None:
        """Load what is loaded at its first use, before anybody waits for it."""
        of = {"formula": "sin(x) y^2"}
        asks: dict[str, dict[str, Any]] = {
            "describe": {},
            "at": {"x": [1, 1]},
            "grid": {"stretches": [[0, 1], [0, 1]], "count": 16},
        }
        for ask, more in asks.items():
            answer(Request(0, ask, {"of": of, **more}), self._room)

    def _answered(self, request: Request) -> bytes:
        try:
            head, arrays = answer(request, self._room)
            return frame({"id": request.id, **head}, arrays)
        except SteepestError as error:
            return refusal(request.id, str(error))
        except MemoryError:
            return refusal(request.id, "that takes more memory than one page may use")
        except Exception as error:  # noqa: BLE001  (a user's own function may raise anything)
            return refusal(request.id, f"{type(error).__name__}: {error}")

    def _tell(self, head: Mapping[str, Any], arrays: Arrays) -> None:
        self._send(frame({"id": self._now, **head}, arrays))

    def _send(self, data: bytes) -> None:
        self._sink.write(struct.pack("<I", len(data)) + data)
        self._sink.flush()

    def _read(self) -> None:
        while len(size := self._source.read(4)) == 4:
            (length,) = struct.unpack("<I", size)
            request = read_request(self._source.read(length))
            if request.ask == "stop":
                self._stopped.set()
            else:
                self._waiting.put(request)
        self._stopped.set()
        self._waiting.put(None)


def main(own: str = "") -> None:
    """Serve one pool; `own` is the user's function as FILE:NAME, a formula, or nothing."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a user's own function prints must not mix with the frames.
    os.dup2(2, 1)
    sys.stdin = io.StringIO()
    _bound_memory()
    Worker(source, sink, Grounds(_own(own))).run()


def _own(named: str) -> Any:
    if not named:
        return None
    from steepest.function import Function
    from steepest.sources.file import load_code

    return Function(load_code(named) if ".py:" in named else named)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where nothing bounds it
        return
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS.memory, LIMITS.memory))


if __name__ == "__main__":
    main(*sys.argv[1:])
