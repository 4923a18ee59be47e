"""Taking a function apart, rule by rule.

No derivative is written down here. Sums and products follow from the flags of their rows
(`linear`), every other function from its row's own rule, pushed forward once with a letter u for
what is inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from steepest.calculus.derive import partial
from steepest.calculus.forward import push_forward
from steepest.calculus.reading import reading
from steepest.calculus.rewrite import running
from steepest.calculus.steps import LONGEST, Step
from steepest.graph.node import CONSTANT, INPUT, Node, constant, fresh, make
from steepest.graph.operation import EACH, JOINTLY, ROWS
from steepest.graph.traverse import inputs_of, replace, topological
from steepest.printing.layout import line
from steepest.printing.text import Text

__all__ = ["Lesson"]


@dataclass(eq=False)
class _Draft:
    """A step whose parts are not all derived yet."""

    node: Node
    rule: str
    shown: Node
    pending: dict[Node, Node]
    depth: int
    number: int
    note: str = ""


class Lesson:
    """Takes a function apart, outermost rule first, and puts the derivative together from the
    parts.
    """

    def __init__(self, output: Node, by: Node) -> None:
        self.output, self.by = output, by
        self.variables = tuple(n.name for n in inputs_of([output]))
        self.moving: set[Node] = {by}
        for n in topological([output]):
            if any(a in self.moving for a in n.args) and not n.op.flat and n.real:
                self.moving.add(n)
        self.found: dict[Node, Node] = {}
        self.steps: list[Step] = []
        self._drafts: list[_Draft] = []

    def derive(self) -> Node:
        """The derivative as the rules give it; `steps` is filled on the way, with a stack instead
        of recursion.
        """
        stack: list[tuple[Node, int] | _Draft] = [(self.output, 0)]
        while stack:
            top = stack.pop()
            if isinstance(top, _Draft):
                self.found[top.node] = self.finished(top)
                continue
            node, depth = top
            if node in self.found:
                continue
            draft = self.step(node, depth)
            self._drafts.append(draft)
            stack.append(draft)
            stack += [(part, depth + 1) for part in reversed(draft.pending.values())]
        self.steps = [
            Step(
                d.rule,
                d.node,
                self.found[d.node],
                d.shown,
                d.pending,
                d.depth,
                d.note,
                self.by,
                self.variables,
            )
            for d in self._drafts
        ]
        return self.found[self.output]

    def finished(self, draft: _Draft) -> Node:
        """What the rule gives once its parts are known."""
        return replace([draft.shown], {p: self.found[e] for p, e in draft.pending.items()})[0]

    # ---- which rule ------------------------------------------------------------------------------

    def step(self, node: Node, depth: int) -> _Draft:
        """The rule for one expression."""
        number = len(self._drafts) + 1

        def draft(
            rule: str, shown: Node, pending: dict[Node, Node] | None = None, note: str = ""
        ) -> _Draft:
            return _Draft(node, rule, shown, pending or {}, depth, number, note)

        name = node.op.name
        if node is self.by:
            return draft("the variable itself", constant(1))
        if node not in self.moving:
            if node.op.flat and any(self.by in inputs_of([a]) for a in node.args):
                return draft("flat between its jumps", constant(0))
            return draft("constant rule", constant(0), note=f" ({self.by.name} does not occur)")
        known = self.known_at_sight(node)
        if known is not None:
            return draft(known, self.read_off(node))
        if name in ("add", "subtract"):
            return draft(*self.sum_rule(node))
        if name == "multiply":
            return draft(*self.product_rule(node))
        if node.op.linear == JOINTLY and node.shape == () and all(a.shape == () for a in node.args):
            return draft(*self.linear_rule(node))
        if name == "divide" and node.args[1] not in self.moving:  # linear in its first argument
            pending: dict[Node, Node] = {}
            top = self.placeholder(node.args[0], pending)
            return draft(ROWS["negative"].rule_name, make(node.op, (top, node.args[1])), pending)
        if node.op.elementwise and node.shape == () and not node.op.linear:
            return draft(*self.chain_rule(node))
        return draft(f"rule of {name}", self.read_off(node))

    def known_at_sight(self, node: Node) -> str | None:
        """The rule of what every reader derives at once: c·x, xⁿ, c·xⁿ, a straight line."""
        name, args = node.op.name, node.args
        core = self.unscaled(node)
        if core is self.by:
            return ROWS["negative"].rule_name
        if self.is_power(core):
            power = ROWS["power"].rule_name
            return power if core is node else f"constant-multiple and {power}"
        if name in ("add", "subtract") and all(self.is_straight(a) for a in args):
            return "straight line"
        return None

    def unscaled(self, node: Node) -> Node:
        """What is left of an expression without the numbers that multiply or divide it, and without
        signs.
        """
        while True:
            a = node.args
            if node.op.name == "negative" or (node.op.name == "divide" and a[1].op is CONSTANT):
                node = a[0]
            elif node.op.name == "multiply" and CONSTANT in (a[0].op, a[1].op):
                node = a[1] if a[0].op is CONSTANT else a[0]
            else:
                return node

    def is_power(self, node: Node) -> bool:
        """xⁿ with a number n, or x²."""
        if not node.args or node.args[0] is not self.by:
            return False
        return node.op.name == "square" or (node.op.name == "power" and node.args[1].op is CONSTANT)

    def is_straight(self, node: Node) -> bool:
        """A number, x, or a number times x."""
        return node.op is CONSTANT or self.unscaled(node) is self.by

    def read_off(self, node: Node) -> Node:
        """The derivative of a whole expression, in reading form."""
        return reading([partial(node, self.by)], [self.by])[0]

    # ---- the rules -------------------------------------------------------------------------------

    def sum_rule(self, node: Node) -> tuple[str, Node, dict[Node, Node], str]:
        """(a + b − c)' = a' + b' − c'."""
        pending: dict[Node, Node] = {}
        names: set[str] = set()
        spine = []
        while node.op.name in ("add", "subtract"):
            spine.append(node)
            node = node.args[0]
        total = self.placeholder(node, pending)
        for part in reversed(spine):
            names.add(part.op.rule_name)
            total = make(part.op, (total, self.placeholder(part.args[1], pending)))
        rule = names.pop() if len(names) == 1 else "sum and difference rule"
        return rule, total, pending, ""

    def placeholder(self, part: Node, pending: dict[Node, Node]) -> Node:
        """A letter for the derivative of a part; one letter for equal parts."""
        for letter, e in pending.items():
            if e is part:
                return letter
        letter = fresh(f"d{len(pending)}", part.shape)
        pending[letter] = part
        return letter

    def product_rule(self, node: Node) -> tuple[str, Node, dict[Node, Node], str]:
        """(u·v·w)' = u'·v·w + u·v'·w + u·v·w'; factors that do not change stay before it."""
        factors: list[Node] = []
        stack = [node]
        while stack:
            n = stack.pop()
            if n.op.linear == EACH and n.op.name == "multiply" and n in self.moving:
                stack += reversed(n.args)
            else:
                factors.append(n)
        still = [f for f in factors if f not in self.moving]
        moving = [f for f in factors if f in self.moving]
        pending: dict[Node, Node] = {}
        if still:
            if moving == [self.by]:
                return ROWS["negative"].rule_name, _product(still), pending, ""
            rest = self.placeholder(self.joined(moving), pending)
            return ROWS["negative"].rule_name, _product([*still, rest]), pending, ""
        total: Node | None = None
        for i, f in enumerate(moving):
            part = _product([*moving[:i], self.placeholder(f, pending), *moving[i + 1 :]])
            total = part if total is None else make(ROWS["add"], (total, part))
        assert total is not None
        return node.op.rule_name, total, pending, ""

    def joined(self, factors: Sequence[Node]) -> Node:
        """Factors that change, as one product."""
        product = _product(factors)
        self.moving.update(n for n in topological([product], stop=frozenset(factors)))
        return product

    def linear_rule(self, node: Node) -> tuple[str, Node, dict[Node, Node], str]:
        """f(u)' = f(u') for a row that is linear: −u, where(c, u, v)."""
        pending: dict[Node, Node] = {}
        args = [
            a
            if a.dtype.kind == "b"
            else self.placeholder(a, pending)
            if a in self.moving
            else constant(0)
            for a in node.args
        ]
        rule = node.op.rule_name or (
            "case by case" if node.op.selects else f"rule of {node.op.name}"
        )
        return rule, make(node.op, args, **dict(node.params)), pending, ""

    def chain_rule(self, node: Node) -> tuple[str, Node, dict[Node, Node], str]:
        """f(u)' = f'(u)·u'; f(u, v)' = ∂f/∂u·u' + ∂f/∂v·v': the row's own rule with letters for the
        arguments.
        """
        row, args = node.op, node.args
        names = iter("uvwpqrst")
        letters = [a if _is_number(a) else fresh(next(names)) for a in args]
        back = {u: a for u, a in zip(letters, args, strict=True) if not _is_number(a)}
        outer = make(row, letters, **dict(node.params))
        moving = [(u, a) for u, a in zip(letters, args, strict=True) if a in self.moving]
        pending: dict[Node, Node] = {}
        if len(moving) == 1:
            ((u, a),) = moving
            slope = self.slope(outer, u, letters)
            shown = replace([slope], back)[0]
            if a is not self.by:
                shown = _times(shown, self.placeholder(a, pending))
        else:
            tangents = {u: fresh(f"d{i}") for i, (u, _) in enumerate(moving)}
            (pushed,) = push_forward([outer], tangents)
            assert pushed is not None
            order = (
                [tangents[letters[0]], *letters, *tangents.values()]
                if letters[0] in tangents
                else letters
            )
            (form,) = reading([pushed], [n for n in order if n.op is INPUT])
            ends = {
                t: constant(1) if a is self.by else self.placeholder(a, pending)
                for (_, a), t in zip(moving, tangents.values(), strict=True)
            }
            shown = running(replace([form], {**back, **ends}))[0]  # u'·1 is u'
        return (
            self.named(node, moving, outer, pending),
            shown,
            pending,
            self.note(node, moving, outer, pending),
        )

    def slope(self, outer: Node, u: Node, letters: Sequence[Node]) -> Node:
        """f'(u), from the row."""
        (pushed,) = push_forward([outer], {u: constant(1.0)})
        return (
            constant(Fraction(0))
            if pushed is None
            else reading([pushed], [n for n in letters if n.op is INPUT])[0]
        )

    def named(
        self,
        node: Node,
        moving: Sequence[tuple[Node, Node]],
        outer: Node,
        pending: Mapping[Node, Node],
    ) -> str:
        """What a calculus text calls the rule."""
        name = node.op.name
        if name in ("power", "square") and len(moving) == 1:
            rule = ROWS["power"].rule_name if node.args[0] in self.moving else "exponential rule"
            return f"{rule} and chain rule" if pending else rule
        if node.op.rule_name:
            return node.op.rule_name if name != "power" else "general power rule"
        if node.op.family == "choice":
            return "case by case"
        return "chain rule" if pending else f"derivative of {line(outer, Text(()), LONGEST)}"

    def note(
        self,
        node: Node,
        moving: Sequence[tuple[Node, Node]],
        outer: Node,
        pending: Mapping[Node, Node],
    ) -> str:
        """What stands outside and what inside, where the chain rule is at work."""
        if not pending or len(moving) != 1 or node.op.name == "divide":
            return ""
        style = Text(self.variables)
        inside = line(moving[0][1], style, LONGEST)
        return f", {line(outer, style, LONGEST)} with {moving[0][0].name} = {inside}"


def _is_number(node: Node) -> bool:
    """A constant, or a number with a name."""
    return node.op is CONSTANT or (node.op.arity == 0 and node.op is not INPUT)


def _product(factors: Sequence[Node]) -> Node:
    total = factors[0]
    for f in factors[1:]:
        total = make(ROWS["multiply"], (total, f))
    return total


def _times(slope: Node, inner: Node) -> Node:
    """f'(u)·u'."""
    if slope.op is CONSTANT and slope.exact == 1:
        return inner
    return make(ROWS["multiply"], (slope, inner))
