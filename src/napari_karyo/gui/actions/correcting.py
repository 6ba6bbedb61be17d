"""Actions that correct where a chromosome sits and how it stands."""

from __future__ import annotations

from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.gui.actions.action import attempt, in_hand, name_of, slot_words
from napari_karyo.gui.desk import Desk


def place(desk: Desk, slot: str, index: int | None = None, position: int | None = None) -> bool:
    """Put a chromosome into a slot: the one edit behind drag, typing and the buttons.

    Parameters
    ----------
    desk : Desk
    slot : str
    index : int, optional
        The one in hand where left out.
    position : int, optional
        How many of the others shall stand to its left.

    Returns
    -------
    bool
        Whether it sits there now.
    """
    if index is None:
        found = in_hand(desk)
        if found is None:
            return False
        index = found[1]
    cell = desk.current
    if cell is None or index not in cell.present:
        return False
    before = cell.karyotype.slot_of(index)
    if before == slot and position is None:
        desk.say(f"{name_of(cell, index)} is in {slot_words(slot)} already.")
        return True
    if not attempt(desk, lambda: cell.karyotype.move([index], slot, position)):
        return False
    if before != slot:
        desk.say(f"{name_of(cell, index)}: {slot_words(before)} to {slot_words(slot)}.")
    return True


def flip(desk: Desk) -> None:
    """Turn the chromosome in hand top to bottom."""
    found = in_hand(desk)
    if found is not None:
        found[0].karyotype.turn([found[1]])


def _swap(desk: Desk, step: int) -> None:
    found = in_hand(desk)
    if found is None:
        return
    cell, index = found
    seats = cell.karyotype.state.slots[cell.karyotype.slot_of(index)]
    place_there = seats.index(index) + step
    if not 0 <= place_there < len(seats):
        side = "right" if step > 0 else "left"
        desk.say(f"There is no homologue to the {side} in this slot.")
        return
    cell.karyotype.swap_with_neighbour(index, step)


def swap_left(desk: Desk) -> None:
    """Swap with the homologue on the left."""
    _swap(desk, -1)


def swap_right(desk: Desk) -> None:
    """Swap with the homologue on the right."""
    _swap(desk, +1)


def swap(desk: Desk) -> None:
    """Swap with the homologue on the right, or on the left where there is none."""
    found = in_hand(desk)
    if found is None:
        return
    cell, index = found
    seats = cell.karyotype.state.slots[cell.karyotype.slot_of(index)]
    _swap(desk, +1 if seats.index(index) + 1 < len(seats) else -1)


def tray(desk: Desk) -> None:
    """Send the chromosome in hand to the tray."""
    place(desk, TRAY)


def marker(desk: Desk) -> None:
    """Call the chromosome in hand a marker, or take that back."""
    found = in_hand(desk)
    if found is not None:
        cell, index = found
        is_one = index in cell.karyotype.state.markers
        place(desk, TRAY if is_one else MARKERS)


def derivative(desk: Desk) -> None:
    """Call the chromosome in hand a derivative, or take that back."""
    found = in_hand(desk)
    if found is not None:
        cell, index = found
        is_one = index in cell.karyotype.state.derivatives
        cell.karyotype.mark_derivative(index, not is_one)


def undo(desk: Desk) -> None:
    """Take the last edit back, and take the chromosome in hand that it was about."""
    cell = desk.current
    if cell is None or not cell.karyotype.can_undo:
        desk.say("Nothing to undo.")
        return
    edit = cell.karyotype.undo()
    # After a class was typed the next doubtful one is in hand: the person wants back.
    if edit is not None and len(edit.chromosomes) == 1 and edit.chromosomes[0] in cell.present:
        desk.select(edit.chromosomes[0])


def redo(desk: Desk) -> None:
    """Do the edit again that was taken back."""
    cell = desk.current
    if cell is None or not cell.karyotype.can_redo:
        desk.say("Nothing to redo.")
        return
    cell.karyotype.redo()


def compare(desk: Desk) -> None:
    """Keep the chromosome in hand beside the next one, or let go of the one kept."""
    if desk.pinned is not None:
        desk.pin(None)
        desk.say("No longer compared.")
        return
    found = in_hand(desk)
    if found is not None:
        cell, index = found
        desk.pin(index)
        desk.say(f"{name_of(cell, index)} stays: select another one to compare it with.")
