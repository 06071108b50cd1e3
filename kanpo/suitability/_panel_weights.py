"""Weights from a file, such as an expert panel's, in place of the catalogue's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.reading import normalise, read_number
from kanpo.schema import FACTORS

#: Shares of 1, per cent and points are given; beyond these bounds a factor is all or nothing of a score.
_LEAST, _MOST = 1e-6, 1e6
#: Stands for every herb that has no rows of its own.
EVERY_HERB = "*"
#: Columns that a file of weights needs.
WEIGHT_COLUMNS = ("herb_id", "factor", "weight")


@dataclass(frozen=True, slots=True)
class PanelWeights:
    """Weights of some factors, and the file that they come from.

    `given` maps a herb id, or `EVERY_HERB`, to factor to weight, on a scale of its own for each
    herb. `digest` is the SHA-256 of the file, in hexadecimal.
    """

    file_name: str
    digest: str
    given: Mapping[str, Mapping[str, float]]

    def text(self) -> Text:
        """File and hash, short enough for a line."""
        return Text.same(f"{self.file_name} (SHA-256 {self.digest[:12]})")

    def for_catalogue(self, catalogue: Catalogue) -> dict[str, dict[str, float]]:
        """Herb id to factor to weight, on the scale of the catalogue.

        The factors that were weighed keep, for each herb, the share that they have together in the
        catalogue; the panel says how it is split among them. So neither the scale of the file nor
        factors that nobody weighed change what the panel said. Factors that a herb does not need
        are passed over. A herb with rows of its own takes nothing from `EVERY_HERB`.
        """
        weights: dict[str, dict[str, float]] = {}
        for herb_id in catalogue.herbs:
            needed = {need.factor: need.weight for need in catalogue.requirements_of(herb_id)}
            said = self.given.get(herb_id, self.given.get(EVERY_HERB, {}))
            own = {factor: weight for factor, weight in said.items() if factor in needed}
            total = sum(own.values())
            if total > 0:
                share = sum(needed[factor] for factor in own)
                weights[herb_id] = {factor: weight / total * share for factor, weight in own.items()}
        return weights

    def to_parameters(self) -> dict[str, object]:
        """As a stamp keeps it."""
        given = {herb_id: dict(own) for herb_id, own in self.given.items()}
        return {"file": self.file_name, "sha256": self.digest, "given": given}

    @classmethod
    def from_parameters(cls, kept: Mapping[str, object]) -> PanelWeights:
        """The opposite of `to_parameters`."""
        return cls(str(kept["file"]), str(kept["sha256"]), kept["given"])  # type: ignore[arg-type]


def check_panel_weights(
    columns: Mapping[str, Sequence[str | None]], catalogue: Catalogue, file_name: str, digest: str
) -> tuple[PanelWeights, tuple[Problem, ...]]:
    """Weights from the columns of a table; a row with a problem is left out.

    Parameters
    ----------
    columns : mapping
        Header to cells as text; `WEIGHT_COLUMNS` are needed, others are passed over.

    Raises
    ------
    InputUnusable
        A column is missing, or no row can be used.
    """
    for name in WEIGHT_COLUMNS:
        if name not in columns:
            raise InputUnusable(
                "weights.no-column",
                Text(f"{name} の列がありません", f"there is no column {name}"),
                Text(
                    f"1行目を {','.join(WEIGHT_COLUMNS)} にしてください",
                    f"make the first row {','.join(WEIGHT_COLUMNS)}",
                ),
                Place(file_name),
            )
    given: dict[str, dict[str, float]] = {}
    problems: list[Problem] = []
    for row, (herb, factor, weight) in _rows(columns):
        place = Place(file_name, row=row)
        found = _row(herb, factor, weight, catalogue, place)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        herb_id, value = found
        if given.setdefault(herb_id, {}).setdefault(factor, value) != value:
            problems.append(_twice(place.row, factor, weight, file_name))
    for herb_id in [herb_id for herb_id, own in given.items() if sum(own.values()) <= 0]:
        del given[herb_id]
        problems.append(_all_zero(herb_id, file_name))
    if not given:
        raise InputUnusable(
            "weights.none",
            Text("使える重みが1つもありません", "there is not one weight that can be used"),
            Text(
                "kanpo weights judge --out で作った表を使ってください",
                "use a file of kanpo weights judge --out",
            ),
            Place(file_name),
            tuple(problems),
        )
    return PanelWeights(file_name, digest, given), tuple(problems)


def _rows(columns: Mapping[str, Sequence[str | None]]) -> Iterator[tuple[int, tuple[str, str, str]]]:
    cells = zip(*(columns[name] for name in WEIGHT_COLUMNS), strict=True)
    for row, (herb, factor, weight) in enumerate(cells, 2):
        texts = normalise(herb or ""), normalise(factor or ""), normalise(weight or "")
        if any(texts):
            yield row, texts


def _row(
    herb: str, factor: str, weight: str, catalogue: Catalogue, place: Place
) -> tuple[str, float] | Problem:
    """Herb id and weight of a row, or what is wrong with it."""
    herb_id = herb if herb == EVERY_HERB or herb in catalogue.herbs else None
    if herb_id is None:
        return Problem(
            "weights.herb-unknown",
            Text("目録にない生薬です", "is not in the herb catalogue"),
            Text("herb_id(kanpo herbs list)か、全部の生薬なら * を", "use an id of kanpo herbs list, or *"),
            Place(place.file, row=place.row, column="herb_id", value=herb),
        )
    known = list(FACTORS) if herb_id == EVERY_HERB else [n.factor for n in catalogue.requirements_of(herb_id)]
    if factor not in known:
        return Problem(
            "weights.factor-unknown",
            Text("この生薬の要求条件にない要因です", "the herb needs nothing of this factor"),
            Text(f"使える要因: {'、'.join(known)}", f"factors: {', '.join(known)}"),
            Place(place.file, row=place.row, column="factor", value=factor),
        )
    value = read_number(weight)
    if isinstance(value, Problem) or not (value == 0 or _LEAST <= value <= _MOST):
        return Problem(
            "weights.not-a-weight",
            Text("重みの数として読めません", "is no weight"),
            Text(
                f"0 か、{_LEAST:.6f}〜{_MOST:,.0f} の数を入れてください",
                f"enter 0, or a number from {_LEAST:.6f} to {_MOST:,.0f}",
            ),
            Place(place.file, row=place.row, column="weight", value=weight),
        )
    return herb_id, value


def _twice(row: int | None, factor: str, weight: str, file_name: str) -> Problem:
    return Problem(
        "weights.factor-twice",
        Text(f"「{factor}」に違う重みが前にあります", f"{factor} has another weight above"),
        Text("どちらかの行を消してください。上の行を使います", "remove one of them; the one above counts"),
        Place(file_name, row=row, column="weight", value=weight),
    )


def _all_zero(herb_id: str, file_name: str) -> Problem:
    return Problem(
        "weights.all-zero",
        Text("重みがすべて0です", "all weights are 0"),
        Text("1つは正の数にしてください。目録の重みを使います", "make one positive; the catalogue's count"),
        Place(file_name, column="herb_id", value=herb_id),
    )
