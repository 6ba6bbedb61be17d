"""The other design: chromosomes detected by boxes, with torchvision's Faster R-CNN.

    python benchmarks/box_detector.py DATA --output FOLDER [--minutes 60] [--every N]

Trains a Faster R-CNN (ResNet-18 with a feature pyramid, from chance, as the network that is
shipped was) on tiles of the photographs of ``train`` that have boxes or outlines, for as long
as is asked; it goes on from ``FOLDER/detector.pt`` where that is, and with 0 minutes it only
measures. Then holds its boxes, and those of what `segment` finds, against those of ``val``: one
to one, overlap over union at least a half. The score from which a box counts is the one that is
best on these very spreads, so that the detector is seen at its best.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models import resnet18
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead

from napari_karyo.cell import Outline
from napari_karyo.segmentation.ground import Field, flatten, make_field, measure_width
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.segmentation.region import Region
from napari_karyo.segmentation.segment import segment
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph
from napari_karyo.training.segmentation.matching import match, overlap_of_boxes

#: Pixels of a tile of the field, tiles of a step, and the least part of a box that is taught.
TILE, BATCH, WHOLE = 320, 4, 0.7
RATE, WARM_UP = 0.01, 200
#: Channels of the feature pyramid, and of the layers that judge a box: a quarter of what is
#: usual, for two cores.
PYRAMID, HIDDEN = 64, 256
SCORES = np.arange(0.05, 1.0, 0.05)

Known = tuple[NDArray[np.uint8], NDArray[np.float32]]


def make_detector() -> FasterRCNN:
    """Return the detector, untrained; its anchors are as long as chromosomes of a field are."""
    layers = {f"layer{number}": str(number - 1) for number in range(1, 5)}
    backbone = BackboneWithFPN(resnet18(weights=None), layers, [64, 128, 256, 512], PYRAMID)
    anchors = AnchorGenerator(((16,), (28,), (48,), (80,), (128,)), ((0.5, 1.0, 2.0),) * 5)
    return FasterRCNN(
        backbone,
        box_head=TwoMLPHead(PYRAMID * 7**2, HIDDEN),
        box_predictor=FastRCNNPredictor(HIDDEN, 2),
        rpn_anchor_generator=anchors,
        _skip_resize=True,
        image_mean=[0.2] * 3,
        image_std=[0.25] * 3,
        box_detections_per_img=150,
        box_nms_thresh=0.6,
        box_score_thresh=0.02,
    )


def tight_boxes(outlines: Sequence[Region | Outline]) -> NDArray[np.float64]:
    """Return left, top, right and bottom of each outline."""
    places = [one.place for one in outlines]
    boxes = [(c.start, r.start, c.stop, r.stop) for r, c in places]
    return np.array(boxes, np.float64).reshape(-1, 4)


def boxes_of(photograph: Photograph) -> NDArray[np.float64]:
    """Return left, top, right and bottom of each chromosome, in pixels of the photograph."""
    if len(photograph.boxes):
        return photograph.boxes
    return tight_boxes(photograph.outlines)


def field_of(photograph: Photograph) -> Field:
    """Return a photograph as the shipped network reads it."""
    spread = photograph.spread
    density = flatten(spread.image, spread.polarity)
    return make_field(density, measure_width(density))


def known(data: Path) -> Iterator[Known]:
    """Yield field and boxes of each photograph of ``train``."""
    for file, read in ARCHIVES.values():
        for photograph in read(data / file, ("train",)):
            field = field_of(photograph)
            yield (
                (field.values * 255).astype(np.uint8),
                (boxes_of(photograph) * field.factor).astype(np.float32),
            )


def tile_of(one: Known, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return a tile of a photograph, turned about, of another contrast, and its boxes."""
    values, boxes = one
    values = np.pad(values, [(0, max(0, TILE - side)) for side in values.shape])
    top, left = (int(rng.integers(0, side - TILE + 1)) for side in values.shape)
    tile = values[top : top + TILE, left : left + TILE].astype(np.float32) / 255
    moved = boxes - np.array([left, top, left, top], np.float32)
    inside = np.clip(moved, 0, TILE)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (inside, moved)]
    inside = inside[areas[0] >= WHOLE * areas[1]]
    if rng.random() < 0.5:
        tile, inside = (
            tile[:, ::-1],
            np.stack(
                [TILE - inside[:, 2], inside[:, 1], TILE - inside[:, 0], inside[:, 3]], axis=1
            ),
        )
    if rng.random() < 0.5:
        tile, inside = (
            tile[::-1],
            np.stack(
                [inside[:, 0], TILE - inside[:, 3], inside[:, 2], TILE - inside[:, 1]], axis=1
            ),
        )
    if rng.random() < 0.5:
        tile, inside = tile.T, inside[:, [1, 0, 3, 2]]
    tile = np.clip(tile * rng.uniform(0.75, 1.3), 0, 1)
    return torch.from_numpy(np.ascontiguousarray(tile)), torch.from_numpy(inside.copy())


