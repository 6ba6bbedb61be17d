"""How well the program knows that it does not know: cells and crops of unknown material.

    python benchmarks/unknown_material.py DATA [SPREADS] [--split val] [--cells 12]
    python benchmarks/unknown_material.py DATA SPREADS --fit

DATA is the folder of the labelled cells and spreads, SPREADS what `tools/cut_spreads.py` makes
of the raw ones. Known cells are those of the split; unknown ones are built of them and of the
spreads (`outliers.py`). Prints, for each measure of a whole cell, which share of each set of
unknown cells lies beyond every known cell, and how well it ranks them; then what the program
says of each set: cells unknown, cells of which nothing is called sure, sure and wrong; and of
objects that are no single chromosomes, put among the chromosomes of a cell. With ``--fit`` it
prints the constants of `napari_karyo.inference.familiarity.strangeness`, fitted on them.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from outliers import CHANGES, cell_of, changed, dapi_cells, letters, noise, spread_objects
from scipy.optimize import minimize

from napari_karyo.cell import Cell, Chromosome
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.assignment import free_sets, placements
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.classify import classify, get_weights
from napari_karyo.inference.confidence import Light, lights
from napari_karyo.inference.familiarity import (
    FOREIGN_FROM,
    STRANGE_FROM,
    familiarity_of_cell,
    features,
    strangeness,
)
from napari_karyo.inference.likeness import Likeness, measure
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.result import Classification
from napari_karyo.training.dataset import read_cells

#: Kinds of objects that are no single chromosome.
OBJECTS = ("nucleus", "dirt", "cluster", "letters", "noise")

#: Measures of a whole cell; each larger for what is less like the known cells.
MEASURES = ("certainty", "views", "energy", "strength", "length", "counts", "bands", "together")


@dataclass(frozen=True, eq=False)
class Seen:
    """A classified cell with its measures, and what each crop truly is."""

    result: Classification
    likeness: Likeness
    measures: dict[str, float]

    @property
    def kinds(self) -> NDArray[np.str_]:
        """What each crop is: ``chromosome``, or a kind of `OBJECTS`."""
        first = [item.name.split()[0] for item in self.result.cell]
        return np.array([one if one in OBJECTS else "chromosome" for one in first])


def look(cell: Cell, model: str) -> Seen | None:
    """Classify a cell and measure it; None where it holds nothing at all."""
    import torch

    try:
        result = classify(cell, ClassifyOptions(model=model, device="cpu"))
    except PreprocessingError:
        return None
    weights = get_weights(model)
    images = torch.from_numpy(result.inputs)
    with torch.inference_mode():
        turned = (images, images.flip(3), images.flip(2, 3), images.flip(2))
        logits = torch.stack([weights.network(one)[0] for one in turned]).double()
    count = len(CLASSES)
    views = torch.softmax(logits, dim=2)
    classes = (views[..., :count] + views[..., count:]).numpy()
    mean = classes.mean(axis=0)
    entropy = [-(part * np.log(np.maximum(part, 1e-12))).sum(axis=-1) for part in (mean, classes)]
    strength = logits.amax(dim=2).mean(dim=0).numpy()
    calibration = calibration_for(weights.calibration, result.cell.polarity)
    likeness = measure(result, strength - calibration["strength"])
    everything = np.arange(len(result))
    _, together = familiarity_of_cell(likeness, everything, result.cell.polarity)
    own = np.bincount(result.probabilities.argmax(axis=1), minlength=count)
    measures = {
        "certainty": -float(np.log(result.confidence).mean()),
        "views": float((entropy[0] - entropy[1].mean(axis=0)).mean()),
        "energy": -float(torch.logsumexp(logits, dim=2).mean()),
        "strength": -float(likeness.strength.mean()),
        "length": float(np.median(np.abs(likeness.length))),
        "counts": float(np.maximum(own - free_sets(len(result)), 0).sum() / len(result)),
        "bands": -float(np.median(likeness.bands)),
        "together": -together,
    }
    return Seen(result, likeness, measures)


def known_cells(folders: Iterable[Path], split: str) -> Iterator[tuple[str, Cell]]:
    """Yield the stain and the cell of each labelled one."""
    for folder in folders:
        with TemporaryDirectory() as work:
            for one in read_cells(folder, Path(work), (split,), ()):
                yield one.stain, one.cell


def mixed(data: Path, split: str, most: int, whole: list[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield chromosomes with objects among them, and cells of such objects alone."""
    random = np.random.default_rng(0)
    pools: dict[str, list[NDArray[np.uint8]]] = {kind: [] for kind in OBJECTS}
    for name, found in spread_objects(data, (split,), 2 * most):
        for kind in ("nucleus", "dirt", "cluster"):
            pools[kind] += found.get(kind, [])
        named = [
            *((f"chromosome {k}", crop) for k, crop in enumerate(found.get("chromosome", []))),
            *(
                (f"{kind} {k}", crop)
                for kind in ("nucleus", "dirt", "cluster")
                for k, crop in enumerate(found.get(kind, [])[:4])
            ),
        ]
        if len(found.get("chromosome", [])) >= 12:
            cell = cell_of(name, [crop for _, crop in named])
            chromosomes = tuple(
                replace(item, name=new) for item, (new, _) in zip(cell, named, strict=True)
            )
            yield "among chromosomes", replace(cell, chromosomes=chromosomes)
    pools["letters"], pools["noise"] = letters(random, 30 * most), noise(random, 30 * most)
    for cell in whole:
        more = [
            Chromosome(f"{kind} {k}", pools[kind][int(random.integers(len(pools[kind])))])
            for kind in ("letters", "noise")
            for k in range(3)
        ]
        if cell.polarity == "dark":
            yield "among chromosomes", replace(cell, chromosomes=(*cell.chromosomes, *more))
    for kind, crops in pools.items():
        for first in range(0, min(len(crops) - 19, 30 * most), 30):
            yield f"{kind} alone", cell_of(f"{kind} {first}", crops[first : first + 30])


