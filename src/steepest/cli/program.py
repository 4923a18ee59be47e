"""The program that the commands belong to, and how its expected errors are said."""

from __future__ import annotations

import sys
from typing import Any

import click

from steepest import __version__
from steepest.errors import SteepestError

__all__ = ["program"]


class Failing(click.Group):
    """A group of commands whose expected errors are sentences, not tracebacks."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SteepestError as error:
            click.echo(click.style("error: ", fg="red", bold=True) + str(error), err=True)
            context.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            context.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from steepest.sources.file import own_fault

            said = own_fault(error)
            if said is None:  # ours, and to be reported
                raise
            click.echo(click.style("error: ", fg="red", bold=True) + said, err=True)
            context.exit(1)


@click.group(
    cls=Failing,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='Try: steepest at "n**2 + 3*e**2 + sin(3*n)*e" n=2 e=1'
    "\n\nExit codes: 0 done; 1 the input cannot be used, and why was said; 2 the command was not "
    "understood; 3 the walk diverged, or met a value that is not finite; 130 stopped with Ctrl-C.",
)
@click.version_option(__version__, prog_name="steepest")
def program() -> None:
    """From a function to its slopes to a walk down.

    A function is a formula in quotes, such as "n^2 + 3e^2 + sin(3n) e" (Python or school
    spelling), a Python function in plain NumPy given as file.py:name, or an elevation map given
    with --terrain.
    """
