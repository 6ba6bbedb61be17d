"""Simulated photographs of metaphase spreads, of which all is known.

The chromosomes are those of simulated cells, bent more or less, each turned anyhow, alone,
touching and crossing, among nuclei and dirt.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import index
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.band_profiles.profiles import load_profile
from napari_karyo.cell import Cell, Outline, Polarity, Spread
from napari_karyo.counted import count as counted
from napari_karyo.errors import KaryoError
from napari_karyo.segmentation.ground import flatten
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject, in_reading_order
from napari_karyo.segmentation.region import Region
from napari_karyo.simulation.camera import Stained, photograph
from napari_karyo.simulation.debris import lay_nucleus, lay_speck
from napari_karyo.simulation.karyotypes import parse_karyotype
from napari_karyo.simulation.sample import checked_seed
from napari_karyo.simulation.scatter import Area, Board
from napari_karyo.simulation.turning import Drawn, draw_chromosomes

#: Sides of a photograph, and widths of a chromosome in it, that can be drawn.
LARGEST_SIDE: Final = 4096
SMALLEST_SIDE: Final = 64
WIDTHS: Final = (6.0, 100.0)

#: Pixels between two that do not touch: of a width, and at least.
_GAP, _LEAST_GAP = 0.22, 3
#: How often a cell is scattered anew, and how often one chromosome is turned anew.
_ANEW, _TURNS = 4, 6

#: Branches of the tree of random numbers; the first keeps it apart from that of cells.
_OF_SPREAD: Final = 5
_OF_CHROMOSOMES, _OF_PLACES, _OF_CAMERA = range(3)

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class SimulatedSpread:
    """A simulated photograph of a metaphase spread and the truth about it.

    Attributes
    ----------
    karyotype : str
    spread : Spread
        The photograph.
    objects : tuple of SpreadObject
        Chromosomes with their classes, nuclei and dirt, in reading order.
    width : float
        Of a chromosome, in pixels.
    touching, crossing : tuple of (int, int)
        Which of `chromosomes` lie beside each other without a gap, and which across.
    """

    karyotype: str
    spread: Spread
    objects: tuple[SpreadObject, ...] = field(repr=False)
    width: float
    touching: Pairs
    crossing: Pairs

    @property
    def chromosomes(self) -> tuple[SpreadObject, ...]:
        """The objects that are chromosomes."""
        return self.of_kind(Kind.CHROMOSOME)

    def of_kind(self, kind: Kind) -> tuple[SpreadObject, ...]:
        """Return the objects of one kind."""
        return tuple(one for one in self.objects if one.kind is kind)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class of each chromosome."""
        return tuple(one.expected or "" for one in self.chromosomes)

    def labels(self, crossing: int | None = None) -> NDArray[np.uint16]:
        """Return the number of the chromosome at each pixel, from 1; 0 where there is none.

        Parameters
        ----------
        crossing : int, optional
            What pixels are called where chromosomes cross. They belong to the later one
            where left out.
        """
        labels = np.zeros(self.spread.image.shape, np.uint16)
        for number, one in enumerate(self.chromosomes, start=1):
            labels[one.outline.place][one.outline.mask] = number
        if crossing is not None:
            for one in self.chromosomes:
                labels[one.outline.place][one.outline.shared] = crossing
        return labels

    def segmentation(self) -> Segmentation:
        """Return the spread as it is when all of it was found."""
        density = flatten(self.spread.image, self.spread.polarity)
        return Segmentation(self.spread, self.objects, density, self.width)

    def cell(self) -> Cell:
        """Return the chromosomes cut out along their true outlines."""
        return replace(self.segmentation().to_cell(), simulated=True)


@dataclass(frozen=True, eq=False)
class _Scattered:
    """Where everything lies: chromosomes in their own order, then nuclei, then dirt."""

    chromosomes: list[Stained]
    nuclei: list[Stained]
    dirt: list[Stained]
    touching: list[tuple[int, int]]
    crossing: list[tuple[int, int]]
    taken: NDArray[np.int16]


