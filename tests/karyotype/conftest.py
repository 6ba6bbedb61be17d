"""A karyotype, and who hears of its edits."""

from __future__ import annotations

import pytest

from napari_karyo.classes import AUTOSOMES
from napari_karyo.karyotype import (
    Change,
    Karyotype,
)

MALE = [name for name in AUTOSOMES for _ in range(2)] + ["X", "Y"]


@pytest.fixture
def karyotype() -> Karyotype:
    """Chromosomes 0 and 1 in 1, 2 and 3 in 2, and so on, 44 in X, 45 in Y."""
    return Karyotype(MALE, [3], names=[f"{n:02d}.png" for n in range(46)], who="AB")


@pytest.fixture
def heard(karyotype: Karyotype) -> list[Change]:
    """What the karyotype says."""
    changes: list[Change] = []
    karyotype.changed.connect(changes.append)
    return changes
