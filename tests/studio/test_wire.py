"""Questions and answers: what the engine says arrives, and what is too much is refused kindly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

import steepest as st
from steepest.descent import METHODS
from steepest.studio.limits import LIMITS
from steepest.studio.protocol import frame, read_frame
from tests.patience import SECONDS

from .conftest import ENDLESS, Studio

FORMULA = "n**2 + 3*e**2 + sin(3*n)*e"
OF = {"formula": FORMULA}
SQUARE = [[-2, 2], [-2, 2]]


class Wire:
    """A page's side of the connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.count = socket, 0

    def send(self, ask: str, **body: Any) -> int:
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "ask": ask, **body}))
        return self.count

    def receive(self) -> tuple[dict[str, Any], dict[str, Any]]:
        data = self.socket.recv(SECONDS)
        assert isinstance(data, bytes)
        return read_frame(data)

    def ask(self, ask: str, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        number = self.send(ask, **body)
        while True:
            head, arrays = self.receive()
            if head["id"] == number and "progress" not in head:
                return head, arrays


def plug_in(studio: Studio) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{studio.port}/wire", origin=studio.base,  # type: ignore[arg-type]
                   additional_headers={"Cookie": studio.cookie}, max_size=None,
                   open_timeout=SECONDS)  # fmt: skip


@pytest.fixture
def wire(studio: Studio) -> Iterator[Wire]:
    with plug_in(studio) as socket:
        yield Wire(socket)


def test_frames_come_back_as_they_were() -> None:
    arrays = {"a": np.arange(5, dtype=np.int16), "b": np.ones((2, 3)), "c": np.zeros(0, np.float32)}
    head, found = read_frame(frame({"id": 3, "x": float("inf")}, arrays))
    assert head == {"id": 3, "x": "inf"}
    for name, array in arrays.items():
        assert np.array_equal(found[name], array) and found[name].dtype == array.dtype


def test_at_is_the_engines_slope(wire: Wire) -> None:
    head, _ = wire.ask("at", of=OF, x=[2, 1])
    slope = st.Function(FORMULA).at(2, 1)
    assert head["value"] == slope.value and head["gradient"] == slope.gradient.tolist()
    assert head["bearing"] == slope.bearing


def test_describe_tells_names_formulas_and_tape(wire: Wire) -> None:
    head, _ = wire.ask("describe", of=OF)
    assert head["variables"] == ["n", "e"] and head["axes"] == [0, 1]
    assert head["tape"]["inputs"] == ["n", "e"] and "sin" in head["latex"]
    assert head["notes"] == list(st.Function(FORMULA).notes)


def test_a_grid_has_north_up_and_east_to_the_right(wire: Wire) -> None:
    head, arrays = wire.ask("grid", of=OF, stretches=SQUARE, count=9)
    assert head["order"] == [1, 0] and arrays["heights"].shape == (9, 9)
    assert arrays["heights"][8, 0] == np.float32(st.Function(FORMULA)(2, -2))


def test_a_walk_is_the_engines_walk(wire: Wire) -> None:
    head, arrays = wire.ask("walk", of=OF, x=[2, 1], steps=300, settings={"rate": 0.1})
    walk = st.descend(FORMULA, (2, 1), rate=0.1, steps=300, progress=False)
    assert np.array_equal(arrays["path"], walk.path) and head["steps"] == walk.steps
    assert head["verdict"]["sentence"] == walk.verdict.sentence


@pytest.mark.parametrize("method", METHODS)
def test_every_method_walks_with_its_settings(wire: Wire, method: str) -> None:
    listed, _ = wire.ask("methods")
    told = {m["name"]: {s["name"]: s["value"] for s in m["settings"]} for m in listed["methods"]}
    assert "rate" in told[method]
    head, arrays = wire.ask("walk", of=OF, x=[2, 1], steps=50, method=method, settings=told[method])
    walk = st.descend(FORMULA, (2, 1), method=method, steps=50, progress=False)
    assert np.array_equal(arrays["path"], walk.path) and head["ending"] == walk.ending


def test_basins_are_the_engines(wire: Wire) -> None:
    of = {"formula": "(w^2 - 1)^2 + v^2"}
    head, arrays = wire.ask("rain", of=of, stretches=SQUARE, count=20)
    assert np.allclose(head["minima"], [[-1, 0], [1, 0]]) and set(arrays["labels"].ravel()) == {
        0,
        1,
    }


def test_the_mountain_and_the_users_own_function(wire: Wire) -> None:
    head, _ = wire.ask("at", of={"terrain": "jacksboro"}, x=[9000, 14000])
    assert head["value"] == st.Terrain.jacksboro()(9000, 14000)
    head, _ = wire.ask("at", of={"own": True}, x=[1, 1])
    assert head["gradient"] == pytest.approx([-7.0, -3.0])
    head, _ = wire.ask("describe", of={"own": True})
    assert head["variables"] == ["w", "b"]


def test_exercises_are_checked(wire: Wire) -> None:
    assert wire.ask("check", lesson="descent", answer="8/2")[0]["right"]
    head, _ = wire.ask("check", lesson="descent", answer="4.01")
    assert not head["right"] and "2(w − 3)" in head["says"]
    assert not wire.ask("check", lesson="descent", answer="four")[0]["right"]


