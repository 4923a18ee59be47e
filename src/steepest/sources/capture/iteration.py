"""Iteration over objects of the user's classes, by their own methods.

What NumPy makes of such objects is said here, too: an array of their elements.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from steepest.graph.operation import Traceable
from steepest.sources.capture.attributes import BASIC, Attributes, own_method

__all__ = ["Iteration"]


class Iteration(Attributes):
    """The part of the seam through which iteration goes."""

    @staticmethod
    def stepped(things: Any) -> bool:
        """Whether it is iterated over by methods of the user's."""
        kind = type(things)
        if kind in BASIC or issubclass(kind, Traceable):
            return False
        if own_method(kind, "__iter__") is not None or own_method(kind, "__next__") is not None:
            return True
        return not hasattr(kind, "__iter__") and own_method(kind, "__getitem__") is not None

    def is_sequence(self, things: Any) -> bool:
        """Whether NumPy makes an array of its elements."""
        kind = type(things)
        sized = hasattr(kind, "__len__") and hasattr(kind, "__getitem__")
        return sized and self.stepped(things) and not hasattr(kind, "__array__")

    def as_numpy(self, thing: Any) -> Any:
        """An object of the user's as NumPy takes it: what its `__array__` says, or its elements."""
        kind = type(thing)
        if kind in (list, tuple) and any(type(v) not in BASIC for v in thing):
            return kind(map(self.as_numpy, thing))
        if kind in BASIC or issubclass(kind, Traceable):
            return thing
        method = self.answers(kind, "__array__")
        if method is not None:
            return self.call(method, thing)
        return list(self.hinted(thing)) if self.is_sequence(thing) else thing

    def hinted(self, things: Any) -> Any:
        """Its elements, for those who first ask how many there will be, as Python's lists do."""
        length = self.answers(type(things), "__len__")
        if length is not None:
            self.call(length, things)
        return self.each(things)

    def steps(self, things: Any) -> Iterator[Any]:
        """The elements of such an object, one by one."""
        begin = self.answers(type(things), "__iter__")
        if begin is None and not hasattr(type(things), "__iter__"):
            step = functools.partial(self.item, things)
            yield from _until(IndexError, step, numbered=True)
            return
        under_way = things if begin is None else self.call(begin, things)
        step_on = self.answers(type(under_way), "__next__")
        if step_on is None:
            yield from under_way
        else:
            yield from _until(StopIteration, functools.partial(self.call, step_on, under_way))

    def each(self, things: Any) -> Any:
        """`for ... in things`."""
        if self.stepped(things) and not self.trace.closed:
            return map(self.trace.enter, self.steps(things))
        return super().each(things)

    def parts(self, value: Any) -> Any:
        """`a, b = value`."""
        if self.stepped(value) and not self.trace.closed:
            return list(self.hinted(value))
        return super().parts(value)

    def spread(self, things: Any) -> Any:
        """`f(*things)`, `[*things]`."""
        if self.stepped(things) and not self.trace.closed:
            return self.hinted(things)
        self.whole(things)
        return things

    def made(self, thing: Any) -> Any:
        """Something that was made in this run: it is not there outside."""
        if not self.trace.closed:
            self.trace.inside[id(thing)] = thing
        return thing


def _until(end: type[Exception], step: Callable[..., Any], numbered: bool = False) -> Iterator[Any]:
    number = 0
    while True:
        try:
            value = step(number) if numbered else step()
        except end:
            return
        yield value
        number += 1
