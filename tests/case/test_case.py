"""The case file: what goes in comes out, and nothing is harmed."""

from __future__ import annotations

import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import UNSURE, make_cell, make_classification

from napari_karyo.case import Case, case_path, database, schema
from napari_karyo.cell import Chromosome, Lost, Patient, Polarity, Problem
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import CaseError, EditError
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.inference.extend import with_pieces
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype


@pytest.fixture
def found() -> Classification:
    return make_classification(make_cell(), unsure=UNSURE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "P1.karyo"


def started(path: Path, found: Classification, who: str = "AB") -> tuple[Case, int, Karyotype]:
    case = Case.create(path, "P1")
    karyotype = propose(found, who=who)
    return case, case.add(ClassifiedCell(found, karyotype)), karyotype


def test_a_cell_comes_back_as_it_was_kept(path: Path, found: Classification) -> None:
    problem = Problem("x.png", "is empty.", "Leave it.", left_out=False)
    object.__setattr__(found.cell, "problems", (problem,))
    case, number, karyotype = started(path, found)
    case.close()
    with Case.open(path) as again:
        assert again.patient == "P1"
        back = again.classification(number)
        kept = again.karyotype(number)
    assert kept.state == karyotype.state
    assert kept.proposed == karyotype.proposed
    assert kept.names == karyotype.names
    assert not kept.history
    for before, after in zip(found.cell, back.cell, strict=True):
        np.testing.assert_array_equal(before.image, after.image)
        assert before.image.dtype == after.image.dtype
        assert (before.name, before.path, before.expected) == (
            after.name,
            after.path,
            after.expected,
        )
    for name in ("probabilities", "p_arm_up", "attention"):
        np.testing.assert_array_equal(getattr(found, name), getattr(back, name))
    for name in ("scale", "model", "model_hash", "device", "thresholds", "notes", "settings"):
        assert getattr(found, name) == getattr(back, name)
    assert back.cell.problems == (problem,)
    assert back.cell.polarity is Polarity.DARK
    assert back.cell.simulated
    for before, after in zip(found.uprights, back.uprights, strict=True):
        np.testing.assert_array_equal(before.image, after.image)


def test_every_edit_is_kept_with_who_and_when(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    karyotype.move([3], "7")
    karyotype.who = "CD"
    karyotype.turn([5])
    karyotype.undo()
    karyotype.undo()
    karyotype.redo()
    karyotype.annotate("two touch")
    case.close()
    with Case.open(path) as again:
        events = again.events(number)
        kept = again.karyotype(number, who="EF")
        assert [(event.direction, event.who) for event in events] == [
            ("do", "AB"),
            ("do", "CD"),
            ("undo", "CD"),
            ("undo", "CD"),
            ("redo", "CD"),
            ("do", "CD"),
        ]
        assert events[0].edit.text == "03.png moved from 2 to 7"
        assert all(event.time.tzinfo is not None for event in events)
        assert kept.history == karyotype.history
        assert kept.state == karyotype.state
        # It goes on where it was left, undo and all.
        kept.undo()
        kept.undo()
        kept.redo()
        assert kept.state.slots["7"][-1] == 3
    with Case.open(path) as once_more:
        assert len(once_more.events(number)) == 9
        assert once_more.karyotype(number).state == kept.state
        assert once_more.karyotype(number).can_redo


def test_an_edit_is_in_the_file_before_anybody_is_told(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    seen = []

    def told(_change: object) -> None:
        with Case.open(path, read_only=True) as other:
            seen.append(other.karyotype(number).state == karyotype.state)

    karyotype.changed.connect(told)
    karyotype.move([3], "7")
    karyotype.undo()
    assert seen == [True, True]
    case.close()


def test_what_can_not_be_kept_does_not_happen(path: Path, found: Classification) -> None:
    case, _, karyotype = started(path, found)
    karyotype.move([3], "7")
    state, heard = karyotype.state, []
    karyotype.changed.connect(heard.append)
    # As a full disk does.
    case._open().execute("PRAGMA query_only = ON")
    for edit in (
        lambda: karyotype.move([4], "9"),
        karyotype.undo,
        lambda: karyotype.merge([1, 2], "both", "1"),
    ):
        with pytest.raises(CaseError, match="nothing could be written"):
            edit()
    assert karyotype.state == state
    assert len(karyotype.names) == len(found)
    assert len(karyotype.history) == 1
    assert not heard
    case._open().execute("PRAGMA query_only = OFF")
    karyotype.undo()
    assert len(heard) == 1
    case.close()


def test_the_history_can_only_grow(path: Path, found: Classification) -> None:
    case, _, karyotype = started(path, found)
    karyotype.move([3], "7")
    case.close()
    bare = sqlite3.connect(path)
    for command in ("DELETE FROM event", "UPDATE event SET who = 'nobody'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            bare.execute(command)
    bare.close()


def test_the_second_program_reads_only_and_says_so(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    with Case.open(path) as second:
        assert "another program has it open" in second.read_only
        assert "since" in second.read_only
        theirs = second.karyotype(number)
        with pytest.raises(CaseError, match="read-only") as refused:
            theirs.move([3], "7")
        assert str(path) in str(refused.value)
        assert theirs.state == karyotype.state
        # What the first writes, the second can read.
        karyotype.move([3], "7")
        assert second.karyotype(number).slot_of(3) == "7"
    case.close()
    with Case.open(path) as third:
        assert not third.read_only


def test_a_newer_file_is_left_as_it_is(path: Path, found: Classification) -> None:
    started(path, found)[0].close()
    bare = sqlite3.connect(path)
    bare.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    bare.close()
    before = path.read_bytes()
    with pytest.raises(CaseError, match="newer version") as refused:
        Case.open(path)
    assert str(path) in str(refused.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "scribble", "empty", "text", "other", "missing"])
def test_a_damaged_file_is_left_as_it_is(path: Path, found: Classification, damage: str) -> None:
    started(path, found)[0].close()
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "scribble":
        middle = len(content) // 2
        path.write_bytes(content[:4096] + b"\xff" * (middle - 4096) + content[middle:])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("karyotype: 46,XX\n" * 20)
    elif damage == "other":
        path.unlink()
        bare = sqlite3.connect(path)
        bare.execute("CREATE TABLE other (x)")
        bare.close()
    else:
        path.unlink()
    before = path.read_bytes() if path.exists() else None
    words = {"other": "no case file of this", "missing": "no such case"}.get(damage, "damaged")
    with pytest.raises(CaseError, match=words) as refused:
        Case.open(path)
    assert path.name in str(refused.value)
    assert (path.read_bytes() if path.exists() else None) == before


def test_an_older_file_is_brought_up_to_date_and_a_copy_kept(
    path: Path, found: Classification, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, number, karyotype = started(path, found)
    karyotype.move([3], "7")
    case.close()
    own = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", own + 1)
    steps = ("ALTER TABLE cell ADD COLUMN colour TEXT",)
    monkeypatch.setattr(schema, "MIGRATIONS", {**schema.MIGRATIONS, own: steps})
    with Case.open(path) as newer:
        assert newer.karyotype(number).state == karyotype.state
        assert newer.query("SELECT colour FROM cell") == [(None,)]
    monkeypatch.undo()
    with Case.open(path.with_name(f"P1.karyo.version-{own}")) as copy:
        assert copy.karyotype(number).state == karyotype.state


def test_a_file_of_version_1_says_why_nothing_of_a_few_crops_is_sure(
    path: Path, found: Classification
) -> None:
    case, number, karyotype = started(path, replace(found, notes=("The GPU was full.",)))
    whole = case.add(ClassifiedCell(found, propose(found), "(2)"))
    case.close()
    bare = sqlite3.connect(path)
    for column in ("lost", "withheld", "unknown"):
        bare.execute(f"ALTER TABLE cell DROP COLUMN {column}")
    bare.execute("DROP TABLE spread")
    for column in ("is_foreign", "is_strange", "scale", "outline"):
        bare.execute(f"ALTER TABLE chromosome DROP COLUMN {column}")
    # As it was kept then: sure from beyond all bounds, and the reason among the notes.
    note = "Only 7 crops: their scale is not certain, by which classes are told apart. Look."
    bare.execute(
        "UPDATE cell SET sure_from = 9e999, notes = json_insert(notes, '$[#]', ?) WHERE id = ?",
        (note, number),
    )
    bare.execute("PRAGMA user_version = 1")
    bare.commit()
    bare.close()
    with Case.open(path) as newer:
        few, other = newer.classification(number), newer.classification(whole)
        assert newer.karyotype(number).state == karyotype.state
    assert few.thresholds == (found.thresholds[0], 1.0)
    assert few.withheld.startswith("Only a few crops: their scale is not certain")
    assert few.remarks == (few.withheld, "The GPU was full.")
    assert (other.thresholds, other.withheld) == (found.thresholds, "")
    for one in (few, other):
        assert (one.unknown, one.foreign.any(), one.cell.lost) == ("", False, frozenset())
        assert not one.strange.any()
        np.testing.assert_allclose(one.scales, found.scale)


def test_what_is_unknown_and_withheld_comes_back(path: Path, found: Classification) -> None:
    strange = replace(
        found,
        cell=replace(found.cell, lost=frozenset({Lost.SCALE, Lost.GREYS})),
        foreign=np.arange(len(found)) % 5 == 0,
        strange=np.arange(len(found)) % 3 == 0,
        scales=np.linspace(0.5, 2.0, len(found)),
        unknown="All crops are of one size.",
        withheld="Their scale is lost.",
    )
    case, number, karyotype = started(path, strange)
    case.close()
    with Case.open(path) as again:
        kept, opened = again.classification(number), again.karyotype(number)
    assert kept.foreign.tolist() == strange.foreign.tolist()
    assert kept.strange.tolist() == strange.strange.tolist()
    np.testing.assert_allclose(kept.scales, strange.scales)
    assert kept.remarks == strange.remarks
    assert (kept.unknown, kept.withheld) == ("All crops are of one size.", "Their scale is lost.")
    assert kept.cell.lost == strange.cell.lost
    assert (opened.unknown, opened.proposal) == (strange.unknown, karyotype.proposal)
    assert opened.proposal == ""
    assert opened.lengths_lost


def test_a_failed_migration_leaves_the_file_as_it_is(
    path: Path, found: Classification, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, number, karyotype = started(path, found)
    case.close()
    own = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", own + 1)
    steps = ("ALTER TABLE cell ADD COLUMN colour TEXT", "NO SUCH COMMAND")
    monkeypatch.setattr(schema, "MIGRATIONS", {**schema.MIGRATIONS, own: steps})
    with pytest.raises(CaseError, match="could not be brought up to date"):
        Case.open(path)
    monkeypatch.undo()
    with Case.open(path) as still:
        assert still.karyotype(number).state == karyotype.state
        with pytest.raises(CaseError, match="colour"):
            still.query("SELECT colour FROM cell")


@pytest.mark.skipif(os.name == "nt", reason="folders of Windows have other rights")
def test_a_folder_that_can_not_be_written_to(tmp_path: Path, found: Classification) -> None:
    if os.geteuid() == 0:
        pytest.skip("the administrator may write everywhere")
    folder = tmp_path / "archive"
    folder.mkdir()
    case, number, _ = started(folder / "P1.karyo", found)
    case.close()
    (folder / ".P1.karyo.lock").unlink()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with Case.open(folder / "P1.karyo") as shown:
            assert "can't be written to" in shown.read_only
            assert len(shown.karyotype(number)) == len(found)
        with pytest.raises(CaseError, match="no case file can be made"):
            Case.create(folder / "P2.karyo")
    finally:
        folder.chmod(stat.S_IRWXU)


def test_several_cells_and_those_classified_anew(path: Path, found: Classification) -> None:
    case, first, _ = started(path, found)
    other = make_classification(make_cell(name="cell B"))
    second = case.add(ClassifiedCell(other, propose(other), "(2)"), supersedes=first)
    assert [(one.number, one.name, one.crops, one.superseded) for one in case.cells()] == [
        (first, "cell A", 46, True),
        (second, "cell B (2)", 46, False),
    ]
    case.close()
    with pytest.raises(CaseError, match="closed"):
        case.cells()


def test_edits_made_before_a_cell_came_into_the_case_are_kept(
    path: Path, found: Classification
) -> None:
    karyotype = propose(found, who="AB")
    karyotype.move([3], "7")
    karyotype.turn([3])
    with Case.create(path) as case:
        number = case.add(ClassifiedCell(found, karyotype))
        assert case.karyotype(number).history == karyotype.history
        karyotype.undo()
        assert case.karyotype(number).state == karyotype.state


def test_pieces_come_back_too(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    cell = OpenCell(found, karyotype, case=case, number=number)
    image = found.cell.chromosomes[0].image
    middle = image.shape[0] // 2
    upper, lower = image.copy(), image.copy()
    upper[middle:], lower[:middle] = 255, 255
    pieces = [Chromosome("00.png (1)", upper), Chromosome("00.png (2)", lower)]
    cell.split(0, pieces)
    assert karyotype.present == tuple(range(1, 48))
    whole = cell.classification
    cell.merge([46, 47], Chromosome("00.png whole", image))
    karyotype.undo()
    case.close()
    with Case.open(path) as again:
        back = again.classification(number)
        kept = again.karyotype(number)
    assert kept.state == karyotype.state
    assert kept.can_redo
    assert kept.names == karyotype.names
    assert len(back) == 49
    assert back.made == 3
    np.testing.assert_array_equal(back.cell.chromosomes[46].image, whole.cell.chromosomes[46].image)
    np.testing.assert_array_equal(back.probabilities, cell.classification.probabilities)
    assert [item.image.shape for item in back.uprights] == [
        item.image.shape for item in cell.classification.uprights
    ]
    assert back.inputs.shape[0] == 49
    with Case.open(path) as once_more:
        last = once_more.karyotype(number)
        last.redo()
        assert 48 in last.present


def test_a_piece_whose_edit_never_came_harms_nobody(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    more = with_pieces(found, [Chromosome("piece", found.cell.chromosomes[3].image)])
    assert karyotype.journal is not None
    karyotype.journal.keep_pieces(more, 46, (3,))
    # Killed here.
    case.close()
    with Case.open(path) as again:
        kept = again.karyotype(number)
        back = again.classification(number)
        assert kept.state == karyotype.state
        assert len(back) == len(kept.names) == 47
        cell = OpenCell(back, kept, case=again, number=number)
        cell.merge([1, 2], Chromosome("both", found.cell.chromosomes[1].image))
        assert 47 in kept.present
    with Case.open(path) as once_more:
        assert once_more.karyotype(number).state == kept.state


def test_a_copy_has_the_whole_history(path: Path, tmp_path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    # So that numbers differ there.
    case.add(ClassifiedCell(found, propose(found)))
    karyotype.move([3], "7")
    karyotype.undo()
    karyotype.redo()
    with Case.create(tmp_path / "copy.karyo") as copy:
        other = make_classification(make_cell(name="cell B"))
        copy.add(ClassifiedCell(other, propose(other)))
        new = copy.copy_from(case, number)
        assert new != number
        assert [event.direction for event in copy.events(new)] == ["do", "undo", "redo"]
        assert copy.karyotype(new).state == karyotype.state
        assert copy.karyotype(new).history == karyotype.history
        copy.karyotype(new).undo()
    assert case.karyotype(number).state == karyotype.state
    case.close()


def test_what_was_undone_before_a_case_came_can_be_done_again(
    path: Path, found: Classification
) -> None:
    karyotype = propose(found, who="AB")
    cell = OpenCell(found, karyotype)
    image = found.cell.chromosomes[0].image
    cell.merge([0, 1], Chromosome("both", image))
    karyotype.turn([3])
    karyotype.turn([4])
    karyotype.undo()
    karyotype.undo()
    with Case.create(path) as case:
        number = case.add(ClassifiedCell(cell.classification, karyotype))
        karyotype.redo()
        again = case.karyotype(number)
        assert again.state == karyotype.state
        assert again.undone == karyotype.undone
        back = case.classification(number)
        assert back.made == 1
        np.testing.assert_array_equal(back.inputs[:46].shape, (46, *back.inputs.shape[1:]))
        assert case.cells()[0].crops == 46


def test_a_cell_is_added_whole_or_not_at_all(
    path: Path, found: Classification, monkeypatch: pytest.MonkeyPatch
) -> None:
    karyotype = propose(found)
    for one in (1, 2, 3):
        karyotype.turn([one])
    with Case.create(path) as case:

        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("napari_karyo.case.case.insert_history", full)
        with pytest.raises(CaseError, match="disk is full"):
            case.add(ClassifiedCell(found, karyotype))
        assert case.cells() == ()
        assert karyotype.journal is None
        monkeypatch.undo()
        case.add(ClassifiedCell(found, karyotype))
        assert len(case.cells()) == 1


def test_two_lines_of_edits_can_not_begin(path: Path, found: Classification) -> None:
    case, number, first = started(path, found)
    second = case.karyotype(number)
    first.turn([1])
    with pytest.raises(CaseError, match="edited elsewhere"):
        second.turn([2])
    assert case.karyotype(number).state == first.state
    case.close()


def test_a_link_is_the_same_file(path: Path, tmp_path: Path, found: Classification) -> None:
    case = started(path, found)[0]
    link = tmp_path / "link.karyo"
    link.symlink_to(path)
    with Case.open(link) as second:
        assert "another program" in second.read_only
    case.close()


def test_the_number_of_a_piece_never_means_another(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    image = found.cell.chromosomes[0].image
    OpenCell(found, karyotype, case=case, number=number).merge([0, 1], Chromosome("a", image))
    other = with_pieces(found, [Chromosome("b", image)])
    assert karyotype.journal is not None
    with pytest.raises(CaseError, match="is there already"):
        karyotype.journal.keep_pieces(other, 46, (2,))
    assert case.classification(number).cell.chromosomes[46].name == "a"
    case.close()


def test_edits_in_the_log_alone_are_never_left_out(path: Path, found: Classification) -> None:
    case, _, karyotype = started(path, found)
    karyotype.turn([1])
    log = path.with_name("P1.karyo-wal")
    assert log.stat().st_size
    bare = path.with_name("bare.karyo")
    bare.write_bytes(path.read_bytes())
    bare.with_name("bare.karyo-wal").write_bytes(log.read_bytes())
    connect = sqlite3.connect

    def no_shared_memory(name: str, **options: object) -> sqlite3.Connection:
        # As on a disk that can't be written to.
        if "mode=ro" in str(name):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(name, **options)  # type: ignore[call-overload, no-any-return]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", no_shared_memory)
        with pytest.raises(CaseError, match="where it lies"):
            database.open_for_reading(bare)
    case.close()


def test_a_full_disk_keeps_nobody_from_looking(
    path: Path, found: Classification, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, number, karyotype = started(path, found)
    case.close()

    def full(_self: Case, _name: str, _value: str) -> None:
        raise CaseError("nothing could be written to the case file: full.", "", path)

    monkeypatch.setattr(Case, "set_fact", full)
    with Case.open(path) as shown:
        assert "full" in shown.read_only
        assert shown.karyotype(number).state == karyotype.state
    monkeypatch.undo()
    with Case.open(path) as again:
        assert not again.read_only


def test_a_file_that_was_never_finished_has_no_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "TABLES", "NO SUCH COMMAND;")
    with pytest.raises(CaseError, match="nothing could be written"):
        Case.create(path)
    monkeypatch.undo()
    assert not path.exists()
    assert not list(path.parent.glob("*.part"))
    Case.create(path).close()


def test_where_a_case_lies(tmp_path: Path) -> None:
    cell = make_cell()
    assert case_path(cell) is None
    folder = tmp_path / "97002319.8"
    folder.mkdir()
    object.__setattr__(cell, "path", folder)
    assert case_path(cell) == tmp_path / "97002319.8.karyo"
    patient = Patient("P1", (cell,), tmp_path / "P1")
    assert case_path(cell, patient) == tmp_path / "P1.karyo"
    # A cell dropped alone goes to its patient's case where there is one.
    of_patient = tmp_path.with_name(f"{tmp_path.name}.karyo")
    of_patient.touch()
    assert case_path(cell) == of_patient
    stack = tmp_path / "stack.tif"
    stack.touch()
    of_patient.unlink()
    object.__setattr__(cell, "path", stack)
    assert case_path(cell) == tmp_path / "stack.karyo"


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody take a file that is open")
@pytest.mark.parametrize("how", ["deleted", "renamed", "replaced"])
def test_an_edit_is_not_kept_where_nobody_would_find_it(
    path: Path, tmp_path: Path, found: Classification, how: str
) -> None:
    case, number, karyotype = started(path, found)
    karyotype.move([0], "2")
    other = tmp_path / "other.karyo"
    if how == "deleted":
        path.unlink()
    elif how == "renamed":
        path.rename(other)
    else:
        other.write_bytes(path.read_bytes())
        other.replace(path)
    before = karyotype.state
    with pytest.raises(CaseError, match="moved, renamed or deleted"):
        karyotype.move([1], "3")
    assert karyotype.state == before
    # What was done before can be saved still, all of it.
    with Case.create(tmp_path / "copy.karyo") as copy:
        assert copy.karyotype(copy.copy_from(case, number)).state == before
    if how == "renamed":
        # Put back, it is kept on.
        other.rename(path)
        karyotype.move([1], "3")
        with Case.open(path, read_only=True) as reading:
            assert reading.karyotype(number).state == karyotype.state
    case.close()


def test_no_case_over_another_file(path: Path, tmp_path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(CaseError, match="file of this name"):
        Case.create(path)
    assert path.read_text() == "mine"
    with pytest.raises(CaseError, match="folder does not exist"):
        Case.create(tmp_path / "no" / "P.karyo")


def test_a_history_with_a_gap_is_refused(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    karyotype.move([3], "7")
    karyotype.move([3], "9")
    events = [(event.direction, event.edit) for event in case.events(number)]
    case.close()
    with pytest.raises(EditError, match="gap"):
        Karyotype.from_state(karyotype.names, karyotype.proposed).replay(events[1:])


def test_a_lock_is_gone_with_its_program(path: Path, found: Classification) -> None:
    started(path, found)[0].close()
    lock, reason = database.hold(path)
    assert lock is not None, reason
    lock.release()
