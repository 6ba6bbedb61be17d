"""What a person can do with a karyogram: one table for keys, buttons and the help text.

Each action is a function of the desk. The keys of the napari layers, the buttons
of the review dock and the help page are all made from `ACTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from napari_karyo.classes import TRAY
from napari_karyo.errors import KaryoError
from napari_karyo.gui.desk import Desk, OpenCell


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    Attributes
    ----------
    name : str
        Short name, also the text of its button.
    keys : tuple of str
        In napari's writing, such as ``"Control-Z"``. The first is shown.
    what : str
        One line for tooltip and help.
    do : callable
        Takes the desk.
    group : str
        Heading in the help text.
    """

    name: str
    keys: tuple[str, ...]
    what: str
    do: Callable[[Desk], None]
    group: str = "Correct"


def in_hand(desk: Desk) -> tuple[OpenCell, int] | None:
    """Return the current cell and the chromosome in hand, or say what is missing."""
    if desk.current is None:
        desk.say("No karyogram is open.")
        return None
    if desk.selected is None:
        desk.say("Click a chromosome first.")
        return None
    return desk.current, desk.selected


def place(desk: Desk, slot: str, index: int | None = None, position: int | None = None) -> None:
    """Put a chromosome into a slot: the one edit behind drag, typing and the buttons."""
    if index is None:
        found = in_hand(desk)
        if found is None:
            return
        index = found[1]
    cell = desk.current
    if cell is None:
        return
    before = cell.karyotype.slot_of(index)
    if before == slot and position is None:
        desk.say(f"{name_of(cell, index)} is in {slot_words(slot)} already.")
        return
    try:
        cell.karyotype.move([index], slot, position)
    except KaryoError as error:
        desk.say(str(error))
        return
    if before != slot:
        desk.say(f"{name_of(cell, index)}: {slot_words(before)} to {slot_words(slot)}.")


def slot_words(slot: str) -> str:
    """Return a slot's name as a person says it."""
    return "the tray" if slot == TRAY else f"chromosome {slot}"


def name_of(cell: OpenCell, index: int) -> str:
    """Return the name of a chromosome's crop."""
    return cell.classification.cell.chromosomes[index].name


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
        cell.karyotype.mark_marker([index], marker=not is_one)


def close_cell(desk: Desk) -> None:
    """Close the karyogram on top; one that was corrected only when asked twice."""
    cell = desk.current
    if cell is None:
        desk.say("No karyogram is open.")
        return
    if cell.karyotype.history and not cell.asked_to_close:
        cell.asked_to_close = True
        desk.say("This karyogram was corrected. Export it, or press again to close it for good.")
        return
    name = cell.name
    desk.close(cell)
    desk.say(f"{name} closed.")


def _doubtful(desk: Desk, step: int) -> None:
    cell = desk.current
    if cell is None:
        desk.say("No karyogram is open.")
        return
    waiting = cell.open_questions()
    if not waiting:
        desk.say("Nothing doubtful is left in this cell.")
        return
    if desk.selected in waiting:
        index = waiting[(waiting.index(desk.selected) + step) % len(waiting)]
    else:
        index = waiting[0] if step > 0 else waiting[-1]
    desk.select(index)
    desk.say(f"{waiting.index(index) + 1} of {len(waiting)} to look at.")


def next_doubtful(desk: Desk) -> None:
    """Select the next doubtful chromosome, the least certain first."""
    _doubtful(desk, +1)


def previous_doubtful(desk: Desk) -> None:
    """Select the previous doubtful chromosome."""
    _doubtful(desk, -1)


def accept(desk: Desk) -> None:
    """Accept where the chromosome sits and go on to the next doubtful one.

    While a class is being typed, this confirms what is typed instead.
    """
    if desk.typing is not None and desk.typing.pending:
        desk.typing.confirm()
        return
    found = in_hand(desk)
    if found is None:
        return
    cell, index = found
    if index not in cell.karyotype.state.reviewed:
        cell.karyotype.review([index])
    if cell.open_questions():
        next_doubtful(desk)
    else:
        desk.say("Accepted. Nothing doubtful is left in this cell.")


def undo(desk: Desk) -> None:
    """Take the last edit back."""
    cell = desk.current
    if cell is None or not cell.karyotype.can_undo:
        desk.say("Nothing to undo.")
        return
    cell.karyotype.undo()


