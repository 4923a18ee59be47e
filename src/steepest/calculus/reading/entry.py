"""From nodes to sums of products: each row that has an algebraic meaning, and the laws of the
functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

from steepest.calculus.reading.algebra import Algebra
from steepest.calculus.reading.conventions import without_convention
from steepest.calculus.reading.terms import ONE, Atom, Sum
from steepest.graph.node import CONSTANT, INPUT, Node
from steepest.graph.operation import ROWS
from steepest.graph.traverse import topological

__all__ = ["EVEN", "INVERSES", "ODD", "Entry"]

MINUS, HALF = Fraction(-1), Fraction(1, 2)

# Laws of functions that hold for every argument; identities.py states and tests each.
ODD = {
    "sin",
    "tan",
    "arcsin",
    "arctan",
    "sinh",
    "tanh",
    "arcsinh",
    "arctanh",
    "erf",
    "cbrt",
    "sign",
}
EVEN = {"cos", "cosh", "absolute"}
INVERSES = {
    "sin": "arcsin",
    "cos": "arccos",
    "tan": "arctan",
    "sinh": "arcsinh",
    "cosh": "arccosh",
    "tanh": "arctanh",
}
_AT_ZERO = {"cos": 1, "cosh": 1, "exp": 1, "log1p": 0, "expm1": 0}
_QUOTIENTS = {
    "tan": ("sin", "cos"),
    "tanh": ("sinh", "cosh"),
    "sec": ("", "cos"),
    "sech": ("", "cosh"),
    "csc": ("", "sin"),
    "cot": ("cos", "sin"),
}
_SPREAD = {"broadcast_to", "reshape", "transpose"}
_OF_ONE = {"sum", "mean", "prod", "max", "min"}  # of one number: that number
_LINEAR = {"add", "subtract", "negative", "positive"}


class Entry:
    """Reads a graph into an algebra, arguments first; sums and products of many nodes are gathered
    at once.
    """

    def __init__(self, algebra: Algebra, given: Collection[Node] = ()) -> None:
        self.algebra = algebra
        self.given = frozenset(
            given
        )  # nodes that the reader typed: their conditions stay as they are
        self.known: dict[Node, Sum] = {}

    def read(self, outputs: Sequence[Node]) -> list[Sum]:
        """The sums that the outputs are."""
        order = topological(outputs)
        inner = self._inside_of_chains(order, outputs)
        for node in order:
            if node not in inner:
                self.known[node] = self.sum_of(node, inner)
        return [self.known[n] for n in outputs]

    def _inside_of_chains(self, order: Sequence[Node], outputs: Sequence[Node]) -> set[Node]:
        """Nodes of a + b + c + ... or a·b·c·... used only by the next one of their kind."""
        users: dict[Node, list[Node]] = {}
        for node in order:
            for a in node.args:
                users.setdefault(a, []).append(node)
        kept = set(outputs)
        return {
            n
            for n in order
            if n not in kept
            and len(users[n]) == 1
            and algebraic(n)
            and (
                (n.op.name in _LINEAR and users[n][0].op.name in _LINEAR)
                or (n.op.name == "multiply" and users[n][0].op.name == "multiply")
            )
            and algebraic(users[n][0])
        }

    def sum_of(self, node: Node, inner: set[Node]) -> Sum:
        """One node, its arguments being known."""
        if node.op is CONSTANT:
            exact = node.exact
            return (
                self.leaf(node)
                if exact is None or node.dtype.kind == "b"
                else self.algebra.number(exact)
            )
        if node.op is INPUT or not algebraic(node):
            return self.leaf(node) if not node.args else self.apply(node)
        if node.op.name in _LINEAR:
            return self.algebra.add(self._gathered(node, inner))
        if node.op.name == "multiply":
            return self.algebra.multiply(self._multiplied(node, inner))
        rule = _ALGEBRAIC.get(node.op.name)
        if rule is not None:
            return rule(self.algebra, *(self.known[a] for a in node.args))
        return self.apply(node)

    def _gathered(self, node: Node, inner: set[Node]) -> list[tuple[Fraction, Sum]]:
        found: list[tuple[Fraction, Sum]] = []
        stack = [(node, ONE)]
        while stack:
            n, sign = stack.pop()
            if n is not node and n not in inner:
                found.append((sign, self.known[n]))
                continue
            second = -sign if n.op.name == "subtract" else sign
            if len(n.args) == 1:
                stack.append((n.args[0], -sign if n.op.name == "negative" else sign))
            else:
                stack += [(n.args[1], second), (n.args[0], sign)]
        return found

    def _multiplied(self, node: Node, inner: set[Node]) -> list[Sum]:
        found: list[Sum] = []
        stack = [node]
        while stack:
            n = stack.pop()
            if n is node or n in inner:
                stack += reversed(n.args)
            else:
                found.append(self.known[n])
        return found

    def leaf(self, node: Node) -> Sum:
        """A variable, or a constant that is no exact number."""
        return self.algebra.of(self.algebra.atom(node=node))

    # ---- functions -------------------------------------------------------------------------------

    def apply(self, node: Node) -> Sum:
        """A row that is not arithmetic, after the laws that hold for it."""
        name, args = node.op.name, tuple(self.known[a] for a in node.args)
        if name == "where" and node not in self.given:
            shorter = without_convention(self.algebra, *args)
            if shorter is not None:
                return shorter
        if name == "where_moving":
            return args[1]  # where it is left out, the other factor is zero
        if name in _OF_ONE and node.args[0].shape == ():
            return args[0]
        if name in _SPREAD and (node.args[0].shape == () or args[0].number is not None):
            return args[0]  # one number for all elements; the shape is restored where it matters
        if not node.op.elementwise or name == "cast":
            shapes = tuple(a.shape for a in node.args)
            return self.algebra.of(
                self.algebra.atom(node.op, args, (("shapes", shapes), *node.params))
            )
        if len(args) == 1 and not node.params:
            return self.function(name, args[0])
        return self.algebra.of(self.algebra.atom(node.op, args, node.params))

    def function(self, name: str, x: Sum) -> Sum:
        """f(x) for a row of one argument."""
        algebra, number = self.algebra, x.number
        if number == 0 and (name in ODD or name in _AT_ZERO):
            return algebra.number(_AT_ZERO.get(name, 0))
        if name in ODD | EVEN and x.terms and all(c < 0 for _, c in x.terms):
            return algebra.add(
                [(MINUS if name in ODD else ONE, self.function(name, algebra.add([(MINUS, x)])))]
            )
        only = x.only()
        if only is not None and len(only[0].factors) == 1:
            base, direction, exponent = only[0].factors[0]
            plain = only[1] == 1 and exponent == 1 and not direction.factors
            if plain and isinstance(base, Atom) and base.name == INVERSES.get(name):
                return base.args[0]
        if name in _QUOTIENTS:
            top, bottom = _QUOTIENTS[name]
            parts = [algebra.power_by_number(self.function(bottom, x), MINUS)]
            return algebra.multiply([self.function(top, x), *parts] if top else parts)
        if name == "log":
            return self.logarithm(x)
        if name in ("absolute", "sign") and only is not None:
            found = self.size_or_sign(name, x)
            if found is not None:
                return found
        if name == "absolute" and only is None and algebra.nonnegative(x):
            return x
        return algebra.of(algebra.atom(ROWS[name], (x,)))

    def logarithm(self, x: Sum) -> Sum:
        """The laws log 1 = 0 and log e^u = u."""
        algebra = self.algebra
        if x.number == 1:
            return algebra.zero
        only = x.only()
        if (
            only is not None
            and only[1] == 1
            and only[0].factors
            and all(isinstance(b, Atom) and b.name == "euler" for b, _, _ in only[0].factors)
        ):
            return algebra.add(
                [
                    (e, algebra.term(ONE, {(b, d): f for b, d, f in direction.factors}))
                    for _, direction, e in only[0].factors
                ]
            )
        return algebra.of(algebra.atom(ROWS["log"], (x,)))

    def size_or_sign(self, name: str, x: Sum) -> Sum | None:
        """|c·u·v| = |c|·u·|v| where u ≥ 0; |u²| = u². The sign of a number."""
        algebra = self.algebra
        if x.number is not None:
            return algebra.number(
                abs(x.number) if name == "absolute" else (x.number > 0) - (x.number < 0)
            )
        ((product, number),) = x.terms
        if name == "sign":
            if number == 1:
                return None
            return algebra.add(
                [
                    (
                        ONE if number > 0 else MINUS,
                        self.function("sign", algebra.multiply([x, algebra.number(1 / number)])),
                    )
                ]
            )
        outside = [algebra.number(abs(number))]
        inside: list[Sum] = []
        for b, d, e in product.factors:
            factor = algebra.term(ONE, {(b, d): e})
            even = (
                e.denominator != 1
                or e.numerator % 2 == 0
                or bool(d.factors)
                or algebra.nonnegative(b)
            )
            (outside if even else inside).append(factor)
        if number == 1 and len(outside) == 1:
            return None
        if inside:
            outside.append(self.function("absolute", algebra.multiply(inside)))
        return algebra.multiply(outside)


def algebraic(node: Node) -> bool:
    """Whether arithmetic on a node is arithmetic on real numbers: no truth values, no whole-number
    division.
    """
    return (
        node.op.elementwise
        and node.dtype.kind in "fiu"
        and all(a.dtype.kind in "fiu" for a in node.args)
    )


def _divide(algebra: Algebra, a: Sum, b: Sum) -> Sum:
    if not b.terms:
        return algebra.multiply([a, algebra.opaque_power(b, MINUS)])
    return algebra.multiply([a, algebra.power_by_number(b, MINUS)])


def _root(algebra: Algebra, x: Sum) -> Sum:
    return algebra.power_by_number(x, HALF)


def _exponential(algebra: Algebra, x: Sum) -> Sum:
    return algebra.power(algebra.of(algebra.atom(ROWS["euler"])), x)


def _length(algebra: Algebra, a: Sum, b: Sum) -> Sum:
    two = Fraction(2)
    return _root(
        algebra,
        algebra.add(
            [(ONE, algebra.power_by_number(a, two)), (ONE, algebra.power_by_number(b, two))]
        ),
    )


_ALGEBRAIC: dict[str, Callable[..., Sum]] = {
    "divide": _divide,
    "power": lambda algebra, a, b: (
        algebra.power(a, b)
        if a.terms or (b.number or 0) > 0
        else algebra.of(algebra.atom(ROWS["power"], (a, b)))
    ),
    "square": lambda algebra, x: algebra.power_by_number(x, Fraction(2)),
    "reciprocal": lambda algebra, x: _divide(algebra, algebra.one, x),
    "sqrt": _root,
    "exp": _exponential,
    "exp2": lambda algebra, x: algebra.power(algebra.number(2), x),
    "hypot": _length,
    "euler": lambda algebra: algebra.of(algebra.atom(ROWS["euler"])),
    "pi": lambda algebra: algebra.of(algebra.atom(ROWS["pi"])),
}