def simulate_spread(
    karyotype: str = "46,XX",
    *,
    stain: str | Polarity = "G",
    shape: tuple[int, int] = (700, 800),
    seed: int = 0,
    width: float = 16.0,
    touching: int = 6,
    crossing: int = 3,
    nuclei: int = 1,
    dirt: int = 12,
    bend: float = 1.0,
    uneven: float = 1.0,
    blur: float = 1.0,
    noise: float = 1.0,
    name: str | None = None,
) -> SimulatedSpread:
    """Simulate the photograph of one metaphase spread.

    Parameters
    ----------
    karyotype : str
        As for `simulate_cell`: ``46,XX``, ``47,XY,+21``, ``45,X``, ``92,XXXX``.
    stain : {"G", "Q"} or Polarity
        G-band is dark on white, Q-band bright on black.
    shape : tuple of int
        Height and width in pixels, up to 4096 each.
    seed : int
        Zero or more. The same seed gives the same photograph.
    width : float
        Of a chromosome, in pixels.
    touching, crossing : int
        How many pairs of chromosomes lie beside each other without a gap, and how many lie
        across each other; all others lie apart.
    nuclei, dirt : int
        How many interphase nuclei and how many specks of dirt.
    bend : float
        Factor on how far chromosomes are bent; 0 for straight ones.
    uneven, blur, noise : float
        Factors on how uneven the light is, on the blur of the lens, and on the noise of the
        camera; 0 for none.
    name : str, optional
        Of the spread; says that it is simulated where left out.

    Raises
    ------
    KaryoError
        Where the karyotype, the stain, the seed or a number makes no sense, or the
        photograph does not hold so much.
    """
    counts = parse_karyotype(karyotype)
    profile = load_profile(stain)
    branch = (checked_seed(seed), _OF_SPREAD)
    shape = _checked_shape(shape)
    if not WIDTHS[0] <= width <= WIDTHS[1]:
        raise KaryoError(
            f"chromosomes {width} pixels wide can't be drawn.",
            f"Ask for {WIDTHS[0]:g} to {WIDTHS[1]:g} pixels.",
        )
    asked: dict[str, float] = {
        "touching": touching,
        "crossing": crossing,
        "nuclei": nuclei,
        "dirt": dirt,
    }
    asked |= {"bend": bend, "uneven": uneven, "blur": blur, "noise": noise}
    for what, number in asked.items():
        if number < 0:
            raise KaryoError(f"{what} is {number}, less than nothing.", "Ask for 0 or more.")
    total = sum(counts.values())
    if touching + crossing >= total:
        raise KaryoError(
            f"of {total} chromosomes {touching + crossing} pairs can't touch or cross.",
            "Ask for fewer pairs than chromosomes.",
        )
    drawn = draw_chromosomes(profile, counts, width, bend, (*branch, _OF_CHROMOSOMES))
    for again in range(_ANEW):
        rng = np.random.default_rng([*branch, _OF_PLACES, again])
        board = Board(shape, max(_LEAST_GAP, round(_GAP * width)), width)
        scattered = _scatter(board, drawn, touching, crossing, nuclei, dirt, rng)
        if scattered is not None:
            break
    else:
        raise KaryoError(
            f"{shape[0]} x {shape[1]} pixels do not hold {counted(total, 'chromosome')} "
            f"{width:g} pixels wide with {counted(nuclei, 'nucleus', 'nuclei')}.",
            "Ask for a larger shape, a smaller width or fewer nuclei.",
        )
    # Nuclei shine a little brighter than chromosomes, and hold back less light than they do.
    shining = 1.0 if profile.polarity is Polarity.DARK else 1.5
    image = photograph(
        shape,
        [
            *scattered.chromosomes,
            *((region, shining * stain) for region, stain in scattered.nuclei),
            *scattered.dirt,
        ],
        profile.polarity,
        width,
        np.random.default_rng([*branch, _OF_CAMERA]),
        uneven=uneven,
        blur=blur,
        noise=noise,
    )
    spread = Spread(name or f"simulated {karyotype}", image, profile.polarity, simulated=True)
    return _truth(karyotype, spread, [one.label for one in drawn], scattered, width)


