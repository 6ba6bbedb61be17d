"""Actions that change a chromosome's picture: rotated, straightened, cut, put together."""

from __future__ import annotations

from napari_karyo.gui.actions.action import name_of, on_top, selected_in
from napari_karyo.gui.session.session import Session
from napari_karyo.karyotype import PLAIN

#: Degrees of one press of a key, and of one with Shift.
STEP, FAR = 2.0, 15.0
#: Shares of the range of stain: a step of the contrast, and the least that is left of it.
CONTRAST_STEP, LEAST_CONTRAST = 0.05, 0.1


def rotate(session: Session, by: float) -> None:
    """Rotate the selected chromosome by degrees clockwise."""
    found = selected_in(session)
    if found is not None:
        found[0].karyotype.rotate([found[1]], by)


def straighten(session: Session) -> None:
    """Draw the selected chromosome pulled straight, or again as it was photographed."""
    found = selected_in(session)
    if found is not None:
        cell, index = found
        appearance = cell.karyotype.state.appearance(index)
        cell.karyotype.straighten([index], not appearance.straightened)


def set_contrast(session: Session, low: float, high: float) -> None:
    """Draw a part of the range of stain of the selected chromosome.

    Parameters
    ----------
    session : Session
    low, high : float
        Brought apart where they are nearer to each other than can be seen.
    """
    found = selected_in(session)
    if found is not None:
        if high - low < LEAST_CONTRAST:
            middle = (low + high) / 2
            low, high = middle - LEAST_CONTRAST / 2, middle + LEAST_CONTRAST / 2
        found[0].karyotype.set_contrast([found[1]], round(low, 4), round(high, 4))


def change_contrast(session: Session, more: bool) -> None:
    """Draw a smaller part of the range of stain from paper to ink, or a larger one."""
    found = selected_in(session)
    if found is None:
        return
    appearance = found[0].karyotype.state.appearance(found[1])
    step = CONTRAST_STEP if more else -CONTRAST_STEP
    low, high = appearance.low + step, appearance.high - step
    if not more:
        low, high = max(low, min(appearance.low, 0.0)), min(high, max(appearance.high, 1.0))
    elif high - low < LEAST_CONTRAST - 1e-6:
        session.say("More contrast than this shows nothing but black and white.")
        return
    set_contrast(session, low, high)


def reset_contrast(session: Session) -> None:
    """Draw the selected chromosome with the contrast that was photographed."""
    set_contrast(session, PLAIN.low, PLAIN.high)


def reset(session: Session) -> None:
    """Draw the selected chromosome as it was photographed, upright."""
    found = selected_in(session)
    if found is None:
        return
    cell, index = found
    if cell.karyotype.state.appearance(index) == PLAIN:
        session.say(f"{name_of(cell, index)} is drawn as it was photographed.")
        return
    cell.karyotype.draw_plainly([index])


def take_tool(session: Session, tool: str) -> None:
    """Begin to use a tool of the mouse that divides or joins: ``Split`` or ``Merge``."""
    if on_top(session) is not None and session.view is not None:
        session.view.take_tool(tool)
