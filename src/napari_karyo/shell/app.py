"""The command line of ``napari-karyo``: its commands, its errors, its exit codes."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import typer
from typer.core import TyperCommand
from typer.main import get_command

from napari_karyo.errors import KaryoError
from napari_karyo.shell.telling import complain
from napari_karyo.version import __version__

EXIT_OK: Final = 0
EXIT_ERROR: Final = 2
EXIT_INTERRUPTED: Final = 130

PROGRAM: Final = "napari-karyo"

#: Each is the function of its name in the module of its name, with low lines for hyphens.
COMMANDS: Final = (
    "segment",
    "classify",
    "karyogram",
    "case",
    "collect",
    "train",
    "evaluate",
    "tune",
    "adopt",
    "models",
    "train-segmentation",
    "evaluate-segmentation",
    "reproduce",
    "demo",
    "info",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process where left out.

    Returns
    -------
    int
        0: done; 1: done, but some cell failed; 2: not done, the reason is on standard
        error; 130: stopped with Ctrl+C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name that the terminal can't show is shown escaped.
            stream.reconfigure(errors="backslashreplace")
    words = None if arguments is None else list(arguments)
    if words is None:
        _collect_less()
    try:
        command_line().main(words, prog_name=PROGRAM)
    except SystemExit as ended:
        return int(ended.code or EXIT_OK)
    return EXIT_OK


def _collect_less() -> None:
    """Let the garbage collector of this process, which is the command's alone, search less.

    To import torch makes very many objects, of which none is garbage: searched at every 700,
    and once more at the end, they cost a third of what importing and ending cost at all.
    """
    gc.set_threshold(10_000, 10, 10)
    atexit.register(gc.freeze)


def command_line() -> Any:
    """Return the whole command line: a command of the click that typer brings."""
    app = typer.Typer(
        help="From the photograph of a metaphase spread, or its crops, to a karyogram. "
        "Every result is a proposal, for research use only.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    for name in COMMANDS:
        place = name.replace("-", "_")
        run = getattr(import_module(f"napari_karyo.shell.{place}"), place)
        app.command(name, cls=_Command)(_ending(run))
    return get_command(app)


class _Command(TyperCommand):
    """A command that names the option whose beginning was given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line; of an unknown option, name the right one."""
        try:
            return list(super().parse_args(ctx, args))
        except Exception as error:
            # typer brings a click of its own, whose errors have no public name.
            begun = getattr(error, "option_name", None)
            if begun and hasattr(error, "possibilities"):
                names = [name for one in self.params for name in one.opts]
                longer = [name for name in names if name.startswith(begun)]
                error.possibilities = longer or error.possibilities
            raise


def _ending(run: Callable[..., int]) -> Callable[..., None]:
    """Return a command that ends with its exit code, whatever becomes of it."""

    @wraps(run)
    def ended(*arguments: object, **options: object) -> None:
        try:
            code = run(*arguments, **options)
        except KaryoError as error:
            complain(error)
            code = EXIT_ERROR
        except OSError as error:
            complain(_refused(error))
            code = EXIT_ERROR
        except KeyboardInterrupt:
            complain("stopped.")
            code = EXIT_INTERRUPTED
        raise typer.Exit(code)

    return ended


def _refused(error: OSError) -> str:
    """Return what to say where the system refused something, such as to write to a full disk."""
    if error.filename is None or error.strerror is None:
        return str(error)
    named = " and ".join(str(name) for name in (error.filename, error.filename2) if name)
    return (
        f"{named}: {error.strerror}. Check that it can be read and written, that its drive is "
        "connected and that the disk is not full."
    )


def _say_version(asked: bool) -> None:
    if asked:
        print(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _top(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_say_version, help="Say the version."
    ),
) -> None:
    pass
