"""A classified cell: what the network says of it, and who sits in which slot."""

from napari_karyo.classified.cell import ClassifiedCell, identity
from napari_karyo.classified.heading import Heading
from napari_karyo.classified.proposal import propose

__all__ = ["ClassifiedCell", "Heading", "identity", "propose"]
