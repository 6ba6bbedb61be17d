"""Labelled cells on disk, as arrays ready for training.

A data folder holds ``labels.csv`` with the columns ``stain,patient,cell,label,split,file``
(one row a crop; ``stain`` begins with ``q`` or ``dapi`` for bright chromosomes on black,
else dark on white) and the crops, either as files or in ``.zip`` archives beside it. A further
column ``p_arm`` says ``unknown`` for crops that were cut out of spreads as they lay;
without it they stand p arm up.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo import band_profiles, preprocessing
from napari_karyo.band_profiles.profiles import TABLE
from napari_karyo.cell import Cell, Chromosome, Polarity, Problem
from napari_karyo.classes import CLASS_INDEX, parse_class
from napari_karyo.errors import PreprocessingError, ReadError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.io.images import read_image
from napari_karyo.io.polarity import on_paper
from napari_karyo.io.rows import read_rows
from napari_karyo.preprocessing.prepare import (
    InputSettings,
    Prepared,
    draw_inputs,
    length_factors,
    stand_upright,
)
from napari_karyo.preprocessing.scale import WHOLE, factor_of_classes
from napari_karyo.training.archive import unpack_archive

COLUMNS = ("stain", "patient", "cell", "label", "split", "file")

#: How the names of stains begin that show bright chromosomes on black.
BRIGHT = ("q", "dapi")

#: The column that may say ``unknown``.
P_ARM = "p_arm"


@dataclass(frozen=True, eq=False)
class LabelledCell:
    """A cell with what the labels say of it.

    Attributes
    ----------
    cell : Cell
    stain, patient, split : str
    lost : tuple of (str, str)
        File and label of the crops that could not be read.
    p_arm_known : bool
        Whether the crops are known to stand p arm up.
    """

    cell: Cell
    stain: str
    patient: str
    split: str
    lost: tuple[tuple[str, str], ...] = ()
    p_arm_known: bool = True


@dataclass(frozen=True, eq=False)
class Dataset:
    """All crops of some splits, drawn as a network's input.

    Attributes
    ----------
    inputs : ndarray, shape (N, height, width), uint8
    labels : ndarray, shape (N,), int64
        Indices into `CLASSES`.
    stains, splits, patients : ndarray of str, shape (N,)
    cells : ndarray, shape (N,), int64
        Crops of one cell share a number and follow each other.
    p_arm_known : ndarray of bool, shape (N,)
        Whether the crop is known to stand p arm up.
    """

    inputs: NDArray[np.uint8]
    labels: NDArray[np.int64]
    stains: NDArray[np.str_]
    splits: NDArray[np.str_]
    patients: NDArray[np.str_]
    cells: NDArray[np.int64]
    p_arm_known: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Dataset]) -> Dataset:
        """Return the crops of several data folders as one set."""
        first_cells = np.cumsum([0, *(int(part.cells[-1]) + 1 for part in parts)])
        cells = [part.cells + first for part, first in zip(parts, first_cells, strict=False)]
        return cls(
            **{
                item.name: np.concatenate(
                    cells if item.name == "cells" else [getattr(part, item.name) for part in parts]
                )
                for item in fields(cls)
            }
        )

    def take(self, which: NDArray[np.int64]) -> Dataset:
        """Return some of the crops."""
        return Dataset(**{item.name: getattr(self, item.name)[which] for item in fields(self)})

    def pictures(self, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return some of the crops as a network reads them, shape (N, 1, height, width)."""
        return self.inputs[which][:, None].astype(np.float32) / np.float32(255)

    def select(self, split: str) -> NDArray[np.int64]:
        """Return the indices of a split's crops."""
        return np.nonzero(self.splits == split)[0]


