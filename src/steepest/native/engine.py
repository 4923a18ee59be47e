"""Compiling: IR in, addresses of machine code out. The only place that imports llvmlite.

IR is parsed and verified before anything else is done with it, because malformed IR would end the
process. Code lives as long as the `Code` object that owns it.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
import time
from _thread import RLock
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from steepest.errors import CompilationError
from steepest.native import cache as disk
from steepest.native import vectormath

__all__ = [
    "Code",
    "Module",
    "available",
    "called",
    "compiled",
    "functions",
    "linked",
    "target",
    "translated",
]

FAR = "steepest_reduce_far"

_lock = RLock()  # one thing at a time, and no fork in the middle of it
_names = itertools.count(1)
TOGETHER = 64  # libraries that one linker makes


@dataclass(frozen=True, eq=False)
class Code:
    """Machine code in memory, and how it came about."""

    ir: str
    addresses: Mapping[str, int]
    size: int  # bytes of the object
    seconds: float  # that compiling (or loading) took
    cached: bool  # whether it came from the disk
    keep: Any = field(repr=False)  # what must live as long: the library, and objects it points to


@dataclass(frozen=True, eq=False)
class Module:
    """A module of IR, and the object that LLVM made of it."""

    ir: str
    image: bytes = field(repr=False)
    cached: bool


@dataclass(frozen=True, eq=False)
class Target:
    """This machine, as LLVM names it, and the services that make code for it."""

    triple: str
    cpu: str
    features: str
    llvm: tuple[int, ...]
    machines: Mapping[bool, Any] = field(repr=False)  # True: the one that hurries
    make_jit: Callable[[], Any] = field(repr=False)

    @property
    def fused(self) -> bool:
        """Whether there is a fused multiply-add."""
        return vectormath.has_fma(self.triple, self.features)

    @property
    def lanes(self) -> int:
        """How many doubles one vector register holds."""
        return 8 if "+avx512f" in self.features.split(",") else 4 if self.fused else 2


def available() -> str:
    """Why there is no machine code here; an empty text where there is."""
    engine = os.environ.get("STEEPEST_ENGINE", "")
    if engine == "python":
        return "STEEPEST_ENGINE=python turns machine code off"
    if engine not in ("", "native"):
        return f"STEEPEST_ENGINE={engine!r} is neither 'python' nor 'native'"
    try:
        target()
    except (ImportError, OSError, RuntimeError) as error:
        return f"llvmlite cannot be used here: {error}"
    return ""


@cache
def target() -> Target:
    """The machine we compile for, this one."""
    import llvmlite.binding as llvm

    with _lock:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        cpu = llvm.get_host_cpu_name()
        features = llvm.get_host_cpu_features().flatten()
        found = llvm.Target.from_default_triple()

        def machine(opt: int) -> Any:
            return found.create_target_machine(
                cpu=cpu, features=features, opt=opt, reloc="pic", codemodel="jitdefault", jit=True
            )

        def make_jit() -> Any:
            return llvm.create_lljit_compiler(
                found.create_target_machine(cpu=cpu, features=features, opt=1, jit=True)
            )

        version = tuple(llvm.llvm_version_info)
        machines = {True: machine(0), False: machine(1)}
        return Target(found.triple, cpu, features, version, machines, make_jit)


def translated(ir: str, optimise: int = 0, hurry: bool = False) -> Module:
    """The object of a module of IR, from the disk or made by LLVM.

    optimise   level of LLVM's passes over the IR; straight-line code needs none, loops want 1
    hurry      whether LLVM selects instructions and registers the quick way

    Raises CompilationError when the IR is malformed, which is a fault of ours.
    """
    here = target()
    with _lock:
        key = disk.key(ir, here.llvm, here.cpu, here.features, optimise, hurry)
        image = disk.load(key)
        if image is not None:
            return Module(ir, image, cached=True)
        image = _object(ir, optimise, here.machines[hurry])
        disk.store(key, image)
        return Module(ir, image, cached=False)


def compiled(ir: str, exports: Sequence[str], keep: Any = None, optimise: int = 0) -> Code:
    """Machine code for a module of IR: `linked` and `translated` in one."""
    started = time.perf_counter()
    return linked([translated(ir, optimise)], exports, started, keep=keep)


def linked(
    modules: Sequence[Module],
    exports: Sequence[str],
    started: float,
    imports: Mapping[str, int] | None = None,
    keep: Any = None,
    told: Sequence[str] = (),
) -> Code:
    """Modules as one library in memory: the addresses of the functions it exports.

    modules    what was asked for, and others that are the same for many and go with it
    started    when it was begun, by `time.perf_counter`
    imports    addresses of symbols in this process, which differ from run to run and are therefore
               no part of the text
    keep       objects that the code points to
    told       further IR that belongs to it, and is in memory already

    Raises CompilationError where that cannot be done.
    """
    with _lock:
        symbols = dict(imports or {})
        for module in modules:
            symbols |= _needed(module.ir)
        library = _linked([m.image for m in modules], exports, symbols)
    addresses = {name: library[name] for name in exports}
    size = sum(len(m.image) for m in modules)
    seconds = time.perf_counter() - started
    text = "\n; linked with\n\n".join([*(m.ir for m in modules), *told])
    return Code(text, addresses, size, seconds, modules[0].cached, (library, keep))


def functions(names: Iterable[str], lanes: int | Iterable[int] = 1) -> str:
    """The text of elementary functions, as this machine computes them, for loops to have inside.

    The same text for the same names, in whatever order: it is a part of the key on disk.

    Raises CompilationError for a function that there is no machine code for.
    """
    try:
        return vectormath.definitions(sorted(names), lanes, fused=target().fused, whole=False)
    except ValueError as error:
        raise CompilationError(str(error)) from error


def called(names: Iterable[str]) -> str:
    """What lets a module call the same functions, of one number, by their addresses.

    They are compiled once for all modules, which costs a call a nanosecond and spares each of them
    most of what LLVM would have to do.

    Raises CompilationError for a function that there is no machine code for.
    """
    try:
        return "".join(vectormath.declaration(n, fused=target().fused) for n in sorted(names))
    except ValueError as error:
        raise CompilationError(str(error)) from error


_DECLARED = re.compile(r"^declare .*@(steepest_\w+)\(", re.MULTILINE)


def _needed(ir: str) -> dict[str, int]:
    """The addresses of the functions of ours, and of the C library's, that a module calls."""
    found = {}
    for name in _DECLARED.findall(ir):
        if name.startswith(vectormath.PREFIX):
            found[name] = _library()[name]
        else:
            found[name] = _alone(name).addresses[name]
    return found


