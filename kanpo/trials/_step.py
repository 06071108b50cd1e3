"""One step of processing: what went in against what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kanpo.locale import Text
from kanpo.schema import Portion, portions_of

#: Share of what went in that may be missing before it is said: scales, dust, dampness.
TOLERANCE = 0.02
#: Steps after which lots may leave, or stay what they are.
MAY_HAVE_NO_OUTPUT = ("storage", "shipping")
#: Steps in hot water: what they hold more or less of is water, and some of the drug goes into the water.
_IN_HOT_WATER = frozenset({"blanching", "hot_water_kneading", "steaming"})
#: A scale shows no less, kg; below it nothing is compared.
_LEAST_KG = 1e-9


@dataclass(frozen=True, slots=True)
class StepMasses:
    """The masses of one step, kg; moistures on the wet basis, percent."""

    step: str
    inputs: tuple[Portion, ...]
    outputs: tuple[Portion, ...]
    loss_kg: float | None = None
    moisture_in_percent: float | None = None
    moisture_out_percent: float | None = None

    @classmethod
    def of(cls, body: Mapping[str, object]) -> StepMasses:
        """From a record of the kind ``lot_step``."""
        return cls(
            str(body["step"]),
            portions_of(body.get("inputs")),
            portions_of(body.get("outputs")),
            *(_known(body.get(key)) for key in ("loss_kg", "moisture_in_percent", "moisture_out_percent")),
        )

    @property
    def in_water(self) -> bool:
        """Whether mass that nobody stated as lost is water: drying takes it, hot water may bring it."""
        return self.loss_kg is None and (self.step == "drying" or self.step in _IN_HOT_WATER)

    @property
    def in_kg(self) -> float:
        """What went in."""
        return sum(portion.kg for portion in self.inputs)

    @property
    def out_kg(self) -> float:
        """What came out."""
        return sum(portion.kg for portion in self.outputs)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Mass that a step does not account for: positive is missing, negative came from nowhere.

    `percent` is of what went in.
    """

    code: str
    kg: float
    percent: float
    what: Text


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value == value else None


def weigh_step(masses: StepMasses, tolerance: float = TOLERANCE) -> tuple[Imbalance, ...]:
    """What is wrong with the masses of a step.

    In = out + loss within `tolerance` of what went in. When drying, a loss that is not stated is
    water: then nothing may be gained, and with both moistures known the dry matter must be the
    same before and after (dry matter = mass x (1 - moisture / 100), moisture on the wet basis). In hot
    water (blanching, kneading, steaming) mass may be gained too, up to as much as went in; dry matter
    may be lost to the water, and not gained.
    Steps without outputs (storage, shipping) are not compared.

    Parameters
    ----------
    masses : StepMasses
    tolerance : float
        Share of what went in, such as 0.02.
    """
    if not masses.outputs or masses.in_kg <= _LEAST_KG:
        return ()
    found = []
    gap = masses.in_kg - masses.out_kg - (masses.loss_kg or 0.0)
    wet = masses.step in _IN_HOT_WATER
    water = masses.in_water and (gap > 0 or (wet and -gap <= masses.in_kg))
    if abs(gap) > tolerance * masses.in_kg + _LEAST_KG and not water:
        found.append(_imbalance("lot.mass-gap", gap, masses.in_kg, Text("重さ", "mass")))
    before, after = masses.moisture_in_percent, masses.moisture_out_percent
    if (masses.step == "drying" or wet) and before is not None and after is not None:
        dry_in, dry_out = masses.in_kg * (1 - before / 100), masses.out_kg * (1 - after / 100)
        dissolved = wet and dry_out < dry_in
        if abs(dry_in - dry_out) > tolerance * dry_in + _LEAST_KG and not dissolved:
            found.append(
                _imbalance("lot.dry-matter-gap", dry_in - dry_out, dry_in, Text("乾物の重さ", "dry matter"))
            )
    return tuple(found)


def _imbalance(code: str, gap: float, whole: float, noun: Text) -> Imbalance:
    percent = 100 * gap / whole if whole > 0 else -100.0
    ja, en = ("足りません", "missing") if gap > 0 else ("多すぎます", "too much")
    what = Text(
        f"{noun.ja}が {abs(gap):.3g} kg({abs(percent):.1f} %){ja}",
        f"{noun.en}: {abs(gap):.3g} kg ({abs(percent):.1f} %) {en}",
    )
    return Imbalance(code, gap, percent, what)
