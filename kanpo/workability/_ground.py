"""What costs go by on a parcel: how it was left, how steep, how large, how far, which animals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.sites import Factors

#: A smaller area is none that is worked; it counts as not known.
LEAST_AREA_M2 = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Facts of N parcels, each (N,); NaN and None where nothing is known.

    `block_area_m2` is the area of the block that a parcel is worked with, its own where it is worked alone.
    `cultivated` tells which parcels are in use, by the newest survey: nothing has to be cleared there.
    """

    parcel_ids: tuple[str, ...]
    idle_class: np.ndarray
    devastation_class: np.ndarray
    land_type: np.ndarray
    years_abandoned: np.ndarray
    slope_deg: np.ndarray
    wildlife_pressure: np.ndarray
    area_m2: np.ndarray
    block_area_m2: np.ndarray
    road_access_m: np.ndarray
    water_access_m: np.ndarray
    cultivated: np.ndarray

    def __len__(self) -> int:
        return len(self.parcel_ids)


def ground_of(parcels: pd.DataFrame, factors: Factors, block_area_m2: np.ndarray | None = None) -> Ground:
    """The facts of the parcels of `factors`, in that order.

    Parameters
    ----------
    parcels : DataFrame
        ``parcel_id``, ``idle_class``, ``devastation_class`` of all parcels of `factors`, in any order; and
        where known ``shade`` (``1_green``, ``1_yellow``: the kind of class 1) and ``use`` (``cultivated``).
    block_area_m2 : ndarray (N,), optional
        Areas of the blocks that the parcels are worked with.
    """
    values = factors.values
    register = pd.DataFrame(parcels).set_index("parcel_id").reindex(factors.parcel_ids)
    land = np.array([factors.land_types.get(key) for key in factors.parcel_ids], dtype=object)

    def numbers(key: str) -> np.ndarray:
        return values[key].to_numpy(dtype=float)

    def classes(column: pd.Series) -> np.ndarray:
        return column.astype(object).where(column.notna(), None).to_numpy(dtype=object)

    idle = classes(register["idle_class"])
    if "shade" in register:
        shade = classes(register["shade"])
        # Green and yellow are kinds of class 1; where another class stands, that is what counts.
        idle = np.where(np.isin(idle.astype(str), ("1", "None")) & pd.notna(shade), shade, idle)
    in_use = register["use"] == "cultivated" if "use" in register else pd.Series(False, index=register.index)
    area = numbers("area_m2")
    # On so little nobody works: what is spread over it would be any amount.
    area = np.where(area >= LEAST_AREA_M2, area, np.nan)
    return Ground(
        tuple(factors.parcel_ids),
        idle_class=idle,
        devastation_class=classes(register["devastation_class"]),
        land_type=land,
        years_abandoned=numbers("years_abandoned"),
        slope_deg=numbers("slope_deg"),
        wildlife_pressure=classes(values["wildlife_pressure"]),
        area_m2=area,
        block_area_m2=area if block_area_m2 is None else np.asarray(block_area_m2, dtype=float),
        road_access_m=numbers("road_access_m"),
        water_access_m=numbers("water_access_m"),
        cultivated=in_use.to_numpy(dtype=bool),
    )
