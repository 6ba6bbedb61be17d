"""Case files that came by mail: what is wrong in a row costs its cell, and nothing runs here."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import make_cell, make_classification

from napari_karyo.case import Case, checked, frame, schema
from napari_karyo.cell import Chromosome
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import CaseError, EditError, KaryoError
from napari_karyo.gui.session.case_files import restore
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import State
from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.shell.app import main

BAD, GOOD = 1, 2


def few(name: str) -> Classification:
    return make_classification(make_cell(("1", "2", "21"), name), ("1", "2", "21"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A case of two cells: the first one is to be spoilt."""
    path = tmp_path / "P1.karyo"
    with Case.create(path, "P1") as case:
        for name in ("bad", "good"):
            found = few(name)
            karyotype = propose(found, who="AB")
            number = case.add(ClassifiedCell(found, karyotype))
            karyotype.move([1], "X")
            karyotype.rotate([0], 30)
            karyotype.undo()
            cell = OpenCell(found, karyotype, case=case, number=number)
            cell.merge([0, 1], Chromosome("both", found.cell.chromosomes[0].image))
    return path


@contextmanager
def bare(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a case file as a program does that minds no rules."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


def spoil(path: Path, command: str, *values: Any) -> None:
    """Write into a case's tables what their types and triggers refuse."""
    with bare(path) as connection:
        query = "SELECT name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
        triggers = connection.execute(query, ("trigger",)).fetchall()
        tables = connection.execute(query, ("table",)).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA writable_schema = ON")
        loose = "replace(replace(sql, ') STRICT', ')'), ' NOT NULL,', ',')"
        connection.execute(f"UPDATE sqlite_schema SET sql = {loose} WHERE type = 'table'")
    with bare(path) as connection:
        assert connection.execute(command, values).rowcount
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", tables)


def change(path: Path, table: str, column: str, edit: Callable[[Any], Any]) -> None:
    """Change what a column of JSON says of the first cell."""
    key = "id" if table == "cell" else "cell"
    where = f"WHERE {key} = {BAD} AND {column} IS NOT NULL"
    with bare(path) as connection:
        (text,) = connection.execute(f"SELECT {column} FROM {table} {where}").fetchone()
    content = json.loads(text)
    spoil(path, f"UPDATE {table} SET {column} = ? {where}", json.dumps(edit(content)))


def refused(path: Path) -> str:
    """Check that the first cell is refused and nothing else is; return what was said."""
    said = []
    with Case.open(path) as case:
        rows = case.cells()
        assert [row.number for row in rows] == [BAD, GOOD]
        try:
            case.karyotype(BAD)
            case.events(BAD)
            case.classification(BAD)
        except CaseError as error:
            said.append(str(error))
        # The other one is whole, can be edited and copied, and a third one comes to it.
        karyotype = case.karyotype(GOOD, "CD")
        assert len(case.classification(GOOD)) == len(karyotype) == 4
        karyotype.turn([2])
        found = few("new")
        number = case.add(ClassifiedCell(found, propose(found)))
        with Case.create(path.with_name("copy.karyo")) as copy:
            for good in (GOOD, number):
                new = copy.copy_from(case, good)
                assert copy.karyotype(new).state == case.karyotype(good).state
    (words,) = said
    assert str(path) in words
    return words


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("scale", 0.0, "cell 1: scale can't be 0.0"),
        ("scale", -1.0, "scale"),
        ("scale", 9e999, "scale"),
        ("scale", "ten", "scale can't be 'ten'"),
        ("scale", None, "scale"),
        ("doubtful_below", "high", "doubtful_below can't be 'high'"),
        ("sure_from", 2**62, "sure_from"),
        ("name", b"\xff", "name can't be 1 bytes"),
        ("name", "x" * 10_000, "name"),
        ("polarity", "grey", "polarity"),
        ("path", "a\0b", "path"),
        ("added", "yesterday", "added"),
        ("added", "2026-01-01", "added"),
        ("notes", "[" * 100_000, "notes"),
        ("notes", "{}", "notes"),
        ("notes", "x" * 5_000_000, "notes"),
        ("problems", '[["a", "b", 3, true]]', "problems"),
        ("lost", '["hope"]', "lost"),
        ("preprocessing", "[]", "preprocessing"),
        ("preprocessing", '{"height": 0}', "height can't be 0"),
        ("preprocessing", '{"height": 1e9}', "height"),
        ("preprocessing", '{"quantile": NaN}', "quantile"),
        ("preprocessing", '{"colour": 1}', "colour"),
        ("preprocessing", '{"straighten": "yes"}', "straighten"),
        ("proposed", "{}", "no state of a karyotype"),
        ("proposed", "nothing", "proposed"),
    ],
)
def test_a_bad_value_costs_its_cell(path: Path, column: str, value: Any, words: str) -> None:
    spoil(path, f"UPDATE cell SET {column} = ? WHERE id = {BAD}", value)
    assert words in refused(path)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("number", 7, "it should be chromosome 2"),
        ("number", "two", "it should be chromosome 2"),
        ("name", "00.png", "two of its chromosomes have one name"),
        ("dtype", "|O", "dtype"),
        ("dtype", "<U4", "dtype"),
        ("dtype", "<u2", "dtype is of another kind"),
        ("height", -1, "height"),
        ("width", 2**40, "width"),
        ("height", 4096, "pixels are not 4096 x"),
        ("pixels", b"none", "pixels can't be unpacked"),
        ("pixels", zlib.compress(bytes(20_000_000), 9), "pixels are not"),
        ("pixels", "text", "pixels"),
        ("made_of", "[9]", "made_of names a later one"),
        ("made_of", "[0]", "should stand before"),
        ("made_of", "[-1]", "made_of"),
        ("probabilities", bytes(95), "probabilities has 95 bytes"),
        ("probabilities", bytes(4), "probabilities"),
        ("probabilities", bytes(96), "no shares of a whole"),
        ("probabilities", np.full(24, np.nan, "<f4").tobytes(), "no shares of a whole"),
        ("attention", bytes(4), "attention is of another kind"),
        ("attention", np.full(8, -1, "<f4").tobytes(), "no shares of a whole"),
        ("p_arm_up", 2.0, "p_arm_up"),
        ("p_arm_up", "up", "p_arm_up"),
        ("is_foreign", -1, "is_foreign"),
        ("expected", "25", "expected"),
    ],
)
def test_a_bad_chromosome_costs_its_cell(path: Path, column: str, value: Any, words: str) -> None:
    number = 1 if column == "made_of" and value == "[0]" else 2
    if words == "should stand before":
        words = "a crop stands behind what was made of crops"
    command = f"UPDATE chromosome SET {column} = ? WHERE cell = {BAD} AND number = {number}"
    spoil(path, command, value)
    assert words in refused(path)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("DELETE FROM chromosome WHERE cell = 1", "it has no crop"),
        ("DELETE FROM chromosome WHERE cell = 1 AND number = 1", "it should be chromosome 1"),
        ("DELETE FROM chromosome WHERE cell = 1 AND number = 3", "names a chromosome that"),
        ("DELETE FROM event WHERE cell = 1 AND direction = 'do'", "of no edit"),
        ("UPDATE event SET of = 99 WHERE cell = 1 AND direction = 'undo'", "of no edit"),
        ("UPDATE event SET of = NULL WHERE cell = 1 AND direction = 'undo'", "neither an edit"),
        ("UPDATE event SET direction = 'jump' WHERE cell = 1", "direction"),
        ("UPDATE event SET time = 'soon' WHERE cell = 1", "time"),
        ("UPDATE event SET edit = '{' WHERE cell = 1 AND of IS NULL", "this is no JSON"),
        ("UPDATE event SET edit = '[]' WHERE cell = 1 AND of IS NULL", "no edit"),
        (
            "INSERT INTO chromosome SELECT cell, number + i, name || i, path, expected, dtype, "
            "height, width, pixels, made_of, probabilities, p_arm_up, attention, is_foreign, "
            "is_strange, scale, outline FROM chromosome, "
            "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 6000) "
            "SELECT i FROM n) WHERE cell = 1 AND number = 3",
            "rows in the table chromosome",
        ),
    ],
)
def test_rows_that_do_not_follow_cost_their_cell(path: Path, command: str, words: str) -> None:
    spoil(path, command)
    assert words in refused(path)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda state: state | {"turned": [0.5]}, "no state"),
        (lambda state: state | {"turned": [10**400]}, "no chromosome"),
        (lambda state: state | {"slots": {"1": [0, 1, 2, 8]}}, "names a chromosome that"),
        (lambda state: state | {"slots": {"1": [0, 1, 2, -8]}}, "names a chromosome that"),
        (lambda state: state | {"slots": {"1": ["0"]}}, "no state"),
        (lambda state: state | {"slots": {"99": [0]}}, "no slot"),
        (lambda state: state | {"note": ["x"]}, "no state"),
        (lambda state: state | {"iscn": {}}, "no state"),
        (lambda state: state | {"marks": ["ready"]}, "can't be marked"),
        (lambda state: state | {"signatures": [["king", "A", "2026-01-01T00:00Z"]]}, "no state"),
        (lambda state: state | {"signatures": [["reviewed", "A", "0001-01-01"]]}, "no state"),
        (lambda state: state | {"appearances": {"0": {"angle": 1}}}, "no state"),
    ],
)
def test_a_proposal_that_makes_no_sense(path: Path, edit: Any, words: str) -> None:
    change(path, "cell", "proposed", edit)
    assert words in refused(path)


