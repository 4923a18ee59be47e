"""Compiled code on disk, so that the next process need not compile it again.

    STEEPEST_CACHE=/some/folder    keeps it there
    STEEPEST_CACHE=off             keeps nothing

An entry is named by a digest of everything its bytes depend on: the IR, LLVM's version, the
processor with its features, steepest's version. It holds its own digest, so that a damaged one is
seen; one that anybody else could have written is not used. Entries are written under another name
and renamed, so that several processes may write at once; the oldest go when there are too many.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from steepest.record import record

__all__ = ["CacheInfo", "cache_info", "clear", "key", "load", "store"]

BOUND = 64 * 2**20  # bytes of all entries together
LATELY = 60.0  # seconds in which an entry counts as just used
STALE = 3600.0  # seconds after which nobody is still writing a part
MAGIC = b"steepest object 1\n"
ENDING, PART = ".o", ".part"


@record(eq=True)
class CacheInfo:
    """Where compiled code is kept, how much there is, and what this process found and wrote."""

    folder: Path | None
    entries: int
    bytes: int
    found: int
    written: int
    refused: int  # damaged, or writable by others
    reason: str = ""  # why nothing is kept

    def __repr__(self) -> str:
        if self.folder is None:
            return f"compiled code is not kept on disk: {self.reason}"
        return (
            f"{self.entries} compiled functions, {self.bytes / 1024:.0f} KiB, in {self.folder}; "
            f"this process found {self.found}, wrote {self.written} and refused {self.refused}"
        )


_counts = {"found": 0, "written": 0, "refused": 0}


def folder() -> str:
    """The folder of compiled code, made if need be; "" when there is none that is ours alone."""
    return _found()[0]


def _found() -> tuple[str, str]:
    """The folder, or why there is none. It is looked at anew each time: it costs little."""
    wanted = os.environ.get("STEEPEST_CACHE", "")
    if wanted.lower() in ("off", "0", "no", "none"):
        return "", f"STEEPEST_CACHE={wanted} says so"
    try:
        place = _expanded(wanted or _usual())
        try:
            known = os.lstat(place)
        except FileNotFoundError:
            os.makedirs(place, mode=0o700, exist_ok=True)
            known = os.lstat(place)
        if stat.S_ISDIR(known.st_mode) and _ours(known):
            return place, ""
    except OSError as error:
        return "", f"{error}; STEEPEST_CACHE may name a folder"
    return "", (
        f"{place} must be a folder of this user's that nobody else can write to (chmod 700); "
        "STEEPEST_CACHE may name another"
    )


def _expanded(place: str) -> str:
    found = os.path.expanduser(place)
    if found.startswith("~"):
        raise OSError(f"there is no home directory to put {place} in")
    return found


def _usual() -> str:
    """Where programs keep such things on this system."""
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA", r"~\AppData\Local") + r"\steepest"
    if sys.platform == "darwin":
        return "~/Library/Caches/steepest"
    return (os.environ.get("XDG_CACHE_HOME") or "~/.cache") + "/steepest"


def _ours(found: os.stat_result) -> bool:
    """Whether it belongs to this user, and nobody else can write there."""
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def key(*parts: Any) -> str:
    """The name of an entry: a digest of all that its bytes depend on."""
    from steepest import __version__

    text = "\0".join([__version__, *map(repr, parts)])
    return sha256(text.encode()).hexdigest()


def load(name: str) -> bytes | None:
    """An entry, if there is a sound one."""
    place = folder()
    if not place:
        return None
    path = os.path.join(place, name + ENDING)
    try:
        with open(path, "rb", buffering=0) as file:
            known = os.fstat(file.fileno())
            if not _ours(known):
                _counts["refused"] += 1
                return None
            held = file.read()
    except OSError:
        return None
    head = len(MAGIC) + 32
    image = held[head:]
    if held[: len(MAGIC)] != MAGIC or held[len(MAGIC) : head] != _digest(name, image):
        _counts["refused"] += 1
        return None
    _counts["found"] += 1
    if known.st_mtime < time.time() - LATELY:
        with contextlib.suppress(OSError):
            os.utime(path)  # used lately
    return image


def _digest(name: str, image: bytes) -> bytes:
    return sha256(name.encode() + image).digest()


def store(name: str, image: bytes) -> None:
    """Keep an entry. What cannot be written is not kept, and that is no error."""
    place = folder()
    if not place:
        return
    try:
        import tempfile

        handle, temporary = tempfile.mkstemp(dir=place, suffix=PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + _digest(name, image) + image)
            os.replace(temporary, os.path.join(place, name + ENDING))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError:
        return
    _counts["written"] += 1
    if _counts["written"] % 32 == 1:
        _prune(Path(place))


def _entries(place: Path) -> Iterator[tuple[float, int, Path]]:
    for entry in place.glob("*" + ENDING):
        with contextlib.suppress(OSError):
            found = entry.stat()
            yield found.st_mtime, found.st_size, entry


def _prune(place: Path) -> None:
    """Remove the oldest entries beyond the bound, and what was left half written."""
    for part in place.glob("*" + PART):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime < time.time() - STALE:
                part.unlink()
    entries = sorted(_entries(place))
    total = sum(size for _, size, _ in entries)
    for _, size, entry in entries:
        if total <= BOUND:
            break
        with contextlib.suppress(OSError):
            entry.unlink()
            total -= size


def cache_info() -> CacheInfo:
    """Where compiled code is kept, and how much there is.

    >>> cache_info().entries >= 0
    True
    """
    place, reason = _found()
    entries = list(_entries(Path(place))) if place else []
    size = sum(size for _, size, _ in entries)
    return CacheInfo(Path(place) if place else None, len(entries), size, **_counts, reason=reason)


def clear() -> None:
    """Remove every entry."""
    place = folder()
    for _, _, entry in _entries(Path(place)) if place else ():
        with contextlib.suppress(OSError):
            entry.unlink()
