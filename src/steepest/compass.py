"""North, east and angles: one function for each conversion, and nothing else converts.

The vector of a map function is [df/dn, df/de], north first; a picture has east to the right and
north up. A bearing is
counted in degrees clockwise from north, as on a compass; the angle of a vector, in degrees from its
first axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["WORDS", "angle", "bearing", "bearing_vector", "compass_word", "find_axes"]

WORDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
NORTH_NAMES, EAST_NAMES = ("n", "north"), ("e", "east")


def bearing(north: float, east: float) -> float:
    """The bearing of a vector, in degrees clockwise from north, from 0 up to but not including 360.

    >>> bearing(1, 0), bearing(0, 1), bearing(-1, 0), bearing(0, -1)
    (0.0, 90.0, 180.0, 270.0)
    """
    return math.degrees(math.atan2(east, north)) % 360.0


def bearing_vector(degrees: float) -> tuple[float, float]:
    """The unit vector (north, east) that points along a bearing; exact at the four compass points.

    >>> bearing_vector(180)
    (-1.0, 0.0)
    """
    quarter = degrees / 90.0
    if quarter == int(quarter):
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def angle(first: float, second: float) -> float:
    """The angle of a vector in degrees from its first axis towards its second, from 0 up to but not
    including 360.

    >>> angle(1, 1)
    45.0
    """
    return math.degrees(math.atan2(second, first)) % 360.0


def compass_word(degrees: float) -> str:
    """The nearest of the eight compass words.

    >>> compass_word(232)
    'south-west'
    """
    return WORDS[round(degrees / 45.0) % 8]


def find_axes(
    variables: Sequence[str], north: str | None = None, east: str | None = None
) -> tuple[int, int] | None:
    """Which two variables point north and east: those that were said to, or those called n/north
    and e/east.

    None when the function is not one of a place on a map, so that bearings mean nothing.
    """
    if len(variables) != 2:
        return None
    names = list(variables)
    if north is not None or east is not None:
        if north not in names or east not in names or north == east:
            return None
        return names.index(str(north)), names.index(str(east))
    at_north = [i for i, v in enumerate(names) if v in NORTH_NAMES]
    at_east = [i for i, v in enumerate(names) if v in EAST_NAMES]
    return (at_north[0], at_east[0]) if at_north and at_east else None