@pytest.mark.parametrize("angle", [10**400, float("nan"), True, "30", 1e300])
def test_an_angle_that_is_none(angle: Any) -> None:
    appearance = {"angle": angle, "straightened": False, "low": 0.0, "high": 1.0}
    content = State({"1": (0,)}).to_dict() | {"appearances": {"0": appearance}}
    with pytest.raises(EditError, match="no state"):
        State.from_dict(content)


def test_bytes_that_are_no_utf_8_cost_the_words_alone(path: Path) -> None:
    spoil(path, "UPDATE cell SET name = CAST(x'62ff64' AS TEXT) WHERE id = 1")
    spoil(path, "UPDATE fact SET value = CAST(x'ff' AS TEXT) WHERE name = 'patient'")
    with Case.open(path) as case:
        assert [row.name for row in case.cells()] == ["b\\xffd", "good"]
        assert case.patient == "\\xff"
        assert case.classification(BAD).cell.name == "b\\xffd"


def test_a_cell_of_too_many_pixels_is_not_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Case.open(path, read_only=True) as case:
        monkeypatch.setattr(checked, "MOST_PIXELS", 5_000)
        with pytest.raises(CaseError, match="more than 5000 pixels"):
            case.classification(GOOD)
        monkeypatch.undo()
        monkeypatch.setattr("napari_karyo.case.rows.MOST_INPUTS", 100)
        with pytest.raises(CaseError, match="crops of that size are too many"):
            case.classification(GOOD)


