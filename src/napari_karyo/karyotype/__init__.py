"""Who sits in which slot, and every edit of it: the only truth about a cell's karyotype."""

from napari_karyo.karyotype.edit import (
    REPLACING,
    Change,
    Direction,
    Edit,
    ancestors,
    origins,
    touched_slots,
)
from napari_karyo.karyotype.history import Journal
from napari_karyo.karyotype.model import Karyotype
from napari_karyo.karyotype.pieces import REMOVED
from napari_karyo.karyotype.placement import slot_words
from napari_karyo.karyotype.state import (
    CELL_MARKS,
    PLAIN,
    SLOTS,
    Appearance,
    Role,
    Signature,
    State,
)

__all__ = [
    "CELL_MARKS",
    "PLAIN",
    "REMOVED",
    "REPLACING",
    "SLOTS",
    "Appearance",
    "Change",
    "Direction",
    "Edit",
    "Journal",
    "Karyotype",
    "Role",
    "Signature",
    "State",
    "ancestors",
    "origins",
    "slot_words",
    "touched_slots",
]
