"""Choose temperature, thresholds and the usual strength of a model anew, on the split ``val``.

    python tools/recalibrate.py MODEL DATA [DATA ...] --output FILE.safetensors

As `napari-karyo train` does at its end, on its data. The network stays as it is, number by
number; what is written down of its training stays too, with this calibration beside it.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from napari_karyo.inference.device import choose_device
from napari_karyo.models.weights import load_weights, save_weights
from napari_karyo.training.dataset import Dataset, load_dataset
from napari_karyo.training.provenance import provenance
from napari_karyo.training.train import calibrate


def main() -> None:
    """Read, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args()
    began = time.monotonic()
    weights = load_weights(chosen.model)
    settings = weights.network.config.input
    with TemporaryDirectory() as work:
        crops = Dataset.joined(
            [
                load_dataset(one, Path(work) / str(number), settings, ("val",), print)
                for number, one in enumerate(chosen.data)
            ]
        )
    found = calibrate(weights.network, crops, chosen.device)
    print("before", json.dumps(weights.calibration), "\nnow", json.dumps(found))
    made = provenance(str(choose_device(chosen.device)), time.monotonic() - began)
    facts = {**weights.facts, "calibrated": made}
    print(save_weights(chosen.output, weights.network, found, facts))


if __name__ == "__main__":
    main()
