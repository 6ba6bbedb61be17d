"""Tell whether a tag may be released: what names the version, and what was built, must agree.

    python tools/check_release.py v0.1.0 [dist]

With a folder it looks at the distributions in it too. Needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def disagreements(tag: str, root: Path = ROOT, built: Path | None = None) -> list[str]:
    """Return what disagrees with a tag, a sentence each.

    Parameters
    ----------
    tag : str
        Such as ``v0.1.0``.
    root : Path
        The checkout.
    built : Path, optional
        The folder of the wheel and the source distribution.
    """
    version = tag.removeprefix("v")
    found = []
    for name, pattern in (
        ("CITATION.cff", r"^version: (\S+)$"),
        ("docs/cite.md", r"^ *version *= \{(\S+)\},$"),
    ):
        said = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.M)
        if said is None or said[1] != version:
            found.append(f"{name} says {said[1] if said else 'no version'}, the tag {version}.")
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changes, re.M) is None:
        found.append(f"CHANGELOG.md has no heading '## {version} (YEAR-MONTH-DAY)'.")
    if built is not None:
        there = {path.name for path in built.iterdir()}
        wanted = {f"napari_karyo-{version}-py3-none-any.whl", f"napari_karyo-{version}.tar.gz"}
        if there != wanted:
            found.append(f"{built} holds {sorted(there)}, not {sorted(wanted)}.")
    return found


def main() -> int:
    """Print what disagrees; exit with 1 where anything does."""
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    found = disagreements(sys.argv[1], built=Path(sys.argv[2]) if len(sys.argv) == 3 else None)
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
