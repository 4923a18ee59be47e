"""How a function is named on the left of its equals sign: f(n, e), ∂f/∂n, ∇f."""

from __future__ import annotations

from steepest.record import record

__all__ = ["Label"]

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@record(eq=True)
class Label:
    """A function's name, and what was done to it: differentiated `by` variables, or made a vector
    (∇, J) or matrix (∇²).
    """

    name: str
    by: tuple[str, ...] = ()
    vector: str = ""
    single: bool = False  # a function of one variable, whose derivative is written with d

    def __str__(self) -> str:
        if self.vector:
            return (
                f"{self.vector}{self.name}" if "∇" in self.vector else f"{self.vector}({self.name})"
            )
        if not self.by:
            return self.name
        d = "d" if self.single else "∂"
        times = {v: self.by.count(v) for v in self.by}
        below = "".join(f"{d}{v}{_power(k)}" for v, k in times.items())
        return f"{d}{_power(len(self.by))}{self.name}/{below}"

    @property
    def latex(self) -> str:
        """The same for LaTeX."""
        name = self.name if len(self.name) == 1 else rf"\mathrm{{{self.name}}}"
        if self.vector:
            known = {"∇": rf"\nabla {name}", "∇²": rf"\nabla^{{2}} {name}"}
            return known.get(self.vector, rf"{self.vector}_{{{name}}}")
        if not self.by:
            return name
        d = "d" if self.single else r"\partial"
        below = " ".join(
            rf"{d} {v}{_latex_power(self.by.count(v))}" for v in dict.fromkeys(self.by)
        )
        return rf"\frac{{{d}{_latex_power(len(self.by))} {name}}}{{{below}}}"


def _power(times: int) -> str:
    return "" if times == 1 else str(times).translate(_SUPERSCRIPTS)


def _latex_power(times: int) -> str:
    return "" if times == 1 else f"^{{{times}}}"
