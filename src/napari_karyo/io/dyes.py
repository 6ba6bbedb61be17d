"""Files that show one spread, each in another dye, as programs for M-FISH save them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from napari_karyo.cell import Problem
from napari_karyo.counted import listed
from napari_karyo.errors import ReadError
from napari_karyo.io.channels import DYE, STAINS, clearness
from napari_karyo.io.decode import decode
from napari_karyo.io.images import to_greys
from napari_karyo.io.picture import Grey

#: Colours that such programs call their dyes by.
_COLOUR: Final = re.compile(
    r"[\s_.\[(-]+(?:aqua|gold|orange|green|yellow|blue|red|f(?:ar)?[\s_-]?red|deac|rox)[\])]*\Z",
    re.I,
)
#: So many of those left out are named.
_NAMED: Final = 6


def part_dyes(images: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Of files whose names differ by a dye alone, keep the one that stains the chromosomes.

    ``NAME_dapi.png`` beside ``NAME_cy3.png`` and ``NAME_fitc.png`` of the same size.

    Parameters
    ----------
    images : sequence of Path
        The image files of a folder.

    Returns
    -------
    images : list of Path
        Without those of other dyes.
    remarks : list of Problem
        One for all that were left out; empty where there are none.
    """
    groups: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for image in images:
        dye = DYE.search(image.stem) or _COLOUR.search(image.stem)
        if dye is not None:
            groups[image.stem[: dye.start()].casefold(), image.suffix.casefold()].append(image)
    kept: list[Path] = []
    others: list[Path] = []
    for group in groups.values():
        if len(group) > 1:
            stained, rest = _part(group)
            kept += [stained] if rest else []
            others += rest
    if not others:
        return list(images), []
    what = "this picture shows the same spread in another dye"
    if len(others) > 1:
        what = "these pictures show the same spreads in other dyes"
    was = "It was" if len(others) == 1 else "They were"
    read = ", ".join(photograph.name for photograph in kept[:_NAMED])
    remark = Problem(
        others[0].parent.name,
        f"{what}: {listed([one.name for one in others], _NAMED)}.",
        f"{was} left out; read: {read}{', ...' if len(kept) > _NAMED else ''}.",
        left_out=False,
    )
    return [image for image in images if image not in others], [remark]


def _part(group: Sequence[Path]) -> tuple[Path, list[Path]]:
    """Return the file of the stain, and those of the same size that show other dyes."""
    greys = {image: grey for image in group if (grey := _grey(image)) is not None}
    named = [image for image in group if STAINS[0].search(image.stem)]
    if not greys or (named and named[0] not in greys):
        return group[0], []
    stained = named[0] if named else _clearest(greys)
    shape = greys[stained].values.shape
    return stained, [
        image
        for image in group
        if image not in named and image in greys and greys[image].values.shape == shape
        if image != stained
    ]


def _clearest(greys: dict[Path, Grey]) -> Path:
    clear = {image: clearness(grey.values) for image, grey in greys.items()}
    return max(clear, key=clear.__getitem__)


def _grey(image: Path) -> Grey | None:
    try:
        return to_greys(decode(image)[:1])[0][0]
    except ReadError:
        return None
