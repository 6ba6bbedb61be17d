"""What `run.py` measures of the program without a window: each function in a process of its own.

Each returns a `Timing`, with what stands beside it measured likewise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timing import Timing, timed

import napari_karyo as nk
from napari_karyo.cell import Cell, Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.compose import Composer
from napari_karyo.preprocessing.prepare import draw_inputs, length_factors, stand_upright

#: Chromosomes of a whole cell.
WHOLE = 46
#: Repeats of what takes long.
FEW = 2


def example(number: int = 0) -> Cell:
    """Return a simulated cell of 46 crops."""
    return replace(nk.simulate_cell("46,XY", seed=1), name=f"cell {number}")


def cells_of(crops: int) -> list[Cell]:
    """Return cells of so many crops together, the last one in part."""
    whole = example()
    parts = [min(WHOLE, crops - start) for start in range(0, crops, WHOLE)]
    return [
        replace(whole, name=f"cell {number}", chromosomes=whole.chromosomes[:part])
        for number, part in enumerate(parts)
    ]


def known(seed: int, stain: Polarity) -> Classification:
    """Return a simulated cell with the right answers, so that no network is timed."""
    cell, uprights = stand_upright(nk.simulate_cell("46,XY", seed=seed, stain=stain))
    count = len(cell)
    table = np.full((count, len(CLASSES)), 0.001, np.float32)
    for row, item in zip(table, cell, strict=True):
        row[CLASS_INDEX[item.expected or "1"]] = 1
    return Classification(
        cell=cell,
        probabilities=table / table.sum(axis=1, keepdims=True),
        p_arm_up=np.ones(count, np.float32),
        attention=np.full((count, 8), 1 / 8, np.float32),
        uprights=uprights,
        inputs=np.zeros((count, 1, 8, 8), np.float32),
        input_grids=np.zeros((count, 8, 8, 2), np.float32),
        scales=np.ones(len(cell)),
        model="none",
        model_hash="",
        device="none",
        thresholds=(0.5, 0.9),
        foreign=np.zeros(count, np.bool_),
        strange=np.zeros(count, np.bool_),
    )


def times(crops: int, repeats: int) -> int:
    """Return how often work on so many crops is repeated."""
    return repeats if crops <= WHOLE else 1


# Crops


def read_cell(repeats: int) -> Timing:
    """Read a folder of 46 crops as a cell."""
    return _reading(nk.read_cell, repeats)


def read_by_pillow(repeats: int) -> Timing:
    """Read the same files with Pillow, and nothing more."""
    from PIL import Image

    return _reading(
        lambda folder: [np.asarray(Image.open(file)) for file in _files(folder)], repeats
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.png"))


def _reading(read: Any, repeats: int) -> Timing:
    from napari_karyo.io.cells import write_cell

    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cell"
        write_cell(example(), folder)
        return timed(lambda _: read(folder), repeats)


def prepare(repeats: int) -> Timing:
    """Stand 46 crops upright, pull them straight and draw them as the network's input."""
    cell = example()
    return timed(lambda _: _prepared(cell), repeats)


def resize(repeats: int) -> Timing:
    """Resize each crop to the network's canvas with scikit-image, and nothing more."""
    from skimage.transform import resize as resized

    cell = example()
    return timed(lambda _: [resized(item.image, (128, 48)) for item in cell], repeats)


def _prepared(cell: Cell, model: str = "default") -> Any:
    settings = _network(model).config.input
    standing, pictures = stand_upright(cell)
    (factor,) = length_factors([pictures], settings, "cell")
    return draw_inputs(standing, pictures, factor, settings)


def _network(model: str = "default") -> Any:
    """Return the shipped network, or one of the paper's: untrained, which costs the same."""
    from napari_karyo.inference.classify import get_weights
    from napari_karyo.models.named import CONFIGS
    from napari_karyo.models.network import ChromosomeNetwork

    if model == "default":
        return get_weights("default").network
    return ChromosomeNetwork(CONFIGS[model]).eval()


def classify(repeats: int, crops: int) -> Timing:
    """Classify crops, from their pictures to what is said of each."""
    from napari_karyo.inference.classify import classify_cells

    cells, options = cells_of(crops), nk.ClassifyOptions(device="cpu")
    return timed(lambda _: classify_cells(cells, options), times(crops, repeats))


def plain_loop(repeats: int, crops: int) -> Timing:
    """Prepare each crop, and show it to the network in four views, one crop after the other."""
    from napari_karyo.inference.device import the_cpu
    from napari_karyo.inference.predict import predict

    cells, network = cells_of(crops), _network()

    def loop(_: int) -> None:
        for cell in cells:
            for one in _prepared(cell).inputs:
                predict(network, one[None], the_cpu())

    return timed(loop, times(crops, repeats))