def test_a_history_that_is_too_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Case.open(path, read_only=True) as case:
        monkeypatch.setattr(checked, "MOST_WORDS", 1_000)
        with pytest.raises(CaseError, match="history is too long"):
            case.events(GOOD)
        monkeypatch.setattr(checked, "MOST_EVENTS", 2)
        with pytest.raises(CaseError, match="rows in the table event"):
            case.karyotype(GOOD)


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"


@pytest.mark.parametrize(
    "commands",
    [
        f"DROP TABLE cell; CREATE VIEW cell AS {ENDLESS} AS id, i AS name FROM n",
        f"CREATE VIEW more AS {ENDLESS} FROM n",
        f"CREATE TRIGGER more AFTER INSERT ON fact BEGIN INSERT INTO fact {ENDLESS}, i FROM n; END",
        "CREATE TABLE more (x)",
        "CREATE INDEX more ON cell (hex(name))",
        "ALTER TABLE cell ADD COLUMN more TEXT",
        "ALTER TABLE cell ADD COLUMN more TEXT AS (hex(zeroblob(900000000))) VIRTUAL",
        "ALTER TABLE chromosome DROP COLUMN attention",
        "ALTER TABLE cell DROP COLUMN scale",
        "DROP TRIGGER event_stays",
        "DROP INDEX event_of_cell",
        "CREATE VIRTUAL TABLE more USING fts5 (x)",
        "DROP TABLE fact; CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "DROP TABLE fact; CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL "
        "CHECK (length(hex(zeroblob(500000000))) > 0)) STRICT",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -5",
    ],
)
def test_tables_of_others_are_refused_and_left(path: Path, commands: str) -> None:
    with bare(path) as connection:
        connection.executescript(commands)
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(CaseError, match="damaged"):
            Case.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_schema_that_is_no_text(path: Path) -> None:
    with bare(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        command = "UPDATE sqlite_schema SET sql = CAST(x'435245415445ff' AS TEXT) WHERE name = ?"
        connection.execute(command, ("fact",))
    with pytest.raises(CaseError, match="damaged"):
        Case.open(path)


def test_a_case_of_too_many_cells(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "MOST_CELLS", 1)
    with pytest.raises(CaseError, match="it has 2 cells"):
        Case.open(path)
    monkeypatch.setattr(frame, "LARGEST", 1_000)
    with pytest.raises(CaseError, match="larger than any case"):
        Case.open(path)


def test_the_check_of_a_file_is_broken_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(path)) as connection:
        clock = iter((0.0, *[1e9] * 9))
        monkeypatch.setattr("time.thread_time", lambda: next(clock))
        with (
            frame._limited(connection, path),
            pytest.raises(sqlite3.OperationalError, match="interrupted"),
        ):
            connection.execute(f"SELECT count(*) FROM ({ENDLESS} FROM n)")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such links and pipes")
