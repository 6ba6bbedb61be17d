"""The edits by which persons say what they saw: accepted, counted, signed, written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from napari_karyo.errors import EditError
from napari_karyo.karyotype.edit import Edit
from napari_karyo.karyotype.history import History
from napari_karyo.karyotype.state import CELL_MARKS, Signature
from napari_karyo.worksheet import CellWorksheet


class SignatureEdits(History):
    """A history whose edits accept chromosomes, and mark, annotate and sign the cell."""

    def review(self, chromosomes: Iterable[int], reviewed: bool = True) -> Edit | None:
        """Mark chromosomes as accepted where they sit, or take the mark back.

        A chromosome that is moved to another slot afterwards loses its mark: what
        was accepted was the place it had.
        """
        members = frozenset(self._all_here(chromosomes))
        before = self._state.reviewed
        marks = before | members if reviewed else before - members
        fresh = tuple(sorted(marks ^ before))
        text = f"{self._call(fresh)} {'accepted' if reviewed else 'no longer accepted'}"
        return self._edit("review", fresh, text, reviewed=marks)

    def mark(self, word: str, on: bool = True) -> Edit | None:
        """Mark the cell as counted, analysed or karyotyped, or take the mark back.

        Who karyotypes a cell has analysed it, and who analyses it has counted it: a mark
        brings those below it, and taking one back takes those above it.

        Raises
        ------
        EditError
            Where there is no such mark.
        """
        if word not in CELL_MARKS:
            raise EditError(
                f"A cell can't be marked {word!r}.", f"The marks are {', '.join(CELL_MARKS)}."
            )
        step = CELL_MARKS.index(word)
        before = self._state.marks
        marks = before.union(CELL_MARKS[: step + 1]) if on else before.difference(CELL_MARKS[step:])
        text = f"cell marked {word}" if on else f"cell no longer marked {word}"
        return self._edit("mark", (), text, marks=marks)

    def annotate(self, note: str) -> Edit | None:
        """Write a note about the cell in the place of the one before."""
        return self._edit("note", (), "note written" if note else "note removed", note=note)

    def write_worksheet(self, worksheet: CellWorksheet) -> Edit | None:
        """Write where the cell is found again, in the place of what was written before."""
        text = self._state.worksheet.changed(worksheet)
        return self._edit("worksheet", (), text, worksheet=worksheet)

    def write_iscn(self, text: str | None) -> Edit | None:
        """Write the karyotype by hand; None or nothing gives the proposal its place again."""
        words = (text or "").strip() or None
        said = "karyotype left to the program" if words is None else f"karyotype written: {words}"
        return self._edit("iscn", (), said, iscn=words)

    def sign(self, role: str) -> Edit | None:
        """Sign the cell as it stands: who edits has reviewed it, or confirms a review.

        Any edit of what was signed takes the signatures away.

        Parameters
        ----------
        role : {"reviewed", "confirmed"}

        Raises
        ------
        EditError
            Where nobody has said who edits, or where the same person would confirm, or
            nobody has reviewed yet.
        """
        who = self.who.strip()
        if role not in ("reviewed", "confirmed"):
            raise EditError(f"A cell can't be signed as {role!r}.")
        if not who:
            raise EditError(
                "Nobody's initials are known, so the cell can't be signed.",
                "Write yours first.",
            )
        signed = {signature.role: signature for signature in self._state.signatures}
        if role == "confirmed":
            if "reviewed" not in signed:
                raise EditError(
                    "This cell has not been reviewed yet, or was changed since.",
                    "One person reviews it, then another confirms.",
                )
            if signed["reviewed"].who.casefold() == who.casefold():
                raise EditError(
                    f"{who} reviewed this cell already.",
                    "A second person, with other initials, has to confirm it.",
                )
        mine = Signature(role, who, datetime.now(UTC).isoformat(timespec="seconds"))  # type: ignore[arg-type]
        if role in signed and replace(signed[role], time=mine.time) == mine:
            return None
        # Who reviews anew takes the place of the reviewer before, and nobody has confirmed that.
        kept = tuple(
            sign
            for sign in self._state.signatures
            if role == "confirmed" and sign.role == "reviewed"
        )
        return self._edit("sign", (), f"{role} by {who}", signatures=(*kept, mine))

    def withdraw(self) -> Edit | None:
        """Take all signatures back."""
        return self._edit("sign", (), "signatures withdrawn", signatures=())
