"""The grammar: tokens to syntax trees, by precedence, in one pass.

The parser is a Pratt parser ("Top down operator precedence", POPL 1973): an operand, then every
operator that binds more tightly than what stands to the left. Each part is read by a generator that
yields the parts it needs, and `_run` keeps them on a list: how deep a formula goes is our limit and
never the interpreter's.

What binds how tightly is the rows' own `precedence`; the table of readings is docs/formulas.md.
"""

from __future__ import annotations

from steepest.graph.operation import COMPARISON, MULTIPLICATION, NEGATION, POWER, ROWS
from steepest.sources.formula.application import LOOSEST, Application
from steepest.sources.formula.cursor import AROUND, CLOSING, INFIX, Reading
from steepest.sources.formula.declared import equation
from steepest.sources.formula.syntax import Apply, Name, Syntax
from steepest.sources.formula.tokens import END, LOWER, NUMBER, RAISE, SIGN, Token
from steepest.sources.formula.vocabulary import CONSTANT, FUNCTION, VARIABLE

__all__ = ["Grammar"]

ROOTS = {"√": "sqrt", "∛": "cbrt"}
ALONE = {NUMBER, VARIABLE, CONSTANT}  # tokens that are operands by themselves
OPERANDS = {*ALONE, FUNCTION}
JOINED = "joined"  # a product without a sign
COMPARISONS = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}


