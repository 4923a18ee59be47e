"""Measure the studio in a real browser, and write the table of docs/studio.md.

python -m benchmarks.studio             # half a minute; needs Chromium, and playwright (.[test])
python -m benchmarks.studio --print     # the table only, the page stays
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import load, machine

__all__ = ["Times", "main"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "studio.md"
BEGIN, END = "<!-- times: written by python -m benchmarks.studio -->\n", "<!-- /times -->\n"
FLAGS = [
    *("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-gpu-compositing", "--disable-gpu-rasterization"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
]
# What a page notes down, before anything of its own runs: when a key was pressed, and when the map
# was painted and on the screen, that is in the task after the frame that painted it.
NOTES = """
window.pressed = window.painted = 0;
addEventListener('keydown', (event) => {
  window.pressed = event.timeStamp;
  window.painted = 0;
}, true);
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...given) {
  draw.apply(this, given);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { window.painted = performance.now(); };
  requestAnimationFrame(() => port2.postMessage(0));
};
"""
LEFT_OUT = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === 'webgl2' ? null : get.call(this, kind, ...more);
};
"""


@dataclass(frozen=True)
class Times:
    """What was measured how often, in milliseconds, and what it should be at most."""

    what: str
    goal: float
    ms: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.ms)

    def row(self) -> str:
        """Its row of the table.

        >>> Times("a drag", 2.0, [1.0, 1.5, 9.0]).row()
        '| a drag | 2 ms | 1.5 ms | 1.0 to 9.0 ms | 3 |'
        """
        ordered = sorted(self.ms)
        tenth = len(ordered) // 10
        low, high = ordered[tenth], ordered[-1 - tenth]
        digits = 0 if self.median >= 20 else 1
        return (
            f"| {self.what} | {self.goal:g} ms | {self.median:.{digits}f} ms "
            f"| {low:.{digits}f} to {high:.{digits}f} ms | {len(ordered)} |"
        )


@contextmanager
def studio() -> Iterator[str]:
    """A studio, by the command that users have; its address."""
    command = [sys.executable, "-m", "steepest", "studio", "--no-browser"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)


class Visitor:
    """Somebody with a browser."""

    def __init__(self, browser: Any, address: str) -> None:
        self._browser = browser
        self.base, _, token = address.partition("/?token=")
        name = f"steepest-{self.base.rpartition(':')[2]}"
        self._cookie = {"name": name, "value": token, "url": self.base}

    @contextmanager
    def page(self, path: str, *, mountain: bool = True) -> Iterator[Any]:
        """A page as a new reader gets it, with nothing kept from before."""
        context = self._browser.new_context(
            viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        context.add_init_script(NOTES if mountain else NOTES + LEFT_OUT)
        context.add_cookies([self._cookie])
        page = context.new_page()
        page.goto(self.base + path)
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        page.wait_for_timeout(1000)  # what is left of the beginning
        yield page
        context.close()


# ---- the works -----------------------------------------------------------------------------------


def dragging(visitor: Visitor, path: str, *, mountain: bool, updates: int = 120) -> list[float]:
    """Script time of each update while the point is dragged: the handlers of the pointer and what
    they draw, from the browser's own trace.
    """
    with visitor.page(path, mountain=mountain) as page:
        box = page.locator(".dot").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.context.browser.start_tracing(page=page, categories=["devtools.timeline"])
        for k in range(updates):
            page.mouse.move(x + 0.7 * k * (-1 if k % 2 else 1), y + 0.2 * k)
            page.evaluate("() => new Promise(requestAnimationFrame)")
        events = json.loads(page.context.browser.stop_tracing())["traceEvents"]
        page.mouse.up()
    return script_times(events)[10:]


def script_times(events: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of script for each frame that follows a move of the pointer."""
    found: list[float] = []
    moved = 0.0
    for event in sorted(events, key=lambda e: e.get("ts", 0)):
        ms = event.get("dur", 0) / 1000
        if event["name"] == "EventDispatch" and event["args"]["data"]["type"] == "pointermove":
            moved += ms
        elif event["name"] == "FireAnimationFrame" and moved:
            found.append(moved + ms)
            moved = 0.0
    return found


def formulas(visitor: Visitor, *, mountain: bool, count: int = 20) -> list[float]:
    """From the press of Enter until the land of a new formula is on the screen."""
    found = []
    with visitor.page("/free", mountain=mountain) as page:
        box = page.locator(".source input[type=text]")
        for k in range(count):
            box.fill(f"sin({2 + k / 10}x) cos(y) + (x^2 + {1 + k / 10}y^2)/20")
            page.keyboard.press("Enter")
            page.wait_for_function("() => window.painted > 0")
            found.append(page.evaluate("() => window.painted - window.pressed"))
            page.wait_for_selector("html[data-settled=yes]", state="attached")
    return found[2:]


def first_paint(visitor: Visitor, count: int = 9) -> list[float]:
    """From the wish for lesson 3 until something of it is there to read; nothing is cached."""
    found = []
    for _ in range(count):
        with visitor.page("/lesson/gradient") as page:
            ms = page.evaluate(
                "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
        found.append(ms)
    return found


WORKS: list[tuple[str, float, Callable[[Visitor], list[float]]]] = [
    ("script for one update while dragging, lesson 3, map alone", 2,
     lambda v: dragging(v, "/lesson/gradient#tab=try", mountain=False)),
    ("the same with the mountain, drawn in software", 2,
     lambda v: dragging(v, "/lesson/gradient#tab=try", mountain=True)),
    ("the same in lesson 4", 2, lambda v: dragging(v, "/lesson/descent#tab=try", mountain=False)),
    ("a new formula, from Enter to its map on the screen", 50,
     lambda v: formulas(v, mountain=False)),
    ("the same with the mountain, drawn in software", 50, lambda v: formulas(v, mountain=True)),
    ("first paint of lesson 3", 1000, first_paint),
]  # fmt: skip


def measure(chosen: str) -> Iterator[Times]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("the studio is measured in Chromium: apt-get install chromium")
    with sync_playwright() as playwright, studio() as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        visitor = Visitor(browser, address)
        for what, goal, work in WORKS:
            if chosen in what:
                times = Times(what, goal, work(visitor))
                print(times.row(), flush=True)
                yield times
        browser.close()


def table(times: list[Times], before: float) -> str:
    rows = "\n".join(t.row() for t in times)
    where = ", ".join(f"{name} {text}" for name, text in machine().items())
    return (
        "| what | at most | median | from a tenth to nine tenths | how often |\n"
        f"| --- | --- | --- | --- | --- |\n{rows}\n\n"
        f"Measured on {where}, load {before:.1f} before and {load():.1f} after.\n"
    )


def main(words: list[str]) -> int:
    """0, or 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studio",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="works with these words in them"
    )
    parser.add_argument("--print", action="store_true", help="leave docs/studio.md as it is")
    asked = parser.parse_args(words)
    before = load()
    times = list(measure(asked.only))
    if not (asked.print or asked.only):
        text = PAGE.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        PAGE.write_text(head + BEGIN + table(times, before) + END + rest.partition(END)[2], "utf-8")
    return int(any(t.median > t.goal for t in times))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