def redo(desk: Desk) -> None:
    """Do the edit again that was taken back."""
    cell = desk.current
    if cell is None or not cell.karyotype.can_redo:
        desk.say("Nothing to redo.")
        return
    cell.karyotype.redo()


def _walk(desk: Desk, step: int) -> None:
    cell = desk.current
    if cell is None:
        return
    order = [index for seats in cell.karyotype.state.slots.values() for index in seats]
    if not order:
        return
    if desk.selected is None:
        desk.select(order[0 if step > 0 else -1])
    else:
        desk.select(order[(order.index(desk.selected) + step) % len(order)])


def select_next(desk: Desk) -> None:
    """Select the chromosome to the right, row after row."""
    _walk(desk, +1)


def select_previous(desk: Desk) -> None:
    """Select the chromosome to the left."""
    _walk(desk, -1)


def escape(desk: Desk) -> None:
    """Forget what is being typed, or let go of the chromosome."""
    if desk.typing is not None and desk.typing.pending:
        desk.typing.clear()
        desk.say("Typing forgotten.")
    else:
        desk.select(None)


def toggle_saliency(desk: Desk) -> None:
    """Show or hide what the network looked at."""
    if desk.view is not None:
        desk.view.overlays.toggle("saliency")


def toggle_attention(desk: Desk) -> None:
    """Show or hide the attention along the axis."""
    if desk.view is not None:
        desk.view.overlays.toggle("attention")


def toggle_lamps(desk: Desk) -> None:
    """Show or hide the confidence lights."""
    if desk.view is not None:
        desk.view.toggle_lamps()
        desk.say(f"Confidence lights {'shown' if desk.view.lamps_on else 'hidden'}.")


def next_cell(desk: Desk) -> None:
    """Show the next open cell."""
    if desk.current is None or len(desk.cells) < 2:
        desk.say("No other cell is open.")
        return
    place_now = desk.cells.index(desk.current)
    desk.show(desk.cells[(place_now + 1) % len(desk.cells)])


def show_help(desk: Desk) -> None:
    """Show this list of keys."""
    if desk.view is not None:
        desk.view.help_asked.emit()


ACTIONS: tuple[Action, ...] = (
    Action("Next doubtful", ("N",), "Go to the next doubtful chromosome", next_doubtful, "Review"),
    Action(
        "Previous doubtful",
        ("P", "Shift-N"),
        "Go to the previous doubtful chromosome",
        previous_doubtful,
        "Review",
    ),
    Action(
        "Accept",
        ("Enter",),
        "Accept where it sits and go to the next doubtful one; confirms a class being typed",
        accept,
        "Review",
    ),
    Action("Select right", ("Right",), "Select the next chromosome", select_next, "Review"),
    Action("Select left", ("Left",), "Select the previous chromosome", select_previous, "Review"),
    Action("Let go", ("Escape",), "Forget the typing or the selection", escape, "Review"),
    Action("Next cell", ("Control-PageDown",), "Show the next open cell", next_cell, "Review"),
    Action("Close cell", ("Control-Shift-W",), "Close this karyogram", close_cell, "Review"),
    Action("Flip", ("F",), "Turn it top to bottom (p arm up)", flip),
    Action("Swap", ("W",), "Swap it with its homologue", swap),
    Action("Swap right", ("Shift-Right",), "Swap it with the homologue on the right", swap_right),
    Action("Swap left", ("Shift-Left",), "Swap it with the homologue on the left", swap_left),
    Action("To tray", ("T", "Delete"), "Send it to the tray: dirt, or nobody can name it", tray),
    Action("Marker", ("M",), "Call it a marker chromosome, in the tray but counted", marker),
    Action("Undo", ("Control-Z",), "Take the last edit back", undo),
    Action("Redo", ("Control-Shift-Z", "Control-Y"), "Do it again", redo),
    Action("Saliency", ("S",), "Show or hide what the network looked at", toggle_saliency, "Look"),
    Action("Attention", ("A",), "Show or hide the attention by row", toggle_attention, "Look"),
    Action("Lights", ("L",), "Show or hide the confidence lights", toggle_lamps, "Look"),
    Action("Keys", ("H",), "Show or hide this list of keys", show_help, "Look"),
)
BY_NAME = {action.name: action for action in ACTIONS}
