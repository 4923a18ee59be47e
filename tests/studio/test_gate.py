"""The door: a token, the right host, our own pages, and headers that forbid everything else."""

from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from steepest.studio.gate import Pass
from tests.patience import SECONDS

from .conftest import PAGES, Studio


def get(studio: Studio, path: str = "/", **headers: str) -> httpx.Response:
    return httpx.get(studio.base + path, headers=headers, timeout=SECONDS)


def test_the_token_opens_once_and_becomes_a_cookie(studio: Studio) -> None:
    answer = httpx.get(studio.address, timeout=SECONDS)
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    inside = get(studio, "/", cookie=studio.cookie)
    assert inside.status_code == 200 and studio.token not in inside.text


@pytest.mark.parametrize("path", ["/", "/lessons.json", "/pages/app.js", "/lesson/descent"])
@pytest.mark.parametrize("cookie", ["", "steepest-1=x", "steepest-{port}=wrong", '"\x01; = ;;'])
def test_without_the_token_there_is_nothing(studio: Studio, path: str, cookie: str) -> None:
    given = cookie.format(port=studio.port)
    answer = get(studio, path, **({"cookie": given} if given else {}))
    assert answer.status_code == 403 and "the address that `steepest studio` printed" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "localhost"]
)
def test_under_another_name_it_does_not_answer(studio: Studio, host: str) -> None:
    answer = get(studio, "/", host=host.format(port=studio.port), cookie=studio.cookie)
    assert answer.status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}"])
def test_other_pages_get_nothing(studio: Studio, origin: str) -> None:
    answer = get(studio, "/", origin=origin.format(port=studio.port), cookie=studio.cookie)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/pages/app.js", "/nowhere", "/?token=no"])
def test_every_answer_forbids_what_is_not_ours(studio: Studio, path: str) -> None:
    answer = get(studio, path, cookie=studio.cookie)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "http:" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/pages/../server.py", "/pages/%2e%2e/server.py", "/pages//etc/passwd"]
)
def test_only_pages_are_served(studio: Studio, path: str) -> None:
    assert get(studio, path, cookie=studio.cookie).status_code in (403, 404)


def socket_status(studio: Studio, **given: str | None) -> int:
    """What the door answers to a WebSocket; 101 opens it."""
    headers = {"Cookie": given["cookie"]} if given.get("cookie") else {}
    origin = given.get("origin")
    try:
        with connect(
            f"ws://127.0.0.1:{studio.port}/wire", origin=origin, additional_headers=headers
        ):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as error:
        return error.response.status_code


def test_the_wire_asks_for_token_and_origin(studio: Studio) -> None:
    cookie, ours = studio.cookie, studio.base
    assert socket_status(studio, cookie=cookie, origin=ours) == 101
    assert socket_status(studio, cookie=cookie, origin=None) == 403
    assert socket_status(studio, cookie=cookie, origin="http://evil.example") == 403
    assert socket_status(studio, cookie=None, origin=ours) == 403


def test_another_address_keeps_the_token() -> None:
    key = Pass("192.0.2.7", 80)
    assert key.address.startswith("http://192.0.2.7:80/?token=") and len(key.token) > 30
    assert key.is_host("192.0.2.7:80") and not key.is_host("localhost:80")
    assert key.knows(key.token) and not key.knows("") and not key.knows("é")
    assert Pass("::1", 80).is_host("[::1]:80")


def test_pages_hold_no_code_of_their_own_and_no_address_of_others() -> None:
    shell = (PAGES / "index.html").read_text()
    assert "<script>" not in shell and "style=" not in shell and "onclick" not in shell
    ours = ("http://www.w3.org/", "}://${location.host}")
    for path in PAGES.rglob("*"):
        if path.suffix in (".js", ".css", ".html") and "vendor" not in path.parts:
            text = path.read_text()
            lines = [line for line in text.splitlines() if "://" in line]
            assert all(any(name in line for name in ours) for line in lines), path
            assert not any(word in text for word in ("eval(", "innerHTML", "new Function")), path
