"""The elementary functions in machine code: how far off, where exact, and always the same bits.

Truth is mpmath's, or, where the machine's `long double` has 64 bits of mantissa and so is better
than a double by three digits, that, which is in turn held to mpmath. Bounds are those that each
function's docstring claims; scripts/sweep_vectormath.py tries a hundred times as many points.
"""

from __future__ import annotations

import math
import re

import llvmlite.binding as llvm
import numpy as np
import pytest

from steepest.native.vectormath import ARITY, NAMES, definitions, has_fma, library_symbols

from .ranges import RANGES
from .vectors import (
    EXTENDED,
    HOST,
    NUMPY,
    SINGLE,
    Compiled,
    claimed,
    exact_values,
    same_bits,
    true_values,
    ulps,
    ulps_of_exact,
)

POINTS = 20_000
INF, NAN, PI = math.inf, math.nan, math.pi
TRIPLE = llvm.get_default_triple()


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    if not has_fma(TRIPLE, HOST["features"]):
        pytest.skip("this processor has no fused multiply-add")
    return Compiled(NAMES, (1, 4, 8), level=1)


@pytest.fixture(scope="module")
def edges() -> np.ndarray:
    """Both signs of zero, of infinity, of thresholds and of numbers that formulas turn at."""
    turns = [0.25, 0.5, 0.55, 0.75, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 22, 28, 100]
    tiny = [0.0, 5e-324, 1e-310, 2.0**-1022, 1e-300, 1e-20, 2.0**-54, 2.0**-53]
    ones = [1 - 2.0**-53, 1.0, 1 + 2.0**-52]
    exponents = [709.782712893384, 709.7827128933841, 710.475860073944, 710.4758600739441]
    exponents += [708.4, 745.13, 745.1332191019411, 745.1332191019412, 1023, 1024, 1074, 1075, 1076]
    huge = [2.0**k for k in (30, 31, 51, 52, 53, 54, 60, 500, 501)] + [2.0**53 - 1, 2.0**30 - 1]
    last = [1e22, 1e100, 1e300, np.finfo(float).max, INF]
    numbers = np.array([*tiny, *ones, *turns, *exponents, *huge, *last])
    return np.concatenate([numbers, -numbers, [NAN]])


