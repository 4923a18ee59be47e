"""Random numbers: a generator that the function seeds itself gives the same draws every time.

Such draws are constants of the function. Any other generator's belong to one call, and the trace is
not kept. What varies may be the location or the scale of a draw, or what is shuffled: then the draw
is said in terms of a standard one, which does not vary.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.graph.traverse import topological
from steepest.sources.capture.arrays import ArrayHandle
from steepest.sources.capture.handle import Handle, has_handle, plain

if TYPE_CHECKING:
    from steepest.sources.capture.trace import Trace

__all__ = [
    "draw",
    "is_generator",
    "is_seed",
    "made_generator",
    "makes_generator",
    "shared_generator",
]

_MAKERS = (
    "default_rng", "Generator", "RandomState", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937",
    "Philox", "SFC64",
)  # fmt: skip

# Who draws has loaded one of these; looking at them here would load them for everybody.
_HOMES = (("random", ("Random",)), ("numpy.random", ("Generator", "RandomState")))


def _known() -> tuple[Any, ...]:
    """The classes of generators that anybody can have."""
    homes = ((sys.modules.get(home), names) for home, names in _HOMES)
    found = (getattr(home, name, None) for home, names in homes if home for name in names)
    return tuple(kind for kind in found if kind is not None)


def is_generator(thing: Any) -> bool:
    """Whether this is a generator of random numbers."""
    return isinstance(thing, _known())


def is_seed(function: Any) -> bool:
    """Whether this is `np.random.seed`."""
    return "numpy.random" in sys.modules and function is np.random.seed


def shared_generator() -> Any:
    """The generator that `np.random.seed` seeds."""
    return np.random.get_state.__self__  # type: ignore[attr-defined]


def makes_generator(function: Any) -> bool:
    """Whether a call of this makes a generator of random numbers, or seeds for one."""
    if "numpy.random" in sys.modules and any(function is getattr(np.random, m) for m in _MAKERS):
        return True
    return function is getattr(sys.modules.get("random"), "Random", makes_generator)


def made_generator(
    trace: Trace, function: Any, args: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """`np.random.default_rng(0)` and its like."""
    args = tuple(trace.fixed(a, "it is a seed") for a in args)
    named = {k: trace.fixed(v, "it is a seed") for k, v in named.items()}
    made = function(*args, **named)
    seeds = (*args, *named.values())
    if seeds and all(id(s) in trace.seeded or _is_seed(s) for s in seeds):
        trace.seeded[id(made)] = made
    trace.inside[id(made)] = made
    return made


def _is_seed(x: Any) -> bool:
    if type(x) in (list, tuple):
        return all(map(_is_seed, x))
    return isinstance(x, (int, float, str, bytes, np.integer, np.ndarray))


def draw(
    trace: Trace, own: Any, function: Any, args: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """A method of a generator."""
    name = function.__name__
    if name == "seed" and args and _is_seed(seed := trace.fixed(args[0], "it is a seed")):
        trace.seeded[id(own)] = own
        trace.note(
            "a generator of random numbers outside the function is seeded: that happens when the "
            "function is traced, not at every call"
        )
        return function(seed)
    if id(own) not in trace.seeded:
        trace.random = True
    if not any(map(trace.varies, (*args, *named.values()))):
        if name == "shuffle" and isinstance(args[0], ArrayHandle):
            trace.about_to_write(args[0]._buffer)
            function(args[0]._held, *plain(args[1:]), **named)
            args[0].written(None)
            return None
        if name == "spawn":
            made = function(*plain(args), **plain(named))
            if id(own) in trace.seeded:
                trace.seeded.update((id(m), m) for m in made)
            return made
        out = named.get("out")
        if not isinstance(out, ArrayHandle):
            return trace.adopt(function(*plain(args), **plain(named)))
        trace.about_to_write(out._buffer)
        function(*plain(args), **plain(named))
        out.written(None)
        return out
    rule = RULES.get(name)
    before = copy.deepcopy(own)
    said = None if rule is None else rule(trace, own, *args, **named)
    wanted = _drawn(before, name, args, named)
    if said is not None and np.array_equal(plain(said[0]), wanted):
        return said[1]() if callable(said[1]) else said[0]
    own_state = _state(before)
    _restore(own, own_state, before)
    for a in (*args, *named.values()):
        _settle(trace, a, name)
    return trace.adopt(function(*plain(args), **plain(named)))


def _drawn(before: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What NumPy itself draws, from a copy of the generator as it was."""
    again = copy.deepcopy(before)
    values, options = plain(args), plain(named)
    if name == "shuffle":
        values = (copy.deepcopy(values[0]), *values[1:])
        getattr(again, name)(*values, **options)
        return values[0]
    return getattr(again, name)(*values, **options)


