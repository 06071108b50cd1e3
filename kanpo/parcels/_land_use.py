"""What the register says of a parcel beside the columns of the parcel table: its use, its owner's intention.

Both stand in the attributes as they were received. They choose parcels and enter no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import orjson
import pandas as pd

from kanpo.locale import Text
from kanpo.parcels._status import NOTHING, read_states
from kanpo.reading import normalise
from kanpo.schema import Vocabulary
from kanpo.store import Project

#: What a parcel is used for, by the newest survey. A class of the first kind is green where it can be
#: farmed again at once, yellow where land has to be improved first.
USES = Vocabulary(
    "status",
    {
        "1": Text("遊休農地1号", "idle, class 1"),
        "1_green": Text("遊休農地1号(緑区分)", "idle, class 1, green"),
        "1_yellow": Text("遊休農地1号(黄区分)", "idle, class 1, yellow"),
        "2": Text("遊休農地2号", "idle, class 2"),
        "A": Text("荒廃農地A分類", "devastated, class A"),
        "B": Text("荒廃農地B分類", "devastated, class B"),
        "idle": Text("遊休・荒廃農地のすべて", "all that is idle or devastated"),
        "cultivated": Text("耕作中(遊休農地ではない)", "in use (not idle)"),
        "pending": Text("調査中", "being surveyed"),
        "not_surveyed": Text("調査不可", "could not be surveyed"),
        "other": Text("その他の状態", "another state"),
        "not_farmland": Text("非農地", "no longer farmland"),
        "unknown": Text("不明(調査中・調査不可・その他を含む)", "unknown (being surveyed and the like, too)"),
        "all": Text("すべて", "all"),
    },
    {
        "1号": "1",
        "2号": "2",
        "緑": "1_green",
        "緑区分": "1_green",
        "黄": "1_yellow",
        "黄区分": "1_yellow",
        "A分類": "A",
        "B分類": "B",
        "遊休": "idle",
        "遊休農地": "idle",
        "耕作中": "cultivated",
        "未調査": "pending",
        "その他": "other",
        "非農地判断済": "not_farmland",
        "不明": "unknown",
        "全部": "all",
    },
)
#: Uses of which nobody knows whether the parcel is idle.
NOT_KNOWN = ("unknown", "pending", "not_surveyed", "other")
INTENTIONS = Vocabulary(
    "owner_intention",
    {
        "bank": Text("農地中間管理事業の利用", "through the farmland bank"),
        "transfer": Text("売る・貸す相手を自分で探す", "to sell or lease on their own"),
        "farm": Text("自ら耕作する", "to farm it themselves"),
        "pending": Text("調査中", "being asked"),
        "not_asked": Text("調査対象外", "not asked"),
        "other": Text("その他の意向", "another intention"),
        "unknown": Text("不明", "unknown"),
    },
    {"中間管理": "bank", "農地バンク": "bank", "自作": "farm", "売買・貸借": "transfer", "その他": "other"},
)
ZONES = Vocabulary(
    "farm_zone",
    {
        "farm": Text("農用地区域内(青地)", "farm land zone"),
        "promotion": Text("農業振興地域内・農用地区域外(白地)", "promotion area, outside the farm land zone"),
        "outside": Text("農業振興地域外", "outside the promotion area"),
        "unknown": Text("不明", "unknown"),
    },
    {
        "農用地区域": "farm",
        "青地": "farm",
        "白地": "promotion",
        "農用地区域外": "promotion",
        "農振外": "outside",
    },
)

_INTENTION_NAMES = (
    *("OwnerStatementIntentSurveyResultsCodeName", "OwnerStatementIntentSurveyResults"),
    *("所有者の意向", "所有者等の意向", "利用意向調査結果", "利用意向", "意向", "owner_intention"),
)
#: Words in which an intention is recognised, the first that fits; then the register's codes.
_INTENTION_WORDS = (
    ("対象外", "not_asked"),
    ("調査中", "pending"),
    ("中間管理", "bank"),
    ("農地バンク", "bank"),
    ("自ら耕作", "farm"),
    ("自作", "farm"),
    ("所有権", "transfer"),
    ("賃借", "transfer"),
    ("貸", "transfer"),
    ("売", "transfer"),
)
_INTENTION_CODES = {"2": "bank", "6": "not_asked", "9": "pending"}
_SAYS_NOTHING = frozenset(["", "-", "999", "非公表", "不明", "なし", "無"])


def read_land_use(project: Project, parcels: pd.DataFrame) -> pd.DataFrame:
    """The use and the owner's intention of parcels, from their own attributes and those of their register rows.

    Parameters
    ----------
    parcels : DataFrame
        As of `current_parcels` (n).

    Returns
    -------
    DataFrame
        With the index of `parcels`: `use` (a key of `USES`: what of it is idle or devastated stands in
        the classes; else ``cultivated``, a state of its own such as ``pending``, or ``unknown``), `shade` (``1_green``, ``1_yellow`` or None) and
        `owner_intention` (a key of `INTENTIONS`).
    """
    said = _attributes(project, parcels)
    idle = parcels[["idle_class", "devastation_class"]].notna().any(axis=1).to_numpy()
    uses = [[read_states(one)[0] for one in of_parcel] for of_parcel in said]
    # The row that the status comes from stands first: a later survey goes before an older one.
    newest = [next((one for one in found if one != NOTHING), NOTHING) for found in uses]
    states = np.array([one.state or "unknown" for one in newest], dtype=object)
    intentions = [
        _first(_intention(_written(one, _INTENTION_NAMES)) for one in of_parcel) for of_parcel in said
    ]
    return pd.DataFrame(
        {
            "use": np.where(idle, "idle", states),
            "shade": [_first(one.shade for one in found) for found in uses],
            "owner_intention": [found or "unknown" for found in intentions],
        },
        index=parcels.index,
    )


def zone_keys(written: pd.Series) -> np.ndarray:
    """Keys of `ZONES` (n,) of the farm promotion zone as it was written."""
    known = {text: _zone(normalise(text)) for text in written.dropna().unique()}
    return np.array([known.get(text, "unknown") for text in written], dtype=object)


def _attributes(project: Project, parcels: pd.DataFrame) -> list[list[Mapping[str, object]]]:
    """For each parcel what its status comes from, then its own attributes, then other register rows of it."""
    links = project.computed.links()
    links = links[links["parcel_id"].notna() & links["confidence"].isin(("high", "medium"))]
    rows: dict[str, str] = {}
    if len(links):
        register = project.imported.register()
        rows = dict(zip(register["register_id"], register["attributes"], strict=True))
    of_parcel = links.groupby("parcel_id")["register_id"].agg(list).to_dict()
    found = []
    for parcel_id, own, source in zip(
        parcels["parcel_id"], parcels["attributes"], parcels["status_source"], strict=True
    ):
        others = [key for key in of_parcel.get(parcel_id, ()) if key != source]
        texts = [rows.get(source), own, *(rows.get(key) for key in others)]
        found.append([orjson.loads(text) for text in texts if isinstance(text, str) and text])
    return found


def _written(attributes: Mapping[str, object], names: Iterable[str]) -> list[str]:
    """What stands under some names, as plain text; what says nothing is left out."""
    texts = [normalise(attributes[name]) for name in names if attributes.get(name) is not None]
    return [text for text in texts if text not in _SAYS_NOTHING]


def _first(found: Iterable[object]) -> object:
    return next((one for one in found if one is not None), None)


def _intention(words: list[str]) -> str | None:
    for mark, key in _INTENTION_WORDS:
        if any(mark in word for word in words):
            return key
    codes = [_INTENTION_CODES[word] for word in words if word in _INTENTION_CODES]
    return codes[0] if codes else "other" if words else None


def _zone(text: str) -> str:
    if "農用地区域外" in text or "白地" in text:
        return "promotion"
    if "農用地区域" in text or "青地" in text:
        return "farm"
    return "outside" if "域外" in text or "農振外" in text else "unknown"
