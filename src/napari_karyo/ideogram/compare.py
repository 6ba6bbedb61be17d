"""One chromosome beside the classes it could be, all at one scale.

From the left: the crop as photographed, the crop pulled straight, what the network weighed
along its axis, and for each class the average chromosome and the ideogram. All stand p arm
up with their p ends on one line; a faint line marks where the straightened chromosome ends,
so that a class that is longer or shorter is seen at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.errors import KaryoError, PreprocessingError
from napari_karyo.ideogram.average import average_picture, average_width
from napari_karyo.ideogram.draw import band_labels, draw_ideogram
from napari_karyo.inference.classify import FEW
from napari_karyo.inference.result import Classification
from napari_karyo.inference.saliency import attention_on_crop
from napari_karyo.karyogram.lettering import fit, font, text_width
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import Colour, Style
from napari_karyo.karyogram.tiles import Window, bright_crops, cell_window, draw_tile
from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.preprocessing.scale import factor_of_classes, usual_lengths
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import Upright, sample
from napari_karyo.simulation.profiles import load_profile

#: Colours of the curves: seen on both papers, and those of the karyogram's overlays.
CURVES: Final[dict[str, Colour]] = {"attention": (20, 140, 255), "saliency": (240, 80, 20)}

#: Sizes in pixels at a height of 360, to which all grow and shrink.
_UNIT: Final = 360.0
_NAME, _SHARE, _SMALL = 18.0, 11.0, 9.5
_HEAD, _FOOT, _GAP, _LANE = 44.0, 22.0, 6.0, 18.0
#: Between a class's average, its ideogram and the names of its bands.
_CLOSE: Final = 3.0
#: The narrowest ideogram whose hatching is still seen, and its share of the average's width.
_NARROW, _IDEOGRAM = 9.0, 0.6
#: The longest of those shown is never lower than this: below, no band is seen.
_LEAST: Final = 60.0
#: Band names are left out where they would make all pictures smaller than this share.
_WORTH: Final = 0.75


@dataclass(frozen=True)
class Column:
    """One class of a comparison. Boxes are in pixels of the picture.

    Attributes
    ----------
    name : str
        The class.
    share : float
        Its probability.
    texts : tuple of str
        What stands over it: the class and the probability.
    box : Box
        All of the column, from the picture's top to its bottom: where a click means it.
    average, ideogram : Box
        The average chromosome and the ideogram, from p end to q end.
    labels : tuple of (str, float)
        The bands named beside the ideogram, and their rows in the picture.
    """

    name: str
    share: float
    texts: tuple[str, ...]
    box: Box
    average: Box
    ideogram: Box
    labels: tuple[tuple[str, float], ...]


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

    def class_at(self, y: float, x: float) -> str | None:
        """Return the class whose column holds a place of the picture, or None."""
        return next((item.name for item in self.columns if item.box.contains(y, x)), None)


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

    Returns
    -------
    Comparison

    Raises
    ------
    KaryoError
        Where a class or the level is none.
    """
    names = _names(classification, index, classes, count)
    parts = _Parts.of(classification, index, turned, saliency)
    plan = _plan(parts, names, height, width, level)
    cell = classification.cell
    style = Style.of(cell.polarity)
    shares = [float(classification.probabilities[index, CLASS_INDEX[name]]) for name in names]
    canvas = np.empty((*plan.size, 3), np.float32)
    canvas[:] = style.paper
    _mark_length(canvas, plan, style)
    greys = _Greys.of(classification, index, names)
    _lay_crop(canvas, plan, parts, greys, style)
    for name, (left, right) in zip(names, plan.pairs, strict=True):
        average = average_picture(name, cell.polarity, round(left.height))
        _lay(canvas, left.top, left.left, greys.of_average(average, name), style)
        ideogram = draw_ideogram(
            name, round(right.height), level, width=round(right.width), dark=style.white_paper
        )
        _window(canvas, right)[:] = ideogram[..., None]
    _lay_curves(canvas, plan, parts)
    picture = np.rint(np.clip(canvas, 0, 255)).astype(np.uint8)
    columns = tuple(
        Column(name, share, (name, percent(share)), box, *pair, labels)
        for name, share, box, pair, labels in zip(
            names, shares, plan.columns, plan.pairs, plan.labels, strict=True
        )
    )
    few = len(classification) < FEW
    picture = _write(picture, plan, columns, style, level, few)
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


