"""The tables of a case file, their version, and the way from each version to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

#: Bytes 68 to 71 of the file: "Kary". SQLite keeps it for programs that use its format.
APPLICATION_ID: Final = 0x4B617279

#: Of the tables below after all steps.
VERSION: Final = 4

#: The tables of version 1. Every later version is these and the steps in `MIGRATIONS`, so that
#: a new file and one brought up to date are alike. Files carry these words and are compared
#: with them: what was released once stays as it is.
TABLES: Final = """
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A classified cell. Classified anew it becomes a new row, and the old one is superseded.
CREATE TABLE cell (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    path TEXT,
    polarity TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    problems TEXT NOT NULL,
    added TEXT NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0,
    model TEXT NOT NULL,
    model_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    program TEXT NOT NULL,
    scale REAL NOT NULL,
    doubtful_below REAL NOT NULL,
    sure_from REAL NOT NULL,
    notes TEXT NOT NULL,
    preprocessing TEXT NOT NULL,
    proposed TEXT NOT NULL
) STRICT;

-- A crop as read, or a piece made of others, and what the model said of it.
CREATE TABLE chromosome (
    cell INTEGER NOT NULL REFERENCES cell (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    path TEXT,
    expected TEXT,
    dtype TEXT NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    pixels BLOB NOT NULL,
    made_of TEXT NOT NULL,
    probabilities BLOB NOT NULL,
    p_arm_up REAL NOT NULL,
    attention BLOB NOT NULL,
    PRIMARY KEY (cell, number)
) STRICT;

-- Every edit, and every undoing and doing again of one, in order. Nothing is ever taken
-- from here.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    cell INTEGER NOT NULL REFERENCES cell (id),
    direction TEXT NOT NULL CHECK (direction IN ('do', 'undo', 'redo')),
    time TEXT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    edit TEXT,
    of INTEGER REFERENCES event (id),
    CHECK ((direction = 'do') = (edit IS NOT NULL)),
    CHECK ((direction = 'do') = (of IS NULL))
) STRICT;

CREATE INDEX event_of_cell ON event (cell, id);

CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

CREATE TRIGGER event_is_fixed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""

#: What leads from a version to the next one.
MIGRATIONS: Final[Mapping[int, Sequence[str]]] = {
    1: (
        "ALTER TABLE cell ADD COLUMN lost TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE cell ADD COLUMN withheld TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cell ADD COLUMN unknown TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE chromosome ADD COLUMN is_foreign INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE chromosome ADD COLUMN is_strange INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE chromosome ADD COLUMN scale REAL NOT NULL DEFAULT 0",
        # 0 is no scale: a chromosome of no cell must not cost the case.
        "UPDATE chromosome SET scale = "
        "coalesce((SELECT scale FROM cell WHERE cell.id = chromosome.cell), 0)",
        # Of a cell of a few crops sure began beyond all bounds, and a note said why.
        """UPDATE cell SET
            sure_from = 1.0,
            withheld = 'Only a few crops: their scale is not certain, by which classes are '
                || 'told apart. Look at every one.',
            notes = coalesce(
                (
                    SELECT json_group_array(value) FROM json_each(cell.notes)
                    WHERE value NOT LIKE 'Only % crop%: their scale is not certain, %'
                ),
                '[]'
            )
        WHERE sure_from > 1.0 AND json_valid(notes)""",
    ),
    2: (
        # The photograph that the crops of a cell were cut out of, and where each lay in it.
        """CREATE TABLE spread (
            cell INTEGER PRIMARY KEY REFERENCES cell (id),
            name TEXT NOT NULL,
            path TEXT,
            polarity TEXT NOT NULL,
            dtype TEXT NOT NULL,
            height INTEGER NOT NULL,
            width INTEGER NOT NULL,
            pixels BLOB NOT NULL
        ) STRICT""",
        "ALTER TABLE chromosome ADD COLUMN outline BLOB",
    ),
    # The tables stay. But states of cells say where these are found again, and an older program
    # would drop that with its next edit.
    3: (),
}


def commands(version: int) -> tuple[str, ...]:
    """Return what makes the empty tables of a version."""
    return (TABLES, *(one for step in range(1, version) for one in MIGRATIONS[step]))
