"""What is drawn over the photograph of a spread: outlines, labels and the count.

The sheet stands beside the karyogram's page and is as tall: a band that says how many
chromosomes there are, and the photograph below it. Places are (y, x) in its own units, which
are those of the page. Only what is other than before is drawn anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from napari_karyo.cell import Outline
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.lights import LIGHT_COLOURS, LIGHT_SIGNS
from napari_karyo.karyogram.page import PAGE_HEIGHT, Box
from napari_karyo.karyogram.screen_labels import LabelPlaces
from napari_karyo.karyogram.style import FRAME_COLOURS, Colour, Style
from napari_karyo.lettering import draw_text, fit, text_width

#: Height of the band above the photograph, and of its letters.
BAND: Final = 60
_BAND_LETTERS: Final = 30.0
#: Pixels to a unit, so that letters are sharp when the person goes nearer.
FINE: Final = 2
#: Of a label: its letters, the paper around them, and of its rim.
_LETTERS, _PAD, _EDGE = 24.0, 5.0, 1.5
#: Of an outline: the clear space beside the chromosome, its line, that of one selected, and
#: the dark rim that parts it from any grey; and the line of what is no chromosome.
_CLEAR, _LINE, _BOLD, _RIM, _RIM_STRENGTH = 0.5, 2.5, 6.0, 1.2, 0.75
_THIN: Final = 1.2
#: Distances told apart in a pixel.
_STEPS: Final = 8
#: Of what is no chromosome, and of all outlines where the lights are hidden.
_FAINT: Final[Colour] = (150, 150, 150)
_PLAIN: Final[Colour] = (235, 235, 235)
_DARK: Final[Colour] = (15, 15, 15)
#: A light that asks for no look needs no sign in a label.
_UNSIGNED: Final = frozenset({Light.SURE, Light.SETTLED})

Standing = Literal["plain", "selected", "target", "out"]


@dataclass(frozen=True)
class OutlineMark:
    """One chromosome of a spread as it is shown.

    Attributes
    ----------
    outline : Outline
    label : str
        Its class; empty for none.
    light : Light or None
        None where the lights are hidden.
    standing : {"plain", "selected", "target", "out"}
        ``out``: it is not, or no longer, a chromosome of the karyogram.
    """

    outline: Outline
    label: str
    light: Light | None
    standing: Standing = "plain"

    @property
    def words(self) -> str:
        """What its label says: the class, and the sign of a light that wants a look."""
        if not self.label or self.light is None or self.light in _UNSIGNED:
            return self.label
        return f"{self.label} {LIGHT_SIGNS[self.light]}"

    @property
    def colour(self) -> Colour:
        """The colour of its outline and label."""
        if self.standing == "out":
            return _FAINT
        return _PLAIN if self.light is None else _rgb(LIGHT_COLOURS[self.light])


@dataclass(frozen=True, eq=False)
class _Stamp:
    """A chromosome's outline or label, drawn: its pixels, and where the first one goes."""

    top: int
    left: int
    picture: NDArray[np.uint8]

    @property
    def box(self) -> tuple[int, int, int, int]:
        height, width = self.picture.shape[:2]
        return self.top, self.left, self.top + height, self.left + width


