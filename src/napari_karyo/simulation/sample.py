"""Simulated cells: seeded, of any karyotype, to be shown to anyone.

The same seed gives the same pictures. Random numbers come from numpy's PCG64, the
same everywhere; the last bit of a sine or an exponential may differ between
processors and then move a pixel by one grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import index
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.band_profiles.profiles import StainProfile, load_profile
from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.errors import KaryoError
from napari_karyo.simulation.draw import Look, cross, cut, draw
from napari_karyo.simulation.karyotypes import parse_karyotype

#: Share of chromosomes of middle length with a block where another crossed them; long
#: ones are met more often.
_CROSSED = 0.04

#: Between which ends a cell's look is drawn, in this order.
_LOOKS: Final = {
    Polarity.DARK: {
        "sharpness": (0.6, 1.6),
        "contrast": (0.3, 0.8),
        "seam": (0.0, 0.3),
        "grain": (0.7, 0.95),
        "grain_size": (0.9, 1.2),
        "split": (0.2, 0.9),
        "blur": (0.4, 0.65),
        "noise": (0.005, 0.02),
        "tilt": (3.0, 8.0),
        "bend": (10.0, 22.0),
    },
    Polarity.BRIGHT: {
        "sharpness": (0.6, 1.2),
        "contrast": (0.3, 0.8),
        "seam": (0.0, 0.1),
        "grain": (0.5, 0.8),
        "grain_size": (1.2, 1.6),
        "split": (0.0, 0.4),
        "blur": (0.6, 0.9),
        "noise": (0.003, 0.01),
        "tilt": (8.0, 18.0),
        "bend": (10.0, 22.0),
    },
}

#: Branches of the tree of random numbers, so that no part disturbs another.
_OF_CELL, _OF_CHROMOSOME, _OF_ORDER, _OF_TURN = range(4)


def simulate_cell(
    karyotype: str = "46,XX",
    *,
    seed: int = 0,
    stain: str | Polarity = "G",
    name: str | None = None,
    either_way_up: bool = False,
) -> Cell:
    """Simulate the crops of one metaphase cell.

    Parameters
    ----------
    karyotype : str
        Such as ``46,XX``, ``47,XY,+21`` or ``45,X``; see `parse_karyotype`.
    seed : int
        Zero or more. Cells of the same seed share the chromosomes they have in common.
    stain : {"G", "Q"} or Polarity
        G-band is dark on white, Q-band bright on black.
    name : str, optional
        The cell's name; says that it is simulated where left out.
    either_way_up : bool
        Whether half of the crops stand on their heads, as crops cut from a spread do.
        Each is otherwise the same picture as without, so comparing tells which.

    Returns
    -------
    Cell
        ``simulated`` is True. Crops are named ``<class>_<n>.png`` and come in random
        order; ``Chromosome.expected`` is the class.

    Raises
    ------
    KaryoError
        Where the karyotype, the stain or the seed makes no sense.
    """
    counts, profile, root = parse_karyotype(karyotype), load_profile(stain), checked_seed(seed)

    def random(*twig: int) -> np.random.Generator:
        return np.random.default_rng([root, *twig])

    look, peak = look_of(profile, random(_OF_CELL))
    chromosomes = []
    for label, number in wanted(counts):
        rng = random(_OF_CHROMOSOME, CLASS_INDEX[label], number)
        image = _crop(profile, label, look, peak, rng)
        chromosomes.append(Chromosome(f"{label}_{number}.png", image, None, label))
    order = random(_OF_ORDER).permutation(len(chromosomes))
    chromosomes = [chromosomes[place] for place in order]
    if either_way_up:
        turned = random(_OF_TURN).permutation(len(chromosomes)) < len(chromosomes) // 2
        chromosomes = [
            Chromosome(item.name, item.image[::-1, ::-1].copy(), None, item.expected)
            if turn
            else item
            for item, turn in zip(chromosomes, turned, strict=True)
        ]
    return Cell(
        name or f"simulated {karyotype}", tuple(chromosomes), profile.polarity, simulated=True
    )


def checked_seed(seed: int) -> int:
    """Return a seed that random numbers can grow from.

    Raises
    ------
    KaryoError
        Where it is no whole number, or negative.
    """
    try:
        number = index(seed)
    except TypeError as error:
        raise KaryoError(f"the seed {seed!r} is no whole number.", "Use 0, 1, 2, …") from error
    if number < 0:
        raise KaryoError(f"the seed {number} is negative.", "Use 0, 1, 2, …")
    return number


def wanted(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield each chromosome's class and its number among those of the class, from 1."""
    for label, count in counts.items():
        for number in range(1, count + 1):
            yield label, number


def look_of(profile: StainProfile, rng: np.random.Generator) -> tuple[Look, float]:
    """Draw what the chromosomes of a cell share, and the grey of its bright bands."""
    first, second, third = np.clip(rng.standard_normal(3), -1.8, 1.8)
    tie = profile.width_with_length
    second = tie * first + (1 - tie**2) ** 0.5 * second
    scale = profile.length * float(np.exp(profile.length_spread * first))
    width = float(np.exp(profile.width_spread * second))
    shared = {name: rng.uniform(*ends) for name, ends in _LOOKS[profile.polarity].items()}
    strong = 0.14 if profile.polarity is Polarity.DARK else 0.12
    look = Look(scale=scale, width=width, strong=strong, **shared)
    peak = float(np.clip(profile.peak + profile.peak_spread * third, 0.25, 0.92))
    return look, peak


def _crop(
    profile: StainProfile, label: str, look: Look, peak: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Draw one crop as it would be photographed and cut out."""
    one = profile.classes[label]
    picture = draw(one, look, rng)
    crossed = rng.random() < _CROSSED * one.length
    brightness = one.peak + one.peak_spread * float(np.clip(rng.standard_normal(), -1.8, 1.8))
    if crossed:
        width = 2 * float(one.half_width.max()) * look.width
        width = min(width, 0.4 * look.scale * one.length)
        picture = cross(picture, width, rng.uniform(0.45, 0.8), rng)
    if profile.polarity is Polarity.DARK:
        picture = cut(picture, (0, 0, 0, 0))
        # Every crop of the real ones is stretched to the full range of greys.
        top = float(np.quantile(picture[picture > 0], 0.995))
        # Film and camera answer less and less to more stain.
        grey = 1.0 - np.clip(picture / max(top, 0.2), 0.0, 1.0) ** 0.85
    else:
        above, below, left, right = (int(number) for number in rng.integers(2, 8, 4))
        grey = cut(picture, (above, below, left, right)) * (peak * max(0.3, brightness))
    return np.rint(np.clip(grey, 0.0, 1.0) * 255.0).astype(np.uint8)
