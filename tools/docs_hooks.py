"""What MkDocs is told beyond Markdown: texts that stand outside of ``docs`` on a page of the site.

A line ``{{ include README.md#keys }}`` becomes what stands in that file between
``<!-- part keys -->`` and ``<!-- end keys -->``; without ``#`` it becomes the whole file, a
script as code. Links are turned to where they lead from the page; those to files that the site
has not become plain words.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ICON = ROOT / "src" / "napari_karyo" / "icon.svg"
_INCLUDE: Final = re.compile(r"^\{\{ include (?P<path>[^\s#}]+)(?:#(?P<part>[\w-]+))? \}\}$", re.M)
_LINK: Final = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_ELSEWHERE: Final = re.compile(r"[a-z]+:|#")


def on_files(files: Any, config: Any) -> Any:
    """Bring the package's icon onto the site."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, ICON.name, abs_src_path=str(ICON)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put texts from elsewhere into a page."""
    where = (DOCS / page.file.src_uri).parent
    return _INCLUDE.sub(lambda found: included(found["path"], found["part"], where), markdown)


def included(name: str, part: str | None, where: Path) -> str:
    """Return the text of a file, or a part of it, as a page in a folder shows it.

    Parameters
    ----------
    name : str
        From the folder of the project.
    part : str, optional
    where : Path
        The folder that the page lies in.
    """
    source = ROOT / name
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".py":
        return f"```python\n{text}```"
    if part is not None:
        found = re.search(rf"<!-- part {part} -->\n(.*?)<!-- end {part} -->", text, re.DOTALL)
        if found is None:
            raise ValueError(f"{name} has no part {part}")
        text = dedent(found[1])
    return _LINK.sub(lambda link: _turned(link, source.parent, where), text)


def _turned(link: re.Match[str], source: Path, where: Path) -> str:
    if _ELSEWHERE.match(link["target"]):
        return link[0]
    path, mark, heading = link["target"].partition("#")
    target = (source / path).resolve()
    if not target.is_relative_to(DOCS):
        return link["words"]
    turned = Path(os.path.relpath(target, where)).as_posix()
    return f"{link['picture']}[{link['words']}]({turned}{mark}{heading})"
