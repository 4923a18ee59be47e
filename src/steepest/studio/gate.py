"""The door: who may come in, and what a browser is told about every page.

The studio listens on the loopback address, which every page in every browser on this machine can
reach. So each request must carry the token that only the printed address holds (once in the
address, from then on in a cookie), must name this server as its host, and, where it says from
which page it comes, must come from ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Gate", "Pass"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CLOSED = "Open the studio by the address that `steepest studio` printed: it holds the key.\n"
ELSEWHERE = "This studio answers only under the address that `steepest studio` printed.\n"


@dataclass(frozen=True)
class Pass:
    """Where the server stands, and the token that opens it."""

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def address(self) -> str:
        """What is printed, and opened."""
        return f"http://{self.authority}/?token={self.token}"

    @property
    def authority(self) -> str:
        """Host and port as browsers write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def cookie(self) -> str:
        """Its cookie's name: browsers do not keep ports apart."""
        return f"steepest-{self.port}"

    def knows(self, token: str) -> bool:
        """Whether a token is the right one, in time that does not depend on it."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def is_host(self, authority: str) -> bool:
        """Whether a Host header names this server; `localhost` is a name of the loopback."""
        names = {self.authority}
        if self.host in ("127.0.0.1", "::1"):
            names |= {f"localhost:{self.port}", f"127.0.0.1:{self.port}"}
        return authority.lower() in names


class Gate:
    """The middleware that keeps the door of an application."""

    def __init__(self, app: ASGIApp, key: Pass) -> None:
        self._app, self._key = app, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = self._refusal(scope)
        if answer is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()  # the wish to connect
            await send({"type": "websocket.close", "code": 1008, "reason": "not from our page"})
        else:
            await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if not self._key.is_host(headers.get("host", "")):
            return PlainTextResponse(ELSEWHERE, 421)
        origin = headers.get("origin")
        if origin is None:
            fine = scope["type"] == "http"  # a browser always says where a WebSocket comes from
        else:
            fine = self._key.is_host(urlsplit(origin).netloc) and origin.startswith("http://")
        if not fine:
            return PlainTextResponse(ELSEWHERE, 403)
        if any(map(self._key.knows, _cookies(headers.get("cookie", ""), self._key.cookie))):
            return None
        if scope["type"] == "http":
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if self._key.knows(given):
                return self._welcome(scope["path"])
        return PlainTextResponse(CLOSED, 403)

    def _welcome(self, path: str) -> Response:
        """On to the same page without the token in its address, where it could be read."""
        answer = RedirectResponse("/" + path.lstrip("/"), 303)
        answer.set_cookie(self._key.cookie, self._key.token, httponly=True, samesite="strict")
        return answer


def _cookies(header: str, name: str) -> Iterable[str]:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return []
    return [] if found is None else [found.value]


def _with_headers(send: Send) -> Send:
    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sends
