"""Which parcels are meant: one set of conditions for everything that lists, ranks, draws or plans.

A condition chooses parcels. It changes no score, no class, no expectation and no rank among all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.parcels._find import search_key
from kanpo.parcels._joined import current_parcels
from kanpo.parcels._land_use import INTENTIONS, NOT_KNOWN, USES, ZONES, read_land_use, zone_keys
from kanpo.parcels._succession import carried_over
from kanpo.reading import normalise
from kanpo.schema import VOCABULARIES, Vocabulary
from kanpo.store import Project

#: Decisions that may be asked for: those that are recorded, and that there is none.
DECISIONS = Vocabulary(
    "decision",
    VOCABULARIES["decision"].labels | {"none": Text("決定なし", "no decision")},
    VOCABULARIES["decision"].other_names,
)
_LAND_TYPES = Vocabulary(
    "land_type", VOCABULARIES["land_type"].labels | {"unknown": Text("不明", "unknown")}, {}
)


@dataclass(frozen=True, slots=True)
class ParcelFilter:
    """Which parcels are wanted; what is empty or None does not matter.

    `settlements` and `farm_settlements` are names (or codes of the latter) in any width. `statuses`
    are keys of `USES`, `land_types` of that vocabulary or ``unknown``, `farm_zones` of `ZONES`,
    `owner_intentions` of `INTENTIONS`, `decisions` of `DECISIONS`, each also by its label. Areas are
    in m²; a parcel of unknown area is left out where area is asked for.

    Land in use is left out unless it is asked for, by `cultivated` or by the statuses ``cultivated``
    and ``all``. A parcel whose use nobody knows, as outlines without a register have it, stays:
    it may well be idle.

    Raises
    ------
    UsageError
        A value is none of its list, or the areas make no sense.
    """

    settlements: tuple[str, ...] = ()
    farm_settlements: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    land_types: tuple[str, ...] = ()
    least_area_m2: float | None = None
    greatest_area_m2: float | None = None
    farm_zones: tuple[str, ...] = ()
    owner_intentions: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    cultivated: bool = False

    def __post_init__(self) -> None:
        for name, choices in (
            ("statuses", USES),
            ("land_types", _LAND_TYPES),
            ("farm_zones", ZONES),
            ("owner_intentions", INTENTIONS),
            ("decisions", DECISIONS),
        ):
            keys = tuple(_key_of(written, choices) for written in getattr(self, name))
            object.__setattr__(self, name, keys)
        least, most = self.least_area_m2, self.greatest_area_m2
        given = [area for area in (least, most) if area is not None]
        if not all(area >= 0 for area in given) or (len(given) == 2 and given[0] > given[1]):
            raise UsageError(
                "filter.area",
                Text("面積の下限・上限が正しくありません", "the least or greatest area is not right"),
                Text("0以上で、下限は上限以下にしてください", "0 or more, the least not above the greatest"),
                Place(column="area_m2", value=" - ".join(f"{area:g}" for area in given)),
            )

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for beyond leaving out what is in use."""
        return self not in (ParcelFilter(), ParcelFilter(cultivated=True))

    @property
    def with_cultivated(self) -> bool:
        """Whether land in use may be among the parcels."""
        return self.cultivated or bool({"cultivated", "all"} & set(self.statuses))

    def mask(self, parcels: pd.DataFrame) -> np.ndarray:
        """Whether each parcel (n,) is wanted.

        Parameters
        ----------
        parcels : DataFrame
            Columns of the parcel table, those of `read_land_use`, and `decisions`: the set of the newest
            decisions of each parcel, one for each herb.

        Raises
        ------
        UsageError
            No parcel lies in a settlement of that name; the nearest names are given.
        """
        keep = self._places(parcels) & self._uses(parcels)
        if not self.with_cultivated:
            keep &= (parcels["use"] != "cultivated").to_numpy()
        if self.land_types:
            keep &= parcels["land_type"].fillna("unknown").isin(self.land_types).to_numpy()
        if self.farm_zones:
            keep &= np.isin(zone_keys(parcels["farm_promotion_zone"]), self.farm_zones)
        if self.owner_intentions:
            keep &= parcels["owner_intention"].isin(self.owner_intentions).to_numpy()
        if self.decisions:
            wanted = set(self.decisions)
            keep &= np.array([bool(wanted & (said or {"none"})) for said in parcels["decisions"]], dtype=bool)
        area = parcels["area_m2"].to_numpy(dtype=float)
        if self.least_area_m2 is not None:
            keep &= area >= self.least_area_m2
        if self.greatest_area_m2 is not None:
            keep &= area <= self.greatest_area_m2
        return keep

    def _places(self, parcels: pd.DataFrame) -> np.ndarray:
        keep = np.ones(len(parcels), dtype=bool)
        for names, columns in (
            (self.settlements, ("settlement",)),
            (self.farm_settlements, ("farm_settlement", "farm_settlement_key")),
        ):
            if names:
                places = np.column_stack([parcels[column].map(search_key) for column in columns])
                known = [name for column in columns for name in parcels[column].dropna().unique()]
                keys = [_place_of(name, places, known, columns[0]) for name in names]
                keep &= np.isin(places, keys).any(axis=1)
        return keep

    def _uses(self, parcels: pd.DataFrame) -> np.ndarray:
        wanted = set(self.statuses)
        if "unknown" in wanted:
            wanted |= set(NOT_KNOWN)
        if not wanted or "all" in wanted:
            return np.ones(len(parcels), dtype=bool)
        keep = parcels["use"].isin(wanted) | parcels["devastation_class"].isin(wanted)
        # Green and yellow are shades of the first class.
        of_class = parcels["idle_class"].where(parcels["idle_class"] != "1", parcels["shade"].fillna("1"))
        keep |= of_class.isin(wanted) | parcels["idle_class"].isin(wanted)
        return np.asarray(keep, dtype=bool)


