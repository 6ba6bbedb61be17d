"""One simulated chromosome as pixels, from the profile of its class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from napari_karyo.band_profiles.profiles import COLUMNS, REACH, ROWS, ClassProfile

#: Points of the axis per pixel.
_DENSITY = 4.0


@dataclass(frozen=True)
class Look:
    """What all chromosomes of a cell share: its preparation and its camera.

    Attributes
    ----------
    scale : float
        Pixels of length for each unit of `ClassProfile.length`.
    width : float
        Factor on the mean outline's width.
    sharpness : float
        How far bands are set off from their surroundings, 0 as in the mean picture.
    contrast : float
        How much of the contrast that the mean lost is given back, 0 to 1.
    seam : float
        How much paler it is between the sister chromatids, 0 to 1.
    grain : float
        Factor on how far single chromosomes stray from the mean picture.
    grain_size : float
        Size of such strays, in pixels.
    split : float
        How far sister chromatids lie apart at their ends, in pixels.
    blur : float
        Of the microscope, Gaussian sigma in pixels.
    noise : float
        Of the camera, standard deviation in grey 0 to 1.
    tilt : float
        Standard deviation of the angle to the vertical, in degrees.
    bend : float
        Standard deviation of how far a chromosome of middle length turns from its
        upper end to its lower, in degrees.
    strong : float
        Share of chromosomes bent much more than that.
    """

    scale: float
    width: float
    sharpness: float
    contrast: float
    seam: float
    grain: float
    grain_size: float
    split: float
    blur: float
    noise: float
    tilt: float
    bend: float
    strong: float


def draw(profile: ClassProfile, look: Look, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw one chromosome, p arm up.

    Parameters
    ----------
    profile : ClassProfile
    look : Look
    rng : numpy.random.Generator
        Decides all that differs from one chromosome to the next.

    Returns
    -------
    ndarray, shape (height, width), float32
        Bright on black, about 1 at the peak, not clipped, exactly 0 outside.
    """
    spread = profile.length_spread * np.clip(rng.standard_normal(), -1.8, 1.8)
    length = max(6.0, look.scale * profile.length * float(np.exp(spread)))
    half = _outline(profile, length, rng) * look.width * float(np.exp(0.05 * rng.standard_normal()))
    # The table's outline goes with chromosomes of mean length: keep it off needles.
    half = np.minimum(half, length * 0.55)
    texture = _texture(profile, length, float(half.mean()), look, rng)
    centre, normal = _curve(profile, length, look, rng)
    margin = float(half.max()) * REACH + 3 * look.blur + 2
    low = np.floor(centre.min(axis=0) - margin)
    shape = (np.ceil(centre.max(axis=0) + margin) - low).astype(np.int64) + 1
    pixels = np.indices(tuple(shape)).reshape(2, -1).T + low
    _, nearest = cKDTree(centre).query(pixels)
    offset = pixels - centre[nearest]
    across = (offset * normal[nearest]).sum(axis=1)
    tangent = np.stack([normal[nearest, 1], -normal[nearest, 0]], axis=1)
    beyond = np.abs((offset * tangent).sum(axis=1))
    along = nearest / (len(centre) - 1)
    # Chromatids do not end at the same height, and part a little at their ends.
    ends = rng.normal(0.0, 0.5, (2, 2)) * min(1.0, length / 40)
    side = (across > 0).astype(np.int64)
    upper = along < 0.5
    shorter = np.where(upper, ends[0, side], ends[1, side])
    distance = np.where(upper, along, 1 - along) * length - beyond - np.abs(shorter)
    row = np.clip(along * ROWS - 0.5, 0, ROWS - 1)
    width = np.interp(row, np.arange(ROWS), half)
    share = across / width
    inside = np.clip(width * REACH - np.abs(across) + 0.5, 0, 1) * np.clip(distance + 0.5, 0, 1)
    tip = np.exp(-((np.maximum(distance, 0) / 3.0) ** 2))
    gap = np.exp(-((across / 0.9) ** 2)) * tip * look.split
    column = np.clip((share / REACH + 1) * COLUMNS - 0.5, 0, 2 * COLUMNS - 1)
    grey = ndimage.map_coordinates(texture, np.stack([row, column]), order=1, mode="nearest")
    picture = (grey * inside * (1 - np.clip(gap, 0, 0.9))).reshape(tuple(shape))
    cover = inside.reshape(tuple(shape))
    picture = ndimage.gaussian_filter(picture, look.blur)
    picture = picture + rng.normal(0.0, look.noise, picture.shape) * (cover > 0)
    # Whoever cut the crop has cut along the outline, where the soft edge ends.
    kept = ndimage.gaussian_filter(cover, look.blur) > 0.3
    return np.where(kept, np.maximum(picture, 0.03), 0.0).astype(np.float32)


