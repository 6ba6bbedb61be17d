"""The sheet of a comparison, drawn: crops, averages and ideograms, curves, texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.band_profiles.profiles import load_profile
from napari_karyo.ideogram.average import average_picture
from napari_karyo.ideogram.draw import draw_ideogram
from napari_karyo.ideogram.plan import CLOSE, GAP, NAME, SHARE, SMALL, Column, Plan
from napari_karyo.ideogram.profile import ChromosomeShapes
from napari_karyo.inference.classify import FEW
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import Colour, Style
from napari_karyo.karyogram.tiles import Window, cell_greys, draw_tile
from napari_karyo.lettering import draw_text, fit, text_width

#: Colours of the curves: seen on both papers, and those of the karyogram's overlays.
CURVES: Final[dict[str, Colour]] = {"attention": (20, 140, 255), "saliency": (240, 80, 20)}
#: Of the bar beside a stretch where another chromosome lies across.
CROSSING: Final[Colour] = (230, 150, 0)
_BAR: Final = 2.5


def draw_sheet(
    classification: Classification,
    index: int,
    parts: ChromosomeShapes,
    plan: Plan,
    columns: Sequence[Column],
    level: int,
) -> NDArray[np.uint8]:
    """Draw a chromosome and the columns of its classes where the plan says.

    Parameters
    ----------
    classification : Classification
    index : int
        Which chromosome.
    parts : ChromosomeShapes
        What is drawn of the chromosome itself.
    plan : Plan
    columns : sequence of Column
    level : int
        Bands of the ideograms.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
    """
    polarity = classification.cell.polarity
    style = Style.of(polarity)
    canvas = np.empty((*plan.size, 3), np.float32)
    canvas[:] = style.paper
    _mark_length(canvas, plan, style)
    greys = _Greys.of(classification, index, [column.name for column in columns])
    _lay_crop(canvas, plan, parts, greys, style)
    _mark_crossings(canvas, plan, parts)
    for column in columns:
        name, left, right = column.name, column.average, column.ideogram
        average = average_picture(name, polarity, round(left.height))
        _lay(canvas, left.top, left.left, greys.of_average(average, name), style)
        ideogram = draw_ideogram(
            name, round(right.height), level, width=round(right.width), dark=style.white_paper
        )
        _window(canvas, right)[:] = ideogram[..., None]
    _lay_curves(canvas, plan, parts)
    picture = np.rint(np.clip(canvas, 0, 255)).astype(np.uint8)
    return _write(picture, plan, columns, style, level, len(classification) < FEW)


@dataclass(frozen=True)
class _Greys:
    """How grey the crop and the averages are laid on the page: one range for all of them.

    In the cell's own range a chromosome that is dim in this stain would hardly be seen; so
    the strongest of those shown is drawn at full strength, and the others relative to it.
    """

    crop: NDArray[np.float32]
    window: Window
    typical: float
    peaks: dict[str, float]

    @classmethod
    def of(cls, classification: Classification, index: int, names: Sequence[str]) -> _Greys:
        cell = classification.cell
        crops, background = _of_cell(classification)
        own = classification.uprights[: classification.photographed]
        typical = float(np.median([item.brightness for item in own]))
        profiles = load_profile(cell.polarity).classes
        peaks = {name: profiles[name].peak for name in names}
        strongest = max(
            classification.uprights[index].brightness,
            *(typical * peak for peak in peaks.values()),
            background + 1e-3,
        )
        return cls(crops[index], Window(background, strongest), typical, peaks)

    def of_average(self, picture: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        """Return how strong the stain of an average is on the page, 0 to 1."""
        return self.window.apply(picture * np.float32(self.peaks[name] * self.typical))


@lru_cache(maxsize=2)
def _of_cell(classification: Classification) -> tuple[list[NDArray[np.float32]], float]:
    """Return a cell's crops and background, kept for the next of its chromosomes."""
    crops, window = cell_greys(
        classification.cell, classification.uprights, classification.photographed
    )
    return crops, window.background