def _checked_shape(shape: tuple[int, int]) -> tuple[int, int]:
    try:
        height, width = (index(side) for side in shape)
    except (TypeError, ValueError) as error:
        raise KaryoError(
            f"the shape {shape!r} is no height and width.", "Give two whole numbers."
        ) from error
    if min(height, width) < SMALLEST_SIDE or max(height, width) > LARGEST_SIDE:
        raise KaryoError(
            f"a photograph of {height} x {width} pixels can't be drawn.",
            f"Ask for sides of {SMALLEST_SIDE} to {LARGEST_SIDE} pixels.",
        )
    return height, width


def _scatter(
    board: Board,
    drawn: list[Drawn],
    touching: int,
    crossing: int,
    nuclei: int,
    dirt: int,
    rng: np.random.Generator,
) -> _Scattered | None:
    """Lay everything down; None where there was no room."""
    covered = sum(np.count_nonzero(one.mask) * one.factor**2 for one in drawn)
    area = Area.of(covered, board.shape, rng)
    blots = [lay_nucleus(board, area, rng) for _ in range(nuclei)]
    order = [int(number) for number in rng.permutation(len(drawn))]
    joined = len(drawn) - touching - crossing
    # The largest first, while there is room.
    first = sorted(order[:joined], key=lambda number: -drawn[number].picture.size)
    laid: dict[int, Stained] = {}
    pairs: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
    for number in first:
        for _ in range(_TURNS):
            mask, stain = drawn[number].turned(float(rng.uniform(0, 360)))
            place = board.alone(mask, area, rng)
            if place is not None:
                laid[number] = (board.lay(mask, *place), stain)
                break
        else:
            return None
    crosses = [True] * crossing + [False] * touching
    for number, across in zip(order[joined:], crosses, strict=True):
        found = _join(board, drawn[number], laid, across, rng)
        if found is None:
            return None
        other, laid[number] = found
        pairs[across].append((other, number))
    specks = [lay_speck(board, rng) for _ in range(dirt)]
    found_blots = [one for one in blots if one is not None]
    found_specks = [one for one in specks if one is not None]
    if len(found_blots) < nuclei or len(found_specks) < dirt:
        return None
    return _Scattered(
        [laid[number] for number in range(len(drawn))],
        found_blots,
        found_specks,
        pairs[False],
        pairs[True],
        board.taken,
    )


def _join(
    board: Board,
    one: Drawn,
    laid: dict[int, Stained],
    across: bool,
    rng: np.random.Generator,
) -> tuple[int, Stained] | None:
    """Lay a chromosome beside or across another; return which, and where it lies."""
    others = list(laid)
    for number in rng.permutation(len(others)):
        other = others[int(number)]
        for _ in range(2):
            mask, stain = one.turned(float(rng.uniform(0, 360)))
            place = board.joined(mask, laid[other][0], across, rng)
            if place is not None:
                return other, (board.lay(mask, *place), stain)
    return None


def _truth(
    karyotype: str,
    spread: Spread,
    labels: list[str],
    scattered: _Scattered,
    width: float,
) -> SimulatedSpread:
    crossed = scattered.taken > 1

    def outlined(kind: Kind, region: Region, label: str | None = None) -> SpreadObject:
        rows, columns = ndimage.find_objects(region.mask.astype(np.uint8))[0]
        mask = region.mask[rows, columns]
        top, left = region.top + rows.start, region.left + columns.start
        outline = Outline(mask, top, left, mask & crossed[region.place][rows, columns])
        return SpreadObject(kind, outline, 1.0, label)

    chromosomes = [
        outlined(Kind.CHROMOSOME, region, label)
        for (region, _), label in zip(scattered.chromosomes, labels, strict=True)
    ]
    nuclei = [outlined(Kind.NUCLEUS, region) for region, _ in scattered.nuclei]
    dirt = [outlined(Kind.DIRT, region) for region, _ in scattered.dirt]
    objects = in_reading_order([*chromosomes, *nuclei, *dirt], width)
    ordered = [one for one in objects if one.kind is Kind.CHROMOSOME]
    place = {id(one): number for number, one in enumerate(ordered)}
    number = [place[id(one)] for one in chromosomes]

    def pairs(found: list[tuple[int, int]]) -> Pairs:
        both = (sorted((number[one], number[other])) for one, other in found)
        return tuple(sorted((first, second) for first, second in both))

    return SimulatedSpread(
        karyotype,
        spread,
        objects,
        width,
        pairs(scattered.touching),
        pairs(scattered.crossing),
    )
