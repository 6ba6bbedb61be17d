"""What other programs did to the crops of a cell: recognized on all of them, and undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from napari_karyo.cell import Lost, Problem
from napari_karyo.io.bands import greys_are_lost
from napari_karyo.io.channels import join_channels
from napari_karyo.io.crop_content import CropContent
from napari_karyo.io.duplicates import drop_copies
from napari_karyo.io.frames import cut_frames
from napari_karyo.io.images import to_greys
from napari_karyo.io.picture import Grey, Picture
from napari_karyo.io.remarks import remark
from napari_karyo.io.rescaled import scale_is_lost
from napari_karyo.io.spreads import part_spreads

#: What another program may have taken from all crops: how it is told, and what to say of it.
_LOST: Final = {
    Lost.SCALE: (
        scale_is_lost,
        "the crops were resized to one size, so that their relative length is lost.",
        "They are classified without it; export them at one scale for a sure result.",
    ),
    Lost.GREYS: (
        greys_are_lost,
        "the crops are black and white, so that they show no bands.",
        "Export them in shades of grey for a sure result.",
    ),
}


@dataclass(frozen=True, eq=False)
class Recognized:
    """The crops of a cell, with what was found out about them.

    Attributes
    ----------
    crops : list of Grey
    lost : frozenset of Lost
        What the files no longer tell.
    spread : Path or None
        The photograph of the spread that lay among them.
    remarks : list of Problem
        What was recognized and done, one for each kind.
    """

    crops: list[Grey]
    lost: frozenset[Lost]
    spread: Path | None
    remarks: list[Problem]


def recognize(pictures: Sequence[Picture], channel: str | int | None = None) -> Recognized:
    """Find out what the pictures of a cell's folder are, and keep the crops.

    Parameters
    ----------
    pictures : sequence of Picture
        Of all files of the folder, at least one.
    channel : str or int, optional
        The channel to take, by its name or its number from 1.

    Raises
    ------
    ReadError
        From `to_greys`.
    """
    remarks: list[Problem] = []
    reduced = sum(picture.reduced for picture in pictures)
    if reduced:
        many = "a smaller copy" if reduced == 1 else f"{reduced} smaller copies"
        what = f"the files hold {many} of their pictures (thumbnails)."
        remarks.append(remark(pictures, what, "They were not counted."))
    greys, said = to_greys(join_channels(pictures), channel)
    remarks += said
    greys, spread, said = part_spreads(greys)
    remarks += said
    greys, said = cut_frames(greys)
    remarks += said
    contents, said = drop_copies([CropContent(grey) for grey in greys])
    remarks += said
    crops = [item.grey for item in contents]
    lost = frozenset(kind for kind, (is_lost, *_) in _LOST.items() if is_lost(contents))
    # In the order of the table: a set has none.
    remarks += [remark(crops, *words) for kind, (_, *words) in _LOST.items() if kind in lost]
    return Recognized(crops, lost, spread, remarks)
