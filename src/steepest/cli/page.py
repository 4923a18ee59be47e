"""`studio`: the page that teaches all this, on the user's own function."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from steepest.cli.program import program
from steepest.errors import VariableError

__all__ = ["studio"]


@program.command()
@click.argument("function", default="", metavar="[FUNCTION]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="another than this machine's own lets in whoever has the token")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="only print the address")
def studio(function: str, port: int, host: str, no_browser: bool) -> None:
    """Open the studio: lessons and free exploration, in the browser, on this machine.

    FUNCTION is a formula, or a Python function in plain NumPy as file.py:name.

    \b
    Examples:
      steepest studio
      steepest studio "n**2 + 3*e**2 + sin(3*n)*e"
      steepest studio model.py:loss --port 8080 --no-browser
    """
    try:
        from steepest.studio.server import serve
    except ModuleNotFoundError as error:
        raise VariableError(
            f"the studio needs {error.name}, which is not installed; write {_installing()}"
        ) from error
    _look_at(function)
    try:
        serve(own=function, host=host, port=port, browser=not no_browser, announce=_say)
    except OSError as error:
        raise VariableError(
            f"the studio cannot listen at {host}:{port} ({error.strerror}); choose another --port, "
            "or leave it out"
        ) from error


def _installing() -> str:
    """How the studio's server is installed, for a checkout too, where it was begun from one."""
    checkout = Path(__file__).parents[3]
    if (checkout / "pyproject.toml").is_file():
        return f"{sys.executable} -m pip install --editable '{checkout}[studio]'"
    return f"{sys.executable} -m pip install 'steepest[studio]'"


def _look_at(function: str) -> None:
    """Say now what is wrong with a function, rather than on a page."""
    from steepest.function import Function
    from steepest.sources.file import load_code

    if function:
        Function(load_code(function) if ".py:" in function else function)


def _say(address: str) -> None:
    click.echo(f"The studio is open at {address}")
    click.echo("Ctrl-C closes it.", err=True)
