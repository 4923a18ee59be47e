"""A function as a graph: values in ink from left to right, adjoints in red from right to left."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from steepest.pictures.canvas import new_axes
from steepest.pictures.palette import BLUE, CARD, INK, MUTED, RED, RED_TEXT, RULE, number, style

__all__ = ["plot_graph"]

ACROSS = 8  # layers side by side; a longer function goes on in a further band below, as text does
WIDTH, HEIGHT = 0.74, 0.62  # of a box; layers and places within a layer stand 1 apart
INCHES = (1.75, 0.98)  # between layers, and between places within a layer
REACH = 3  # an edge over more layers is only named at its end
SWEEPS = 6  # passes that move each box near to the boxes it is joined with
LETTERS = 19  # that fit into a box


@dataclass(frozen=True)
class Layout:
    """Where everything stands: a place for each step, and for each edge the places it passes
    through.

    `stubs` are edges that would cross the whole picture: what each step takes from far away.
    """

    places: dict[int, tuple[float, float]]
    edges: dict[tuple[int, int], tuple[tuple[float, float], ...]]
    stubs: dict[int, tuple[int, ...]]
    size: tuple[float, float]


def plot_graph(
    explanation: Any, *, most: int = 60, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the steps of an explanation as a graph.

    Each box holds what the step is called (or the operation that made it), its value in ink and
    its adjoint in red. Ink edges carry values forward, red ones carry slopes back.

    Arguments:
        explanation: has `steps` with `number`, `name`, `role`, `text`, `arguments`, `value` and
            `adjoint`, and a `title`.
        most: so many steps are drawn, the last ones; the title says how many were left out.
    """
    steps = list(explanation.steps)[-most:]
    left_out = len(explanation.steps) - len(steps)
    layout = arrange({s.number: s.arguments for s in steps})
    ax = new_axes(ax, (0.4 + INCHES[0] * layout.size[0], 0.9 + INCHES[1] * layout.size[1]))
    with style():
        heading = explanation.title if title is None else title
        if left_out:
            heading += f"\nthe last {len(steps)} of {len(explanation.steps)} steps"
        ax.set_title(heading, fontsize=11)
        by_number = {s.number: s for s in steps}
        for (begin, end), through in layout.edges.items():
            _draw_edge(
                ax,
                through,
                by_number[begin].adjoint is not None and by_number[end].adjoint is not None,
            )
        for end, begins in layout.stubs.items():
            _draw_stub(ax, [by_number[b] for b in begins], layout.places[end])
        for step in steps:
            _draw_box(ax, step, layout.places[step.number])
        _legend(ax)
        ax.set_xlim(-0.55, layout.size[0] - 0.45)
        ax.set_ylim(-layout.size[1] + 0.35, 0.75)
        ax.set_axis_off()
    return ax


# ---- the layout: layers, order within layers, bands ----------------------------------------------


def arrange(arguments: Mapping[int, Sequence[int | str]]) -> Layout:
    """Layered from left to right (Sugiyama, Tagawa, Toda 1981): every step right of what it is made
    from.

    Longer edges pass through places of their own in the layers between, so that they go around
    boxes; what comes from too far away is only named where it arrives.
    """
    joined = {
        n: [a for a in dict.fromkeys(args) if isinstance(a, int) and a in arguments]
        for n, args in arguments.items()
    }
    layer = _layers(joined)
    near, far = _near_and_far(joined, layer)
    chains = {(a, n): _chain(a, n, layer) for a, n in near}
    columns = _columns(layer, chains)
    _uncross(columns, chains)
    places, size = _places(columns)
    edges = {e: tuple(places[p] for p in chain) for e, chain in chains.items()}
    return Layout({n: places[n] for n in layer}, edges, far, size)


