"""Arrays through the functions in machine code, and how far their values are from the truth."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import llvmlite.binding as llvm
import mpmath
import numpy as np
import scipy.special
from numpy.typing import NDArray

from steepest.native.vectormath import ARITY, FAR_TEXT, NAMES, definitions, library_symbols
from steepest.native.vectormath.assembly import FORMULAS

Reals = NDArray[Any]
Points = tuple[Reals, ...]

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()

SINGLE = tuple(name for name in NAMES if name != "sincos")
HOST = {
    "cpu": llvm.get_host_cpu_name(),
    "features": llvm.get_host_cpu_features().flatten(),
}


# --- compiled loops -------------------------------------------------------------------------------


def loop(name: str, lanes: int) -> str:
    """IR of a function that fills an array, `lanes` at a time; it counts in full vectors."""
    double = "double" if lanes == 1 else f"<{lanes} x double>"
    suffix = "" if lanes == 1 else f"_v{lanes}"
    results = 2 if name == "sincos" else 1
    returned = double if results == 1 else f"{{{double}, {double}}}"
    inputs = [f"x{i}" for i in range(ARITY[name])]
    outputs = [f"y{i}" for i in range(results)]
    body = []
    for pointer in inputs:
        body += [
            f"%at_{pointer} = getelementptr double, ptr %{pointer}, i64 %i",
            f"%v_{pointer} = load {double}, ptr %at_{pointer}, align 8",
        ]
    listed = ", ".join(f"{double} %v_{pointer}" for pointer in inputs)
    body.append(f"%result = call {returned} @steepest_{name}{suffix}({listed})")
    for i, pointer in enumerate(outputs):
        value = "%result"
        if results > 1:
            value = f"%part{i}"
            body.append(f"{value} = extractvalue {returned} %result, {i}")
        body += [
            f"%at_{pointer} = getelementptr double, ptr %{pointer}, i64 %i",
            f"store {double} {value}, ptr %at_{pointer}, align 8",
        ]
    pointers = ", ".join(f"ptr noalias %{p}" for p in inputs + outputs)
    return "\n".join(
        [
            f"define void @loop_{name}{suffix}({pointers}, i64 %n) {{",
            "entry:\n  br label %loop",
            "loop:\n  %i = phi i64 [0, %entry], [%next, %loop]",
            *(f"  {line}" for line in body),
            f"  %next = add i64 %i, {lanes}",
            "  %more = icmp slt i64 %next, %n",
            "  br i1 %more, label %loop, label %done",
            "done:\n  ret void\n}\n",
        ]
    )


@dataclass
class Compiled:
    """The functions of some names and lanes, to be called with arrays."""

    names: Sequence[str]
    lanes: Sequence[int]
    fused: bool = True
    whole: bool = True
    level: int = 2
    inlined: bool = True
    vectorized: bool = True  # whether LLVM may make vectors of loops that are written without
    target: dict[str, str] = field(default_factory=lambda: dict(HOST))
    assembly: str = ""
    engine: Any = None

    def __post_init__(self) -> None:
        text = definitions(self.names, self.lanes, fused=self.fused, whole=self.whole)
        text += "".join(loop(name, lanes) for name in self.names for lanes in self.lanes)
        module = llvm.parse_assembly(text)
        if not self.whole:
            module.link_in(llvm.parse_assembly(FAR_TEXT))
        module.verify()
        machine = llvm.Target.from_default_triple().create_target_machine(
            opt=self.level, jit=True, reloc="static", codemodel="jitdefault", **self.target
        )
        if self.inlined:
            options = llvm.create_pipeline_tuning_options(speed_level=self.level)
            options.loop_vectorization = options.slp_vectorization = self.vectorized
            builder = llvm.create_pass_builder(machine, options)
            builder.getModulePassManager().run(module, builder)
        self.assembly = machine.emit_assembly(module)
        for symbol, address in library_symbols().items():
            llvm.add_symbol(symbol, address)
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()

    def entry(self, name: str, lanes: int) -> Callable[..., None]:
        """The loop itself: pointers to inputs, pointers to outputs, and the number of elements."""
        results = 2 if name == "sincos" else 1
        types = [ctypes.c_void_p] * (ARITY[name] + results) + [ctypes.c_int64]
        suffix = "" if lanes == 1 else f"_v{lanes}"
        address = self.engine.get_function_address(f"loop_{name}{suffix}")
        return ctypes.CFUNCTYPE(None, *types)(address)

    def __call__(self, name: str, lanes: int, *points: Reals) -> Reals:
        """The values in a row, or for `sincos` two rows of them."""
        size = len(points[0])
        padding = np.ones(-size % lanes)  # so that whole vectors can be read and written
        arrays = [np.concatenate([p, padding]) for p in points]
        results = np.empty((2 if name == "sincos" else 1, size + len(padding)))
        pointers = [a.ctypes.data for a in [*arrays, *results]]
        self.entry(name, lanes)(*pointers, size)
        return results[:, :size] if name == "sincos" else results[0, :size]


def same_bits(a: Reals, b: Reals) -> bool:
    """One NaN is as good as another: which one comes out of a sum is left open by IEEE 754."""
    nans = np.isnan(a) & np.isnan(b)
    return bool(np.all((a.view(np.int64) == b.view(np.int64)) | nans))


# --- truth ----------------------------------------------------------------------------------------

EXTENDED = np.finfo(np.longdouble).nmant >= 63  # the 80 bits of x87, with 11 more than float64


def numpy_sigmoid(x: Reals) -> Reals:
    return 1 / (1 + np.exp(-x))


def numpy_softplus(x: Reals) -> Reals:
    return np.where(np.isnan(x), x, np.maximum(x, 0) + np.log1p(np.exp(-abs(x))))


def long_erf(x: Reals) -> Reals:
    """Abramowitz & Stegun 7.1.6, a series of positive terms."""
    x = np.clip(x, -8, 8)
    term = total = 2 / np.sqrt(np.acos(np.longdouble(-1))) * x * exp_minus_square(x)
    for n in range(1, 180):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return total


def long_erfc(x: Reals) -> Reals:
    """1 - erf, or from 1 on the continued fraction, Abramowitz & Stegun 7.1.14."""
    a = np.clip(x, 1, 30)
    fraction = a
    for n in range(300, 0, -1):
        fraction = a + np.longdouble(n) / 2 / fraction
    far = exp_minus_square(a) / np.sqrt(np.acos(np.longdouble(-1))) / fraction
    return np.where(x < 1, 1 - long_erf(np.minimum(x, 1)), far)


def exp_minus_square(x: Reals) -> Reals:
    """exp(-x²) to all digits: of x², the first 52 bits by themselves."""
    first = x.astype(np.float32).astype(np.longdouble)
    return np.exp(-first * first) * np.exp(-(x - first) * (x + first))


NUMPY: dict[str, Callable[..., Reals]] = {
    **{name: getattr(np, name) for name in SINGLE if hasattr(np, name)},
    "sigmoid": numpy_sigmoid,
    "softplus": numpy_softplus,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
}
LONG = {**NUMPY, "erf": long_erf, "erfc": long_erfc}
MP: dict[str, Callable[..., Any]] = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "pow": mpmath.power,
}


def true_values(name: str, points: Points) -> Reals:
    """To 64 bits, or where there is no such type, to 53."""
    with np.errstate(all="ignore"):
        return np.asarray(LONG[name](*(p.astype(np.longdouble) for p in points)))


def exact_values(name: str, points: Points) -> list[Any]:
    """To 60 digits and more, one by one."""
    f = MP.get(name) or getattr(mpmath, name)
    with mpmath.workdps(400 if name in {"sin", "cos", "tan"} else 60):
        return [f(*map(mpmath.mpf, map(float, row))) for row in zip(*points, strict=True)]


def unit(true: Reals) -> Reals:
    """The unit in the last place of the doubles around each number."""
    with np.errstate(over="ignore"):
        near = abs(true.astype(np.float64))
    return np.spacing(np.where(np.isfinite(near), near, np.finfo(float).max))


def ulps(computed: Reals, true: Reals) -> Reals:
    """How far off, in units of the last place; infinite where one is infinite or a NaN alone."""
    with np.errstate(all="ignore"):
        rounded = true.astype(np.float64)
        agreed = (computed == rounded) | (np.isnan(computed) & np.isnan(rounded))
        off = abs(computed.astype(np.longdouble) - true) / unit(true)
    ordinary = np.isfinite(computed) & np.isfinite(rounded)
    return np.where(ordinary, off, np.where(agreed, 0, math.inf)).astype(np.float64)


def ulps_of_exact(computed: Reals, exact: Iterable[Any]) -> Reals:
    """The same, against numbers of mpmath; what rounds to infinity may be infinite."""
    found = []
    for y, t in zip(computed.tolist(), exact, strict=True):
        near = float(t)
        if math.isinf(near) or not math.isfinite(y):
            found.append(0.0 if y == near or (near != near and y != y) else math.inf)
        else:
            found.append(float(abs(mpmath.mpf(y) - t) / math.ulp(near)))
    return np.array(found)


def claimed(name: str) -> float:
    """The bound that the function's own docstring states."""
    stated = re.search(r"to ([\d.]+) ulp", FORMULAS[name].write.__doc__ or "")
    assert stated, f"{name} does not say how far it is off"
    return float(stated.group(1))