@pytest.mark.parametrize("end", ["{}-wal", "{}-shm", "{}-journal", ".{}.lock"])
def test_what_lies_beside_it_leads_nowhere(path: Path, tmp_path: Path, end: str) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    beside = path.with_name(end.format(path.name))
    beside.unlink(missing_ok=True)
    beside.symlink_to(mine)
    with pytest.raises(CaseError, match="leads elsewhere"):
        Case.open(path)
    beside.unlink()
    os.mkfifo(beside)
    with pytest.raises(CaseError, match="leads elsewhere"):
        Case.open(path)
    assert mine.read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes of this kind")
def test_a_pipe_is_no_case(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "P1.karyo")
    with pytest.raises(CaseError, match="no file"):
        Case.open(tmp_path / "P1.karyo")


def test_a_journal_that_names_another_file_is_refused(path: Path, tmp_path: Path) -> None:
    """SQLite takes the file that it names for its own, and deletes it."""
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    with bare(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    name = bytes(mine)
    mark = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    page = path.read_bytes()[:4096]
    head = mark + b"\0\0\0\1" + bytes(4) + b"\0\0\0\1" + b"\0\0\2\0" + b"\0\0\x10\0"
    tail = name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + mark
    journal = path.with_name(f"{path.name}-journal")
    journal.write_bytes(head + bytes(512 - len(head)) + b"\0\0\0\1" + page + bytes(4) + tail)
    with pytest.raises(CaseError, match="not written by this program"):
        Case.open(path)
    assert mine.read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows lets not everybody make links")
def test_the_copy_of_an_older_case_replaces_a_link(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    own = schema.VERSION
    path.with_name(f"{path.name}.version-{own}").symlink_to(mine)
    monkeypatch.setattr(schema, "VERSION", own + 1)
    steps = ("ALTER TABLE cell ADD COLUMN colour TEXT",)
    monkeypatch.setattr(schema, "MIGRATIONS", {**schema.MIGRATIONS, own: steps})
    Case.open(path).close()
    assert mine.read_text() == "mine"
    assert not path.with_name(f"{path.name}.version-{own}").is_symlink()


def test_new_files_and_those_brought_up_to_date_are_alike() -> None:
    """A file of version 1 carries these very words: a change of them would refuse it."""
    digest = zlib.crc32(" ".join(schema.TABLES.split()).encode())
    assert digest == 269985940, "the tables of version 1 were released; write a step in MIGRATIONS"


def test_a_chromosome_of_no_cell_does_not_keep_an_old_file_from_opening(path: Path) -> None:
    with bare(path) as connection, closing(sqlite3.connect(":memory:")) as first:
        first.executescript(schema.TABLES)
        for table in ("cell", "chromosome"):
            query = f"SELECT name FROM pragma_table_info('{table}')"
            for (name,) in set(connection.execute(query)) - set(first.execute(query)):
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        connection.execute("DROP TABLE spread")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("DELETE FROM cell WHERE id = 1")
    with Case.open(path) as case:
        assert len(case.classification(GOOD)) == 4


def test_every_column_has_a_rule() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for command in schema.commands(schema.VERSION):
            connection.executescript(command)
        for table, rules in checked._TABLES.items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert columns - {"id"} == set(rules)
    assert InputSettings.from_dict(InputSettings().as_dict()) == InputSettings()


def test_a_bad_cell_costs_no_other_in_the_program(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spoil(path, "UPDATE cell SET scale = 0, name = 'b' || char(27) || '[2J' WHERE id = 1")
    with Case.open(path) as case:
        came = list(restore(case, "CD"))
    assert [type(one) for one in came] == [CaseError, OpenCell]
    assert main(["case", str(path), "--history"]) == 1
    told = capsys.readouterr()
    assert "good: " in told.out
    assert "is left out" in told.err
    assert "\x1b" not in told.out + told.err
    picture = tmp_path / "pages.pdf"
    assert main(["case", str(path), "--output", str(picture)]) == 1
    assert picture.exists()
    spoil(path, "UPDATE cell SET polarity = 'grey'")
    assert main(["case", str(path), "--output", str(picture)]) == 2
    assert "no cell of this case can be read" in capsys.readouterr().err


def test_what_can_not_be_read_again_is_not_kept(path: Path) -> None:
    found = few("x" * 10_000)
    with Case.open(path) as case:
        with pytest.raises(CaseError, match=r"can't be kept in a case file.*name"):
            case.add(ClassifiedCell(found, propose(found)))
        assert len(case.cells()) == 2
        karyotype = case.karyotype(GOOD, "AB")
        before = karyotype.state
        with pytest.raises(CaseError, match=r"can't be kept in a case file.*edit"):
            karyotype.annotate("x" * 5_000_000)
        assert karyotype.state == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of any bytes")
def test_a_name_that_is_no_utf_8_is_kept_escaped(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = few(os.fsdecode(b"m\xfcller"))
    with Case.open(path) as case:
        karyotype = propose(found)
        number = case.add(ClassifiedCell(found, karyotype))
        karyotype.annotate(os.fsdecode(b"\xfc"))
        assert case.classification(number).cell.name == "m\\udcfcller"
        assert case.karyotype(number).state == karyotype.state
    assert main(["case", str(path), "--history"]) == 0
    assert "m\\udcfcller" in capsys.readouterr().out


def test_the_memory_of_a_bomb_is_bounded(path: Path) -> None:
    resource = pytest.importorskip("resource")
    assert resource
    spoil(
        path,
        "UPDATE chromosome SET pixels = ? WHERE cell = 1",
        zlib.compress(bytes(200_000_000), 9),
    )
    script = (
        "import resource, sys; from napari_karyo.case import Case\n"
        "from napari_karyo.errors import CaseError\n"
        "with Case.open(sys.argv[1]) as case:\n"
        "    case.classification(2)\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    try: case.classification(1)\n"
        "    except CaseError: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000


def test_errors_of_a_bad_cell_are_the_programs_own(path: Path) -> None:
    with Case.open(path) as case, pytest.raises(KaryoError, match="there is no cell 9"):
        case.karyotype(9)
