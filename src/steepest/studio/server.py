"""The server: pages and lessons over HTTP, questions and answers over one WebSocket a page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from steepest.studio.gate import Gate, Pass
from steepest.studio.lesson import Lessons
from steepest.studio.limits import LIMITS
from steepest.studio.pool import pools
from steepest.studio.protocol import plain, refusal
from steepest.studio.session import Session

__all__ = ["PAGES", "application", "serve"]

PAGES = Path(__file__).parent / "pages"
FULL = f"there are {LIMITS.connections} pages open already; close one and load this one again"


def application(key: Pass, own: str = "") -> ASGIApp:
    """The studio as an ASGI application, its door included.

    `own` is what the studio was started with: FILE:NAME of a Python function, or a formula.
    """
    quick, long = pools(own)
    lessons = json.dumps({"lessons": plain(Lessons().as_data()), "own": own}, ensure_ascii=False)
    open_pages = 0
    leaving: set[asyncio.Task[None]] = set()

    async def shell(request: Request) -> Response:
        return FileResponse(PAGES / "index.html")

    async def content(request: Request) -> Response:
        return Response(lessons, media_type="application/json")

    async def wire(socket: WebSocket) -> None:
        nonlocal open_pages
        while leaving:  # who comes and goes again and again waits for his own work to end
            await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
        await socket.accept()
        if open_pages >= LIMITS.connections:
            await socket.send_bytes(refusal(None, FULL))
            await socket.close(1013, "too many pages")
            return
        open_pages += 1
        session = Session(socket.send_bytes, quick, long)
        try:
            while await session.receive(await _message(socket)):
                pass
            await socket.close(1008, "too many requests that cannot be read")
        except (WebSocketDisconnect, RuntimeError):  # gone, perhaps while we were answering
            pass
        finally:
            open_pages -= 1
            leaving.add(task := asyncio.create_task(session.close()))
            task.add_done_callback(leaving.discard)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        quick.start()
        long.start()
        yield
        quick.end()
        long.end()

    routes = [
        Route("/", shell),
        Route("/lesson/{name}", shell),
        Route("/free", shell),
        Route("/lessons.json", content),
        WebSocketRoute("/wire", wire),
        Mount("/pages", StaticFiles(directory=PAGES)),
    ]
    return Gate(Starlette(routes=routes, lifespan=lifespan), key)


async def _message(socket: WebSocket) -> str | bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text: str | bytes | None = message.get("text")
    return text if text is not None else message.get("bytes") or b""


def serve(
    *,
    own: str = "",
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
    announce: Callable[[str], Any] = print,
) -> None:
    """Serve until Ctrl-C. Port 0 takes a free one; `announce` is told the address once it answers.

    Another host than the loopback address lets other machines in, if they have the token.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sends small pieces at once (TCP_NODELAY); else the
    # second piece of an answer waits some 40 ms until the first is acknowledged.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    key = Pass(host, listening.getsockname()[1])
    config = uvicorn.Config(
        application(key, own),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LIMITS.message,
        ws_max_queue=8,
        ws_per_message_deflate=False,
        limit_concurrency=4 * LIMITS.connections,
        timeout_graceful_shutdown=2,
    )
    _Announcing(config, key, browser, announce).run(sockets=[listening])


class _Announcing(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(
        self, config: uvicorn.Config, key: Pass, browser: bool, announce: Callable[[str], Any]
    ) -> None:
        super().__init__(config)
        self._key, self._browser, self._announce = key, browser, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self._key.address)
            if self._browser:
                webbrowser.open(self._key.address)
