"""Case files as a laboratory leaves them: cells that a person corrected and signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from drawn import make_classification

from napari_karyo.case import Case
from napari_karyo.cell import Cell, Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.own_model.collection import CollectedCell, CollectedCrop
from napari_karyo.simulation.sample import simulate_cell

#: What a person does to a cell before signing.
Work = Callable[[ClassifiedCell], object]


@cache
def photographed(seed: int, stain: str = "G", karyotype: str = "46,XY") -> Cell:
    """Return a simulated cell that passes for a photographed one, p arms up, classes known."""
    cell = simulate_cell(karyotype, seed=seed, stain=stain)
    return replace(cell, name=f"cell {seed}", simulated=False)


def classes_of(cell: Cell) -> list[str]:
    """Return the classes of a simulated cell."""
    return [str(item.expected) for item in cell]


def corrected(cell: Cell, wrong: dict[int, str] | None = None) -> ClassifiedCell:
    """Return a cell that a good network read, some chromosomes of it wrongly."""
    read = {**dict(enumerate(classes_of(cell))), **(wrong or {})}
    nameless = replace(
        cell, chromosomes=tuple(replace(item, expected=None) for item in cell.chromosomes)
    )
    found = make_classification(nameless, [read[one] for one in range(len(cell))])
    return ClassifiedCell.from_classification(found, who="AB")


def keep(
    path: Path, cells: Sequence[ClassifiedCell], patient: str = "", work: Work | None = None
) -> Path:
    """Write a case file whose cells a person worked on and signed."""
    with Case.create(path, patient) as case:
        for cell in cells:
            case.add(cell)
            if work is not None:
                work(cell)
            cell.karyotype.sign("reviewed")
    return path


def laboratory(folder: Path, patients: int = 3, cells: int = 2, stain: str = "G") -> Path:
    """Write a folder with a case file a patient."""
    folder.mkdir(exist_ok=True)
    for patient in range(patients):
        seeds = range(100 * patient, 100 * patient + cells)
        made = [corrected(photographed(seed, stain)) for seed in seeds]
        keep(folder / f"P{patient}.karyo", made, f"Jane Doe {patient}")
    return folder


def listing(folder: Path) -> dict[str, bytes]:
    """Return all that is in a folder, byte by byte."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def collected(
    patient: str,
    number: int = 1,
    labels: Sequence[str] = CLASSES,
    shift: int = 0,
    polarity: Polarity = Polarity.DARK,
) -> CollectedCell:
    """Return a collected cell of tiny crops; the model calls each `shift` classes lower."""
    image = np.full((4, 4), 200, np.uint8)
    image[0, 0] = number % 256
    crops = tuple(
        CollectedCrop(name, image, CLASSES[(CLASS_INDEX[name] - shift) % 24]) for name in labels
    )
    path = Path(f"/cases/{patient}.karyo")
    return CollectedCell(path, number, f"cell {number}", patient, polarity, crops=crops)