def read_labels(data: Path) -> list[dict[str, str]]:
    """Read and check ``labels.csv``.

    Raises
    ------
    ReadError
        Where it is missing, lacks a column, names an unknown class or place of the p arm,
        or has a patient in more than one split of a stain.
    """
    path = data / "labels.csv"
    if not path.is_file():
        raise ReadError(
            "there is no labels.csv in the data folder.",
            f"Write one with the columns {','.join(COLUMNS)}, one row a crop.",
            path,
        )
    rows = read_rows(path, COLUMNS)
    splits: dict[tuple[str, str], str] = {}
    for row in rows:
        if parse_class(row["label"]) is None:
            raise ReadError(
                f"the label {row['label']!r} of {row['file']} is no chromosome class.",
                "Use 1 to 22, X or Y.",
                path,
            )
        if not _is_inside(row["file"]):
            raise ReadError(
                f"the file {row['file'][:80]!r} is none of the data folder.",
                "Write the crop's place in the folder or archive, such as g_band/cell/1_1.png.",
                path,
            )
        if (row.get(P_ARM) or "up") not in ("up", "unknown"):
            raise ReadError(
                f"the p arm of {row['file']} is given as {row[P_ARM]!r}.",
                "Write up, or unknown for crops that lie as they were cut.",
                path,
            )
        before = splits.setdefault((row["stain"], row["patient"]), row["split"])
        if before != row["split"]:
            raise ReadError(
                f"patient {row['patient']} is in the splits {before} and {row['split']}.",
                "A patient's cells must all be in one split, or the figures are worthless.",
                path,
            )
    return rows


def _is_inside(name: str) -> bool:
    """Tell whether a crop's place, as a table gives it, lies in the data folder."""
    place = PurePath(name)
    return (
        bool(place.parts)
        and not place.is_absolute()
        and not place.drive
        and ".." not in place.parts
        and min(name) >= " "
        and all(len(part.encode("utf-8", "surrogatepass")) <= 255 for part in place.parts)
        and len(name) <= 1_000
    )


def stain_polarity(stain: str) -> Polarity:
    """Return how a stain shows, as ``labels.csv`` calls it."""
    return Polarity.BRIGHT if stain.startswith(BRIGHT) else Polarity.DARK


def stains_of(data: Path, splits: Collection[str]) -> set[str]:
    """Return the stains, or laboratories, that ``labels.csv`` names in some splits."""
    return {row["stain"] for row in read_labels(data) if row["split"] in splits}


def check_stains(asked: Collection[str], there: Collection[str], data: Path) -> None:
    """Refuse a stain that no row has: a slip of the pen must not change what is meant.

    Raises
    ------
    ReadError
    """
    unknown = sorted(set(asked) - set(there))
    if unknown:
        raise ReadError(
            f"no crop is of the stain {', '.join(map(repr, unknown))}.",
            f"The stains there are: {', '.join(sorted(there)) or 'none'}.",
            data / "labels.csv",
        )


def unpack(data: Path, work: Path, names: Iterable[str]) -> None:
    """Unpack archives beside ``labels.csv`` into a working folder, once.

    Raises
    ------
    ReadError
        See `unpack_archive`.
    """
    for name in names:
        archive = data / f"{name}.zip"
        if not archive.is_file():
            continue
        done = work / f"{archive.stem}.{archive.stat().st_size}.unpacked"
        if done.exists():
            continue
        try:
            work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReadError(f"no folder could be made here ({error}).", "", work) from error
        unpack_archive(archive, work)
        done.touch()


def read_cells(
    data: Path, work: Path, splits: tuple[str, ...], stains: Collection[str] = ()
) -> Iterator[LabelledCell]:
    """Read the labelled cells of some splits, in the order of ``labels.csv``.

    Parameters
    ----------
    data : Path
        The data folder.
    work : Path
        Where archives are unpacked.
    splits : tuple of str
        For example ``("train", "val")``.
    stains : collection of str
        Of which stains; all where left empty. Archives of others stay packed.

    Yields
    ------
    LabelledCell
        Crops that can't be read are among its cell's problems.
    """
    # Laboratories number the cells of each patient anew: the patient belongs to the key.
    cells: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read_labels(data):
        if row["split"] in splits and (not stains or row["stain"] in stains):
            cells[row["stain"], row["patient"], row["cell"]].append(row)
    packed = {
        Path(rows[0]["file"]).parts[0]: None
        for rows in cells.values()
        if not (data / rows[0]["file"]).exists()
    }
    # A folder of its own: archives of two data folders may have the same name.
    unpacked = work / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]
    unpack(data, unpacked, packed)
    for (stain, _, name), rows in cells.items():
        chromosomes, problems, lost = [], [], []
        polarity = stain_polarity(stain)
        for row in rows:
            path = data / row["file"]
            path = path if path.exists() else unpacked / row["file"]
            try:
                _, image = read_image(path)[0]
                image = on_paper(image, polarity)
            except ReadError as error:
                problems.append(Problem(row["file"], error.what, error.remedy))
                lost.append((row["file"], str(parse_class(row["label"]))))
                continue
            label = parse_class(row["label"])
            chromosomes.append(Chromosome(Path(row["file"]).name, image, path, label))
        cell = Cell(name, tuple(chromosomes), polarity, None, tuple(problems))
        known = all((row.get(P_ARM) or "up") == "up" for row in rows)
        yield LabelledCell(cell, stain, rows[0]["patient"], rows[0]["split"], tuple(lost), known)


