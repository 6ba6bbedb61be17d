"""Actions that show something and change nothing."""

from __future__ import annotations

from napari_karyo.gui.actions.action import on_top
from napari_karyo.gui.session.session import Session


def walk(session: Session, step: int) -> None:
    """Select the chromosome so many places to the right of the selected one, row after row."""
    cell = session.current
    if cell is None:
        return
    order = [index for members in cell.karyotype.state.slots.values() for index in members]
    if not order:
        return
    if session.selected is None:
        session.select(order[0 if step > 0 else -1])
    else:
        session.select(order[(order.index(session.selected) + step) % len(order)])


def escape(session: Session) -> None:
    """Forget what is being typed, else stop comparing, else let go of the chromosome."""
    if session.typing is not None and session.typing.pending:
        session.typing.clear()
        session.say("Typing forgotten.")
    elif session.pinned is not None:
        session.pin(None)
        session.say("No longer compared.")
    else:
        session.select(None)


def toggle_overlay(session: Session, kind: str) -> None:
    """Show or hide the saliency or the attention."""
    if session.view is not None:
        session.view.overlays.toggle(kind)


def toggle_lights(session: Session) -> None:
    """Show or hide the confidence lights."""
    if session.view is not None:
        session.view.toggle_lights()
        session.say(f"Confidence lights {'shown' if session.view.lights_on else 'hidden'}.")


def toggle_page(session: Session) -> None:
    """Lay the page out for the window, or as it is printed."""
    view = session.view
    if on_top(session) is not None and view is not None:
        view.tools.give_way()
        view.shaping.toggle()
        view.sight.fit()
        window = view.shaping.for_window
        session.say(f"The page is laid out {'for the window' if window else 'as it is printed'}.")


def next_part(session: Session) -> None:
    """Look at the spread, the karyogram, or both side by side."""
    if on_top(session) is not None and session.view is not None:
        session.view.sight.next_part()


def show_help(session: Session) -> None:
    """Show this list of keys."""
    if session.view is not None:
        session.view.help_asked.emit()


# -- cells ------------------------------------------------------------------------


def show_another_cell(session: Session, step: int) -> None:
    """Show the open cell so many places further on."""
    if session.current is None or len(session.cells) < 2:
        session.say("No other cell is open.")
        return
    place = session.cells.index(session.current)
    session.show(session.cells[(place + step) % len(session.cells)])


def close_cell(session: Session) -> None:
    """Close the karyogram on top; one that was corrected only when asked twice."""
    cell = on_top(session)
    if cell is None:
        return
    session.fields_left.emit()
    if cell.case is None and cell.karyotype.can_undo and not cell.asked_to_close:
        cell.asked_to_close = True
        session.say(
            "No case file keeps this karyogram. Export it, or press again to close it for good."
        )
        return
    name = cell.name
    kept = f" {cell.case.path.name} keeps it." if cell.case is not None else ""
    session.close(cell)
    session.say(f"{name} closed.{kept}")


# -- the review dock ----------------------------------------------------------------


def show_tab(session: Session, name: str) -> None:
    """Show a tab of the review dock."""
    session.open_window("review").show_tab(name)


def same_class(session: Session) -> None:
    """Show the class of the selected chromosome in all cells, side by side."""
    if on_top(session) is not None:
        session.open_window("gallery")


def show_history(session: Session) -> None:
    """Show what was done to this cell."""
    session.open_window("review").show_history()


def open_worksheet(session: Session) -> None:
    """Show what is written down of the case and the cell, and let the first field be typed in."""
    if on_top(session) is not None:
        session.open_window("worksheet")


def export(session: Session) -> None:
    """Ask for a file and write the karyogram on top."""
    if on_top(session) is not None:
        session.open_window("export")
