"""Draw the chromosomes that are called or placed wrong, beside others of the same cell.

    python tools/draw_errors.py REPORT.json DATA --output SHEET.png

REPORT is what ``napari-karyo evaluate --json`` wrote of a split of the data folder DATA;
crops that could not be used are left out. A row a chromosome: its label and what the
network called it; the chromosome; the others of its cell with its label; those with the
label that it was called. So an exchanged label, a folded chromosome and an error of the
network can be told by eye. The sheet holds pictures of people's chromosomes: it stays
with the data.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.lettering import draw_text
from napari_karyo.preprocessing.prepare import stand_upright
from napari_karyo.training.dataset import read_cells

#: Pixels of a row and of a chromosome's field; pictures are drawn three times as large.
HEIGHT, WIDTH, SCALE = 250, 130, 3
WORDS = 230
OTHERS = 2


def picture(shown: NDArray[np.float32], turned: bool) -> Image.Image:
    """Return an upright chromosome, p arm up as far as it was told."""
    grey = np.rint(255 * shown / max(float(shown.max()), 1e-6)).astype(np.uint8)
    drawn = Image.fromarray(grey[::-1, ::-1] if turned else grey)
    scale = min(SCALE, (HEIGHT - 12) / drawn.height, (WIDTH - 10) / drawn.width)
    return drawn.resize(
        (max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale))),
        Image.Resampling.BICUBIC,
    )


def row(
    shown: dict[str, NDArray[np.float32]], error: dict[str, Any], crops: list[dict[str, Any]]
) -> Image.Image:
    """Draw one error with its comparisons."""
    strip = Image.new("L", (WORDS + WIDTH * (1 + 2 * OTHERS) + 30, HEIGHT), 0)
    draw = ImageDraw.Draw(strip)
    lines = (
        f"{error['stain']} {error['cell']}",
        error["file"],
        f"labelled {error['expected']}",
        f"called {error['predicted']}, {error['confidence']:.0%}",
        f"placed {error['placed']}",
        str(error["light"]).lower(),
    )
    for number, line in enumerate(lines):
        draw_text(strip, (8, 36 + 26 * number), line, 17, 255)
    groups = [[error]] + [
        [one for one in crops if one["expected"] == name and one is not error][:OTHERS]
        for name in (error["expected"], error["predicted"])
    ]
    left = WORDS
    for members, room in zip(groups, (1, OTHERS, OTHERS), strict=True):
        for place, one in enumerate(members):
            drawn = picture(shown[one["file"]], one["p_arm_up"] < 0.5)
            strip.paste(
                drawn,
                (left + place * WIDTH + (WIDTH - drawn.width) // 2, (HEIGHT - drawn.height) // 2),
            )
        left += room * WIDTH + 15
        draw.line((left - 8, 10, left - 8, HEIGHT - 10), fill=90)
    draw.line((0, HEIGHT - 1, strip.width, HEIGHT - 1), fill=90)
    return strip


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--stain", help="only of this one")
    parser.add_argument("--columns", type=int, default=2)
    chosen = parser.parse_args()
    report = json.loads(chosen.report.read_text(encoding="utf-8"))
    by_cell = defaultdict(list)
    for crop in report["crops"]:
        if crop["predicted"] and chosen.stain in (None, crop["stain"]):
            by_cell[crop["stain"], crop["patient"], crop["cell"]].append(crop)
    strips, found = [], 0
    with TemporaryDirectory() as work:
        for cell in read_cells(chosen.data, Path(work), (report["split"],)):
            crops = by_cell[cell.stain, cell.patient, cell.cell.name]
            if not crops:
                continue
            found += 1
            standing, uprights = stand_upright(cell.cell)
            shown = {
                item.name: upright.image for item, upright in zip(standing, uprights, strict=True)
            }
            strips += [
                row(shown, one, crops)
                for one in crops
                if not one["expected"] == one["predicted"] == one["placed"]
            ]
    if not found:
        raise SystemExit("no cell of this report is in these data, or it holds no such stain")
    if not strips:
        raise SystemExit("no chromosome of this report is called or placed wrong")
    rows = -(-len(strips) // chosen.columns)
    sheet = Image.new("L", (strips[0].width * chosen.columns, HEIGHT * rows), 0)
    for number, strip in enumerate(strips):
        sheet.paste(strip, (number // rows * strip.width, number % rows * HEIGHT))
    sheet.save(chosen.output)
    print(f"{len(strips)} chromosomes: {chosen.output}")


if __name__ == "__main__":
    main()
