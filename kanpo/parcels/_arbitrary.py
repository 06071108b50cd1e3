"""Maps of the land registry in a coordinate system of their own (任意座標系): refused by that name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.parcels._findings import Finding, reject
from kanpo.parcels.sources import ARBITRARY


def refuse_arbitrary(systems: pd.Series, name: str) -> None:
    """Stop at a map of the land registry in a coordinate system of its own, which lies nowhere."""
    if not (systems == ARBITRARY).all():
        return
    raise InputUnusable(
        "registry-map.arbitrary",
        Text(
            "任意座標系の地図なので、土地の上に置けません",
            "a map in an arbitrary coordinate system (任意座標系): nobody can put it on the ground",
        ),
        Text(
            "公共座標系の地図を取り込んでください(任意座標系の区域は、筆ポリゴンと台帳のピンで補えます)",
            "ingest maps in the public system; elsewhere use outlines and the pins of the register",
        ),
        Place(name, column="座標系", value=ARBITRARY),
    )


def arbitrary_ones(
    table: pd.DataFrame, shapes: np.ndarray, findings: list[tuple[int, Finding]]
) -> list[tuple[int, Finding]]:
    """Send back, under that name, what of a map lies in a system of its own; other findings of it say nothing."""
    arbitrary = np.flatnonzero(table["system"] == ARBITRARY)
    shapes[arbitrary] = None
    rest = [(position, finding) for position, finding in findings if position not in set(arbitrary)]
    return rest + [(int(position), reject("arbitrary-system", ARBITRARY)) for position in arbitrary]
