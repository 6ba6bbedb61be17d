"""Two real spreads that may be shown to anyone, with their notice: see ``files/NOTICE.txt``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from napari_karyo.cell import Spread
from napari_karyo.io.label_images import read_label_image
from napari_karyo.io.photograph import read_spread
from napari_karyo.segmentation.labels import from_labels
from napari_karyo.segmentation.objects import Segmentation

_FOLDER: Final = Path(__file__).parent / "files"
#: A normal cell and one with losses and translocations, by what it is called.
SAMPLES: Final = {"normal": "V1702XY", "abnormal": "V280262"}
#: What pixels where chromosomes overlap are called in the class maps.
CROSSING: Final = 255


def sample_path(name: str) -> Path:
    """Return the file of a real photograph.

    Parameters
    ----------
    name : {"normal", "abnormal"}
    """
    return _FOLDER / f"{SAMPLES[name]}_dapi.png"


def sample_spread(name: str) -> Spread:
    """Return a real photograph of a spread, stained with DAPI.

    Parameters
    ----------
    name : {"normal", "abnormal"}
    """
    return read_spread(sample_path(name))


def sample_segmentation(name: str) -> Segmentation:
    """Return the same with the outline and class of each chromosome, as its author gives them.

    Parameters
    ----------
    name : {"normal", "abnormal"}
    """
    classes = read_label_image(_FOLDER / f"{SAMPLES[name]}_classes.png")
    return from_labels(sample_spread(name), classes, CROSSING, classes=True)
