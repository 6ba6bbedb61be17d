"""From the photograph of a metaphase spread to its chromosomes."""

from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject

__all__ = ["Kind", "Segmentation", "SpreadObject"]
