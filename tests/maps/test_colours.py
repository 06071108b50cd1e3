"""The colours of the classes are told apart with any colour vision, and in grey.

Simulations by Viénot, Brettel and Mollon (1999), Digital video colourmaps for checking the
legibility of displays by dichromats, Color Research and Application 24: 243-252, in linear RGB;
differences by CIE76 in CIELAB (D65): 2.3 is just noticeable, below 10 is one colour at a glance.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from typing import Any

import numpy as np
import pytest

from .node import HERE, node

PAGE = HERE.parents[1] / "kanpo" / "maps" / "page"
TO_LMS = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]),
    "deuteranopia": np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
LEAST = 20.0


def colours(name: str) -> list[str]:
    script = f"require({json.dumps(str(PAGE / 'style.js'))}); console.log(JSON.stringify(globalThis.kanpo.style.{name}))"
    done = subprocess.run([node(), "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def linear(colour: str) -> Any:
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> Any:
    seen = np.linalg.inv(TO_LMS) @ VISIONS[vision] @ TO_LMS @ linear(colour)
    ratio = TO_XYZ @ np.clip(seen, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", list(VISIONS))
def test_classes_differ_for_everyone(vision: str) -> None:
    fills = colours("fills")
    assert len(set(fills)) == 6
    for one, other in itertools.combinations(fills, 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) >= LEAST, (one, other)


def test_the_simulation_confuses_what_dichromats_confuse() -> None:
    red, green = "#c0392b", "#6b7a1e"
    plain, blind = (np.linalg.norm(lab(red, v) - lab(green, v)) for v in ("normal", "deuteranopia"))
    assert blind < plain / 2


def test_letters_on_chips_can_be_read() -> None:
    def luminance(colour: str) -> float:
        return float(TO_XYZ[1] @ linear(colour))

    for ink, fill in zip(colours("inks"), colours("fills"), strict=True):
        light, dark = sorted((luminance(ink), luminance(fill)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, (ink, fill)
