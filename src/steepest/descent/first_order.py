"""Methods that use the gradient alone: gradient descent, momentum, Nesterov, Adam.

Written in plain NumPy, in the order of operations of the published equations, with nothing
reassociated: the bits of a walk are part of what is promised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.descent.step import Rate, checked_rate, rate_at
from steepest.errors import DescentError
from steepest.objective import Vector

__all__ = ["Adam", "GradientDescent", "Momentum", "Nesterov"]

State = Mapping[str, NDArray[Any]]
Updated = tuple[Vector, State, bool]


@dataclass(frozen=True)
class GradientDescent:
    """x_{t+1} = x_t − rate(t) · ∇f(x_t): Cauchy (1847), "Méthode générale pour la résolution des
    systèmes d'équations simultanées", C. R. Acad. Sci. 25.

    On a bowl of curvature L it goes down at every step for 0 < rate < 2/L; 1/L is the safe choice.

    >>> import numpy as np
    >>> GradientDescent(0.1).update({}, np.array([5.0]), 4.0, np.array([4.0]), 0)[0]
    array([4.6])
    """

    rate: Rate = 0.1
    monotone: ClassVar[bool] = True
    formula: ClassVar[str] = "w ← w − α·∂f/∂w"

    def __post_init__(self) -> None:
        checked_rate(self.rate)

    def init(self, x: Vector) -> State:
        """The state before the first step."""
        return {}

    def update(self, state: State, x: Vector, f: float, g: Vector, t: int) -> Updated:
        """One step; see the class for the equations."""
        return x - rate_at(self.rate, t) * g, state, True

    def longest_rate(self, curvature: float) -> float:
        """The rate beyond which a bowl of this curvature throws the walk out: 2 / curvature."""
        return 2 / curvature


@dataclass(frozen=True)
class Momentum:
    """v_{t+1} = momentum · v_t − rate(t) · ∇f(x_t),   x_{t+1} = x_t + v_{t+1},   v_0 = 0.

    Polyak (1964), "Some methods of speeding up the convergence of iteration methods", USSR Comput.
    Math. Math. Phys. 4; in the form of Sutskever et al. (2013), eq. 1-2. (PyTorch keeps the rate
    outside the velocity, which differs when the rate changes during the walk.)
    """

    rate: Rate = 0.1
    momentum: float = 0.9
    monotone: ClassVar[bool] = False
    formula: ClassVar[str] = "v ← μ·v − α·∂f/∂w,  w ← w + v"

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        _checked_fraction("momentum", self.momentum)

    def init(self, x: Vector) -> State:
        """The state before the first step."""
        return {"velocity": np.zeros_like(x)}

    def update(self, state: State, x: Vector, f: float, g: Vector, t: int) -> Updated:
        """One step; see the class for the equations."""
        velocity = self.momentum * state["velocity"] - rate_at(self.rate, t) * g
        return x + velocity, {"velocity": velocity}, True

    def longest_rate(self, curvature: float) -> float:
        """2 (1 + momentum) / curvature: where a root of z² − (1+μ−αL) z + μ leaves the disc."""
        return 2 * (1 + self.momentum) / curvature


@dataclass(frozen=True)
class Nesterov:
    """v_{t+1} = momentum · v_t − rate(t) · ∇f(w_t + momentum · v_t),   w_{t+1} = w_t + v_{t+1}.

    Nesterov (1983), "A method of solving a convex programming problem with convergence rate
    O(1/k²)", in the form of Sutskever, Martens, Dahl and Hinton (2013), "On the importance of
    initialization and momentum in deep learning", eq. 3-4. The gradient is taken at the point
    looked ahead to, x_t = w_t + momentum · v_t, and that is the point which is evaluated and
    recorded: x_{t+1} = x_t − rate(t) · ∇f(x_t) + momentum · v_{t+1}.
    """

    rate: Rate = 0.1
    momentum: float = 0.9
    monotone: ClassVar[bool] = False
    formula: ClassVar[str] = "v ← μ·v − α·∂f/∂w,  w ← w − α·∂f/∂w + μ·v"

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        _checked_fraction("momentum", self.momentum)

    def init(self, x: Vector) -> State:
        """The state before the first step."""
        return {"velocity": np.zeros_like(x)}

    def update(self, state: State, x: Vector, f: float, g: Vector, t: int) -> Updated:
        """One step; see the class for the equations."""
        step = rate_at(self.rate, t) * g
        velocity = self.momentum * state["velocity"] - step
        return x - step + self.momentum * velocity, {"velocity": velocity}, True

    def longest_rate(self, curvature: float) -> float:
        """2 (1 + μ) / ((1 + 2μ) curvature): z² − (1+μ)(1−αL) z + μ(1−αL) on the unit circle."""
        return 2 * (1 + self.momentum) / ((1 + 2 * self.momentum) * curvature)


@dataclass(frozen=True)
class Adam:
    """m ← β1·m + (1−β1)·g,   v ← β2·v + (1−β2)·g²,   and, counting k = t + 1 from 1,
    x_{t+1} = x_t − rate(t) · (m / (1−β1^k)) / (√(v / (1−β2^k)) + ε).

    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization", Algorithm 1, with the bias
    corrections as printed there (ε outside the root). Each component moves by about `rate` at
    first, however steep the ground is.
    """

    rate: Rate = 0.1
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    monotone: ClassVar[bool] = False
    formula: ClassVar[str] = (
        "m ← β1·m + (1−β1)·g,  v ← β2·v + (1−β2)·g²,  w ← w − α·(m/(1−β1ᵏ))/(√(v/(1−β2ᵏ)) + ε)"
    )

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        _checked_fraction("beta1", self.beta1)
        _checked_fraction("beta2", self.beta2)
        if not (self.epsilon > 0 and math.isfinite(self.epsilon)):
            raise DescentError(f"epsilon={self.epsilon!r} must be a small positive number: 1e-8")

    def init(self, x: Vector) -> State:
        """The state before the first step."""
        return {"m": np.zeros_like(x), "v": np.zeros_like(x)}

    def update(self, state: State, x: Vector, f: float, g: Vector, t: int) -> Updated:
        """One step; see the class for the equations."""
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * (g * g)
        m_hat = m / (1 - self.beta1 ** (t + 1))
        v_hat = v / (1 - self.beta2 ** (t + 1))
        step = rate_at(self.rate, t) * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return x - step, {"m": m, "v": v}, True


def _checked_fraction(name: str, value: Any) -> None:
    if not isinstance(value, (int, float)) or not 0 <= value < 1:
        raise DescentError(f"{name}={value!r} must lie in 0 ≤ {name} < 1: 0.9 is usual")
