"""The command ``napari-karyo``: what the plugin does, from the shell and without Qt."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from napari_karyo.errors import KaryoError
from napari_karyo.version import __version__

EXIT_OK = 0
EXIT_SOME_FAILED = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130


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
    chosen = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name that the terminal can't show is shown escaped.
            stream.reconfigure(errors="backslashreplace")
    # The commands are loaded only now, so that --help and a mistyped option answer at once.
    from napari_karyo import case_command, commands

    run = {
        "classify": commands.classify,
        "karyogram": commands.karyogram,
        "case": case_command.case,
        "train": commands.train,
        "evaluate": commands.evaluate,
        "reproduce": commands.reproduce,
        "demo": commands.demo,
        "info": commands.info,
    }[chosen.command]
    try:
        return run(chosen)
    except KaryoError as error:
        print(f"napari-karyo: {error}", file=sys.stderr)
        return EXIT_ERROR
    except OSError as error:  # a full disk, a file that may not be written
        print(f"napari-karyo: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("napari-karyo: stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="napari-karyo",
        description="From the crops of a metaphase cell to a karyogram. "
        "Every result is a proposal, for research use only.",
    )
    top.add_argument("--version", action="version", version=f"napari-karyo {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    one = commands.add_parser("classify", help="classify the crops of cells into a CSV table")
    one.add_argument(
        "cells",
        nargs="+",
        type=Path,
        metavar="CELL_FOLDER",
        help="folder of a cell, stack, or folder of such folders (a patient)",
    )
    one.add_argument("--output", type=Path, required=True, metavar="TABLE.csv")
    _add_stain(one)
    _add_network(one)
    _add_normalization(one, "the cell folders named, and those of each patient folder")

    one = commands.add_parser("karyogram", help="write a cell's karyogram as a picture")
    one.add_argument("cell", type=Path, metavar="CELL_FOLDER")
    one.add_argument("--output", type=Path, required=True, metavar="PICTURE.png")
    one.add_argument("--dpi", type=float, default=300.0, help="72 to 1200 (300)")
    one.add_argument("--title", default="Karyogram")
    _add_stain(one)
    _add_network(one)

    one = commands.add_parser("case", help="tell what a case file holds, write it out, or open it")
    one.add_argument("file", type=Path, metavar="FILE.karyo")
    one.add_argument("--history", action="store_true", help="every edit: when, who, what")
    one.add_argument(
        "--cell",
        action="append",
        default=[],
        metavar="NAME",
        help="only this cell; may be repeated",
    )
    one.add_argument(
        "--output",
        type=Path,
        metavar="OUT",
        help="write it: .pdf .svg .png .tif for pages, .csv or .json for everything",
    )
    one.add_argument("--report", action="store_true", help="write the report, not the karyograms")
    one.add_argument("--paper", default="a4", choices=("a4", "letter"))
    one.add_argument("--patient", action="store_true", help="print the patient's name")
    one.add_argument("--dpi", type=float, default=300.0, help="of a picture, 72 to 1200 (300)")
    one.add_argument("--title", default="Karyogram")
    one.add_argument("--window", action="store_true", help="open it in napari")

    one = commands.add_parser("train", help="train the network; goes on after a kill")
    one.add_argument(
        "data", nargs="+", type=Path, metavar="DATA", help="folder with labels.csv; may be several"
    )
    one.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    one.add_argument(
        "--config",
        default="default",
        help="default, or a network of the paper: deep_cnn, resnet50, crnn, attention, res_crann",
    )
    one.add_argument(
        "--stain",
        action="append",
        default=[],
        help="only rows of labels.csv of this stain; may be given several times",
    )
    one.add_argument("--epochs", type=_positive, help="instead of the recipe's")
    one.add_argument("--learning-rate", type=_rate, help="instead of the recipe's")
    one.add_argument(
        "--start", metavar="MODEL", help="go on from a model, by name or file, not from chance"
    )
    one.add_argument("--seed", type=int, default=0)
    _add_device(one)
    one.add_argument(
        "--time-limit", type=float, metavar="SECONDS", help="save and stop after so long"
    )
    one.add_argument("--compile", action="store_true", help="let torch compile the network first")
    one.add_argument("--no-resume", action="store_true", help="begin anew")

    one = commands.add_parser("evaluate", help="how often the program is right on labelled cells")
    one.add_argument(
        "data", type=Path, metavar="DATA", help="folder with labels.csv, or cells named by class"
    )
    one.add_argument("--split", help="rows of labels.csv to use (test)")
    _add_network(one)
    one.add_argument("--upside-down", action="store_true", help="turn every crop by half first")
    _add_normalization(one, "all cells of a patient")
    one.add_argument("--json", type=Path, metavar="FILE", help="write every crop's outcome too")

    one = commands.add_parser(
        "reproduce", help="train the rows of the paper's Table 1 and write the table"
    )
    one.add_argument("data", type=Path, metavar="DATA", help="folder with labels.csv")
    one.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    one.add_argument("--rows", nargs="+", default=[], metavar="ROW", help="such as crnn (all)")
    one.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED")
    one.add_argument("--epochs", type=_positive, help="instead of the paper's; in FOLDER/N-epochs")
    _add_device(one)
    one.add_argument(
        "--time-limit", type=float, metavar="SECONDS", help="save and stop after so long"
    )
    one.add_argument("--compile", action="store_true", help="let torch compile each network first")

    one = commands.add_parser("demo", help="a simulated cell, classified, in a napari window")
    one.add_argument("--karyotype", default="47,XY,+21", help="such as 46,XX or 45,X (47,XY,+21)")
    one.add_argument("--stain", choices=("G", "Q"), default="G", help="banding (G)")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument(
        "--output", type=Path, metavar="PICTURE.png", help="write a picture, open no window"
    )

    commands.add_parser("info", help="versions, devices and the models that are shipped")
    return top


def _add_device(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--device",
        default="auto",
        choices=("auto", "cuda", "mps", "cpu"),
        help="where the network runs; auto takes a GPU where there is one",
    )


def _add_network(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--model", default="default", help="name of a shipped model, or a .safetensors file"
    )
    _add_device(one)


def _add_stain(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--polarity",
        choices=("bright", "dark"),
        help="chromosomes bright on black or dark on white; found from the images if left out",
    )


def _add_normalization(one: argparse.ArgumentParser, shared: str) -> None:
    one.add_argument(
        "--normalization",
        default="cell",
        choices=("cell", "patient"),
        help=f"one length factor for each cell, or one for {shared}",
    )


def _positive(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return int(text)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 0 and 1")
    return value
