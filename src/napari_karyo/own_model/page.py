"""The comparison as one page of plain HTML, for a window and for a browser alike."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from napari_karyo.counted import count
from napari_karyo.own_model.comparing import MEASURES, ComparedMeasure, ModelComparison

#: Understood by a browser and by Qt, which knows little of style.
_STYLE = (
    "body { font-family: sans-serif; } td, th { padding: 2px 3px; text-align: right; "
    "white-space: nowrap; } th { border-bottom: 1px solid; } "
    ".name { text-align: left; white-space: normal; }"
)


def page_of(
    comparison: ModelComparison, title: str = "Own model", with_verdict: bool = True
) -> str:
    """Return the page, the verdict on top.

    Parameters
    ----------
    comparison : ModelComparison
    title : str
    with_verdict : bool
        Whether title and verdict stand on it: a window may say them itself.
    """
    learned = comparison.learned_from
    kept_out = (
        f"{count(comparison.cells, 'cell')} of {count(comparison.patients, 'patient')}, "
        f"{count(comparison.crops, 'chromosome')}"
    )
    top = [f"<h2>{escape(title)}</h2>", f"<p><b>{escape(comparison.verdict)}</b></p>"]
    parts = [
        *(top if with_verdict else ()),
        f"<p>Compared on {kept_out}, which neither model has learned from. The ends of the "
        "difference are those of 95 % of draws of such cells. A dot marks what is better "
        "beyond chance, a cross what is worse.</p>",
        _table([(MEASURES[one.name], one) for one in comparison.measures]),
        "<h3>In the right place, class by class</h3>",
        _table([(one.name, one) for one in comparison.per_class], "class"),
        "<h3>What was compared</h3>",
        "<p>",
        *(f"{escape(line)}<br/>" for line in _origin(comparison, learned)),
        "</p><p>Every result is a proposal, for research use only.</p>",
    ]
    head = f'<meta charset="utf-8"/><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join(parts)
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n"


def _table(rows: Iterable[tuple[str, ComparedMeasure]], first: str = "") -> str:
    """Return a table; without a head for the names each stands on a line of its own.

    A window gives the table little room: Qt would break long names after each letter.
    """
    heads = (*((first,) if first else ()), "shipped", "own", "difference", "at least", "at most")
    heads = (*heads, "of", "")
    lines = ["<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"]
    for words, one in rows:
        signs = "●" if one.better else "✕" if one.worse else ""
        cells = (
            _figure(one, one.shipped),
            _figure(one, one.own),
            *(
                _figure(one, value, sign=True)
                for value in (one.own - one.shipped, one.low, one.high)
            ),
            str(one.crops),
            signs,
        )
        figures = "".join(f'<td align="right">{cell}</td>' for cell in cells)
        if first:
            lines.append(f'<tr><td class="name" align="left">{escape(words)}</td>{figures}</tr>')
        else:
            name = f'<td class="name" align="left" colspan="{len(heads)}">{escape(words)}</td>'
            lines += [f"<tr>{name}</tr>", f"<tr>{figures}</tr>"]
    return '<table cellspacing="0">\n' + "\n".join(lines) + "\n</table>"


def _figure(one: ComparedMeasure, value: float, sign: bool = False) -> str:
    plus = "+" if sign else ""
    if one.name == "clicks":
        return f"{value:{plus}.1f}"
    return f"{100 * value:{plus}.1f}" + ("" if sign else " %")


def _origin(comparison: ModelComparison, learned: dict[str, object]) -> list[str]:
    lines = [
        f"Shipped model: {comparison.shipped}, SHA-256 {comparison.shipped_sha256[:16]}…",
        f"Own model: SHA-256 {comparison.own_sha256[:16]}…",
    ]
    numbers = [(learned.get(name), what) for name, what in _LEARNED]
    known = [count(number, what) for number, what in numbers if isinstance(number, int)]
    if known:
        lines.append(f"It learned from {', '.join(known)}.")
    written = comparison.made.get("written")
    if written:
        lines.append(f"Compared {written}, napari-karyo {comparison.made.get('version', '')}.")
    return lines


#: Of what the own model says that it was made from.
_LEARNED = (("cells", "cell"), ("patients", "patient"), ("crops", "chromosome"))
