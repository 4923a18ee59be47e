"""Angles brought near zero: x = n·π/2 + r with |r| at most about π/4, for every finite x.

Below 2^30, x - n·π/2 in three steps, π/2 as the sum of three doubles (W. J. Cody and W. Waite,
Software Manual for the Elementary Functions, 1980). The first step is exact, as x and π/2's first
double are multiples of one small power of two, and what is left of them is below 1. Beyond, a rare
path multiplies x by as many bits of 2/π as matter (M. H. Payne and R. N. Hanek, Radian reduction
for trigonometric functions, ACM SIGNUM Newsletter 18, 1983).
"""

from __future__ import annotations

from typing import Final

from steepest.native.vectormath import coefficients as c
from steepest.native.vectormath.sheet import Sheet, Value, literal

FAR: Final = 2.0**30
REDUCE: Final = "steepest_reduce"
FAR_PATH: Final = "cold noinline nounwind memory(none)"


def reduce_angle(m: Sheet, a: Value) -> tuple[Value, Value]:
    """r, and n modulo 4 in the low bits of an integer; a >= 0, infinite, or NaN."""
    n, quadrant = m.nearest(a, c.TWO_OVER_PI)
    r = m.fma(-n, c.HALF_PI, a)
    r = m.fma(-n, c.HALF_PI_LOWEST, m.fma(-n, c.HALF_PI_LOW, r))
    r, _, quadrant = m.rarely(a >= FAR, REDUCE, a, [r, m.constant(0.0), quadrant])
    return r, quadrant


def reduce_angle_finely(m: Sheet, a: Value) -> tuple[Value, Value, Value]:
    """As `reduce_angle`, with what r is rounded by in between."""
    n, quadrant = m.nearest(a, c.TWO_OVER_PI)
    r0 = m.fma(-n, c.HALF_PI, a)
    second = n * c.HALF_PI_LOW
    second_low = m.fma(n, c.HALF_PI_LOWEST, m.fma(n, c.HALF_PI_LOW, -second))
    sum_ = r0 - second
    back = sum_ - r0
    low = ((r0 - (sum_ - back)) - (second + back)) - second_low
    r = sum_ + low
    low = low - (r - sum_)
    r, low, quadrant = m.rarely(a >= FAR, REDUCE, a, [r, low, quadrant])
    return r, low, quadrant


def reduction(lanes: int) -> str:
    """The function that `reduce_angle` calls where a lane is far away; the other lanes stay."""
    m = Sheet(lanes)
    truth, double, whole = (m.type_of(kind) for kind in ("i1", "double", "i64"))
    values = [("double", double), ("double", double), ("i64", whole)]
    lines = [f"%y = select {truth} %far, {double} %x, {double} {m.operand(FAR, 'double')}"]
    made = ["poison"] * 3
    for lane in range(lanes):
        place = f"i64 {lane}"
        y = m.fresh() if lanes > 1 else "%y"
        if lanes > 1:
            lines.append(f"{y} = extractelement {double} %y, {place}")
        lines.append(f"%found{lane} = call {{double, double, i64}} @{REDUCE}_far(double {y})")
        for i, (kind, vector) in enumerate(values):
            part = m.fresh()
            lines.append(f"{part} = extractvalue {{double, double, i64}} %found{lane}, {i}")
            if lanes > 1:
                whole_lanes = m.fresh()
                lines.append(
                    f"{whole_lanes} = insertelement {vector} {made[i]}, {kind} {part}, {place}"
                )
                part = whole_lanes
            made[i] = part
    returned = f"{{{double}, {double}, {whole}}}"
    result = "poison"
    for i, (_, vector) in enumerate(values):
        kept, longer = m.fresh(), m.fresh()
        lines += [
            f"{kept} = select {truth} %far, {vector} {made[i]}, {vector} %near{i}",
            f"{longer} = insertvalue {returned} {result}, {vector} {kept}, {i}",
        ]
        result = longer
    listed = ", ".join(f"{vector} %near{i}" for i, (_, vector) in enumerate(values))
    head = f"define internal {returned} @{REDUCE}{m.called}({truth} %far, {double} %x, {listed})"
    body = "\n".join(f"  {line}" for line in [*lines, f"ret {returned} {result}"])
    return f"{head} {FAR_PATH} {{\n{body}\n}}\n"