def cut(picture: NDArray[np.float32], margin: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Cut to the bounding box and put a margin around it.

    Parameters
    ----------
    picture : ndarray, shape (height, width)
        0 outside the chromosome.
    margin : tuple of int
        Pixels above, below, left and right.
    """
    rows, columns = np.nonzero(picture > 0)
    box = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(box, (margin[:2], margin[2:]))


def cross(
    picture: NDArray[np.float32], width: float, grey: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Lay a part of another chromosome across, as where two touch in the spread.

    What was cut out with the chromosome is the block that both share: brighter, with
    hardly a band in it.

    Parameters
    ----------
    picture : ndarray, shape (height, width)
        Bright on black, 0 outside.
    width : float
        Of the other chromosome, in pixels.
    grey : float
        Its grey, added.
    """
    rows, columns = np.nonzero(picture > 0)
    place = int(rng.integers(len(rows)))
    middle = np.array([rows[place], columns.mean() * 0.7 + columns[place] * 0.3])
    angle = rng.uniform(0.2, np.pi - 0.2)
    axis = np.array([np.cos(angle), np.sin(angle)])
    at = np.indices(picture.shape).reshape(2, -1).T - middle
    away = np.abs(at[:, 0] * axis[1] - at[:, 1] * axis[0]).reshape(picture.shape)
    block = np.clip(width / 2 - away + 0.5, 0, 1) * grey * (1 - 0.25 * (away / width) ** 2)
    return np.where(picture > 0, picture + block, 0.0).astype(np.float32)


def _outline(profile: ClassProfile, length: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the half-width of each row: the mean one, here a little more, there less."""
    sigma = 3.0 * ROWS / length
    wave = ndimage.gaussian_filter1d(rng.standard_normal(ROWS), sigma, mode="nearest")
    wave *= 0.05 / max(float(wave.std()), 1e-6)
    return np.asarray(profile.half_width * (1 + wave), np.float64)


def _texture(
    profile: ClassProfile,
    length: float,
    half_width: float,
    look: Look,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the greys of both chromatids, shape (ROWS, 2 * COLUMNS)."""
    mean = profile.texture.astype(np.float64)
    row_pixels = length / ROWS
    column_pixels = half_width * REACH / COLUMNS
    sides = []
    for mirrored in (True, False):
        # Each chromatid is stretched by itself, a little, so that bands step at the axis.
        place = np.arange(ROWS) + _stretch(0.006, rng) + rng.normal(0.0, 0.3) / row_pixels
        side = np.stack([np.interp(place, np.arange(ROWS), column) for column in mean.T], axis=1)
        sides.append(side[:, ::-1] if mirrored else side)
    both = np.concatenate(sides, axis=1)
    shared = np.arange(ROWS) + _stretch(0.012, rng)
    both = np.stack([np.interp(shared, np.arange(ROWS), column) for column in both.T], axis=1)
    around = ndimage.gaussian_filter(both, (2.6 / row_pixels, 2.6 / column_pixels), mode="nearest")
    both += look.sharpness * profile.contrast * (both - around)
    # Single chromosomes have stronger bands than their mean, which the grain and the
    # sharpening above make up for only in part.
    level = both.mean(axis=0)
    both = level + (1 + look.contrast * (profile.contrast - 1)) * (both - level)
    # Between the chromatids it is paler in some cells than in others.
    distance = np.abs(np.arange(2 * COLUMNS) - COLUMNS + 0.5) * column_pixels
    both *= 1 - look.seam * np.exp(-((distance / 1.2) ** 2))
    size = (look.grain_size / row_pixels, look.grain_size / column_pixels)
    grain = ndimage.gaussian_filter(rng.standard_normal(both.shape), size, mode="nearest")
    grain /= max(float(grain.std()), 1e-6)
    both += grain * look.grain * profile.spread
    return np.asarray(np.maximum(both, 0.05), np.float64)


def _stretch(size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a smooth displacement of the rows, `size` its deviation in lengths."""
    knots = rng.normal(0.0, size * ROWS, 7)
    knots[[0, -1]] *= 0.3
    where = np.linspace(0, ROWS - 1, len(knots))
    return ndimage.gaussian_filter1d(np.interp(np.arange(ROWS), where, knots), 4.0)


def _curve(
    profile: ClassProfile, length: float, look: Look, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the axis, row and column at even steps, and its normals.

    Long chromosomes bend more than short ones, often at the centromere.
    """
    steps = max(16, round(length * _DENSITY))
    at = np.linspace(0.0, 1.0, steps)
    limp = min(1.3, profile.length) ** 1.3
    total = rng.normal(0.0, look.bend) * limp
    if rng.random() < look.strong * limp:
        total = rng.choice((-1.0, 1.0)) * rng.uniform(35.0, 95.0) * min(1.0, limp)
    waist = centromere(profile)
    if rng.random() < 0.45 and 0.15 < waist < 0.85:
        course = 1 / (1 + np.exp(-(at - waist) / 0.06))
    else:
        course = at
    wave = rng.normal(0.0, look.bend * 0.35) * limp * np.sin(2 * np.pi * (at + rng.random()))
    heading = total * (course - course.mean()) + wave - wave.mean()
    heading = heading + np.clip(rng.normal(0.0, look.tilt), -30, 30)
    angle = np.deg2rad(heading)
    step = length / (steps - 1)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    centre = np.concatenate([np.zeros((1, 2)), np.cumsum(direction[:-1] * step, axis=0)])
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    return centre + rng.random(2), normal


def centromere(profile: ClassProfile) -> float:
    """Return where the centromere is: the waist of the outline, 0 top to 1 bottom.

    Acrocentric chromosomes have no arm above a waist to speak of; theirs is where the
    outline has grown to two thirds of its full width.
    """
    width = ndimage.gaussian_filter1d(profile.half_width.astype(np.float64), 1.0)
    inner = slice(round(0.1 * ROWS), round(0.75 * ROWS))
    waist = inner.start + int(width[inner].argmin())
    shoulder = float(width[: waist + 1].max())
    if waist > inner.start and width[waist] < 0.94 * shoulder:
        return (waist + 0.5) / ROWS
    return (int((width > width.max() * 2 / 3).argmax()) + 0.5) / ROWS
