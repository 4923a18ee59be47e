"""Methods written as a user would write them."""

from __future__ import annotations

from typing import Any

import numpy as np


class SignDescent:
    """The five lines of the documentation."""

    def init(self, x: Any) -> Any:
        return {}

    def update(self, state: Any, x: Any, f: Any, g: Any, t: int) -> Any:
        return x - 0.1 * np.sign(g), state, True


class Backtracking:
    """Armijo's rule as a state machine: half the step until f falls by 1e-4 · step · |g|²
    (Nocedal and Wright 2006, Algorithm 3.1). It refuses trial points, also off the map or at NaN.
    """

    monotone = True

    def init(self, x: Any) -> Any:
        zero = np.zeros_like(x)
        return {"x": zero, "g": zero, "f": np.array(np.inf), "step": np.array(1.0)}

    def update(self, s: Any, x: Any, f: Any, g: Any, t: int) -> Any:
        square = np.sum(s["g"] * s["g"])
        accepted = np.where(t == 0, True, f <= s["f"] - 1e-4 * s["step"] * square)
        base_x = np.where(accepted, x, s["x"])
        base_g = np.where(accepted, g, s["g"])
        base_f = np.where(accepted, f, s["f"])
        step = np.where(accepted, 1.0, s["step"] / 2)
        state = {"x": base_x, "g": base_g, "f": base_f, "step": step}
        return base_x - step * base_g, state, bool(accepted)
