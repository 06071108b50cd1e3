"""The catalogue against places known to grow a herb: is any of them excluded, and does climate tell them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability._classes import CLASSES, ClassBounds
from kanpo.suitability._membership import effective, membership
from kanpo.suitability._method import Memberships, combine

#: A herb is looked at by itself from so many known origins on.
LEAST_ORIGINS = 5
_DRAWS = 2000
#: The rest are places of the table with no word of the herb: it is not known that it is not grown there.
NOT_INDEPENDENT = Text(
    "独立な検証ではありません: 目録の気候の行は、これらの産地を見て直してあります。"
    "「その他」は表にある他の産地で、そこで作られていないと分かっているわけではありません。",
    "Not independent: the rows were corrected by these places. The rest are the other places of the table, "
    "where the herb is not known to be absent.",
)


@dataclass(frozen=True, slots=True)
class Validation:
    """`sites`, one row per herb and place, and `separation`, how well climate tells origins from the rest.

    `sites` has herb_id, place, origin (yes, none, unclear), score and class by climate alone, factors that
    were known there (``a;b``), holds (an origin is at least S3, a place without production is no S1; None
    where nothing is claimed), source and confidence. `separation` has scope (``pooled`` or a herb),
    origins, rest, auc (share of pairs within a herb in which the origin scores higher, ties counted half)
    and its 95 % interval, lower and upper (NaN where there is too little to say).
    """

    sites: pd.DataFrame
    separation: pd.DataFrame

    @property
    def failed(self) -> pd.DataFrame:
        """Sites at which the catalogue says what cannot be."""
        return self.sites[self.sites["holds"].eq(False)]

    @property
    def verdict(self) -> Text:
        """Whether climate can be said to tell origins from the rest: only with the whole interval above a half."""
        auc, lower, upper = (float(self.separation[key].iloc[0]) for key in ("auc", "lower", "upper"))
        if lower != lower:
            return Text(
                "場所が少なく、見分けるかは言えません。", "Too few places to say whether climate tells them."
            )
        if lower > 0.5:
            return Text(
                f"気候の点は産地を見分けます(AUC {auc:.2f}、95%区間 {lower:.2f}〜{upper:.2f})。",
                f"Climate tells origins from the rest (AUC {auc:.2f}, 95 % {lower:.2f} to {upper:.2f}).",
            )
        return Text(
            f"気候だけで産地を見分けられるとは言えません(AUC {auc:.2f}、95%区間 {lower:.2f}〜{upper:.2f}、0.5 は当てずっぽう)。",
            f"Climate alone cannot be said to tell origins from the rest (AUC {auc:.2f}, "
            f"95 % {lower:.2f} to {upper:.2f}; 0.5 is guessing).",
        )


def climate_score(
    catalogue: Catalogue, herb_id: str, values: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Score of a place for a herb by its climate alone, and the factors that were known; NaN without any."""
    rows = [
        row
        for row in catalogue.requirements_of(herb_id)
        if FACTORS[row.factor].topic == "climate" and row.factor in values and row.weight > 0
    ]
    if not rows:
        return float("nan"), ()
    memberships = np.array([effective(row, membership(row, np.array([values[row.factor]]))) for row in rows])
    weights = [row.weight / sum(row.weight for row in rows) for row in rows]
    least, score = np.empty((2, 1))
    with np.errstate(divide="ignore"):
        combine("limitation", Memberships(list(np.log(memberships)), weights, np.empty(1)), least, score)
    return float(score[0]), tuple(row.factor for row in rows)


