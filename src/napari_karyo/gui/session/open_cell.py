"""One classified cell that is open in a window: its case, and what was asked to be shown.

It holds no truth about the karyotype: that is `Karyotype`. It imports neither napari
nor Qt, so it can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.heading import Numbers

if TYPE_CHECKING:
    from napari_karyo.case import Case


@dataclass(eq=False, repr=False)
class OpenCell(ClassifiedCell):
    """A classified cell that is open in a window.

    Attributes
    ----------
    case : Case or None
        The file that keeps it; None where nothing keeps it.
    number : int or None
        Its number in that file.
    unkept : str
        Why nothing keeps it.
    shown_class : dict of int to str
        The class whose saliency is asked for, where it is not the model's own.
    saliency : dict of (int, str) to ndarray
        Maps already computed, on the original crops.
    attention : dict of int to ndarray
        The same of the attention.
    asked_to_close : bool
        Whether the person was told that closing it loses corrections.
    """

    case: Case | None = None
    number: int | None = None
    unkept: str = ""
    shown_class: dict[int, str] = field(default_factory=dict)
    saliency: dict[tuple[int, str], NDArray[np.float32]] = field(default_factory=dict)
    attention: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    asked_to_close: bool = False

    @property
    def identity(self) -> Hashable:
        """Equal in karyograms of one cell, also where its folder was moved meanwhile."""
        if self.case is None:
            return super().identity
        return self.case.path, self.classification.cell.name

    @property
    def numbers(self) -> Numbers:
        """How many chromosomes, markers and unclassified ones there are."""
        state = self.karyotype.state
        in_tray, markers = len(state.slots[TRAY]), len(state.markers)
        return Numbers(len(self.present) - in_tray - markers, markers, in_tray)

    def asked_class(self, index: int) -> str:
        """Return the class whose saliency is shown for this chromosome."""
        return self.shown_class.get(index, self.classification.predicted[index])
