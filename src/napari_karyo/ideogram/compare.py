"""One chromosome beside the classes it could be, all at one scale.

From the left: the crop as photographed, the crop pulled straight, what the network weighed
along its axis, and for each class the average chromosome and the ideogram. All stand p arm
up with their p ends on one line; a faint line marks where the straightened chromosome ends,
so that a class that is longer or shorter is seen at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASS_INDEX
from napari_karyo.errors import KaryoError
from napari_karyo.ideogram.plan import Column, plan_sheet
from napari_karyo.ideogram.profile import ChromosomeShapes
from napari_karyo.ideogram.sheet import draw_sheet
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.page import Box


@dataclass(frozen=True, eq=False)
class Comparison:
    """A chromosome beside the classes it could be. Boxes are in pixels of the picture.

    Attributes
    ----------
    picture : ndarray, shape (height, width, 3), uint8
    index : int
        Which chromosome of the cell.
    crop : Box
        The chromosome as photographed.
    straight : Box or None
        The chromosome pulled straight, from p end to q end; None where that failed.
    curves : dict of str to Box
        Where ``"attention"`` and ``"saliency"`` are drawn, those that are.
    columns : tuple of Column
        A class each, best first unless they were chosen.
    scale : float
        Pixels of the picture per pixel of the crop.
    unit : float
        Pixels of the picture per unit of relative length (`usual_lengths`): the mean
        autosome of this cell.
    level : int
        Bands in a haploid set of the ideograms.
    """

    picture: NDArray[np.uint8]
    index: int
    crop: Box
    straight: Box | None
    curves: dict[str, Box]
    columns: tuple[Column, ...]
    scale: float
    unit: float
    level: int


def comparison(
    classification: Classification,
    index: int,
    *,
    classes: Sequence[str] | None = None,
    turned: bool = False,
    count: int = 3,
    height: int = 360,
    width: int | None = None,
    saliency: NDArray[np.float32] | None = None,
    level: int = 400,
) -> Comparison:
    """Draw a chromosome beside the classes it could be.

    Parameters
    ----------
    classification : Classification
    index : int
        Which chromosome.
    classes : sequence of str, optional
        What it is compared with; the model's best where left out.
    turned : bool
        Whether the chromosome stands rotated by 180 degrees, as it does in the karyogram
        where the upright picture is q arm up.
    count : int
        How many of the model's best classes.
    height : int
        Of the picture at most, in pixels; letters grow with it. On a screen of two device
        pixels to the point, ask for twice as many, of the width too. A picture whose width
        sets the scale is lower.
    width : int, optional
        Of the picture, in pixels; seven sixths of the height where left out. A picture
        whose columns need more is wider.
    saliency : ndarray, the crop's shape, float32, optional
        From `napari_karyo.inference.saliency.saliency`.
    level : {400, 550, 850}
        Bands of the ideograms.

    Raises
    ------
    KaryoError
        Where a class or the level is none.
    """
    names = _names(classification, index, classes, count)
    parts = ChromosomeShapes.of(classification, index, turned, saliency)
    plan = plan_sheet(parts, names, height, width, level)
    shares = [float(classification.probabilities[index, CLASS_INDEX[name]]) for name in names]
    columns = tuple(
        Column(name, share, (name, percent(share)), box, *pair, labels)
        for name, share, box, pair, labels in zip(
            names, shares, plan.columns, plan.pairs, plan.labels, strict=True
        )
    )
    picture = draw_sheet(classification, index, parts, plan, columns, level)
    return Comparison(
        picture,
        index,
        plan.crop,
        plan.straight,
        plan.curves,
        columns,
        plan.scale,
        plan.scale * parts.autosome,
        level,
    )


def percent(share: float) -> str:
    """Return a probability as a person reads it, never rounded to certainty."""
    if share >= 0.995:
        return "over 99 %"
    return "under 1 %" if share <= 0.005 else f"{100 * share:.0f} %"


def _names(
    classification: Classification, index: int, classes: Sequence[str] | None, count: int
) -> tuple[str, ...]:
    """Return the classes that are shown, each once."""
    if classes is None:
        return tuple(name for name, _ in classification.alternatives(index, max(0, count)))
    for name in classes:
        if name not in CLASS_INDEX:
            raise KaryoError(f"there is no class {name!r}.", "Use 1 to 22, X or Y.")
    return tuple(dict.fromkeys(classes))
