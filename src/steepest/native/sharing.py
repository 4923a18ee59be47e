"""Work on columns, shared out over all cores: each call frees the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["columns_of", "cores", "shared"]

Vector = np.ndarray[Any, np.dtype[np.float64]]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared(
    total: int, size: int, run: Callable[[int, int], None], pool: ThreadPoolExecutor | None = None
) -> None:
    """Run over [0, total) in blocks of `size`, on all cores."""
    if total <= size:
        return run(0, total)
    blocks = [(a, min(a + size, total)) for a in range(0, total, size)]
    if cores() == 1:
        for block in blocks:
            run(*block)
        return None
    if pool is None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(cores()) as own:
            return _drained(own.map(lambda b: run(*b), blocks))
    return _drained(pool.map(lambda b: run(*b), blocks))


def _drained(results: Iterable[None]) -> None:
    for _ in results:
        pass


def columns_of(rows: list[Any], lanes: int, out: Vector | None = None) -> Vector:
    """Rows (..., N) as one array (m, n), n the next multiple of `lanes`; the last column again and
    again where there are no more. `out` is such an array that is there already.
    """
    count = rows[0].shape[-1]
    padded = -(-count // lanes) * lanes
    columns = np.empty((sum(r.size // count for r in rows), padded)) if out is None else out
    start = 0
    for r in rows:
        stop = start + r.size // count
        columns[start:stop, :count] = r
        start = stop
    columns[:, count:] = columns[:, count - 1 : count]
    return columns
