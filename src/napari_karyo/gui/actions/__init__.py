"""What a person can do with a karyogram; `action_table` holds it all as one table of keys."""

from napari_karyo.gui.actions.action import (
    Action,
    attempt,
    name_of,
    on_top,
    perform,
    selected_in,
    slot_words,
)
from napari_karyo.gui.actions.correcting import (
    flip,
    marker,
    place,
    redo,
    swap,
    swap_left,
    swap_right,
    tray,
    undo,
)
from napari_karyo.gui.actions.reviewing import accept, accept_sure, others, put_into

__all__ = [
    "Action",
    "accept",
    "accept_sure",
    "attempt",
    "flip",
    "marker",
    "name_of",
    "on_top",
    "others",
    "perform",
    "place",
    "put_into",
    "redo",
    "selected_in",
    "slot_words",
    "swap",
    "swap_left",
    "swap_right",
    "tray",
    "undo",
]
