"""A laboratory's own models: adopted once they are proved better, and taken back by name."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from napari_karyo.errors import KaryoError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.checked import HeaderError, read_header, sha256, shipped_hashes

#: What a training folder holds for whoever adopts the model.
WEIGHTS: Final = "own.safetensors"
COMPARISON: Final = "comparison.json"
PAGE: Final = "comparison.html"
CARD: Final = "card.json"

#: Of a name, in letters: it stands in a list.
_LONGEST: Final = 60


@dataclass(frozen=True)
class OwnModel:
    """An adopted model.

    Attributes
    ----------
    name : str
        Chosen by whoever adopted it; what loads it.
    path : Path
        Its weights.
    sha256 : str
        Of the weights, when they were adopted.
    adopted : str
        When, in ISO 8601.
    who : str
        Who adopted it; may be empty.
    verdict : str
        How it compares with the shipped one, in a sentence.
    learned_from : dict
        Cells, patients and crops of training and of the kept-out cells, the shipped model that
        it was taught from, and when.
    figures : list of dict
        The measures of the comparison: name, both values, the interval of the difference.
    """

    name: str
    path: Path
    sha256: str
    adopted: str
    who: str = ""
    verdict: str = ""
    learned_from: dict[str, Any] = field(default_factory=dict)
    figures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def page(self) -> Path | None:
        """The comparison as a page, where it lies beside the weights."""
        path = self.path.parent / PAGE
        return path if path.is_file() else None


def own_folder() -> Path:
    """Return where adopted models lie: in the person's own data."""
    return user_data_path("napari-karyo", appauthor=False) / "models"


def own_models() -> tuple[OwnModel, ...]:
    """Return the adopted models, by name; what lies there and is none is passed over."""
    try:
        folders = sorted(own_folder().iterdir(), key=lambda path: path.name.casefold())
    except OSError:
        return ()
    found = (_read(folder) for folder in folders if not folder.name.startswith("."))
    return tuple(model for model in found if model is not None)


def own_model(name: str) -> OwnModel | None:
    """Return the adopted model of a name, or None."""
    return _read(own_folder() / name) if _fault(name) is None else None


def adopted(name: str) -> Path | None:
    """Return the weights of the adopted model of a name, or None."""
    model = None if name in shipped_hashes() else own_model(name)
    return model.path if model is not None else None


def adopt(folder: Path, name: str, who: str = "") -> OwnModel:
    """Take the model of a training folder among those that can be chosen by name.

    Parameters
    ----------
    folder : Path
        With `WEIGHTS` and `COMPARISON`; copied, so that it may be removed afterwards.
    name : str
    who : str
        Who adopts it, for the card.

    Raises
    ------
    KaryoError
        Where the name is taken or none, something is missing in the folder, the comparison is
        of other weights, or it does not say that the model is better beyond chance.
    """
    name = name.strip()
    fault = _fault(name)
    if fault is not None:
        raise KaryoError(
            f"a model can't be called {name[:_LONGEST]!r}: {fault}.",
            f"Use letters, digits, spaces and hyphens, up to {_LONGEST}.",
        )
    others = (*shipped_hashes(), *(model.name for model in own_models()))
    if name.casefold() in {other.casefold() for other in others}:
        raise KaryoError(
            f"there is a model called {name!r} already.",
            "Choose another name; a case says by its name which model read it.",
        )
    comparison = _comparison(folder)
    weights = folder / WEIGHTS
    try:
        read_header(weights)
        digest = sha256(weights)
    except (HeaderError, OSError) as error:
        raise KaryoError(
            f"the weights can't be read ({error}).", "Let the same training end again.", weights
        ) from error
    if comparison.get("own_sha256") != digest:
        raise KaryoError(
            "the comparison is of other weights than those that lie beside it.",
            "Let the same training end again, so that these are compared.",
            folder,
        )
    if comparison.get("is_better") is not True:
        raise KaryoError(
            f"it is not adopted: {comparison.get('verdict') or 'it is not proved better'}",
            "Correct more cells, of other patients too, and train again.",
            folder,
        )
    card = {
        "name": name,
        "sha256": digest,
        "adopted": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who,
        "verdict": str(comparison.get("verdict", "")),
        "learned_from": comparison.get("learned_from", {}),
        "figures": comparison.get("measures", []),
    }
    _copy(folder, name, card)
    model = own_model(name)
    if model is None:
        raise KaryoError("the model could not be kept.", "", own_folder() / name)
    return model


def remove(name: str) -> None:
    """Remove an adopted model; cases that it classified keep what it said, and its name.

    Raises
    ------
    KaryoError
        Where there is none of that name.
    """
    model = None if name in shipped_hashes() else own_model(name)
    if model is None:
        there = ", ".join(one.name for one in own_models())
        raise KaryoError(
            f"there is no own model called {name!r}.",
            f"There are: {there}." if there else "None has been adopted.",
        )
    # Out of the list at once, also where somebody has the file open.
    gone = own_folder() / f".{uuid.uuid4().hex}.removed"
    model.path.parent.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _fault(name: str) -> str | None:
    """Return why a name can't be one, or None: it becomes a folder, on any system."""
    if not name or len(name) > _LONGEST:
        return "a name has one letter at least, and not many"
    if not re.fullmatch(r"\w[\w .()+-]*", name) or name[-1] in " .":
        return "it holds what no folder's name should"
    if re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name.casefold()):
        return "some systems keep that name for themselves"
    if name.casefold().endswith(".safetensors"):
        return "that is the name of a file"
    return None


def _comparison(folder: Path) -> dict[str, Any]:
    path = folder / COMPARISON
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KaryoError(
            "there is no comparison with the shipped model.",
            "Give the folder of a training that has ended: it compares at its end.",
            path,
        ) from error
    return found if isinstance(found, dict) else {}


def _copy(folder: Path, name: str, card: dict[str, Any]) -> None:
    """Copy what belongs to a model, whole or not at all."""
    part = own_folder() / f".{uuid.uuid4().hex}.part"
    try:
        part.mkdir(parents=True)
        for file in (WEIGHTS, COMPARISON, PAGE):
            if (folder / file).is_file():
                shutil.copyfile(folder / file, part / file)
        if sha256(part / WEIGHTS) != card["sha256"]:
            raise KaryoError("the weights changed while they were copied.", "Try again.", folder)
        with atomic_write(part / CARD, text=True) as stream:
            json.dump(card, stream, indent=1, ensure_ascii=False)
        part.rename(own_folder() / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _read(folder: Path) -> OwnModel | None:
    """Return the model that a folder keeps, or None where it keeps none."""
    path = folder / WEIGHTS
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        there = path.is_file()
    except (OSError, ValueError, RecursionError):
        return None
    if not there or not isinstance(card, dict) or not isinstance(card.get("sha256"), str):
        return None
    learned, figures = card.get("learned_from"), card.get("figures")
    return OwnModel(
        folder.name,
        path,
        card["sha256"],
        str(card.get("adopted", "")),
        str(card.get("who", "")),
        str(card.get("verdict", "")),
        learned if isinstance(learned, dict) else {},
        [one for one in figures if isinstance(one, dict)] if isinstance(figures, list) else [],
    )
