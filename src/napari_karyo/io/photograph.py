"""The photograph of a metaphase spread as a `Spread`; which files are such photographs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

from napari_karyo.cell import Polarity, Problem, Spread, camera_white
from napari_karyo.errors import ReadError
from napari_karyo.io.channels import join_channel_pages
from napari_karyo.io.decode import SUFFIXES, decode
from napari_karyo.io.dyes import part_dyes
from napari_karyo.io.images import as_array, to_greys
from napari_karyo.io.label_images import find_label_image, is_label_image
from napari_karyo.io.listing import images_of, is_folder, is_image
from napari_karyo.io.picture import Grey, Picture
from napari_karyo.io.picture_kind import PictureKind, count_objects, find_kind
from napari_karyo.io.polarity import find_spread_polarity, on_paper
from napari_karyo.io.remarks import remark

__all__ = [
    "PictureKind",
    "find_label_image",
    "photographs_of",
    "read_spread",
    "what_is_shown",
]

#: A photograph with a shorter side than this, in pixels, shows no spread.
_SHORTEST: Final = 64


def read_spread(
    path: Path | str, polarity: Polarity | None = None, channel: str | int | None = None
) -> Spread:
    """Read the photograph of a metaphase spread.

    Parameters
    ----------
    path : Path or str
        An image file of any kind that crops are read from, of 8 or 16 bits a channel.
    polarity : Polarity, optional
        How the stain shows; found from the photograph where left out.
    channel : str or int, optional
        Of a photograph with several channels the one to take, by its name or its number
        from 1; where left out, the one that stains whole chromosomes.

    Returns
    -------
    Spread
        What was recognized, such as the channel taken, is among its problems.

    Raises
    ------
    ReadError
        Where there is no such file, it is no usable image, it is too small for a spread or
        shows a single chromosome; and where there is no such channel.
    """
    path = Path(path)
    if is_folder(path):
        raise ReadError(
            "this is a folder, not a photograph.", "Name the photograph of one spread.", path
        )
    if path.exists() and not is_image(path):
        raise ReadError(
            "this is no image file.",
            f"Choose the photograph of a metaphase spread ({', '.join(SUFFIXES)}).",
            path,
        )
    grey, problems = _read(path, channel)
    image = as_array(grey)
    found = polarity or find_spread_polarity(grey.values)
    # What is transparent in it is paper, of the brightness that a camera would give it.
    image = on_paper(image, found, camera_white([grey.values]))
    if min(image.shape) < _SHORTEST:
        raise ReadError(
            f"a picture of {image.shape[1]} x {image.shape[0]} pixels is too small for a spread.",
            "Choose the photograph that the microscope's camera took.",
            path,
        )
    shown = find_kind(image)
    if shown is PictureKind.CROP and count_objects(image) < 2:
        raise ReadError(
            "this picture shows a single object, no metaphase spread.",
            "Choose the photograph of a whole spread; crops are read from the cell's folder.",
            path,
        )
    return Spread(path.stem, image, found, path, tuple(problems))


def what_is_shown(path: Path | str) -> PictureKind:
    """Tell whether an image file shows a crop, a metaphase spread or a karyogram.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    PictureKind
        `PictureKind.CROP` of what can't be read too, and of a stack of different pictures.
    """
    path = Path(path)
    if is_folder(path) or not is_image(path):
        return PictureKind.CROP
    return _kind_of(path) or PictureKind.CROP


def _kind_of(path: Path) -> PictureKind | None:
    """Return what an image file shows; None of one that can't be read."""
    try:
        grey, problems = _read(path, None)
    except ReadError:
        return None
    if any(problem.left_out for problem in problems):
        return PictureKind.CROP
    return find_kind(grey.values)


def photographs_of(path: Path | str) -> tuple[list[Path], list[Problem]]:
    """Return the photographs of a folder that holds nothing else, or a photograph itself.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    photographs : list of Path
        Empty where a picture of the folder is a crop. Where it holds no photograph but
        karyograms, these. Of files that show one spread, each in another dye, the one that
        stains the chromosomes. Beside photographs also those that can't be read: whoever reads
        them says why.
    remarks : list of Problem
        What else there is.
    """
    path = Path(path)
    if not is_folder(path):
        return ([path] if what_is_shown(path) is not PictureKind.CROP else []), []
    found: dict[PictureKind | None, list[Path]] = defaultdict(list)
    images = images_of(path)
    looked_at, dyes = part_dyes([one for one in images if not is_label_image(one, images)])
    for image in looked_at:
        shown = _kind_of(image)
        if shown is PictureKind.CROP:
            return [], []
        found[shown].append(image)
    spreads, karyograms = found[PictureKind.SPREAD], found[PictureKind.KARYOGRAM]
    wanted = spreads or karyograms
    if not wanted:
        return [], dyes
    unread = found[None]
    photographs = [one for one in looked_at if one in wanted or one in unread]
    if not spreads:
        return photographs, dyes
    remarks = [
        *dyes,
        *(
            Problem(
                karyogram.name,
                "this picture shows a karyogram.",
                "It was left out; the photographs were read.",
                left_out=False,
            )
            for karyogram in karyograms
        ),
    ]
    return photographs, remarks


def _read(path: Path, channel: str | int | None) -> tuple[Grey, list[Problem]]:
    """Return the photograph of a file as grey values, and what was recognized."""
    problems: list[Problem] = []
    pictures = join_channel_pages(decode(path, problems.append))
    first = max(pictures, key=lambda picture: picture.shape[0] * picture.shape[1])
    if first.focus:
        pictures = [picture for picture in pictures if picture.shape == first.shape]
    else:
        problems += _others(pictures, first)
        pictures = [first]
    greys, said = to_greys(pictures, channel)
    problems += said
    if len(greys) > 1:
        problems += _others(pictures, pictures[0])
    return greys[0], problems


def _others(pictures: list[Picture], kept: Picture) -> list[Problem]:
    """Return what to say of further pictures of a file."""
    others = [picture for picture in pictures if picture is not kept]
    if not others:
        return []
    if all(4 * _size(picture) < _size(kept) for picture in others):
        many = "a smaller copy" if len(others) == 1 else f"{len(others)} smaller copies"
        return [remark(others, f"the file holds {many} of the photograph.", "It was not used.")]
    return [
        Problem(
            kept.path.name,
            f"the file holds {len(pictures)} photographs; the largest, or first, was taken.",
            "Save each spread as a file of its own.",
        )
    ]


def _size(picture: Picture) -> int:
    return picture.shape[0] * picture.shape[1]
