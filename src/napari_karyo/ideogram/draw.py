"""A chromosome's ideogram as pixels, and where the names of its bands go beside it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.ideogram.bands import Band, load_bands

#: Each pixel is drawn as so many by so many, for smooth outlines.
_FINE: Final = 4
#: How wide the centromere's waist and a stalk are, in widths.
_WAIST: Final = 0.4
_STALK: Final = 0.45
#: Greys of the page, of the outline, and of a stain from none to full: dark on white as the
#: nomenclature prints ideograms, and bright on black as fluorescence shows them. On black what
#: is not stained is still a little grey, as it is on the photograph.
_DARK: Final = (255, 60, (255.0, 25.0))
_BRIGHT: Final = (0, 150, (45.0, 235.0))
#: Heterochromatin that hardly fluoresces in Q-banding, and the brilliant long arm of Y; other
#: variable parts lie between (ISCN 2020, on Q-banding).
_DULL: Final = frozenset({"1", "9", "16"})
_BRILLIANT: Final = frozenset({"Y"})


@lru_cache(maxsize=128)
def draw_ideogram(
    name: str, height: int, level: int = 400, *, width: int, dark: bool = True
) -> NDArray[np.uint8]:
    """Draw the ideogram of a class, p arm up.

    Parameters
    ----------
    name : str
        A member of `CLASSES`.
    height : int
        Pixels from the tip of the p arm to that of the q arm.
    level : {400, 550, 850}
        Bands in a haploid set.
    width : int
        Pixels.
    dark : bool
        Whether G-positive bands are dark on white paper, as in G-banding, or bright on
        black, as in Q-banding, which shows roughly the same bands.

    Returns
    -------
    ndarray, shape (height, width), uint8, read-only
        Centromeres taper to a waist and are hatched one way, heterochromatin that varies is
        hatched the other way, stalks are narrow and striped.
    """
    bands = load_bands(level)[name]
    tall, wide = max(1, height) * _FINE, max(1, width) * _FINE
    rows = (np.arange(tall) + 0.5) / _FINE
    across = (np.arange(wide) + 0.5) / _FINE
    stops = np.array([band.stop for band in bands]) * (height / bands[-1].stop)
    which = np.minimum(np.searchsorted(stops, rows), len(bands) - 1)
    half = _outline(bands, stops, which, rows, height, width)
    inside = np.abs(across - width / 2) <= half[:, None]
    paper, line, (none, full) = _DARK if dark else _BRIGHT
    stain = np.array([_stain(name, band, dark) for band in bands])
    grey = np.repeat((none + stain[which] * (full - none))[:, None], wide, axis=1)
    stripe = _stripes(bands, which, rows, across, period=max(3.0, min(5.0, width / 5)))
    grey = np.where(stripe, (grey + 2 * line) / 3, grey)
    # A pixel of outline, but never more than a narrow ideogram can spare.
    rim = min(1.0, width / 10)
    padded = np.pad(inside, 1)
    depth = ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
    grey = np.where(depth <= rim * _FINE, line, grey)
    grey = np.where(inside, grey, paper)
    small = grey.reshape(tall // _FINE, _FINE, wide // _FINE, _FINE).mean(axis=(1, 3))
    picture = np.rint(small).astype(np.uint8)
    picture.flags.writeable = False
    return picture


def _stain(name: str, band: Band, dark: bool) -> float:
    """Return how strongly a band is stained, 0 to 1."""
    if band.stain == "gpos":
        return band.density / 100
    if band.stain == "gvar":
        if dark:
            return 0.35
        return 1.0 if name in _BRILLIANT else 0.0 if name in _DULL else 0.5
    return 0.25 if band.stain == "acen" else 0.0


def _outline(
    bands: tuple[Band, ...],
    stops: NDArray[np.float64],
    which: NDArray[np.int_],
    rows: NDArray[np.float64],
    height: int,
    width: int,
) -> NDArray[np.float64]:
    """Return half the width of each fine row, in pixels."""
    starts = np.concatenate([[0.0], stops[:-1]])
    waist = next(start for start, band in zip(starts, bands, strict=True) if band.arm == "q")
    acen = np.array([band.stain == "acen" for band in bands])
    half = np.full(len(rows), width / 2)
    # The taper is the centromere's, but never so short that it is a mere notch.
    above = max(waist - starts[acen].min(), width / 4) if acen.any() else width / 4
    below = max(stops[acen].max() - waist, width / 4) if acen.any() else width / 4
    away = np.where(rows < waist, (waist - rows) / above, (rows - waist) / below)
    half *= _WAIST + (1 - _WAIST) * np.clip(away, 0, 1)
    stalk = np.array([band.stain == "stalk" for band in bands])[which]
    half = np.where(stalk, np.minimum(half, width / 2 * _STALK), half)
    radius = min(width * 0.45, height / 2)
    into = np.clip(np.minimum(rows, height - rows), 0, radius)
    round_end = width / 2 - radius + np.sqrt(radius**2 - (radius - into) ** 2)
    return np.asarray(np.minimum(half, np.maximum(round_end, 0.5)))


def _stripes(
    bands: tuple[Band, ...],
    which: NDArray[np.int_],
    rows: NDArray[np.float64],
    across: NDArray[np.float64],
    period: float,
) -> NDArray[np.bool_]:
    """Return where the hatching of what is no plain band lies."""
    found = np.zeros((len(rows), len(across)), bool)
    for stain, slope in (("acen", 1.0), ("gvar", -1.0), ("stalk", 0.0)):
        of_stain = np.array([band.stain == stain for band in bands])[which]
        place = rows[:, None] + slope * across[None, :]
        found |= of_stain[:, None] & (place % period < period * 0.35)
    return found


def band_labels(
    name: str, height: float, level: int = 400, *, size: float
) -> tuple[tuple[str, float], ...]:
    """Return which bands can be named beside an ideogram, and where.

    Sub-bands are named together: ``q21`` stands at the middle of ``q21.1`` to ``q21.3``.

    Parameters
    ----------
    name : str
        A member of `CLASSES`.
    height : float
        Of the ideogram, in pixels.
    level : {400, 550, 850}
    size : float
        Of the letters, in pixels: names are at least so far apart.

    Returns
    -------
    tuple of (str, float)
        Band and the row of its middle, from the top down. Where not all have room, the
        longest bands are named: they are what the eye finds first.
    """
    bands = load_bands(level)[name]
    scale = height / bands[-1].stop
    # The waist and the narrow stalks are seen without a name.
    named = [band for band in bands if band.stain not in ("acen", "stalk")]
    found: dict[str, list[Band]] = {}
    for band in named:
        found.setdefault(band.name.partition(".")[0], []).append(band)
    spans = [(text, own[0].start * scale, own[-1].stop * scale) for text, own in found.items()]
    kept: list[tuple[str, float]] = []
    for text, start, stop in sorted(spans, key=lambda span: span[1] - span[2]):
        # At the tips a name stays beside its ideogram.
        y = min(max((start + stop) / 2, size / 2), max(height - size / 2, size / 2))
        if all(abs(y - other) >= size for _, other in kept):
            kept.append((text, y))
    return tuple(sorted(kept, key=lambda item: item[1]))
