"""folium elements that make a page which needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import folium
from branca.element import Element, Figure
from folium.map import Layer
from folium.template import Template
from markupsafe import escape

from kanpo.locale import Text
from kanpo.maps._content import MapContent, check_content
from kanpo.maps._leaflet import leaflet_script, leaflet_style
from kanpo.maps._payload import encode_content
from kanpo.maps._text import both
from kanpo.pages import PAGE_END, page_start, start_script

#: Order matters: each file uses only what stands before it.
SCRIPTS = (
    "dom.js",
    "strings.js",
    "decode.js",
    "curves.js",
    "judge.js",
    "methods.js",
    "deciding.js",
    "verdict.js",
    "kernel.js",
    "index.js",
    "style.js",
    "sheet.js",
    "canvas_layer.js",
    "background.js",
    "plots.js",
    "legend.js",
    "download.js",
    "changes.js",
    "filters.js",
    "order.js",
    "costs.js",
    "list.js",
    "adjust.js",
    "blocks.js",
    "favourites.js",
    "compare.js",
    "findings.js",
    "years.js",
    "card.js",
    "about.js",
    "share.js",
    "app.js",
    "start.js",
)
_STOPPED = Text(
    "地図がまだ動いていません。この文が消えないときは、メールなどの「プレビュー」で開いているか、ブラウザが古いか、"
    "設定で止められています。ファイルを保存し、新しい Edge・Chrome・Firefox・Safari で開き直してください。",
    "The map is not running yet. If these words stay, it was opened in a preview or an old browser, or something "
    "forbids it: save the file and open it in a new Edge, Chrome, Firefox or Safari.",
)
_POLICY = "<!-- content security policy -->"


@cache
def page_file(name: str) -> str:
    """The text of a file of the page."""
    return files("kanpo.maps").joinpath("page", name).read_text(encoding="utf-8")


@cache
def page_script(name: str) -> str:
    """A script of the page without indentation and comments of their own lines: a tenth of a small map."""
    return _without_comments(page_file(name))


def _without_comments(script: str) -> str:
    text = re.sub(r"(?ms)^[ \t]*/\*.*?\*/\n", "", script)
    return re.sub(r"(?m)^[ \t]*(//.*\n)?", "", text)


def html_text(text: str) -> str:
    """Text that stays text in HTML, in a JavaScript template, and in a Jinja template."""
    safe = str(escape(text))
    for character in "`${}\\":
        safe = safe.replace(character, f"&#{ord(character)};")
    return safe


class Verbatim(Element):
    """Text that goes into the page as it is.

    branca renders what an element holds as a Jinja template once more; minified JavaScript and
    data are no templates.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """The text."""
        return self.text


class _InlineScripts(HTMLParser):
    """Collects the scripts of a page as a browser would hash them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._reading: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            runs = dict(attrs).get("type") in (None, "", "module", "text/javascript") and "src" not in dict(
                attrs
            )
            self._reading = [] if runs else None

    def handle_data(self, data: str) -> None:
        if self._reading is not None:
            self._reading.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._reading is not None:
            self.found.append("".join(self._reading))
            self._reading = None


class OfflineFigure(Figure):
    """A page whose policy lets nothing in: only its own inline scripts run, known by their hash.

    Parameters
    ----------
    title : str
        Of the window.
    language : str
        "ja" or "en".
    image_hosts : tuple of str
        Hosts that background tiles may come from; none by default.
    """

    _template = Template(page_file("document.html"))

    def __init__(self, title: str, language: str = "ja", image_hosts: tuple[str, ...] = ()) -> None:
        super().__init__(title=html_text(title))
        self.language = "en" if language == "en" else "ja"
        self.image_hosts = image_hosts
        self.page_start = page_start(_STOPPED)
        self.page_end = PAGE_END
        self._children.clear()
        self.header._children.clear()

    def render(self, **kwargs: Any) -> str:
        """The page, with the policy that fits its scripts."""
        page = str(super().render(**kwargs)).replace("\r\n", "\n")
        return page.replace(_POLICY, self._policy(page), 1)

    def _policy(self, page: str) -> str:
        reader = _InlineScripts()
        reader.feed(page)
        hashes = sorted({_sha256(script) for script in reader.found})
        policy = "; ".join(
            (
                "default-src 'none'",
                " ".join(("img-src data: blob:", *self.image_hosts)),
                "style-src 'unsafe-inline'",
                " ".join(("script-src", *hashes)),
                "base-uri 'none'",
                "form-action 'none'",
            )
        )
        return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'


def _sha256(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


class OfflineMap(folium.Map):
    """A `folium.Map` with Leaflet inside the page instead of on other people's servers.

    Layers that draw with Leaflet alone (GeoJson, CircleMarker, Polygon …) can be added as to any
    folium map. What needs jQuery, Bootstrap or a plugin's own files (Popup, Icon …) cannot work
    without a network, and the page's policy refuses it.
    """

    _template = Template(page_file("map.html"))
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own type
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, figure: OfflineFigure, **options: Any) -> None:
        super().__init__(tiles=None, zoom_control=False, **options)
        self._id = "kanpo"
        self._parent = None  # type: ignore[assignment]
        figure.add_child(self, name=self.get_name())
        self.default_js, self.default_css = [], []

    def render(self, **kwargs: Any) -> str:
        """Put Leaflet into the page, then draw the map as folium does."""
        figure: Any = self.get_root()
        figure.header.add_child(Verbatim(f"<style>\n{leaflet_style()}\n</style>"), name="leaflet_css")
        figure.header.add_child(Verbatim(f"<script>\n{leaflet_script()}\n</script>"), name="leaflet_js")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


class SuitabilityLayer(Layer):
    """Parcels coloured by their suitability for a herb, with list, legend and reasons.

    One per map. It brings its own data, style and scripts, so it can be added to any folium map
    that has Leaflet; on an `OfflineMap` it fills the page.

    Parameters
    ----------
    content : MapContent
        What to show.
    name : str, optional
        Name in a folium LayerControl.
    """

    _template = Template(page_file("layer.html"))

    def __init__(self, content: MapContent, name: str | None = None) -> None:
        super().__init__(name=name or both(content.title)[0], overlay=True, control=True, show=True)
        check_content(content)
        self._name = "SuitabilityLayer"
        self._id = "kanpo"
        self.data = encode_content(content)

    def render(self, **kwargs: Any) -> str:
        """Put data, style, controls and scripts into the page, then create the layer."""
        figure: Any = self.get_root()
        figure.header.add_child(Verbatim(f"<style>\n{page_file('style.css')}\n</style>"), name="kanpo_css")
        figure.html.add_child(Verbatim(page_file("shell.html")), name="kanpo_shell")
        data = f'<script type="text/plain" id="kanpo-data">{self.data}</script>'
        figure.html.add_child(Verbatim(data), name="kanpo_data")
        # One element: the policy stays short, so that the first words of the page come early in the file.
        parts = (_without_comments(start_script()), *(page_script(name) for name in SCRIPTS))
        scripts = "\n".join(parts)
        figure.header.add_child(Verbatim(f"<script>\n{scripts}\n</script>"), name="kanpo_scripts")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""
