"""A long history: an edit costs what the first one cost, in what is visited and what is kept."""

from __future__ import annotations

import random
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from drawn import UNSURE, make_cell, make_classification

from napari_karyo.case import Case
from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.classified.heading import heading_of
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Edit, Karyotype
from napari_karyo.karyotype.index import CORRECTING, PLACING


@pytest.fixture(scope="module")
def found() -> Classification:
    return make_classification(make_cell(), unsure=UNSURE)


def edit(karyotype: Karyotype, chance: random.Random) -> None:
    """Do something that a person does."""
    one = chance.choice(karyotype.present)
    kind = chance.randrange(12)
    karyotype.who = chance.choice(("AB", "CD", ""))
    if kind < 4:
        karyotype.move([one], chance.choice((*CLASSES, TRAY)))
    elif kind == 4:
        karyotype.turn([one])
    elif kind == 5:
        karyotype.rotate([one], 15.0)
    elif kind == 6:
        karyotype.review(chance.sample(karyotype.present, 3), chance.random() < 0.8)
    elif kind == 7:
        karyotype.swap(one, chance.choice(karyotype.present))
    elif kind == 8:
        karyotype.mark("counted", chance.random() < 0.5)
    elif kind < 11:
        karyotype.undo()
    else:
        karyotype.redo()


class Counted(list[Edit]):
    """A list that counts how many of its edits are looked at."""

    seen = 0

    def __iter__(self) -> Any:
        for one in super().__iter__():
            Counted.seen += 1
            yield one

    def __reversed__(self) -> Any:
        for one in super().__reversed__():
            Counted.seen += 1
            yield one

    def __getitem__(self, place: Any) -> Any:
        Counted.seen += 1
        return super().__getitem__(place)


def ask(cell: OpenCell) -> None:
    """Ask what is asked after each edit."""
    karyotype = cell.karyotype
    heading_of(cell.classification, karyotype)
    cell.shown_lights()
    cell.doubtful()
    for one in karyotype.present[:3]:
        karyotype.last_edit_of(one)
    assert karyotype.accepted_together is not None
    assert karyotype.can_undo in (True, False)


def test_no_edit_looks_at_all_edits_before_it(found: Classification) -> None:
    karyotype, chance = propose(found), random.Random(1)
    # Of pieces the history alone says whether a person placed them.
    karyotype.split(5, ["a", "b"], ["3", "4"])
    cell = OpenCell(found, karyotype)
    cell.classification = make_classification(make_cell((*_classes(found), "3", "4")))
    karyotype._done = Counted(karyotype._done)

    def visits() -> int:
        before = Counted.seen
        for _ in range(20):
            edit(karyotype, chance)
            ask(cell)
        return Counted.seen - before

    for _ in range(1500):
        edit(karyotype, chance)
    assert karyotype.done_count > 600
    # Of each edit a few others are looked up, however many there are.
    assert visits() <= 20 * 5


def _classes(found: Classification) -> list[str]:
    return [found.predicted[one] for one in range(len(found))]


def test_what_the_index_says_is_what_the_edits_say(found: Classification) -> None:
    karyotype, chance = propose(found), random.Random(2)
    piece = len(karyotype)
    karyotype.split(5, ["a", "b"], ["3", "4"])
    for step in range(400):
        edit(karyotype, chance)
        if step % 7 and step < 380:
            continue
        for asked in (karyotype, karyotype.snapshot()):
            done = asked.history
            for one in (*range(0, len(found), 9), piece, piece + 1):
                about = [item for item in done if one in item.chromosomes]
                assert asked.last_edit_of(one) is (about[-1] if about else None)
                if one >= piece and one in asked.state.positions:
                    placed = any(item.kind in PLACING for item in about)
                    assert asked.is_settled(one) == (placed or one in asked.state.reviewed)
            corrected = asked.state.corrected
            assert asked.corrected_by == tuple(
                dict.fromkeys(
                    item.who
                    for item in done
                    if item.who
                    and item.kind in CORRECTING
                    and not corrected.isdisjoint(item.chromosomes)
                )
            )
            last: dict[int, int] = {}
            for item in done:
                if item.kind == "review":
                    last |= dict.fromkeys(item.chromosomes, len(item.chromosomes))
            together = {one for one in asked.state.reviewed if last.get(one, 1) > 1}
            assert asked.accepted_together == together
    # And read back from a journal.
    again = Karyotype.from_state(karyotype.names, karyotype.proposed)
    again.replay([("do", item) for item in karyotype.history])
    assert again.corrected_by == karyotype.corrected_by
    assert again.accepted_together == karyotype.accepted_together


def test_edits_can_be_asked_for_by_their_place(found: Classification) -> None:
    karyotype = propose(found)
    for number in range(6):
        karyotype.move([number], "X")
    karyotype.go_to(2)
    every = (*karyotype.history, *karyotype.undone)
    assert [karyotype.edit_at(place) for place in range(karyotype.edit_count)] == list(every)
    assert karyotype.done_count == 2


def _size(karyotype: Karyotype) -> int:
    """Return the bytes of all that the edits hold, each object once."""
    seen: set[int] = set()
    total = 0
    waiting: list[Any] = [*karyotype.history, *karyotype.undone]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or one is karyotype.proposed:
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        if hasattr(one, "__dict__"):
            waiting += vars(one).values()
        elif hasattr(one, "items"):
            waiting += [part for pair in one.items() for part in pair]
        elif isinstance(one, tuple | frozenset):
            waiting += one
    return total


def test_an_edit_keeps_no_more_than_the_first_ones(tmp_path: Path, found: Classification) -> None:
    karyotype, chance = propose(found), random.Random(3)
    with Case.create(tmp_path / "P.karyo") as case:
        number = case.add(ClassifiedCell(found, karyotype))
        for step in range(600):
            karyotype.move([chance.choice(karyotype.present)], chance.choice(CLASSES))
            if step == 199:
                early = _size(karyotype) / karyotype.edit_count
        late = _size(karyotype) / karyotype.edit_count
        assert late <= 1.1 * early
        # A state holds what changed, and a table of the slots.
        assert late < 8_000
        # What is read back is held once too.
        assert _size(case.karyotype(number)) <= 1.6 * _size(karyotype)


def test_a_piece_is_kept_without_reading_the_history(tmp_path: Path, found: Classification) -> None:
    from napari_karyo.case.rows import _is_named

    karyotype = propose(found)
    with Case.create(tmp_path / "P.karyo") as case:
        number = case.add(ClassifiedCell(found, karyotype))
        for step in range(50):
            karyotype.turn([step % 40])
        said: list[str] = []
        with case.writing() as connection:
            assert isinstance(connection, sqlite3.Connection)
            connection.set_trace_callback(said.append)
            assert not _is_named(connection, number, 400)
            connection.set_trace_callback(None)
        assert said
        assert not any("event" in command for command in said)
