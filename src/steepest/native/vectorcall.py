"""What stands around a kernel: checks what a call gives, runs the kernel, makes results.

    PyObject *entry(self, args, nargsf, kwnames)        (the vectorcall protocol, PEP 590)

Every check is exact, and whatever is not as it was when the path was traced goes on to the entry of
another path, or to Python: other types, shapes or memory layouts, keywords, facts that changed,
guards that fail. Nothing between the checks and the kernel can run Python code, so what was checked
still holds when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from steepest.native import abi

__all__ = ["ATTRIBUTE", "CELL", "ITEM", "NEXT", "Form", "text_of"]

CELL, ITEM, ATTRIBUTE = "cell", "item", "attribute"
NEXT: Final = 1  # the place in a frame of the next one; before it its door, after it the kernel
_FRAME: Final = ("door", "next", "kernel")


@dataclass(frozen=True)
class Form:
    """What the text of an entry depends on.

    arguments   for each argument its shape, None for a float
    captured    for each array outside its shape, for a number the kind of fact
    facts       the kind of each, and whether there must be nothing
    results     for each output its shape, and whether it is made of zeros
    nest        how these are nested
    whole       whether ints are taken
    guarded     whether the kernel may say that it was not meant
    room        bytes from the start of the object called to the address of its frame
    """

    arguments: tuple[tuple[int, ...] | None, ...]
    captured: tuple[tuple[int, ...] | str, ...]
    facts: tuple[tuple[str, bool], ...]
    results: tuple[tuple[tuple[int, ...], bool], ...]
    nest: Any
    whole: bool
    guarded: bool
    room: int

    @cached_property
    def frame(self) -> Mapping[str, int]:
        """What a frame holds, and at which place: 64 bits each."""
        names = list(_FRAME)
        for k in range(len(self.facts)):
            names += [f"fact{k}_holder", f"fact{k}_key", f"fact{k}_was"]
        for k, kind in enumerate(self.captured):
            parts = ("holder", "key", "was") if isinstance(kind, str) else ()
            names += [f"number{k}_{part}" for part in parts] or [f"captured{k}"]
        return {name: at for at, name in enumerate(names)}


def text_of(form: Form) -> str:
    """The module of the entry of all functions that are called in this way."""
    return _Text(form).text()


_DECLARED: Final = """\
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyTuple_New(i64)
declare ptr @PyThreadState_Get()
declare ptr @_PyObject_MakeTpCall(ptr, ptr, ptr, i64, ptr)
declare ptr @PyDict_GetItem(ptr, ptr)
declare ptr @PyObject_GetAttr(ptr, ptr)
declare void @PyErr_Clear()
declare void @Py_DecRef(ptr)
declare ptr @numpy_new(ptr, ptr, i32, ptr, ptr, ptr, i32, ptr)
declare ptr @numpy_zeros(i32, ptr, ptr, i32)
@PyFloat_Type = external global i8
@PyLong_Type = external global i8
@numpy_float64 = external global i8
@numpy_array = external global i8
@numpy_double = external global i8
@steepest_open = external global i64
"""
_ENTRY: Final = """\
define ptr @entry(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames) {{
  %at = getelementptr i8, ptr %self, i64 {room}
  %frame = load ptr, ptr %at
  %result = tail call ptr @door(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %frame)
  ret ptr %result
}}
"""
_ELSEWHERE: Final = """\
missing:
  call void @PyErr_Clear()
  br label %elsewhere
elsewhere:
  %onward = getelementptr i8, ptr %frame, i64 8
  %next = load ptr, ptr %onward
  %last = icmp eq ptr %next, null
  br i1 %last, label %python, label %other
other:
  %door = load ptr, ptr %next
  %theirs = tail call ptr %door(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %next)
  ret ptr %theirs
python:
  %thread = call ptr @PyThreadState_Get()
  %plain = tail call ptr @_PyObject_MakeTpCall(ptr %thread, ptr %self, ptr %args, i64 %n, ptr %kwnames)
  ret ptr %plain
