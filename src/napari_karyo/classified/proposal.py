"""The karyotype that is proposed of a classified cell."""

from __future__ import annotations

from collections.abc import Sequence

from napari_karyo.cell import Lost
from napari_karyo.inference.assignment import placements
from napari_karyo.inference.confidence import slot_probability
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype


def propose(
    classification: Classification, assigned: Sequence[str] | None = None, *, who: str = ""
) -> Karyotype:
    """Propose the karyotype of a classified cell.

    Parameters
    ----------
    classification : Classification
    assigned : sequence of str, length N, optional
        The slot of each chromosome; where left out the tray for what is no chromosome, and
        the whole-cell assignment of the others.
    who : str
        Who edits from now on.

    Returns
    -------
    Karyotype
        p arms up. Within a slot the likelier chromosome stands on the left, so that an
        abnormal homologue tends to the right, as on a printed page.
    """
    if assigned is None:
        assigned = placements(classification)
    share = [slot_probability(classification, *place) for place in enumerate(assigned)]
    return Karyotype(
        assigned,
        [one for one, up in enumerate(classification.p_arm_up) if up < 0.5],
        names=[item.name for item in classification.cell],
        who=who,
        order=sorted(range(len(assigned)), key=lambda one: -share[one]),
        unknown=classification.unknown,
        in_spread=any(item.outline is not None for item in classification.cell),
        lengths_lost=Lost.SCALE in classification.cell.lost,
    )