def _is_pythons(generator: Any) -> bool:
    return isinstance(generator, getattr(sys.modules.get("random"), "Random", ()))


def _is_numpys(generator: Any) -> bool:
    return "numpy.random" in sys.modules and isinstance(generator, np.random.Generator)


def _state(generator: Any) -> Any:
    if _is_numpys(generator):
        return generator.bit_generator.state
    return generator.getstate() if _is_pythons(generator) else generator.get_state()


def _restore(generator: Any, state: Any, before: Any) -> None:
    """Put a generator back to where it was."""
    if _is_numpys(generator):
        generator.bit_generator.state = state
    elif _is_pythons(generator):
        generator.setstate(state)
    else:
        generator.set_state(state)


def _settle(trace: Trace, x: Any, name: str) -> None:
    """An argument of a draw that cannot be said by a standard one.

    What rests on arrays outside alone belongs to the path; what rests on the inputs is lost.
    """
    if type(x) in (list, tuple) and has_handle(x):
        for i in x:
            _settle(trace, i, name)
    elif isinstance(x, Handle) and x._varies():
        if set(trace.inputs) & set(topological([x.node])):
            trace.lose(f"a draw by .{name}() depends on a value that varies")
        else:
            trace.fixed(x, f"it tells what .{name}() draws")


# ---- draws in terms of standard ones: the value, or the value and what is to be done with it


def _shape(size: Any, *given: Any) -> Any:
    return np.broadcast_shapes(*map(np.shape, given)) if size is None else size


def _sized(made: Any, size: Any, *given: Any) -> Any:
    """A number where NumPy gives one."""
    return made[()] if size is None and not _shape(size, *given) else made


def _normal(trace: Trace, own: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    z = own.standard_normal(_shape(size, loc, scale))
    return _sized(loc + scale * trace.adopt(np.asarray(z)), size, loc, scale), None


def _uniform(trace: Trace, own: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    if _is_pythons(own):
        return low + (high - low) * own.random(), None
    u = own.random(_shape(size, low, high))
    return _sized(low + (high - low) * trace.adopt(np.asarray(u)), size, low, high), None


def _exponential(trace: Trace, own: Any, scale: Any = 1.0, size: Any = None) -> Any:
    e = own.standard_exponential(_shape(size, scale))
    return _sized(scale * trace.adopt(np.asarray(e)), size, scale), None


def _gamma(trace: Trace, own: Any, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
    if trace.varies(shape):
        return None
    g = own.standard_gamma(plain(shape), _shape(size, shape, scale))
    return _sized(scale * trace.adopt(np.asarray(g)), size, shape, scale), None


def _gauss(trace: Trace, own: Any, mu: Any = 0.0, sigma: Any = 1.0) -> Any:
    return mu + own.gauss(0.0, 1.0) * sigma, None


def _choice(trace: Trace, own: Any, a: Any, *args: Any, **named: Any) -> Any:
    """The places are drawn, and the elements are gathered."""
    if _is_pythons(own):
        return a[own.choice(range(len(a)))], None
    a = trace.as_array(a)
    if any(map(trace.varies, (*args, *named.values()))) or a.ndim != 1:
        return None
    return a[own.choice(len(a), *plain(args), **plain(named))], None


def _permutation(trace: Trace, own: Any, x: Any, *args: Any, **named: Any) -> Any:
    x = trace.as_array(x)
    return None if args or named or not x.ndim else (x[own.permutation(len(x))], None)


def _shuffle(trace: Trace, own: Any, x: Any, *args: Any, **named: Any) -> Any:
    if args or named:
        return None
    places = np.arange(len(x))
    if not isinstance(x, ArrayHandle):  # a list: its numbers are moved in place
        numbers = list(places)
        own.shuffle(numbers)
        moved = [x[i] for i in numbers]
        return moved, lambda: x.__setitem__(slice(None), moved)
    own.shuffle(places)
    found = x[places]
    return found, lambda: x.__setitem__(..., found)


RULES: dict[str, Callable[..., Any]] = {
    "normal": _normal, "uniform": _uniform, "exponential": _exponential, "gamma": _gamma,
    "gauss": _gauss, "normalvariate": _gauss,
    "choice": _choice, "permutation": _permutation, "shuffle": _shuffle,
}  # fmt: skip
