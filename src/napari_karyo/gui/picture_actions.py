"""Actions that change a chromosome's picture: rotated, straightened, cut, put together.

They are rows of the one table of keys. Q and E lie side by side on most keyboards and
are on all of them, which square brackets are not.
"""

from __future__ import annotations

from collections.abc import Callable

from napari_karyo.gui.actions.action import Action, in_hand, name_of
from napari_karyo.gui.desk import Desk
from napari_karyo.gui.picture_tools import take
from napari_karyo.karyotype import PLAIN

#: Degrees of one press of a key, and of one with Shift.
STEP, FAR = 2.0, 15.0
#: Shares of the range of stain: a step of the contrast, and the least that is left of it.
CONTRAST_STEP, LEAST_CONTRAST = 0.05, 0.1


def rotate(desk: Desk, by: float) -> None:
    """Rotate the chromosome in hand by degrees clockwise."""
    found = in_hand(desk)
    if found is not None:
        found[0].karyotype.rotate([found[1]], by)


def _rotates(by: float) -> Callable[[Desk], None]:
    return lambda desk: rotate(desk, by)


def straighten(desk: Desk) -> None:
    """Draw the chromosome in hand pulled straight, or again as it was photographed."""
    found = in_hand(desk)
    if found is not None:
        cell, index = found
        look = cell.karyotype.state.appearance(index)
        cell.karyotype.straighten([index], not look.straightened)


def set_contrast(desk: Desk, low: float, high: float) -> None:
    """Draw a part of the range of stain of the chromosome in hand.

    Parameters
    ----------
    desk : Desk
    low, high : float
        Brought apart where they are nearer to each other than can be seen.
    """
    found = in_hand(desk)
    if found is not None:
        if high - low < LEAST_CONTRAST:
            middle = (low + high) / 2
            low, high = middle - LEAST_CONTRAST / 2, middle + LEAST_CONTRAST / 2
        found[0].karyotype.set_contrast([found[1]], round(low, 4), round(high, 4))


def change_contrast(desk: Desk, more: bool) -> None:
    """Draw a smaller part of the range of stain from paper to ink, or a larger one."""
    found = in_hand(desk)
    if found is None:
        return
    look = found[0].karyotype.state.appearance(found[1])
    step = CONTRAST_STEP if more else -CONTRAST_STEP
    low, high = look.low + step, look.high - step
    if not more:
        low, high = max(low, min(look.low, 0.0)), min(high, max(look.high, 1.0))
    elif high - low < LEAST_CONTRAST - 1e-6:
        desk.say("More contrast than this shows nothing but black and white.")
        return
    set_contrast(desk, low, high)


def more_contrast(desk: Desk) -> None:
    """Show the chromosome in hand with more contrast."""
    change_contrast(desk, True)


def less_contrast(desk: Desk) -> None:
    """Show the chromosome in hand with less contrast, down to as photographed."""
    change_contrast(desk, False)


def reset_contrast(desk: Desk) -> None:
    """Draw the chromosome in hand with the contrast that was photographed."""
    set_contrast(desk, PLAIN.low, PLAIN.high)


def reset(desk: Desk) -> None:
    """Draw the chromosome in hand as it was photographed, upright."""
    found = in_hand(desk)
    if found is None:
        return
    cell, index = found
    if cell.karyotype.state.appearance(index) == PLAIN:
        desk.say(f"{name_of(cell, index)} is drawn as it was photographed.")
        return
    cell.karyotype.draw_plainly([index])


def split(desk: Desk) -> None:
    """Begin to cut the chromosome in hand in two."""
    from napari_karyo.gui.piece_tools import Splitting

    take(desk, Splitting)


def merge(desk: Desk) -> None:
    """Begin to merge the chromosome in hand with another piece."""
    from napari_karyo.gui.piece_tools import Merging

    take(desk, Merging)


PICTURE_ACTIONS: tuple[Action, ...] = (
    Action(
        "Rotate left",
        ("Q", "["),
        f"Rotate it by {STEP:.0f} degrees; drag the round arrow at its frame for any angle",
        _rotates(-STEP),
        "Picture",
    ),
    Action(
        "Rotate right",
        ("E", "]"),
        f"Rotate it by {STEP:.0f} degrees; drag the round arrow at its frame for any angle",
        _rotates(STEP),
        "Picture",
    ),
    Action(
        "Rotate far left",
        ("Shift-Q",),
        f"Rotate it by {FAR:.0f} degrees",
        _rotates(-FAR),
        "Picture",
    ),
    Action(
        "Rotate far right",
        ("Shift-E",),
        f"Rotate it by {FAR:.0f} degrees",
        _rotates(FAR),
        "Picture",
    ),
    Action(
        "Straighten",
        ("R",),
        "Draw it pulled straight; again for as it was photographed",
        straighten,
        "Picture",
    ),
    Action("More contrast", ("=",), "Draw it with more contrast", more_contrast, "Picture"),
    Action("Less contrast", ("-",), "Draw it with less contrast", less_contrast, "Picture"),
    Action(
        "Reset picture",
        ("Shift-R",),
        "Draw it as it was photographed: upright, bent as it is, with the cell's contrast",
        reset,
        "Picture",
    ),
    Action(
        "Split",
        ("K",),
        "Cut a crop that holds two chromosomes: draw a line, or move it with the arrows",
        split,
        "Picture",
    ),
    Action(
        "Merge",
        ("J",),
        "Join it with a piece that was cut off: click that piece next",
        merge,
        "Picture",
    ),
)
