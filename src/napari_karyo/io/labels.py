"""A cell's table of classes, as spreadsheets in any language write it."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from napari_karyo.cell import Problem
from napari_karyo.classes import parse_class

_SUFFIXES = (".csv", ".tsv", ".txt", ".tab")

#: A table of a cell is never longer than this, in bytes.
_LONGEST = 1 << 20

#: Names of a column of files, and of one of classes, in several languages.
_FILE = re.compile(
    r"(?:file|image|picture|crop|datei|bild|fichier|archivo|imagen|arquivo|imagem|immagine|"
    r"bestand|fil|fil|plik|soubor|dosya|файл|изображение|文件|图像|图片|ファイル|画像|파일)"
    r"(?:[\s_-]*(?:name|namen?|nome|nombre|navn|имя|名|名称|이름))?|"
    r"(?:name|filename|dateiname|nom|nombre|nome|nom du fichier|nombre de archivo|nome do arquivo|"
    r"nome file|имя файла|文件名|ファイル名|파일명|path|pfad)",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"(?:(?:true|expected|assigned|karyotype)[\s_-]*)?(?:label|class|klasse|classe|clase|"
    r"etikett?e?|[eé]tiquette|etiqueta|etichetta|chromosomen?|chr|cromosoma|cromossomo|"
    r"kromosom|chromosom|chromozom|хромосома|класс|метка|类别|标签|染色体|クラス|ラベル|염색체)"
    r"(?:[\s_-]*(?:no|nr|number|nummer|numéro|n[uú]mero|номер|号|name))?[.:]?",
    re.IGNORECASE,
)

#: So many of a column's words must be what the column is taken for.
_MOST = 0.8


def find_labels(
    files: Sequence[Path], images: Sequence[Path]
) -> tuple[dict[str, str], list[Path], list[Problem]]:
    """Find and read the table that gives the classes of a cell's image files.

    Parameters
    ----------
    files : sequence of Path
        Of the cell's folder.
    images : sequence of Path
        Those that are images.

    Returns
    -------
    labels : dict
        Class by the image file's name in lower case.
    tables : list of Path
        The files that are such tables.
    problems : list of Problem
    """
    tables = [path for path in files if path.suffix.lower() in _SUFFIXES]
    # The one that is called labels is meant, whatever else is there.
    tables.sort(key=lambda path: not path.stem.casefold().startswith("label"))
    names = {path.name.casefold() for path in images}
    labels: dict[str, str] = {}
    read: list[Path] = []
    problems: list[Problem] = []
    for path in tables:
        called = path.stem.casefold() in ("labels", "label") and path.suffix.lower() != ".txt"
        try:
            found, said = _read(path, names)
        except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
            if called:
                read.append(path)
                problems.append(
                    Problem(path.name, f"it could not be read ({error}).", "It was left out.")
                )
            continue
        if found or called:
            read.append(path)
            problems += said
            labels = {**found, **labels}
    return labels, read, problems


def _read(path: Path, names: set[str]) -> tuple[dict[str, str], list[Problem]]:
    """Read one table: class by file, and what is wrong with it."""
    if path.stat().st_size > _LONGEST:
        raise ValueError("it is too large for a table of one cell")
    rows = _rows(_text(path.read_bytes()))
    if not rows:
        return {}, []
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    head = rows[0]
    file_column = _named(head, _FILE)
    class_column = _named(head, _CLASS)
    headed = file_column is not None or class_column is not None or _is_head(rows, names)
    body = rows[1:] if headed else rows
    if file_column is None:
        file_column = _only(body, lambda word: _match(word, names) is not None, class_column)
    if class_column is None:
        class_column = _only(body, lambda word: parse_class(word) is not None, file_column)
    if file_column is None or class_column is None:
        missing = "no row gives a file and a class." if body else "it is empty."
        return {}, [
            Problem(path.name, missing, "It needs the columns file and label; it was left out.")
        ]
    return _labelled(path, body, file_column, class_column, names)


def _labelled(
    path: Path, body: Sequence[list[str]], file_column: int, class_column: int, names: set[str]
) -> tuple[dict[str, str], list[Problem]]:
    labels: dict[str, str] = {}
    strange: list[tuple[str, str]] = []
    for row in body:
        name, word = row[file_column], row[class_column]
        label = parse_class(word)
        if name and label:
            labels[_match(name, names) or _last(name)] = label
        elif word:
            strange.append((name, word))
    problems = []
    if strange:
        name, word = strange[0]
        more = f" (and {len(strange) - 1} more)" if len(strange) > 1 else ""
        problems.append(
            Problem(
                path.name,
                f"the label {word!r} of {name or 'a row without a file'} is no class{more}.",
                "Use 1 to 22, X or Y; the row was left out.",
                left_out=False,
            )
        )
    if not labels and body:
        problems.append(
            Problem(
                path.name,
                "no row gives a file and a class.",
                "It needs the columns file and label; it was left out.",
            )
        )
    return labels, problems


def _text(data: bytes) -> str:
    """Decode a table: UTF-8 or UTF-16 with or without a mark, else Latin-1."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding)
    # A table is mostly ASCII, and its every second byte in UTF-16 is zero.
    some = data[:2000]
    if some[1::2].count(0) > len(some) // 4:
        return data.decode("utf-16-le")
    if some[0::2].count(0) > len(some) // 4:
        return data.decode("utf-16-be")
    if 0 in some:
        raise ValueError("it is no text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> list[list[str]]:
    """Return the cells of a table, whatever parts them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    told = re.match(r"sep=(.)\n", text, re.IGNORECASE)
    if told is not None:
        text = text[told.end() :]
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return []

    def parted(mark: str) -> list[list[str]]:
        reader = csv.reader(StringIO("\n".join(lines)), delimiter=mark, skipinitialspace=True)
        return [[word.strip().strip("'\"").strip() for word in row] for row in reader]

    marks = [told.group(1)] if told is not None else [";", "\t", ",", "|"]
    # The mark that parts most lines, and as many in each.
    scored = []
    for mark in marks:
        rows = parted(mark)
        counts = [len(row) for row in rows]
        usual = max(set(counts), key=counts.count)
        scored.append((usual > 1, counts.count(usual), -abs(usual), rows))
    best = max(scored, key=lambda item: item[:3])
    if best[0]:
        return best[3]
    return [line.split() for line in lines]


def _named(head: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    """Return the one column of that name; None where there is none, or two."""
    hits = [number for number, word in enumerate(head) if pattern.fullmatch(word.strip())]
    return hits[0] if hits else None


def _is_head(rows: Sequence[list[str]], names: set[str]) -> bool:
    """Tell whether the first row names the columns."""
    first = rows[0]
    return not any(_match(word, names) is not None for word in first)


def _only(body: Sequence[list[str]], fits: object, taken: int | None) -> int | None:
    """Return the one column whose words are of a kind; None where none is, or several are."""
    assert callable(fits)
    if not body:
        return None
    hits = []
    for column in range(len(body[0])):
        words = [row[column] for row in body if row[column]]
        if column != taken and words and sum(map(fits, words)) >= _MOST * len(words):
            hits.append(column)
    return hits[0] if len(hits) == 1 else None


def _last(name: str) -> str:
    return Path(name.replace("\\", "/")).name.casefold()


def _match(word: str, names: set[str]) -> str | None:
    """Return the image file that a word of a table means: by its name, with or without suffix."""
    if not word:
        return None
    name = _last(word)
    if name in names:
        return name
    hits = [one for one in names if Path(one).stem == name] or [
        one for one in names if Path(one).stem == Path(name).stem and Path(name).suffix
    ]
    return hits[0] if len(hits) == 1 else None
