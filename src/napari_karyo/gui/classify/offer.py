"""What a viewer's layers offer to be classified, in words and as the run takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from napari_karyo.cell import Cell, Patient, Spread
from napari_karyo.counted import count
from napari_karyo.gui.canvas.contact_sheet import PATIENT_KEY, cells_in
from napari_karyo.gui.canvas.outline_layers import OUTLINES_KEY, finder_of, outline_layers
from napari_karyo.gui.canvas.photographs import photographs_in, spread_of
from napari_karyo.gui.classify.run import Group
from napari_karyo.gui.classify.work import Chosen, OutlinedSpread

if TYPE_CHECKING:
    from napari.layers import Layer

NOTHING: Final = "(drop a photograph of a spread, or a folder of crops)"
EVERY: Final = "all cells read"
BY_ITSELF: Final = "as found"
#: Behind the name of a layer that is the photograph of a spread.
PHOTOGRAPH: Final = "photograph"

Choices = list[tuple[str, object]]


def offered(layers: Sequence[Layer]) -> list[tuple[Layer, Cell | None, Patient | None]]:
    """Return the layers that can be classified: with a cell, or photographs without one."""
    photographs = photographs_in(layers)
    found: list[tuple[Layer, Cell | None, Patient | None]] = [
        one for one in cells_in(layers) if one[0] not in photographs
    ]
    return found + [(layer, None, layer.metadata.get(PATIENT_KEY)) for layer in photographs]


def cell_choices(layers: Sequence[Layer]) -> Choices:
    """Return what can be chosen of the layers, by its label: one of them, or all."""
    names = {id(layer): _call(one, patient) for layer, one, patient in offered(layers)}
    twice = Counter(names.values())
    choices: Choices = [
        # Equal labels would be one choice: napari's own name of the layer differs.
        (_label(names[id(layer)], twice, layer), layer)
        # The one read last is the one the person wants.
        for layer in reversed(layers)
        if id(layer) in names
    ]
    if len(choices) > 1:
        choices.append((f"{EVERY} ({len(choices)})", EVERY))
    return choices or [(NOTHING, NOTHING)]


def outline_choices(layers: Sequence[Layer], chosen: object) -> Choices:
    """Return whose outlines of the chosen photograph can be taken."""
    choices: Choices = [(BY_ITSELF, BY_ITSELF)]
    if chosen in photographs_in(layers):
        choices += [(layer.name, layer) for layer in reversed(outline_layers(layers, chosen))]
    return choices


def chosen_from(
    layers: Sequence[Layer], chosen: object
) -> list[tuple[Cell | Spread, Patient | None]]:
    """Return the cells, each with its patient, and the photographs of what was chosen."""
    return [
        (spread_of(layer) if cell is None else cell, patient)
        for layer, cell, patient in offered(layers)
        if chosen == EVERY or layer is chosen
    ]


def outlined(
    chosen: Sequence[tuple[Cell | Spread, Patient | None]], outlines: Any, photograph: Any
) -> list[tuple[Chosen, Patient | None]]:
    """Return what was chosen, the photograph with the outlines of the layer chosen for it."""
    if outlines == BY_ITSELF:
        return [*chosen]
    find = finder_of(outlines, photograph)
    outlines.metadata[OUTLINES_KEY] = True
    return [
        (OutlinedSpread(one, find) if isinstance(one, Spread) else one, patient)
        for one, patient in chosen
    ]


def by_patient(chosen: Sequence[tuple[Chosen, Patient | None]]) -> list[Group]:
    """Group cells that share a length factor: a patient's, or those read one by one."""
    groups: dict[int, Group] = {}
    for one, patient in chosen:
        groups.setdefault(id(patient), (patient, []))[1].append(one)
    return list(groups.values())


def sizes_of(chosen: Sequence[Cell | Spread]) -> str:
    """Return how much there is to be classified."""
    words = []
    crops = sum(len(one) for one in chosen if isinstance(one, Cell))
    if crops:
        words.append(count(crops, "crop"))
    spreads = [one for one in chosen if isinstance(one, Spread)]
    if len(spreads) == 1:
        height, width = spreads[0].image.shape[:2]
        words.append(f"a photograph of {width} x {height} pixels")
    elif spreads:
        words.append(f"{len(spreads)} photographs")
    return " and ".join(words)


def _call(cell: Cell | None, patient: Patient | None) -> str:
    """Return what the form calls a cell; nothing where there is none yet."""
    if cell is None:
        return PHOTOGRAPH
    of = f"{patient.name} / " if patient is not None and len(patient.cells) > 1 else ""
    return f"{of}{cell.name} ({count(len(cell), 'crop')})"


def _label(name: str, twice: Counter[str], layer: Layer) -> str:
    if name == PHOTOGRAPH:
        return f"{layer.name} ({PHOTOGRAPH})"
    return name if twice[name] == 1 else str(layer.name)