def ranked(known: NDArray[np.float64], unknown: NDArray[np.float64]) -> float:
    """Return how often an unknown cell lies beyond a known one, ties counted half."""
    above = (unknown[:, None] > known).mean()
    return float(above + (unknown[:, None] == known).mean() / 2)


def print_measures(sets: dict[str, list[Seen]], known: list[str]) -> None:
    """Print which share of each set lies beyond all known cells, and how well it is ranked."""
    others = [name for name in sets if name not in (*known, "among chromosomes")]
    for polarity in ("bright", "dark"):
        inside = [one for name in known for one in sets[name] if _is(one, polarity)]
        if not inside:
            continue
        print(f"\n{polarity}: {len(inside)} known cells; per cent beyond all of them (rank)")
        print(f"{'':20s}" + "".join(f"{name:>16s}" for name in MEASURES))
        for name in others:
            cells = [one for one in sets[name] if _is(one, polarity)]
            if not cells:
                continue
            row = []
            for key in MEASURES:
                usual = np.array([one.measures[key] for one in inside])
                value = np.array([one.measures[key] for one in cells])
                beyond, rank = (value > usual.max()).mean(), ranked(usual, value)
                row.append(f"{100 * beyond:7.0f} ({100 * rank:5.1f})")
            print(f"{name:20s}" + "".join(f"{words:>16s}" for words in row))


def print_outcomes(sets: dict[str, list[Seen]]) -> None:
    """Print what the program says of each set."""
    heads = zip(
        ("cells", "unknown", "not sure", "placed", "sure", "wrong"), (7, 9, 9, 8, 7, 7), strict=True
    )
    print("\n" + " " * 20 + "".join(f"{head:>{width}s}" for head, width in heads))
    for name, cells in sets.items():
        sure = right = labelled = wrong = 0
        for one in cells:
            slots = placements(one.result)
            shown = lights(one.result, dict(enumerate(slots)))
            for index, item in enumerate(one.result.cell):
                if item.expected not in CLASS_INDEX:
                    continue
                labelled += 1
                right += slots[index] == item.expected
                sure += shown[index] is Light.SURE
                wrong += shown[index] is Light.SURE and slots[index] != item.expected
        unknown = np.mean([bool(one.result.unknown) for one in cells])
        held = np.mean([bool(one.result.withheld) and not one.result.unknown for one in cells])
        shares = (right / labelled, sure / labelled) if labelled else (np.nan, np.nan)
        print(
            f"{name:20s}{len(cells):7d}{100 * unknown:9.1f}{100 * held:9.1f}"
            f"{100 * shares[0]:8.2f}{100 * shares[1]:7.2f}{wrong:5d} of {sure}"
        )


