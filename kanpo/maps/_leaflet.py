"""Leaflet, taken whole out of an installed package and put into the page."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from kanpo.errors import EnvironmentFailure
from kanpo.locale import Text

_PACKAGE = "django-js-lib-leaflet"


@cache
def leaflet_script() -> str:
    """Leaflet's JavaScript with its licence in front; nothing in it asks for another file."""
    script = (_folder() / "leaflet.js").read_text(encoding="utf-8")
    script = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", script)
    return f"/*!\nLeaflet\n\n{_licence().replace('*/', '* /')}\n*/\n{script}"


@cache
def leaflet_style() -> str:
    """Leaflet's CSS with its pictures inside as data: addresses."""
    folder = _folder()
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    style = re.sub(r"[^;{}]*behavior:\s*url\(#default#VML\);", "", style)

    def inline(found: re.Match[str]) -> str:
        picture = base64.b64encode((folder / found[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inline, style)


def leaflet_version() -> str:
    """The version of Leaflet that goes into the page."""
    found = re.search(r"Leaflet (\d[\d.]*)", (_folder() / "leaflet.js").read_text(encoding="utf-8")[:400])
    return found[1] if found else "?"


def _folder() -> Path:
    # The package is a Django app: importing it could ask for Django, finding it does not.
    spec = find_spec("js_lib_leaflet")
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentFailure(
            "map.leaflet-missing",
            Text("地図の部品 Leaflet が見つかりません。", "Leaflet, a part of the map, is not installed."),
            Text(f"pip install {_PACKAGE} を実行してください。", f"Run: pip install {_PACKAGE}"),
        )
    return Path(next(iter(spec.submodule_search_locations))) / "static" / "js_lib_leaflet"


def _licence() -> str:
    try:
        text = distribution(_PACKAGE).read_text("LICENSE")
    except PackageNotFoundError:
        text = None
    return text or "BSD 2-Clause License; https://leafletjs.com"
