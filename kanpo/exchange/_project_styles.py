"""The styles of a project's own layers, so that the project file opens in QGIS as its exports do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from kanpo.exchange._layer_style import LayerStyle, style_layer
from kanpo.exchange._qml import qml_of
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import (
    FORMER_PARCELS,
    JOURNAL,
    PARCELS,
    SCORES,
    TABLES,
    VOCABULARIES,
    Field,
    Kind,
    Table,
)
from kanpo.store import Project, StoredStyle

#: Columns that stand before the scores in the layer of a herb.
_OF_PARCELS = ("parcel_id", "settlement", "lot_number", "area_m2")
#: Tables of parcels are drawn; other outlines (pins, plots, boundaries) look as QGIS has them.
_DRAWN = (PARCELS.name, FORMER_PARCELS.name)


def style_project(project: Project, catalogue: Catalogue) -> int:
    """Write styles for the layers and tables of a project: headings in words, and the classes of each herb.

    What people saved as styles in QGIS stays as it is.

    Returns
    -------
    int
        How many layers and tables have a style.
    """
    listed = set(project.table_names())
    styles = [
        _stored(table.name, _table_style(table), table.outline) for table in TABLES if table.name in listed
    ]
    styles += [
        _stored(f"{SCORES.name}_{herb}", style, True) for herb, style in _herb_styles(project, catalogue)
    ]
    project.keep_styles(styles)
    return len(styles)


def _stored(layer: str, style: LayerStyle, outline: bool) -> StoredStyle:
    return StoredStyle(layer, str(style.title), qml_of(style), str(style.about), outline)


def _table_style(table: Table) -> LayerStyle:
    known = {field.key for field in table.fields}
    # A view of records has the columns of every record after its own.
    around = JOURNAL.fields if table.kind is Kind.RECORDED else ()
    fields = (*table.fields, *(field for field in around if field.key not in known))
    style = style_layer(table.label, _empty(fields), fields=fields)
    return style if table.name in _DRAWN else replace(style, drawn=False, tones=())


def _herb_styles(project: Project, catalogue: Catalogue) -> Iterator[tuple[str, LayerStyle]]:
    counts = project.computed.class_counts()
    columns = [*_OF_PARCELS, *(key for key in SCORES.keys if key not in ("parcel_id", "herb_id"))]
    shares = [field.key for field in SCORES.fields if field.type == "number"]
    for herb_id, table in counts.groupby("herb_id", sort=False):
        herb = catalogue.herbs.get(str(herb_id))
        name = herb.label if herb is not None else Text.same(str(herb_id))
        frame = table.reindex(columns=columns).astype(dict.fromkeys([*shares, "area_m2"], "float64"))
        title = Text(f"{name.ja}の適地区分", f"classes for {name.en}")
        yield str(herb_id), style_layer(title, frame, about=_counted(name, table))


def _counted(name: Text, table: pd.DataFrame) -> Text:
    sums = table.groupby("certainty")["parcels"].sum()
    kinds = VOCABULARIES["certainty"].labels
    ja = "、".join(f"{label.ja} {sums.get(key, 0):,} 筆" for key, label in kinds.items())
    en = "; ".join(f"{label.en} {sums.get(key, 0):,} parcels" for key, label in kinds.items())
    return Text(f"{name.ja}の適地度。{ja}", f"Suitability for {name.en}. {en}")


def _empty(fields: Iterable[Field]) -> pd.DataFrame:
    """No row, with a column for each field and the type of its numbers."""
    numbers = ("number", "amount")
    return pd.DataFrame(
        {field.key: pd.Series(dtype="float64" if field.type in numbers else object) for field in fields}
    )
