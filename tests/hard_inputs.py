"""Folders of crops as other programs leave them, made of a good cell: several of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

#: Writes one crop: the folder, its name without an end, its greys and the good file.
Writer = Callable[[Path, str, np.ndarray, Path], None]


def save(out: Path, name: str, picture: np.ndarray, end: str = "png", **options: object) -> None:
    """Write a picture with Pillow."""
    Image.fromarray(picture).save(out / f"{name}.{end}", **options)


def framed(width: int, grey: int, gap: int, sides: str = "tblr") -> Writer:
    """Return what draws a line around a crop, on all sides or some."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        paper = int(np.median(np.concatenate([picture[0], picture[-1]])))
        wide = np.pad(picture, gap, constant_values=paper)
        rows = ("t" in sides) * width, ("b" in sides) * width
        columns = ("l" in sides) * width, ("r" in sides) * width
        save(out, name, np.pad(wide, (rows, columns), constant_values=grey))

    return write


def compressed(kind: str) -> Writer:
    """Return what writes a TIFF of a compression."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        tifffile.imwrite(out / f"{name}.tif", picture, compression=kind, photometric="minisblack")

    return write


def as_kind(change: Callable[[np.ndarray], np.ndarray]) -> Writer:
    """Return what writes greys of another number format."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        tifffile.imwrite(out / f"{name}.tif", change(picture), photometric="minisblack")

    return write


def twice(second: Writer) -> Writer:
    """Return what copies a file and writes the same picture again."""

    def write(out: Path, name: str, picture: np.ndarray, file: Path) -> None:
        shutil.copy(file, out)
        second(out, name, picture, file)

    return write


def one_channel(channel: int) -> Writer:
    """Return what writes a colour picture of which one channel alone shows something."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        colour = np.zeros((*picture.shape, 3), np.uint8)
        colour[..., channel] = picture
        save(out, name, colour)

    return write


def resized(size: Callable[[tuple[int, int]], tuple[int, int]]) -> Writer:
    """Return what resizes a crop; `size` tells the new height and width of the old ones."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        height, width = size(picture.shape)
        image = Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC)
        image.save(out / f"{name}.png")

    return write


def channels(axes: str) -> Writer:
    """Return what writes a chromosome and a faint paint as channels of a TIFF."""

    def write(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
        noise = np.random.default_rng(0).normal(0, 8, picture.shape)
        paint = np.clip(picture * 0.8 + noise, 0, 255).astype(np.uint8)
        both = np.stack([picture, paint])
        if axes == "imagej":
            tifffile.imwrite(out / f"{name}.tif", both, imagej=True, metadata={"axes": "CYX"})
            return
        named = {"axes": "CYX", "Channel": {"Name": ["DAPI", "Paint"]}}
        tifffile.imwrite(out / f"{name}.ome.tif", both, photometric="minisblack", metadata=named)

    return write


def thumbnail(out: Path, name: str, picture: np.ndarray, _: Path) -> None:
    """Write a picture with a reduced copy of it in the same file."""
    with tifffile.TiffWriter(out / f"{name}.tif") as file:
        file.write(picture, photometric="minisblack")
        half = np.ascontiguousarray(picture[::2, ::2])
        file.write(half, photometric="minisblack", subfiletype=1)


def thumbnail_beside(out: Path, name: str, picture: np.ndarray, file: Path) -> None:
    """Copy a file and write a small one of the same picture beside it."""
    shutil.copy(file, out)
    Image.fromarray(picture).reduce(2).save(out / f"thumb_{name}.png")


def sidecars(out: Path, _: str, __: np.ndarray, file: Path) -> None:
    """Copy a file with what systems leave beside it."""
    shutil.copy(file, out)
    (out / f"._{file.name}").write_bytes(b"\0\5\x16\7")
    (out / f"{file.name}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    (out / "Thumbs.db").write_bytes(b"x")
    (out / ".DS_Store").write_bytes(b"x")
    (out / "desktop.ini").write_text("x")


def plain(out: Path, _: str, __: np.ndarray, file: Path) -> None:
    """Copy the good file."""
    shutil.copy(file, out)


def make(source: Path, out: Path, writer: Writer) -> Path:
    """Write all crops of a good cell in one way, and return the folder."""
    out.mkdir(parents=True)
    for file in sorted(source.glob("*.png")):
        writer(out, file.stem, np.asarray(Image.open(file).convert("L")), file)
    return out
