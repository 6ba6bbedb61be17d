"""Names in any script on the screen, and what is said before a file is written without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mouse import write
from small_fonts import NAMES

from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.lettering import clean, line_mask


def test_names_are_on_the_screens_page(small_fonts: None, opened: Any, dock: ReviewDock) -> None:
    _, session, view = opened
    name = ", ".join(NAMES.values())
    cell = replace(session.current.classification.cell, name=name)
    session.open(replace(session.current.classification, cell=cell))
    session.current.karyotype.who = NAMES["arabic"]
    session.current.karyotype.move([8], "4")
    pixels = np.array(view.layers["karyogram"].data[..., :3]).astype(int)
    shown = [text for text in view.page.texts if clean(NAMES["arabic"]) in text.string]
    shown += [text for text in view.page.texts if text.string.startswith("Cell ")]
    assert len(shown) == 2
    for text in shown:
        top, left, cover = line_mask(text.string, text.x, text.y, text.size, text.align)
        there = pixels[top : top + cover.shape[0], left : left + cover.shape[1]].sum(axis=2)
        assert there[cover == 255].max() < there[cover == 0].min()


def test_letters_without_a_font_are_named_before_the_file_is_there(
    no_fonts: None, opened: Any, dock: ReviewDock, tmp_path: Path, notices: list[str]
) -> None:
    dock.export.patient.setText("王小明")
    path = tmp_path / "page.svg"
    assert write(dock, path)
    first, second = notices[-2:]
    assert "王 (U+738B)" in first
    assert "fonts-noto-cjk" in first
    assert "Written" in second