def print_objects(sets: dict[str, list[Seen]], known: list[str]) -> None:
    """Print how many objects that are no single chromosome are seen as such, and chromosomes."""
    cells = sets.get("among chromosomes", [])
    print(f"\n{'':20s}{'crops':>7s}{'tray':>8s}{'unknown':>9s}{'sure':>7s}")
    table: dict[str, list[tuple[bool, bool, bool]]] = {}
    for name, one in [("", one) for one in cells] + [(n, one) for n in known for one in sets[n]]:
        score = strangeness(one.likeness, one.result.cell.polarity)
        shown = lights(one.result, dict(enumerate(placements(one.result))))
        for index, kind in enumerate(one.kinds):
            words = f"{kind}, {name}" if name else str(kind)
            row = score[index] > FOREIGN_FROM, score[index] > STRANGE_FROM
            table.setdefault(words, []).append((*row, shown[index] is Light.SURE))
    for words, rows in sorted(table.items()):
        tray, strange, sure = 100 * np.mean(rows, axis=0)
        print(f"{words:24s}{len(rows):3d}{tray:8.2f}{strange:9.2f}{sure:7.2f}")


def fit(sets: dict[str, list[Seen]], known: list[str]) -> None:
    """Print the constants of the logistic regression that tells objects from chromosomes."""
    rows, truth = [], []
    for one in itertools.chain(sets["among chromosomes"], *(sets[name] for name in known)):
        rows.append(features(one.likeness, one.result.cell.polarity))
        truth.append(one.kinds != "chromosome")
    table, is_object = np.concatenate(rows), np.concatenate(truth)
    weight = np.where(is_object, (~is_object).sum() / is_object.sum(), 1.0)
    spread = table.std(axis=0)
    scaled = np.column_stack([table / spread, np.ones(len(table))])

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = scaled @ values
        each = np.logaddexp(0, np.where(is_object, -odds, odds))
        slope = scaled.T @ (weight * (1 / (1 + np.exp(-odds)) - is_object)) / weight.sum()
        free = np.append(values[:-1], 0.0)
        return float((weight * each).sum() / weight.sum() + 5e-4 * free @ free), slope + 1e-3 * free

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True).x
    print("\nWEIGHTS =", [round(float(value), 2) for value in found[:-1] / spread])
    print("CONSTANT =", round(float(found[-1]), 2))
    scores = np.sort((scaled @ found)[~is_object])[::-1]
    print(f"of {len(scores)} chromosomes the highest scores:", np.round(scores[:12], 2).tolist())


def main() -> None:
    """Build the sets, look at each cell once, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("spreads", type=Path, nargs="?")
    parser.add_argument("--split", default="val")
    parser.add_argument("--model", default="default")
    parser.add_argument("--cells", type=int, default=12, help="of each stain and set, at most")
    parser.add_argument("--fit", action="store_true")
    chosen = parser.parse_args()
    most = chosen.cells
    folders = [chosen.data, *([chosen.spreads] if chosen.spreads else [])]
    named = list(known_cells(folders, chosen.split))
    known = list(dict.fromkeys(name for name, _ in named))
    todo: list[tuple[str, Cell]] = [
        (name, cell)
        for stain in known
        for name, cell in [one for one in named if one[0] == stain][: 3 * most]
    ]
    whole = [
        cell
        for stain in ("g_band", "q_band")
        for name, cell in [one for one in named if one[0] == stain][:most]
    ]
    if not chosen.fit:
        todo += [(kind, changed(cell, kind)) for kind in CHANGES for cell in whole]
        dapi = dapi_cells(chosen.data, (chosen.split,))
        todo += [("DAPI", cell) for cell in itertools.islice(dapi, 3 * most)]
    todo += list(mixed(chosen.data, chosen.split, most, whole))
    sets: dict[str, list[Seen]] = {}
    for name, cell in todo:
        seen = look(cell, chosen.model)
        if seen is not None:
            sets.setdefault(name, []).append(seen)
    if chosen.fit:
        fit(sets, known)
        return
    print_measures(sets, known)
    print_outcomes(sets)
    print_objects(sets, known)


def _is(one: Seen, polarity: str) -> bool:
    return one.result.cell.polarity == polarity


if __name__ == "__main__":
    main()