def _window(canvas: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Return the part of the canvas in a box, for writing."""
    rows = slice(round(box.top), round(box.top) + round(box.height))
    return canvas[rows, round(box.left) : round(box.left) + round(box.width)]


def _lay(
    canvas: NDArray[np.float32],
    top: float,
    left: float,
    stain: NDArray[np.float32],
    style: Style,
) -> None:
    """Lay stain, 0 to 1, on the paper; what reaches beyond the canvas is cut off."""
    y, x = round(top), round(left)
    skip_y, skip_x = max(0, -y), max(0, -x)
    seen = stain[skip_y:, skip_x:][: canvas.shape[0] - y - skip_y, : canvas.shape[1] - x - skip_x]
    place = canvas[y + skip_y :, x + skip_x :][: seen.shape[0], : seen.shape[1]]
    if style.white_paper:
        np.minimum(place, 255 * (1 - seen[..., None]), out=place)
    else:
        np.maximum(place, 255 * seen[..., None], out=place)


def _lay_crop(
    canvas: NDArray[np.float32], plan: Plan, parts: ChromosomeShapes, greys: _Greys, style: Style
) -> None:
    """Lay the crop and the straightened crop, both sampled from the photograph itself."""
    for shape, box in ((parts.crop, plan.crop), (parts.straight, plan.straight)):
        if shape is None or box is None:
            continue
        tall, wide = shape.item.mask.shape
        size = max(1, round(tall * plan.scale)), max(1, round(wide * plan.scale))
        tile = draw_tile(shape.item, greys.crop, greys.window, size, shape.turned)
        first, left, _, _ = shape.extent
        _lay(
            canvas,
            box.top - first * plan.scale,
            box.left - left * plan.scale,
            tile.stain * tile.cover,
            style,
        )


def _mark_crossings(canvas: NDArray[np.float32], plan: Plan, parts: ChromosomeShapes) -> None:
    """Draw a bar on the left of each stretch across which another chromosome lies."""
    wide = max(2, round(_BAR * plan.unit))
    for shape, box in ((parts.crop, plan.crop), (parts.straight, plan.straight)):
        if shape is None or box is None:
            continue
        left = max(0, round(box.left) - wide)
        for start, stop in shape.crossed_rows:
            ends = (box.top + (row - shape.extent[0]) * plan.scale for row in (start, stop))
            top, bottom = (max(0, round(end)) for end in ends)
            canvas[top:bottom, left : left + wide] = CROSSING


def _mark_length(canvas: NDArray[np.float32], plan: Plan, style: Style) -> None:
    """Draw a faint dotted line from the end of the chromosome through the columns."""
    shown = plan.straight or plan.crop
    y = min(round(shown.bottom), canvas.shape[0] - 1)
    if plan.columns:
        step = max(2, round(4 * plan.unit))
        for shift in range(max(1, step // 2)):
            canvas[y, round(shown.left) + shift :: step] = style.faint


def _lay_curves(canvas: NDArray[np.float32], plan: Plan, parts: ChromosomeShapes) -> None:
    """Draw what was weighed along the axis, at the rows of the straightened chromosome.

    The first curve is an area, a second one over it a line.
    """
    for number, (kind, box) in enumerate(plan.curves.items()):
        if parts.straight is None:
            return
        place = _window(canvas, box)
        tall, wide = place.shape[:2]
        along = parts.curves[kind]
        rows = parts.straight.extent[0] + (np.arange(tall * 4) + 0.5) / 4 / plan.scale - 0.5
        thick = max(1.4, 1.4 * plan.unit)
        reach = np.interp(rows, np.arange(len(along)), along) * (wide - thick)
        fine = Image.new("L", (wide * 4, tall * 4), 0)
        draw = ImageDraw.Draw(fine)
        points = [(4 * (x + thick / 2), y) for y, x in enumerate(reach)]
        if number == 0:
            draw.polygon([(0, 0), *points, (0, tall * 4)], fill=150)
        draw.line(points, fill=255, width=round(4 * thick))
        cover = np.asarray(fine.resize((wide, tall), Image.Resampling.BOX), np.float32) / 255
        place[:] += (np.array(CURVES[kind], np.float32) - place) * cover[..., None]


def _write(
    picture: NDArray[np.uint8],
    plan: Plan,
    columns: Sequence[Column],
    style: Style,
    level: int,
    few: bool,
) -> NDArray[np.uint8]:
    """Write the texts and the lines between columns."""
    u, (tall, wide) = plan.unit, picture.shape[:2]
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)

    first = columns[0].box.left if columns else wide
    small = SMALL * u
    for words, shown in (("photo", plan.crop), ("straight", plan.straight)):
        if shown is not None and text_width(words, small) <= shown.width + GAP * u:
            place = shown.left + shown.width / 2, 33 * u
            draw_text(image, place, words, small, style.ink, align="middle")
    for column in columns:
        box = column.box
        middle = box.left + box.width / 2
        draw.line([(box.left, 4 * u), (box.left, tall - 19 * u)], fill=style.faint)
        for row, (words, size) in enumerate(zip(column.texts, (NAME, SHARE), strict=True)):
            place = middle, (18 + 15 * row) * u
            draw_text(image, place, words, size * u, style.ink, align="middle")
        beside = column.ideogram.right + CLOSE * u
        for band, y in column.labels:
            draw_text(image, (beside, y), band, small, style.ink, level=True)
    x, y = 5 * u, tall - 6 * u
    for kind in plan.curves:
        draw.rectangle([(x, y - 7 * u), (x + 6 * u, y - u)], fill=CURVES[kind])
        words = fit(kind, small, max(0.0, first - x - 9 * u))
        draw_text(image, (x + 9 * u, y), words, small, style.ink)
        x += 14 * u + text_width(words, small)
    words = f"{level} bands"
    if few:
        words = f"few crops: lengths say little; {words}"
    words = fit(words, small, max(0.0, wide - max(first, 0) - 8 * u))
    if columns:
        draw_text(image, (wide - 4 * u, y), words, small, style.faint, align="right")
    return np.asarray(image).copy()
