"""Image files as grey pictures of 8 or 16 bits, one file at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Problem
from napari_karyo.errors import ReadError
from napari_karyo.io.channels import choose_channel
from napari_karyo.io.decode import SUFFIXES, decode
from napari_karyo.io.greys import to_integers
from napari_karyo.io.picture import Grey, Picture

__all__ = ["SUFFIXES", "read_image", "to_greys"]


def read_image(
    path: Path, bad_page: Callable[[Problem], None] | None = None
) -> list[tuple[str, NDArray[Any]]]:
    """Read an image file as one or several grey pictures.

    Parameters
    ----------
    path : Path
        PNG, TIFF (of any number format, compression and number of pages), BMP or JPEG.
    bad_page : callable, optional
        Told of each page of a stack that can't be used; the others are returned.

    Returns
    -------
    list of (str, ndarray)
        Name and grey values, shape (height, width), uint8 or uint16. The name is the
        file's, with ``[page]`` for each page of a stack. A picture with transparent
        places is a masked array: what paper they show depends on the cell's stain.

    Raises
    ------
    ReadError
        Where the file is missing, empty, damaged, no image, of one grey only, too small
        or too large for a chromosome.
    """
    greys, _ = to_greys(decode(path, bad_page))
    return [(grey.name, as_array(grey)) for grey in greys]


def to_greys(
    pictures: Sequence[Picture], channel: str | int | None = None
) -> tuple[list[Grey], list[Problem]]:
    """Take the channel that shows the chromosomes, as uint8 or uint16, of all of a cell.

    Parameters
    ----------
    pictures : sequence of Picture
    channel : str or int, optional
        The channel to take, by its name or its number from 1.

    Raises
    ------
    ReadError
        Where there is no such channel, or nothing to see in the one taken.
    """
    greys, remarks = choose_channel(pictures, channel)
    greys, more = to_integers(greys)
    seen = [grey for grey in greys if grey.mask is not None or _shows(grey.values)]
    if not seen:
        raise ReadError(
            "the picture is all of one grey.",
            "Make the picture again, or remove the file.",
            pictures[0].path,
        )
    return seen, [*remarks, *more]


def _shows(values: NDArray[Any]) -> bool:
    return bool(values.min() != values.max())


def as_array(grey: Grey) -> NDArray[Any]:
    """Return a picture's greys, as a masked array where it has transparent places."""
    return grey.values if grey.mask is None else np.ma.MaskedArray(grey.values, grey.mask)