def train(data: Path, folder: Path, minutes: float, seed: int) -> FasterRCNN:
    """Train for some minutes more; the rate falls to nothing in the end."""
    torch.manual_seed(seed)
    detector = make_detector()
    saved = folder / "detector.pt"
    if saved.exists():
        detector.load_state_dict(torch.load(saved, weights_only=True))
    if not minutes:
        return detector
    photographs = list(known(data))
    print(f"{len(photographs)} photographs to learn from", flush=True)
    optimizer = torch.optim.SGD(detector.parameters(), RATE, momentum=0.9, weight_decay=1e-4)
    rng, step, begun = np.random.default_rng(seed), 0, time.monotonic()
    detector.train()
    while (gone := (time.monotonic() - begun) / (60 * minutes)) < 1:
        rate = RATE * min(1.0, (step + 1) / WARM_UP) * (1 + np.cos(np.pi * gone)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        tiles: list[tuple[Tensor, Tensor]] = []
        while len(tiles) < BATCH:
            tile, boxes = tile_of(photographs[int(rng.integers(len(photographs)))], rng)
            if len(boxes):
                tiles.append((tile, boxes))
        told = [
            {"boxes": boxes, "labels": torch.ones(len(boxes), dtype=torch.int64)}
            for _, boxes in tiles
        ]
        losses = detector([tile.expand(3, -1, -1) for tile, _ in tiles], told)
        loss = sum(losses.values())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(detector.parameters(), 10.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f"step {step}, minute {gone * minutes:.1f}: {loss.item():.3f}", flush=True)
    print(f"{step} steps of {BATCH} tiles", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(detector.state_dict(), saved)
    return detector


def detect(detector: FasterRCNN, photograph: Photograph) -> tuple[NDArray, NDArray]:
    """Return the boxes that are found in a photograph, in its pixels, and their scores."""
    field = field_of(photograph)
    with torch.inference_mode():
        found = detector([torch.from_numpy(field.values).expand(3, -1, -1)])[0]
    return found["boxes"].double().numpy() / field.factor, found["scores"].numpy()


def boxes_found(photograph: Photograph, found: Segmentation) -> NDArray[np.float64]:
    """Return the boxes of what was found: with the room that people leave where they drew boxes."""
    outlines = [one.outline for one in found.chromosomes]
    if not len(photograph.boxes):
        return tight_boxes(outlines)
    return np.array([found.box(one) for one in outlines], np.float64).reshape(-1, 4)


def measure(data: Path, detector: FasterRCNN, every: int) -> None:
    """Print what both designs find in ``val``."""
    detector.eval()
    print(f"{'stain':8} {'spreads':>7}  {'boxes: score, found, false':28} shipped: found, false")
    for stain, (file, read) in ARCHIVES.items():
        there, scored, ours = 0, [], []
        for photograph in read(data / file, ("val",), every):
            truth = boxes_of(photograph)
            there += len(truth)
            boxes, scores = detect(detector, photograph)
            scored.append([match(overlap_of_boxes(truth, boxes[scores >= s])) for s in SCORES])
            own = boxes_found(photograph, segment(photograph.spread))
            ours.append(match(overlap_of_boxes(truth, own)))
        found, false = (
            np.array([[value(one) for one in row] for row in scored]).sum(axis=0)
            for value in (lambda m: len(m.pairs), lambda m: m.false)
        )
        best = int(np.argmax(2 * found / (found + false + there)))
        spreads = len(scored)
        print(
            f"{stain:8} {spreads:7}  {SCORES[best]:.2f}, {found[best] / there:.1%},"
            f" {false[best] / spreads:.2f}          "
            f"{sum(len(m.pairs) for m in ours) / there:.1%},"
            f" {sum(m.false for m in ours) / spreads:.2f}",
            flush=True,
        )


def main() -> None:
    """Train the detector and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    detector = train(chosen.data, chosen.output, chosen.minutes, chosen.seed)
    measure(chosen.data, detector, chosen.every)


if __name__ == "__main__":
    main()
