"""A function in a Python file of the user's own, named on a command line as FILE:NAME."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from steepest.errors import VariableError

__all__ = ["load_code", "own_fault"]

FILES: set[str] = set()  # of the user's own, that were run


def own_fault(error: BaseException) -> str | None:
    """What a user's own file raised, with the line; None where no line of it was running."""
    lines = [
        f"{frame.filename}, line {frame.lineno}: "
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in FILES
    ]
    return f"{lines[-1]}{type(error).__name__}: {error}" if lines else None


def load_code(where: str) -> Callable[..., Any]:
    """The function NAME of a Python file of the user's own, from FILE:NAME. The file is run, as
    `python FILE` would.
    """
    file, _, name = where.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise VariableError(
            f"there is no file {file!r}; give the path of a Python file, as in model.py:loss"
        )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.path.insert(0, str(path.parent.resolve()))
    FILES.add(str(path))
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        where = f"{file}, line {error.lineno}"
        raise VariableError(f"{where} is not Python: {error.msg}") from error
    except Exception as error:
        raise VariableError(f"{file} cannot be run: {own_fault(error)}") from error
    found: Callable[..., Any] | None = getattr(module, name, None)
    if found is None or not callable(found):
        have = (
            ", ".join(k for k, v in vars(module).items() if callable(v) and not k.startswith("_"))
            or "none"
        )
        raise VariableError(f"{file} has no function {name!r}; it has {have}")
    return found
