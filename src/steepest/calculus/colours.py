"""Colours: which columns of a sparse matrix can be found together, in one pass.

A pass of forward mode gives J·v for one v. Where no row holds two of the columns that v adds up,
every entry of these can be read off the sum. A symmetric matrix needs fewer colours, since each
entry may be read in either of its two places: columns of one colour are then not neighbours, and no
path over four columns has only two colours (a star colouring).

A. H. Gebremedhin, F. Manne and A. Pothen, "What color is your Jacobian? Graph coloring for
computing derivatives", SIAM Review 47 (2005) 629-705, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["apart", "star", "turned"]

Rows = Sequence[Sequence[int]]  # of each row the columns in which it may hold anything but zero


def turned(rows: Rows, width: int) -> list[list[int]]:
    """The transpose: of each column the rows.

    >>> turned([[0, 2], [2]], 3)
    [[0], [], [0, 1]]
    """
    found: list[list[int]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            found[j].append(i)
    return found


def apart(rows: Rows, width: int) -> list[int]:
    """A colour for each column, so that no row holds a colour twice.

    >>> apart([[0, 1], [1, 2], [2, 3]], 4)
    [0, 1, 0, 1]
    """
    taken: list[set[int]] = [set() for _ in rows]  # colours in each row so far
    colours = []
    for column in turned(rows, width):
        near: set[int] = set().union(*(taken[i] for i in column))
        colour = _least(near)
        colours.append(colour)
        for i in column:
            taken[i].add(colour)
    return colours


def star(rows: Rows) -> list[int]:
    """A colour for each column of a symmetric matrix, so that each entry (i, j) stands alone in its
    row among the columns of colour j, or in row j among those of colour i.

    >>> star([[0, 1, 2, 3], [0, 1], [0, 2], [0, 3]])
    [0, 1, 1, 1]
    """
    near = [[j for j in row if j != i] for i, row in enumerate(rows)]
    colours = [-1] * len(near)
    beside: list[dict[int, int]] = [{} for _ in near]  # how many neighbours have each colour
    for v, around in enumerate(near):
        forbidden: set[int] = set()
        for w in around:
            if colours[w] < 0:  # the way v - w - x may not have one colour at both ends
                forbidden.update(beside[w])
                continue
            forbidden.add(colours[w])
            for x in near[w]:
                if x != v and colours[x] >= 0 and beside[x].get(colours[w], 0) > 1:
                    forbidden.add(colours[x])  # v - w - x - y would have two colours
        colours[v] = _least(forbidden)
        for w in around:
            beside[w][colours[v]] = beside[w].get(colours[v], 0) + 1
    return colours


def _least(taken: set[int]) -> int:
    colour = 0
    while colour in taken:
        colour += 1
    return colour
