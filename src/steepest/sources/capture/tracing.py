"""What has been followed so far, said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steepest.sources.capture.tape import Tape

__all__ = ["Tracing"]


class Tracing:
    """How a function was followed, up to now.

    `exact`: True, every path was followed and checked; False, differences are used for at least one
    (`reasons` tells why, with file and line); None, not called yet, or a path could not be checked.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.traced = 0  # runs of the function on handles
        self.paths = 0  # paths that are kept
        self.guards: tuple[str, ...] = ()
        self._verdicts: dict[bool | None, int] = {}
        self._reasons: dict[str, None] = {}
        self._notes: dict[str, None] = {}

    @property
    def exact(self) -> bool | None:
        """True: exact; False: by differences; None: unchecked, or not called yet."""
        if False in self._verdicts:
            return False
        return True if set(self._verdicts) == {True} else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not exact, one sentence each."""
        return tuple(self._reasons)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to know.

        Side effects, randomness, promoted integers, why nothing is kept.
        """
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Add something a person should know."""
        self._notes.setdefault(sentence)

    def crowded(self) -> None:
        """There are more paths than are kept."""
        self.note(
            "it has more paths, or longer ones, than are kept: those that were not taken for the "
            "longest time are traced afresh when they come again"
        )

    def count(self, tape: Tape, kept: int) -> None:
        """One more run was traced."""
        self.traced += 1
        self.paths = kept
        self._verdicts[tape.exact] = self._verdicts.get(tape.exact, 0) + 1
        self._reasons.update(dict.fromkeys(tape.reasons))
        self._notes.update(dict.fromkeys(tape.notes))
        if self.traced <= 100:
            seen = [f"{g.reason} ({g.origin})" if g.origin else g.reason for g in tape.graph.guards]
            self.guards = tuple(dict.fromkeys((*self.guards, *seen)))

    def __repr__(self) -> str:
        if not self.traced:
            return f"{self.name}: not followed yet; call it, or take a slope"
        how = {
            True: "followed exactly, and checked against the function",
            False: "by differences, since it could not be followed",
            None: "followed, but unchecked",
        }[self.exact]
        lines = [f"{self.name}: {how}"]
        lines += [f"  because {r}" for r in self.reasons]
        counts = f"  traced {self.traced} time{'s' * (self.traced != 1)}"
        if self.paths and self.exact is not False:
            counts += (
                f", {self.paths} path{'s' * (self.paths != 1)} kept: what it prints or counts "
                "happens when it is traced, not at every call"
            )
        lines.append(counts)
        lines += [f"  where {g}" for g in self.guards[:10]]
        lines += [f"  and {len(self.guards) - 10} more conditions"] if len(self.guards) > 10 else []
        lines += [f"  note: {n}" for n in self.notes]
        return "\n".join(lines)
