"""Compiled code on disk: found again, refused where it is not ours or not sound, bounded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.native import cache
from steepest.native.engine import available
from tests.patience import SECONDS

pytestmark = pytest.mark.skipif(bool(available()), reason=available())
OWNED = pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")
X = np.array([0.5, 1.5])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of compiled code that no other test has written to."""
    monkeypatch.setenv("STEEPEST_CACHE", "off")
    compiled()  # with the part that all functions of a process share
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "_counts", dict.fromkeys(cache._counts, 0))
    return tmp_path / "kept"


def compiled() -> Any:
    """The same function, compiled anew; what became of it."""
    slope = st.value_and_grad(lambda x: np.sum(np.sin(x) * x**3))
    (path,) = slope.compile(X).paths
    value, gradient = slope(X)
    assert value == pytest.approx(np.sum(np.sin(X) * X**3), rel=1e-14)
    wanted = np.cos(X) * X**3 + 3 * np.sin(X) * X**2
    np.testing.assert_allclose(gradient, wanted, rtol=1e-14)
    return path


def entries(place: Path) -> list[Path]:
    return sorted(place.glob("*.o"))


def test_the_second_time_it_is_found(place: Path) -> None:
    assert not compiled().cached
    assert compiled().cached
    told = st.cache_info()
    assert (told.entries, told.found, told.written, told.refused) == (1, 1, 1, 0)
    assert told.folder == place and told.bytes == entries(place)[0].stat().st_size
    assert "1 compiled functions" in repr(told)
    if hasattr(os, "getuid"):
        assert place.stat().st_mode & 0o777 == 0o700
        assert entries(place)[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "renamed", "text"])
def test_what_is_damaged_or_belongs_to_another_is_made_again(place: Path, damage: str) -> None:
    compiled()
    (entry,) = entries(place)
    held = entry.read_bytes()
    if damage == "renamed":  # sound, but another function's
        st.value_and_grad(lambda x: x[0] * x[1]).compile(X)
        (other,) = set(entries(place)) - {entry}
        os.replace(other, entry)
    else:
        middle = len(held) // 2
        entry.write_bytes(
            {
                "cut": held[:middle],
                "flipped": held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1 :],
                "empty": b"",
                "text": b"no object at all",
            }[damage]
        )
    assert not compiled().cached
    assert st.cache_info().refused == 1
    assert compiled().cached  # it was put right


@OWNED
def test_what_others_could_have_written_is_not_used(place: Path) -> None:
    compiled()
    (entry,) = entries(place)
    entry.chmod(0o666)
    assert not compiled().cached
    assert st.cache_info().refused == 1
    place.chmod(0o777)
    assert not compiled().cached
    assert st.cache_info().folder is None
    assert f"{place} must be a folder of this user's that nobody else" in repr(st.cache_info())


@OWNED
def test_a_folder_that_is_a_link_is_not_followed(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled()
    (tmp_path / "link").symlink_to(place)
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path / "link"))
    assert st.cache_info().folder is None
    assert not compiled().cached


@pytest.mark.parametrize("word", ["off", "OFF", "0", "none"])
def test_it_can_be_turned_off(place: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("STEEPEST_CACHE", word)
    assert not compiled().cached
    assert not compiled().cached
    assert not place.exists() and st.cache_info().folder is None
    assert repr(st.cache_info()).endswith(f"not kept on disk: STEEPEST_CACHE={word} says so")


def test_a_folder_that_cannot_be_made_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path / "file" / "kept"))
    assert not compiled().cached
    assert st.cache_info().folder is None and "Not a directory" in st.cache_info().reason


def test_a_user_without_a_home_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEEPEST_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    # what it does for a user of whom the system knows no home
    monkeypatch.setattr("os.path.expanduser", lambda place: place)
    assert not compiled().cached
    assert "home directory" in repr(st.cache_info())


def test_a_tilde_is_the_home(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("STEEPEST_CACHE", "~/kept")
    assert not compiled().cached
    assert compiled().cached and st.cache_info().folder == place


def test_it_is_bounded_and_the_oldest_go(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "BOUND", 10_000)
    names = [cache.key("entry", k) for k in range(40)]
    for age, name in enumerate(names):
        cache.store(name, bytes(1000))
        if age < 39:
            os.utime(place / f"{name}.o", (1e9 + age, 1e9 + age))
    monkeypatch.setitem(cache._counts, "written", 64)
    cache.store(cache.key("last"), bytes(1000))
    kept = {e.name for e in entries(place)}
    assert sum(e.stat().st_size for e in entries(place)) <= cache.BOUND
    assert f"{cache.key('last')}.o" in kept and f"{names[39]}.o" in kept
    assert kept == {f"{n}.o" for n in [*names[-8:], cache.key("last")]}


def test_what_was_left_half_written_goes_in_time(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled()
    old, new = place / "old.part", place / "new.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * cache.STALE,) * 2)
    monkeypatch.setitem(cache._counts, "written", 64)
    cache.store(cache.key("next"), b"whole")
    assert not old.exists() and new.exists()


def test_a_key_depends_on_everything_that_the_bytes_do() -> None:
    assert cache.key("ir", "cpu", "features") != cache.key("ir", "cpu", "other features")
    assert cache.key("a", "b") != cache.key("ab") != cache.key("a", "b", "")
    assert cache.key("ir", (1, 2)) == cache.key("ir", (1, 2))


def test_processes_that_write_at_once(place: Path) -> None:
    script = (
        "import numpy as np, steepest as st\n"
        "for k in range(12):\n"
        "    slope = st.grad(lambda x, n=2 + k % 4: np.sum(x ** n) * np.exp(x[0]))\n"
        "    slope.compile(np.ones(2))\n"
        "    n = 2 + k % 4\n"
        "    assert np.allclose(slope(np.ones(2)), np.e * np.array([n + 2, n])), k\n"
        "print(st.cache_info().refused)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True
        )
        for _ in range(4)
    ]
    # each of the four functions once, whatever the order of names in a set of that process; and
    # what they share: the way in which they are called, exp and pow
    assert [p.communicate(timeout=SECONDS)[0].strip() for p in running] == ["0"] * 4
    assert len(entries(place)) == 7 and not list(place.glob("*.part"))
