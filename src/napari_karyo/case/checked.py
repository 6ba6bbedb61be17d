"""What may stand in the rows of a case file: each column has one rule.

The same rules hold when rows are written and when they are read. What breaks a rule costs its
cell, and nothing else: the error names the cell and the column.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from napari_karyo.cell import Lost, Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.io.limits import LARGEST_SIDE
from napari_karyo.karyotype.state import moment
from napari_karyo.worksheet import CaseWorksheet

#: Tells whether a value may stand in a column.
Rule = Callable[[Any], bool]

#: Characters of a name, a path, a model: file systems allow less.
_WORD: Final = 5_000
#: Characters of a column of JSON: an edit names every chromosome of its cell.
_JSON: Final = 4_000_000
#: Of a row's bytes that are no pixels.
_NUMBERS: Final = 100_000

#: Chromosomes of a cell, pieces too.
MOST_CHROMOSOMES: Final = 5_000
#: Pixels of a cell's crops together: a hundred of 1,100 x 1,100.
MOST_PIXELS: Final = 2**27
#: Pixels of a cell's outlines together: fifty of 800 x 800.
MOST_OUTLINED: Final = 2**25
#: Pixels of a cell's crops as the network reads them.
MOST_INPUTS: Final = 2**25
#: Edits of a cell, and characters of them together.
MOST_EVENTS: Final = 100_000
MOST_WORDS: Final = 500_000_000

#: Crops of 8 bits, or of 16 in either order of bytes.
_PIXELS: Final = frozenset({"|u1", "<u2", ">u2"})


#: What single precision may make of 1.
ONE: Final = 1.001


class RowError(Exception):
    """A row of a case file that makes no sense, said with its cell and column."""


def _text(longest: int = _WORD) -> Rule:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _path(value: Any) -> bool:
    # It is shown and compared; nothing is ever written to it.
    return value is None or (_text()(value) and "\0" not in value)


def _whole(low: int, high: int) -> Rule:
    return lambda value: type(value) is int and low <= value <= high


def _real(low: float, high: float) -> Rule:
    # No number compares with NaN.
    return lambda value: type(value) in (int, float) and low <= value <= high


def _blob(longest: int) -> Rule:
    return lambda value: type(value) is bytes and len(value) <= longest


def _one_of(words: Collection[str]) -> Rule:
    return lambda value: type(value) is str and value in words


def _or_null(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


def _json(rule: Rule, longest: int = _JSON) -> Rule:
    def holds(value: Any) -> bool:
        if not _text(longest)(value):
            return False
        try:
            return rule(parsed("", value))
        except RowError:
            return False

    return holds


def parsed(where: str, text: str) -> Any:
    """Return what a JSON text says.

    Raises
    ------
    RowError
        Where it is none, or nested without end.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RowError(f"{where}: this is no JSON ({_short(text)})") from error


def _time(value: Any) -> bool:
    try:
        return moment(value) is not None
    except (TypeError, ValueError):
        return False


def _list_of(rule: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(map(rule, value))


def _problem(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(word, str) for word in value[:3])
        and isinstance(value[3], bool)
    )


def _mapping(value: Any) -> bool:
    return isinstance(value, dict)


_ID: Final = _whole(1, 2**63 - 1)

#: What each column of a cell may hold.
CELL: Final[Mapping[str, Rule]] = {
    "name": _text(),
    "label": _text(),
    "path": _path,
    "polarity": _one_of([item.value for item in Polarity]),
    "simulated": _whole(0, 1),
    "lost": _json(_list_of(_one_of(list(Lost)))),
    "problems": _json(_list_of(_problem)),
    "added": _time,
    "superseded": _whole(0, 1),
    "model": _text(),
    "model_hash": _text(),
    "device": _text(),
    "program": _text(),
    # Of a chromosome as long as the longest crop, and of one of a few pixels.
    "scale": _real(0.005, 1_000),
    "doubtful_below": _real(0, 1),
    "sure_from": _real(0, 1),
    "withheld": _text(),
    "unknown": _text(),
    "notes": _json(_list_of(_text())),
    "preprocessing": _json(_mapping),
    "proposed": _json(_mapping),
}

