"""A `LayerStyle` as QML, the style format of QGIS (3.22 and later)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from kanpo.exchange._layer_style import LayerStyle, StyledColumn
from kanpo.locale import Text
from kanpo.store import STYLE_AUTHOR
from kanpo.suitability import CLASS_COLOURS, LINE_COLOURS, REFERENCE, Tone

#: The version whose format this is; later ones read it.
_VERSION = "3.22.0"
#: Lines of a hatch, millimetres.
_HATCH_APART, _HATCH_WIDTH = "1.6", "0.35"
#: Outlines are half a metre wide, and never thinner or thicker than this on paper: they part neighbours where
#: parcels are large, and do not hide their colours where they are small.
_LINE_WIDTH, _LINE_BOUNDS_MM = "0.5", "3x:0,0,1,0.03,1,0.25"
_NO_SCORE = Text("適地度なし", "no score")
_NO_CLASS = Text("区分なし", "no class")
_HEADINGS = {
    "class": Text("区分", "class"),
    "after": Text("改良後", "after works"),
    "decides": Text("決め手", "would decide"),
}


def qml_of(style: LayerStyle) -> str:
    """The style as QGIS reads it from a file ``.qml`` or from ``layer_styles``, in the language of the run."""
    root = ET.Element(
        "qgis",
        version=_VERSION,
        styleCategories="LayerConfiguration|Symbology|Labeling|Fields|Forms|AttributeTable|MapTips",
        labelsEnabled=str(int(style.drawn)),
        readOnly="0",
    )
    root.set(*STYLE_AUTHOR)
    if style.drawn:
        _add_renderer(root, style)
        _add_labels(root, style)
    _add_columns(root, style.columns)
    if not style.name_keys:
        return _written(root)
    name = _name_expression(style)
    ET.SubElement(root, "previewExpression").text = name
    ET.SubElement(root, "mapTip").text = _tip(style, name)
    return _written(root)


def _written(root: ET.Element) -> str:
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    return f"{doctype}\n{ET.tostring(root, encoding='unicode')}"


def filter_of(tone: Tone) -> str:
    """The expression of QGIS that is true for the features of a tone, and for no others."""
    kind = f"\"certainty\" = '{tone.certainty}'"
    if tone.lower is None:
        return f'"class_lower" IS NULL AND {kind}'
    upper = "" if tone.upper is None else f" AND \"class_upper\" = '{tone.upper}'"
    return f"\"class_lower\" = '{tone.lower}' AND {kind}{upper}"


def _add_renderer(root: ET.Element, style: LayerStyle) -> None:
    if not style.tones:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", enableorderby="0")
        symbols = ET.SubElement(renderer, "symbols")
        _add_fill(_add_symbol(symbols, 0), "#f7f3df", LINE_COLOURS[None])
        return
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", enableorderby="0")
    rules = ET.SubElement(renderer, "rules", key="kanpo")
    symbols = ET.SubElement(renderer, "symbols")
    for nth, tone in enumerate(style.tones):
        _add_rule(rules, nth, filter_of(tone), tone.label)
        symbol = _add_symbol(symbols, nth)
        _add_fill(symbol, tone.colour, tone.line)
        if tone.hatched:
            _add_hatch(symbol, tone.ink)
    # What is drawn anew in QGIS has no score, and is to be seen all the same.
    _add_rule(rules, len(style.tones), "ELSE", _NO_SCORE)
    _add_fill(_add_symbol(symbols, len(style.tones)), None, LINE_COLOURS[None])


def _add_rule(rules: ET.Element, nth: int, condition: str, label: Text) -> None:
    ET.SubElement(rules, "rule", key=f"kanpo-{nth}", symbol=str(nth), filter=condition, label=str(label))


def _add_symbol(symbols: ET.Element, nth: int) -> ET.Element:
    return ET.SubElement(symbols, "symbol", type="fill", name=str(nth), alpha="1", clip_to_extent="1")


def _add_fill(symbol: ET.Element, colour: str | None, line: str) -> None:
    layer = ET.SubElement(
        symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"}
    )
    values = {
        "color": _rgba(colour or CLASS_COLOURS[None]),
        "style": "solid" if colour else "no",
        "outline_color": _rgba(line),
        "outline_style": "solid",
        "outline_width": _LINE_WIDTH,
        "outline_width_unit": "RenderMetersInMapUnits",
        "outline_width_map_unit_scale": _LINE_BOUNDS_MM,
        "joinstyle": "bevel",
    }
    _add_options(layer, values)


def _add_hatch(symbol: ET.Element, ink: str) -> None:
    layer = ET.SubElement(
        symbol, "layer", {"class": "LinePatternFill", "enabled": "1", "locked": "0", "pass": "0"}
    )
    _add_options(layer, {"angle": "45", "distance": _HATCH_APART, "distance_unit": "MM"})
    line = ET.SubElement(layer, "symbol", type="line", name="@hatch@1", alpha="1", clip_to_extent="1")
    stroke = ET.SubElement(line, "layer", {"class": "SimpleLine", "enabled": "1", "locked": "0", "pass": "0"})
    values = {"line_color": _rgba(ink), "line_width": _HATCH_WIDTH, "line_width_unit": "MM"}
    _add_options(stroke, {**values, "line_style": "solid"})


def _add_labels(root: ET.Element, style: LayerStyle) -> None:
    labelling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labelling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=_name_expression(style),
        isExpression="1",
        fontSize="8",
        fontSizeUnit="Point",
        textColor=_rgba("#1d2924"),
        textOpacity="1",
    )
    # A light rim keeps names readable on the dark classes.
    rim = {"bufferDraw": "1", "bufferSize": "0.7", "bufferSizeUnits": "MM", "bufferOpacity": "1"}
    ET.SubElement(text, "text-buffer", {**rim, "bufferColor": _rgba("#ffffff")})
    ET.SubElement(settings, "placement", placement="1", centroidInside="1")
    # QGIS calls the farthest scale the greatest, by its denominator.
    scale = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": str(style.names_from)}
    ET.SubElement(settings, "rendering", {**scale, "drawLabels": "1"})


def _add_columns(root: ET.Element, columns: tuple[StyledColumn, ...]) -> None:
    configured = ET.SubElement(root, "fieldConfiguration")
    aliases = ET.SubElement(root, "aliases")
    table = ET.SubElement(root, "attributetableconfig", actionWidgetStyle="dropDown", sortOrder="0")
    shown = ET.SubElement(table, "columns")
    for nth, column in enumerate(columns):
        ET.SubElement(aliases, "alias", index=str(nth), field=column.key, name=str(column.heading))
        ET.SubElement(
            shown, "column", type="field", name=column.key, hidden=str(int(column.hidden)), width="-1"
        )
        if column.words or column.decimals is not None:
            one = ET.SubElement(configured, "field", name=column.key, configurationFlags="None")
            _add_widget(one, column)


def _add_widget(configured: ET.Element, column: StyledColumn) -> None:
    """How a value is shown and typed: as one of its words, or as a number of so many decimals."""
    kind = "ValueMap" if column.words else "Range"
    config = ET.SubElement(ET.SubElement(configured, "editWidget", type=kind), "config")
    options = ET.SubElement(config, "Option", type="Map")
    if column.words:
        words = ET.SubElement(options, "Option", type="List", name="map")
        for key, text in column.words.items():
            _add_options(words, {str(text): key})
        return
    for name, number in (("Precision", column.decimals), ("AllowNull", 1)):
        ET.SubElement(options, "Option", type="int", name=name, value=str(number))


def _add_options(parent: ET.Element, values: Mapping[str, str]) -> None:
    options = ET.SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(options, "Option", type="QString", name=name, value=value)


def _name_expression(style: LayerStyle) -> str:
    filled = ", ".join(f"nullif(\"{key}\", '')" for key in style.name_keys)
    return f"coalesce({filled}, '')"


def _tip(style: LayerStyle, name: str) -> str:
    """What appears beside the pointer: the name, and the class with how sure it is, never the one alone."""
    lines = [f"<b>[% {name} %]</b>"]
    for prefix, heading in (("", "class"), ("potential_", "after")):
        if {f"{prefix}{key}" for key in ("class_lower", "class_upper", "certainty")} <= style.keys:
            lines.append(f"{_HEADINGS[heading]}: [% {_told(prefix)} %]")
    if "deciding_factor" in style.keys:
        known = '"deciding_factor" IS NOT NULL'
        words = f"'{_HEADINGS['decides']}: ' || represent_value(\"deciding_factor\")"
        lines.append(f"[% CASE WHEN {known} THEN {words} ELSE '' END %]")
    return "<br>".join(lines)


def _told(prefix: str) -> str:
    """The class or range of classes with how sure it is, as an expression of QGIS."""
    lower, upper, kind = (f'"{prefix}{key}"' for key in ("class_lower", "class_upper", "certainty"))
    return (
        f"CASE WHEN {lower} IS NULL THEN '{_NO_CLASS}' WHEN {lower} = {upper} THEN {lower} "
        f"ELSE {lower} || '〜' || {upper} END || '(' || "
        f"CASE WHEN {kind} = 'unknown' AND {lower} IS NOT NULL THEN '{REFERENCE}' "
        f"ELSE represent_value({kind}) END || ')'"
    )


def _rgba(colour: str) -> str:
    """A colour ``#rrggbb`` as QGIS writes it."""
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])
