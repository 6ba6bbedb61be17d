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
from napari_karyo.gui.actions.correcting import place
from napari_karyo.gui.actions.reviewing import put_into

__all__ = [
    "Action",
    "attempt",
    "name_of",
    "on_top",
    "perform",
    "place",
    "put_into",
    "selected_in",
    "slot_words",
]
