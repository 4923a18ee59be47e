"""Where pictures are drawn, and how they are written to files."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from steepest.errors import SteepestError
from steepest.pictures.palette import style

__all__ = ["PictureError", "new_axes", "save"]

KINDS = (".png", ".svg", ".pdf")


class PictureError(SteepestError, ValueError):
    """A picture cannot be drawn or written as asked."""


def new_axes(ax: Axes | None, size: tuple[float, float] = (7.0, 5.5), **kind: Any) -> Axes:
    """The axes given, or those of a new figure of `size` inches.

    A new figure belongs to `matplotlib.pyplot` where somebody is looking: in a notebook or another
    IPython session, and in a program that has imported pyplot, so that `plt.show()` shows it.
    Anywhere else it stands alone, and is forgotten when nobody holds its axes any more.
    """
    if ax is not None:
        if kind.get("projection") == "3d" and getattr(ax, "name", "") != "3d":
            raise PictureError(
                "a surface needs axes with three dimensions; make them with "
                "figure.add_subplot(projection='3d'), or give none"
            )
        return ax
    with style():
        figure: Figure
        if _somebody_looks():
            import matplotlib.pyplot as plt

            figure = plt.figure(figsize=size, layout="constrained")
        else:
            figure = Figure(figsize=size, layout="constrained")
        axes: Axes = figure.add_subplot(**kind)
    return axes


def _somebody_looks() -> bool:
    if "matplotlib.pyplot" in sys.modules:
        return True
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def save(picture: Axes | Figure, path: str | os.PathLike[str], dpi: float = 150) -> Path:
    """Write a picture to a `.png`, `.svg` or `.pdf` file, whole or not at all.

    The file is written beside its place and then moved there, so that a picture that was there
    before is not lost to a full disk. The same picture gives the same bytes.

    Raises:
        PictureError: the ending is unknown, or the file cannot be written, and why.
    """
    place = Path(path)
    kind = place.suffix.lower()
    if kind not in KINDS:
        raise PictureError(
            f"{place.name!r} does not end in {', '.join(KINDS[:-1])} or {KINDS[-1]}; the ending "
            "says how to write a picture"
        )
    figure: Any = picture if isinstance(picture, Figure) else picture.get_figure(root=True)
    undated: dict[str, Any] = {
        ".png": {"Software": None},
        ".svg": {"Date": None},
        ".pdf": {"CreationDate": None},
    }[kind]
    beside = None
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=kind, delete=False) as file:
            beside = Path(file.name)
            with style(), mpl.rc_context({"svg.hashsalt": "steepest", "svg.fonttype": "path"}):
                figure.savefig(file, format=kind[1:], dpi=dpi, metadata=undated)
        beside.chmod(0o666 & ~_umask())
        beside.replace(place)
    except OSError as error:
        raise PictureError(
            f"the picture cannot be written to {os.fspath(path)!r}: {error.strerror or error}; "
            "give a file in a folder that exists and that you may write to"
        ) from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    return place


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