def autosome_length(classification: Classification) -> float:
    """Return the length of the cell's mean autosome, in pixels of its crops.

    As in `napari_karyo.preprocessing.scale`, every chromosome tells it by its length over
    the usual length of its class, weighed by how sure the network is. The scale that the
    network's input was drawn at tells it too, but only together with settings that a
    classification does not hold, and for a whole cell less exactly: it is what the lengths
    alone tell, wherever the classes differ from that by less than an eighth.

    Parameters
    ----------
    classification : Classification
    """
    polarity, settings = classification.cell.polarity, InputSettings()
    unit = factor_of_classes(
        list(usual_lengths(polarity)),
        np.arange(len(CLASSES)),
        np.ones(len(CLASSES)),
        polarity,
        settings,
    )
    factor = factor_of_classes(
        [max(item.length, 1.0) for item in classification.uprights],
        classification.probabilities.argmax(axis=1),
        classification.confidence,
        polarity,
        settings,
    )
    return unit / factor


def profile_along_axis(values: NDArray[np.floating], picture: Upright) -> NDArray[np.float32]:
    """Return the mean of a map over each row of a straightened chromosome.

    Parameters
    ----------
    values : ndarray, the crop's shape
        A map on the original crop, such as attention or saliency.
    picture : Upright
        The straightened chromosome, or an upright one that needs no straightening.

    Returns
    -------
    ndarray, shape (rows of `picture`,), float32
        Top to bottom; 0 in rows without chromosome.
    """
    drawn = sample(values, picture.grid)
    weight = picture.mask.astype(np.float32)
    total = weight.sum(axis=1)
    return np.asarray((drawn * weight).sum(axis=1) / np.maximum(total, 1.0), np.float32)


@dataclass(frozen=True, eq=False)
class _Shape:
    """An upright picture and how it is to stand."""

    item: Upright
    turned: bool

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """First row and column of the chromosome as it stands, and its height and width."""
        rows, columns = np.nonzero(self.item.mask)
        top, left = int(rows.min()), int(columns.min())
        tall, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
        if self.turned:
            top = self.item.mask.shape[0] - top - tall
            left = self.item.mask.shape[1] - left - wide
        return top, left, tall, wide


@dataclass(frozen=True, eq=False)
class _Parts:
    """What is drawn of the chromosome itself."""

    crop: _Shape
    straight: _Shape | None
    curves: dict[str, NDArray[np.float32]]
    autosome: float
    polarity: Polarity

    @classmethod
    def of(
        cls,
        classification: Classification,
        index: int,
        turned: bool,
        saliency: NDArray[np.float32] | None,
    ) -> _Parts:
        item = classification.uprights[index]
        try:
            pulled = straighten(item)
            straight = _Shape(pulled, turned) if pulled.mask.any() else None
        except (PreprocessingError, ValueError, IndexError):
            # Too small or too ragged for an axis: the crop itself is still there.
            straight = None
        maps = {}
        if classification.has_attention:
            maps["attention"] = attention_on_crop(classification, index)
        if saliency is not None:
            maps["saliency"] = saliency
        curves = {}
        for kind, values in maps.items():
            if straight is None:
                break
            along = profile_along_axis(values, straight.item)
            top = float(along.max())
            along = along / top if top > 0 else along
            curves[kind] = along[::-1] if turned else along
        autosome = autosome_length(classification)
        return cls(_Shape(item, turned), straight, curves, autosome, classification.cell.polarity)

    def length(self, name: str) -> float:
        """Return how long a class is in this cell, in pixels of the crop."""
        return self.autosome * float(usual_lengths(self.polarity)[CLASS_INDEX[name]])


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
        crops = bright_crops(cell)
        background = cell_window(crops, classification.uprights).background
        typical = float(np.median([item.brightness for item in classification.uprights]))
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


