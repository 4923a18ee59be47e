"""`Function`: what goes in at the front door; its derivatives are Functions too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import steepest.operations  # noqa: F401  (fills the registry of rows)
from steepest.binding import bind, listed, place, real_value
from steepest.called import Called
from steepest.errors import ShapeError, VariableError
from steepest.expression import Expression
from steepest.graph.operation import Traceable
from steepest.graph.traverse import count
from steepest.written import Label, Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steepest.calculus.derivation import Derivation
    from steepest.objective import Objective
    from steepest.slope import Slope

__all__ = ["Function"]

FLOATS = {float}


class Function(Called):
    """A function of numbers: called like any other, and able to tell its derivatives.

    Args:
        source: a formula (`"n**2 + 3*e**2 + sin(3*n)*e"`, also `"f(n, e) = n² + 3e²"`), a
            Python function in plain NumPy, or a `Terrain`.
        variables: their names in order; a formula's are taken in order of first appearance when
            none are given.
        north, east: which variables point north and east, when they are not called n/north and
            e/east.
        units: what the variables and the value are measured in, as `{"n": "m", "e": "m",
            "value": "m"}`.
        strict: for Python code, raise where something cannot be followed, instead of falling
            back to differences.
        pure: False, for Python code whose side effects must happen each time: follow it afresh at
            every call.
        parameters: fixed numbers for names in the formula, as in `Function("a*x**2 + b", a=2,
            b=1)`.

    Raises:
        FormulaError: the text cannot be read; the message points at the character.
        VariableError: names or numbers of variables do not fit.

    >>> import steepest as st
    >>> f = st.Function("n**2 + 3*e**2 + sin(3*n)*e")
    >>> f(2, 1)
    6.720584501801074
    >>> print(f.derivative("n"))
    2n + 3e·cos(3n)
    >>> f.gradient(2, 1)
    array([6.88051086, 5.7205845 ])
    """

    direct = True

    def __init__(
        self,
        source: Any,
        variables: Sequence[str] | None = None,
        *,
        north: str | None = None,
        east: str | None = None,
        units: Mapping[str, str] | None = None,
        strict: bool = False,
        pure: bool = True,
        **parameters: float,
    ) -> None:
        if isinstance(variables, str):
            raise VariableError(
                f"variables={variables!r} is one text; give names in a tuple, as in "
                'variables=("n", "e")'
            )
        self.source, self.strict, self.pure = source, strict, pure
        self.parameters = parameters
        self._declared = None if variables is None else tuple(variables)
        self._enter()
        self.variables = self._entered.variables
        self.units = {**self._entered.units, **(units or {})}
        self.north, self.east = north, east
        self.label = Label(self._entered.name, single=len(self.variables) == 1)
        self._steps = ()
        if (north or east) and self.axes is None:
            raise VariableError(
                f"north={north!r}, east={east!r} must name the two variables of the function; it "
                f"has {listed(self.variables)}"
            )

    def _derived(self, label: Label, step: Step, shown: Step | None = None) -> Function:
        """A function made from this one by a step of calculus; `shown` is the same for a reader."""
        new = Function.__new__(Function)
        vars(new).update(self._lasting())
        new._entered, new.label = self._entered, label
        new._steps = (*self._steps, (step, shown or step))
        new._begin()
        return new

    # ---- value -----------------------------------------------------------------------------------

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The value at a point.

        A formula takes arrays of points too: they broadcast against each other and give an array of
        values; a vector comes with its components first, `dn, de = f.gradient(N, E)`. To Python
        code an array is an argument like any other: its values at many points are `f.over(N, E)`.
        """
        if any(isinstance(a, Traceable) for a in (*args, *named.values())):
            return self._followed(args, named)
        values = self.arguments(args, named)
        point = self._at_point(values)
        if point is not None:
            return point[0]
        if not self._steps:
            return self._entered.root.plain(values)
        return self.expression_at(values)(values)

    def over(self, *args: Any, **named: Any) -> Any:
        """The value at many points: arrays broadcast, and every place is a point of its own.

        For formulas that is what calling does. Code that takes the same path everywhere and works
        on numbers is evaluated at all points at once; other code, point by point.

        >>> import numpy as np, steepest as st
        >>> data = np.array([1.0, 2.0, 3.0])
        >>> st.Function(lambda a, b: np.mean((a * data - b) ** 2)).over(np.zeros(2), np.ones(2))
        array([1., 1.])
        """
        values = self.arguments(args, named)
        if not self.by_path or not any(np.ndim(v) for v in values):
            return self(*values)
        return self._each_point(values)

    def _followed(self, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """The value inside a function that is being followed."""
        from steepest.sources.pieces import as_source

        return as_source(self)(*args, **named)

    @property
    def at_once(self) -> bool:
        """Whether `over` evaluates all points at once; else it takes them one by one."""
        always = self._always()
        return always is not None and (not self.by_path or always.pointwise)

    def _each_point(self, values: Sequence[Any]) -> Any:
        """Arrays of points, for code whose path may differ from point to point, or that holds
        arrays of its own.
        """
        if self.at_once:
            return self.expression(values)
        spread = np.broadcast_arrays(*values)
        found = [self(*(v[at] for v in spread)) for at in np.ndindex(spread[0].shape)]
        shape = np.shape(found[0]) if found else ()
        return np.moveaxis(
            np.reshape(found, (*spread[0].shape, *shape)),
            range(spread[0].ndim, spread[0].ndim + len(shape)),
            range(len(shape)),
        )

    def expression_at(self, values: Sequence[Any]) -> Expression:
        """The nodes that hold at these values: the same everywhere for a formula, a path through
        the code otherwise.
        """
        return self._through(self._entered.root.expression(values))

    def arguments(
        self,
        args: Sequence[Any],
        named: Mapping[str, Any] | None = None,
        *,
        as_given: bool = False,
    ) -> list[Any]:
        """Positional and named arguments, or one dict or sequence of them, in the variables' order.

        As floats, or `as_given`. Raises VariableError when they do not fit.
        """
        if not named and len(args) == len(self.variables) and {*map(type, args)} == FLOATS:
            return [*(args if as_given else map(np.float64, args))]  # what comes of it below
        values = bind(self.signature, self.variables, args, named or {})
        if as_given:
            return values
        return [real_value(v, name) for v, name in zip(values, self.variables, strict=True)]

    def index(self, name: str) -> int:
        """The place of a variable."""
        return place(self.signature, self.variables, name)

    # ---- derivatives -----------------------------------------------------------------------------

    def derivative(self, *by: str, order: int = 1) -> Function:
        """The derivative by one variable, or by several in turn; itself a Function, and shown as a
        formula.

        dx/dt for a function of one variable; ∂f/∂n, the slope towards n while the others stay, for
        one of several.

        >>> import steepest as st
        >>> st.Function("x(t) = 5t^2 + 2t").derivative()
        dx/dt = 10t + 2
        """
        names = by or (self.variables if len(self.variables) == 1 else ())
        if not names:
            some = self.variables[0] if self.variables else ""
            raise VariableError(
                f"{self.signature} has several variables: say by which, as in "
                f"derivative({some!r}); all at once are the gradient"
                if self.variables
                else f"{self.signature} depends on no variable, so there is nothing to "
                "differentiate by"
            )
        if order != int(order) or order < 0:
            raise VariableError(
                f"order={order!r}: a derivative is taken a whole number of times: 1, 2, 3 ..."
            )
        found = self
        for name in names * int(order):
            place = self.index(name)
            label = Label(
                found.label.name,
                (*found.label.by, name),
                found.label.vector,
                single=len(self.variables) == 1,
            )
            found = found._derived(label, Step("derivative", (place,)))
        return found

    @property
    def partials(self) -> dict[str, Function]:
        """The partial derivative by each variable."""
        return {v: self.derivative(v) for v in self.variables}

    @cached_property
    def gradient(self) -> Function:
        """∇f, the vector of partial derivatives: it points up the steepest slope, and its length is
        that slope.

        >>> import steepest as st
        >>> st.Function("n**2 + 3*e**2 + sin(3*n)*e").gradient
        ∇f = [2n + 3e·cos(3n), 6e + sin(3n)]
        """
        always = self._always()
        if self.label.vector or (always is not None and always.shape):
            raise ShapeError(
                f"{self.label} is a vector; a gradient belongs to one number. Its derivative is "
                ".jacobian"
            )
        return self._derived(Label(str(self.label), vector="∇"), Step("gradient"), Step("partials"))

    @cached_property
    def jacobian(self) -> Function:
        """The matrix of all partial derivatives of a vector, a row for each component."""
        label = (
            Label(self.label.name, vector="∇²")
            if self.label.vector == "∇"
            else Label(str(self.label), vector="J")
        )
        return self._derived(label, Step("gradient"), Step("partials"))

    @property
    def hessian(self) -> Function:
        """The matrix of second partial derivatives: the curvature."""
        return self.gradient.jacobian

    def directional(self, *direction: float, **named: float) -> Function:
        """The slope in a direction: ∇f·u, with u the unit vector along what is given.

        >>> import steepest as st
        >>> round(st.Function("n**2 + 3*e**2").directional(n=3, e=4)(1, 1), 12)
        6.0
        """
        values = self.arguments(
            direction, {**dict.fromkeys(self.variables, 0.0), **named} if named else {}
        )
        squares = sum(float(v) ** 2 for v in values)
        if not 0 < squares < float("inf"):
            raise VariableError(
                "a direction needs a length: give one such as n=1, e=0, with finite numbers, not "
                "all of them 0"
            )
        return self._derived(Label(f"D({self.label})"), Step("along", tuple(map(float, values))))

    def derivation(self, by: str | None = None) -> Derivation:
        """How the derivative is found: each rule in turn, with what it is applied to; as text,
        LaTeX and data.
        """
        from steepest.calculus.derivation import derivation

        if by is None and len(self.variables) == 1:
            by = self.variables[0]
        if by is None:
            raise VariableError(
                f"say by which variable: {self.signature} has {listed(self.variables)}"
            )
        if self.expression.shape:
            raise ShapeError(f"{self.signature} is a vector; derive its components one at a time")
        from steepest.calculus.reading.elements import written_out

        (output,) = written_out(self.expression.outputs)
        return derivation(output, self.expression.inputs[self.index(by)])

    def at(self, *args: Any, **named: Any) -> Slope:
        """Everything about the slope at one point: value, partials, gradient, magnitude, direction,
        bearing, plane.
        """
        from steepest.slope import slope_at

        values = self.arguments(args, named)
        for name, v in zip(self.variables, values, strict=True):
            if np.ndim(v):
                raise ShapeError(
                    f"a slope belongs to one point, but {name} has shape {np.shape(v)}; give one "
                    "number"
                )
        return slope_at(self, [float(v) for v in values])

    # ---- how it looks ----------------------------------------------------------------------------

    @property
    def tracing(self) -> Any:
        """For Python code: what was followed, on which conditions, and whether it is exact."""
        return getattr(self._entered.root, "tracing", None)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the source was understood, where it could be understood otherwise."""
        return self._entered.notes

    @property
    def axes(self) -> tuple[int, int] | None:
        """Which variables point north and east; None when the function is not one of a place on a
        map.
        """
        from steepest.compass import find_axes

        return find_axes(self.variables, self.north, self.east)

    def plot(self, *args: Any, ax: Axes | None = None, **options: Any) -> Axes:
        """A picture: a curve for one variable; contours for two, or a mountain with
        `kind="surface"`.
        """
        from steepest.pictures import plot_function

        return plot_function(self, *args, ax=ax, **options)

    @property
    def size(self) -> int:
        """How many operations one call runs."""
        return count(self.expression.outputs)

    # ---- for a walk ------------------------------------------------------------------------------

    @property
    def bounded(self) -> bool:
        """Whether it is given on a part of the plane only, as a terrain is on its map."""
        return self._entered.inside is not None

    def inside(self, *args: Any) -> Any:
        """Whether points lie where the function is given: off a terrain's map it is not."""
        return True if self._entered.inside is None else self._entered.inside(*args)

    def objective(self, start: Any) -> tuple[Objective, Any]:
        """What a descent walks on: value and gradient of one flat vector, and the start as such a
        vector.
        """
        from steepest.walkable import objective_of

        return objective_of(self, start)


def _leading(over: Any, shape: tuple[int, ...]) -> tuple[range, range]:
    """The axes of a component, moved from behind those of the points to before them."""
    return range(over.ndim, over.ndim + len(shape)), range(len(shape))
