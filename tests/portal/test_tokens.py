"""Colour tokens of the style sheet: contrast by WCAG 2.2, and states that stay apart for colour-blind eyes."""

import math
import re
from itertools import combinations

import pytest
from django.conf import settings

SHEET = (settings.BASE_DIR / "static" / "portal" / "charter.css").read_text()
PAIRS = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", SHEET)
THEMES = {"light": {name: light for name, light, _ in PAIRS}, "dark": {name: dark for name, _, dark in PAIRS}}
STATES = ("ok", "warn", "crit", "info", "off", "pii")
SURFACES = ("bg", "surface", "raised")
FILLS = ("ok-fill", "warn-fill", "crit-fill", "off-fill")
TEXT_PAIRS = [
    *((text, surface) for text in ("text", "muted", "link", *STATES) for surface in SURFACES),
    *((state, f"{state}-bg") for state in STATES),
    *(("text", f"{state}-bg") for state in STATES),
    *((f"on-{fill}", fill) for fill in FILLS),
    ("on-accent", "accent"),
    ("muted", "off-bg"),
]
CONTROL_PAIRS = [(control, surface) for control in ("control", "focus", "accent") for surface in SURFACES]

# Viénot, Brettel and Mollon's simulations of missing cones, for linear RGB.
EYES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def luminance(colour: str) -> float:
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """CIE Lab of the colour as this eye sees it."""
    red, green, blue = (
        min(1, max(0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in EYES[eye]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116 for share in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("control", "ground"), CONTROL_PAIRS)
def test_controls_can_be_seen(theme: str, control: str, ground: str) -> None:
    assert contrast(THEMES[theme][control], THEMES[theme][ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_fills_stay_apart_for_every_eye(theme: str, eye: str) -> None:
    """16 is the smallest accepted distance; ok against critical, the one that matters most, keeps 20."""
    places = {fill: seen(THEMES[theme][fill], eye) for fill in FILLS}
    assert min(math.dist(places[a], places[b]) for a, b in combinations(FILLS, 2)) >= 16
    assert math.dist(places["ok-fill"], places["crit-fill"]) >= 20


def test_every_colour_is_a_token() -> None:
    """Outside the tokens only shadows and shades of black are written as colours."""
    rules = SHEET.split("/* --- Base")[1]
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#000"}
