"""The models that can be chosen by name, for all windows: who offers them hears of changes."""

from __future__ import annotations

from typing import Final

from psygnal import Signal


class ModelList:
    """Tells when a model was adopted or removed."""

    changed = Signal()
    """Others can be chosen now: see `napari_karyo.models.weights.available_models`."""


model_list: Final = ModelList()