# --- accuracy -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SINGLE)
def test_errors_are_what_the_docstring_claims(compiled: Compiled, name: str) -> None:
    assert claimed(name) <= 2
    for words, sample in RANGES[name].items():
        points = sample(np.random.default_rng(len(words)), POINTS)
        computed = compiled(name, 4, *points)
        if EXTENDED:
            off = ulps(computed, true_values(name, points))
            worst = int(np.argmax(off))
            where = [float(p[worst]) for p in points]
            assert off[worst] <= claimed(name), f"{name}, {words}: {off[worst]:.3f} ulp at {where}"
        few = tuple(p[:: POINTS // 40] for p in points)
        assert ulps_of_exact(compiled(name, 4, *few), exact_values(name, few)).max() <= claimed(
            name
        )


@pytest.mark.skipif(not EXTENDED, reason="long double is no longer than double here")
@pytest.mark.parametrize("name", SINGLE)
def test_the_long_truth_is_true(name: str) -> None:
    for sample in RANGES[name].values():
        points = sample(np.random.default_rng(3), 40)
        true = true_values(name, points)
        with np.errstate(over="ignore"):
            near = true.astype(float)
        off = ulps(near, true)
        exact = ulps_of_exact(near, exact_values(name, points))
        assert np.max(abs(off - exact)) < 0.02, name


@pytest.mark.parametrize("name", SINGLE)
def test_all_lanes_agree_to_the_bit(compiled: Compiled, edges: np.ndarray, name: str) -> None:
    rng = np.random.default_rng(1)
    for sample in RANGES[name].values():
        points = [p.copy() for p in sample(rng, 3_000)]
        for p in points:  # a lane among others that take a rare path, or that are no numbers
            places = rng.random(len(p)) < 0.1
            p[places] = rng.choice(edges, int(places.sum()))
        one = compiled(name, 1, *points)
        assert same_bits(one, compiled(name, 4, *points))
        assert same_bits(one, compiled(name, 8, *points))


def test_sine_and_cosine_at_once_are_sine_and_cosine(compiled: Compiled, edges: np.ndarray) -> None:
    x = np.concatenate(
        [edges, *(s(np.random.default_rng(1), 999)[0] for s in RANGES["sin"].values())]
    )
    for lanes in (1, 4, 8):
        sine, cosine = compiled("sincos", lanes, x)
        assert same_bits(sine, compiled("sin", 1, x)) and same_bits(cosine, compiled("cos", 1, x))


def test_the_rare_path_may_stand_apart(compiled: Compiled) -> None:
    names, lanes = ["sin", "cos", "tan"], (1, 4)
    assert "@steepest_two_over_pi" not in definitions(names, lanes, whole=False)
    apart = Compiled(names, lanes, whole=False, level=1)
    for name in names:
        x = np.concatenate([s(np.random.default_rng(6), 999)[0] for s in RANGES[name].values()])
        assert all(same_bits(compiled(name, n, x), apart(name, n, x)) for n in lanes)


@pytest.mark.parametrize("level", [0, 3])
def test_bits_do_not_depend_on_the_optimiser(compiled: Compiled, level: int) -> None:
    other = Compiled(NAMES, (1, 4), level=level, inlined=level > 0)
    for name in SINGLE:
        for sample in RANGES[name].values():
            points = sample(np.random.default_rng(2), 500)
            for lanes in (1, 4):
                assert same_bits(compiled(name, lanes, *points), other(name, lanes, *points)), name


# The worst cases of reduction: doubles closest to a multiple of π/2, for their exponents and of all
# (J.-M. Muller, Elementary Functions, 3rd ed., table 11.1; and K. C. Ng, 1992).
HARD_ANGLES = [
    6381956970095103.0 * 2.0**797,
    5319372648326541.0 * 2.0**-3,
    -6381956970095103.0 * 2.0**796,
    1e22,
    np.finfo(float).max,
    *(2.0**k for k in range(28, 1024, 15)),
    *(float(np.nextafter(2.0**30, s)) for s in (0, INF)),
]


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_the_hardest_angles(compiled: Compiled, name: str) -> None:
    x = np.array(HARD_ANGLES)
    off = ulps_of_exact(compiled(name, 4, x), exact_values(name, (x,)))
    assert off.max() <= claimed(name), x[off.argmax()]


def test_what_is_exact(compiled: Compiled) -> None:
    whole = np.arange(-1074.0, 1024.0)
    powers = np.ldexp(1.0, whole.astype(int))
    assert np.array_equal(compiled("exp2", 4, whole), powers)
    assert np.array_equal(compiled("log2", 4, powers), whole)
    tens = np.arange(-300.0, 309.0)
    assert np.array_equal(compiled("log10", 4, 10.0**tens), tens)
    small = np.arange(-200_000.0, 200_000.0, 37)
    assert np.array_equal(compiled("cbrt", 4, small**3), small)
    base, exponent = (a.ravel() for a in np.meshgrid(np.arange(-9.0, 10.0), np.arange(0.0, 16.0)))
    assert np.array_equal(compiled("pow", 4, base, exponent), base**exponent)
    odd = ["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt", "erf"]
    for name in odd:
        x = np.linspace(0, 0.99, 1000)
        assert same_bits(compiled(name, 4, -x), -compiled(name, 4, x)), name


# --- edges ----------------------------------------------------------------------------------------

# C11, annex F.10, and what follows from it for the functions that C does not have.
EXACT: dict[str, list[tuple[float, ...]]] = {
    "exp": [(0.0, 1), (-0.0, 1), (-INF, 0.0), (INF, INF), (-746, 0.0), (710, INF)],
    "exp2": [(0.0, 1), (-0.0, 1), (-INF, 0.0), (INF, INF), (-1074, 5e-324), (1024, INF)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (-INF, -1), (INF, INF), (-750, -1), (710, INF)],
    "sigmoid": [(0.0, 0.5), (-0.0, 0.5), (-INF, 0.0), (INF, 1), (-746, 0.0), (40, 1)],
    "log": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1, NAN), (-INF, NAN), (INF, INF)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1, -INF), (-2, NAN), (-INF, NAN), (INF, INF)],
    "softplus": [(-INF, 0.0), (INF, INF), (-746, 0.0), (1e300, 1e300)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (5e-324, 5e-324)],
    "cos": [(0.0, 1), (-0.0, 1), (INF, NAN), (-INF, NAN), (5e-324, 1)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (5e-324, 5e-324)],
    "asin": [(0.0, 0.0), (-0.0, -0.0), (1, PI / 2), (-1, -PI / 2), (1.1, NAN), (-INF, NAN)],
    "acos": [(0.0, PI / 2), (-0.0, PI / 2), (1, 0.0), (-1, PI), (1.1, NAN), (INF, NAN)],
    "atan": [(0.0, 0.0), (-0.0, -0.0), (INF, PI / 2), (-INF, -PI / 2), (1, PI / 4)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (711, INF), (-711, -INF)],
    "cosh": [(0.0, 1), (-0.0, 1), (INF, INF), (-INF, INF), (711, INF), (-711, INF)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (20, 1), (-1e300, -1)],
    "asinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF)],
    "acosh": [(1, 0.0), (0.9, NAN), (-INF, NAN), (INF, INF)],
    "atanh": [(0.0, 0.0), (-0.0, -0.0), (1, INF), (-1, -INF), (1.1, NAN), (INF, NAN)],
    "sqrt": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-1, NAN), (-INF, NAN), (4, 2)],
    "cbrt": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (-27, -3)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (6, 1), (-7, -1)],
    "erfc": [(0.0, 1), (-0.0, 1), (INF, 0.0), (-INF, 2), (28, 0.0), (-6, 2)],
    "atan2": [
        *((s * 0.0, x, s * 0.0) for s in (1, -1) for x in (0.0, 5e-324, 3, INF)),
        *((s * 0.0, x, s * PI) for s in (1, -1) for x in (-0.0, -5e-324, -3, -INF)),
        *((s * y, x, s * PI / 2) for s in (1, -1) for y in (5e-324, 3, INF) for x in (0.0, -0.0)),
        *((s * 3, INF, s * 0.0) for s in (1, -1)),
        *((s * 3, -INF, s * PI) for s in (1, -1)),
        *((s * INF, x, s * PI / 2) for s in (1, -1) for x in (3, -3, 1e300)),
        *((s * INF, INF, s * PI / 4) for s in (1, -1)),
        *((s * INF, -INF, s * 3 * PI / 4) for s in (1, -1)),
        *((s * 1e-200, 1e200, s * 0.0) for s in (1, -1)),
        *(
            (y, x, s * PI / 4)
            for s in (1, -1)
            for y, x in ((s * 1e308, 1e308), (s * 5e-324, 5e-324))
        ),
    ],
    "pow": [
        *((x, y, 1) for x in (0.0, -0.0, 2, -2, INF, -INF, NAN) for y in (0.0, -0.0)),
        *((1, y, 1) for y in (3, INF, -INF, NAN)),
        *((-1, y, 1) for y in (INF, -INF, 2, 2.0**53)),
        *((-1, y, -1) for y in (1, 3, 2.0**53 - 1)),
        *((0.0, y, INF) for y in (-1, -2, -0.5, -INF)),
        *((0.0, y, 0.0) for y in (1, 2, 0.5, INF)),
        *((-0.0, y, -INF) for y in (-1, -3)),
        *((-0.0, y, INF) for y in (-2, -0.5, -INF)),
        *((-0.0, y, -0.0) for y in (1, 3)),
        *((-0.0, y, 0.0) for y in (2, 0.5, INF, 2.0**53)),
        *((x, y, INF) for x, y in ((0.5, -INF), (-0.5, -INF), (2, INF), (-2, INF))),
        *((x, y, 0.0) for x, y in ((2, -INF), (-2, -INF), (0.5, INF), (-0.5, INF))),
        *((-INF, y, -INF) for y in (1, 3)),
        *((-INF, y, INF) for y in (2, 0.5, INF)),
        *((-INF, y, -0.0) for y in (-1, -3)),
        *((-INF, y, 0.0) for y in (-2, -0.5, -INF)),
        *((INF, y, INF) for y in (1, 0.5, INF)),
        *((INF, y, 0.0) for y in (-1, -0.5, -INF)),
        *((-2, y, NAN) for y in (0.5, -0.5, 1e-300)),
        *((2, y, r) for y, r in ((1024, INF), (1023, 2.0**1023), (-1074, 5e-324), (-1076, 0.0))),
        *((-2, y, r) for y, r in ((3, -8), (2, 4), (-1, -0.5), (1025, -INF), (-1077, -0.0))),
        *((x, 2.0**53 + 2, r) for x, r in ((-2, INF), (-0.5, 0.0))),
    ],
}
EXACT["log2"] = EXACT["log10"] = EXACT["log"]


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("name", SINGLE)
def test_edges_are_exact(compiled: Compiled, name: str, lanes: int) -> None:
    nans = [(NAN,) * (ARITY[name] + 1)]
    if name == "atan2":
        nans += [(NAN, x, NAN) for x in (0, 1, INF)] + [(y, NAN, NAN) for y in (0, 1, INF)]
    rows = np.array([*EXACT[name], *nans], dtype=float)
    computed = compiled(name, lanes, *rows.T[:-1])
    for row, y in zip(rows, computed, strict=True):
        assert same_bits(np.array([y]), row[-1:]), f"{name}{tuple(row[:-1])} = {y}, not {row[-1]}"


