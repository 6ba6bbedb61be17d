"""Everything that is known of cells as JSON, for other programs and for later."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from napari_karyo.cell import Outline
from napari_karyo.classes import CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.output.csv_table import BOX
from napari_karyo.output.files import SOFTWARE
from napari_karyo.output.options import ExportOptions
from napari_karyo.version import __version__

#: Raised where a reader of an older version would misread a file.
SCHEMA: Final = {"name": "napari-karyo.karyotypes", "version": 2}


def json_of(cells: Sequence[ClassifiedCell], options: ExportOptions) -> str:
    """Return everything that is known of some cells as the content of a JSON file.

    It says its schema and its version. Of each cell it holds what was read (name, stain,
    files left out), what the network said (model, hash, thresholds, why the cell is unknown
    or nothing of it sure, each chromosome's probabilities and light), the box of each
    chromosome in the photograph that it was cut out of (in pixels; ``xmax`` and ``ymax`` lie
    behind the last ones), the worksheets of the case and of the cell, how it stands now, the
    proposal before any edit, and the whole history; states and edits as `State.to_dict` and
    `Edit.to_dict` give them, so that `from_dict` of both reads them back.

    Parameters
    ----------
    cells : sequence of ClassifiedCell
    options : ExportOptions
    """
    content = {
        "schema": SCHEMA,
        "program": {"name": SOFTWARE, "version": __version__},
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "notice": "Proposal, for research use",
        "cells": [cell_record(cell, options) for cell in cells],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def cell_record(classified: ClassifiedCell, options: ExportOptions) -> dict[str, Any]:
    """Return all of one cell as lists, strings and numbers, fit for JSON."""
    karyotype, result = classified.karyotype, classified.classification
    cell, state = result.cell, karyotype.state
    return {
        "name": cell.name,
        "title": options.full_title,
        "stain": cell.polarity.value,
        "simulated": cell.simulated,
        "problems": [
            {
                "file": problem.file,
                "what": problem.what,
                "remedy": problem.remedy,
                "left_out": problem.left_out,
            }
            for problem in cell.problems
        ],
        "model": {"name": result.model, "sha256": result.model_hash},
        "device": result.device,
        "scale": _number(result.scale),
        "thresholds": {
            "doubtful_below": _number(result.thresholds[0]),
            "sure_from": _number(result.thresholds[1]),
        },
        "unknown": result.unknown,
        "withheld": result.withheld,
        "notes": list(result.notes),
        "iscn": {
            "text": karyotype.iscn,
            "by_hand": karyotype.iscn_by_hand,
            "proposed": karyotype.proposal,
            "not_proposed": karyotype.not_proposed,
        },
        "counts": {**karyotype.counts(), "markers": len(state.markers)},
        "worksheet": {
            "case": classified.worksheet.to_dict(),
            "cell": state.worksheet.to_dict(),
        },
        "note": state.note,
        "marks": list(state.work),
        "signatures": [
            {"role": sign.role, "who": sign.who, "time": sign.time} for sign in state.signatures
        ],
        "chromosomes": _chromosomes(classified),
        "names": list(karyotype.names),
        "state": state.to_dict(),
        "proposed": karyotype.proposed.to_dict(),
        "history": [edit.to_dict() for edit in karyotype.history],
    }


def _chromosomes(cell: ClassifiedCell) -> list[dict[str, Any]]:
    """Return the chromosomes that sit in a slot, in the order of their numbers."""
    karyotype, result = cell.karyotype, cell.classification
    state, chromosomes = karyotype.state, result.cell.chromosomes
    records = []
    for index, light in cell.lights().items():
        edit = karyotype.last_edit_of(index)
        records.append(
            {
                "index": index,
                "file": chromosomes[index].name,
                "box": _box(chromosomes[index].outline),
                "crossed": _crossed(chromosomes[index].outline),
                "predicted": result.predicted[index],
                "confidence": _number(result.confidence[index]),
                "probabilities": {
                    name: _number(value)
                    for name, value in zip(CLASSES, result.probabilities[index], strict=True)
                },
                "p_arm_up": _number(result.p_arm_up[index]),
                "slot": karyotype.slot_of(index),
                "position": karyotype.position_of(index),
                "light": light.value,
                "turned": index in state.turned,
                "corrected": index in state.corrected,
                "reviewed": index in state.reviewed,
                "marker": index in state.markers,
                "derivative": index in state.derivatives,
                "last_edit": None
                if edit is None
                else {
                    "kind": edit.kind,
                    "text": edit.text,
                    "who": edit.who,
                    "time": edit.time.isoformat(),
                },
            }
        )
    return records


def _box(outline: Outline | None) -> dict[str, int] | None:
    """Return where a chromosome lies in the photograph of its spread."""
    return None if outline is None else dict(zip(BOX, outline.box, strict=True))


def _crossed(outline: Outline | None) -> float | None:
    """Return how much of it another chromosome crosses, in the photograph of its spread."""
    return None if outline is None else _number(outline.crossed)


def _number(value: float) -> float | None:
    """Return a number that JSON has; None where it is none, or is beyond all bounds."""
    # As short as single precision allows: the rest would be invented digits.
    number = float(f"{float(value):.9g}")
    return number if math.isfinite(number) else None
