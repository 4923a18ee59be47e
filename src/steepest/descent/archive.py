"""A walk in a file: arrays as npz, everything else as one JSON header inside it, never a pickle.

The header names the format and its version, the tier the walk ran in, method, stopping rules,
variables, ending and verdict; the arrays are the record's columns, the carry and the method's
state. The file is written under another name and renamed when it is whole.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.descent.method import described_method, rebuilt_method
from steepest.descent.record import Record
from steepest.descent.result import Descent
from steepest.descent.stopping import Ending, Stop
from steepest.descent.template import drawn, outlined
from steepest.descent.walk import Carry, Walk
from steepest.errors import RecordError

if TYPE_CHECKING:
    from steepest.diagnosis import Verdict

__all__ = ["Absent", "read", "write"]

FORMAT = "steepest-walk"
VERSION = 1
COLUMNS = ("t", "x", "f", "g", "accepted", "lengths")
VECTORS = ("x", "last_x", "last_g", "best_x", "best_g")
TUPLES = ("uphill", "curvature")
NUMBERS = ("last_f", "best_f", "best_length", "scale")
COUNTS = ("t", "taken", "best_t", "best_step", "still", "refused")


class Absent:
    """Stands in a loaded walk for a method that only the user can bring back."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def write(descent: Descent, path: str | os.PathLike[str]) -> None:
    """Save a walk; whole or not at all."""
    target = Path(path)
    arrays = _arrays(descent)
    header = json.dumps(_header(descent), ensure_ascii=False).encode()
    arrays["header"] = np.frombuffer(header, dtype=np.uint8)
    partial = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(partial, "xb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise RecordError(
            f"the walk cannot be written to {os.fspath(path)!r} ({error.strerror}): it is still "
            "whole in memory, so save it to another path"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _arrays(descent: Descent) -> dict[str, Any]:
    record, carry = descent.record, descent.carry
    arrays = {f"record.{name}": getattr(record, name) for name in COLUMNS}
    arrays |= {f"carry.{name}": getattr(carry, name) for name in VECTORS}
    arrays |= {f"carry.{name}": np.array(getattr(carry, name)) for name in TUPLES}
    arrays |= {f"carry.{name}": np.float64(getattr(carry, name)) for name in NUMBERS}
    arrays |= {f"carry.{name}": np.int64(getattr(carry, name)) for name in COUNTS}
    return arrays | {f"state.{name}": value for name, value in carry.state.items()}


def _header(descent: Descent) -> dict[str, Any]:
    outline = descent.outline
    if descent.objective is not None:
        found = outlined(descent.objective.structure.unflatten(np.array(descent.carry.last_x)))
        outline = None if found is None else found[0]
    verdict = descent.verdict
    parameters = {} if descent.objective is None else dict(descent.objective.parameters)
    return {
        "format": FORMAT,
        "version": VERSION,
        "tier": descent.tier,
        "direction": "down" if descent.sign > 0 else "up",
        "ending": descent.ending,
        "method": described_method(descent.method),
        "stop": asdict(descent.stop),
        "names": list(descent.names),
        "function": descent.label,
        "parameters": {name: float(value) for name, value in parameters.items()},
        "stride": descent.record.stride,
        "start": outline,
        "verdict": {
            "cause": verdict.cause,
            "sentence": verdict.sentence,
            "evidence": _plain(dict(verdict.evidence)),
            "advice": verdict.advice,
        },
    }


def _plain(value: Any) -> Any:
    """Evidence as strict JSON: numbers that JSON lacks become None."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(part) for part in value]
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    real = float(value)
    return real if math.isfinite(real) else None


def read(path: str | os.PathLike[str]) -> Descent:
    """Load a saved walk, checked."""
    name = os.fspath(path)
    try:
        # Opened here, because np.load leaves a damaged file open.
        with open(path, "rb") as file:
            parts = np.load(file, allow_pickle=False)
            if not isinstance(parts, np.lib.npyio.NpzFile) or "header" not in parts:
                raise RecordError(f"{name!r} is not a saved walk: it holds no header of one")
            arrays = {key: parts[key] for key in parts.files}
    except FileNotFoundError as error:
        raise RecordError(
            f"there is no file {name!r}: give the path of a saved walk, as descent.save(path) wrote"
        ) from error
    except OSError as error:
        raise RecordError(f"{name!r} cannot be read ({error.strerror or error})") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise RecordError(
            f"{name!r} is not a saved walk, or is cut short or damaged: {error}. "
            "Save the walk again, or take an earlier copy"
        ) from error
    try:
        return _rebuilt(arrays, name)
    except RecordError:
        raise
    except Exception as error:  # whatever a damaged header or array leads to
        raise RecordError(
            f"{name!r} is damaged: {type(error).__name__}: {error}. "
            "Save the walk again, or take an earlier copy"
        ) from error


def _rebuilt(arrays: dict[str, Any], name: str) -> Descent:
    header = json.loads(arrays.pop("header").tobytes())
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise RecordError(f"{name!r} is not a saved walk: its header is of another kind")
    if header["version"] != VERSION:
        raise RecordError(
            f"{name!r} was written in version {header['version']} of the format, and this release "
            f"reads version {VERSION}: use a newer release of steepest"
        )
    columns = {key: arrays[f"record.{key}"] for key in COLUMNS}
    record = Record(**columns, stride=int(header["stride"]))
    state = {k.removeprefix("state."): v for k, v in arrays.items() if k.startswith("state.")}
    parts: dict[str, Any] = {key: arrays[f"carry.{key}"] for key in VECTORS}
    parts |= {key: tuple(arrays[f"carry.{key}"].tolist()) for key in TUPLES}
    parts |= {key: float(arrays[f"carry.{key}"]) for key in NUMBERS}
    parts |= {key: int(arrays[f"carry.{key}"]) for key in COUNTS}
    carry = Carry(state=state, **parts)
    _check_shapes(record, carry, len(header["names"]), name)
    if header["start"] is not None:
        drawn(header["start"], carry.last_x)
    method: Any = rebuilt_method(header["method"])
    if method is None:
        method = Absent(str(header["method"].get("own", header["method"])))
    return Descent(
        Walk(method, Stop(**header["stop"])), carry, record, Ending[header["ending"].upper()],
        names=tuple(header["names"]), sign=1 if header["direction"] == "down" else -1,
        label=header["function"], tier=header["tier"], judged=_verdict(header["verdict"]),
        outline=header["start"],
    )  # fmt: skip


def _check_shapes(record: Record, carry: Carry, n: int, name: str) -> None:
    k = record.t.shape[0]
    columns = [getattr(record, key).shape for key in COLUMNS]
    wanted = [(k,), (k, n), (k,), (k, n), (k,), (k,)]
    vectors = [getattr(carry, key).shape for key in VECTORS]
    kinds = all(getattr(carry, key).dtype == np.float64 for key in VECTORS)
    kinds &= all(getattr(record, key).dtype == np.float64 for key in ("x", "f", "g", "lengths"))
    kinds &= (len(carry.uphill), len(carry.curvature)) == (5, 3)
    kinds &= all(isinstance(v, float) for v in (*carry.uphill, *carry.curvature))
    kinds &= all(map(math.isfinite, carry.uphill[:2]))  # which move it was
    if columns != wanted or vectors != [(n,)] * 5 or not kinds or k == 0:
        raise RecordError(
            f"{name!r} is damaged: its arrays do not fit {n} variables and {k} rows. "
            "Save the walk again, or take an earlier copy"
        )


def _verdict(saved: dict[str, Any]) -> Verdict:
    from steepest.diagnosis import Verdict

    return Verdict(saved["cause"], saved["sentence"], saved["evidence"], saved["advice"])