@dataclass(frozen=True, eq=False)
class _Plan:
    """Where everything stands."""

    unit: float
    size: tuple[int, int]
    scale: float
    crop: Box
    straight: Box | None
    curves: dict[str, Box]
    columns: tuple[Box, ...]
    pairs: tuple[tuple[Box, Box], ...]
    labels: tuple[tuple[tuple[str, float], ...], ...]


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


@dataclass(frozen=True, eq=False)
class _Widths:
    """How wide everything is at a scale, in pixels of the picture."""

    own: list[float]
    classes: list[list[float]]
    unit: float

    def column(self, number: int) -> float:
        """Return the least width of a class's column."""
        sizes = self.classes[number]
        content = sum(sizes) + _CLOSE * self.unit * (len(sizes) - 1)
        text = text_width("under 1 %", _SHARE * self.unit)
        return max(content, text) + 2 * _GAP * self.unit

    @property
    def before(self) -> float:
        """The least width of the chromosome's own part."""
        return sum(self.own) + _GAP * self.unit * (len(self.own) + 1)

    @property
    def total(self) -> float:
        """The least width of the picture."""
        return self.before + sum(map(self.column, range(len(self.classes))))


def _widths(
    parts: _Parts, names: Sequence[str], scale: float, unit: float, letters: Sequence[float]
) -> _Widths:
    """Measure at a scale; `letters` are the widths of the band names, or none."""
    shapes = [shape for shape in (parts.crop, parts.straight) if shape is not None]
    own = [shape.extent[3] * scale for shape in shapes]
    if parts.curves:
        own.append(_LANE * unit)
    classes = []
    for number, name in enumerate(names):
        average = average_width(name, parts.polarity, parts.length(name) * scale)
        sizes = [average, max(_NARROW * unit, _IDEOGRAM * average)]
        classes.append([*sizes, letters[number]] if letters else sizes)
    return _Widths(own, classes, unit)


def _plan(parts: _Parts, names: Sequence[str], height: int, width: int | None, level: int) -> _Plan:
    """Find the largest scale at which all fits, and where everything stands at it."""
    u = height / _UNIT
    wanted = round(height * 7 / 6) if width is None else width
    shapes = [shape for shape in (parts.crop, parts.straight) if shape is not None]
    longest = max([*(shape.extent[2] for shape in shapes), *map(parts.length, names)])
    tallest = max(height - (_HEAD + _FOOT) * u, 1.0) / longest
    size = _SMALL * u
    letters = [
        max(text_width(text, size) for text, _ in band_labels(name, height, level, size=size))
        for name in names
    ]

    def largest(letters: Sequence[float]) -> float:
        """Find the scale by halving, since not all widths grow with it."""
        low, high = 0.0, 2 * tallest
        for _ in range(20):
            middle = (low + high) / 2
            fits = _widths(parts, names, middle, u, letters).total <= wanted
            low, high = (middle, high) if fits else (low, middle)
        # Where not even the letters fit, the picture is wider than asked for.
        return min(tallest, max(low, _LEAST * u / longest))

    scale, without = largest(letters), largest(())
    if scale < _WORTH * without:
        scale, letters = without, []
    widths = _widths(parts, names, scale, u, letters)
    total = max(wanted, int(np.ceil(widths.total)))
    # What is left over goes between the columns.
    spare = (total - widths.total) / (len(names) + 1)
    top = round(_HEAD * u)
    x = _GAP * u + spare / 2
    boxes = []
    rows = [shape.extent[2] * scale for shape in shapes]
    for number, wide in enumerate(widths.own):
        boxes.append(Box(top, round(x), rows[min(number, len(rows) - 1)], wide))
        x += wide + _GAP * u
    curves = dict.fromkeys(parts.curves, boxes[-1])
    x = widths.before + spare
    tall = min(height, round(top + longest * scale + _FOOT * u))
    columns, pairs, labels = [], [], []
    for number, (name, sizes) in enumerate(zip(names, widths.classes, strict=True)):
        left, x = x, x + widths.column(number) + spare
        end = total if number == len(names) - 1 else round(x)
        columns.append(Box(0, round(left), tall, end - round(left)))
        content = sum(sizes) + _CLOSE * u * (len(sizes) - 1)
        begin = (left + x - content) / 2
        long = max(1, round(parts.length(name) * scale))
        beside = begin + sizes[0] + _CLOSE * u
        average = Box(top, round(begin), long, round(sizes[0]))
        pairs.append((average, Box(top, round(beside), long, max(3, round(sizes[1])))))
        places = band_labels(name, long, level, size=size) if letters else ()
        labels.append(tuple((text, top + y) for text, y in places))
    return _Plan(
        u,
        (tall, total),
        scale,
        boxes[0],
        boxes[1] if parts.straight else None,
        curves,
        tuple(columns),
        tuple(pairs),
        tuple(labels),
    )


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
    canvas: NDArray[np.float32], plan: _Plan, parts: _Parts, greys: _Greys, style: Style
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


