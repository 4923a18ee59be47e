"""What is made of a path's nodes once, and asked for by several: its check, its first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steepest.calculus import derive
from steepest.graph.node import Node
from steepest.graph.traverse import Program

__all__ = ["gradient_once", "program_once"]


def gradient_once(made: dict[Any, Any], output: Node, by: Sequence[Node]) -> list[Node]:
    """The gradient of a number by some inputs."""
    key = ("gradient", output, *by)
    if key not in made:
        made[key] = derive.gradient(output, by)
    found: list[Node] = made[key]
    return found


def program_once(made: dict[Any, Any], given: Sequence[Node], outputs: Sequence[Node]) -> Program:
    """Outputs prepared for running on the values of what is given."""
    key = ("program", tuple(given), tuple(outputs))
    if key not in made:
        made[key] = Program(given, outputs)
    found: Program = made[key]
    return found
