"""What the model says of the chromosomes of a cell where they sit now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari_karyo.classified.hidden import hiding
from napari_karyo.inference.confidence import Light, known_light, lights, slot_probability
from napari_karyo.karyotype import Karyotype

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

#: Below this probability of the way up a person has to look: on ``val`` 9 of 20 such crops
#: of G-band stood upside down, and 6 of the other 1,773.
UP_DOUBTFUL: Final = 0.9

#: Of the lights, those that want a look first; what is sure wants none.
_RANK: Final = {Light.DOUBTFUL: 0, Light.LOOK: 1, Light.SURE: 2}


def lights_of(classification: Classification, karyotype: Karyotype) -> dict[int, Light]:
    """Return the light of every chromosome of a cell where it sits now.

    One that would be sure is worth a look where it is not clear which arm is up, unless
    a person has turned it. One is doubtful where another seems to lie hidden across it.

    Parameters
    ----------
    classification : Classification
    karyotype : Karyotype
        Who sits where.

    Returns
    -------
    dict of int to Light
        Of the chromosomes that are there, by number.
    """
    positions = karyotype.state.positions
    found = lights(classification, {one: positions[one][0] for one in sorted(positions)})
    for one, item in found.items():
        if item is Light.SURE and is_way_up_doubtful(classification, karyotype, one):
            found[one] = Light.LOOK
    for one in hiding(classification, karyotype):
        if found[one] is not Light.UNKNOWN:
            found[one] = Light.DOUBTFUL
    return found


def is_way_up_doubtful(
    classification: Classification, karyotype: Karyotype, chromosome: int
) -> bool:
    """Tell whether it is not clear which arm is up, and no person has turned it."""
    by_hand = (chromosome in karyotype.state.turned) != (chromosome in karyotype.proposed.turned)
    up = float(classification.p_arm_up[chromosome])
    return not by_hand and max(up, 1 - up) < UP_DOUBTFUL


def doubtful_order(classification: Classification, karyotype: Karyotype) -> list[int]:
    """Return the chromosomes that still want a look, those that want it most first.

    Crops that are no chromosome come first, then the doubtful ones, then those worth a
    look; among equals the less probable first. In a cell that is unlike everything the
    model knows all of them want a look. Sure ones are left out, and what a person has
    accepted or placed.

    Returns
    -------
    list of int
        Numbers of the cell's chromosomes.
    """
    hidden = hiding(classification, karyotype)

    def urgency(one: int) -> tuple[bool, int, float, int]:
        slot = karyotype.slot_of(one)
        light = known_light(classification, one, slot)
        rank = _RANK[Light.DOUBTFUL if one in hidden else light]
        share = slot_probability(classification, one, slot)
        return not classification.foreign[one], rank, share, one

    shown = lights_of(classification, karyotype)
    waiting = [one for one in shown if not karyotype.is_settled(one)]
    return sorted((one for one in waiting if shown[one] is not Light.SURE), key=urgency)
