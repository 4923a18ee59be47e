"""Notes: what was taken where another reading was possible. Callers print them."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.graph.operation import ROWS
from steepest.sources.formula.spelling import spelling
from steepest.sources.formula.syntax import Apply, Number, Syntax, bracketed, decimal
from steepest.sources.formula.tokens import SIGN, Token
from steepest.sources.formula.vocabulary import CONSTANT, VARIABLE

__all__ = ["Notes"]

MOST = 20  # beyond that many notes nobody reads on
LONGEST = 60  # characters of the formula quoted in a note
ANGLES = {"sin", "cos", "tan", "sec", "csc", "cot"}  # functions of an angle in radians
FULL_TURN = 6.283185307179586


class Notes:
    """Collects the notes of one formula; `listed` gives each once, in the order of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[tuple[int, str]] = []
        self.scientific: list[Token] = []  # numbers such as 3e2: trouble where e is a variable

    def add(self, position: int, note: str) -> None:
        """Keep a note about the character at `position`; line ends in what it quotes are spaces."""
        self.found.append((position, " ".join(note.split())))

    def listed(self) -> tuple[str, ...]:
        """All notes, in order; after the first twenty only how many more there are."""
        notes = list(dict.fromkeys(note for _, note in sorted(self.found, key=lambda f: f[0])))
        more = len(notes) - MOST
        return tuple(notes) if more <= 0 else (*notes[:MOST], f"and {more} more such notes")

    def too_much(self, piece: Syntax) -> bool:
        """Whether a piece is too long to quote, or there are notes enough already."""
        return piece.end - piece.start > LONGEST or len(self.found) > 2 * MOST

    def quoted(self, piece: Syntax | Token) -> str:
        """The text of a piece."""
        return self.text[piece.start : piece.end]

    def read_as(self, piece: Syntax, otherwise: str) -> None:
        """Note the reading of a short piece, and how to write the other one."""
        if not self.too_much(piece):
            self.add(
                piece.start,
                f"{self.quoted(piece)} is read as {bracketed(piece, spelling)}; {otherwise}",
            )

    def number(self, token: Token) -> None:
        """Remember a number in scientific notation."""
        if token.mark:
            self.scientific.append(token)

    def divided_then_joined(self, product: Apply) -> None:
        """In 1/2n a product without a sign binds like one with a sign."""
        if self.too_much(product):
            return
        quotient, factor = product.args
        assert isinstance(quotient, Apply)
        top, bottom = quotient.args
        space = " " if factor.start > bottom.end else ""
        low = f"{self.quoted(bottom)}{space}{self.quoted(factor)}"
        self.read_as(product, f"to divide by all of it write {self.quoted(top)}/({low})")

    def exponent_stopped(self, tokens: Sequence[Token], place: int, product: Syntax) -> None:
        """In x^2n the exponent is the 2 alone. `place` is the token after it."""
        sign = place - 2
        if tokens[sign].kind == SIGN and tokens[sign].text == "-":
            sign -= 1
        following = tokens[place]
        if sign < 1 or tokens[sign].text != "^":
            return
        if following.spaced or following.kind not in (VARIABLE, CONSTANT):
            return
        exponent = self.text[tokens[sign + 1].start : tokens[place - 1].end]
        more = self.quoted(following)
        self.add(
            tokens[sign].start,
            f"in ^{exponent}{more} the exponent is {exponent} alone; if {more} belongs to it "
            f"write ^({exponent}{more})",
        )

    def argument_stopped(self, product: Apply) -> None:
        """In sin 3n e the space ends the argument."""
        if self.too_much(product):
            return
        factor = product.args[1]
        self.read_as(
            product, f"if {self.quoted(factor)} belongs to the argument put it in brackets"
        )

    def argument_stops(self, call: Syntax, sign: Token) -> None:
        """In sin x/2 the sign of division ends the argument."""
        if call.end - call.start <= LONGEST:
            self.add(
                call.start,
                f"in {self.quoted(call)}{self.quoted(sign)}… the division comes after the "
                "function; for the function of the quotient use brackets",
            )

    def argument_reaches(self, head: Token, argument: Syntax) -> None:
        """In sin 2(x + 1) everything written together is the argument."""
        if not self.too_much(argument):
            name = self.quoted(head)
            self.add(
                head.start,
                f"{self.text[head.start : argument.end]} is read as {name} of "
                f"{bracketed(argument, spelling)}; brackets around the argument settle it",
            )

    def root_stops(self, root: Syntax, following: Token) -> None:
        """In √2x the root is that of 2 alone."""
        if root.end - root.start <= LONGEST:
            shown = self.quoted(root)
            self.add(
                root.start,
                f"{shown}{self.quoted(following)}: the root is {shown} alone; for the root of the "
                "product use brackets",
            )

    def bars(self, tokens: Sequence[Token], place: int, product: Apply) -> None:
        """In |a|b|c| bars pair up from the left."""
        if any(t.kind == SIGN and t.text == "|" for t in tokens[place + 1 : place + 40]):
            self.add(
                product.start,
                "bars | | pair up from the left: |a|b|c| is |a|*b*|c|; write abs(…) for one "
                "inside another",
            )

    def inverse(self, head: Token, shown: str, row: str, name: str) -> None:
        """In sin^-1 x the -1 is no exponent."""
        self.add(
            head.start,
            f"{shown} is the inverse function {row}; for the reciprocal write 1/{name}(x)",
        )

    def radians(self, row: str, argument: Syntax, shown: str) -> None:
        """In sin(90) somebody may be thinking of degrees."""
        if row not in ANGLES:
            return
        minus = isinstance(argument, Apply) and argument.row == "negative"
        inside = argument.args[0] if isinstance(argument, Apply) and minus else argument
        if isinstance(inside, Number) and inside.value > FULL_TURN:
            value = float(inside.value) * (-1 if minus else 1)
            angle = f"{'-' if minus else ''}{decimal(inside.value)}"
            self.add(
                argument.start,
                f"{shown} is in radians: {row}({angle}) = {float(ROWS[row].run(value)):.6g}; for "
                f"degrees write {row}({angle}°)",
            )

    def decimal_comma(self, token: Token) -> None:
        """In (1,5) somebody may be thinking of a decimal number."""
        self.add(
            token.start,
            "the comma separates the parts of a vector; decimals are written with a point",
        )

    def scientific_number(self, token: Token) -> None:
        """A number such as 3e2 where no variable e is in sight."""
        plain, _, power = token.text.partition(token.mark)
        other = f"{plain}*{token.mark}^{power}"
        if power[0] in "+-−":
            other = f"{plain}*{token.mark} {power[0]} {power[1:]}"
        value = decimal(token.value)
        note = f"{token.text} is the number {value}; with a variable {token.mark} write {other}"
        self.add(token.start, note)