def _mark_length(canvas: NDArray[np.float32], plan: _Plan, style: Style) -> None:
    """Draw a faint dotted line from the end of the chromosome through the columns."""
    shown = plan.straight or plan.crop
    y = min(round(shown.bottom), canvas.shape[0] - 1)
    if plan.columns:
        step = max(2, round(4 * plan.unit))
        for shift in range(max(1, step // 2)):
            canvas[y, round(shown.left) + shift :: step] = style.faint


def _lay_curves(canvas: NDArray[np.float32], plan: _Plan, parts: _Parts) -> None:
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
    plan: _Plan,
    columns: Sequence[Column],
    style: Style,
    level: int,
    few: bool,
) -> NDArray[np.uint8]:
    """Write the texts and the lines between columns."""
    u, (tall, wide) = plan.unit, picture.shape[:2]
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)

    def text(x: float, y: float, words: str, size: float, colour: Colour, anchor: str) -> None:
        draw.text((x, y), words, fill=colour, font=font(size), anchor=anchor)

    first = columns[0].box.left if columns else wide
    small = _SMALL * u
    for words, shown in (("photo", plan.crop), ("straight", plan.straight)):
        if shown is not None and text_width(words, small) <= shown.width + _GAP * u:
            text(shown.left + shown.width / 2, 33 * u, words, small, style.ink, "ms")
    for column in columns:
        box = column.box
        middle = box.left + box.width / 2
        draw.line([(box.left, 4 * u), (box.left, tall - 19 * u)], fill=style.faint)
        text(middle, 18 * u, column.texts[0], _NAME * u, style.ink, "ms")
        text(middle, 33 * u, column.texts[1], _SHARE * u, style.ink, "ms")
        beside = column.ideogram.right + _CLOSE * u
        for band, y in column.labels:
            text(beside, y, band, small, style.ink, "lm")
    x, y = 5 * u, tall - 6 * u
    for kind in plan.curves:
        draw.rectangle([(x, y - 7 * u), (x + 6 * u, y - u)], fill=CURVES[kind])
        words = fit(kind, small, max(0.0, first - x - 9 * u))
        text(x + 9 * u, y, words, small, style.ink, "ls")
        x += 14 * u + text_width(words, small)
    words = f"{level} bands"
    if few:
        words = f"few crops: lengths say little; {words}"
    words = fit(words, small, max(0.0, wide - max(first, 0) - 8 * u))
    if columns:
        text(wide - 4 * u, y, words, small, style.faint, "rs")
    return np.asarray(image).copy()
