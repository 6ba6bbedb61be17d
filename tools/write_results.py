"""Write measured figures into the documents, between their marks.

    python tools/write_results.py FOLDER

FOLDER holds what ``napari-karyo evaluate --json`` wrote: ``test.json``,
``test-upside-down.json``, ``spreads.json`` of what ``tools/cut_spreads.py`` cut, and
``dapi.json`` of what ``tools/cut_class_maps.py`` did; and
``without-LABORATORY.json`` for each laboratory that weights were trained without, which
are read for what they were trained on. The tables go between ``<!-- begin NAME -->`` and
``<!-- end NAME -->`` in the pages of ``docs/results`` and the model card, so that no figure is
copied by hand.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from napari_karyo.models.weights import FOLDER, load_weights

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (*sorted((ROOT / "docs" / "results").glob("*.md")), FOLDER / "default.md")
STAINS = {
    "g_band": "G-band",
    "q_band": "Q-band",
    "raw_spreads": "cut from spreads",
    "dapi": "DAPI",
}


def percent(value: float | None) -> str:
    """Return a share in per cent, or a dash where it is not known."""
    return "–" if value is None else f"{100 * value:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figures(*reports: tuple[str, dict[str, Any]]) -> str:
    """Return the main table: of each report a line a stain, with the words that go with it."""
    head = ["crops", "cells", "number", "top-1", "top-3", "top-5", "placed", "polarity", "counts"]
    rows = []
    for words, report in reports:
        for stain, own in report["stains"].items():
            rows.append(
                [
                    f"{STAINS.get(stain, stain)}, {words}",
                    str(own["cells"]),
                    str(own["crops"]),
                    *(
                        percent(own[key])
                        for key in ("top1", "top3", "top5", "placed", "polarity", "counts_right")
                    ),
                ]
            )
    return table(head, rows)


def lights(*reports: dict[str, Any]) -> str:
    """Return what the confidence light is worth."""
    rows = [
        [
            STAINS.get(stain, stain),
            percent(own["calibration_error"]),
            percent(own["sure"]),
            percent(own["sure_wrong"]),
            str(own["exchanged"]),
            str(own["sure_exchanged"]),
        ]
        for report in reports
        for stain, own in report["stains"].items()
    ]
    head = ["crops", "calibration error", "called sure", "of those placed wrong"]
    return table([*head, "labels that seem exchanged, crops", "of those called sure"], rows)


def classes(report: dict[str, Any]) -> str:
    """Return the figures of each class."""
    stains = list(report["stains"])
    head = ["class"]
    for stain in stains:
        name = STAINS.get(stain, stain)
        head += [f"{name}, number", "top-1", "placed"]
    names = list(report["stains"][stains[0]]["per_class"])
    rows = []
    for name in names:
        row = [name]
        for stain in stains:
            own = report["stains"][stain]["per_class"].get(name)
            row += (
                [str(own["crops"]), percent(own["top1"]), percent(own["placed"])]
                if own
                else ["0", "", ""]
            )
        rows.append(row)
    return table(head, rows)


def confusions(report: dict[str, Any]) -> str:
    """Return the commonest errors as a sentence a stain."""
    lines = []
    for stain, own in report["stains"].items():
        errors = ", ".join(
            f"{item['expected']} as {item['predicted']} ({item['crops']})"
            for item in own["confusions"][:8]
        )
        lines.append(f"- {STAINS.get(stain, stain)}: {errors}")
    return "\n".join(lines)


def made(report: dict[str, Any], command: str) -> str:
    """Return what made an evaluation."""
    own = report["made"]
    return (
        f"`{command}`: version {own['version']}, commit `{own['commit']}`, {own['device']}, "
        f"{own['processor']}, torch {own['torch']}, {own['seconds']} s, {own['written']}, "
        f"weights SHA-256 `{report['sha256'][:16]}…`"
    )


def elsewhere(reports: list[dict[str, Any]], shipped: list[dict[str, Any]]) -> str:
    """Return the figures on laboratories that a model was trained without, and the shipped one's.

    Parameters
    ----------
    reports : list of dict
        Of a model each, on one laboratory that it was trained without.
    shipped : list of dict
        Of the shipped model on the same crops.
    """
    seen = {stain: own for report in shipped for stain, own in report["stains"].items()}
    rows = []
    for report in reports:
        weights = load_weights(report["model"])
        if weights.sha256 != report["sha256"]:
            raise SystemExit(f"{report['model']} is not what was evaluated any more")
        if any(other["split"] != report["split"] for other in shipped):
            raise SystemExit(f"{report['model']} was evaluated on another split")
        facts = weights.facts
        others = ", ".join(STAINS.get(name, name) for name in facts["crops"]["train"])
        for stain, own in report["stains"].items():
            keys = "top1", "placed", "calibration_error", "sure", "sure_wrong"
            rows.append(
                [
                    STAINS.get(stain, stain),
                    f"{others}; {facts['recipe']['epochs']} epochs,"
                    f" {facts['seconds'] / 60:.0f} minutes",
                    str(own["crops"]),
                    *(percent(own[key]) for key in keys),
                    percent(seen[stain]["top1"]) if stain in seen else "–",
                    percent(seen[stain]["placed"]) if stain in seen else "–",
                ]
            )
    head = ["tested on", "trained on", "crops", "top-1", "placed", "calibration error"]
    head += ["called sure", "of those wrong", "shipped: top-1", "placed"]
    return table(head, rows)


def training() -> str:
    """Return what made the shipped weights, from the file itself."""
    weights = load_weights("default")
    facts = weights.facts
    rows = [
        *_trained_before(facts),
        ["command", f"`{facts['command']}`"],
        ["commit", f"`{facts['commit']}`"],
        ["device", f"{facts['device']}, {facts['processor']}"],
        ["time", f"{facts['seconds'] / 60:.0f} minutes of training" if "seconds" in facts else "?"],
        ["written", str(facts["written"])],
        ["seed", str(facts["seed"])],
        *(
            [f"crops, {split}", ", ".join(f"{n} {STAINS.get(s, s)}" for s, n in counts.items())]
            for split, counts in facts["crops"].items()
        ),
        *([f"val, {name}", f"{value:.4f}"] for name, value in facts["val"].items()),
        *_calibrated_anew(facts),
        *([_words_of(name), f"{value:.4f}"] for name, value in weights.calibration.items()),
        ["file", f"{(FOLDER / 'default.safetensors').stat().st_size / 1e6:.1f} MB, half precision"],
        ["SHA-256", f"`{weights.sha256}`"],
    ]
    return table(["", ""], rows)


def _words_of(name: str) -> str:
    """Return what a value of the calibration is called, and of which cells it is."""
    words = {"doubtful": "doubtful below", "sure": "sure from", "strength": "usual strength"}
    what, *of = name.split("_")
    return ", ".join([words.get(what, what), *of])


def _calibrated_anew(facts: dict[str, Any]) -> list[list[str]]:
    """Return what chose the calibration after training, where something did."""
    if "calibrated" not in facts:
        return []
    command = "python tools/recalibrate.py MODEL DATA SPREADS DAPI"
    when = facts["calibrated"]["written"][:10]
    return [["calibrated anew", f"`{command}`, {when}; the network is the same, number by number"]]


def _trained_before(facts: dict[str, Any]) -> list[list[str]]:
    """Return what made the weights that a training went on from, the first ones first."""
    earlier = []
    while "before" in facts:
        earlier.append((facts["before"], facts["started_from"]))
        facts = facts["before"]
    rows = []
    for number, (before, digest) in enumerate(reversed(earlier), start=1):
        rows += [
            [f"before it, training {number}, command", f"`{before['command']}`"],
            [f"before it, training {number}, commit", f"`{before['commit']}`"],
            [f"before it, training {number}, SHA-256", f"`{digest}`"],
            [f"before it, training {number}, time", f"{before['seconds'] / 60:.0f} minutes"],
        ]
    return rows


def main() -> int:
    """Read the evaluations and fill the documents."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    standing, lying, cut, dapi = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("test.json", "test-upside-down.json", "spreads.json", "dapi.json")
    )
    command = "napari-karyo evaluate DATA --split test"
    parts = {
        "figures": figures(
            ("as they lie", standing),
            ("upside down", lying),
            *(("as they lie", one) for one in (cut, dapi)),
        ),
        "lights": lights(standing, dapi),
        "classes": classes(standing),
        "confusions": confusions(standing),
        "training": training(),
        "made": "\n\n".join(
            (
                made(standing, command),
                made(lying, f"{command} --upside-down"),
                made(cut, command.replace("DATA", "SPREADS")),
                made(dapi, command.replace("DATA", "DAPI")),
            )
        ),
    }
    without = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("without-*.json"))
    ]
    if without:
        parts["elsewhere"] = elsewhere(without, [standing, cut, dapi])
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    for name in parts:
        if not any(f"<!-- begin {name} -->" in text for text in texts):
            raise SystemExit(f"no document has a place for {name}")
    for path, text in zip(DOCUMENTS, texts, strict=True):
        for name, content in parts.items():
            between = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
            # A backslash in the content is no reference to a group.
            filled = rf"\g<1>{content.replace(chr(92), chr(92) * 2)}\n\g<2>"
            text = re.sub(between, filled, text, flags=re.DOTALL)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