"""  # noqa: E501  (IR has no line continuation)


@dataclass
class _Text:
    """The lines of one entry, as they are written."""

    form: Form
    room: list[str] = field(default_factory=list)  # on the stack
    lines: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)  # globals and constants
    captured: dict[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    blocks: int = 0  # that there are, and names: for the next one's name
    names: int = 0

    def text(self) -> str:
        """The function, with all that it declares."""
        self._check_call()
        self._check_facts()
        self._read_numbers()
        self._check_arrays()
        self._run()
        body = "\n  ".join([*self.room, *self.lines])
        return (
            _DECLARED
            + "".join(line + "\n" for line in self.outside)
            + _ENTRY.format(room=self.form.room)
            + "define ptr @door(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %frame) {\n  "
            + body
            + "\n"
            + _ELSEWHERE
            + "}\n"
        )

    # ---- writing
    def new(self, line: str) -> str:
        """One instruction; the name of its result."""
        self.names += 1
        self.lines.append(f"%t{self.names} = {line}")
        return f"%t{self.names}"

    def at(self, base: str, offset: int) -> str:
        """An address some bytes further on."""
        return self.new(f"getelementptr i8, ptr {base}, i64 {offset}") if offset else base

    def load(self, kind: str, base: str, offset: int = 0) -> str:
        """What is there."""
        return self.new(f"load {kind}, ptr {self.at(base, offset)}")

    def own(self, name: str) -> str:
        """An address that is this path's own, from its frame."""
        return self.load("ptr", "%frame", 8 * self.form.frame[name])

    def equal(self, kind: str, a: str, b: Any) -> str:
        """Whether two numbers or addresses are equal."""
        return self.new(f"icmp eq {kind} {a}, {b}")

    def require(self, conditions: Sequence[str], otherwise: str = "elsewhere") -> None:
        """Go on only where all of these hold."""
        held = ""
        for condition in conditions:
            held = self.new(f"and i1 {held}, {condition}") if held else condition
        if held:
            self.blocks += 1
            self.lines.append(f"br i1 {held}, label %b{self.blocks}, label %{otherwise}, !prof !0")
            self.lines.append(f"b{self.blocks}:")

    # ---- checks
    def _check_call(self) -> None:
        self.lines.append("%n = and i64 %nargsf, 9223372036854775807")
        quiet = self.equal("i64", self.load("i64", "@steepest_open"), 0)
        count = self.equal("i64", "%n", len(self.form.arguments))
        self.require([self.equal("ptr", "%kwnames", "null"), count, quiet])
        self.outside.append('!0 = !{!"branch_weights", i32 1000, i32 1}')
        types = []
        for k, shape in enumerate(self.form.arguments):
            self.lines.append(f"%arg{k} = load ptr, ptr {self.at('%args', 8 * k)}")
            kind = self.load("ptr", f"%arg{k}", abi.TYPE)
            if shape is None:
                plain = self.equal("ptr", kind, "@PyFloat_Type")
                numpys = self.equal("ptr", kind, "@numpy_float64")
                either = self.new(f"or i1 {plain}, {numpys}")
                if self.form.whole:
                    self.lines.append(f"%int{k} = icmp eq ptr {kind}, @PyLong_Type")
                    either = self.new(f"or i1 {either}, %int{k}")
                types.append(either)
            else:
                types.append(self.equal("ptr", kind, "@numpy_array"))
        self.require(types)
        if self.form.whole:
            for k, shape in enumerate(self.form.arguments):
                if shape is None:
                    self._take_int(k)

    def _take_int(self, k: int) -> None:
        """Where the number of an argument is: in a float, or made from an int of one digit."""
        inside = self.at(f"%arg{k}", abi.VALUE)
        self.room.append(f"%made{k} = alloca double")
        here = f"b{self.blocks}"
        self.lines.append(f"br i1 %int{k}, label %whole{k}, label %float{k}")
        self.lines.append(f"whole{k}:")
        size = self.load("i64", f"%arg{k}", abi.SIZE)
        if abi.TAGGED:
            self.require([self.new(f"icmp ult i64 {size}, 16")])
            sign = self.new(f"sub i64 1, {self.new(f'and i64 {size}, 3')}")
        else:
            beyond = self.new(f"add i64 {size}, 1")
            self.require([self.new(f"icmp ule i64 {beyond}, 2")])
            sign = size
        digit = self.new(f"zext i32 {self.load('i32', f'%arg{k}', abi.DIGIT)} to i64")
        signed = self.new(f"mul i64 {sign}, {digit}")
        number = self.new(f"sitofp i64 {signed} to double")
        self.lines.append(f"store double {number}, ptr %made{k}")
        there = f"b{self.blocks}"
        self.lines.append(f"br label %float{k}")
        self.lines.append(f"float{k}:")
        self.lines.append(f"%at{k} = phi ptr [{inside}, %{here}], [%made{k}, %{there}]")
        self.blocks += 1  # what comes next has a label that `require` knows
        self.lines.append(f"br label %b{self.blocks}")
        self.lines.append(f"b{self.blocks}:")

    def _check_facts(self) -> None:
        for k, (kind, nothing) in enumerate(self.form.facts):
            name = f"fact{k}_"
            now = self._now(name, kind)
            if kind == ATTRIBUTE:
                self.lines.append(f"call void @Py_DecRef(ptr {now})")
            was = "null" if nothing else self.own(f"{name}was")
            self.require([self.equal("ptr", now, was)])

    def _now(self, name: str, kind: str) -> str:
        """What a fact is now, which may be null; an attribute as a new reference."""
        holder = self.own(f"{name}holder")
        if kind == CELL:
            return self.load("ptr", holder, abi.CELL)
        key = self.own(f"{name}key")
        if kind == ITEM:
            return self.new(f"call ptr @PyDict_GetItem(ptr {holder}, ptr {key})")
        now = self.new(f"call ptr @PyObject_GetAttr(ptr {holder}, ptr {key})")
        self.require([self.new(f"icmp ne ptr {now}, null")], "missing")
        return now

    def _read_numbers(self) -> None:
        """Read numbers outside, of which any will do that is of the type it was."""
        for k, kind in enumerate(self.form.captured):
            if not isinstance(kind, str):
                continue
            name = f"number{k}_"
            now = self._now(name, kind)
            if kind != ATTRIBUTE:
                self.require([self.new(f"icmp ne ptr {now}, null")])
            same = self.equal("ptr", self.load("ptr", now, abi.TYPE), self.own(f"{name}was"))
            self.room.append(f"%number{k} = alloca double")
            at = self.new(f"select i1 {same}, ptr {self.at(now, abi.VALUE)}, ptr %number{k}")
            self.lines.append(f"store double {self.load('double', at)}, ptr %number{k}")
            if kind == ATTRIBUTE:
                self.lines.append(f"call void @Py_DecRef(ptr {now})")
            self.require([same])

    def _arrays(self) -> list[tuple[str, tuple[int, ...]]]:
        found = [(f"%arg{k}", s) for k, s in enumerate(self.form.arguments) if s is not None]
        outside = enumerate(self.form.captured)
        self.captured = {
            k: (self.own(f"captured{k}"), s) for k, s in outside if not isinstance(s, str)
        }
        return [*found, *self.captured.values()]

    def _check_arrays(self) -> None:
        arrays = self._arrays()
        held = []
        needed = abi.CONTIGUOUS | abi.ALIGNED
        for array, shape in arrays:
            held.append(self.equal("i32", self.load("i32", array, abi.NDIM), len(shape)))
            held.append(self.equal("ptr", self.load("ptr", array, abi.DESCR), "@numpy_double"))
            flags = self.new(f"and i32 {self.load('i32', array, abi.FLAGS)}, {needed}")
            held.append(self.equal("i32", flags, needed))
        self.require(held)
        held = []
        for array, shape in arrays:
            if shape:
                dimensions = self.load("ptr", array, abi.DIMENSIONS)
                held += [
                    self.equal("i64", self.load("i64", dimensions, 8 * i), size)
                    for i, size in enumerate(shape)
                ]
        self.require(held)

    # ---- results
    def _run(self) -> None:
        """Compute, and make the result."""
        results = enumerate(self.form.results)
        arrays = {j: self._new_array(j, shape, zeros) for j, (shape, zeros) in results if shape}
        self.require([self.new(f"icmp ne ptr {a}, null") for a in arrays.values()], "nothing")
        places = [
            self.load("ptr", arrays[j], abi.DATA) if j in arrays else f"%result{j}"
            for j in range(len(self.form.results))
        ]
        numbers = [j for j in range(len(places)) if j not in arrays]
        self.room += [f"%result{j} = alloca double" for j in numbers]
        given = ", ".join(f"ptr {at}" for at in (*self._bases(), *places))
        held = self.new(f"call i32 {self.own('kernel')}({given})")
        if self.form.guarded:
            self.require([self.new(f"icmp ne i32 {held}, 0")], "stray")
        objects = dict(arrays)
        for j in numbers:
            x = self.load("double", f"%result{j}")
            objects[j] = self.new(f"call ptr @PyFloat_FromDouble(double {x})")
        self._give(objects)
        if arrays:
            self._undo("nothing", list(arrays.values()), "ret ptr null")
        if self.form.guarded:
            self._undo("stray", list(arrays.values()), "br label %elsewhere")

    def _bases(self) -> list[str]:
        """Where the numbers of each argument and of each captured array begin."""
        return [
            (f"%at{k}" if self.form.whole else self.at(f"%arg{k}", abi.VALUE))
            if shape is None
            else self.load("ptr", f"%arg{k}", abi.DATA)
            for k, shape in enumerate(self.form.arguments)
        ] + [
            f"%number{k}" if isinstance(a, str) else self.load("ptr", self.captured[k][0], abi.DATA)
            for k, a in enumerate(self.form.captured)
        ]

    def _give(self, objects: dict[int, str]) -> None:
        """Nest the results, and return them; where memory ran out, nothing stays behind."""
        made = list(objects.values())
        result, fills = self._nest(self.form.nest, objects, made)
        self.require([self.new(f"icmp ne ptr {o}, null") for o in made], "undone")
        for tuple_, items in fills:
            for i, item in enumerate(items):
                self.lines.append(f"store ptr {item}, ptr {self.at(tuple_, abi.ITEMS + 8 * i)}")
        self.lines.append(f"ret ptr {result}")
        self._undo("undone", made, "ret ptr null")

    def _undo(self, label: str, objects: Sequence[str], onward: str) -> None:
        drops = [f"call void @Py_DecRef(ptr {o})" for o in objects]
        self.lines += [f"{label}:", *drops, onward]

    def _new_array(self, j: int, shape: tuple[int, ...], zeros: bool) -> str:
        sizes = ", ".join(f"i64 {size}" for size in shape)
        self.outside.append(f"@shape{j} = private constant [{len(shape)} x i64] [{sizes}]")
        self._hold("@numpy_double")
        if zeros:
            sizes = f"i32 {len(shape)}, ptr @shape{j}"
            return self.new(f"call ptr @numpy_zeros({sizes}, ptr @numpy_double, i32 0)")
        return self.new(
            f"call ptr @numpy_new(ptr @numpy_array, ptr @numpy_double, i32 {len(shape)}, "
            f"ptr @shape{j}, ptr null, ptr null, i32 0, ptr null)"
        )

    def _hold(self, thing: str) -> None:
        """One more reference to an object."""
        bits = "i32" if abi.IMMORTAL else "i64"
        count = self.load(bits, thing)
        more = self.new(f"add {bits} {count}, 1")
        if abi.IMMORTAL:
            forever = self.equal(bits, more, 0)
            more = self.new(f"select i1 {forever}, {bits} {count}, {bits} {more}")
        self.lines.append(f"store {bits} {more}, ptr {thing}")

    def _nest(
        self, outputs: Any, objects: dict[int, str], made: list[str]
    ) -> tuple[str, list[tuple[str, list[str]]]]:
        """The operand of the whole result, and what each tuple in it is filled with."""
        if isinstance(outputs, int):
            return objects[outputs], []
        items, fills = [], []
        for part in outputs:
            item, inner = self._nest(part, objects, made)
            items.append(item)
            fills += inner
        whole = self.new(f"call ptr @PyTuple_New(i64 {len(outputs)})")
        made.append(whole)
        return whole, [*fills, (whole, items)]
