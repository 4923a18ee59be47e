"""Figures and files: nothing left behind, nothing half written, and plain words where it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from steepest.landscape import sample_sheet
from steepest.pictures import PictureError, plot_surface, plot_values, save
from steepest.pictures.canvas import new_axes


@pytest.mark.parametrize(
    ("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("A.PDF", b"%PDF")]
)
def test_the_ending_says_how_to_write(tmp_path: Path, name: str, begins: bytes) -> None:
    ax = plot_values([3.0, 2.0])
    assert save(ax, tmp_path / name) == tmp_path / name
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert os.listdir(tmp_path) == [name]  # nothing else is left


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    for kind in ("png", "svg", "pdf"):
        files = [save(plot_values([3.0, 2.0]), tmp_path / f"{i}.{kind}") for i in range(2)]
        assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.txt", "png"])
def test_an_unknown_ending_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(PictureError, match=r"does not end in \.png, \.svg or \.pdf"):
        save(plot_values([1.0]), tmp_path / name)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="No such file or directory"):
        save(plot_values([1.0]), tmp_path / "nowhere" / "a.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PictureError, match=r"folder\.png"):
        save(plot_values([1.0]), tmp_path / "folder.png")
    assert os.listdir(tmp_path) == ["folder.png"]


def test_a_picture_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    file = save(plot_values([1.0]), tmp_path / "a.png")
    before = file.read_bytes()

    class Broken(Figure):
        def savefig(self, *args: object, **kwargs: object) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(PictureError, match="No space left"):
        save(Broken(), file)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_surface_needs_three_dimensions() -> None:
    sheet = sample_sheet(lambda x, y: x + y, ("x", "y"), [(0, 1), (0, 1)], count=5)
    with pytest.raises(PictureError, match="three dimensions"):
        plot_surface(sheet, ax=Figure().add_subplot())
    ax = Figure().add_subplot(projection="3d")
    assert plot_surface(sheet, ax=ax) is ax


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    return done.stdout.strip()


def test_pyplot_is_neither_loaded_nor_filled_where_nobody_uses_it() -> None:
    code = (
        "import sys; from steepest.pictures import plot_values\n"
        "plot_values([2.0, 1.0])\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    assert run(code) == "False"


def test_where_pyplot_is_used_its_show_shows_the_picture() -> None:
    code = (
        "import matplotlib.pyplot as plt; from steepest.pictures import plot_values\n"
        "ax = plot_values([2.0, 1.0]); print(plt.get_fignums(), plt.gcf() is ax.figure)"
    )
    assert run(code) == "[1] True"


def test_given_axes_are_used() -> None:
    ax = Figure().add_subplot()
    assert new_axes(ax) is ax