@cache
def _alone(name: str) -> Code:
    """A function that many modules call: compiled once for all, and never given up."""
    if name == FAR:
        return compiled(vectormath.FAR_TEXT, [name])
    text = vectormath.alone(name.removeprefix("steepest_"), fused=target().fused)
    return compiled(text, [name])


@cache
def _library() -> Mapping[str, int]:
    return vectormath.library_symbols()


def _object(ir: str, optimise: int, machine: Any) -> bytes:
    import llvmlite.binding as llvm

    try:
        # A context of its own, since a context never forgets a constant.
        module = llvm.parse_assembly(ir, llvm.create_context())
        module.verify()
    except RuntimeError as error:
        raise CompilationError(
            f"steepest wrote IR that LLVM refuses: {error}. Please report this, with the function; "
            "STEEPEST_ENGINE=python runs without machine code"
        ) from error
    if optimise or "alwaysinline" in ir:
        builder = llvm.create_pass_builder(
            machine, llvm.create_pipeline_tuning_options(speed_level=optimise)
        )
        passes = builder.getModulePassManager()
        if not optimise:
            passes = llvm.create_new_module_pass_manager()
            passes.add_always_inliner_pass()
        passes.run(module, builder)
    return bytes(machine.emit_object(module))


def _linked(
    images: Iterable[bytes], exports: Sequence[str], imports: Mapping[str, int]
) -> _Library:
    import llvmlite.binding as llvm

    builder = llvm.JITLibraryBuilder().add_current_process()
    for image in images:
        builder.add_object_img(image)
    for name in exports:
        builder.export_symbol(name)
    for name, address in imports.items():
        builder.import_symbol(name, address)
    jit, name = _linker()
    try:
        return _Library(builder.link(jit, name), jit)
    except RuntimeError as error:
        raise CompilationError(f"machine code could not be linked: {error}") from error


class _Library:
    """Linked code. A linker keeps some 9 kB of each library, even of those that are gone, so it is
    given up after some hundred, and goes with the last library that it linked.
    """

    def __init__(self, held: Any, jit: Any) -> None:
        self._held, self._jit = held, jit

    def __getitem__(self, name: str) -> int:
        return self._held[name]  # type: ignore[no-any-return]

    def __del__(
        self, ending: Callable[[], bool] = sys.is_finalizing, lock: Any = _lock
    ) -> None:  # at the very end the names of this module are gone already
        if ending():  # another thread may still be running it
            self._held.detach()
            self._jit.detach()
            return
        with lock:
            self._held.close()
            self._held = self._jit = None


_linkers: list[Any] = []  # the one in use


def _linker() -> tuple[Any, str]:
    """A linker, and a name that it has not seen."""
    k = next(_names)
    if not _linkers or k % TOGETHER == 0:
        _linkers[:] = [target().make_jit()]
    return _linkers[0], f"steepest{k}"


if hasattr(os, "register_at_fork"):  # LLVM must not be in the middle of anything then
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
