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
RARE: Final = "cold noinline nounwind memory(none)"
FOUND: Final = "{double, double, i64}"
FAR_DECLARED: Final = f"declare {FOUND} @{REDUCE}_far(double) cold nounwind memory(none)\n"


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
    scalars, vectors = ("double", "double", "i64"), (double, double, whole)
    returned = f"{{{', '.join(vectors)}}}"
    # A lane that is near must be in the table's range all the same.
    lines = [f"%y = select {truth} %far, {double} %x, {double} {m.operand(FAR, 'double')}"]
    made = ["poison"] * 3
    for lane in range(lanes):
        lines += [
            f"%y{lane} = extractelement {double} %y, i64 {lane}",
            f"%found{lane} = call {FOUND} @{REDUCE}_far(double %y{lane})",
        ]
        for i, (scalar, vector) in enumerate(zip(scalars, vectors, strict=True)):
            part, longer = m.fresh(), m.fresh()
            lines += [
                f"{part} = extractvalue {FOUND} %found{lane}, {i}",
                f"{longer} = insertelement {vector} {made[i]}, {scalar} {part}, i64 {lane}",
            ]
            made[i] = longer
    result = "poison"
    for i, vector in enumerate(vectors):
        kept, longer = m.fresh(), m.fresh()
        lines += [
            f"{kept} = select {truth} %far, {vector} {made[i]}, {vector} %near{i}",
            f"{longer} = insertvalue {returned} {result}, {vector} {kept}, {i}",
        ]
        result = longer
    listed = ", ".join(f"{vector} %near{i}" for i, vector in enumerate(vectors))
    head = f"define internal {returned} @{REDUCE}{m.called}({truth} %far, {double} %x, {listed})"
    body = "\n".join(f"  {line}" for line in [*lines, f"ret {returned} {result}"])
    return f"{head} {RARE} {{\n{body}\n}}\n"


# x = M·2^E with a whole M < 2^53. Bits of 2/π that weigh more than 4/(M·2^E) change n by multiples
# of 4: `place` says how many to leave out (the table starts with 64 zeros, as x may be as small as
# 2^30, with E = -22). The next 192 bits, w0 w1 w2, give M·2^E·2/π modulo 4 = M·w/2^190, of which
# the upper 128 bits are kept: n in the first two, the fraction in the rest. A fraction above ½ is
# one of the next quadrant, less than zero (turned by all its bits, which is off by 2^-126). Being
# at least 2^-62 for doubles, it starts in its first word, and 106 bits of it become two doubles;
# π/2 of them is r.
FAR_TEXT: Final = f"""\
@steepest_two_over_pi = internal constant [{len(c.TWO_OVER_PI_WORDS)} x i64] [\
{", ".join(f"i64 {word}" for word in c.TWO_OVER_PI_WORDS)}]
define {FOUND} @{REDUCE}_far(double %x) {RARE} {{
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
  %x1 = zext i64 %w1 to i128
  %x2 = zext i64 %w2 to i128
  %m0 = mul i64 %mantissa, %w0
  %m1 = mul i128 %m, %x1
  %m2 = mul i128 %m, %x2
  %m1_shifted = lshr i128 %m1, 64
  %m2_shifted = lshr i128 %m2, 64
  %m1_high = trunc i128 %m1_shifted to i64
  %m1_low = trunc i128 %m1 to i64
  %m2_high = trunc i128 %m2_shifted to i64
  %low = add i64 %m1_low, %m2_high
  %carries = icmp ult i64 %low, %m2_high
  %carry = zext i1 %carries to i64
  %sum = add i64 %m0, %m1_high
  %high = add i64 %sum, %carry
  %n = lshr i64 %high, 62
  %signed = call i64 @llvm.fshl.i64(i64 %high, i64 %low, i64 2)
  %sign = ashr i64 %signed, 63
  %quadrant = sub i64 %n, %sign
  %size = xor i64 %signed, %sign
  %low2 = shl i64 %low, 2
  %size_low = xor i64 %low2, %sign
  %zeros = call i64 @llvm.ctlz.i64(i64 %size, i1 false)
  %first = call i64 @llvm.fshl.i64(i64 %size, i64 %size_low, i64 %zeros)
  %second = shl i64 %size_low, %zeros
  %next = call i64 @llvm.fshl.i64(i64 %first, i64 %second, i64 53)
  %first53 = lshr i64 %first, 11
  %next53 = lshr i64 %next, 11
  %first_real = sitofp i64 %first53 to double
  %second_real = sitofp i64 %next53 to double
  %biased = sub i64 {1023 - 53}, %zeros
  %scale_bits = shl i64 %biased, 52
  %sign_bit = shl i64 %sign, 63
  %factor_bits = or i64 %scale_bits, %sign_bit
  %factor = bitcast i64 %factor_bits to double
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
  %a = insertvalue {FOUND} poison, double %result, 0
  %b = insertvalue {FOUND} %a, double %r_low, 1
  %c = insertvalue {FOUND} %b, i64 %quadrant, 2
  ret {FOUND} %c
}}
"""
