"""A pendulum that swings against a springy stop: a loop and an `if`, differentiated exactly.

How does the angle after two seconds depend on how the pendulum was let go? And how hard must it be
pushed, to be at a given angle then?

python examples/pendulum.py [picture.png]
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from matplotlib.figure import Figure

import steepest as st
from steepest.pictures import save
from steepest.pictures.palette import BLUE, INK, MUTED, RED, style

GRAVITY, LENGTH, FRICTION = 9.81, 1.0, 0.1  # m/s², m, 1/s
STOP, STIFFNESS = 0.3, 400.0  # radians, and 1/s² for every radian beyond the stop
STEPS, SECONDS = 200, 2.0
WANTED = 0.2  # where it should be in the end, in radians


def swing(angle, speed):
    """The angle at every moment; `angle` in radians and `speed` in radians per second at first."""
    dt = SECONDS / STEPS
    path = np.empty(STEPS + 1)
    path[0] = angle
    for i in range(STEPS):
        pull = -GRAVITY / LENGTH * np.sin(angle) - FRICTION * speed
        if angle > STOP:  # the stop pushes back
            pull -= STIFFNESS * (angle - STOP)
        speed += dt * pull
        angle += dt * speed
        path[i + 1] = angle
    return path


def last(start):
    """The angle in the end, from the angle and the speed at first."""
    return swing(start[0], start[1])[-1]


def miss(speed):
    """How far from the wanted angle it ends, squared, when pushed from rest at −0.5."""
    return (swing(-0.5, speed)[-1] - WANTED) ** 2


RELEASE = np.array([-0.6, 0.0])


def main() -> None:
    path = swing(*RELEASE)
    hits = np.count_nonzero((path[1:] > STOP) & (path[:-1] <= STOP))
    knocks = "one knock" if hits == 1 else f"{hits} knocks"
    print(f"let go at −0.6: ends at {path[-1]:.6f} after {knocks} against the stop")
    slope = st.grad(last)
    by_angle, by_speed = slope(RELEASE)
    print(f"slope by the angle at first: {by_angle:.9f}, by the speed: {by_speed:.9f}")
    print(f"exact: {slope.tracing.exact}, on a path of {STEPS} decisions: hit the stop, or not")
    check = st.check_grad(last, RELEASE)
    for c in check.coordinates:
        print(f"differences by {c.name:8}: {c.differences:.9f} ± {c.error:.0e}")
    print(check.sentence)
    aimed = aim()
    end = swing(-0.5, aimed.x)[-1]
    print(f"pushed from −0.5 with {aimed.x:.6f} rad/s it ends at {end:.6f} ({aimed.steps} steps)")


@cache
def aim() -> st.Descent:
    """Walk down to the push that ends where it should."""
    return st.descend(miss, 0.0, rate=2.0, steps=100)


def draw() -> Figure:
    times = np.linspace(0.0, SECONDS, STEPS + 1)
    path, change = st.jvp(swing, tuple(RELEASE), (1.0, 0.0))
    with style():
        figure = Figure(figsize=(10.0, 4.2), layout="constrained")
        swings, slopes = figure.subplots(1, 2)
        swings.plot(times, path, color=INK, label="let go at −0.6")
        swings.plot(times, swing(-0.5, aim().x), "-.", color=BLUE, label="pushed from −0.5")
        swings.plot(SECONDS, WANTED, "D", color=BLUE, label="wanted")
        swings.axhline(STOP, linestyle="--", linewidth=1, color=MUTED, label="the stop")
        swings.set(title="A pendulum and a stop", xlabel="seconds", ylabel="angle")
        swings.set_ylim(-1.05, 0.45)
        swings.legend(loc="lower center", ncols=2, frameon=False)
        slopes.axhline(0, linewidth=1, color=MUTED)
        slopes.plot(times, change, color=RED)
        slopes.set(title="Slope of the angle by the angle at first", xlabel="seconds")
    return figure


if __name__ == "__main__":
    main()
    for place in sys.argv[1:]:
        save(draw(), place, dpi=110)