def validate_origins(catalogue: Catalogue, bounds: ClassBounds | None = None) -> Validation:
    """Hold the catalogue against its known origins, by memberships of climate factors only."""
    known = catalogue.known_sites
    bounds = bounds or ClassBounds()
    places = _places(known)
    lines = []
    for site in known.itertuples(index=False):
        score, factors = climate_score(catalogue, site.herb_id, places[site.place])
        told = np.isfinite(score)
        code = int(bounds.codes(np.array([score]), np.array([score == 0]))[0]) if told else -1
        claims = {"yes": score >= bounds.s3, "none": score < bounds.s1} if code >= 0 else {}
        holds = claims.get(site.origin)
        lines.append(
            (
                *(site.herb_id, site.place, site.origin, score, CLASSES[code] if code >= 0 else None),
                *(";".join(factors), holds, site.source, site.confidence),
            )
        )
    columns = ["herb_id", "place", "origin", "score", "class", "factors", "holds", "source", "confidence"]
    return Validation(pd.DataFrame(lines, columns=columns), _separation(catalogue, known, places))


def _places(known: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Climate of every place of the table."""
    factors = [key for key in known.columns if key in FACTORS]
    places: dict[str, dict[str, float]] = {}
    for site in known.to_dict("records"):
        values = {key: float(site[key]) for key in factors if str(site[key]).strip()}
        places.setdefault(str(site["place"]), {}).update(values)
    return places


def _separation(
    catalogue: Catalogue, known: pd.DataFrame, places: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    scores: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for herb_id, sites in known.groupby("herb_id", sort=False):
        origins = set(sites.loc[sites["origin"] == "yes", "place"])
        left_out = set(sites.loc[sites["origin"] == "unclear", "place"])
        by_place = {
            place: climate_score(catalogue, str(herb_id), values)[0] for place, values in places.items()
        }
        grown = np.array([score for place, score in by_place.items() if place in origins])
        rest = np.array([score for place, score in by_place.items() if place not in origins | left_out])
        if len(grown) and len(rest):
            scores[str(herb_id)] = grown, rest
    rng = np.random.default_rng(0)
    lines = [_pooled(scores, rng)]
    lines += [
        (herb_id, len(grown), len(rest), *_one_herb(grown, rest, rng))
        for herb_id, (grown, rest) in scores.items()
        if len(grown) >= LEAST_ORIGINS
    ]
    return pd.DataFrame(lines, columns=["scope", "origins", "rest", "auc", "lower", "upper"])


def _wins(grown: np.ndarray, rest: np.ndarray) -> float:
    """Pairs in which the place that grows it scores higher, ties counted half."""
    return float((grown[:, None] > rest).sum() + 0.5 * (grown[:, None] == rest).sum())


def _pooled(
    scores: Mapping[str, tuple[np.ndarray, np.ndarray]], rng: np.random.Generator
) -> tuple[str, int, int, float, float, float]:
    """All pairs within herbs together; the interval draws herbs, whose places go together."""
    wins = np.array([_wins(*pair) for pair in scores.values()])
    pairs = np.array([len(grown) * len(rest) for grown, rest in scores.values()])
    origins = sum(len(grown) for grown, _ in scores.values())
    rest = sum(len(rest) for _, rest in scores.values())
    if not len(wins):
        return "pooled", 0, 0, float("nan"), float("nan"), float("nan")
    drawn = rng.integers(0, len(wins), (_DRAWS, len(wins)))
    shares = wins[drawn].sum(axis=1) / pairs[drawn].sum(axis=1)
    ends = np.quantile(shares, (0.025, 0.975)) if len(wins) > 1 else (np.nan, np.nan)
    return "pooled", origins, rest, float(wins.sum() / pairs.sum()), float(ends[0]), float(ends[1])


def _one_herb(grown: np.ndarray, rest: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Its pairs; the interval draws places that grow it and places of the rest."""
    shares = [
        _wins(rng.choice(grown, len(grown)), rng.choice(rest, len(rest))) / (len(grown) * len(rest))
        for _ in range(_DRAWS)
    ]
    lower, upper = np.quantile(shares, (0.025, 0.975))
    return _wins(grown, rest) / (len(grown) * len(rest)), float(lower), float(upper)
