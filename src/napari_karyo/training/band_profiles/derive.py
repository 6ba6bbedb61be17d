"""Derive the table of band profiles from labelled training cells.

``python -m napari_karyo.training.band_profiles.derive DATA --output profiles.npz``

DATA holds ``labels.csv`` and the crops or their archives, as for training. Only the
rows of the split ``train`` are read. Every mean is taken over as many chromosomes as
`LIMIT`, fewer only where the data hold fewer, and never fewer than `LEAST`.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_karyo.band_profiles.profiles import (
    STAINS,
    ClassProfile,
    StainProfile,
    stain_name,
    write_table,
)
from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.errors import KaryoError
from napari_karyo.training.band_profiles.average import average
from napari_karyo.training.band_profiles.measure import Measured, measure_cell
from napari_karyo.training.dataset import LabelledCell, read_cells

#: Chromosomes a class that are enough for a mean.
LIMIT = 240

#: Below this a mean begins to look like one of its members.
LEAST = 20

#: A cell says how long it is only where nearly all its autosomes could be measured.
_LEAST_AUTOSOMES = 30

SOURCE = (
    "Class averages over the training split: Q-band, BioImLab, University of Padova; "
    "G-band, Pki-3, University of Passau (Ritter and Gao)."
)


def collect(cells: Iterable[LabelledCell], limit: int = LIMIT) -> dict[str, list[list[Measured]]]:
    """Measure cells until every class has enough chromosomes.

    Parameters
    ----------
    cells : iterable of LabelledCell
    limit : int
        Chromosomes a class and stain.

    Returns
    -------
    dict of str to list of list of Measured
        By stain, one list a cell.
    """
    counts: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[str, list[list[Measured]]] = {stain: [] for stain in STAINS}
    # Neighbouring cells are of one patient; a fixed shuffle spreads the means over many.
    for labelled in sorted(cells, key=_shuffled):
        stain = stain_name(labelled.cell.polarity)
        wanted = frozenset(name for name in CLASSES if counts[stain, name] < limit)
        if not wanted:
            continue
        if wanted & set(AUTOSOMES):
            # A cell that is measured at all is measured whole, to know its length.
            wanted = frozenset(CLASSES)
        items = measure_cell(labelled.cell, wanted)
        for item in items:
            counts[stain, item.label] += 1
        found[stain].append(items)
    return found


def _shuffled(labelled: LabelledCell) -> bytes:
    return sha256(f"{labelled.stain}/{labelled.cell.name}".encode()).digest()


def build(stain: str, cells: Sequence[Sequence[Measured]]) -> StainProfile:
    """Average the measured cells of one stain.

    Raises
    ------
    KaryoError
        Where a class has too few chromosomes for a mean.
    """
    scales = {k: scale for k, cell in enumerate(cells) if (scale := _scale(cell)) is not None}
    if len(scales) < LEAST:
        raise KaryoError(
            f"only {len(scales)} whole cells of {stain}-band are there.",
            f"A profile needs {LEAST} at least.",
        )
    lengths, widths, peaks = (np.array([scale[k] for scale in scales.values()]) for k in range(3))
    classes = {}
    for name in CLASSES:
        items = [item for cell in cells for item in cell if item.label == name]
        if len(items) < LEAST:
            raise KaryoError(
                f"only {len(items)} chromosomes {name} in {stain}-band are there.",
                f"A mean needs {LEAST} at least, so that no single one can be recognised.",
            )
        mean = average(items)
        placed = [
            (np.log(item.length / scales[k][0]), item.peak / scales[k][2])
            for k, cell in enumerate(cells)
            if k in scales
            for item in cell
            if item.label == name
        ]
        length, peak = np.array(placed).T
        # Middle of the spread, since a few folded or wrongly labelled ones are far off.
        low, middle, high = np.quantile(length, (0.16, 0.5, 0.84))
        dim, mid, lit = np.quantile(peak, (0.16, 0.5, 0.84))
        classes[name] = ClassProfile(
            name,
            mean.texture,
            mean.half_width,
            length=float(np.exp(middle)),
            length_spread=float(high - low) / 2,
            peak=float(mid),
            peak_spread=float(lit - dim) / 2,
            spread=mean.spread,
            contrast=mean.contrast,
            chromosomes=mean.chromosomes,
        )
    return StainProfile(
        stain,
        classes,
        length=float(np.exp(np.log(lengths).mean())),
        length_spread=float(np.log(lengths).std()),
        width_spread=float(np.log(widths).std()),
        width_with_length=float(np.corrcoef(np.log(lengths), np.log(widths))[0, 1]),
        peak=float(peaks.mean()),
        peak_spread=float(peaks.std()),
    )


def _scale(cell: Sequence[Measured]) -> tuple[float, float, float] | None:
    """Return mean length, mean half-width and median peak of a cell's autosomes.

    Each class counts once; a cell that lacks many classes says nothing.
    """
    of_class: dict[str, list[Measured]] = defaultdict(list)
    for item in cell:
        if item.label in AUTOSOMES:
            of_class[item.label].append(item)
    if sum(map(len, of_class.values())) < _LEAST_AUTOSOMES or len(of_class) < len(AUTOSOMES) - 1:
        return None
    length = np.mean([np.mean([item.length for item in items]) for items in of_class.values()])
    width = np.mean([item.half_width.mean() for items in of_class.values() for item in items])
    peak = np.median([item.peak for items in of_class.values() for item in items])
    return float(length), float(width), float(peak)


def main(arguments: Sequence[str] | None = None) -> int:
    """Derive the table; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m napari_karyo.training.band_profiles.derive",
        description="Derive the table of band profiles from the training cells.",
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="folder with labels.csv")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".npz to write")
    parser.add_argument("--work", type=Path, help="where archives are unpacked (a scratch folder)")
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"crops a class ({LIMIT})")
    chosen = parser.parse_args(arguments)
    try:
        with TemporaryDirectory() as scratch:
            cells = read_cells(chosen.data, chosen.work or Path(scratch), ("train",))
            measured = collect(cells, chosen.limit)
            profiles = {stain: build(stain, measured[stain]) for stain in STAINS}
    except KaryoError as error:
        print(error, file=sys.stderr)
        return 1
    write_table(chosen.output, profiles, SOURCE)
    for stain, profile in profiles.items():
        fewest = min(profile.classes.values(), key=lambda item: item.chromosomes)
        print(f"{stain}: mean autosome {profile.length:.1f} pixels, at least", end=" ")
        print(f"{fewest.chromosomes} chromosomes a class ({fewest.name})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
