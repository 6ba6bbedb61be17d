"""What several commands do with what they were asked to read."""

from __future__ import annotations

from napari_karyo.cell import Polarity


def polarity_of(stain: str | None) -> Polarity | None:
    """Return the stain that was asked for; None where it is to be found."""
    return None if stain is None else Polarity(stain)
