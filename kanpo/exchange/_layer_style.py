"""How GIS programs show a layer when it is opened: colours, legend, headings and labels of its columns.

A GeoPackage carries a style in the table ``layer_styles``, as QGIS itself writes it: QGIS (3.22 and
later) and QField use it as soon as the layer is opened. `kanpo.exchange._qml` writes the style out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from kanpo.herbs import project_catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS, PARCELS, SCORES, VOCABULARIES, Field
from kanpo.store import Project
from kanpo.suitability import CLASS_LABELS, REFERENCE, Tone, tones_in

#: What a planner needs first; the rest follows in the order of the layer.
_FIRST = (
    *("rank", "block_id", "settlement", "lot_number", "area_m2", "class_lower", "class_upper", "certainty"),
    *("deciding_factor", "limiting_factor", "score", "lower", "upper"),
    *("potential_class_lower", "potential_class_upper", "potential_certainty", "land_type"),
)
#: Units as people write them.
_UNITS = {"m2": Text("㎡", "m²"), "year": Text("年", "years")}
_JUDGED = {"class_lower", "class_upper", "certainty"}
#: Scales from which on names are drawn, 1 to so many.
_PARCELS_FROM, _BLOCKS_FROM = 5_000, 25_000
#: Not shown in the table of attributes: numbers of rows, texts of a whole page. Nothing is lost: the layer has them.
_HIDDEN = ("fid", "OGC_FID", "attributes", "batch_id", "source_row", "herb_id")


_FIELDS = (*SCORES.fields, *PARCELS.fields)


@dataclass(frozen=True, slots=True)
class StyledColumn:
    """One column: its heading, how its values are shown, and whether tables leave it out.

    `words` has words for values (empty: as they are), `decimals` how many are shown of a number.
    """

    key: str
    heading: Text
    words: Mapping[str, Text] = field(default_factory=dict)
    hidden: bool = False
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """What a style says; `columns` in the order of a table of attributes.

    `tones` colour features by class_lower, class_upper and certainty; without any all look alike.
    Not `drawn` are tables without outlines, and those whose outlines QGIS draws as it likes.
    `name_keys` are columns of which the first that is filled names a feature on the map, from the scale
    1 to `names_from` on.
    """

    title: Text
    columns: tuple[StyledColumn, ...]
    name_keys: tuple[str, ...]
    tones: tuple[Tone, ...] = ()
    about: Text = Text("", "")
    names_from: int = _PARCELS_FROM
    drawn: bool = True

    @property
    def keys(self) -> frozenset[str]:
        """The columns that the layer has."""
        return frozenset(column.key for column in self.columns)


def style_layer(
    title: Text,
    table: pd.DataFrame,
    *,
    fields: Iterable[Field] = _FIELDS,
    labels: Mapping[str, Text] | None = None,
    about: Text = Text("", ""),
) -> LayerStyle:
    """The style of a layer of parcels or blocks, with the classes of one herb where it has them.

    Parameters
    ----------
    table : DataFrame
        Its columns, with their values; a column ``geometry`` is passed over.
    fields : iterable of Field
        What the columns are.
    labels : mapping, optional
        Headings of columns that are none of these, or that are called otherwise here.
    about : Text
        A sentence on the layer.
    """
    decimals = {str(key): _decimals(str(key)) for key in table.select_dtypes("float").columns}
    keys = [str(key) for key in table.columns if key != "geometry"]
    tones = tones_in(table) if set(keys) >= _JUDGED else ()
    known = {field.key: field for field in fields}
    columns = _columns(keys, known, labels or {}, decimals, any(tone.reference for tone in tones))
    return LayerStyle(
        title,
        tuple(columns),
        tuple(key for key in ("lot_number", "block_id", "parcel_id") if key in keys),
        tones,
        about,
        _BLOCKS_FROM if "block_id" in keys else _PARCELS_FROM,
    )


def style_herb(project: Project, herb_id: str, table: pd.DataFrame, note: Text = Text("", "")) -> LayerStyle:
    """The style of parcels with one herb's scores, with how much is sure in its description.

    `note` is said before it.
    """
    herb = project_catalogue(project).herbs.get(herb_id)
    name = herb.label if herb is not None else Text(herb_id, herb_id)
    stamp = project.computed.stamp("scores")
    made = "" if stamp is None else stamp.computed_at[:10]
    sums = sum_certainty(table)
    about = Text(
        f"{note.ja}{name.ja}の適地度。{sums.ja}。kanpo 計算 {made} 封印 {project.journal.seal()}",
        f"{note.en}Suitability for {name.en}. {sums.en}. kanpo, computed {made}, seal {project.journal.seal()}",
    )
    return style_layer(Text(f"{name.ja}の適地区分", f"classes for {name.en}"), table, about=about)


def sum_certainty(table: pd.DataFrame) -> Text:
    """How many parcels, and of what area, are of each kind of certainty; all four kinds are named."""
    parts_ja, parts_en = [], []
    for key, label in VOCABULARIES["certainty"].labels.items():
        rows = table["certainty"] == key
        hectares = table.loc[rows, "area_m2"].sum() / 1e4
        parts_ja.append(f"{label.ja} {rows.sum():,} 筆 {hectares:,.1f} ha")
        parts_en.append(f"{label.en} {rows.sum():,} parcels, {hectares:,.1f} ha")
    return Text("、".join(parts_ja), "; ".join(parts_en))


def _columns(
    keys: Iterable[str],
    known: Mapping[str, Field],
    labels: Mapping[str, Text],
    decimals: Mapping[str, int],
    reference: bool,
) -> Iterator[StyledColumn]:
    present = list(dict.fromkeys(keys))
    ordered = [key for key in _FIRST if key in present] + [key for key in present if key not in _FIRST]
    for key in ("fid", *ordered):
        heading = labels.get(key) or (_heading(known[key]) if key in known else Text(key, key))
        words = _words(key, known.get(key))
        if reference and key.endswith("certainty"):
            # The herb has ranges for reference, and no class: that is to be read beside them.
            both = Text(f"{words['unknown'].ja}・{REFERENCE.ja}", f"{words['unknown'].en}, {REFERENCE.en}")
            words = {**words, "unknown": both}
        yield StyledColumn(key, heading, words, key in _HIDDEN, decimals.get(key))


def _heading(described: Field) -> Text:
    unit = _UNITS.get(described.unit)
    if unit is None:
        return described.header
    return Text(f"{described.label.ja}({unit.ja})", f"{described.label.en} ({unit.en})")


def _decimals(key: str) -> int:
    """Square metres and yen are whole; shares have three decimals, as in lists."""
    return (
        0 if key.endswith("_m2") or key.startswith("yen_") else 1 if "hours" in key or "years" in key else 3
    )


def _words(key: str, described: Field | None) -> Mapping[str, Text]:
    if key.removeprefix("potential_") in ("class", "class_lower", "class_upper"):
        return {name: Text(f"{name} {text.ja}", f"{name} {text.en}") for name, text in CLASS_LABELS.items()}
    if key in ("limiting_factor", "deciding_factor"):
        return {name: factor.label for name, factor in FACTORS.items()}
    return described.choices.labels if described is not None and described.choices is not None else {}
