"""The studio as its users have it: the real command, and a real browser where there is one.

Where Chromium, node or the packages of package.json are missing, the tests that need them are
skipped, and say so; with STEEPEST_BROWSER=required they fail instead, with =off all are skipped.
STEEPEST_SLOWER=6 slows the pages down six times, as on a machine that does much else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.patience import SECONDS

from .reader import PATIENCE, ready

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "src" / "steepest" / "studio" / "pages"
# WebGL in software, for the mountain; all else is painted without it, which is many times faster.
FLAGS = [
    *("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-gpu-compositing", "--disable-gpu-rasterization"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-quic", "--force-color-profile=srgb"),
]
NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === 'webgl2' ? null : get.call(this, kind, ...more);
};
"""
ENDLESS = [2000, 0]  # a point at which a user's own function never ends
OWN = """
import numpy as np

def loss(w, b):
    x = np.array([0.0, 1.0, 2.0, 3.0])
    if w > 10:
        while w > 1000:
            pass
        return w * 2
    return np.mean((w * x + b - np.array([1.0, 3.0, 5.0, 7.0])) ** 2)
"""


def need(there: Any, what: str) -> None:
    """Skip aloud, or fail where a browser is required."""
    wish = os.environ.get("STEEPEST_BROWSER")
    if wish == "off":
        pytest.skip(f"STEEPEST_BROWSER=off does without {what}")
    if there:
        return
    sentence = f"{what} is not here: CONTRIBUTING.md says how to install it"
    if wish == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    need(found, "node")
    assert found
    return found


@pytest.fixture(scope="session")
def npm() -> Path:
    """Where the packages of package.json are."""
    place = Path(os.environ.get("STEEPEST_NODE_MODULES", HERE / "node_modules"))
    need((place / "axe-core").is_dir() and (place / "typescript").is_dir(), f"npm's {place}")
    return place


@dataclass(frozen=True)
class Studio:
    """A running studio."""

    address: str  # with its token
    pid: int

    @property
    def base(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    @property
    def cookie(self) -> str:
        return f"steepest-{self.port}={self.token}"

    @property
    def pass_(self) -> Any:
        """The cookie as a browser is given it."""
        name, _, value = self.cookie.partition("=")
        return {"name": name, "value": value, "url": self.base, "httpOnly": True}


def started(*words: str) -> Iterator[Studio]:
    """Run the command, and end it."""
    command = [sys.executable, "-m", "steepest", "studio", *words, "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, f"the studio said {line!r} and not where it is"
        yield Studio(line.split()[-1], process.pid)
    finally:
        process.terminate()
        process.wait(SECONDS)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that was started with a function of its user's."""
    file = tmp_path_factory.mktemp("own") / "model.py"
    file.write_text(OWN)
    yield from started(f"{file}:loss")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    need(chromium, "Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def visit(studio: Studio, browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of the studio as a new reader: visit("/lesson/descent", width=360).

    Where the mountain is not what a test looks at, the browser says that it has no WebGL, and the
    map does all the work: drawing in software takes most of a page's time.
    """
    contexts = []

    def opened(
        path: str, *, width: int = 1280, height: int = 800, mountain: bool = False, **traits: Any
    ) -> Any:
        traits = {"reduced_motion": "reduce", **traits}
        context = browser.new_context(viewport={"width": width, "height": height}, **traits)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([studio.pass_])
        if not mountain:
            context.add_init_script(NO_WEBGL)
        page = context.new_page()
        if slower := float(os.environ.get("STEEPEST_SLOWER", "0")):
            session = context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.wrong = wrong
        page.goto(studio.base + path)
        ready(page)
        return page

    yield opened
    for context in contexts:
        wrong = [text for page in context.pages for text in page.wrong]
        context.close()
        assert not wrong, wrong
