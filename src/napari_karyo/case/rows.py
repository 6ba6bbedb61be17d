"""A classified cell as rows of the case file, and back.

Kept is what was read and what the model said. What follows from them by computation, the
upright pictures and what the network saw, is computed again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_karyo.case.checked import (
    MOST_INPUTS,
    RowError,
    cell_row,
    check_members,
    chromosome_rows,
    event_rows,
    insert,
    spread_row,
)
from napari_karyo.case.packed import (
    outlines_of,
    pack_outline,
    pack_pixels,
    pixels_of,
    shares_of,
)
from napari_karyo.cell import Cell, Chromosome, Lost, Outline, Polarity, Problem, Spread
from napari_karyo.classes import CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.extend import with_pieces
from napari_karyo.inference.result import Classification
from napari_karyo.io.limits import LARGEST_SIDE
from napari_karyo.karyotype import REPLACING, Karyotype, State, origins
from napari_karyo.preprocessing.prepare import InputSettings, draw_inputs, stand_upright


class KeptCrops(NamedTuple):
    """The crops of a cell as a case file keeps them.

    Attributes
    ----------
    cell : Cell
        With the crops that were read.
    chromosomes : tuple of Chromosome, length N
        Those, and behind them the pieces that a person made.
    probabilities : ndarray, shape (N, 24), float32
        What the model said of each.
    unknown : str
        Why the model knows nothing of the cell; empty where it does.
    """

    cell: Cell
    chromosomes: tuple[Chromosome, ...]
    probabilities: NDArray[np.float32]
    unknown: str = ""


def insert_cell(
    connection: sqlite3.Connection,
    classified: ClassifiedCell,
    program: str,
) -> int:
    """Write a classified cell with all its pieces; return its number in the file."""
    classification, cell = classified.classification, classified.classification.cell
    problems = [[one.file, one.what, one.remedy, one.left_out] for one in cell.problems]
    values: dict[str, Any] = {
        "name": cell.name,
        "label": classified.label,
        "path": None if cell.path is None else str(cell.path),
        "polarity": cell.polarity.value,
        "simulated": int(cell.simulated),
        "lost": json.dumps(sorted(cell.lost)),
        "problems": json.dumps(problems),
        "added": datetime.now(UTC).isoformat(),
        "model": classification.model,
        "model_hash": classification.model_hash,
        "device": classification.device,
        "program": program,
        "scale": float(classification.scale),
        "doubtful_below": classification.thresholds[0],
        "sure_from": classification.thresholds[1],
        "withheld": classification.withheld,
        "unknown": classification.unknown,
        "notes": json.dumps(classification.notes),
        "preprocessing": json.dumps(classification.settings.as_dict()),
        "proposed": json.dumps(classified.karyotype.proposed.to_dict()),
    }
    number = insert(connection, "cell", values)
    if cell.photograph is not None:
        insert(connection, "spread", {"cell": number, **_spread_values(cell.photograph)})
    own = range(classification.photographed)
    insert_chromosomes(connection, number, classification, own, ())
    for piece, made_of in _origins(classification, classified.karyotype).items():
        insert_chromosomes(connection, number, classification, [piece], made_of)
    return number


def _spread_values(photograph: Spread) -> dict[str, Any]:
    return {
        "name": photograph.name,
        "path": None if photograph.path is None else str(photograph.path),
        "polarity": photograph.polarity.value,
        **pack_pixels(photograph.image),
    }


def _origins(classification: Classification, karyotype: Karyotype) -> dict[int, tuple[int, ...]]:
    """Return what each piece was made of, by its number; of itself where of no other."""
    unknown = {one: (one,) for one in range(classification.photographed, len(classification))}
    return unknown | origins((*karyotype.history, *karyotype.undone))


def set_notes(connection: sqlite3.Connection, cell: int, classification: Classification) -> None:
    """Write what the person should know of a cell, which pieces may have added to."""
    notes = json.dumps(classification.notes)
    connection.execute("UPDATE cell SET notes = ? WHERE id = ?", (notes, cell))


def insert_chromosomes(
    connection: sqlite3.Connection,
    cell: int,
    classification: Classification,
    numbers: Iterable[int],
    made_of: Sequence[int],
) -> None:
    """Write chromosomes of a cell: crops, or pieces made of others."""
    for number in numbers:
        item = classification.cell.chromosomes[number]
        values = {
            "cell": cell,
            "number": number,
            "name": item.name,
            "path": None if item.path is None else str(item.path),
            "expected": item.expected,
            **pack_pixels(item.image),
            "outline": pack_outline(item.outline),
            "made_of": json.dumps(list(made_of)),
            "probabilities": _blob(classification.probabilities[number]),
            "p_arm_up": float(classification.p_arm_up[number]),
            "attention": _blob(classification.attention[number]),
            "is_foreign": int(classification.foreign[number]),
            "scale": float(classification.scales[number]),
            "is_strange": int(classification.strange[number]),
        }
        if _is_named(connection, cell, number):
            raise sqlite3.IntegrityError(f"chromosome {number} is there already")
        # A piece whose edit was never kept may stand there from before.
        insert(connection, "chromosome", values, "INSERT OR REPLACE")


def _is_named(connection: sqlite3.Connection, cell: int, number: int) -> bool:
    """Tell whether an edit speaks of a piece: its number never means another one."""
    there = "SELECT 1 FROM chromosome WHERE cell = ? AND number = ?"
    if connection.execute(there, (cell, number)).fetchone() is None:
        # A piece is kept before its edit: no history has to be read through.
        return False
    marks = ", ".join("?" * len(REPLACING))
    query = (
        "SELECT 1 FROM event, json_each(event.edit, '$.chromosomes') AS one "
        f"WHERE event.cell = ? AND event.kind IN ({marks}) AND one.value = ?"
    )
    return connection.execute(query, (cell, *REPLACING, number)).fetchone() is not None


def read_classification(connection: sqlite3.Connection, number: int) -> Classification:
    """Read a classified cell, and compute again what is not kept.

    Raises
    ------
    RowError
        Where its rows make no sense.
    PreprocessingError
        Where a crop that once held a chromosome holds none for this version of the program.
    """
    row = cell_row(connection, number)
    items = chromosome_rows(connection, number)
    settings = _settings(row, len(items))
    attention = np.stack([shares_of(item, "attention") for item in items])
    kept, notes = _read_crops(connection, row, items)
    cell, chromosomes = kept.cell, kept.chromosomes
    first, problems = len(cell), cell.problems
    standing, uprights = stand_upright(cell)
    if len(uprights) != first:
        lost = next(one for one in standing.problems if one not in problems)
        raise PreprocessingError(
            f"{lost.file}, read by an earlier version of the program, can't be prepared by this "
            f"one: {lost.what}",
            "Open the case with the version that wrote it.",
            cell.name,
        )
    scales = np.array([item["scale"] for item in items], np.float64)
    prepared = draw_inputs(cell, uprights, scales[:first], settings)
    found = Classification(
        cell=cell,
        probabilities=np.zeros((first, len(CLASSES)), np.float32),
        p_arm_up=np.zeros(first, np.float32),
        attention=attention[:first],
        uprights=uprights,
        inputs=prepared.inputs,
        input_grids=prepared.grids,
        scales=prepared.factors,
        model=row["model"],
        model_hash=row["model_hash"],
        device=row["device"],
        thresholds=(row["doubtful_below"], row["sure_from"]),
        foreign=np.zeros(first, np.bool_),
        strange=np.zeros(first, np.bool_),
        unknown=row["unknown"],
        withheld=row["withheld"],
        notes=tuple(dict.fromkeys(notes)),
        settings=settings,
    )
    if first < len(items):
        found = with_pieces(found, chromosomes[first:])
    return replace(
        found,
        probabilities=kept.probabilities,
        p_arm_up=np.array([item["p_arm_up"] for item in items], np.float32),
        attention=attention,
        foreign=np.array([item["is_foreign"] for item in items], np.bool_),
        strange=np.array([item["is_strange"] for item in items], np.bool_),
    )


def read_crops(connection: sqlite3.Connection, number: int) -> KeptCrops:
    """Read the crops of a cell and what the model said of each; nothing is computed again.

    Raises
    ------
    RowError
        Where its rows make no sense.
    """
    row = cell_row(connection, number)
    return _read_crops(connection, row, chromosome_rows(connection, number))[0]


def _read_crops(
    connection: sqlite3.Connection, row: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> tuple[KeptCrops, list[str]]:
    """Return the crops of checked rows, and the cell's notes with what is damaged."""
    probabilities = [shares_of(item, "probabilities", len(CLASSES)) for item in items]
    photograph = _photograph(connection, row["id"])
    # Crops that a folder held may know where they lay in a photograph that is not there.
    shape = photograph.image.shape if photograph is not None else (LARGEST_SIDE, LARGEST_SIDE)
    outlines, damaged = outlines_of(items, shape)
    remedy = "" if photograph is None else " Draw around it anew."
    notes = json.loads(row["notes"]) + [
        f"{name}: where it lies in the photograph can't be read from the case file.{remedy}"
        for name in damaged
    ]
    chromosomes = tuple(_chromosome(item, outlines.get(item["number"])) for item in items)
    # Pieces come after all that was read.
    read = [item for item, row in zip(chromosomes, items, strict=True) if row["made_of"] == "[]"]
    cell = Cell(
        name=row["name"],
        chromosomes=tuple(read),
        polarity=Polarity(row["polarity"]),
        path=None if row["path"] is None else Path(row["path"]),
        problems=tuple(Problem(*problem) for problem in json.loads(row["problems"])),
        simulated=bool(row["simulated"]),
        lost=frozenset(map(Lost, json.loads(row["lost"]))),
        spread=None if photograph is None else photograph.path,
        photograph=photograph,
    )
    return KeptCrops(cell, chromosomes, np.stack(probabilities), row["unknown"]), notes


