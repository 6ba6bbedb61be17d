"""What the commands say on standard output and standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_karyo.classes import TRAY

if TYPE_CHECKING:
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.inference.result import Classification
    from napari_karyo.output.options import ExportOptions


def warn(result: Classification) -> None:
    """Say what is wrong with a cell and what should be known of it."""
    from napari_karyo.inference.remarks import remarks_on

    for words in remarks_on(result):
        print(words, file=sys.stderr)


def complain(error: Exception | str) -> None:
    """Say why something is left out or was not done."""
    print(f"napari-karyo: {error}", file=sys.stderr)


def plain(text: str) -> str:
    """Return a text that others wrote as it may be shown in a terminal.

    A case comes by mail: what it holds must not speak to the terminal, nor turn its lines
    round. Some scripts need joiners.
    """
    return "".join(
        one if one.isprintable() or one in "\u200c\u200d" else "\N{REPLACEMENT CHARACTER}"
        for one in text
    )


def line(words: str) -> None:
    """Say a line at once, also into a file or a pipe."""
    print(words, flush=True)


def export_told(
    cells: Sequence[ClassifiedCell], path: Path, options: ExportOptions
) -> tuple[Path, ...]:
    """Write cells, after saying what will be missing; return the files written."""
    from napari_karyo.output.cell_page import no_spread
    from napari_karyo.output.export import export
    from napari_karyo.output.legible import illegible

    for words in (illegible(cells, path, options), no_spread(cells, path, options)):
        if words:
            print(f"warning: {words}", file=sys.stderr)
    return export(cells, path, options)


def write_picture(result: Classification, path: Path, options: ExportOptions) -> None:
    """Write the karyogram that is proposed of a cell, and say what to look at."""
    from napari_karyo.classified import ClassifiedCell

    cell = ClassifiedCell.from_classification(result)
    karyotype = cell.karyotype
    export_told([cell], path, options)
    words = f"proposal {karyotype.iscn}" if karyotype.iscn else karyotype.iscn_words
    print(f"{path.resolve()}: {words}, for research use")
    for index in cell.doubtful():
        name, own = result.cell.chromosomes[index].name, result.predicted[index]
        slot = karyotype.slot_of(index)
        share = cell.confidence(index)
        where = "in the tray" if slot == TRAY else f"placed in {slot} ({share:.0%})"
        print(f"look at {name}: {where}, alone a {own}")