def _fingerprint(
    data: Path, settings: InputSettings, splits: tuple[str, ...], stains: Collection[str]
) -> str:
    """Return what the prepared crops depend on: labels, settings, and the code that draws."""
    chosen = sorted(asdict(settings).items()), splits, sorted(stains)
    known = hashlib.sha256(repr((chosen, Dataset.__annotations__)).encode())
    known.update((data / "labels.csv").read_bytes())
    drawing = sorted(Path(preprocessing.__file__).parent.glob("*.py"))
    for source in (*drawing, Path(__file__), Path(band_profiles.__file__).parent / TABLE):
        known.update(source.read_bytes())
    return known.hexdigest()[:16]


def load_dataset(
    data: Path,
    work: Path,
    settings: InputSettings,
    splits: tuple[str, ...] = ("train", "val"),
    progress: Callable[[str], None] | None = None,
    stains: Collection[str] = (),
) -> Dataset:
    """Draw all crops of some splits and stains as input, once; later calls read the cache.

    Raises
    ------
    ReadError
        From `read_labels`, and where no crop could be used at all.
    """
    read_labels(data)
    key = _fingerprint(data, settings, splits, stains)
    cache = work / f"inputs-{key}.npz"
    if not cache.exists():
        crops = draw_cells(read_cells(data, work, splits, stains), settings, progress)
        if crops is None:
            raise ReadError("no crop of these splits could be used.", "", data)
        work.mkdir(parents=True, exist_ok=True)
        with atomic_write(cache) as file:
            np.savez(file, allow_pickle=False, **vars(crops))
    with np.load(cache) as arrays:
        return Dataset(**{item.name: arrays[item.name] for item in fields(Dataset)})


def draw_cells(
    cells: Iterable[LabelledCell],
    settings: InputSettings,
    progress: Callable[[str], None] | None = None,
) -> Dataset | None:
    """Draw the crops of labelled cells as input; None where there is none that can be used."""
    parts: dict[str, list[NDArray[np.generic]]] = defaultdict(list)
    for number, labelled in enumerate(cells):
        try:
            prepared = _prepare(labelled.cell, settings)
        except PreprocessingError as error:
            if progress is not None:
                progress(str(error))
            continue
        count = len(prepared.cell)
        labels = [CLASS_INDEX[str(item.expected)] for item in prepared.cell]
        parts["inputs"].append((prepared.inputs[:, 0] * 255 + 0.5).astype(np.uint8))
        parts["labels"].append(np.array(labels, np.int64))
        parts["cells"].append(np.full(count, number, np.int64))
        parts["p_arm_known"].append(np.full(count, labelled.p_arm_known))
        for what in ("stain", "split", "patient"):
            parts[f"{what}s"].append(np.full(count, getattr(labelled, what)))
        if progress is not None and number % 50 == 49:
            progress(f"{number + 1} cells prepared")
    if not parts:
        return None
    joined: dict[str, Any] = {name: np.concatenate(items) for name, items in parts.items()}
    return Dataset(**joined)


def _prepare(cell: Cell, settings: InputSettings) -> Prepared:
    """Draw a cell's crops; where they are only some of a cell's, by what their classes measure.

    A classifier is given whole cells, so training on parts of one must not teach it other
    lengths.
    """
    standing, pictures = stand_upright(cell)
    if len(pictures) >= WHOLE:
        (factor,) = length_factors([pictures], settings, "cell")
    else:
        lengths = [picture.length for picture in pictures]
        classes = np.array([CLASS_INDEX[str(item.expected)] for item in standing])
        believed = np.ones(len(classes))
        factor = factor_of_classes(lengths, classes, believed, cell.polarity, settings)
    return draw_inputs(standing, pictures, factor, settings)
