"""Pictures: data in, matplotlib axes out. Nothing of matplotlib's own settings is changed."""

from __future__ import annotations

from steepest.pictures.basins import plot_basins
from steepest.pictures.canvas import PictureError, save
from steepest.pictures.curve import plot_curve
from steepest.pictures.map import plot_map
from steepest.pictures.results import plot_descent, plot_function, plot_slope
from steepest.pictures.steps import plot_values
from steepest.pictures.surface import plot_surface
from steepest.pictures.terrain import plot_terrain
from steepest.pictures.walks import plot_many

__all__ = [
    "PictureError",
    "plot_basins",
    "plot_curve",
    "plot_descent",
    "plot_function",
    "plot_many",
    "plot_map",
    "plot_slope",
    "plot_surface",
    "plot_terrain",
    "plot_values",
    "save",
]
