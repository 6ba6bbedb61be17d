"""The figures of an evaluation, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from napari_karyo.classes import CLASSES
from napari_karyo.inference.confidence import Light
from napari_karyo.training.calibrate import calibration_error, exchanged


@dataclass(frozen=True)
class CropResult:
    """What became of one labelled crop.

    Attributes
    ----------
    stain, patient, cell, file, expected : str
    predicted, placed : str
        The model's own choice and the class after whole-cell assignment; empty where
        the crop could not be used. Of one that is no chromosome to the model both are its
        own choice: that the program puts it into the tray is what `light` says.
    rank : int
        Place of the true class among the model's choices, from 1.
    confidence, placed_probability : float
        Probability of `predicted` and of `placed`.
    p_arm_up : float
    light : Light
        As the program shows it for the class placed.
    unknown_cell : bool
        Whether the whole cell is unlike everything the model knows.
    p_arm_known : bool
        Whether the crop is known to stand p arm up, and the model tells it.
    """

    stain: str
    patient: str
    cell: str
    file: str
    expected: str
    predicted: str
    placed: str
    rank: int
    confidence: float
    placed_probability: float
    p_arm_up: float
    light: Light
    unknown_cell: bool = False
    p_arm_known: bool = True


@dataclass(frozen=True)
class Report:
    """The figures of one evaluation.

    Attributes
    ----------
    crops : tuple of CropResult
    model, model_hash, split : str
    upside_down : bool
        Whether every crop was turned by half first.
    made : dict
        Program, commit, device and time: `napari_karyo.training.provenance`.
    """

    crops: tuple[CropResult, ...]
    model: str
    model_hash: str
    split: str
    upside_down: bool
    made: dict[str, Any] = field(default_factory=dict)

    def figures(self, stain: str) -> dict[str, Any]:
        """Return the figures of one stain.

        Returns
        -------
        dict
            Shares of 1: ``top1, top3, top5, placed, polarity, calibration_error``,
            ``sure`` (share of crops the light calls sure), ``sure_wrong`` (share of
            those that are placed wrong), ``unknown`` (share of crops of that light),
            ``foreign`` (share of crops of that light in cells that are known),
            ``unknown_cells`` (share of cells of which nothing is known), ``counts_right``
            (share of class counts of a cell that are right after assignment),
            ``per_class`` and ``confusions``.
            ``polarity`` is None where no crop's is known.
            Numbers: ``crops, cells, unusable``; ``exchanged``, crops whose labels seem
            exchanged by hand, counted as wrong all the same, and ``sure_exchanged``,
            those of them that the light calls sure.
        """
        crops = [item for item in self.crops if item.stain == stain]
        rank = np.array([item.rank for item in crops])
        placed = np.array([item.placed == item.expected for item in crops])
        usable = [item for item in crops if item.predicted]
        up = [(item.p_arm_up > 0.5) != self.upside_down for item in usable if item.p_arm_known]
        lights = np.array([item.light is Light.SURE for item in crops])
        unknown = np.array([item.light is Light.UNKNOWN for item in crops])
        strange = np.array([item.unknown_cell for item in crops])
        confidence = np.array([item.confidence for item in usable], np.float32)
        right = np.array([item.predicted == item.expected for item in usable], np.bool_)
        numbers = {name: number for number, name in enumerate(["", *CLASSES])}
        cells = {key: number for number, key in enumerate({(c.patient, c.cell) for c in crops})}
        slips = exchanged(
            np.array([cells[item.patient, item.cell] for item in crops]),
            np.array([numbers[item.expected] for item in crops]),
            np.array([numbers[item.predicted] for item in crops]),
            np.array([item.confidence for item in crops], np.float32),
        )
        confusions = Counter(
            (item.expected, item.predicted) for item in usable if item.predicted != item.expected
        )
        return {
            "crops": len(crops),
            "cells": len({(item.patient, item.cell) for item in crops}),
            "unusable": len(crops) - len(usable),
            "top1": float((rank == 1).mean()),
            "top3": float((rank <= 3).mean()),
            "top5": float((rank <= 5).mean()),
            "placed": float(placed.mean()),
            "polarity": float(np.mean(up)) if up else None,
            "calibration_error": calibration_error(confidence, right),
            "sure": float(lights.mean()),
            "sure_wrong": float((lights & ~placed).sum() / max(1, lights.sum())),
            "unknown": float(unknown.mean()),
            "foreign": float((unknown & ~strange).mean()),
            "unknown_cells": float(
                np.mean([*{(c.patient, c.cell): c.unknown_cell for c in crops}.values()])
            ),
            "exchanged": int(slips.sum()),
            "sure_exchanged": int((lights & slips).sum()),
            "counts_right": self._counts_right(crops),
            "per_class": self._per_class(crops),
            "confusions": [
                {"expected": a, "predicted": b, "crops": n}
                for (a, b), n in confusions.most_common(10)
            ],
        }

    @staticmethod
    def _counts_right(crops: list[CropResult]) -> float:
        truth = Counter(((item.patient, item.cell), item.expected) for item in crops)
        found = Counter(((item.patient, item.cell), item.placed) for item in crops)
        cells = {(item.patient, item.cell) for item in crops}
        pairs = [(cell, name) for cell in cells for name in CLASSES]
        return float(np.mean([truth[pair] == found[pair] for pair in pairs]))

    @staticmethod
    def _per_class(crops: list[CropResult]) -> dict[str, dict[str, float]]:
        table = {}
        for name in CLASSES:
            own = [item for item in crops if item.expected == name]
            if own:
                table[name] = {
                    "crops": len(own),
                    "top1": float(np.mean([item.rank == 1 for item in own])),
                    "placed": float(np.mean([item.placed == name for item in own])),
                }
        return table

    @property
    def stains(self) -> tuple[str, ...]:
        """The stains there are, in order."""
        return tuple(sorted({item.stain for item in self.crops}))

    def text(self) -> str:
        """Return the figures as lines for a terminal."""
        turned = ", every crop upside down" if self.upside_down else ""
        lines = [f"model {self.model} ({self.model_hash[:12]}), split {self.split}{turned}"]
        for stain in self.stains:
            own = self.figures(stain)
            lines += [
                "",
                f"{stain}: {own['crops']} crops, {own['cells']} cells, {own['unusable']} unusable",
                f"  top-1 {own['top1']:.2%}  top-3 {own['top3']:.2%}  top-5 {own['top5']:.2%}",
                f"  after whole-cell assignment {own['placed']:.2%}",
                f"  class counts of a cell right {own['counts_right']:.2%}",
                "  polarity "
                + ("not known" if own["polarity"] is None else f"{own['polarity']:.2%}"),
                f"  calibration error {own['calibration_error']:.2%}",
                f"  called sure {own['sure']:.2%}, of those wrong {own['sure_wrong']:.2%}",
                f"  cells of unknown material {own['unknown_cells']:.2%},"
                f" crops that are no chromosome in the others {own['foreign']:.2%}",
                f"  labels that seem exchanged by hand {own['exchanged']},"
                f" called sure {own['sure_exchanged']}",
                "  class   crops   top-1  placed",
            ]
            lines += [
                f"  {name:>5} {row['crops']:7d} {row['top1']:7.1%} {row['placed']:7.1%}"
                for name, row in own["per_class"].items()
            ]
            lines.append(
                "  commonest errors: "
                + ", ".join(
                    f"{row['expected']} as {row['predicted']} ({row['crops']})"
                    for row in own["confusions"][:6]
                )
            )
        return "\n".join(lines)

    def to_json(self, crops: bool = False) -> str:
        """Return the figures as JSON, and every crop's outcome where asked for."""
        content: dict[str, Any] = {
            "model": self.model,
            "sha256": self.model_hash,
            "split": self.split,
            "upside_down": self.upside_down,
            "made": self.made,
            "stains": {stain: self.figures(stain) for stain in self.stains},
        }
        if crops:
            content["crops"] = [asdict(item) for item in self.crops]
        return json.dumps(content, indent=1)