@pytest.mark.parametrize("name", SINGLE)
def test_edges_are_numpys(compiled: Compiled, edges: np.ndarray, name: str) -> None:
    """To a few units in the last place, NumPy's own among them; signs, also of zero, exactly."""
    grid = np.meshgrid(edges, edges) if ARITY[name] == 2 else [edges]
    points = tuple(g.ravel() for g in grid)
    with np.errstate(all="ignore"):
        theirs = np.asarray(NUMPY[name](*points))
    ours = compiled(name, 4, *points)
    off = ulps(ours, true_values(name, points) if EXTENDED else theirs)
    assert off.max() <= (2 if EXTENDED else 5), [float(p[off.argmax()]) for p in points]
    numbers = ~np.isnan(theirs)
    assert np.array_equal(np.signbit(ours[numbers]), np.signbit(theirs[numbers]))


# --- the text -------------------------------------------------------------------------------------


def test_the_text_leaves_nothing_to_the_optimiser() -> None:
    text = definitions(NAMES, (1, 2, 4, 8))
    assert not re.search(r"\b(fast|contract|reassoc|nnan|ninf|nsz|arcp|afn|fmuladd)\b", text)
    module = llvm.parse_assembly(text)
    module.verify()
    defined = {f.name for f in module.functions if not f.is_declaration}
    for name in NAMES:
        assert {f"steepest_{name}{suffix}" for suffix in ("", "_v2", "_v4", "_v8")} <= defined
    assert all(f.name.startswith("llvm.") for f in module.functions if f.is_declaration)


