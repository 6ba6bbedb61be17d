"""``napari-karyo segment``: photographs of spreads into folders of crops."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from napari_karyo.counted import count
from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.shell.options import Stain, polarity_of
from napari_karyo.shell.telling import complain, line

if TYPE_CHECKING:
    from napari_karyo.segmentation import Segmentation


def segment(
    spreads: Annotated[
        list[Path],
        Argument(metavar="SPREAD", help="photograph of a metaphase spread, or folder of such"),
    ],
    output: Annotated[
        Path, Option(metavar="CELL_FOLDER", help="of several spreads a folder each lies in it")
    ],
    stain: Stain = None,
    channel: Annotated[
        str | None, Option(help="the channel to take, by its name or its number from 1")
    ] = None,
) -> int:
    """Cut the chromosomes out of photographs of metaphase spreads."""
    from napari_karyo.segmentation.folder import write_segmentation
    from napari_karyo.segmentation.reading import read_segmentation

    photographs, failed = _photographs(spreads)
    folders = _folders(photographs, output, several=len(spreads) > 1 or len(photographs) > 1)
    done = 0
    for photograph, folder in zip(photographs, folders, strict=True):
        try:
            found = read_segmentation(photograph, polarity_of(stain), channel)
            write_segmentation(found, folder)
        except KaryoError as error:
            complain(error)
            failed += 1
            continue
        for problem in found.problems:
            print(f"warning: {problem}", file=sys.stderr)
        line(f"{folder}: {summary(found)}")
        done += 1
    if not done:
        return 2
    return 1 if failed else 0


def summary(found: Segmentation) -> str:
    """Return what was found in a spread, in one line."""
    from napari_karyo.cell import Polarity
    from napari_karyo.segmentation import Kind

    kinds = Counter(one.kind for one in found)
    words = [count(found.count, "chromosome")]
    clusters = kinds[Kind.CLUSTER]
    if clusters:
        words[0] += f" ({count(clusters, 'cluster')} of several among them)"
    nuclei = kinds[Kind.NUCLEUS]
    words.append(f"{nuclei} {'nucleus' if nuclei == 1 else 'nuclei'}")
    words.append(f"{kinds[Kind.DIRT]} of dirt")
    dark = found.spread.polarity is Polarity.DARK
    height, width = found.spread.image.shape
    ground = "dark on white" if dark else "bright on black"
    return f"{', '.join(words)}; {width} x {height} pixels, {ground}"


def _photographs(paths: list[Path]) -> tuple[list[Path], int]:
    """Return all photographs that are named, and how many names held none."""
    from napari_karyo.io.listing import is_folder
    from napari_karyo.io.photograph import photographs_of

    found: list[Path] = []
    failed = 0
    for path in paths:
        if not is_folder(path):
            found.append(path)
            continue
        photographs, remarks = photographs_of(path)
        for problem in remarks:
            print(f"warning: {path.name}: {problem}", file=sys.stderr)
        if not photographs:
            complain(
                ReadError(
                    "this folder holds no photographs of spreads, or crops too.",
                    "Name the photographs.",
                    path,
                )
            )
            failed += 1
        found += photographs
    return found, failed


def _folders(photographs: list[Path], output: Path, *, several: bool) -> list[Path]:
    """Return the folder that each photograph's crops go into; no two share one."""
    if not several:
        return [output] * len(photographs)
    seen: Counter[str] = Counter()
    folders = []
    for photograph in photographs:
        seen[photograph.stem] += 1
        more = seen[photograph.stem]
        folders.append(output / (photograph.stem + (f" ({more})" if more > 1 else "")))
    return folders