class SpreadDrawing:
    """The sheet of one spread.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the photograph in its pixels.
    style : Style

    Attributes
    ----------
    scale : float
        Units to a pixel of the photograph.
    height, width : int
        In units.
    canvas : ndarray, shape (`FINE` * height, `FINE` * width, 4), uint8
        Red, green, blue and alpha: all but the photograph.
    marks : mapping of int to OutlineMark
        What is drawn, by the chromosome's number.
    """

    def __init__(self, shape: tuple[int, int], style: Style) -> None:
        self.scale = (PAGE_HEIGHT - BAND) / shape[0]
        self.height, self.width = PAGE_HEIGHT, math.ceil(shape[1] * self.scale)
        self.canvas = np.zeros((self.height * FINE, self.width * FINE, 4), np.uint8)
        self.marks: dict[int, OutlineMark] = {}
        self.labels: dict[int, Box] = {}
        self._style = style
        self._said: tuple[str, str] | None = None
        self._places = LabelPlaces(self.height, self.width, BAND)
        self._points: dict[Outline, NDArray[np.float32]] = {}
        self._stamps: dict[int, tuple[_Stamp, ...]] = {}

    def to_pixel(self, y: float, x: float) -> tuple[float, float]:
        """Return the row and column in the photograph of a place on the sheet.

        A pixel's middle lies at whole numbers.
        """
        return (y - BAND) / self.scale - 0.5, x / self.scale - 0.5

    def to_sheet(self, row: float, column: float) -> tuple[float, float]:
        """Return the place on the sheet of a row and column in the photograph."""
        return (row + 0.5) * self.scale + BAND, (column + 0.5) * self.scale

    def at(self, y: float, x: float, near: float = 6.0) -> list[int]:
        """Return the chromosomes at a place on the sheet, the likeliest meant first.

        Parameters
        ----------
        y, x : float
        near : float
            So many units beside a chromosome count as on it, where none is hit.
        """
        labelled = [one for one, box in self.labels.items() if box.contains(y, x)]
        row, column = (round(value) for value in self.to_pixel(y, x))
        found = [one for one, mark in self.marks.items() if _covers(mark.outline, row, column)]
        if not found and not labelled:
            reach = near / self.scale
            apart = {
                one: _apart(mark.outline, row, column)
                for one, mark in self.marks.items()
                if _is_near(mark.outline, row, column, reach)
            }
            found = [one for one, distance in apart.items() if distance <= reach]
            return sorted(found, key=lambda one: apart[one])
        # Of two that cross, the smaller is the harder to hit elsewhere.
        found.sort(key=lambda one: int(self.marks[one].outline.mask.sum()))
        found += [one for one in labelled if one not in found]
        return sorted(found, key=lambda one: self.marks[one].standing == "out")

    # -- drawing -----------------------------------------------------------------

    def say(self, left: str, right: str) -> bool:
        """Write the band above the photograph; return whether it says anything new."""
        if self._said == (left, right):
            return False
        self._said = left, right
        band = Image.new("RGBA", (self.width * FINE, BAND * FINE), (*self._style.paper, 255))
        size, side = _BAND_LETTERS * FINE, 14 * FINE
        taken = text_width(right, size)
        words = fit(left, size, max(0.0, band.width - taken - 4 * side))
        ink, middle = self._style.ink, BAND * FINE / 2
        draw_text(band, (side, middle), words, size, ink, level=True)
        draw_text(band, (band.width - side, middle), right, size, ink, align="right", level=True)
        self.canvas[: BAND * FINE] = np.asarray(band)
        return True

    def show(self, marks: Mapping[int, OutlineMark]) -> bool:
        """Draw chromosomes where they are other than before; return whether any is."""
        touched = [one for one in {**self.marks, **marks} if self.marks.get(one) != marks.get(one)]
        if not touched:
            return False
        dirty = [stamp.box for one in touched for stamp in self._stamps.pop(one, ())]
        self.marks = dict(marks)
        self._place_labels(touched)
        for one in touched:
            if one in self.marks:
                self._stamps[one] = self._stamped(one)
                dirty += [stamp.box for stamp in self._stamps[one]]
        for box in _merged(dirty):
            self._paint(box)
        return True

    def points(self, outline: Outline) -> NDArray[np.float32]:
        """Return the pixels of a chromosome, (y, x) on the sheet."""
        found = self._points.get(outline)
        if found is None:
            pixels = _pixels(outline)
            sheet = (pixels + 0.5) * self.scale + np.array((BAND, 0))
            found = self._points[outline] = sheet.astype(np.float32)
        return found

    def _place_labels(self, touched: list[int]) -> None:
        """Keep each label where it is as long as its chromosome and its words stay."""
        wanted = []
        for one in touched:
            mark, box = self.marks.get(one), self.labels.pop(one, None)
            if mark is None or not mark.words:
                continue
            width = max(_LETTERS, text_width(mark.words, _LETTERS)) + 2 * _PAD
            if box is not None and abs(box.width - width) < 1e-6:
                self.labels[one] = box
            else:
                wanted.append((one, width))
        if not wanted:
            return
        outlines = [self.points(mark.outline) for mark in self.marks.values()]
        height = _LETTERS * 0.7 + 2 * _PAD
        self._places.note(outlines, self.labels.values())
        for one, width in wanted:
            box = self._places.best(self.points(self.marks[one].outline), height, width)
            self.labels[one] = box
            self._places.take(box)

    def _stamped(self, one: int) -> tuple[_Stamp, ...]:
        mark = self.marks[one]
        outline = _outline_stamp(mark, self.scale)
        box = self.labels.get(one)
        return (outline,) if box is None else (outline, _label_stamp(mark, box))

    def _paint(self, box: tuple[int, int, int, int]) -> None:
        """Draw all that lies in a part of the canvas."""
        top, left = max(BAND * FINE, box[0]), max(0, box[1])
        bottom, right = min(self.canvas.shape[0], box[2]), min(self.canvas.shape[1], box[3])
        if bottom <= top or right <= left:
            return
        part = Image.new("RGBA", (right - left, bottom - top), (0, 0, 0, 0))
        order = {"out": 0, "plain": 1, "target": 2, "selected": 3}
        standing = sorted(self._stamps, key=lambda one: order[self.marks[one].standing])
        for layer in (0, 1):
            for one in standing:
                for stamp in self._stamps[one][layer : layer + 1]:
                    if _meet(stamp.box, (top, left, bottom, right)):
                        _lay(part, stamp, top, left)
        self.canvas[top:bottom, left:right] = np.asarray(part)