def test_only_what_is_asked_for_is_defined() -> None:
    module = llvm.parse_assembly(definitions(["exp", "exp"], 4))
    assert [f.name for f in module.functions if not f.is_declaration] == ["steepest_exp_v4"]


# Processors as they are met: AVX2, AVX-512, and two of ARM.
TARGETS = [
    ("x86_64-unknown-linux-gnu", "haswell"),
    ("x86_64-pc-windows-msvc", "skylake-avx512"),
    ("aarch64-unknown-linux-gnu", "generic"),
    ("arm64-apple-macosx14", "apple-m1"),
]


@pytest.mark.parametrize(("triple", "cpu"), TARGETS, ids=[cpu for _, cpu in TARGETS])
def test_nothing_is_called_but_our_own(triple: str, cpu: str) -> None:
    """What a processor cannot do, LLVM would look for in a library: fma, or 128-bit products."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    try:
        target = llvm.Target.from_triple(triple)
    except RuntimeError:
        pytest.skip("this LLVM does not write for that processor")
    text = definitions(NAMES, (1, 4)).replace("define internal", "define")
    module = llvm.parse_assembly(text)
    module.triple = triple
    machine = target.create_target_machine(cpu=cpu, opt=1, codemodel="small")
    lines = re.findall(r"^\s+(?:callq?|jmp|bl|b)\s+_?(\w+)", machine.emit_assembly(module), re.M)
    called = {name for name in lines if not name.startswith("LBB")}  # a label, on macOS
    assert called, "the rare path is not found"
    assert all(name.startswith("steepest_reduce") for name in called), called


def test_an_unknown_name_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no machine code for gudermann.*there is for exp, exp2"):
        definitions(["exp", "gudermann"])


# --- without fused multiply-add -------------------------------------------------------------------


def test_who_has_a_fused_multiply_add() -> None:
    assert has_fma("x86_64-unknown-linux-gnu", "+avx2,+fma,-fma4")
    assert not has_fma("x86_64-unknown-linux-gnu", "+avx,-fma,+fma4x")
    assert has_fma("arm64-apple-darwin23", "+neon") and has_fma("aarch64-linux-gnu", "")
    assert not has_fma("wasm32-unknown-unknown", "+simd128")


PLAIN = {"cpu": "x86-64", "features": "+sse2,-avx,-fma"} if TRIPLE.startswith("x86_64") else None


@pytest.fixture(scope="module")
def plain() -> Compiled:
    """As on a processor of 2003: SSE2, and nothing fused."""
    target = {"target": PLAIN} if PLAIN else {}
    return Compiled(NAMES, (1, 4), fused=False, **target)


def test_without_it_nothing_is_fused(plain: Compiled) -> None:
    text = definitions(NAMES, (1, 4), fused=False)
    assert "llvm.fma" not in text
    if PLAIN:
        assert not re.search(r"\bvfn?m|\bymm|\bfma\b", plain.assembly)
    declared = set(re.findall(r"declare double @(\w+)\(", text))
    assert declared == set(library_symbols()) and all(library_symbols().values())


@pytest.mark.parametrize("name", sorted({*SINGLE} - {"sigmoid", "softplus", "sqrt"}))
def test_without_it_results_are_the_c_librarys(plain: Compiled, name: str) -> None:
    points = np.random.default_rng(4).random((ARITY[name], 2_000)) + (name == "acosh")
    expected = np.array([getattr(math, name)(*row) for row in points.T.tolist()])
    for lanes in (1, 4):
        assert same_bits(plain(name, lanes, *points), expected)


@pytest.mark.parametrize("name", SINGLE)
def test_without_it_results_are_close(plain: Compiled, name: str) -> None:
    """C libraries differ; none that we know of is off by more than 4 units in the last place."""
    for sample in RANGES[name].values():
        points = sample(np.random.default_rng(5), 60)
        one, four = plain(name, 1, *points), plain(name, 4, *points)
        assert same_bits(one, four)
        assert ulps_of_exact(four, exact_values(name, points)).max() <= 4


def test_without_it_sine_and_cosine_come_together_too(plain: Compiled) -> None:
    x = np.linspace(-10, 10, 1000)
    for lanes in (1, 4):
        sine, cosine = plain("sincos", lanes, x)
        assert same_bits(sine, plain("sin", 1, x)) and same_bits(cosine, plain("cos", 1, x))
