"""Actions that show something and change nothing."""

from __future__ import annotations

from typing import Any

from napari_karyo.gui.actions.action import on_top
from napari_karyo.gui.desk import Desk


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
    """Forget what is being typed, else stop comparing, else let go of the chromosome."""
    if desk.typing is not None and desk.typing.pending:
        desk.typing.clear()
        desk.say("Typing forgotten.")
    elif desk.pinned is not None:
        desk.pin(None)
        desk.say("No longer compared.")
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


def toggle_lights(desk: Desk) -> None:
    """Show or hide the confidence lights."""
    if desk.view is not None:
        desk.view.toggle_lights()
        desk.say(f"Confidence lights {'shown' if desk.view.lights_on else 'hidden'}.")


def show_help(desk: Desk) -> None:
    """Show this list of keys."""
    if desk.view is not None:
        desk.view.help_asked.emit()


# -- cells ------------------------------------------------------------------------


def _another_cell(desk: Desk, step: int) -> None:
    if desk.current is None or len(desk.cells) < 2:
        desk.say("No other cell is open.")
        return
    place = desk.cells.index(desk.current)
    desk.show(desk.cells[(place + step) % len(desk.cells)])


def next_cell(desk: Desk) -> None:
    """Show the next open cell."""
    _another_cell(desk, +1)


def previous_cell(desk: Desk) -> None:
    """Show the open cell before."""
    _another_cell(desk, -1)


def close_cell(desk: Desk) -> None:
    """Close the karyogram on top; one that was corrected only when asked twice."""
    cell = on_top(desk)
    if cell is None:
        return
    desk.fields_left.emit()
    if cell.case is None and cell.karyotype.can_undo and not cell.asked_to_close:
        cell.asked_to_close = True
        desk.say(
            "No case file keeps this karyogram. Export it, or press again to close it for good."
        )
        return
    name = cell.name
    kept = f" {cell.case.path.name} keeps it." if cell.case is not None else ""
    desk.close(cell)
    desk.say(f"{name} closed.{kept}")


# -- the review dock ----------------------------------------------------------------


def review_dock(desk: Desk) -> Any:
    """Return the review dock of a desk's window, opened or brought forward."""
    from napari_karyo.gui.docks import open_review

    return open_review(desk.viewer)


def show_chromosome(desk: Desk) -> None:
    """Show the tab of the chromosome in hand."""
    review_dock(desk).show_tab("Chromosome")


def show_cell(desk: Desk) -> None:
    """Show the tab of the cell."""
    review_dock(desk).show_tab("Cell")


def show_patient(desk: Desk) -> None:
    """Show the tab of the patient."""
    review_dock(desk).show_tab("Patient")


def same_class(desk: Desk) -> None:
    """Show the class of the chromosome in hand in all cells, side by side."""
    from napari_karyo.gui.gallery_dock import open_gallery

    if on_top(desk) is not None:
        open_gallery(desk.viewer)


def show_history(desk: Desk) -> None:
    """Show what was done to this cell."""
    review_dock(desk).show_history()


def export(desk: Desk) -> None:
    """Ask for a file and write the karyogram on top."""
    from napari_karyo.gui.commands import export_karyogram

    if on_top(desk) is not None:
        export_karyogram(desk.viewer)
