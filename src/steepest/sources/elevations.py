"""Elevations out of files, and what must hold of them before they can be a mountain."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from steepest.errors import TerrainError

__all__ = ["check_elevations", "read_elevations"]

Array = npt.NDArray[np.float64]

NAMES = ("elevations", "elevation", "z")
OPTIONS = ("spacing", "smoothing", "south_west", "north_first", "name")


def check_elevations(given: npt.ArrayLike) -> Array:
    """The elevations as a new float64 array `(rows, columns)`; an error if they are no map."""
    try:
        if isinstance(given, np.ma.MaskedArray) and given.dtype.kind in "iuf":
            given = np.ma.filled(given.astype(float), np.nan)  # what is masked is a hole
        array = np.array(given)
    except ValueError as error:
        raise TerrainError(
            f"the rows of the elevations differ in length ({error}); give as many numbers in "
            "every row"
        ) from None
    if array.dtype.kind not in "iuf":
        raise TerrainError(
            f"elevations must be numbers in metres, but these are of dtype {array.dtype}"
        )
    if array.ndim != 2:
        raise TerrainError(
            f"elevations must be a table of rows and columns, but the shape is {array.shape}; "
            "reshape it to (rows, columns)"
        )
    if min(array.shape) < 4:
        raise TerrainError(
            f"a map of {array.shape[0]} by {array.shape[1]} points is too small for a cubic "
            "surface; give at least 4 by 4"
        )
    found = array.astype(np.float64)
    holes = np.argwhere(~np.isfinite(found))
    if holes.size:
        row, column = holes[0]
        raise TerrainError(
            f"{len(holes)} of {found.size} elevations are not finite, the first in row {row}, "
            f"column {column} (counted from 0); fill the holes first, or cut out a part of the "
            "map without any"
        )
    return found


def read_elevations(path: Path) -> tuple[Any, dict[str, Any]]:
    """The elevations in a file and whatever else it says (spacing, south_west, ...)."""
    if not path.exists():
        raise TerrainError(
            f"there is no file {str(path)!r}; check the name and the folder it is in"
        )
    kind = path.suffix.lower()
    readers = {".npz": _read_npz, ".npy": _read_npy, ".csv": _read_csv, ".txt": _read_csv}
    if kind not in readers:
        raise TerrainError(
            f"{path.name}: files ending in {kind or 'nothing'} are not read; "
            "give .npz, .npy or .csv"
        )
    try:
        return readers[kind](path)
    except OSError as error:
        raise TerrainError(f"{path.name} cannot be read: {error.strerror or error}") from None


def _read_npy(path: Path) -> tuple[Any, dict[str, Any]]:
    try:
        with path.open("rb") as file:
            return np.load(file, allow_pickle=False), {}
    except (ValueError, EOFError):
        raise TerrainError(
            f"{path.name} is not a NumPy file of numbers; write it with numpy.save"
        ) from None


def _read_npz(path: Path) -> tuple[Any, dict[str, Any]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
    except (ValueError, EOFError, zipfile.BadZipFile, AttributeError):
        raise TerrainError(
            f"{path.name} is not a NumPy archive of numbers; write it with numpy.savez"
        ) from None
    tables = [name for name, array in arrays.items() if array.ndim == 2]
    name = next((name for name in NAMES if name in arrays), tables[0] if len(tables) == 1 else None)
    if name is None:
        raise TerrainError(
            f"{path.name} holds {', '.join(map(repr, arrays)) or 'nothing'}, and it is not clear "
            "which are the elevations; call that array 'elevations'"
        )
    said = {key: arrays[key].tolist() for key in OPTIONS if key in arrays}
    return arrays[name], said


def _read_csv(path: Path) -> tuple[Any, dict[str, Any]]:
    rows: list[list[float]] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise TerrainError(
            f"{path.name} is not a text file; give numbers separated by commas"
        ) from None
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        rows.append(_numbers(path, number, text))
        if len(rows[-1]) != len(rows[0]):
            raise TerrainError(
                f"{path.name}, line {number}: {len(rows[-1])} numbers, but the first row has "
                f"{len(rows[0])}; every row must have as many"
            )
    if not rows:
        raise TerrainError(
            f"{path.name} holds no numbers; write one row of the map a line, the northernmost first"
        )
    return rows, {}


def _numbers(path: Path, number: int, text: str) -> list[float]:
    # A comma beside semicolons or tabs is a decimal comma: it is not a number here, and is refused
    # as such.
    separator = next((mark for mark in ";\t," if mark in text), None)
    found = []
    for column, word in enumerate(text.split(separator), start=1):
        try:
            found.append(float(word))
        except ValueError:
            raise TerrainError(
                f"{path.name}, line {number}, column {column}: {word.strip()[:40]!r} is not a "
                "number; write elevations only, with a point for decimals (put # before a line "
                "of headings)"
            ) from None
    return found
