"""Both themes name the same tokens, the dark set stands twice in equal form, inks are readable on their grounds."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

SHEETS = Path(__file__).parents[3] / "static" / "css"
TOKENS = (SHEETS / "tokens.css").read_text()
BLOCK = r"{selector} \{{\s*(.*?)\n\s*\}}"
GROUNDS = ("bg", "surface", "surface-2", "surface-3")
KINDS = ("normal", "caution", "warning", "critical", "done", "waiting", "info")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent", "critical-ink") for ground in GROUNDS),
    *((f"{kind}-ink", f"{kind}-bg") for kind in KINDS),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-critical", "critical-solid"),
    ("rail-ink", "rail"), ("rail-soft", "rail"), ("rail-ink", "rail-active"), ("accent", "accent-soft"),
    *(("ink", f"band-{rank}") for rank in range(1, 6)),
]  # fmt: skip
SHAPE_PAIRS = [
    (line, ground)
    for line in ("line-strong", "focus", "chart-pressure", "chart-pulse", "chart-oxygen", "chart-axis")
    for ground in ("bg", "surface")
]


def tokens_of(selector: str) -> dict[str, str]:
    block = re.search(BLOCK.format(selector=selector), TOKENS, re.DOTALL).group(1)
    return dict(re.findall(r"--([\w-]+): ([^;]+);", block))


LIGHT = tokens_of(r':root,\n\[data-bs-theme="light"\]')
DARK = tokens_of(r'\n\[data-bs-theme="dark"\]')
SYSTEM_DARK = tokens_of(r":root:not\(\[data-bs-theme\]\)")


def luminance(colour: str) -> Decimal:
    parts = [Decimal(int(colour[at : at + 2], 16)) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        p / Decimal("12.92")
        if p <= Decimal("0.04045")
        else ((p + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
        for p in parts
    )
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


def contrast(one: str, other: str) -> Decimal:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + Decimal("0.05")) / (low + Decimal("0.05"))


def test_both_themes_name_the_same_tokens_and_the_dark_set_stands_twice():
    assert LIGHT.keys() == DARK.keys()
    assert DARK == SYSTEM_DARK


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_contrast_is_at_least_four_and_a_half(theme, ink, ground):
    assert contrast(theme[ink], theme[ground]) >= Decimal("4.5")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), SHAPE_PAIRS)
def test_lines_and_controls_contrast_is_at_least_three(theme, line, ground):
    assert contrast(theme[line], theme[ground]) >= 3


def test_style_sheets_hold_no_data_address_and_no_foreign_one():
    for sheet in SHEETS.glob("*.css"):
        addresses = re.findall(r"url\(\s*[\"']?([^)\"']+)", sheet.read_text())
        assert all(address.startswith("../img/") for address in addresses), sheet.name
