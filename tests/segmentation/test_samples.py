"""The two real spreads that are shipped."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from two_cells import two_in_one

from napari_karyo.cell import Polarity
from napari_karyo.segmentation.samples import (
    SAMPLES,
    sample_path,
    sample_segmentation,
    sample_spread,
)


@pytest.mark.parametrize(("name", "count"), [("normal", 45), ("abnormal", 45)])
def test_the_samples_are_whole(name: str, count: int) -> None:
    spread = sample_spread(name)
    assert spread.polarity is Polarity.BRIGHT
    assert spread.problems == ()
    found = sample_segmentation(name)
    classes = Counter(one.expected for one in found)
    assert len(found.objects) >= count
    assert (classes["X"], classes["Y"]) == (1, 1)
    assert classes["18"] == (2 if name == "normal" else 1)
    assert any(one.outline.shared.any() for one in found)


def test_twice_as_many_chromosomes_are_said_and_none_is_left_out() -> None:
    [near] = two_in_one().problems
    assert "91 chromosomes were found, about twice those of a cell" in near.what
    assert "tetraploid" in near.remedy
    [apart] = two_in_one(apart=200).problems
    assert "2 metaphases, of 46 and 45 chromosomes" in apart.what
    assert not near.left_out
    assert len(two_in_one().to_cell()) == 91


def test_they_are_small_and_come_with_their_notice() -> None:
    folder = sample_path("normal").parent
    assert sum(path.stat().st_size for path in folder.iterdir()) < 200_000
    notice = " ".join((folder / "NOTICE.txt").read_text(encoding="utf-8").split())
    for words in (
        "Copyright (c) 2000 Advanced Digital Imaging Research",
        "IN NO EVENT SHALL PSI RESEARCH BE LIABLE",
        'THE IMAGES PROVIDED HEREUNDER ARE ON AN "AS IS" BASIS',
    ):
        assert words in notice


@pytest.mark.real_data
def test_they_are_those_of_the_archive(data_root: Path) -> None:
    with zipfile.ZipFile(data_root / "mfish.zip") as archive:
        for name in SAMPLES.values():
            for kind in ("dapi", "classes"):
                file = f"{name}_{kind}.png"
                there = np.asarray(Image.open(io.BytesIO(archive.read(f"mfish/{file}"))))
                here = np.asarray(Image.open(sample_path("normal").with_name(file)))
                assert (there == here).all()
        text = archive.read("mfish/README.TXT").decode("latin-1")
    notice = (sample_path("normal").parent / "NOTICE.txt").read_text(encoding="utf-8")
    terms = " ".join(text[: text.index("-----")].split())
    assert terms in " ".join(notice.split())
