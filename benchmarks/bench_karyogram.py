"""What an edit of the karyogram costs, beside drawing the whole page again.

Run it with ``python benchmarks/bench_karyogram.py``. It draws 46 made-up rods at the
screen's scale, one core is enough, and prints milliseconds (median of the repeats) and
the ratio; it judges nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified import Heading
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyotype import Appearance, State
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.upright import upright

REPEATS = 25
#: Heights of a metaphase's classes, 1 to 22, X and Y, in pixels of a G-band crop.
HEIGHTS = (
    *(120, 112, 97, 83, 82, 77, 72, 68, 65, 62, 62, 60),
    *(48, 47, 45, 44, 42, 40, 33, 32, 25, 26, 72, 28),
)


def rods() -> SimpleNamespace:
    """Return a cell of 46 banded rods with its upright pictures."""
    random = np.random.default_rng(46)
    chromosomes = []
    for row, height in enumerate(HEIGHTS[:-1]):
        for copy in (1, 2):
            image = np.full((height + 10, 34), 250, np.uint8)
            bands = random.integers(40, 190, height // 4 + 1).repeat(4)[:height]
            image[5:-5, 10:24] = bands[:, None]
            chromosomes.append(Chromosome(f"{CLASSES[row]}_{copy}.png", image))
    cell = Cell("rods", tuple(chromosomes), Polarity.DARK)
    pictures = tuple(upright(bright_on_black(item.image, cell.polarity)) for item in cell)
    return SimpleNamespace(cell=cell, uprights=pictures)


def state_with(moved: bool, appearance: Appearance | None = None) -> State:
    """Return the karyotype with both homologues at home, or one of 21 in slot 22.

    Parameters
    ----------
    moved : bool
    look : Appearance, optional
        How the first of class 1 looks.
    """
    slots: dict[str, tuple[int, ...]] = dict.fromkeys((*CLASSES, MARKERS, TRAY), ())
    for row, name in enumerate(CLASSES[:-1]):
        slots[name] = (2 * row, 2 * row + 1)
    if moved:
        slots["21"], slots["22"] = (40,), (41, 42, 43)
    return State(
        slots,
        corrected=frozenset({41} if moved else ()),
        appearances={} if appearance is None else {0: appearance},
    )


def milliseconds(work: Callable[[int], object]) -> float:
    """Return the median time of a piece of work, given the number of the repeat."""
    times = []
    for repeat in range(REPEATS):
        start = time.perf_counter()
        work(repeat)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Print the figures."""
    pictures = rods()
    heading = Heading(cell="rods", stain=Polarity.DARK, iscn="46,XX", doubtful=())
    start = time.perf_counter()
    composer = Composer(pictures)
    canvas = composer.compose(composer.layout.page(state_with(False), heading))
    first = 1000 * (time.perf_counter() - start)
    pages = [composer.layout.page(state_with(moved), heading) for moved in (False, True)]
    maps = [np.ones(item.image.shape, np.float32) for item in pictures.cell]
    overlay = composer.compose_overlay(pages[0], maps)
    layout = milliseconds(lambda n: composer.layout.page(state_with(n % 2 == 1), heading))
    whole = milliseconds(lambda n: composer.compose(pages[n % 2]))
    part = milliseconds(lambda n: composer.update(canvas, pages[n % 2], ("21", "22")))
    over = milliseconds(
        lambda n: composer.update_overlay(overlay, pages[n % 2], maps, ("21", "22"))
    )

    def draw_anew(appearance: Appearance) -> None:
        page = composer.layout.page(state_with(False, appearance), heading)
        composer.update(canvas, page, ("1",))

    # Each repeat is another look, as when a person drags a slider.
    turned = milliseconds(lambda n: draw_anew(Appearance(1.0 + n)))
    contrast = milliseconds(lambda n: draw_anew(Appearance(low=0.01 * (1 + n))))
    start = time.perf_counter()
    draw_anew(Appearance(straightened=True))
    straight = 1000 * (time.perf_counter() - start)
    print(f"{len(pictures.cell)} chromosomes, page {canvas.shape[1]} x {canvas.shape[0]} pixels")
    print(f"first picture, tiles drawn      {first:8.2f} ms")
    print(f"layout of a page                {layout:8.2f} ms")
    print(f"whole page, tiles kept          {whole:8.2f} ms")
    print(f"one move redrawn                {part:8.2f} ms")
    print(f"one move redrawn, overlay       {over:8.2f} ms")
    print(f"one rotated, page and redrawn   {turned:8.2f} ms")
    print(f"one contrast, page and redrawn  {contrast:8.2f} ms")
    print(f"one straightened, the first     {straight:8.2f} ms")
    print(f"whole page / one move           {whole / part:8.2f}")


if __name__ == "__main__":
    main()