def _near_and_far(
    joined: Mapping[int, Sequence[int]], layer: Mapping[int, int]
) -> tuple[list[tuple[int, int]], dict[int, tuple[int, ...]]]:
    """Edges to be drawn, and for each step what it takes from another band or from many layers
    back.
    """
    near: list[tuple[int, int]] = []
    far: dict[int, tuple[int, ...]] = {}
    for n, args in joined.items():
        for a in args:
            if layer[a] // ACROSS == layer[n] // ACROSS and layer[n] - layer[a] <= REACH:
                near.append((a, n))
            else:
                far[n] = (*far.get(n, ()), a)
    return near, far


def _layers(joined: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Computed steps as far left as they can be, inputs just left of their first use."""
    layer: dict[int, int] = {}
    for n, args in joined.items():
        layer[n] = 1 + max((layer[a] for a in args), default=-1)
    users: dict[int, list[int]] = {}
    for n, args in joined.items():
        for a in args:
            users.setdefault(a, []).append(layer[n])
    return {n: k if joined[n] else max(0, min(users.get(n, [1])) - 1) for n, k in layer.items()}


def _chain(begin: int, end: int, layer: Mapping[int, int]) -> list[Any]:
    """The places that an edge passes: its ends, and one in each layer between."""
    return [begin, *((begin, end, k) for k in range(layer[begin] + 1, layer[end])), end]


def _columns(layer: Mapping[int, int], chains: Mapping[Any, Sequence[Any]]) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(1 + max(layer.values(), default=0))]
    for n, k in layer.items():
        columns[k].append(n)
    for chain in chains.values():
        for place in chain[1:-1]:
            columns[place[2]].append(place)
    return columns


def _uncross(columns: list[list[Any]], chains: Mapping[Any, Sequence[Any]]) -> None:
    """Order each layer by the mean place of its neighbours, from left to right and back, some
    times.
    """
    left: dict[Any, list[Any]] = {}
    right: dict[Any, list[Any]] = {}
    for chain in chains.values():
        for a, b in itertools.pairwise(chain):
            right.setdefault(a, []).append(b)
            left.setdefault(b, []).append(a)
    for sweep in range(SWEEPS):
        neighbours, order = (left, columns) if sweep % 2 == 0 else (right, columns[::-1])
        for column in order:
            at = {p: i - (len(c) - 1) / 2 for c in columns for i, p in enumerate(c)}
            column.sort(key=lambda p: float(np.mean([at[q] for q in neighbours.get(p, [p])])))


def _places(
    columns: Sequence[Sequence[Any]],
) -> tuple[dict[Any, tuple[float, float]], tuple[float, float]]:
    """Coordinates: layers 1 apart, in bands of `ACROSS`; what an edge passes takes half of a
    box's height.
    """
    places: dict[Any, tuple[float, float]] = {}
    top = 0.0
    for start in range(0, len(columns), ACROSS):
        band = columns[start : start + ACROSS]
        heights = [sum(1.0 if isinstance(p, int) else 0.45 for p in column) for column in band]
        for x, (column, height) in enumerate(zip(band, heights, strict=True)):
            y = top - (max(heights) - height) / 2
            for p in column:
                step = 1.0 if isinstance(p, int) else 0.45
                places[p] = (float(x), y - step / 2 + 0.5)
                y -= step
        top -= max(heights) + 0.25
    return places, (float(min(len(columns), ACROSS)), -top)


# ---- drawing -------------------------------------------------------------------------------------


def _draw_edge(ax: Axes, through: Sequence[tuple[float, float]], back: bool) -> None:
    for dy, color, backwards in ((0.045, INK, False), (-0.045, RED, True)):
        if backwards and not back:
            continue
        path = _curve([(x, y + dy) for x, y in through], backwards)
        ax.add_patch(
            FancyArrowPatch(
                path=path,
                arrowstyle="->,head_length=3,head_width=2"
                if backwards
                else "-|>,head_length=4,head_width=2",
                color=color,
                linewidth=0.8,
                linestyle=(0, (4, 2)) if backwards else "-",
                zorder=1,
            )
        )


def _curve(through: Sequence[tuple[float, float]], backwards: bool) -> Path:
    """A smooth line through places, level where it leaves and arrives."""
    last = len(through) - 1
    out = {0: WIDTH / 2, last: -WIDTH / 2}
    points = [(x + out.get(i, 0.0), y) for i, (x, y) in enumerate(through)]
    vertices = [points[0]]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        bend = 0.5 * (x1 - x0)
        vertices += [(x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
    vertices = vertices[::-1] if backwards else vertices
    return Path(vertices, [Path.MOVETO, *[Path.CURVE4] * (len(vertices) - 1)])


def _draw_stub(ax: Axes, begins: Sequence[Any], place: tuple[float, float]) -> None:
    """The end of edges that come from far away, with their names."""
    x, y = place[0] - WIDTH / 2, place[1] - HEIGHT * 0.36
    for dy, color, head, begin, end in (
        (0.03, INK, "-|>,head_length=3,head_width=1.6", -0.13, 0.0),
        (-0.03, RED, "->,head_length=2.4,head_width=1.6", 0.0, -0.13),
    ):
        ends = ((x + begin, y + dy), (x + end, y + dy))
        arrow = FancyArrowPatch(*ends, arrowstyle=head, shrinkA=0, shrinkB=0)
        arrow.set(color=color, linewidth=0.8, zorder=1)
        ax.add_patch(arrow)
    words = ", ".join(b.name or f"#{b.number}" for b in begins)
    ax.text(
        x - 0.02,
        y - 0.06,
        words,
        color=MUTED,
        fontsize=6.5,
        ha="right",
        va="top",
        zorder=3,
        parse_math=False,
    )


def _draw_box(ax: Axes, step: Any, place: tuple[float, float]) -> None:
    x, y = place
    edge = {"input": BLUE, "data": MUTED, "output": INK}.get(step.role, RULE)
    ax.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2, y - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=CARD,
            edgecolor=edge,
            linewidth=1.6 if step.role in ("input", "output") else 1.0,
            zorder=2,
        )
    )
    made = step.text or step.role
    head, below = (step.name, made) if step.name else (made, f"#{step.number}")
    lines = [
        (head, INK, "bold", 8.0),
        (below, MUTED, "normal", 6.5),
        (_short(step.value), INK, "normal", 8.0),
        ("" if step.adjoint is None else _short(step.adjoint), RED_TEXT, "normal", 8.0),
    ]
    for k, (words, color, weight, size) in enumerate(lines):
        if words:
            at = y + HEIGHT * (0.32 - 0.215 * k)
            fits = LETTERS if size > 7 else LETTERS + 5
            ax.text(
                x,
                at,
                words if len(words) <= fits else words[: fits - 1] + "…",
                color=color,
                weight=weight,
                fontsize=size,
                ha="center",
                va="center",
                zorder=3,
                parse_math=False,
            )


def _short(value: Any) -> str:
    """A number, two numbers, or the shape and the norm."""
    array = np.asarray(value)
    if array.dtype.kind == "b":
        return str(array.tolist()) if array.size <= 2 else f"{tuple(array.shape)}"
    if array.ndim == 0:
        return number(float(array), 4)
    if array.ndim == 1 and array.size <= 2:
        return f"[{', '.join(number(float(v), 3) for v in array)}]"
    with np.errstate(all="ignore"):
        return f"{'×'.join(map(str, array.shape))}, |{number(float(np.linalg.norm(array)), 3)}|"


def _legend(ax: Axes) -> None:
    for words, color, left in (("value, forward", INK, -90), ("adjoint, backward", RED_TEXT, 0)):
        ax.annotate(
            words,
            (1, 0),
            (left, 2),
            xycoords="axes fraction",
            textcoords="offset points",
            color=color,
            fontsize=8,
            ha="right",
            annotation_clip=False,
        )
