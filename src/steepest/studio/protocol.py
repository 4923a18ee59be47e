"""The wire: what a page sends and what it is sent.

A request is a line of JSON: `id` counts the requests of a page, `ask` says what is wanted (one of
`answers.ASKS`), and the rest is the question. Whatever comes back, to the page and through a
worker's pipe alike, is a frame:

    4 bytes     length of the head, little-endian
    head        JSON: `id`, then what was found, or `error`, or `progress`; `arrays` lists the rest
    arrays      the numbers, one array after the other; each begins at a multiple of 8
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.studio.limits import LIMITS, LimitError

__all__ = ["Request", "frame", "read_frame", "read_request", "refusal"]

TYPES = {"float64": "<f8", "float32": "<f4", "int16": "<i2", "int32": "<i4"}


@dataclass(frozen=True)
class Request:
    """One question of a page."""

    id: int
    ask: str
    body: Mapping[str, Any]


def read_request(text: str | bytes) -> Request:
    """Read a request. Raises LimitError for what is none."""
    if len(text) > LIMITS.message:
        raise LimitError(f"a request has at most {LIMITS.message:,} bytes; this one is longer")
    try:
        body = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise LimitError(f"this request is not JSON: {str(error)[:80]}") from None
    number = body.get("id") if isinstance(body, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**53:
        raise LimitError("a request is an object with a whole number `id` and a word `ask`")
    if not isinstance(body.get("ask"), str):
        raise LimitError("a request says in `ask` what is wanted")
    return Request(number, body["ask"], body)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def frame(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """Pack a head, and arrays under names, into a frame."""
    listed, parts = [], []
    for name, array in (arrays or {}).items():
        kind = array.dtype.name
        data = np.ascontiguousarray(array).astype(TYPES[kind]).tobytes()
        listed.append({"name": name, "type": kind, "shape": list(array.shape)})
        parts.append(data + bytes(-len(data) % 8))
    text = json.dumps(plain({**head, "arrays": listed}), ensure_ascii=False).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(parts)


def read_frame(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What `frame` packed."""
    (length,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + length])
    at, arrays = 4 + length, {}
    for listed in head.pop("arrays"):
        count = math.prod(listed["shape"])
        array = np.frombuffer(data, TYPES[listed["type"]], count, at)
        arrays[listed["name"]] = array.reshape(listed["shape"])
        at += array.nbytes + -array.nbytes % 8
    return head, arrays


def refusal(number: int | None, sentence: str) -> bytes:
    """The frame that says why there is no answer."""
    return frame({"id": number, "error": sentence})


def plain(value: Any) -> Any:
    """As JSON has it: what is not finite becomes its name, NumPy's numbers become Python's."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)
