"""A classified cell as rows of the case file, and back.

Kept is what was read and what the model said. What follows from them by computation, the
upright pictures and what the network saw, is computed again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Chromosome, Lost, Polarity, Problem
from napari_karyo.classes import CLASSES
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.extend import with_pieces
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype, State
from napari_karyo.preprocessing.prepare import InputSettings, draw_inputs, stand_upright

#: Of the crops: they are written once, while the person waits for the karyogram.
_LEVEL = 1


def insert_cell(
    connection: sqlite3.Connection,
    classification: Classification,
    proposed: State,
    label: str,
    program: str,
) -> int:
    """Write a classified cell; return its number in the file."""
    cell = classification.cell
    problems = [[one.file, one.what, one.remedy, one.left_out] for one in cell.problems]
    values: dict[str, Any] = {
        "name": cell.name,
        "label": label,
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
        "preprocessing": json.dumps(asdict(classification.settings)),
        "proposed": json.dumps(proposed.to_dict()),
    }
    number = _insert(connection, "cell", values)
    own = range(classification.photographed)
    insert_chromosomes(connection, number, classification, own, ())
    return number


def origins(classification: Classification, karyotype: Karyotype) -> dict[int, tuple[int, ...]]:
    """Return what each piece was made of, by its number."""
    found: dict[int, tuple[int, ...]] = {
        one: (one,) for one in range(classification.photographed, len(classification))
    }
    for edit in (*karyotype.history, *karyotype.undone):
        if edit.kind in ("merge", "split"):
            old = tuple(one for one in edit.chromosomes if one in edit.before.seats)
            found |= dict.fromkeys(set(edit.chromosomes) - set(old), old)
    return found


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
        image = np.ascontiguousarray(item.image)
        values = {
            "cell": cell,
            "number": number,
            "name": item.name,
            "path": None if item.path is None else str(item.path),
            "expected": item.expected,
            "dtype": image.dtype.str,
            "height": image.shape[0],
            "width": image.shape[1],
            "pixels": zlib.compress(image.tobytes(), _LEVEL),
            "made_of": json.dumps(list(made_of)),
            "probabilities": _blob(classification.probabilities[number]),
            "p_arm_up": float(classification.p_arm_up[number]),
            "attention": _blob(classification.attention[number]),
            "is_foreign": int(classification.foreign[number]),
        }
        if _is_named(connection, cell, number):
            raise sqlite3.IntegrityError(f"chromosome {number} is there already")
        # A piece whose edit was never kept may stand there from before.
        _insert(connection, "chromosome", values, "INSERT OR REPLACE")


def _is_named(connection: sqlite3.Connection, cell: int, number: int) -> bool:
    """Tell whether an edit speaks of a piece: its number never means another one."""
    query = (
        "SELECT 1 FROM event, json_each(event.edit, '$.chromosomes') AS one "
        "WHERE event.cell = ? AND event.kind IN ('merge', 'split') AND one.value = ?"
    )
    return connection.execute(query, (cell, number)).fetchone() is not None


def read_classification(connection: sqlite3.Connection, number: int) -> Classification:
    """Read a classified cell, and compute again what is not kept.

    Raises
    ------
    PreprocessingError
        Where a crop that once held a chromosome holds none for this version of the program.
    """
    row = _one(connection, number)
    # Pieces come after all that was read.
    items = _select(connection, "SELECT * FROM chromosome WHERE cell = ? ORDER BY number", number)
    chromosomes = tuple(_chromosome(item) for item in items)
    read = [item for item, row in zip(chromosomes, items, strict=True) if row["made_of"] == "[]"]
    problems = tuple(Problem(*problem) for problem in json.loads(row["problems"]))
    cell = Cell(
        name=row["name"],
        chromosomes=tuple(read),
        polarity=Polarity(row["polarity"]),
        path=None if row["path"] is None else Path(row["path"]),
        problems=problems,
        simulated=bool(row["simulated"]),
        lost=frozenset(map(Lost, json.loads(row["lost"]))),
    )
    settings = InputSettings(**json.loads(row["preprocessing"]))
    standing, uprights = stand_upright(cell)
    if len(uprights) != len(read):
        lost = next(one for one in standing.problems if one not in problems)
        raise PreprocessingError(
            f"{lost.file}, read by an earlier version of the program, can't be prepared by this "
            f"one: {lost.what}",
            "Open the case with the version that wrote it.",
            cell.name,
        )
    prepared = draw_inputs(cell, uprights, row["scale"], settings)
    attention = np.stack([_floats(item["attention"]) for item in items])
    first = len(read)
    found = Classification(
        cell=cell,
        probabilities=np.zeros((first, len(CLASSES)), np.float32),
        p_arm_up=np.zeros(first, np.float32),
        attention=attention[:first],
        uprights=uprights,
        inputs=prepared.inputs,
        input_grids=prepared.grids,
        scale=row["scale"],
        model=row["model"],
        model_hash=row["model_hash"],
        device=row["device"],
        thresholds=(row["doubtful_below"], row["sure_from"]),
        foreign=np.zeros(first, np.bool_),
        unknown=row["unknown"],
        withheld=row["withheld"],
        notes=tuple(json.loads(row["notes"])),
        settings=settings,
    )
    if first < len(items):
        found = with_pieces(found, chromosomes[first:])
    return replace(
        found,
        probabilities=np.stack([_floats(item["probabilities"]) for item in items]),
        p_arm_up=np.array([item["p_arm_up"] for item in items], np.float32),
        attention=attention,
        foreign=np.array([item["is_foreign"] for item in items], np.bool_),
    )


def read_proposal(connection: sqlite3.Connection, number: int) -> Karyotype:
    """Return the karyotype that was proposed of a cell, with no edit yet."""
    row = _one(connection, number)
    names = connection.execute(
        "SELECT name FROM chromosome WHERE cell = ? ORDER BY number", (number,)
    ).fetchall()
    return Karyotype.from_state(
        [name for (name,) in names],
        State.from_dict(json.loads(row["proposed"])),
        unknown=row["unknown"],
    )


def copy_cell(source: sqlite3.Connection, target: sqlite3.Connection, number: int) -> int:
    """Copy the rows of a cell, of its chromosomes and its history; return its new number."""
    own = dict(_one(source, number))
    del own["id"]
    new = _insert(target, "cell", own)
    for row in _select(source, "SELECT * FROM chromosome WHERE cell = ? ORDER BY number", number):
        _insert(target, "chromosome", {**dict(row), "cell": new})
    moved: dict[int | None, int | None] = {None: None}
    for row in _select(source, "SELECT * FROM event WHERE cell = ? ORDER BY id", number):
        values = {**dict(row), "cell": new, "of": moved[row["of"]]}
        moved[values.pop("id")] = _insert(target, "event", values)
    return new


def _one(connection: sqlite3.Connection, number: int) -> sqlite3.Row:
    rows = _select(connection, "SELECT * FROM cell WHERE id = ?", number)
    if not rows:
        raise KeyError(number)
    return rows[0]


def _select(connection: sqlite3.Connection, query: str, number: int) -> list[sqlite3.Row]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(query, (number,)).fetchall()


def _insert(
    connection: sqlite3.Connection, table: str, values: dict[str, Any], verb: str = "INSERT"
) -> int:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", values)
    return int(cursor.lastrowid or 0)


def _chromosome(row: sqlite3.Row) -> Chromosome:
    pixels = np.frombuffer(zlib.decompress(row["pixels"]), np.dtype(row["dtype"]))
    return Chromosome(
        name=row["name"],
        image=pixels.reshape(row["height"], row["width"]),
        path=None if row["path"] is None else Path(row["path"]),
        expected=row["expected"],
    )


def _blob(values: NDArray[np.float32]) -> bytes:
    return np.asarray(values, "<f4").tobytes()


def _floats(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, "<f4").astype(np.float32)
