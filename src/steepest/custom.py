"""`custom_derivative`: a function that is not followed, with the derivative its author gives.

The function becomes one node. The rule is followed as code of the user's own is, so that branches
in it become guards and it can be differentiated again; a rule that cannot be followed is run as it
is, which is as good for first derivatives.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import steepest.operations  # noqa: F401  (fills the registry of rows)
from steepest.errors import VariableError
from steepest.sources.capture.trace import current
from steepest.sources.given import in_trace, rule_of, unseen

__all__ = ["custom_derivative"]

Call = Callable[..., Any]


def custom_derivative(
    function: Call | None = None,
    *,
    partials: Call | Sequence[Call | None] | None = None,
    jvp: Call | None = None,
    vjp: Call | None = None,
) -> Any:
    """Give a function a derivative of your own: for what cannot be followed, or should not be.

    Exactly one rule, in plain NumPy, with y = f(*primals) as `out`:

    partials  one function an argument, `(x₁, x₂, ..., out) -> ∂y/∂xᵢ`, None for zero; for
              functions that work element by element, dy = Σᵢ (∂y/∂xᵢ)·dxᵢ
    jvp       `jvp(primals, tangents) -> tangent of out`, dy = J·dx, linear in the tangents;
              reverse mode is its transpose
    vjp       `vjp(primals, out, cotangent) -> one cotangent for every primal`, x̄ = Jᵀ·ȳ (None for
              zero); reverse mode only, and forward mode says so

    Tangents and cotangents have the structure and shapes of what they belong to; an argument that
    is no number (a text, None) has the tangent None. The function is called with plain numbers and
    must not change anything outside itself. What it takes from a function around it that is being
    differentiated must come as an argument. The rule can be differentiated again as far as it can
    be followed. `st.check_grad` compares it with differences.

    Works as a decorator, or on a function: `custom_derivative(f, jvp=rule)`. Raises VariableError
    unless there is exactly one rule.

    >>> import numpy as np, steepest as st
    >>> @st.custom_derivative(partials=lambda x, out: 1 - out**2)
    ... def squash(x):
    ...     return np.tanh(x)
    >>> st.grad(lambda x: 3 * squash(2 * x))(0.0)
    6.0
    """
    rules = {"partials": partials, "jvp": jvp, "vjp": vjp}
    given = [name for name, rule in rules.items() if rule is not None]
    if len(given) != 1:
        raise VariableError(
            "custom_derivative needs exactly one of partials, jvp and vjp, but "
            f"{' and '.join(given) or 'none'} came; write, for example, "
            "custom_derivative(f, jvp=lambda primals, tangents: ...)"
        )
    if function is None:
        return functools.partial(custom_derivative, partials=partials, jvp=jvp, vjp=vjp)
    if not callable(function):
        raise VariableError(
            f"a function is needed, but {type(function).__name__} was given; the function comes "
            "first and its rule by name, as in custom_derivative(f, partials=[df])"
        )
    rule = rule_of(function, partials, jvp, vjp)

    @functools.wraps(function)
    def custom(*args: Any, **kwargs: Any) -> Any:
        trace = current()
        if trace is None or trace.closed:
            return unseen(function, *args, **kwargs)
        return in_trace(trace, rule, args, kwargs)

    return custom
