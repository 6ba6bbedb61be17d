"""Weights, archives of training data and label tables made wrong."""

from __future__ import annotations

import csv
import io
import json
import struct
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from fuzzing.mutate import EDGES, WORDS, change, change_text, scramble
from napari_karyo.errors import KaryoError

NAME = "some.safetensors"

# -- weights ----------------------------------------------------------------------


def prepare_weights() -> list[bytes]:
    """Return good weights: of two small networks, and of both as one."""
    import torch

    from napari_karyo.models.ensemble import Ensemble
    from napari_karyo.models.named import DEFAULT
    from napari_karyo.models.network import ChromosomeNetwork
    from napari_karyo.models.weights import save_weights

    torch.set_num_threads(1)
    small = replace(
        DEFAULT,
        input=replace(DEFAULT.input, height=32, width=16),
        depths=(1, 1),
        widths=(4, 4),
        strides=((2, 2), (2, 2)),
        stem_width=4,
        stem_size=3,
        lstm_width=2,
    )
    plain = replace(
        small, backbone="plain", recurrent=False, attend=False, hidden=(8,), widths=(2, 4)
    )
    networks = [ChromosomeNetwork(one) for one in (small, plain, small)]
    calibration = {"temperature": 1.5, "doubtful": 0.4, "sure": 0.9}
    facts = {"crops": {"train": {"g_band": 3}}, "val": {"g_band_top1": 0.5}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        found = []
        both = Ensemble([networks[0], networks[2]])
        for network in (networks[0], networks[1], both):
            save_weights(path, network, calibration, facts)
            found.append(path.read_bytes())
        return found


def write_weights(seeds: list[bytes], chance: Random, target: Path) -> None:
    """Write weights that something is wrong with."""
    content = chance.choice(seeds)
    size = struct.unpack("<Q", content[:8])[0]
    header, data = content[8 : 8 + size], content[8 + size :]
    what = chance.random()
    if what < 0.35:
        named = json.loads(header)
        described = named["__metadata__"]
        key = chance.choice(("config", "config", "config", "calibration", "facts", "format"))
        described[key] = (
            change_text(described[key], chance) if key != "format" else chance.choice(WORDS)
        )
        header = json.dumps(named).encode()
    elif what < 0.6:
        header = json.dumps(change(json.loads(header), chance)).encode()
    elif what < 0.7:
        # The same name twice, which JSON lets pass.
        one = json.dumps(chance.choice(sorted(json.loads(header)))).encode()
        header = header[:-1] + b", " + one + b": " + chance.choice((b"{}", b"1", b"null")) + b"}"
    elif what < 0.8:
        header = scramble(header, chance)
    elif what < 0.9:
        data = scramble(data, chance)
    else:
        (target / NAME).write_bytes(scramble(content, chance))
        return
    length = len(header) if chance.random() < 0.97 else chance.choice(EDGES) % 2**64
    (target / NAME).write_bytes(struct.pack("<Q", length) + header + data)


def door_weights(chance: Random, target: Path) -> str:
    """Load the weights."""
    from napari_karyo.models.weights import load_weights

    try:
        weights = load_weights(target / NAME)
    except KaryoError:
        return "refused"
    if chance.random() < 0.05:
        import torch

        canvas = weights.network.config.input
        weights.network(torch.zeros(1, 1, canvas.height, canvas.width))
    return "read"


# -- archives -----------------------------------------------------------------------


def prepare_archives() -> list[bytes]:
    """Return good archives: packed, stored, and a long run of zeros."""
    found = []
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as file:
            file.writestr("g/cell/1_1.png", b"\x89PNG" + bytes(range(256)))
            file.writestr("g/cell/2_1.png", b"chromosome " * 20)
            file.writestr("g/über/3.png", b"x")
            file.mkdir("g/empty")
        found.append(stream.getvalue())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("g/zeros.png", bytes(4_000_000))
    return [*found, stream.getvalue()]


_NAMES = (
    "../../outside/x",
    "/outside/x",
    "C:/outside/x",
    "..\\..\\outside\\x",
    "g/../../../outside/x",
    "g/" + "x" * 300,
    "g/" + "x/" * 3000,
    "g",
    "g/cell",
    "g/cell/1_1.png/x",
    "",
    ".",
    "con",
    "g/\x01\n",
    "G/CELL/1_1.png",
    "../outside/canary",
)


def write_archive(seeds: list[bytes], chance: Random, target: Path) -> None:
    """Write an archive that something is wrong with."""
    what = chance.random()
    if what < 0.2:
        content = _with_other_members(chance)
    elif what < 0.6:
        content = _with_other_headers(chance.choice(seeds), chance)
    else:
        content = scramble(chance.choice(seeds), chance)
    (target / "data").mkdir(exist_ok=True)
    (target / "data" / "g.zip").write_bytes(content)


def _with_other_members(chance: Random) -> bytes:
    stream = io.BytesIO()
    names = {chance.choice(_NAMES) for _ in range(chance.choice((1, 2, 3)))}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("g/cell/1_1.png", *sorted(names)):
            member = zipfile.ZipInfo(name)
            # A link, a pipe, or a plain file.
            member.external_attr = chance.choice((0o120777, 0o010644, 0o100644, 0, 0o040755)) << 16
            member.create_system = chance.choice((0, 3, 3))
            file.writestr(member, chance.choice(("/etc/passwd", "../../outside/canary", "")))
    return stream.getvalue()


def _with_other_headers(content: bytes, chance: Random) -> bytes:
    """Write into the fields of a member, in its own header or in the list at the end."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2))):
        mark, last = chance.choice(
            ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46), (b"PK\x01\x02", 46), (b"PK\x05\x06", 22))
        )
        places = []
        at = data.find(mark)
        while at >= 0:
            places.append(at)
            at = data.find(mark, at + 1)
        if not places:
            break
        at = chance.choice(places) + chance.randrange(4, last, 2)
        size = chance.choice((2, 4))
        new = chance.choice((*EDGES, 1, 8, 12, 14, 99, 0x800, 10**9)) % 2 ** (8 * size)
        data[at : at + size] = new.to_bytes(size, "little")
    return bytes(data)


def door_archive(chance: Random, target: Path) -> str:
    """Unpack the archive as training does."""
    from napari_karyo.training.dataset import unpack

    work = target / "work"
    try:
        unpack(target / "data", work, ["g", *([".."] if chance.random() < 0.05 else [])])
    except KaryoError:
        return "refused"
    if sum(one.lstat().st_size for one in work.rglob("*")) > 50_000_000:
        raise AssertionError("an archive of a few bytes became very large")
    return "read"


# -- label tables ----------------------------------------------------------------------

_COLUMNS = ("stain", "patient", "cell", "label", "split", "file", "p_arm")


def prepare_labels() -> list[bytes]:
    """Return a good table of labels, in two forms."""
    rows = [
        (
            "g_band",
            f"p{n // 4}",
            f"cell {n // 2}",
            "1",
            ("train", "val")[n // 4],
            f"g/{n}.png",
            "up",
        )
        for n in range(8)
    ]
    found = []
    for columns in (7, 6):
        stream = io.StringIO()
        csv.writer(stream).writerows([_COLUMNS[:columns], *(row[:columns] for row in rows)])
        found.append(stream.getvalue().encode())
    return found


_FIELDS = (
    *WORDS,
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "x" * 140_000,
    "g/" + "x" * 300,
    '"',
    "unknown",
    "X",
    "99",
    "\r",
    "g\x00.png",
)


def write_labels(seeds: list[bytes], chance: Random, target: Path) -> None:
    """Write a table of labels that something is wrong with."""
    content = chance.choice(seeds)
    what = chance.random()
    if what < 0.6:
        rows = [list(row) for row in csv.reader(io.StringIO(content.decode()))]
        for _ in range(chance.choice((1, 1, 2, 5))):
            row = chance.choice(rows)
            if not row:
                continue
            at, kind = chance.randrange(len(row)), chance.randrange(8)
            if kind == 0:
                del row[at]
            elif kind == 1:
                row.append(chance.choice(_FIELDS))
            elif kind == 2:
                rows.append(list(row))
            else:
                row[at] = chance.choice(_FIELDS)
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        content = stream.getvalue().encode()
    else:
        content = scramble(content, chance)
    if chance.random() < 0.1:
        form = chance.choice(("utf-16", "utf-8-sig", "latin-1", "utf-32", "cp037"))
        content = content.decode("utf-8", "replace").encode(form, "replace")
    (target / "data").mkdir(exist_ok=True)
    (target / "data" / "labels.csv").write_bytes(content)


def door_labels(_: Random, target: Path) -> str:
    """Read the labels and the cells that they name."""
    from napari_karyo.training.dataset import read_cells

    try:
        for labelled in read_cells(target / "data", target / "work", ("train", "val")):
            str(labelled.cell.problems)
    except KaryoError:
        return "refused"
    return "read"


def kinds() -> dict[str, tuple[Any, Any, Any]]:
    """Return of each kind what makes the good files, what spoils one, and what reads it."""
    from fuzzing import cases, images

    return {
        "case": (cases.prepare, cases.write, cases.door),
        "weights": (prepare_weights, write_weights, door_weights),
        "archive": (prepare_archives, write_archive, door_archive),
        "labels": (prepare_labels, write_labels, door_labels),
        "image": (images.prepare, images.write, images.door),
    }