#: What each column of a chromosome may hold.
CHROMOSOME: Final[Mapping[str, Rule]] = {
    "cell": _ID,
    "number": _whole(0, MOST_CHROMOSOMES - 1),
    "name": _text(),
    "path": _path,
    "expected": _or_null(_one_of(CLASSES)),
    "dtype": _one_of(_PIXELS),
    "height": _whole(1, LARGEST_SIDE),
    "width": _whole(1, LARGEST_SIDE),
    # Incompressible pixels become a little more.
    "pixels": _blob(2 * LARGEST_SIDE**2 + _NUMBERS),
    "made_of": _json(_list_of(_whole(0, MOST_CHROMOSOMES - 1)), _NUMBERS),
    "probabilities": _blob(4 * len(CLASSES)),
    "p_arm_up": _real(0, ONE),
    "attention": _blob(_NUMBERS),
    "is_foreign": _whole(0, 1),
    "is_strange": _whole(0, 1),
    "scale": _real(0.005, 1_000),
    # What is damaged within it costs the outline, not the cell.
    "outline": _or_null(_blob(LARGEST_SIDE**2 // 4 + _NUMBERS)),
}

#: What each column of a cell's photograph may hold.
SPREAD: Final[Mapping[str, Rule]] = {
    "cell": _ID,
    "name": _text(),
    "path": _path,
    "polarity": _one_of([item.value for item in Polarity]),
    "dtype": _one_of(_PIXELS),
    "height": _whole(1, LARGEST_SIDE),
    "width": _whole(1, LARGEST_SIDE),
    "pixels": _blob(2 * LARGEST_SIDE**2 + _NUMBERS),
}

#: What each column of an event may hold; the rest follows from its history.
EVENT: Final[Mapping[str, Rule]] = {
    "cell": _ID,
    "direction": _one_of(("do", "undo", "redo")),
    "time": _time,
    "who": _text(),
    "kind": _text(),
    "words": _text(_NUMBERS),
    "edit": _or_null(_text(_JSON)),
    "of": _or_null(_ID),
}


#: What may be kept about the whole case, by name.
FACT: Final[Mapping[str, Rule]] = {
    "patient": _text(),
    "created": _time,
    "holder": _text(),
    **{name: field.allows for name, field in CaseWorksheet.FIELDS.items()},
}

_TABLES: Final = {"cell": CELL, "spread": SPREAD, "chromosome": CHROMOSOME, "event": EVENT}


def check_row(where: str, rules: Mapping[str, Rule], row: Mapping[str, Any]) -> None:
    """Check the columns of a row that are there.

    Parameters
    ----------
    where : str
        What the row is, in words.
    rules : mapping of str to Rule
    row : mapping of str to value

    Raises
    ------
    RowError
        Where a value breaks its rule.
    """
    for column, rule in rules.items():
        if column in row and not rule(row[column]):
            raise RowError(f"{where}: {column} can't be {_short(row[column])}")


def _short(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    words = repr(value if not isinstance(value, str) else value[:60])
    return words if len(words) <= 70 else f"{words[:60]}..."


def insert(
    connection: sqlite3.Connection, table: str, values: Mapping[str, Any], verb: str = "INSERT"
) -> int:
    """Write a row that can be read again; return its number.

    Raises
    ------
    RowError
        Where a value breaks its rule.
    """
    # A file name that is no valid UTF-8 is written escaped.
    plain = {
        column: value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, str)
        else value
        for column, value in values.items()
    }
    check_row(f"a row of the table {table}", _TABLES[table], plain)
    names = ", ".join(plain)
    marks = ", ".join(f":{name}" for name in plain)
    cursor = connection.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", plain)
    return int(cursor.lastrowid or 0)


def cell_row(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Return the checked row of a cell.

    Raises
    ------
    RowError
    """
    for row in _rows(connection, "SELECT * FROM cell WHERE id = ?", number):
        check_row(f"cell {number}", CELL, row)
        return row
    raise RowError(f"there is no cell {number}")


def spread_row(connection: sqlite3.Connection, number: int) -> dict[str, Any] | None:
    """Return the checked row of a cell's photograph; None where it has none.

    Raises
    ------
    RowError
    """
    for row in _rows(connection, "SELECT * FROM spread WHERE cell = ?", number):
        check_row(f"cell {number}, spread", SPREAD, row)
        return row
    return None


def chromosome_rows(connection: sqlite3.Connection, number: int) -> list[dict[str, Any]]:
    """Return the checked rows of a cell's chromosomes, crops first, then pieces.

    Raises
    ------
    RowError
    """
    _check_count(connection, "chromosome", number, MOST_CHROMOSOMES)
    rows: list[dict[str, Any]] = []
    pixels = 0
    for row in _rows(connection, "SELECT * FROM chromosome WHERE cell = ? ORDER BY number", number):
        where = f"cell {number}, chromosome {str(row['number'])[:20]}"
        check_row(where, CHROMOSOME, row)
        if row["cell"] != number or row["number"] != len(rows):
            raise RowError(f"{where}: it should be chromosome {len(rows)}")
        of = json.loads(row["made_of"])
        if any(one > row["number"] for one in of):
            raise RowError(f"{where}: made_of names a later one")
        if rows and not of and rows[-1]["made_of"] != "[]":
            raise RowError(f"{where}: a crop stands behind what was made of crops")
        first = rows[0] if rows else row
        for column in ("dtype", "attention"):
            if _kind(row[column]) != _kind(first[column]):
                raise RowError(f"{where}: {column} is of another kind than that of the others")
        pixels += row["height"] * row["width"]
        if pixels > MOST_PIXELS:
            raise RowError(f"cell {number}: its crops have more than {MOST_PIXELS} pixels")
        rows.append(row)
    if not rows or rows[0]["made_of"] != "[]":
        raise RowError(f"cell {number}: it has no crop")
    names = {row["name"] for row in rows}
    if len(names) < len(rows):
        raise RowError(f"cell {number}: two of its chromosomes have one name")
    return rows


def event_rows(connection: sqlite3.Connection, number: int) -> list[dict[str, Any]]:
    """Return the checked rows of a cell's history, oldest first.

    Raises
    ------
    RowError
    """
    _check_count(connection, "event", number, MOST_EVENTS)
    rows: list[dict[str, Any]] = []
    words = 0
    for row in _rows(connection, "SELECT * FROM event WHERE cell = ? ORDER BY id", number):
        where = f"cell {number}, event {row['id']}"
        check_row(where, EVENT, row)
        if row["cell"] != number or (rows and row["id"] <= rows[-1]["id"]):
            raise RowError(f"{where}: it is out of order")
        is_edit = row["direction"] == "do"
        if (row["edit"] is not None) != is_edit or (row["of"] is None) != is_edit:
            raise RowError(f"{where}: it is neither an edit nor of one")
        words += len(row["edit"] or "")
        if words > MOST_WORDS:
            raise RowError(f"cell {number}: its history is too long")
        rows.append(row)
    return rows


def check_members(where: str, members: Collection[int], count: int) -> None:
    """Check that chromosomes which a state or an edit names are there.

    Raises
    ------
    RowError
    """
    if members and not 0 <= min(members) <= max(members) < count:
        raise RowError(f"{where}: it names a chromosome that the cell has not")


def _kind(value: str | bytes) -> object:
    return value[1:] if isinstance(value, str) else len(value)


def _check_count(connection: sqlite3.Connection, table: str, number: int, most: int) -> None:
    query = f"SELECT count(*) FROM {table} WHERE cell = ?"
    (count,) = connection.execute(query, (number,)).fetchone()
    if count > most:
        raise RowError(f"cell {number}: it has {count} rows in the table {table}")


def _rows(connection: sqlite3.Connection, query: str, number: int) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(query, (number,))
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))