def _settings(row: Mapping[str, Any], count: int) -> InputSettings:
    """Return how the crops of a cell became the network's inputs."""
    where = f"cell {row['id']}: preprocessing"
    try:
        settings = InputSettings.from_dict(json.loads(row["preprocessing"]))
    except ValueError as error:
        raise RowError(f"{where}: {error}") from error
    if count * settings.height * settings.width > MOST_INPUTS:
        raise RowError(f"{where}: {count} crops of that size are too many")
    return settings


def read_proposal(connection: sqlite3.Connection, number: int) -> Karyotype:
    """Return the karyotype that was proposed of a cell, with no edit yet.

    Raises
    ------
    RowError, EditError
        Where its rows make no sense.
    """
    row = cell_row(connection, number)
    items = list(chromosome_rows(connection, number))
    names = [item["name"] for item in items]
    in_spread = any(item["outline"] is not None for item in items)
    proposed = State.from_dict(json.loads(row["proposed"]))
    check_members(f"cell {number}: proposed", proposed.positions, len(names))
    return Karyotype.from_state(
        names,
        proposed,
        unknown=row["unknown"],
        in_spread=in_spread,
        lengths_lost=Lost.SCALE in json.loads(row["lost"]),
    )


def copy_cell(source: sqlite3.Connection, target: sqlite3.Connection, number: int) -> int:
    """Copy the rows of a cell, of its chromosomes and its history; return its new number.

    Raises
    ------
    RowError
        Where its rows make no sense.
    """
    own = cell_row(source, number)
    del own["id"]
    new = insert(target, "cell", own)
    photograph = spread_row(source, number)
    if photograph is not None:
        insert(target, "spread", {**photograph, "cell": new})
    for row in chromosome_rows(source, number):
        insert(target, "chromosome", {**row, "cell": new})
    moved: dict[int | None, int | None] = {None: None}
    for row in event_rows(source, number):
        if row["of"] not in moved:
            raise RowError(f"cell {number}, event {row['id']}: it is of no edit of this cell")
        values = {**row, "cell": new, "of": moved[row["of"]]}
        moved[values.pop("id")] = insert(target, "event", values)
    return new


def _photograph(connection: sqlite3.Connection, number: int) -> Spread | None:
    row = spread_row(connection, number)
    if row is None:
        return None
    return Spread(
        row["name"],
        pixels_of(f"cell {number}, spread", row),
        Polarity(row["polarity"]),
        None if row["path"] is None else Path(row["path"]),
    )


def _chromosome(row: Mapping[str, Any], outline: Outline | None) -> Chromosome:
    return Chromosome(
        name=row["name"],
        image=pixels_of(f"cell {row['cell']}, chromosome {row['number']}", row),
        path=None if row["path"] is None else Path(row["path"]),
        expected=row["expected"],
        outline=outline,
    )


def _blob(values: NDArray[np.float32]) -> bytes:
    return np.asarray(values, "<f4").tobytes()
