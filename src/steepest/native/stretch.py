"""Stretches of steps that are as expected: a tight loop beside the full one of a walk.

Most steps of a walk are alike: the point is lower than all before it, the move is long enough to
measure, no test to stop holds. Under these expectations little is left of a step (`native.course`),
and that is taken in blocks (`native.blocks`):

    i1 stretch(carry, settings, data, count, scratch)

takes `count` steps whose rows are not kept. Where a condition fails, it leaves the carry as it was,
and the full loop goes that way again. Both compute every number by the same operations, so no bit
depends on which of them took a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from steepest.native.blocks import Blocks
from steepest.native.course import Course, Expected
from steepest.native.emit import literal
from steepest.native.plan import Plan
from steepest.native.scalars import Scalars

__all__ = ["ARGUMENTS", "driver", "stretch_of"]

ARGUMENTS: Final = (
    "ptr noalias %carry, ptr noalias %settings, ptr noalias %data, i64 %first, i64 %count, "
    "ptr noalias %rows, i64 %mask, i64 %dense, ptr noalias %result, ptr noalias %scratch"
)
SHORT: Final = 8  # steps that are not worth a stretch
MOST: Final = 256  # steps of one stretch, which may be in vain
PAUSE: Final = 64  # steps without trying again, after one was in vain; twice as many each time,
LONGEST: Final = 8192  # up to so many


@dataclass(frozen=True)
class Stretch:
    """The text of the function, the functions that it calls, and how many numbers it puts down."""

    text: str
    functions: set[str]
    scratch: int


def stretch_of(
    p: Plan, moving: int, fixed: int, code: int, guarded: bool, notes: Sequence[bool], lanes: int
) -> Stretch | None:
    """The tight loop of a step, if there is one.

    The outputs of the plan are the carry that follows (`moving` numbers), others, at `code` the
    code of the step, whether the guards held (if `guarded`), and the expected conditions, whose
    truths are the `notes`. Its inputs are the carry, `fixed` settings, and data.
    """
    if not notes:
        return None
    conditions = p.outputs[len(p.outputs) - len(notes) :]
    truths = {_asked(p.code, lane.at): note for lane, note in zip(conditions, notes, strict=True)}
    always = Expected(p.code, truths)
    if guarded:
        always.require(always.of[p.outputs[code + 1].at], True)
    always.require(always.of[p.outputs[code].at], False)
    if always.never:
        return None
    course = Course(always, [always.of[x.at] for x in p.outputs[:moving]])
    blocks = Blocks(course, fixed, lanes)
    text = blocks.text()
    return Stretch(text, blocks.functions, blocks.scratch)


def _asked(code: Scalars, at: int) -> int:
    """The truth value that a number stands for."""
    asked = code.argument("number", at)
    return at if asked is None else asked


def driver(width: int) -> str:
    """The walk as a whole: rows that are kept by the full loop, what lies between them by stretches
    as long as those succeed.
    """
    lines = [
        "entry:",
        f"%long = icmp sge i64 %mask, {SHORT}", "br label %loop",
        "loop:",
        "%k = phi i64 [ 0, %entry ], [ %k, %vain ], [ %far, %went ], [ %on, %next ]",
        "%row = phi ptr [ %rows, %entry ], [ %row, %vain ], [ %row, %went ], [ %row1, %next ]",
        "%retry = phi i64 [ 0, %entry ], [ %later, %vain ], [ %retry, %went ], [ %retry, %next ]",
        f"%pause = phi i64 [ {PAUSE}, %entry ], [ %longer, %vain ], [ {PAUSE}, %went ], "
        "[ %pause, %next ]",
        "%left = sub i64 %count, %k",
        "%over = icmp sle i64 %left, 0", "br i1 %over, label %end, label %look",
        "look:",
        "%t = add i64 %first, %k",
        "%rest = sub i64 0, %t",
        "%ahead = and i64 %rest, %mask",  # steps before the next that is kept
        "%room = sub i64 %dense, %t",
        "%a = call i64 @llvm.smin.i64(i64 %ahead, i64 %room)",
        "%gap = call i64 @llvm.smin.i64(i64 %a, i64 %left)",
        f"%worth = icmp sge i64 %gap, {SHORT}",
        "%rested = icmp sge i64 %k, %retry",
        "%go = and i1 %worth, %rested", "br i1 %go, label %try, label %slow",
        "try:",
        f"%n = call i64 @llvm.smin.i64(i64 %gap, i64 {MOST})",
        "%ok = call i1 @stretch(ptr %carry, ptr %settings, ptr %data, i64 %n, "
        "ptr %scratch)",
        "br i1 %ok, label %went, label %vain",
        "went:", "%far = add i64 %k, %n", "br label %loop",
        "vain:", "%later = add i64 %k, %pause",
        "%twice = mul i64 %pause, 2",
        f"%longer = call i64 @llvm.smin.i64(i64 %twice, i64 {LONGEST})", "br label %loop",
        "slow:",
        "%sparse = icmp sgt i64 %room, 0",
        "%thin = and i1 %sparse, %long",
        "%wait = sub i64 %retry, %k",
        "%some0 = call i64 @llvm.smax.i64(i64 %gap, i64 0)",
        "%some1 = add i64 %some0, 1",
        "%some2 = select i1 %rested, i64 %some1, i64 %wait",
        "%some3 = select i1 %thin, i64 %some2, i64 %left",
        "%m = call i64 @llvm.smin.i64(i64 %some3, i64 %left)",
        "%s = call i64 @full(ptr %carry, ptr %settings, ptr %data, i64 %t, i64 %m, ptr %row, "
        "i64 %mask, i64 %dense, ptr %result, ptr %scratch)",
        "%kept = load double, ptr %result",
        "%rows1 = fptosi double %kept to i64",
        f"%doubles = mul i64 %rows1, {width}",
        "%row1 = getelementptr double, ptr %row, i64 %doubles",
        "%codep = getelementptr double, ptr %result, i64 1",
        "%code = load double, ptr %codep",
        "%on = add i64 %k, %s",
        f"%going = fcmp oeq double %code, {literal(0.0)}",
        "br i1 %going, label %next, label %end",
        "next:", "br label %loop",
        "end:",
        f"%why = phi double [ {literal(0.0)}, %loop ], [ %code, %slow ]",
        "%gone = phi i64 [ %k, %loop ], [ %on, %slow ]",
        "%last = phi ptr [ %row, %loop ], [ %row1, %slow ]",
        "%x = ptrtoint ptr %last to i64", "%y = ptrtoint ptr %rows to i64",
        "%bytes = sub i64 %x, %y", f"%total = sdiv i64 %bytes, {8 * width}",
        "%number = sitofp i64 %total to double", "store double %number, ptr %result",
        "%whyp = getelementptr double, ptr %result, i64 1", "store double %why, ptr %whyp",
        "ret i64 %gone",
    ]  # fmt: skip
    text = "\n  ".join(lines)
    return f"define i64 @walk({ARGUMENTS}) {{\n  {text}\n}}\n"
