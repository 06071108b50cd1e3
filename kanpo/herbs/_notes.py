"""What is right in form and still worth knowing of a catalogue: mild factors, herbs alike, densities, thin sources."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from kanpo.herbs._catalogue import TOPICS, Catalogue
from kanpo.herbs._curve import number_of
from kanpo.herbs._reach import MILD, least_membership
from kanpo.herbs._requirement import Herb, Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS

#: A number of plants may stray so far from what row and spacing give: rows are not planted to the centimetre.
DENSITY_TOLERANCE = 0.10
_NUMBER = r"\d+(?:\.\d+)?"
#: ``50-60``, ``70 (2 lines)``, ``15-20 (2 plants)``, ``18 (beds 65 %)``.
_SPACING = re.compile(
    rf"(?P<low>{_NUMBER})(?:-(?P<high>{_NUMBER}))?"
    rf"(?: \((?:(?P<times>\d+) (?:lines|plants)|beds (?P<beds>{_NUMBER}) %)\))?"
)
COLUMNS = ["note", "herb_id", "factor", "what"]


def catalogue_notes(catalogue: Catalogue) -> pd.DataFrame:
    """What a person should know of a catalogue that is in order.

    Columns ``note`` (mild, alike, density, reference), ``herb_id`` (several by ``;``, ``*`` for
    the default), ``factor`` and ``what`` in words of the current language.
    """
    lines = [
        *_mild(catalogue),
        *_alike(catalogue),
        *(line for herb in catalogue.herbs.values() for line in _density(herb)),
        *_reference(catalogue),
    ]
    return pd.DataFrame([(*cells, str(what)) for *cells, what in lines], columns=COLUMNS)


Line = tuple[str, str, str, Text]


def _mild(catalogue: Catalogue) -> Iterator[Line]:
    """Factors that alone leave the best class open whatever their value."""
    rows = {
        (row.herb_id, row.factor): row
        for herb_id in catalogue.herbs
        for row in catalogue.requirements_of(herb_id)
    }
    for (herb_id, key), row in rows.items():
        least = least_membership(row)
        if row.weight > 0 and least >= MILD:
            what = Text(
                f"最も悪くても {least:g}(S1 を妨げない)", f"{least:g} at its worst: keeps nothing from S1"
            )
            yield "mild", herb_id, key, what


def _alike(catalogue: Catalogue) -> Iterator[Line]:
    """Herbs that soil and light cannot tell apart, and those that nothing can."""
    by_ground: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for herb_id in catalogue.herbs:
        rows = catalogue.requirements_of(herb_id)
        by_ground[
            tuple(_curve(row) for row in rows if FACTORS[row.factor].topic in ("soil", "light"))
        ].append(herb_id)
    for herbs in by_ground.values():
        if len(herbs) < 2:
            continue
        whole = {tuple(_curve(row) for row in catalogue.requirements_of(herb_id)) for herb_id in herbs}
        what = (
            Text("全要因の条件が同じ: 区別できない", "equal in every factor: cannot be told apart")
            if len(whole) == 1
            else Text("土と日照の条件が同じ: 気候だけが違う", "equal in soil and light: only climate differs")
        )
        yield "alike", ";".join(herbs), "", what


def _curve(row: Requirement) -> tuple[object, ...]:
    classes = tuple(sorted(row.classes.items()))
    return row.factor, row.kind, row.corners, row.bell, row.points, classes, row.weight, row.knock_out


def plants_by_spacing(herb: Herb) -> tuple[float, float] | None:
    """Least and most plants per 10 a (1,000 m²) by the row and spacing of a herb; None where they do not say it."""
    row, spacing = (_SPACING.fullmatch(text.strip()) for text in (herb.row_cm, herb.spacing_cm))
    if row is None or spacing is None:
        return None
    share = 1.0
    for part in (row, spacing):
        share *= float(part["times"] or 1) * float(part["beds"] or 100) / 100
    areas = [
        (number_of(row[end] or row["low"]) or 0.0) * (number_of(spacing[end] or spacing["low"]) or 0.0) / 1e4
        for end in ("low", "high")
    ]
    if min(areas) <= 0:
        return None
    return 1000 / areas[1] * share, 1000 / areas[0] * share


def _density(herb: Herb) -> Iterator[Line]:
    plants, able = herb.plants_per_10a, plants_by_spacing(herb)
    if plants is None or able is None:
        return
    low, high = able
    if not low * (1 - DENSITY_TOLERANCE) - 0.5 <= plants <= high * (1 + DENSITY_TOLERANCE) + 0.5:
        yield (
            *("density", herb.herb_id, ""),
            Text(
                f"{plants:,.0f}本/10a だが条間・株間では {low:,.0f}〜{high:,.0f}本",
                f"{plants:,.0f} plants per 10 a, but {low:,.0f} to {high:,.0f} by row and spacing",
            ),
        )


def _reference(catalogue: Catalogue) -> Iterator[Line]:
    """Herbs of which not everything that decides has been read in a source."""
    for herb_id in catalogue.herbs:
        if catalogue.reference_only(herb_id):
            topics = [TOPICS[topic] for topic in catalogue.unsourced_topics(herb_id)]
            ja, en = "・".join(topic.ja for topic in topics), ", ".join(topic.en for topic in topics)
            what = Text(f"出典なし: {ja}(区分なし)", f"no source for {en}: no class is given")
            yield "reference", herb_id, "", what
