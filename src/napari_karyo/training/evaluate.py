"""``napari-karyo evaluate``: how often the program is right on labelled cells."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_karyo.cell import Cell, Chromosome
from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY
from napari_karyo.errors import ReadError
from napari_karyo.inference.assignment import placements
from napari_karyo.inference.classify import classify_cells, get_weights
from napari_karyo.inference.confidence import Light, lights
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.io.cells import read_patient
from napari_karyo.io.names import expected_class
from napari_karyo.training.dataset import LabelledCell, check_stains, read_cells, stains_of
from napari_karyo.training.provenance import provenance
from napari_karyo.training.report import CropResult, Report


def evaluate(
    data: Path,
    options: ClassifyOptions | None = None,
    *,
    split: str | None = None,
    upside_down: bool = False,
    stains: Collection[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Classify labelled cells and count what is right, before and after assignment.

    Parameters
    ----------
    data : Path
        A folder with ``labels.csv`` (see `napari_karyo.training.dataset`), or a folder
        of cells, or one cell, whose file names carry the class.
    options : ClassifyOptions, optional
    split : str, optional
        Which rows of ``labels.csv``; ``test`` where left out. Choose on ``val``; look at
        ``test`` once. Cells without that table are all evaluated.
    upside_down : bool
        Turn every crop by half before anything looks at it.
    stains : collection of str
        Which rows of ``labels.csv``, by their stain, or which cells, by their polarity;
        all where left empty.
    progress : callable, optional
        Told a line every fifty cells.

    Returns
    -------
    Report
        A crop that could not be read or prepared counts as wrong.

    Raises
    ------
    ReadError
        Where there is no labelled crop, or a split is asked for without ``labels.csv``.
    """
    split, options = _split_of(data, split), options or ClassifyOptions()
    began = time.monotonic()
    results: list[CropResult] = []
    with TemporaryDirectory() as work:
        cells = _labelled(data, Path(work), split, stains)
        for number, group in enumerate(_patients(cells)):
            results += _evaluate_patient(group, options, upside_down)
            if progress is not None and number % 50 == 49:
                progress(f"{number + 1} patients done")
    if not results:
        raise ReadError(
            f"no labelled crop of the split {split!r}.",
            "File names such as 12_1.png, or a labels.csv, must give each crop's class.",
            data,
        )
    weights = get_weights(options.model)
    return Report(
        tuple(results),
        model=str(options.model),
        model_hash=weights.sha256,
        split=split,
        upside_down=upside_down,
        made=provenance(str(choose_device(options.device)), time.monotonic() - began),
    )


def _labelled(
    data: Path, work: Path, split: str, stains: Collection[str]
) -> Iterator[LabelledCell]:
    if _has_splits(data):
        if stains:
            check_stains(stains, stains_of(data, (split,)), data)
        yield from read_cells(data, work, (split,), stains)
        return
    patient = read_patient(data)
    check_stains(stains, {str(cell.polarity) for cell in patient.cells}, data)
    for cell in patient.cells:
        if stains and str(cell.polarity) not in stains:
            continue
        lost = tuple(
            (problem.file, label)
            for problem in cell.problems
            if (label := expected_class(problem.file)) is not None
        )
        yield LabelledCell(cell, str(cell.polarity), patient.name, split, lost)


def _has_splits(data: Path) -> bool:
    """Tell a data folder from a cell, whose own ``labels.csv`` has no column ``split``."""
    table = data / "labels.csv"
    if not table.is_file():
        return False
    # What is no UTF-8 in it is told where the whole table is read.
    with table.open(encoding="utf-8-sig", errors="replace") as file:
        return "split" in file.readline().strip().lower().split(",")


def _split_of(data: Path, asked: str | None) -> str:
    if _has_splits(data):
        return asked or "test"
    if asked is not None:
        raise ReadError(
            "there is no labels.csv that says which split a cell is in.",
            "Leave out the split: all cells are evaluated then.",
            data,
        )
    return "all"


def _patients(cells: Iterable[LabelledCell]) -> list[list[LabelledCell]]:
    groups: dict[tuple[str, str], list[LabelledCell]] = defaultdict(list)
    for cell in cells:
        groups[cell.stain, cell.patient].append(cell)
    return list(groups.values())


def turn_by_half(cell: Cell) -> Cell:
    """Return a cell with every crop turned upside down."""
    return replace(
        cell,
        chromosomes=tuple(
            replace(item, image=np.ascontiguousarray(item.image[::-1, ::-1])) for item in cell
        ),
    )


def _evaluate_patient(
    group: list[LabelledCell], options: ClassifyOptions, upside_down: bool
) -> list[CropResult]:
    tells_polarity = get_weights(options.model).network.config.either_way_up
    results = [_failed(one, name, label) for one in group for name, label in one.lost]
    cells = [turn_by_half(one.cell) if upside_down else one.cell for one in group]
    failed: set[int] = set()
    classified = iter(
        classify_cells(
            cells,
            options,
            unusable=lambda cell, _: failed.add(id(cell)),
        )
    )
    for labelled, cell in zip(group, cells, strict=True):
        if id(cell) in failed:
            results += [_failed(labelled, item.name, item.expected) for item in _named(cell)]
            continue
        found = next(classified)
        own = found.predicted
        slots = zip(placements(found), own, strict=True)
        placed = [alone if slot == TRAY else slot for slot, alone in slots]
        shown = lights(found, dict(enumerate(placed)))
        kept = {item.name for item in found.cell}
        results += [
            _failed(labelled, item.name, item.expected)
            for item in _named(labelled.cell)
            if item.name not in kept
        ]
        for index, item in enumerate(found.cell):
            if item.expected is None:
                continue
            row = found.probabilities[index]
            truth = float(row[CLASS_INDEX[item.expected]])
            results.append(
                CropResult(
                    stain=labelled.stain,
                    patient=labelled.patient,
                    cell=labelled.cell.name,
                    file=item.name,
                    expected=item.expected,
                    predicted=own[index],
                    placed=placed[index],
                    rank=int((row > truth).sum()) + 1,
                    confidence=float(row[CLASS_INDEX[own[index]]]),
                    placed_probability=float(row[CLASS_INDEX[placed[index]]]),
                    p_arm_up=float(found.p_arm_up[index]),
                    light=shown[index],
                    unknown_cell=bool(found.unknown),
                    p_arm_known=labelled.p_arm_known and tells_polarity,
                )
            )
    return results


def _named(cell: Cell) -> list[Chromosome]:
    """Return the crops whose class is known: only these are counted."""
    return [item for item in cell if item.expected is not None]


def _failed(labelled: LabelledCell, name: str, expected: str | None) -> CropResult:
    return CropResult(
        labelled.stain,
        labelled.patient,
        labelled.cell.name,
        name,
        str(expected),
        predicted="",
        placed="",
        rank=len(CLASSES) + 1,
        confidence=0.0,
        placed_probability=0.0,
        p_arm_up=0.5,
        light=Light.DOUBTFUL,
    )
