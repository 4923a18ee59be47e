"""One run of a user's function on handles.

The memory it touched, the guards it passed, what it read outside, what it lost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Hashable, Sequence
from contextvars import ContextVar
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.errors import CaptureError, NotDifferentiableError
from steepest.graph.graph import Guard
from steepest.graph.node import Node, Origin, make, set_origin
from steepest.graph.operation import FLOAT, ROWS, Operation
from steepest.graph.traced import Traced, as_node
from steepest.native.abi import following
from steepest.sources.capture.arrays import ArrayHandle, window_among
from steepest.sources.capture.guards import is_masked
from steepest.sources.capture.handle import Handle, has_handle, is_complex, is_strange, plain
from steepest.sources.capture.leaves import Leaves
from steepest.sources.capture.lines import Loss, is_library, line_of
from steepest.sources.capture.memory import Buffer, owner_of
from steepest.sources.capture.outside import Outside
from steepest.sources.capture.scalars import FloatHandle, ScalarHandle
from steepest.sources.capture.sweeping import sweep_one

if TYPE_CHECKING:
    from steepest.sources.capture.view import View

__all__ = ["Endless", "Loss", "Trace", "current", "is_library", "line_of"]

OPERATIONS = 1_000_000  # in one run

_running: ContextVar[tuple[Trace, ...]] = ContextVar("running", default=())


def current() -> Trace | None:
    """The trace of the innermost function that this thread is following; None outside of all."""
    traces = _running.get()
    return traces[-1] if traces else None


class Endless(BaseException):
    """A run has more operations than a trace can hold.

    No Exception, so that a user's `except Exception` in the loop does not swallow it.
    """


class Trace(Outside):
    """What one run of a function has shown.

    Handles point here; after `close` they are nothing but their values.
    """

    def __init__(self, leaves: Leaves, free: Container[Hashable] = ()) -> None:
        super().__init__(leaves, free)
        self.buffers: dict[int, Buffer] = {}  # by the identity of the array that owns the memory
        self.inputs: dict[Node, Any] = {}  # with their values
        # things that are held outside, and what they are called there
        self.outer: dict[int, tuple[Any, str]] = {}
        self.inside: dict[int, Any] = {}  # objects made in this run: their attributes are no facts
        self.followed: set[tuple[str, int, str]] = set()  # code that ran as a twin
        self.followed_codes: set[CodeType] = set()  # code that ran on a view of its globals
        self.views: dict[int, View] = {}  # by the identity of the real globals
        self.losses: list[Loss] = []
        self.faults: list[tuple[BaseException, Origin | None]] = []
        self.notes: dict[str, Origin | None] = {}
        # reasons why this trace is right but must not be used again
        self.unkept: dict[str, Origin | None] = {}
        self.following: list[Any] = []  # NumPy functions whose own Python is being followed
        self.operations = 0  # that were followed
        self.random = False
        self.seeded: dict[int, Any] = {}  # generators of random numbers that start the same way
        self.closed = False

    def __enter__(self) -> Trace:
        """From here on this is the current trace of the thread."""
        following(+1)
        _running.set((*_running.get(), self))
        return self

    def __exit__(self, *error: object) -> None:
        _running.set(_running.get()[:-1])
        following(-1)

    # ---- what happened, and where
    def where(self) -> Origin | None:
        """The line of the user's code that is running."""
        return line_of(sys._getframe(1))

    def lose(self, what: str) -> None:
        """Something left the trace: the whole function will be differentiated by differences."""
        if not self.closed:
            self.losses.append(Loss(what, self.where()))

    def note(self, what: str) -> None:
        """Something a person should know, which costs no exactness."""
        self.notes.setdefault(what, self.where())

    def do_not_keep(self, why: str) -> None:
        """It is right for this call, but what it rests on cannot be compared at the next one."""
        self.unkept.setdefault(why, self.where())

    def guard(self, node: Node, expected: Any, reason: str) -> None:
        """From here on the path is the one where `node` has the value `expected`."""
        if not self.closed:
            self.guards.append(Guard(node, expected, self.where(), reason))

    # ---- memory
    def own(self, value: Any, name: str, depth: int = 3) -> None:
        """`value` is held outside: arrays in it are inputs read again at every call."""
        if isinstance(value, Handle):
            return
        if isinstance(value, np.ndarray):
            block = owner_of(value)
            self.outer.setdefault(id(block), (block, name))
        elif depth and type(value) in (list, tuple, dict) and id(value) not in self.outer:
            self.outer[id(value)] = (value, name)
            if len(value) <= 1000:
                for v in value.values() if type(value) is dict else value:
                    self.own(v, name, depth - 1)

    def enter(self, value: Any) -> Any:
        """A value on its way into a user's frame: arrays come in as handles on their own memory."""
        if type(value) is np.ndarray and value.dtype.kind in "fiub":  # no subclass, no text
            return self.array(value, known=False)
        if type(value) is tuple:
            parts = tuple(self.enter(v) for v in value)
            return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
        return value

    def entered(self, value: Any) -> Any:
        """What `enter` does, in lists too: for those who take a list apart and forget it."""
        if type(value) in (list, tuple):
            parts = type(value)(self.entered(v) for v in value)
            return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
        return self.enter(value)

    def adopt(self, value: Any) -> Any:
        """A result that does not vary.

        An array becomes a handle, so that writing into it is seen.
        """
        if self.closed:
            return value
        if type(value) is np.ndarray and value.dtype.kind in "fiub":
            return self.array(value, known=True)
        if type(value) in (tuple, list):
            return type(value)(self.adopt(v) for v in value)
        return value

    def array(self, value: np.ndarray[Any, Any], known: bool) -> ArrayHandle:
        """A handle on an array's own memory.

        `known`: it was made in this run, by an operation we saw.
        """
        block = owner_of(value)
        if block.dtype != value.dtype:  # the bytes of one kind of number read as another
            self.lose(f"a view of {block.dtype} memory as {value.dtype}")
            value = block = value.copy()
        buffer = self.buffers.get(id(block))
        if buffer is None:
            if id(block) in self.outer:
                buffer = self._capture(block, self.outer[id(block)][1])
            else:
                buffer = Buffer(block)
                if not known:
                    self.do_not_keep(
                        "an array of unknown origin was used, which may depend on anything"
                    )
            self.buffers[id(block)] = buffer
        return ArrayHandle(self, value, buffer)

    def _capture(self, block: np.ndarray[Any, Any], name: str) -> Buffer:
        node = self.leaves.block(block, name)
        self.captured.append((node, block))
        return Buffer(block, node, captured=node)

    # ---- operations
    def lift(self, x: Any) -> Any:
        """What a derivative-side expression takes for x.

        A node-only handle for what is traced, plain numbers as they are.
        """
        if isinstance(x, Handle):
            return Traced(x.node)
        if type(x) in (list, tuple):
            return type(x)(self.lift(i) for i in x)
        if isinstance(x, np.matrix) or is_masked(x):
            raise NotDifferentiableError(
                f"{type(x).__name__} has operators of its own, which are not followed"
            )
        if isinstance(x, np.ndarray) and x.dtype.kind in "fiub":
            return Traced(self.array(x, known=False).node)
        return x

    def varies(self, x: Any) -> bool:
        """Whether a value (or anything in a list) depends on the inputs or on captured data."""
        if isinstance(x, Handle):
            return x._varies()
        if isinstance(x, np.ndarray):
            buffer = self.buffers.get(id(owner_of(x)))
            return buffer.varies if buffer is not None else id(owner_of(x)) in self.outer
        return type(x) in (list, tuple) and any(self.varies(i) for i in x)

    def combine(
        self,
        compute: Callable[..., Any],
        express: Callable[..., Any] | None,
        args: Sequence[Any],
        what: str = "",
    ) -> Any:
        """Apply an operation twice.

        `compute` on the numbers (NumPy's own value, and its own errors), `express` on nodes.

        `express` None, or raising NotDifferentiableError: the operation cannot be followed, and
        that is recorded.
        """
        value = compute(*[a._value if type(a) is ScalarHandle else plain(a) for a in args])
        single = type(value) is np.float64
        if not single and (window := window_among(args, value)) is not None:
            return window
        if self.closed or not any(type(a) is ScalarHandle or self.varies(a) for a in args):
            return self.adopt(value)
        if not single and is_complex(value):
            self.lose("complex numbers are not followed")
            return value
        return self.result(value, self.expressed(express, args, what))

    def expressed(self, express: Callable[..., Any] | None, args: Sequence[Any], what: str) -> Any:
        """The nodes of an operation on these arguments.

        None where it cannot be followed (which is recorded).
        """
        self.operations += 1
        if self.operations > OPERATIONS:
            raise Endless(self.where())
        if express is None:
            self.lose(f"{what} has no row")
            return None
        set_origin(line_of(sys._getframe(1)))
        try:
            if type(express) is Operation and ScalarHandle in map(type, args):
                nodes = [
                    a._node if type(a) is ScalarHandle else as_node(self.lift(a)) for a in args
                ]
                return make(express, nodes)
            return express(*[self.lift(a) for a in args])
        except NotDifferentiableError as error:
            self.lose(str(error))
        except Exception as error:  # noqa: BLE001  (NumPy has done this operation, so the fault is ours; told at the end)
            strange = next(filter(is_strange, args), None)
            if strange is not None:
                self.lose(f"{what} met an object of class {type(strange).__name__}")
                return None
            self.faults.append((error, self.where()))
            self.lose(
                f"{what or 'an operation'} failed inside steepest: {type(error).__name__}: {error}"
            )
        finally:
            set_origin(None)
        return None

    def result(self, value: Any, made: Any) -> Any:
        """A handle for a value and its node; several for several."""
        if made is None:
            return self.adopt(value)
        number = type(value) is np.float64 and type(made) is Node and not made.shape
        if number and made.dtype == FLOAT:
            return ScalarHandle(self, value, made)
        if type(value) in (tuple, list) or isinstance(value, tuple):
            parts = [self.result(v, m) for v, m in zip(value, made, strict=True)]
            # a named tuple takes its parts apart
            return getattr(type(value), "_make", type(value))(parts)
        if not isinstance(made, (Traced, Node)):  # a flag, a count: the same on every path
            return self.adopt(value)
        node = as_node(made)
        dtype = np.result_type(value)
        if node.shape != np.shape(value):
            wrong = CaptureError(f"{node.op.name} gave shape {node.shape} for {np.shape(value)}")
            self.faults.append((wrong, self.where()))
            self.lose(f"{node.op.name} failed inside steepest")
            return self.adopt(value)
        if node.dtype != dtype:
            node = make(ROWS["cast"], (node,), dtype=dtype.str)
        if isinstance(value, np.ndarray):
            block = value if value.base is None and value.flags.writeable else value.copy()
            buffer = self.buffers[id(block)] = Buffer(block, node)
            return ArrayHandle(self, block, buffer)
        if node.weak and type(value) is float:
            return FloatHandle(self, value, node)
        return ScalarHandle(self, np.asarray(value)[()], node)

    def node_like(self, made: Any, held: np.ndarray[Any, Any]) -> Node | None:
        """The node of what was written into `held`.

        None (nothing followed) stays None, a dtype is made the memory's own.
        """
        if made is None:
            return None
        node = as_node(made)
        return (
            node if node.dtype == held.dtype else make(ROWS["cast"], (node,), dtype=held.dtype.str)
        )

    def about_to_write(self, buffer: Buffer) -> None:
        """Memory is going to be written.

        If it is there outside the function, that is a side effect, and is said.
        """
        if buffer.captured is not None and buffer.before is None and not self.closed:
            buffer.before = buffer.block.copy()
            self.note(
                "an array outside the function is written: that happens when the function is "
                "traced, not at every call"
            )

    def stacked(self, parts: Any) -> Any:
        """An array of a (nested) list that holds handles, as `np.array` makes it."""
        rows = [self.stacked(p) if type(p) in (list, tuple) and has_handle(p) else p for p in parts]
        dtype = np.result_type(
            *(plain(r) if np.ndim(plain(r)) == 0 else np.asarray(plain(r)).dtype for r in rows)
        )

        def express(*nodes: Any) -> Any:
            cast = [
                make(ROWS["cast"], (n,), dtype=dtype.str) if n.dtype != dtype else n
                for n in map(as_node, nodes)
            ]
            return make(ROWS["stack"], tuple(cast), axis=0)

        return self.combine(lambda *values: np.array(values), express, rows, "np.array of a list")

    def as_array(self, x: Any, dtype: Any = None) -> Any:
        """A handle on an array.

        What `np.asarray` gives, an array sharing its memory where NumPy's would.
        """
        x = self.entered(x)
        if type(x) in (list, tuple) and has_handle(x):
            x = self.stacked(x)
        if isinstance(x, ScalarHandle):
            x = ArrayHandle.fresh(self, np.array(x._value), x.node)
        if isinstance(x, ArrayHandle):
            return x if dtype is None or np.dtype(dtype) == x.dtype else x.astype(dtype)
        value = np.asarray(x, dtype=dtype)
        return (
            self.array(value, known=not isinstance(x, np.ndarray))
            if value.dtype.kind in "fiub"
            else value
        )

    def fixed(self, x: Any, reason: str) -> Any:
        """A value as a plain one, because Python or a shape needs it so.

        What varies in it becomes a guard.
        """
        if isinstance(x, Handle):
            if x._varies():
                self.guard(x.node, np.array(x._plain()), reason)
            if not isinstance(x, ArrayHandle):
                return x._plain()
            known = x._plain().copy()
            self.buffers.setdefault(id(known), Buffer(known))
            return known
        if type(x) in (tuple, list):
            return type(x)(self.fixed(i, reason) for i in x)
        if type(x) is slice:
            return slice(
                self.fixed(x.start, reason), self.fixed(x.stop, reason), self.fixed(x.step, reason)
            )
        return x

    # ---- the end
    def close(self) -> None:
        """The run is over: handles that still exist somewhere are their values from now on."""
        for view in self.views.values():
            view.flush()
        self.sweep()
        self.closed = True
        self.buffers.clear()
        self.outer.clear()
        self.inside.clear()
        self.seeded.clear()

    def sweep(self) -> None:
        """Exchange handles stored outside (`log.append(v)`, `self.last = x`) for their values."""
        for thing, _ in list(self.outer.values()):
            sweep_one(thing)