# x = M·2^E with a whole M < 2^53. Bits of 2/π that weigh more than 4/(M·2^E) change n by multiples
# of 4: `place` says how many to leave out (the table starts with 64 zeros, as x may be as small as
# 2^30, with E = -22). The next 192 bits, w0 w1 w2, give M·2^E·2/π modulo 4 = M·w/2^190, of which
# the upper 128 bits are kept: n in the first two, the fraction in the rest. Of the fraction, at
# least 2^-62 for doubles, 106 bits become two doubles, and π/2 of them is r.
FAR_TEXT: Final = f"""\
@steepest_two_over_pi = internal constant [{len(c.TWO_OVER_PI_WORDS)} x i64] [\
{", ".join(f"i64 {word}" for word in c.TWO_OVER_PI_WORDS)}]
define internal {{double, double, i64}} @{REDUCE}_far(double %x) {FAR_PATH} {{
  %bits = bitcast double %x to i64
  %exponent = lshr i64 %bits, 52
  %fraction = and i64 %bits, {2**52 - 1}
  %mantissa = or i64 %fraction, {2**52}
  %place = sub i64 %exponent, {1075 + 2 - 64}
  %word = lshr i64 %place, 6
  %shift = and i64 %place, 63
  %p0 = getelementptr i64, ptr @steepest_two_over_pi, i64 %word
  %p1 = getelementptr i64, ptr %p0, i64 1
  %p2 = getelementptr i64, ptr %p0, i64 2
  %p3 = getelementptr i64, ptr %p0, i64 3
  %t0 = load i64, ptr %p0, align 8
  %t1 = load i64, ptr %p1, align 8
  %t2 = load i64, ptr %p2, align 8
  %t3 = load i64, ptr %p3, align 8
  %w0 = call i64 @llvm.fshl.i64(i64 %t0, i64 %t1, i64 %shift)
  %w1 = call i64 @llvm.fshl.i64(i64 %t1, i64 %t2, i64 %shift)
  %w2 = call i64 @llvm.fshl.i64(i64 %t2, i64 %t3, i64 %shift)
  %m = zext i64 %mantissa to i128
  %x0 = zext i64 %w0 to i128
  %x1 = zext i64 %w1 to i128
  %x2 = zext i64 %w2 to i128
  %m0 = mul i128 %m, %x0
  %m1 = mul i128 %m, %x1
  %m2 = mul i128 %m, %x2
  %high = shl i128 %m0, 64
  %low = lshr i128 %m2, 64
  %sum = add i128 %high, %m1
  %turns = add i128 %sum, %low
  %signed = shl i128 %turns, 2
  %negative = icmp slt i128 %signed, 0
  %whole = lshr i128 %turns, 126
  %n = trunc i128 %whole to i64
  %up = zext i1 %negative to i64
  %quadrant = add i64 %n, %up
  %opposite = sub i128 0, %signed
  %size = select i1 %negative, i128 %opposite, i128 %signed
  %zeros = call i128 @llvm.ctlz.i128(i128 %size, i1 false)
  %normal = shl i128 %size, %zeros
  %first = lshr i128 %normal, {128 - 53}
  %rest = lshr i128 %normal, {128 - 106}
  %first64 = trunc i128 %first to i64
  %rest64 = trunc i128 %rest to i64
  %second64 = and i64 %rest64, {2**53 - 1}
  %first_real = sitofp i64 %first64 to double
  %second_real = sitofp i64 %second64 to double
  %zeros64 = trunc i128 %zeros to i64
  %biased = sub i64 {1023 - 53}, %zeros64
  %scale_bits = shl i64 %biased, 52
  %scale = bitcast i64 %scale_bits to double
  %opposite_scale = fneg double %scale
  %factor = select i1 %negative, double %opposite_scale, double %scale
  %f = fmul double %first_real, %factor
  %f_small = fmul double %factor, {literal("double", 2.0**-53)}
  %f_low = fmul double %second_real, %f_small
  %r = fmul double %f, {literal("double", c.HALF_PI)}
  %minus_r = fneg double %r
  %e0 = call double @llvm.fma.f64(double %f, double {literal("double", c.HALF_PI)}, double %minus_r)
  %e1 = call double @llvm.fma.f64(double %f, double {literal("double", c.HALF_PI_LOW)}, double %e0)
  %e2 = call double @llvm.fma.f64(double %f_low, double {literal("double", c.HALF_PI)}, double %e1)
  %r_high = fadd double %r, %e2
  %back = fsub double %r_high, %r
  %r_low = fsub double %e2, %back
  %finite = fcmp olt double %x, {literal("double", float("inf"))}
  %result = select i1 %finite, double %r_high, double {literal("double", float("nan"))}
  %a = insertvalue {{double, double, i64}} poison, double %result, 0
  %b = insertvalue {{double, double, i64}} %a, double %r_low, 1
  %c = insertvalue {{double, double, i64}} %b, i64 %quadrant, 2
  ret {{double, double, i64}} %c
}}
"""
