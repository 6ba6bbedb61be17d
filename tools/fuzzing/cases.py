"""Case files made wrong: their bytes, their tables, their rows and what lies beside them."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuzzing.mutate import EDGES, WORDS, change_text, scramble
from napari_karyo.case import Case, schema
from napari_karyo.cell import Cell, Chromosome, Outline, Polarity, Problem, Spread
from napari_karyo.classes import CLASSES
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import KaryoError
from napari_karyo.inference import extend
from napari_karyo.inference.extend import with_pieces
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.preprocessing import prepare as preparing
from napari_karyo.preprocessing.prepare import InputSettings, draw_inputs, stand_upright
from napari_karyo.preprocessing.upright import Upright

NAME = "P1.karyo"


def _nothing(megabytes: int) -> bytes:
    coder, million = zlib.compressobj(1), bytes(1_000_000)
    return b"".join(coder.compress(million) for _ in range(megabytes)) + coder.flush()


#: The bytes that say a file keeps a log: SQLite can't open such a one in memory.
_LOGGED = slice(18, 20)

#: Three hundred megabytes of nothing.
_BOMB = _nothing(300)
_JSON_COLUMNS = (
    ("cell", "problems"),
    ("cell", "lost"),
    ("cell", "notes"),
    ("cell", "preprocessing"),
    ("cell", "proposed"),
    ("cell", "proposed"),
    ("chromosome", "made_of"),
    ("event", "edit"),
    ("event", "edit"),
)
#: Tables, views and columns that no case has.
_FOREIGN = (
    "CREATE VIEW v AS SELECT 1",
    "DROP TABLE {0}; CREATE VIEW {0} AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
    "SELECT i + 1 FROM n) SELECT i AS id, i AS cell, i AS name, i AS value FROM n",
    "CREATE TABLE other (x)",
    "CREATE TRIGGER t AFTER INSERT ON {0} BEGIN DELETE FROM fact; END",
    "CREATE INDEX other ON {0} (rowid + 1)",
    "ALTER TABLE {0} ADD COLUMN g TEXT GENERATED ALWAYS AS (hex(zeroblob(1000))) VIRTUAL",
    "ALTER TABLE {0} ADD COLUMN extra TEXT",
    "ALTER TABLE {0} RENAME TO elsewhere",
    "ALTER TABLE cell DROP COLUMN notes",
    "ALTER TABLE chromosome DROP COLUMN attention",
    "CREATE VIRTUAL TABLE f USING fts5 (x)",
    "CREATE TEMP TABLE {0} (x)",
    "DROP TRIGGER event_stays",
    "DROP TABLE {0}",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 99",
    "PRAGMA application_id = 1",
    "ANALYZE",
)


def _remembered(found: Callable[[Any], Upright]) -> Callable[[Any], Upright]:
    """Do the work on a crop once: most files hold good crops, and always the same."""
    known: dict[bytes, Upright] = {}

    def look(bright: Any) -> Upright:
        key = repr(bright.shape).encode() + bright.tobytes()
        if key not in known:
            if len(known) > 500:
                known.clear()
            known[key] = found(bright)
        return known[key]

    return look


def prepare() -> list[bytes]:
    """Return good case files: of two cells with their edits, and of one small one."""
    for room in (extend, preparing):
        room.upright = _remembered(room.upright)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("a.karyo", "b.karyo")]
        with Case.create(paths[0], "Jane") as case:
            for number in range(2):
                found = _classified(f"cell {number}", 3 - number)
                karyotype = propose(found, who="AB")
                case.add(ClassifiedCell(found, karyotype))
                _edit(found, karyotype)
        with Case.create(paths[1]) as case:
            found = _classified("small", 1)
            case.add(ClassifiedCell(found, propose(found)))
        good = [path.read_bytes() for path in paths]
    return [*good, _of_version_1(good[0])]


def _of_version_1(content: bytes) -> bytes:
    """Return a case file as the first version of its tables held it."""
    with closing(_opened(content)) as connection, closing(sqlite3.connect(":memory:")) as first:
        first.executescript(schema.TABLES)
        for table in ("cell", "chromosome"):
            query = f"SELECT name FROM pragma_table_info('{table}')"
            old = set(first.execute(query))
            for (name,) in connection.execute(query).fetchall():
                if (name,) not in old:
                    connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        connection.execute("DROP TABLE spread")
        connection.execute("PRAGMA user_version = 1")
        return bytes(connection.serialize())


def _classified(name: str, count: int) -> Classification:
    chromosomes = []
    for number in range(count):
        image = np.full((34 + 4 * number, 18), 255, np.uint8)
        image[4:-4, 5:13] = 90
        image[8 + 3 * number : 12 + 3 * number, 5:13] = 30
        mask = image < 255
        outline = Outline(mask, 2, 20 * number, mask & (image < 40))
        path = Path(f"/outside/{number}.png")
        chromosomes.append(Chromosome(f"{number}.png", image, path, "7", outline))
    problems = (Problem("x.png", "is empty.", "Leave it."),)
    gradient = np.tile(np.arange(80, dtype=np.uint8), (64, 1))
    photograph = Spread(name, gradient, Polarity.DARK, Path("/outside/spread.png"))
    whole = Cell(name, tuple(chromosomes), Polarity.DARK, None, problems, photograph=photograph)
    cell, uprights = stand_upright(whole)
    settings = InputSettings(height=32, width=16, straighten=False)
    prepared = draw_inputs(cell, uprights, 0.8, settings)
    shares = np.full((count, len(CLASSES)), 0.5 / 23, np.float32)
    shares[np.arange(count), np.arange(count)] = 0.5
    return Classification(
        cell=cell,
        probabilities=shares,
        p_arm_up=np.full(count, 0.9, np.float32),
        attention=np.full((count, 4), 0.25, np.float32),
        uprights=uprights,
        inputs=prepared.inputs,
        input_grids=prepared.grids,
        scales=prepared.factors,
        model="default",
        model_hash="0" * 64,
        device="cpu",
        thresholds=(0.4, 0.9),
        foreign=np.zeros(count, np.bool_),
        strange=np.zeros(count, np.bool_),
        notes=("Look at it.",),
        settings=settings,
    )


def _edit(found: Classification, karyotype: Karyotype) -> None:
    karyotype.move([1], "X")
    karyotype.rotate([0], 30)
    karyotype.undo()
    piece = with_pieces(found, [Chromosome("both", found.cell.chromosomes[0].image)])
    assert karyotype.journal is not None
    karyotype.journal.keep_pieces(piece, len(found), (0, 1))
    karyotype.merge([0, 1], "both", "3")
    karyotype.sign("reviewed")
    karyotype.annotate("two touch")
    karyotype.undo()


def write(seeds: list[bytes], chance: Random, target: Path) -> None:
    """Write a case file that something is wrong with."""
    content = chance.choice(seeds)
    what = chance.random()
    if what < 0.5:
        content = _with_other_rows(content, chance)
    elif what < 0.58:
        content = _with_other_tables(content, chance)
    if what >= 0.58 or chance.random() < 0.1:
        content = scramble(content, chance)
        if chance.random() < 0.1:
            other = chance.choice(seeds)
            at = chance.randrange(0, len(other), 512)
            content = content[:at] + other[at : at + 4096] + content[at + 4096 :]
    (target / NAME).write_bytes(content)
    if chance.random() < 0.06:
        _write_beside(content, chance, target)


def _opened(content: bytes) -> sqlite3.Connection:
    data = bytearray(content)
    data[_LOGGED] = b"\x01\x01"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(bytes(data))
    return connection


def _closed(connection: sqlite3.Connection, chance: Random) -> bytes:
    data = bytearray(connection.serialize())
    if len(data) > 20 and chance.random() < 0.95:
        data[_LOGGED] = b"\x02\x02"
    return bytes(data)


def _with_other_rows(content: bytes, chance: Random) -> bytes:
    """Write values of any kind into rows, as a program could that minds no rules."""
    loose = content.replace(b") STRICT", b")       ")
    with closing(_opened(loose)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            # What was made wrong before may leave nothing to change.
            with suppress(Exception):
                _change_row(connection, chance)
        for _, sql in triggers:
            connection.execute(sql)
        changed = _closed(connection, chance)
    if chance.random() < 0.03:
        return changed
    return changed.replace(b")       ", b") STRICT")


def _change_row(connection: sqlite3.Connection, chance: Random) -> None:
    what = chance.randrange(12)
    if what < 4:
        table, column = chance.choice(_JSON_COLUMNS)
        query = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
        row, text = chance.choice(connection.execute(query).fetchall())
        changed = change_text(text, chance)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
        return
    table = chance.choice(("cell", "cell", "chromosome", "chromosome", "event", "fact", "spread"))
    columns = [one[1] for one in connection.execute(f"PRAGMA table_info({table})")]
    column = chance.choice(columns)
    rows = [one for (one,) in connection.execute(f"SELECT rowid FROM {table}")]
    row = chance.choice(rows)
    pictured = "spread" if table == "spread" else "chromosome"
    if what == 4:
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
    elif what == 5:
        _repeat(connection, chance, table, columns, row)
    elif what == 6 and chance.random() < 0.6:
        image = _picture(chance)
        connection.execute(
            f"UPDATE {pictured} SET pixels = ?, dtype = ?, height = ?, width = ? WHERE rowid = ?",
            (zlib.compress(image.tobytes()), image.dtype.str, *image.shape, row),
        )
    elif what == 6:
        connection.execute(
            f"UPDATE {pictured} SET pixels = ? WHERE rowid = ?",
            (chance.choice((_BOMB, b"", zlib.compress(bytes(5000)))), row),
        )
    elif what == 7 and chance.random() < 0.4:
        connection.execute(
            "UPDATE chromosome SET outline = ? WHERE rowid = ?", (_outline(chance), row)
        )
    elif what == 7:
        numbers = np.array([chance.choice((0, 1, -1, np.nan, np.inf, 0.04)) for _ in range(24)])
        blob = numbers.astype("<f4").tobytes()[: chance.choice((96, 96, 96, 95, 4, 0))]
        column = chance.choice(("probabilities", "attention"))
        connection.execute(f"UPDATE chromosome SET {column} = ? WHERE rowid = ?", (blob, row))
    elif what == 8:
        # Bytes that are no UTF-8, as text.
        command = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE rowid = ?"
        connection.execute(command, (chance.choice((b"\xff\xfe", b"a\x00b", b"\xed\xa0\x80")), row))
    else:
        command = f"UPDATE {table} SET {column} = ?" + (
            " WHERE rowid = ?" if chance.random() < 0.9 else " WHERE rowid >= ?"
        )
        connection.execute(command, (_any(chance), row))


def _outline(chance: Random) -> bytes:
    """Return an outline of any place, size and content."""
    edges = (0, 1, 2, 8, 34, 64, 80, 4096, 2**31, 2**32 - 1)
    place = b"".join(chance.choice(edges).to_bytes(4, "little") for _ in range(4))
    bits = chance.randbytes(chance.choice((0, 1, 16, 68, 136)))
    content = chance.choice((zlib.compress(bits), _BOMB, bits, b""))
    return place[: chance.choice((16, 16, 16, 7))] + content


def _picture(chance: Random) -> NDArray[Any]:
    """Return a picture of no chromosome: noise, one grey, a line, a few pixels."""
    shape = chance.choice(((1, 1), (1, 40), (40, 1), (2, 2), (4, 4), (5, 90), (60, 60), (20, 33)))
    rng = np.random.default_rng(chance.randrange(2**32))
    kind = chance.randrange(6)
    image = rng.integers(0, 256, shape, np.uint8)
    if kind == 1:
        image[:] = chance.choice((0, 1, 128, 254, 255))
    elif kind == 2:
        image = np.where(image > 250, image, 255).astype(np.uint8)
    elif kind == 3:
        image[:, :] = 255
        image[shape[0] // 2, :] = 0
    elif kind == 4:
        image[1:, 1:] = 255
    return image if chance.random() < 0.9 else image.astype(np.uint16) * 200


def _repeat(
    connection: sqlite3.Connection, chance: Random, table: str, columns: list[str], row: int
) -> None:
    """Write a row again, a few times or very often, under other numbers."""
    free = {"cell": "id", "chromosome": "number", "event": "id"}.get(table)
    if free is None:
        return
    rest = [name for name in columns if name != free and (table != "event" or name != free)]
    count = chance.choice((1, 1, 2, 40) + ((20_000,) if chance.random() < 0.02 else ()))
    words = ", ".join(rest)
    connection.execute(
        f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {count}) "
        f"INSERT INTO {table} ({free}, {words}) SELECT {chance.choice((3, 50))} + i, {words} "
        f"FROM {table}, n WHERE {table}.rowid = ?",
        (row,),
    )


def _any(chance: Random) -> Any:
    kind = chance.randrange(7)
    if kind < 2:
        return chance.choice(EDGES)
    if kind == 2:
        return chance.choice((0.0, -0.5, 1e-320, 1e-4, 0.5, 1e9, 1e308, float("inf"), 2.5))
    if kind == 3:
        return chance.choice(WORDS)
    if kind == 4:
        return chance.choice((None, b"", b"\xff" * 96, bytes(96)))
    if kind == 5:
        return chance.choice(
            ("2026-01-01T00:00:00", "9999-12-31T23:59:59+00:00", "|O", ">f8", "U8")
        )
    return "x" * 200_000 if chance.random() < 0.05 else chance.randrange(-3, 90)


def _with_other_tables(content: bytes, chance: Random) -> bytes:
    with closing(_opened(content)) as connection:
        for _ in range(chance.choice((1, 1, 2))):
            table = chance.choice(("cell", "chromosome", "event", "fact", "spread"))
            with suppress(sqlite3.Error):
                connection.executescript(chance.choice(_FOREIGN).format(table))
        return _closed(connection, chance)


def _write_beside(content: bytes, chance: Random, target: Path) -> None:
    beside = target / chance.choice(
        (f"{NAME}-wal", f"{NAME}-shm", f"{NAME}-journal", f".{NAME}.lock")
    )
    what = chance.randrange(4)
    if what == 0:
        beside.symlink_to(target.parent / "outside" / "canary")
    elif what == 1:
        os.mkfifo(beside)
    elif what == 2:
        beside.write_bytes(chance.randbytes(chance.choice((0, 32, 5000))) + content[:4096])
    else:
        # As a log and a journal begin; the latter names another file at its end.
        head = chance.choice((b"\x37\x7f\x06\x82\x00\x2d\xe2\x18\x00\x00\x10\x00", b""))
        name = bytes(target.parent / "outside" / "canary")
        tail = name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big")
        journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
        beside.write_bytes((head or journal) + bytes(500) + b"\0\0\0\1" + tail + journal)


def door(chance: Random, target: Path) -> str:
    """Open the case as the program does, read every cell, edit, add and copy."""
    try:
        case = Case.open(target / NAME, read_only=chance.random() < 0.7)
    except KaryoError:
        return "refused"
    bad = 0
    with case:
        case.patient, case.fact("goals")
        for row in case.cells():
            try:
                karyotype = case.karyotype(row.number, "CD")
                events = case.events(row.number)
                found = case.classification(row.number)
            except KaryoError:
                bad += 1
                continue
            f"{row.name} {karyotype.iscn} {[event.time.isoformat() for event in events]}"
            json.dumps(karyotype.state.to_dict())
            if len(found) != len(karyotype):
                raise AssertionError("the karyotype and the classification differ")
            if not case.read_only:
                karyotype.turn(karyotype.present[:1])
                karyotype.undo()
        if not case.read_only and chance.random() < 0.2:
            _go_on(case, target)
    return "a cell refused" if bad else "read"


def _go_on(case: Case, target: Path) -> None:
    found = _classified("new", 1)
    case.karyotype(case.add(ClassifiedCell(found, propose(found))))
    with Case.create(target / "copy.karyo") as copy:
        for row in case.cells():
            try:
                number = copy.copy_from(case, row.number)
            except KaryoError:
                continue
            copy.events(number)