def _outline_stamp(mark: OutlineMark, scale: float) -> _Stamp:
    """Return a line around a chromosome: none of its pixels lie below it."""
    fine, outline = scale * FINE, mark.outline
    colours = _line_colours(mark.colour, mark.standing)
    pad = math.ceil(len(colours) / _STEPS / fine) + 1
    mask = np.pad(outline.mask, pad).astype(np.float32)
    shape = [round(side * fine) for side in mask.shape]
    large = Image.fromarray(mask).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    apart = ndimage.distance_transform_edt(np.asarray(large) < 0.5)
    steps = np.minimum(apart * _STEPS, len(colours) - 1).astype(np.intp)
    top = round((outline.top - pad) * fine) + BAND * FINE
    return _Stamp(top, round((outline.left - pad) * fine), colours[steps])


@lru_cache(maxsize=64)
def _line_colours(colour: Colour, standing: Standing) -> NDArray[np.uint8]:
    """Return red, green, blue and alpha at each distance from a chromosome, 0 first."""
    # From, to, colour and strength; what stands later lies over what stands before.
    bands: list[tuple[float, float, Colour, float]] = []
    end = _CLEAR + (_THIN if standing == "out" else _LINE)
    bands.append((_CLEAR, end, colour, 1.0))
    if standing in ("selected", "target"):
        frame = FRAME_COLOURS["selected" if standing == "selected" else "target"]
        bands.append((end, end + _BOLD, frame, 1.0))
        end += _BOLD
    if standing != "out":
        bands.insert(0, (_CLEAR, end + _RIM, _DARK, _RIM_STRENGTH))
    apart = np.arange(math.ceil((end + _RIM) * FINE + 2) * _STEPS) / _STEPS
    drawn = np.zeros((len(apart), 4))
    for low, high, shade, strength in bands:
        cover = np.clip(apart - low * FINE + 0.5, 0, 1) * np.clip(high * FINE - apart + 0.5, 0, 1)
        cover = strength * cover[:, None]
        # Premultiplied, so that no dark rim comes in from where nothing is drawn.
        drawn = np.hstack([np.array(shade) / 255 * cover, cover]) + drawn * (1 - cover)
    drawn[:, :3] /= np.maximum(drawn[:, 3:], 1e-6)
    return np.rint(255 * drawn).astype(np.uint8)


def _label_stamp(mark: OutlineMark, box: Box) -> _Stamp:
    """Return a label: black on the colour of the light."""
    height, width = round(box.height * FINE), round(box.width * FINE)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    edge = FRAME_COLOURS["selected"] if mark.standing == "selected" else _DARK
    thick = round((3.0 if mark.standing == "selected" else _EDGE) * FINE)
    draw.rounded_rectangle(
        (0, 0, width - 1, height - 1), 4 * FINE, fill=mark.colour, outline=edge, width=thick
    )
    draw_text(
        picture, (width / 2, height / 2), mark.words, _LETTERS * FINE, (0, 0, 0, 255),
        align="middle", level=True, bold=mark.standing == "selected",
    )  # fmt: skip
    return _Stamp(round(box.top * FINE), round(box.left * FINE), np.asarray(picture))


def _lay(part: Image.Image, stamp: _Stamp, top: int, left: int) -> None:
    """Lay a stamp over a part of the canvas that begins at a row and a column."""
    row, column = stamp.top - top, stamp.left - left
    cut = stamp.picture[max(0, -row) :, max(0, -column) :]
    part.alpha_composite(Image.fromarray(cut), (max(0, column), max(0, row)))


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _merged(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return boxes of which no two overlap, that hold all of the given ones."""
    left = list(boxes)
    apart: list[tuple[int, int, int, int]] = []
    while left:
        box = left.pop()
        other = next((one for one in apart if _meet(one, box)), None)
        if other is None:
            apart.append(box)
            continue
        apart.remove(other)
        left.append(
            (
                min(box[0], other[0]),
                min(box[1], other[1]),
                max(box[2], other[2]),
                max(box[3], other[3]),
            )
        )
    return apart


def _covers(outline: Outline, row: int, column: int) -> bool:
    y, x = row - outline.top, column - outline.left
    height, width = outline.mask.shape
    return 0 <= y < height and 0 <= x < width and bool(outline.mask[y, x])


def _is_near(outline: Outline, row: int, column: int, reach: float) -> bool:
    rows, columns = outline.place
    return (
        rows.start - reach <= row <= rows.stop + reach
        and columns.start - reach <= column <= columns.stop + reach
    )


def _apart(outline: Outline, row: int, column: int) -> float:
    pixels = _pixels(outline)
    return float(np.sqrt(((pixels - (row, column)) ** 2).sum(axis=1).min()))


def _pixels(outline: Outline) -> NDArray[np.intp]:
    """Return the row and column in the photograph of each pixel of a chromosome."""
    return np.argwhere(outline.mask) + np.array((outline.top, outline.left))


def _rgb(colour: str) -> Colour:
    number = int(colour[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255
