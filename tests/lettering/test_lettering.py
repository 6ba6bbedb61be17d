"""Letters of any script: found, joined, in their order, and named where no font has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from small_fonts import NAMES

from napari_karyo.lettering import (
    clean,
    cut,
    draw_text,
    fit,
    line_mask,
    missing_letters,
    missing_notice,
    set_line,
    shipped,
    text_width,
    wrap,
)
from napari_karyo.lettering.clean import END_OF_ISOLATE, ISOLATES, LEFTWARD, plain
from napari_karyo.lettering.system import font_folders

OWN = {
    "latin": "Łukasz Müller-Ørsted, Ñandú, Şahin, Nguyễn Thị Ánh, ßẞ",
    "greek": "Ελένη Παπαδοπούλου ΐΰ",
    "cyrillic": "Жуковська Їванна Ґ, Ђорђе, Ўзбек",
    "signs": "✓ → × ≥ ≤ ± − – — … ° µ 46,XY,der(1)t(1;7)(p36.1;q11)[5]/46,XX",
}


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_the_programs_own_typeface_has_latin_greek_cyrillic_and_the_signs(
    no_fonts: None, text: str, bold: bool
) -> None:
    typeface = shipped(bold)
    assert all(typeface.has(letter) for letter in text)
    line = set_line(clean(text), bold)
    assert line.simple
    assert {run.typeface for run in line.runs} == {typeface}
    assert not missing_letters([text])
    assert line.width == pytest.approx(sum(typeface.advance(typeface.glyph(one)) for one in text))


def test_what_is_easily_mistaken_looks_different() -> None:
    for one, other in ("Il", "I1", "l1", "O0", "B8", "S5", "Z2"):
        first, second = (line_mask(letter, 0, 0, 40)[2] for letter in (one, other))
        assert first.shape != second.shape or np.abs(first.astype(int) - second).max() > 100


@pytest.mark.parametrize("script", NAMES)
def test_other_scripts_are_set_in_a_font_of_the_system(small_fonts: None, script: str) -> None:
    name = NAMES[script]
    line = set_line(f"Patient: {clean(name)}   |   46 chromosomes")
    assert not any(run.missing for run in line.runs)
    others = [run for run in line.runs if not run.typeface.own]
    assert plain("".join(run.string for run in others)) == name
    assert all(glyph.number > 0 for run in others for glyph in run.glyphs)
    assert {run.typeface.name.split()[-1] for run in others} <= {
        "Hebrew", "Arabic", "SC", "JP", "Korean",
    }  # fmt: skip
    assert missing_notice([name]) == ""
    top, _, cover = line_mask(clean(name), 0, 40, 30)
    assert cover.max() == 255
    assert top < 40
    # What stands around the name keeps its place.
    assert line.runs[0].string == "Patient: "
    assert line.runs[-1].string == "   |   46 chromosomes"


def test_hebrew_runs_from_right_to_left(small_fonts: None) -> None:
    (run,) = set_line(clean("אבג")).runs
    assert [glyph.number for glyph in run.glyphs] == [run.typeface.glyph(one) for one in "גבא"]
    assert [glyph.x for glyph in run.glyphs] == sorted(glyph.x for glyph in run.glyphs)
    line = set_line(clean("אב (12) Ab"))
    words = [run.string.strip() for run in line.runs if run.string.strip("() ")]
    assert words == ["Ab", "12", "אב"]
    # The bracket that opens is on the right, and so is the glyph of one that closes.
    around = [run for run in line.runs if set(run.string) & set("()")]
    typeface = shipped()
    seen = [glyph.number for run in around for glyph in run.glyphs]
    brackets = [one for one in seen if one in (typeface.glyph("("), typeface.glyph(")"))]
    assert brackets == [typeface.glyph("("), typeface.glyph(")")]


def test_arabic_letters_are_joined(small_fonts: None) -> None:
    (run,) = set_line(clean("محد")).runs
    names = [run.typeface.font.get_glyph_name(glyph.number) for glyph in run.glyphs]
    assert names == ["u062F.fina", "u062D.medi", "u0645.init"]
    (alone,) = set_line(clean("م")).runs
    assert alone.typeface.font.get_glyph_name(alone.glyphs[0].number) == "u0645"
    # A space in between ends the word, and stays in the same run.
    (two,) = set_line(clean("مح مح")).runs
    assert len(two.glyphs) == 5


def test_the_file_of_several_languages_gives_the_right_one(small_fonts: None) -> None:
    (chinese,) = set_line("王小明").runs
    assert chinese.typeface.name == "Small CJK SC"
    (japanese,) = set_line("たろう").runs
    assert japanese.typeface.name == "Small CJK JP"


def test_the_real_fonts_of_this_system_are_read_where_there_are_any() -> None:
    # Whatever this computer has: each letter is drawn by a font that has it, or it is named.
    for name in NAMES.values():
        missing = set(missing_letters([name]))
        for run in set_line(clean(name)).runs:
            assert run.missing == bool(set(run.string) & missing)
            assert run.missing or all(glyph.number for glyph in run.glyphs)
    assert all(isinstance(folder, Path) for folder in font_folders())


@pytest.mark.parametrize(
    ("platform", "part"), [("linux", "fonts"), ("darwin", "Library/Fonts"), ("win32", "Fonts")]
)
def test_fonts_are_sought_where_each_system_has_them(
    monkeypatch: pytest.MonkeyPatch, platform: str, part: str
) -> None:
    monkeypatch.setattr("napari_karyo.lettering.system.sys.platform", platform)
    assert any(str(folder).endswith(part) for folder in font_folders())


def test_letters_that_no_font_has_are_named(no_fonts: None) -> None:
    said = missing_notice(["Karyogram: 王小明", "Cell יב 12", "Łukasz"])
    assert "王 (U+738B) 小 (U+5C0F) 明 (U+660E)" in said
    assert "Chinese and Hebrew" in said
    assert "fonts-noto-cjk, fonts-noto-core" in said
    assert "Ł" not in said
    assert missing_letters(["たろう 김"]) == ("た", "ろ", "う", "김")
    assert "Japanese and Korean" in missing_notice(["たろう 김"])
    many = missing_notice(["".join(map(chr, range(0x4E00, 0x4E40)))])
    assert "and 52 more" in many
    # Each is a box, as wide as it is drawn, and never a question mark.
    (run,) = set_line("王小").runs
    assert run.missing
    assert run.string == "王小"
    assert [glyph.number for glyph in run.glyphs] == [0, 0]
    _, _, cover = line_mask("王", 0, 0, 40)
    assert cover.max() == 255
    assert cover[len(cover) // 2, cover.shape[1] // 2] == 0


def test_a_font_installed_meanwhile_is_found(
    no_fonts: None,
    use_fonts: Callable[[tuple[Path, ...]], None],
    small_font_files: tuple[Path, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from napari_karyo.lettering import system

    assert missing_letters(["王"]) == ("王",)
    monkeypatch.setattr(system, "_known_to_fontconfig", lambda: list(small_font_files))
    assert missing_letters(["王"]) == ()
    assert not set_line("王").runs[0].missing


def test_a_broken_font_costs_only_itself(
    tmp_path: Path, small_font_files: tuple[Path, ...], use_fonts: Callable[..., None]
) -> None:
    broken = [tmp_path / "NotoSansCJK-Bold.ttc", tmp_path / "NotoSansCJK-Black.otf"]
    broken[0].write_bytes(b"ttcf" + bytes(range(256)) * 4)
    broken[1].write_bytes(b"")
    use_fonts((*broken, tmp_path / "gone.ttf", *small_font_files))
    assert missing_letters(["王小明", "김"]) == ()


HOSTILE = {
    "overriding": "abc\u202edef",
    "unended": "\u2067abc",
    "ended twice": "\u2069\u2069abc\u202c",
    "controls": "a\x00b\x1b[31mc\x7f\x9b",
    "lines": "a\nb\r\nc\u2028d\u2029e\tf",
    "surrogate": "cell\udcff",
    "private": "a\ue000\U0010ffff",
    "accents": "Z" + "\u0351" * 200,
    "long": "W" * 240,
    "markup": "<b>&amp;\"'</b>]]>",
    "joiners": "\u200d\u200c\ufeff\u00ad\u200b",
    "emoji": "👩\u200d🔬 ❤\ufe0f",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_leaves_the_rest_of_the_line_alone(no_fonts: None, text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\n" not in cleaned
    line = set_line(f"Cell {cleaned}   |   46 chromosomes")
    whole = "".join(run.string for run in line.runs)
    assert whole.startswith("Cell")
    assert whole.endswith("   |   46 chromosomes")
    assert line.runs[-1].simple
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Co") for one in whole)
    turning = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)
    assert not set(map(ord, whole)) & set(turning)
    # No more accents than fit between two lines.
    _, _, cover = line_mask(cleaned, 0, 0, 20)
    assert cover.shape[0] < 60
    assert all(
        first.left + first.width == pytest.approx(second.left)
        for first, second in zip(line.runs, line.runs[1:], strict=False)
    )


def test_what_is_no_character_is_said(no_fonts: None) -> None:
    assert clean("cell\udcff") == "cell\ufffd"
    assert "no character" in missing_notice([clean("cell\udcff")])


def test_a_name_that_runs_left_does_not_pull_numbers_along(small_fonts: None) -> None:
    line = set_line(f"Cell {clean('יוסף')} 46")
    assert [run.string for run in line.runs] == ["Cell ", "יוסף", " 46"]
    # Isolated once, cleaned twice: still as it was.
    title = f"Karyogram: {clean('יוסף')}"
    assert clean(title) == title


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.integers(1, 300))
def test_any_text_can_be_set_cut_and_wrapped(text: str, width: int) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert text_width(cleaned, 10) >= 0
    for short in (fit(cleaned, 10, width), cut(cleaned, 10, width)):
        assert short in ("", "...") or text_width(short, 10) <= width + 1e-6
        assert _balanced(short)
    for one in wrap(cleaned, 10, width):
        assert _balanced(one)
    joined = "".join(wrap(cleaned, 10, width))
    assert "".join(plain(joined).split()) == "".join(plain(cleaned).split())


def _balanced(text: str) -> bool:
    return sum(map(text.count, ISOLATES)) == text.count(END_OF_ISOLATE)


def test_a_wrapped_text_keeps_its_direction() -> None:
    lines = wrap(clean("יוסף note one two three"), 10, 60)
    assert len(lines) > 1
    assert all(line.startswith(LEFTWARD) and line.endswith(END_OF_ISOLATE) for line in lines)


def test_texts_wrap_and_are_cut_by_their_own_widths() -> None:
    for bold in (False, True):
        lines = wrap("46,XX,t(9;22)(q34;q11.2) and some words more " * 4, 9, 120, bold)
        assert len(lines) > 3
        assert all(text_width(line, 9, bold) <= 120 for line in lines)
        assert text_width(cut("a" * 500, 9, 120, bold), 9, bold) <= 120
        assert wrap("W" * 50, 9, 3, bold) == ["W"] * 50
        assert wrap("", 9, 100, bold) == [""]
    assert "".join(wrap("46,XX,del(5)(q13q33),+8", 9, 60)) == "46,XX,del(5)(q13q33),+8"
    # Chinese breaks between any two letters, not at the one space before it.
    lines = wrap("Note: " + "王小明" * 20, 10, 200)
    assert len(lines[0]) > 12


def test_a_name_too_long_keeps_both_ends() -> None:
    short = fit("metaphase_of_a_long_name_0042", 20, 150)
    assert short.startswith("met")
    assert short.endswith("42")
    assert "..." in short
    assert text_width(short, 20) <= 150
    # An accent stays with its letter.
    assert not any(
        unicodedata.combining(one[0]) for one in fit("x\u0323" * 60, 20, 150).split("...")
    )


def test_text_is_drawn_where_it_is_meant_to_be() -> None:
    for align, left in (("left", 100), ("middle", 100 - 15), ("right", 100 - 30)):
        image = Image.new("L", (200, 60), 0)
        draw_text(image, (100, 40), "HHHH", 12, 255, align=align)  # type: ignore[arg-type]
        rows, columns = np.nonzero(np.asarray(image))
        assert rows.max() == 39
        assert abs(columns.min() - left) <= 5
    image = Image.new("L", (200, 60), 0)
    draw_text(image, (100, 30), "H", 40, 255, level=True)
    rows = np.nonzero(np.asarray(image))[0]
    assert (rows.min() + rows.max()) / 2 == pytest.approx(29.5, abs=1)
