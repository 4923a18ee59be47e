"""Functions applied: sin(x), sin x, sin 3n, sin^2 x, sin^-1 x, max(a, b, c)."""

from __future__ import annotations

from collections.abc import Generator

from steepest.graph.operation import NEGATION, ROWS
from steepest.sources.formula.complaint import complaint
from steepest.sources.formula.cursor import CLOSING, Cursor, Reading
from steepest.sources.formula.syntax import Apply, Number, Syntax
from steepest.sources.formula.tokens import NUMBER, RAISE, Token
from steepest.sources.formula.vocabulary import CONSTANT, FUNCTION, VARIABLE

__all__ = ["Application"]

SEVERAL = {"minimum", "maximum"}  # any number of arguments: max(a, b, c) is max(max(a, b), c)
LOOSEST = 0


class Application(Cursor):
    """The part of the grammar that reads functions; `Grammar` reads what they are applied to."""

    def expression(self, minimum: int) -> Reading:
        """An operand and all operators after it that bind more tightly than `minimum`."""
        raise NotImplementedError

    def operand(self) -> Reading:
        """A number, a name, something in brackets, or a function of something."""
        raise NotImplementedError

    def begins_an_operand(self) -> bool:
        """Whether an operand can begin at this token."""
        raise NotImplementedError

    def superscript(self) -> Reading:
        """The exponent in raised characters that stands here."""
        raise NotImplementedError

    def close(self) -> Token:
        """Take the bracket that closes the one opened last."""
        raise NotImplementedError

    def function(self) -> Reading:
        """A function and what it is applied to: sin(x), sin 3n, sin^2 x, sin^-1 x, max(a, b)."""
        head = self.take()
        row, name = head.text, self.text[head.start : head.end]
        exponent: Syntax | None = None
        if self.sees("^"):
            self.take()
            exponent = yield from self.short_exponent()
        elif self.token.kind == RAISE:
            exponent = yield from self.superscript()
        if exponent is not None and (self.sees("^") or self.token.kind == RAISE):
            raise self.wrong(
                self.token, "Two exponents follow one another.", f"Write {name}(x)^(…)."
            )
        power_ends = self.tokens[self.at - 1].end
        if self.sees("(", "[", "{"):
            args = yield from self.arguments(head)
        elif self.begins_an_operand() or self.sees("-", "+"):
            if ROWS[row].arity != 1:
                raise self.wrong(
                    head, f"{name} takes {_arity(row)}, in brackets.", f"Write {_call(name, row)}."
                )
            args = [(yield from self.bare_argument(head))]
        else:
            raise self.wrong(
                head, f"{name} stands without what it is applied to.", f"Write {_call(name, row)}."
            )
        end = self.tokens[self.at - 1].end
        if exponent is not None:
            row, exponent = self.inverse(head, row, exponent, power_ends)
        self.notes.radians(row, args[0], self.text[head.start : end])
        call = self.applied(row, args, head.start, end)
        return call if exponent is None else self.power(call, exponent, end=end)

    def applied(self, row: str, args: list[Syntax], start: int, end: int) -> Apply:
        """A row and its arguments; max of many as max of two, pow as a power."""
        if row == "power":
            return self.power(args[0], args[1], end=end)
        if row not in SEVERAL:
            return self.apply(row, *args, start=start, end=end)
        folded = self.apply(row, args[0], args[1], start=start, end=end)
        for more in args[2:]:
            folded = self.apply(row, folded, more, start=start, end=end)
        return folded

    def short_exponent(self) -> Reading:
        """The exponent in sin^2 x: one number, name or bracket, with its sign."""
        sign = self.take() if self.sees("-") else None
        if self.token.kind not in (NUMBER, VARIABLE, CONSTANT) and not self.sees("(", "{", "["):
            from steepest.sources.formula.refusals import missing

            raise missing(self)
        inside = yield from self.operand()
        return self.apply("negative", inside, start=sign.start) if sign else inside

    def inverse(
        self, head: Token, row: str, exponent: Syntax, end: int
    ) -> tuple[str, Syntax | None]:
        """In sin^-1 x the row is arcsin; other negative powers of functions are refused."""
        name = self.text[head.start : head.end]
        if ROWS[row].arity != 1:
            raise complaint(
                self.text,
                head.start,
                end,
                f"{name} takes {_arity(row)}: a power belongs behind the brackets.",
                f"Write {_call(name, row)}^2.",
            )
        if not (isinstance(exponent, Apply) and exponent.row == "negative"):
            return row, exponent
        inside = exponent.args[0]
        one = isinstance(inside, Number) and inside.value == 1
        if one and f"arc{row}" in ROWS:
            self.notes.inverse(head, self.text[head.start : end], f"arc{row}", name)
            return f"arc{row}", None
        raise complaint(
            self.text,
            head.start,
            end,
            f"A negative power of {name} could be its inverse function or a reciprocal.",
            f"Write 1/{name}(x){'' if one else '^2'}, or the inverse function by its name.",
        )

    def arguments(self, head: Token) -> Generator[Reading, Syntax, list[Syntax]]:
        """The arguments in brackets, as many as the function takes."""
        opening = self.take()
        self.opened.append(opening)
        found: list[Syntax] = []
        if not self.sees(CLOSING[opening.text]):
            found.append((yield self.expression(LOOSEST)))
            while self.sees(","):
                self.take()
                found.append((yield self.expression(LOOSEST)))
        closing = self.close()
        row, name = head.text, self.text[head.start : head.end]
        wanted = ROWS[row].arity
        if len(found) == wanted or (row in SEVERAL and len(found) >= 2):
            return found
        from steepest.sources.formula.refusals import decimal_comma

        remedy = f"Write {_call(name, row)}."
        if row == "log" and len(found) == 2:
            remedy = (
                "log is the natural logarithm; to base b write log(x)/log(b), or log2(x), log10(x)."
            )
        elif decimal_comma(self, opening.end, closing.start):
            remedy = "Decimals are written with a point: 1.5."
        raise complaint(
            self.text,
            head.start,
            closing.end,
            f"{name} takes {_arity(row)}; {len(found) or 'none'} "
            f"{'is' if len(found) == 1 else 'are'} given.",
            remedy,
        )

    def bare_argument(self, head: Token) -> Reading:
        """The argument in sin 3n: factors written together; after a number one more (sin 2 x)."""
        only_number = self.token.kind == NUMBER
        argument = yield self.expression(NEGATION)
        only_number = only_number and isinstance(argument, Number)
        joined = False
        while self.begins_an_operand():
            token = self.token
            together = not token.spaced or (only_number and token.kind != FUNCTION)
            if not together:
                break
            if token.kind == NUMBER:
                from steepest.sources.formula.refusals import number_after

                raise number_after(self, argument, self.tokens[self.at - 1], token)
            joined = joined or token.kind not in (VARIABLE, CONSTANT)
            place = self.at
            right = yield self.expression(NEGATION)
            argument, only_number = self.apply("multiply", argument, right), False
            self.notes.exponent_stopped(self.tokens, place, argument)
        if joined:
            self.notes.argument_reaches(head, argument)
        self.bare_argument_ended = self.at
        return argument


def _arity(row: str) -> str:
    if row in SEVERAL:
        return "two or more arguments"
    count = ROWS[row].arity
    return "one argument" if count == 1 else f"{count} arguments"


def _call(name: str, row: str) -> str:
    if row == "where":
        return f"{name}(x > 0, a, b)"
    letters = "x" if ROWS[row].arity == 1 else "abcd"[: ROWS[row].arity or 2]
    return f"{name}({', '.join(letters)})"