def papers_loop(repeats: int, crops: int) -> Timing:
    """Show crops to the paper's network, one after the other, as a first script would."""
    import torch

    network = _network("res_crann")
    inputs = torch.from_numpy(_prepared(example(), "res_crann").inputs)[:crops]

    def loop(_: int) -> None:
        with torch.inference_mode():
            for one in inputs:
                network(one[None])

    return timed(loop, min(repeats, FEW))


# The network alone


def _inputs(crops: int) -> NDArray[np.float32]:
    return np.resize(_prepared(example()).inputs, (crops, 1, 128, 48))


def network(repeats: int, crops: int) -> Timing:
    """Show prepared crops to the network, each in four views."""
    from napari_karyo.inference.device import the_cpu
    from napari_karyo.inference.predict import predict

    inputs, one = _inputs(crops), _network()
    return timed(lambda _: predict(one, inputs, the_cpu()), times(crops, repeats))


def network_in_bfloat16(repeats: int, crops: int) -> Timing:
    """Do the same in bfloat16, which the program does not."""
    import torch

    from napari_karyo.inference.device import the_cpu
    from napari_karyo.inference.predict import predict

    inputs, one = _inputs(crops), _network()

    def halved(_: int) -> None:
        with torch.autocast("cpu", torch.bfloat16):
            predict(one, inputs, the_cpu())

    return timed(halved, times(crops, repeats))


def onnx_runtime(repeats: int, crops: int) -> Timing:
    """Do the same with ONNX Runtime, in batches of as many views."""
    import onnxruntime
    import torch

    from napari_karyo.inference.predict import BATCH

    inputs, one = _inputs(crops), _network()
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.onnx"
        names = {"input_names": ["crops"], "output_names": ["logits", "attention"]}
        axes = {"dynamic_axes": {"crops": {0: "n"}}, "dynamo": False}
        torch.onnx.export(one, (torch.zeros(4, 1, 128, 48),), path, **names, **axes)  # type: ignore[arg-type]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def run(_: int) -> None:
        for start in range(0, crops, BATCH["cpu"]):
            some = inputs[start : start + BATCH["cpu"]]
            views = (some, some[..., ::-1], some[..., ::-1, ::-1], some[..., ::-1, :])
            session.run(None, {"crops": np.concatenate(views)})

    return timed(run, times(crops, repeats))


def arithmetic(repeats: int, crops: int) -> Timing:
    """Multiply matrices of single precision, as many sums as the network has of crops.

    It tells how near the network comes to what the processor can add and multiply. Of many crops a
    part is timed.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        _network()(torch.from_numpy(_inputs(4)))
    wanted, side = counter.get_total_flops() * crops, 1024
    left, right = torch.rand(side, side), torch.rand(side, side)
    left @ right  # the first product prepares the library
    products = wanted / (2 * side**3)
    part = max(1, min(round(products), 50))
    found = timed(lambda _: [left @ right for _ in range(part)], repeats)
    share = products / part
    return Timing(found.seconds * share, found.processor * share, found.mib)


# More than a cell


def spread(repeats: int) -> Timing:
    """Find the chromosomes of a simulated spread of 700 x 800 pixels."""
    from napari_karyo.models.spread_weights import load_spread_weights
    from napari_karyo.segmentation.segment import segment

    weights, photograph = load_spread_weights(), nk.simulate_spread("46,XY", seed=1).spread
    return timed(lambda _: segment(photograph, weights), min(repeats, FEW))


def spread_by_threshold(repeats: int) -> Timing:
    """Find what Otsu's threshold and connected components find in it."""
    from segmentation import by_threshold

    photograph = nk.simulate_spread("46,XY", seed=1).spread
    return timed(lambda _: by_threshold(photograph), repeats)


def saliency(repeats: int) -> Timing:
    """Map what the network looks at on each of 46 crops."""
    found = nk.classify(example(), nk.ClassifyOptions(device="cpu"))
    return timed(lambda _: nk.saliency(found, device="cpu"), repeats)


def saliency_one_by_one(repeats: int) -> Timing:
    """Do the same crop by crop."""
    found = nk.classify(example(), nk.ClassifyOptions(device="cpu"))
    return timed(
        lambda _: [nk.saliency(found, [index], device="cpu") for index in range(len(found))],
        repeats,
    )


def composing(repeats: int) -> dict[str, Timing]:
    """Draw the page of a karyogram, whole and as far as a move changed it, without a window."""
    cell = ClassifiedCell.from_classification(known(1, Polarity.DARK))
    composer, states = Composer(cell.classification), []
    for slot in ("1", "2"):
        cell.karyotype.move([0], slot)
        states.append(cell.karyotype.state)
    pages = [composer.layout.page(state, cell.heading()) for state in states]
    canvas = composer.compose(pages[0])
    return {
        "whole": timed(lambda number: composer.compose(pages[number % 2]), repeats),
        "move": timed(
            lambda number: composer.update(canvas, pages[number % 2], ("1", "2")), repeats
        ),
    }
