"""What a photograph of a spread lacks, or has too much of, said in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline, Problem

#: Fewer chromosomes are no cell, beside nuclei.
_FEW: Final = 8
#: More are twice a cell's.
_TWICE: Final = 70
#: Two cells lie apart by so many widths of a chromosome, with so many chromosomes each.
_APART, _EACH = 8.0, 15
#: Edges of a chromosome that are softer than this, in its widths, are blurred.
_SOFT: Final = 0.55


def remarks_on(
    name: str,
    chromosomes: Sequence[Outline],
    nuclei: int,
    clusters: int,
    density: NDArray[np.float32],
    width: float,
) -> tuple[Problem, ...]:
    """Return what should be known of a spread before it is trusted.

    Parameters
    ----------
    name : str
        Of the photograph.
    chromosomes : sequence of Outline
        That were found in it.
    nuclei : int
        How many nuclei were.
    clusters : int
        How many of the chromosomes look like no single one.
    density : ndarray, shape (height, width), float32
        See `napari_karyo.segmentation.ground.flatten`.
    width : float
        Usual width of a chromosome, in pixels.

    Returns
    -------
    tuple of Problem
        Remarks, none of which leaves anything out.
    """
    said = []

    def say(what: str, remedy: str) -> None:
        said.append(Problem(name, what, remedy, left_out=False))

    count = len(chromosomes)
    alike = count - clusters
    if nuclei and count < _FEW:
        seen = "only interphase nuclei were" if not count else f"beside nuclei only {count} were"
        say(
            f"{seen} found in this photograph{'' if not count else ' that may be chromosomes'}.",
            "Choose a photograph of a metaphase spread.",
        )
    elif not count:
        say(
            "no chromosome was found in this photograph.",
            "Choose a photograph of a metaphase spread, or outline the chromosomes by hand.",
        )
    elif alike < _FEW and alike < clusters:
        like = f"only {alike} are like chromosomes"
        if alike < 2:
            like = f"{'one' if alike else 'none'} is like a chromosome"
        say(
            f"of {count} objects in this photograph {like}.",
            "Choose a photograph of a metaphase spread, or outline the chromosomes by hand.",
        )
    groups = _groups(chromosomes, width)
    if len(groups) > 1:
        shares = " and ".join(map(str, groups))
        say(
            f"it seems to show {len(groups)} metaphases, of {shares} chromosomes.",
            "Cut the photograph so that it shows one cell, or drop the chromosomes of the others.",
        )
    elif count >= _TWICE:
        say(
            f"{count} chromosomes were found, about twice those of a cell.",
            "See whether the cell is tetraploid, or two lie side by side or one upon the other.",
        )
    cut = sum(_at_edge(one, density.shape) for one in chromosomes)
    if cut:
        one = f"{cut} of its chromosomes touch" if cut > 1 else "one of its chromosomes touches"
        say(
            f"the spread is cut at the edge of the photograph: {one} it.",
            "There may be more beyond it; the count is not to be relied on.",
        )
    if alike >= _FEW and softness(chromosomes, density, width) > _SOFT:
        say(
            "the photograph is blurred.",
            "Bands may not be told; take the picture anew if that is possible.",
        )
    return tuple(said)


def softness(chromosomes: Sequence[Outline], density: NDArray[np.float32], width: float) -> float:
    """Return how wide the edges of chromosomes are, as a share of their width.

    Their height over their steepest slope: the median over the chromosomes.
    """
    found = []
    for one in chromosomes:
        rows, columns = one.place
        wide = slice(max(0, rows.start - 3), rows.stop + 3)
        high = slice(max(0, columns.start - 3), columns.stop + 3)
        part = density[wide, high]
        inside = density[one.place][one.mask]
        height = float(np.quantile(inside, 0.9)) if inside.size else 0.0
        if height <= 0 or min(part.shape) < 3:
            continue
        slope = np.hypot(ndimage.sobel(part, 0), ndimage.sobel(part, 1)) / 8
        steepest = float(np.quantile(slope, 0.97))
        if steepest > 0:
            found.append(height / steepest / max(width, 1.0))
    return float(np.median(found)) if found else 0.0


def _at_edge(outline: Outline, shape: tuple[int, ...]) -> bool:
    rows, columns = outline.place
    ends = rows.stop >= shape[0] or columns.stop >= shape[1]
    return ends or min(outline.top, outline.left) <= 0


def _groups(chromosomes: Sequence[Outline], width: float) -> list[int]:
    """Return how many chromosomes lie in each of the metaphases, the largest first."""
    if len(chromosomes) < 2 * _EACH:
        return [len(chromosomes)]
    boxes = np.array(
        [(r.start, c.start, r.stop, c.stop) for r, c in (one.place for one in chromosomes)]
    ).astype(np.float64)
    # Between two boxes: 0 where they overlap.
    gaps = [np.maximum(0, boxes[:, None, start] - boxes[None, :, start + 2]) for start in (0, 1)]
    down, across = (np.maximum(gap, gap.T) for gap in gaps)
    near = np.hypot(down, across) < _APART * width
    from scipy.sparse.csgraph import connected_components

    _, group = connected_components(near)
    counts = sorted((int(number) for number in np.bincount(group)), reverse=True)
    return [number for number in counts if number >= _EACH] or [len(chromosomes)]
