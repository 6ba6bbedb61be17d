"""The documentation site: what pages take from elsewhere, and that none is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tool_scripts import load_tool

PROJECT = Path(__file__).resolve().parent.parent
DOCS = PROJECT / "docs"
INCLUDE = re.compile(r"^\{\{ include ([^\s#}]+)(?:#([\w-]+))? \}\}$", re.M)
PAGES = sorted(DOCS.rglob("*.md"))


def test_what_pages_take_from_elsewhere_is_there() -> None:
    included = load_tool("docs_hooks").included
    taken = [
        included(name, part or None, page.parent)
        for page in PAGES
        for name, part in INCLUDE.findall(page.read_text(encoding="utf-8"))
    ]
    assert len(taken) >= 8
    assert all(text.strip() for text in taken)


def test_links_of_what_is_taken_lead_on() -> None:
    included = load_tool("docs_hooks").included
    card = included("src/napari_karyo/models/files/default.md", None, DOCS)
    assert "](design.md)" in card
    assert "../docs" not in card
    changes = included("CONTRIBUTING.md", None, DOCS / "reference")
    assert "](../design.md)" in changes
    # What the site has not, is named and not linked to.
    assert "](CHANGELOG.md)" not in changes


def test_a_script_is_shown_as_code() -> None:
    shown = load_tool("docs_hooks").included("examples/classify_folder.py", None, DOCS)
    assert shown.startswith('```python\n"""Classify')
    assert shown.endswith("\n```")


def test_a_part_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match="no part nothing"):
        load_tool("docs_hooks").included("README.md", "nothing", DOCS)


def test_every_page_is_in_the_menu() -> None:
    menu = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    named = set(re.findall(r"[\w/-]+\.md", menu))
    assert named == {page.relative_to(DOCS).as_posix() for page in PAGES}


def test_pictures_that_pages_show_are_there() -> None:
    missing = [
        f"{page.name}: {name}"
        for page in PAGES
        for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / name).is_file()
    ]
    assert missing == []
