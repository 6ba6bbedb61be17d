"""Images that say of each pixel to which chromosome it belongs, made by any program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.errors import ReadError
from napari_karyo.io.channels import DYE
from napari_karyo.io.decode import decode
from napari_karyo.io.limits import refuse_large
from napari_karyo.io.listing import images_of, is_image

#: How such an image's name ends: of pixels with the number of an object, and with a class.
_NUMBERS = re.compile(
    r"[\s_.-]+(?:labels?|(?:cp[\s_-]?)?masks?|segmentation|segmented|seg|objects|instances)\Z", re.I
)
_CLASSES = re.compile(r"[\s_.-]+(?:classes|class[\s_-]?map)\Z", re.I)

#: More objects than this are no chromosomes of one photograph.
_MOST: Final = 2000


def find_label_image(photograph: Path) -> Path | None:
    """Return the label image that lies beside a photograph, or None.

    Parameters
    ----------
    photograph : Path
        ``NAME.tif``; label images of it are ``NAME_labels.tif``, ``NAME_masks.png`` and the
        like. A dye at the end of a photograph's name is no part of it. A class map, such as
        ``NAME_classes.png``, holds the answer that is looked for, and is never taken.
    """
    own = _names_of(photograph)
    for image in images_of(photograph.parent):
        if image != photograph and _named_after(image) in own and not tells_classes(image):
            return image
    return None


def is_label_image(path: Path, images: Iterable[Path]) -> bool:
    """Tell whether an image is, by its name, the label image of one among others."""
    named = _named_after(path)
    return named is not None and any(
        named in _names_of(image) for image in images if image != path and is_image(image)
    )


def tells_classes(path: Path) -> bool:
    """Tell whether a label image gives, by its name, classes rather than numbers."""
    return bool(_CLASSES.search(path.stem))


def read_label_image(path: Path) -> NDArray[np.integer[Any]]:
    """Read a label image: whole numbers, 0 where there is nothing.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray, shape (height, width), of unsigned integers

    Raises
    ------
    ReadError
        Where it can't be read, has several channels or more numbers than a photograph has
        objects.
    """
    values = _indexed(path)
    if values is None:
        pictures = decode(path)
        planes = pictures[0].planes
        if len(pictures) > 1 or not (planes == planes[:1]).all():
            raise ReadError(
                "a label image has one number for each pixel; this has several.",
                "Save the labels as one channel of 8, 16 or 32 bits.",
                path,
            )
        values = planes[0]
    if values.dtype.kind == "f":
        whole = np.nan_to_num(values)
        if not (whole == np.rint(whole)).all():
            raise ReadError(
                "the numbers of this label image are not whole.",
                "Save the labels as whole numbers.",
                path,
            )
        values = whole.astype(np.int64)
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    # -1 is 255 of 8 bits, as some programs mark where objects overlap.
    if values.dtype.kind == "i":
        values = np.where(values < 0, 255, values).astype(np.uint32)
    if len(np.unique(values)) > _MOST:
        raise ReadError(
            "this image has more numbers than a photograph has chromosomes.",
            "Give the image whose pixels are the numbers of the objects.",
            path,
        )
    return np.asarray(values)


def _indexed(path: Path) -> NDArray[np.uint8] | None:
    """Return the numbers behind the colours of a picture with a table of colours."""
    try:
        with Image.open(path, formats=("PNG", "BMP", "GIF")) as file:
            if file.mode != "P":
                return None
            refuse_large(file.size, 1)
            return np.asarray(file)
    # A decoder is foreign code; what it can't read is read, and refused, as any image.
    except Exception:
        return None


def _named_after(path: Path) -> str | None:
    """Return the photograph's name that a label image's name begins with."""
    stem = path.stem
    for pattern in (_CLASSES, _NUMBERS):
        shorter = pattern.sub("", stem)
        if shorter != stem:
            return shorter.casefold()
    return None


def _names_of(photograph: Path) -> set[str]:
    stem = photograph.stem
    return {stem.casefold(), DYE.sub("", stem).casefold()}
