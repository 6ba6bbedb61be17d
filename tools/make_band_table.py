"""Make the package's table of chromosome bands from NCBI's ideogram files.

    python tools/make_band_table.py FOLDER [--output bands.csv]

FOLDER holds NCBI's tables ``ideogram_9606_GCF_000001305.14_<level>_V1`` (with or without
``.tsv``) for 400, 550 and 850 bands; NCBI offers them at
https://ftp.ncbi.nlm.nih.gov/pub/gdp/. GCF_000001305.14 is the primary assembly of GRCh38.
NCBI puts no restriction on their use.

Kept are the band's name, where it ends in the ideogram's ISCN units, and its stain: bands
follow one another from the tip of the p arm, so each begins where the last one ends.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from napari_karyo.classes import CLASSES
from napari_karyo.ideogram.bands import LEVELS, TABLE

SOURCE = "ideogram_9606_GCF_000001305.14_{level}_V1"
PACKAGE = Path(__file__).parent.parent / "src" / "napari_karyo" / "ideogram"


def read(folder: Path, level: int) -> dict[str, list[dict[str, str]]]:
    """Return the rows of one of NCBI's tables for each class, p arm first."""
    stem = SOURCE.format(level=level)
    path = next((p for p in (folder / stem, folder / f"{stem}.tsv") if p.is_file()), None)
    if path is None:
        raise SystemExit(f"There is no {stem} in {folder}.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        name: sorted(
            (row for row in rows if row["#chromosome"] == name),
            key=lambda row: int(row["bp_start"]),
        )
        for name in CLASSES
    }


def boundaries(
    rows: list[dict[str, str]], coarse: dict[int, int]
) -> list[tuple[dict[str, str], int]]:
    """Return each band with its end in ISCN units, with no gap between bands.

    At 550 bands NCBI's ISCN units leave eight gaps where the base
    pairs leave none. The end is then where the 400-band table has the same base pair.
    """
    found = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        stop = int(row["iscn_stop"])
        if after is not None:
            if int(after["bp_start"]) != int(row["bp_stop"]) + 1:
                raise SystemExit(f"Base pairs are missing after {row}.")
            if int(after["iscn_start"]) != stop:
                stop = coarse[int(row["bp_stop"])]
        found.append((row, stop))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where NCBI's tables lie")
    parser.add_argument("--output", type=Path, default=PACKAGE / TABLE)
    options = parser.parse_args()
    coarse = {
        name: {int(row["bp_stop"]): int(row["iscn_stop"]) for row in rows}
        for name, rows in read(options.folder, LEVELS[0]).items()
    }
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        file.write(f"# NCBI {SOURCE.format(level='*')} (GRCh38); ends in ISCN units\n")
        writer.writerow(("level", "class", "band", "stop", "stain"))
        for level in LEVELS:
            for name, rows in read(options.folder, level).items():
                for row, stop in boundaries(rows, coarse[name]):
                    stain = row["stain"] + row["density"]
                    writer.writerow((level, name, row["arm"] + row["band"], stop, stain))
    print(f"{options.output}: {options.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