class Grammar(Application):
    """Reads one formula, from operators down to operands."""

    def outputs(self, start: int = 0) -> tuple[tuple[Syntax, ...], bool]:
        """The formula from token `start` on: its outputs, and whether it is a vector."""
        self.at = start
        vector = self.stands_for_a_vector()
        if vector:
            self.opened.append(self.take())
        found = [_run(self.expression(LOOSEST))]
        while vector and self.sees(","):
            from steepest.sources.formula.refusals import decimal_comma

            if decimal_comma(self, self.token.start, self.token.end):
                self.notes.decimal_comma(self.token)
            self.take()
            if self.sees(")", "]"):  # a comma may follow the last one, as in Python
                break
            found.append(_run(self.expression(LOOSEST)))
        if vector:
            self.close()
        if self.token.kind != END:
            from steepest.sources.formula.refusals import left_over

            raise left_over(self)
        return tuple(found), vector

    def stands_for_a_vector(self) -> bool:
        """[a, b] or (a, b) around the whole formula."""
        if not self.sees("[", "("):
            return False
        depth, comma = 0, False
        for i in range(self.at, len(self.tokens)):
            token = self.tokens[i]
            if token.kind != SIGN:
                continue
            depth += (token.text in "([{") - (token.text in ")]}")
            comma = comma or (token.text == "," and depth == 1)
            if depth == 0:
                return self.tokens[i + 1].kind == END and (comma or self.token.text == "[")
        return False

    def expression(self, minimum: int) -> Reading:
        """An operand and all operators after it that bind more tightly than `minimum`."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.wrong(
                self.token,
                f"Brackets, powers and signs go more than {self.limits.depth} levels deep here.",
                "Write parts of it as formulas of their own.",
            )
        left = yield from self.operand()
        before = ""  # the operator that made `left`, when it was made here, without brackets
        while row := self.follows(self.token, minimum):
            if row == JOINED:
                left = yield from self.juxtaposed(left, before)
                row = "multiply"
            elif row == RAISE:
                left = yield from self.raise_to(left)
            elif row == "°":
                left = self.degrees(left)
            else:
                left = yield from self.infix(left, row, before)
            before = row
        self.depth -= 1
        return left

    def follows(self, token: Token, minimum: int) -> str:
        """What binds more tightly than `minimum` at the token after an operand: the row of an
        operator, a product without a sign, RAISE or °; nothing, where the expression ends.
        """
        if token.kind == SIGN:
            row = INFIX.get(token.text)
            if row is not None:
                return row if ROWS[row].precedence > minimum else ""
            if token.text == "°":
                return "°"
        elif token.kind == RAISE:
            return RAISE
        return JOINED if minimum < MULTIPLICATION and self.opens_an_operand(token) else ""

    def lone(self, minimum: int) -> Syntax | None:
        """What `expression` gives where that is a number or a name alone; otherwise None."""
        if self.token.kind not in ALONE or self.depth == self.limits.depth:
            return None
        return None if self.follows(self.tokens[self.at + 1], minimum) else self.alone()

    def infix(self, left: Syntax, row: str, before: str) -> Reading:
        """The operator that stands here, applied to `left` and what follows."""
        sign = self.take()
        if row == "equal" and sign.text == "=" and not self.opened:
            raise equation(self.text, sign)
        if row == "power":
            if before == "raise":
                raise self.wrong(
                    sign,
                    "Two exponents follow one another.",
                    "Write (x²)^3 or x^(2^3), whichever is meant.",
                )
            exponent = self.lone(POWER - 1) or (yield self.expression(POWER - 1))
            return self.power(left, exponent)
        if row == "divide" and self.bare_argument_ended == self.at - 1:
            self.notes.argument_stops(left, sign)
        precedence = ROWS[row].precedence
        right = self.lone(precedence) or (yield self.expression(precedence))
        if row in COMPARISONS and before in COMPARISONS:
            return self.chained(left, row, right)
        return self.apply(row, left, right)

    def chained(self, left: Syntax, row: str, right: Syntax) -> Syntax:
        """0 < x < 1 is (0 < x) and (x < 1)."""
        assert isinstance(left, Apply)
        last = left.args[1] if left.row == "logical_and" else left
        middle = (
            last.args[1] if isinstance(last, Apply) and left.row == "logical_and" else left.args[1]
        )
        return self.apply("logical_and", left, self.apply(row, middle, right))

    def juxtaposed(self, left: Syntax, before: str) -> Reading:
        """A product without a sign: 2n, 3(x + 1), x sin x."""
        place, token, previous = self.at, self.token, self.tokens[self.at - 1]
        if token.kind == NUMBER:
            from steepest.sources.formula.refusals import number_after

            raise number_after(self, left, previous, token)
        if isinstance(left, Name) and token.text == "[" and previous.kind == VARIABLE:
            raise self.wrong(
                token,
                f"{left.name} is one number: it has no parts.",
                f"Name parts {left.name}_1, {left.name}_2. For a product write {left.name}*(…).",
            )
        ended = self.bare_argument_ended == place
        right = self.lone(MULTIPLICATION) or (yield self.expression(MULTIPLICATION))
        product = self.apply("multiply", left, right)
        if before == "divide":
            self.notes.divided_then_joined(product)
        if ended and token.kind != FUNCTION:
            self.notes.argument_stopped(product)
        if not token.spaced and previous.kind in (NUMBER, VARIABLE):
            self.notes.exponent_stopped(self.tokens, place, product)
        if previous.text == "|" and token.text != "|":
            self.notes.bars(self.tokens, place, product)
        return product

    def raise_to(self, base: Syntax) -> Reading:
        """A superscript: x², e⁻ᵗ."""
        exponent = yield from self.superscript()
        if self.token.kind == RAISE:
            raise self.wrong(
                self.token, "Two exponents follow one another.", "Put the inner power in brackets."
            )
        return self.power(base, exponent, end=self.tokens[self.at - 1].end)

    def superscript(self) -> Reading:
        """The exponent in raised characters that stands here."""
        first = self.take()
        self.opened.append(first)
        inside = yield self.expression(LOOSEST)
        self.opened.pop()
        if self.token.kind != LOWER:
            raise self.wrong(
                first, f"The exponent {first.text} cannot be read.", "Write it as ^(…)."
            )
        self.take()
        return inside

    def degrees(self, left: Syntax) -> Syntax:
        """90° is 90*pi/180."""
        sign = self.take()
        pi = self.apply("pi", start=sign.start, end=sign.end)
        return self.apply(
            "divide", self.apply("multiply", left, pi), self.number(180, sign), end=sign.end
        )

    def begins_an_operand(self) -> bool:
        """Whether an operand can begin at the token at hand."""
        return self.opens_an_operand(self.token)

    def opens_an_operand(self, token: Token) -> bool:
        """Whether an operand can begin at this token; a bar may also close what is open."""
        if token.kind != SIGN:
            return token.kind in OPERANDS
        if token.text == "|":
            return not (self.opened and self.opened[-1].text == "|")
        return token.text in CLOSING or token.text in ROOTS

    def operand(self) -> Reading:
        """A number, a name, a function of something, something in brackets or behind a sign."""
        token = self.token
        if token.kind in ALONE:
            return self.alone()
        if token.kind == FUNCTION:
            return (yield from self.function())
        if token.kind == SIGN and token.text in CLOSING:
            return (yield from self.group())
        if token.kind == SIGN and token.text in ("-", "+", "not", *ROOTS):
            return (yield from self.prefixed())
        from steepest.sources.formula.refusals import missing

        raise missing(self)

    def alone(self) -> Syntax:
        """The number or name that stands here."""
        token = self.take()
        if token.kind == VARIABLE:
            return self.name(token)
        if token.kind == NUMBER:
            number = self.number(token.value, token)
            self.notes.number(token)
            return number
        found = self.apply(token.text, start=token.start, end=token.end)
        if token.text == "euler" and self.text[token.start : token.end] != "ℯ":
            self.euler.append(found)
        return found

    def prefixed(self) -> Reading:
        """What stands behind a sign: -x, +x, not c, √x."""
        sign = self.take()
        if sign.text in ROOTS:
            return (yield from self.root(sign))
        inside = yield self.expression(COMPARISON - 1 if sign.text == "not" else NEGATION)
        if sign.text == "+":
            return inside
        row = "negative" if sign.text == "-" else "logical_not"
        return self.apply(row, inside, start=sign.start)

    def root(self, sign: Token) -> Reading:
        """A root takes what follows: a bracket alone, otherwise one factor with its power."""
        row = ROOTS[sign.text]
        if self.sees("(", "[", "{"):
            inside = yield from self.group()
            return self.apply(row, inside, start=sign.start)
        inside = yield self.expression(NEGATION)
        root = self.apply(row, inside, start=sign.start)
        if self.begins_an_operand() and not self.token.spaced and not self.sees("√", "∛"):
            self.notes.root_stops(root, self.token)
        return root

    def group(self) -> Reading:
        """(…), […], {…}, |…|, ⌊…⌋, ⌈…⌉."""
        opening = self.take()
        self.opened.append(opening)
        if self.sees(")", "]", "}") and opening.text in "([{":
            raise self.wrong(
                self.token,
                f"There is nothing between {opening.text} and {self.token.text}.",
                "Write a number or a name there, or leave the brackets out.",
            )
        inside = yield self.expression(LOOSEST)
        closing = self.close()
        if opening.text in AROUND:
            return self.apply(AROUND[opening.text], inside, start=opening.start, end=closing.end)
        inside.start, inside.end = opening.start, closing.end
        return inside

    def close(self) -> Token:
        """Take the bracket that closes the one opened last."""
        opening = self.opened[-1]
        wanted = CLOSING[opening.text]
        if not self.sees(wanted):
            from steepest.sources.formula.refusals import unclosed

            raise unclosed(self, opening, wanted)
        self.opened.pop()
        return self.take()


def _run(reading: Reading) -> Syntax:
    """Run a reading and everything it asks for, on a list instead of the interpreter's stack."""
    waiting = [reading]
    value: Syntax | None = None
    while waiting:
        try:
            waiting.append(waiting[-1].send(value))  # type: ignore[arg-type]
            value = None
        except StopIteration as finished:
            waiting.pop()
            value = finished.value
    assert value is not None, "every reading returns what it read"
    return value
