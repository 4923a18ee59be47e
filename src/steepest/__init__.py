"""From a function to its slopes to a walk down.

>>> import steepest as st
>>> f = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
>>> f.gradient
∇f = [2n + 3e·cos(3n), 6e + sin(3n)]
"""

from __future__ import annotations

import gc
import importlib
from typing import Any

__version__ = "0.1.0"

# In the order of the story; each is loaded when it is first asked for, so that importing this costs
# next to nothing.
_HOMES = {
    "Function": "steepest.function",
    "Slope": "steepest.slope",
    "Terrain": "steepest.sources.terrain",
    "grad": "steepest.operators",
    "value_and_grad": "steepest.operators",
    "jacobian": "steepest.operators",
    "hessian": "steepest.operators",
    "jvp": "steepest.products",
    "vjp": "steepest.products",
    "hvp": "steepest.products",
    "explain": "steepest.explanation",
    "why_not_finite": "steepest.nonfinite",
    "check_grad": "steepest.gradcheck",
    "custom_derivative": "steepest.custom",
    "descend": "steepest.descent",
    "ascend": "steepest.descent",
    "descend_many": "steepest.descent",
    "basins": "steepest.basins",
    "resume": "steepest.descent",
    "Descent": "steepest.descent",
    "Verdict": "steepest.diagnosis",
    "cache_info": "steepest.native.cache",
    "problems": "steepest",
    "SteepestError": "steepest.errors",
    "errors": "steepest",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"steepest has no {name!r}; it offers {', '.join(_HOMES)}")
    found = _loaded(f"steepest.{name}") if home == "steepest" else getattr(_loaded(home), name)
    globals()[name] = found
    return found


def _loaded(module: str) -> Any:
    """A module. What loading makes stays, so nobody looks for garbage among it: not meanwhile,
    and not at once afterwards, for all that lives then is counted as old.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        if collecting:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()  # into the oldest generation
            gc.enable()


def __dir__() -> list[str]:
    return sorted(__all__)
