"""Any series of edits: every chromosome sits in one place, and every way back works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.errors import EditError
from napari_karyo.karyotype import (
    REMOVED,
    REPLACING,
    SLOTS,
    Change,
    Edit,
    Karyotype,
)


class AnySeriesOfEdits(RuleBasedStateMachine):
    """Whatever is done, every chromosome sits in one place, and every way back works."""

    @initialize(
        placements=st.lists(st.sampled_from(("1", "2", "21", "X", TRAY)), max_size=7),
        data=st.data(),
    )
    def propose(self, placements: list[str], data: st.DataObject) -> None:
        self.count = len(placements)
        members = st.integers(0, self.count - 1) if self.count else st.nothing()
        turned = data.draw(st.frozensets(members)) if self.count else frozenset()
        self.karyotype = Karyotype(placements, turned)
        #: What a view that redraws only touched slots would show.
        self.shown = self._picture(SLOTS)
        self.states = [self.karyotype.state]
        self.here = 0
        self.heard: list[Change] = []
        self.karyotype.changed.connect(self._hear)

    def _picture(self, slots: Any) -> dict[str, Any]:
        state = self.karyotype.state
        return {
            slot: [
                (
                    one,
                    one in state.turned,
                    one in state.corrected,
                    one in state.reviewed,
                    one in state.derivatives,
                    state.appearance(one),
                )
                for one in state.slots[slot]
            ]
            for slot in slots
        }

    def _hear(self, change: Change) -> None:
        self.heard.append(change)
        self.shown |= self._picture(change.touched)

    def _do(self, edit: Callable[[], Edit | None]) -> None:
        before, said = self.karyotype.state, len(self.heard)
        try:
            done = edit()
        except EditError:
            done = None
        if done is None:
            assert self.karyotype.state is before
            assert len(self.heard) == said
            return
        assert len(self.heard) == said + 1
        assert self.heard[-1].edit is done
        assert (done.before, done.after) == (before, self.karyotype.state)
        assert done.before != done.after
        if done.kind not in (*REPLACING, "mark", "note", "sign", "iscn"):
            assert self.heard[-1].touched
        self.states = [*self.states[: self.here + 1], self.karyotype.state]
        self.here += 1

    some = st.lists(st.integers(-1, 9), max_size=3)
    one = st.integers(-1, 9)
    slot = st.sampled_from(("1", "2", "21", "Y", MARKERS, TRAY, "23"))

    @rule(chromosomes=some, slot=slot, position=st.none() | st.integers(-1, 5))
    def move(self, chromosomes: list[int], slot: str, position: int | None) -> None:
        self._do(lambda: self.karyotype.move(chromosomes, slot, position))

    @rule(chromosomes=some)
    def tray(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.to_tray(chromosomes))

    @rule(chromosomes=some)
    def turn(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.turn(chromosomes))

    @rule(first=one, second=one)
    def swap(self, first: int, second: int) -> None:
        self._do(lambda: self.karyotype.swap(first, second))

    @rule(chromosome=one, step=st.integers(-2, 2))
    def neighbour(self, chromosome: int, step: int) -> None:
        self._do(lambda: self.karyotype.swap_with_neighbour(chromosome, step))

    @rule(chromosomes=some, reviewed=st.booleans())
    def review(self, chromosomes: list[int], reviewed: bool) -> None:
        self._do(lambda: self.karyotype.review(chromosomes, reviewed))

    @rule(chromosomes=some)
    def markers(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.to_markers(chromosomes))

    @rule(chromosome=one, derivative=st.booleans())
    def derivative(self, chromosome: int, derivative: bool) -> None:
        self._do(lambda: self.karyotype.mark_derivative(chromosome, derivative))

    @rule(chromosomes=some, by=st.sampled_from((-90.0, 0.0, 20.0, 180.0)))
    def rotate(self, chromosomes: list[int], by: float) -> None:
        self._do(lambda: self.karyotype.rotate(chromosomes, by))

    @rule(chromosomes=some, straight=st.booleans())
    def straighten(self, chromosomes: list[int], straight: bool) -> None:
        self._do(lambda: self.karyotype.straighten(chromosomes, straight))

    @rule(chromosomes=some, low=st.sampled_from((0.0, 0.4, 1.0)))
    def contrast(self, chromosomes: list[int], low: float) -> None:
        self._do(lambda: self.karyotype.set_contrast(chromosomes, low, 1.0))

    @rule(chromosomes=some, slot=slot)
    def merge(self, chromosomes: list[int], slot: str) -> None:
        self._do(lambda: self.karyotype.merge(chromosomes, "merged", slot))

    @rule(chromosome=one, slots=st.lists(slot, min_size=1, max_size=3))
    def split(self, chromosome: int, slots: list[str]) -> None:
        names = [f"part {n}" for n in range(len(slots))]
        self._do(lambda: self.karyotype.split(chromosome, names, slots))

    @rule(chromosome=one, slots=st.lists(slot, min_size=1, max_size=3))
    def part(self, chromosome: int, slots: list[str]) -> None:
        names = [f"part {n}" for n in range(len(slots))]
        self._do(lambda: self.karyotype.part(chromosome, names, slots))

    @rule(slot=slot, turned=st.booleans())
    def draw(self, slot: str, turned: bool) -> None:
        self._do(lambda: self.karyotype.draw("drawn", slot, turned))

    @rule(chromosome=one, slot=slot)
    def repaint(self, chromosome: int, slot: str) -> None:
        self._do(lambda: self.karyotype.repaint(chromosome, "painted", slot))

    @rule(chromosomes=some, what=st.sampled_from((*REMOVED, "a dog")))
    def remove(self, chromosomes: list[int], what: str) -> None:
        self._do(lambda: self.karyotype.remove(chromosomes, what))

    @rule(words=st.sampled_from(("counted", "karyotyped")), on=st.booleans())
    def mark(self, words: str, on: bool) -> None:
        self._do(lambda: self.karyotype.mark(words, on))

    @rule(who=st.sampled_from(("AB", "CD")), role=st.sampled_from(("reviewed", "confirmed")))
    def sign(self, who: str, role: str) -> None:
        self.karyotype.who = who
        self._do(lambda: self.karyotype.sign(role))

    @rule(text=st.sampled_from(("", "46,XX")))
    def iscn(self, text: str) -> None:
        self._do(lambda: self.karyotype.write_iscn(text))

    @rule()
    def undo(self) -> None:
        assert (self.karyotype.undo() is not None) == (self.here > 0)
        self.here = max(0, self.here - 1)

    @rule()
    def redo(self) -> None:
        assert (self.karyotype.redo() is not None) == (self.here < len(self.states) - 1)
        self.here = min(len(self.states) - 1, self.here + 1)

    @rule()
    def all_the_way_back_and_forth(self) -> None:
        while self.karyotype.can_undo:
            self.karyotype.undo()
        assert self.karyotype.state == self.karyotype.proposed
        while self.karyotype.can_redo:
            self.karyotype.redo()
        assert self.karyotype.state == self.states[-1]
        self.here = len(self.states) - 1

    @invariant()
    def everyone_has_one_place_at_most(self) -> None:
        state = self.karyotype.state
        seated = sorted(one for seats in state.slots.values() for one in seats)
        assert seated == list(self.karyotype.present) == sorted(set(seated))
        # Only such edits take a chromosome away.
        gone = set(range(len(self.karyotype))) - set(seated)
        made = {
            one
            for edit in (*self.karyotype.history, *self.karyotype.undone)
            if edit.kind in REPLACING
            for one in edit.chromosomes
        }
        assert gone <= made | set(range(self.count, len(self.karyotype)))
        assert tuple(state.slots) == SLOTS
        for one in seated:
            slot, place = self.karyotype.slot_of(one), self.karyotype.position_of(one)
            assert state.slots[slot][place] == one
        for one in gone:
            with pytest.raises(EditError, match="no longer there"):
                self.karyotype.slot_of(one)

    @invariant()
    def what_was_said_of_one_that_left_is_gone(self) -> None:
        state = self.karyotype.state
        there = state.positions.keys()
        assert state.turned | state.reviewed | state.derivatives | state.corrected <= there
        assert state.appearances.keys() <= there
        assert all(state.positions[one][0] in CLASSES for one in state.derivatives)

    @invariant()
    def the_present_is_where_the_history_says(self) -> None:
        assert self.karyotype.state == self.states[self.here]
        history = self.karyotype.history
        assert [edit.after for edit in history] == self.states[1 : self.here + 1]
        assert self.karyotype.can_undo == (self.here > 0)
        assert self.karyotype.can_redo == (self.here < len(self.states) - 1)

    @invariant()
    def corrected_is_what_differs_from_the_proposal(self) -> None:
        state, proposed = self.karyotype.state, self.karyotype.proposed
        for one in self.karyotype.present:
            moved = one not in proposed.slots[self.karyotype.slot_of(one)]
            turned = (one in state.turned) != (one in proposed.turned)
            derived = one in state.derivatives
            assert (one in state.corrected) == (moved or turned or derived)
            assert self.karyotype.is_corrected(one) == (moved or turned or derived)

    @invariant()
    def touched_slots_are_enough_for_a_view(self) -> None:
        assert self.shown == self._picture(SLOTS)

    @invariant()
    def the_count_is_the_slots(self) -> None:
        state = self.karyotype.state
        counted = sum(self.karyotype.counts().values()) + len(state.markers)
        assert counted == len(self.karyotype.present) - len(state.slots[TRAY])
        proposal = self.karyotype.proposal
        assert (proposal == "") == bool(self.karyotype.not_proposed)
        assert not proposal or int(proposal.partition(",")[0].split("<")[0].split()[0]) == counted


TestAnySeriesOfEdits = AnySeriesOfEdits.TestCase
TestAnySeriesOfEdits.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