def _key_of(written: str, choices: Vocabulary) -> str:
    key = choices.key_of(normalise(written))
    if key is not None:
        return key
    names = [*choices.labels, *(label.ja for label in choices.labels.values()), *choices.other_names]
    near = difflib.get_close_matches(written, names, n=3, cutoff=0.4)
    every_ja = "、".join(f"{name}({label.ja})" for name, label in choices.labels.items())
    raise UsageError(
        "filter.choice",
        Text("その条件はありません", "is no such condition"),
        Text(
            f"もしかして: {'、'.join(near)}。選べるもの: {every_ja}" if near else f"選べるもの: {every_ja}",
            (f"did you mean {', '.join(near)}? " if near else "") + f"choices: {', '.join(choices.labels)}",
        ),
        Place(column=choices.key, value=written),
    )


def _place_of(name: str, places: np.ndarray, known: Sequence[str], column: str) -> str:
    """The key by which a settlement is found."""
    key = search_key(name)
    if key and (places == key).any():
        return key
    near = difflib.get_close_matches(name, [str(one) for one in known], n=3, cutoff=0.3) or known[:5]
    farm = column == "farm_settlement"
    raise UsageError(
        "filter.settlement",
        Text(
            f"その{'農業集落' if farm else '大字'}の筆はありません",
            f"no parcel lies in {'an agricultural' if farm else 'a'} settlement of that name",
        ),
        Text(
            f"近い名前: {'、'.join(near) or 'なし'}(一覧は kanpo parcels settlements)",
            f"near: {', '.join(near) or 'none'} (see kanpo parcels settlements)",
        ),
        Place(column=column, value=name),
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """The parcels that are wanted, in the order of the project, and what was done with the others.

    `whole` counts all parcels, `in_use` those left out for being in use that all else would have let
    through, `unknown_use` those kept although nobody knows whether they are idle.
    """

    parcel_ids: tuple[str, ...]
    whole: int
    in_use: int
    unknown_use: int

    @property
    def everything(self) -> bool:
        """Whether no parcel was left out."""
        return len(self.parcel_ids) == self.whole

    def rows(self, parcel_ids: Iterable[str]) -> np.ndarray:
        """Whether each of some parcels (n,) is wanted."""
        wanted = frozenset(self.parcel_ids)
        return np.array([parcel_id in wanted for parcel_id in parcel_ids], dtype=bool)

    def text(self) -> Text:
        """Which parcels these are, in one or two sentences."""
        count = len(self.parcel_ids)
        ja, en = [f"全 {self.whole:,} 筆のうち {count:,} 筆"], [f"{count:,} of {self.whole:,} parcels"]
        if self.in_use:
            ja.append(f"耕作中の {self.in_use:,} 筆は除いた(--with-cultivated で含める)")
            en.append(f"{self.in_use:,} in use were left out (--with-cultivated keeps them)")
        if self.unknown_use:
            ja.append(f"うち {self.unknown_use:,} 筆は遊休かどうか分からない")
            en.append(f"of {self.unknown_use:,} nobody knows whether they are idle")
        return Text("。".join(ja) + "。", "; ".join(en) + ".")


def select_parcels(
    project: Project, wanted: ParcelFilter, parcels: gpd.GeoDataFrame | None = None
) -> Selection:
    """The parcels of a project that are wanted.

    Parameters
    ----------
    parcels : GeoDataFrame, optional
        As of `current_parcels`; read where it is not given.

    Raises
    ------
    UsageError
        A settlement of the filter is not there.
    """
    parcels = current_parcels(project) if parcels is None else parcels
    decisions = _newest_decisions(project)
    table = pd.DataFrame(parcels.drop(columns="geometry")).join(read_land_use(project, parcels))
    table["decisions"] = [decisions.get(parcel_id, frozenset()) for parcel_id in table["parcel_id"]]
    keep = wanted.mask(table)
    in_use = 0
    if not wanted.with_cultivated:
        with_them = replace(wanted, cultivated=True).mask(table)
        in_use = int((with_them & ~keep).sum())
    unknown = int((keep & table["use"].isin(NOT_KNOWN).to_numpy()).sum())
    return Selection(tuple(table["parcel_id"][keep]), len(table), in_use, unknown)


def _newest_decisions(project: Project) -> dict[str, frozenset[str]]:
    """The newest decision on each herb of each parcel that has any, as a set."""
    said = carried_over(project.journal.read("decision"), project)
    said = said[said["parcel_id"].notna()].sort_values("happened_at", kind="stable")
    said = said.assign(herb_id=said["herb_id"].fillna(""))
    newest = said.drop_duplicates(["parcel_id", "herb_id"], keep="last")
    return {str(key): frozenset(group) for key, group in newest.groupby("parcel_id")["decision"]}