REFUSED = {
    "letters": ("describe", {"of": {"formula": "x+" * 2000 + "x"}}, "letters"),
    "grammar": ("describe", {"of": {"formula": "__import__('os').getcwd()"}}, "^"),
    "nine variables": ("describe", {"of": {"formula": "a+b+c+d+x+y+z+u+v"}}, "one to 8 variables"),
    "no variable": ("describe", {"of": {"formula": "3"}}, "none"),
    "a vector": ("describe", {"of": {"formula": "[x, y]"}}, ""),
    "names": ("describe", {"of": {"formula": "x", "variables": [5]}}, "text"),
    "a file": ("describe", {"of": {"code": "model.py:loss"}}, "text"),
    "nothing": ("describe", {}, "of="),
    "a huge grid": ("grid", {"of": OF, "stretches": SQUARE, "count": 10**9}, "512"),
    "a stretch": ("grid", {"of": OF, "stretches": [[1, 0], [0, 1]]}, "empty"),
    "no stretch": ("grid", {"of": OF, "stretches": [[0, 1]]}, "pairs"),
    "a point": ("at", {"of": OF, "x": [1]}, "2 finite numbers"),
    "not a number": ("at", {"of": OF, "x": ["1", None]}, "2 finite numbers"),
    "steps": ("walk", {"of": OF, "x": [1, 1], "steps": 10**12}, "200,000"),
    "a method": ("walk", {"of": OF, "x": [1, 1], "method": "os.system"}, "gradient-descent"),
    "a setting": ("walk", {"of": OF, "x": [1, 1], "settings": {"__class__": 1}}, "rate"),
    "a rate": ("walk", {"of": OF, "x": [1, 1], "settings": {"rate": -1}}, "rate"),
    "a lesson": ("check", {"lesson": "../x", "answer": "1"}, "descent"),
    "a start off the map": ("walk", {"of": {"terrain": "jacksboro"}, "x": [-5, 5]}, "map"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_answered_is_refused_in_a_sentence(wire: Wire, name: str) -> None:
    ask, body, says = REFUSED[name]
    head, _ = wire.ask(ask, **body)
    assert says in head["error"] and "Traceback" not in head["error"]
    assert wire.ask("at", of=OF, x=[2, 1])[0]["value"] > 6  # and the page goes on


@pytest.mark.parametrize("text", [
    "", "{", "[]", "7", '{"id": "x", "ask": "at"}', '{"id": 1}', '{"id": 1, "ask": "nothing"}',
    '{"id": NaN, "ask": "at"}', "[" * 20_000, '{"id": 1, "ask": "at", "lane": 99}',
    '{"id": 1, "ask": "at", "lane": {}}'])  # fmt: skip
def test_what_is_no_request_is_refused(wire: Wire, text: str) -> None:
    wire.socket.send(text)
    head, _ = wire.receive()
    assert head["id"] is None and head["error"]
    assert "value" in wire.ask("at", of=OF, x=[2, 1])[0]


def send_and_hear(socket: ClientConnection, text: str, times: int) -> None:
    for _ in range(times):
        socket.send(text)
        socket.recv(SECONDS)


def test_who_sends_only_nonsense_is_put_out(wire: Wire) -> None:
    with pytest.raises(ConnectionClosed):
        send_and_hear(wire.socket, "nonsense", LIMITS.blunders + 5)


def test_a_message_of_a_megabyte_ends_the_connection_only(studio: Studio, wire: Wire) -> None:
    with plug_in(studio) as other:  # noqa: SIM117
        with pytest.raises(ConnectionClosed):
            send_and_hear(other, "x" * 2**20, 1)
    assert "value" in wire.ask("at", of=OF, x=[2, 1])[0]


def test_the_latest_question_wins(wire: Wire) -> None:
    # what takes for ever keeps the others waiting, however slowly they are sent
    first = wire.send("at", of={"own": True}, x=ENDLESS)
    grids = [wire.send("grid", of=OF, stretches=SQUARE, count=9) for _ in range(12)]
    answered, superseded = [], []
    while grids[-1] not in answered:
        head, _ = wire.receive()
        (superseded if head.get("superseded") else answered).append(head["id"])
    assert answered[0] == first and len(answered) <= 3
    assert sorted(answered + superseded) == [first, *grids]


def test_a_long_walk_tells_its_progress_and_can_be_stopped(wire: Wire) -> None:
    # a narrow valley, at a rate so small that it takes for ever
    of = {"formula": "100(y - x^2)^2 + (1 - x)^2"}
    number = wire.send("walk", of=of, x=[-1, 1], steps=LIMITS.steps, settings={"rate": 1e-7})
    head, _ = wire.receive()
    while head["progress"]["step"] == 0:
        head, _ = wire.receive()
    assert head["id"] == number
    wire.send("stop")
    while "progress" in head:
        head, arrays = wire.receive()
    assert head["ending"] == "callback" and head["steps"] < LIMITS.steps
    assert len(arrays["path"]) > 1 and head["verdict"]["sentence"]


def test_what_takes_too_long_is_ended(wire: Wire) -> None:
    head, _ = wire.ask("at", of={"own": True}, x=ENDLESS)
    assert f"more than {LIMITS.quick:g} seconds" in head["error"]
    assert "value" in wire.ask("at", of=OF, x=[2, 1])[0]
