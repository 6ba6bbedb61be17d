"""What the pages of a TIFF are to each other: channels, planes of focus or chromosomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile

#: A description longer than this, in characters, is not read.
_LONGEST = 1 << 21


@dataclass(frozen=True)
class Axes:
    """What a file's description says of its pages.

    Attributes
    ----------
    pages : int
        How many the description speaks of; 0 where it speaks of none.
    channels : int
        Of each picture.
    names : tuple of str
        Of the channels; empty where they have none.
    places : tuple of (int, int)
        For each page the number of its picture and of its channel; empty where each
        page is a picture.
    focus : bool
        Whether its pictures are called planes of focus, as OME does with the letter Z.
    """

    pages: int = 0
    channels: int = 1
    names: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    focus: bool = False

    def groups(self, numbers: Sequence[int]) -> list[list[int]]:
        """Return pages by picture, the channels of each in their order."""
        if not self.places or self.channels < 2:
            return [[number] for number in numbers]
        found: dict[int, list[tuple[int, int]]] = {}
        alone: list[list[int]] = []
        for number in numbers:
            if number < len(self.places):
                picture, channel = self.places[number]
                found.setdefault(picture, []).append((channel, number))
            else:
                alone.append([number])
        return [[number for _, number in sorted(found[picture])] for picture in found] + alone

    def names_for(self, planes: int) -> tuple[str, ...]:
        """Return the names of so many channels."""
        return self.names if len(self.names) == planes else ("",) * planes


def read_axes(file: tifffile.TiffFile) -> Axes:
    """Return what a file's description says of its pages; nothing where it is not understood."""
    # A description is free text, and a damaged one may be anything.
    try:
        words = file.pages.first.description
        if len(words) > _LONGEST:
            return Axes()
        if "<OME" in words[:4000]:
            return _ome(words)
        if file.is_imagej:
            return _imagej(file.imagej_metadata or {})
        if file.is_shaped:
            shaped = (file.shaped_metadata or ({},))[0]
            return _shaped(shaped, tuple(file.pages.first.shape))
    except Exception:
        return Axes()
    return Axes()


def _ome(words: str) -> Axes:
    """Read an OME description, of one or several images in their order."""
    if "<!DOCTYPE" in words or "<!ENTITY" in words:
        return Axes()
    root = ElementTree.fromstring(words)
    places: list[tuple[int, int]] = []
    names: tuple[str, ...] = ()
    channels, deep = 1, 1
    pictures = 0
    given: dict[int, tuple[int, int]] = {}
    for pixels in root.iter():
        if not pixels.tag.endswith("}Pixels") and pixels.tag != "Pixels":
            continue
        told = pixels.attrib
        children = list(pixels)
        listed = [item for item in children if item.tag.endswith("Channel")]
        samples = max((int(item.get("SamplesPerPixel", 1)) for item in listed), default=1)
        sizes = {axis: int(told.get(f"Size{axis}", 1)) for axis in "CZT"}
        sizes["C"] = max(1, sizes["C"] // max(1, samples))
        order = [axis for axis in told.get("DimensionOrder", "XYCZT") if axis in "CZT"]
        if sorted(order) != ["C", "T", "Z"] or math.prod(sizes.values()) > 100_000:
            return Axes()
        deep = max(deep, sizes["Z"])
        if sizes["C"] > 1:
            channels = sizes["C"]
            names = tuple(_channel_name(item) for item in listed[:channels])
        for count in range(math.prod(sizes.values())):
            at, rest = {}, count
            for axis in order:
                at[axis], rest = rest % sizes[axis], rest // sizes[axis]
            places.append((pictures + at["Z"] + sizes["Z"] * at["T"], at["C"]))
        for item in children:
            if item.tag.endswith("TiffData") and "IFD" in item.attrib:
                at = {axis: int(item.get(f"First{axis}", 0)) for axis in "CZT"}
                if int(item.get("PlaneCount", 1)) == 1:
                    given[int(item.attrib["IFD"])] = (
                        pictures + at["Z"] + sizes["Z"] * at["T"],
                        at["C"],
                    )
        pictures += sizes["Z"] * sizes["T"]
    if given and sorted(given) == list(range(len(places))):
        places = [given[number] for number in range(len(places))]
    return Axes(len(places), channels, names if any(names) else (), tuple(places), deep > 1)


def _channel_name(channel: ElementTree.Element) -> str:
    """Return a channel's name, its dye, or the word for its colour."""
    name = channel.get("Name") or channel.get("Fluor") or ""
    if not name and channel.get("EmissionWavelength"):
        wave = float(channel.get("EmissionWavelength", "0"))
        name = "blue" if 400 <= wave < 485 else f"{wave:.0f} nm"
    if not name and channel.get("Color"):
        colour = int(channel.get("Color", "-1")) & 0xFFFFFFFF
        name = _colour_word((colour >> 24 & 255, colour >> 16 & 255, colour >> 8 & 255))
    return name.strip()[:60]


def _colour_word(colour: Sequence[int]) -> str:
    red, green, blue = (value > 127 for value in colour)
    words = {
        (False, False, True): "blue",
        (False, True, False): "green",
        (True, False, False): "red",
        (False, True, True): "cyan",
        (True, False, True): "magenta",
        (True, True, False): "yellow",
    }
    return words.get((red, green, blue), "")


def _imagej(told: dict[str, Any]) -> Axes:
    pages = int(told.get("images", 0) or 0)
    channels = int(told.get("channels", 1) or 1)
    if channels < 2:
        return Axes(pages)
    pages = max(pages, channels)
    labels = [str(label).strip() for label in told.get("Labels") or ()]
    names: tuple[str, ...] = ()
    tables = told.get("LUTs") or ()
    if len(labels) >= channels and len(set(labels[:channels])) == channels:
        names = tuple(label.splitlines()[0][:60] for label in labels[:channels])
    elif len(tables) >= channels:
        names = tuple(
            _colour_word([int(value) for value in np.asarray(table)[:, -1]])
            for table in tables[:channels]
        )
    places = tuple((number // channels, number % channels) for number in range(min(pages, 100_000)))
    deep = int(told.get("slices", 1) or 1) > 1
    return Axes(pages, channels, names if any(names) else (), places, deep)


def _shaped(told: dict[str, Any], page: tuple[int, ...]) -> Axes:
    """Read the description of tifffile: a shape, and letters for its axes where they are given."""
    shape = tuple(int(length) for length in told.get("shape", ()))
    pages = math.prod(shape) // max(1, math.prod(page))
    letters = str(told.get("axes", ""))
    leading = shape[: len(shape) - len(page)]
    named = told.get("Channel") or {}
    listed = named.get("Name", ()) if isinstance(named, dict) else ()
    names = tuple(str(name)[:60] for name in listed) if isinstance(listed, list | tuple) else ()
    deep = "Z" in letters[: len(leading)] and len(letters) == len(shape)
    if len(letters) != len(shape) or "C" not in letters[: len(leading)] or pages > 100_000:
        return Axes(pages, names=names, focus=deep)
    axis = letters.index("C")
    places = []
    for number in range(pages):
        at = [int(place) for place in np.unravel_index(number, leading)]
        channel = at[axis]
        at[axis] = 0
        places.append((int(np.ravel_multi_index(at, leading)), channel))
    return Axes(pages, leading[axis], names, tuple(places), deep)
