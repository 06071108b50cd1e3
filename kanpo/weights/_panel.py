"""A panel: what each judge's comparisons come to, and what they come to together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Problem, Severity
from kanpo.locale import Text
from kanpo.weights._comparisons import Comparisons
from kanpo.weights._group import Dispute, disputes, distance, group_of
from kanpo.weights._priorities import Priorities, prioritise
from kanpo.weights._sheet import Answers
from kanpo.weights._words import label_of, labels_of

#: Comparisons of a greater consistency ratio should be looked at again (Saaty 1980).
CONSISTENT = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """One judge; `distance` is the factor by which their judgements typically differ from the group's."""

    name: str
    file: str
    priorities: Priorities
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Judges, their group, the pairs they dispute, and what could not be used or should be looked at."""

    judges: tuple[Judge, ...]
    group: Priorities
    disputes: tuple[Dispute, ...]
    problems: tuple[Problem, ...]

    def table(self) -> pd.DataFrame:
        """One row per factor, the weightiest first.

        Columns factor, label, weight (the group's), lowest and highest (of the judges who compared
        the factor).
        """
        rows = []
        for item, weight in self.group.by_item.items():
            own = [judge.priorities.by_item.get(item, np.nan) for judge in self.judges]
            rows.append((item, str(label_of(item)), weight, np.nanmin(own), np.nanmax(own)))
        frame = pd.DataFrame(rows, columns=["factor", "label", "weight", "lowest", "highest"])
        return frame.sort_values("weight", ascending=False, kind="stable", ignore_index=True)

    def judge_table(self) -> pd.DataFrame:
        """One row per judge and a last one for the group.

        Columns judge, factors, pairs, missing, lambda_max, consistency_index, consistency_ratio,
        distance (NaN for the group).
        """
        named = [(judge.name, judge.priorities, judge.distance) for judge in self.judges]
        named.append((str(Text("全体", "group")), self.group, np.nan))
        return pd.DataFrame(
            [
                {
                    "judge": name,
                    "factors": len(found.weights),
                    "pairs": found.comparisons.spare + len(found.weights) - 1,
                    "missing": found.comparisons.missing,
                    "lambda_max": found.lambda_max,
                    "consistency_index": found.consistency_index,
                    "consistency_ratio": found.consistency_ratio,
                    "distance": apart,
                }
                for name, found, apart in named
            ]
        )

    def weights(self, herb_id: str = "*") -> pd.DataFrame:
        """The group's weights as a file for scoring has them: herb_id, factor, weight."""
        table = self.table()[["factor", "weight"]]
        table.insert(0, "herb_id", herb_id)
        return table


def panel_of(answers: Sequence[Answers], problems: Sequence[Problem] = ()) -> Panel:
    """Priorities of every judge and of the group.

    A judge whose comparisons do not connect the factors of the sheet is left out, with a problem.

    Parameters
    ----------
    problems : sequence of Problem
        Found while reading; they are handed on.

    Raises
    ------
    InputUnusable
        No judge is left, or the group's comparisons do not connect all factors.
    """
    found = list(problems)
    judged: dict[str, tuple[Answers, Comparisons]] = {}
    for name, sheet in zip(_names(answers), answers, strict=True):
        comparisons = comparisons_of(sheet)
        if len(comparisons.parts()) > 1:
            found.append(_not_connected(replace(sheet, judge=name), comparisons))
        else:
            judged[name] = (sheet, comparisons)
    if not judged:
        raise InputUnusable(
            "weights.no-judges",
            Text("使える評価者が1人もいません", "there is not one judge whose answers can be used"),
            Text("上の行を直して、もう一度実行してください", "mend what is said above and run it again"),
            problems=tuple(found),
        )
    together = group_of([comparisons for _, comparisons in judged.values()])
    if len(parts := together.parts()) > 1:
        raise InputUnusable(
            "weights.group-not-connected",
            Text(
                f"評価者全体の比較がつながりません: {_groups(parts).ja}",
                f"the judges' comparisons do not connect: {_groups(parts).en}",
            ),
            Text("組をまたぐ比較を足してください", "add a comparison from one group to the other"),
            problems=tuple(found),
        )
    judges = tuple(
        Judge(name, str(sheet.place.file or ""), prioritise(comparisons), distance(comparisons, together))
        for name, (sheet, comparisons) in judged.items()
    )
    found += [warning for judge in judges for warning in _warnings(judge, judged[judge.name][0])]
    disputed = disputes({name: comparisons for name, (_, comparisons) in judged.items()})
    return Panel(judges, prioritise(together), disputed, tuple(found))


def comparisons_of(answers: Answers) -> Comparisons:
    """The reciprocal matrix of what a judge said."""
    place = {item: position for position, item in enumerate(answers.items)}
    matrix = np.full((len(place), len(place)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for judgement in answers.judgements:
        i, j = place[judgement.first], place[judgement.second]
        matrix[i, j], matrix[j, i] = judgement.value, 1 / judgement.value
    return Comparisons(answers.items, matrix)


def _names(answers: Sequence[Answers]) -> list[str]:
    """A name for each judge; with the file, the sheet or a number where two have the same.

    The same name in two files is two people more often than one: templates come with names in them.
    """
    names = [sheet.judge for sheet in answers]
    for part in ("file", "sheet"):
        often = Counter(names)
        names = [
            f"{name}({where})" if often[name] > 1 and (where := getattr(sheet.place, part)) else name
            for name, sheet in zip(names, answers, strict=True)
        ]
    used: Counter[str] = Counter()
    for position, name in enumerate(names):
        used[name] += 1
        if used[name] > 1:
            names[position] = f"{name} #{used[name]}"
    return names


def _groups(parts: Sequence[Sequence[str]]) -> Text:
    ja = " と ".join(f"{{{labels_of(part).ja}}}" for part in parts)
    en = " and ".join(f"{{{labels_of(part).en}}}" for part in parts)
    return Text(ja, en)


def _not_connected(answers: Answers, comparisons: Comparisons) -> Problem:
    parts = comparisons.parts()
    needed, given = len(answers.items) - 1, len(answers.judgements)
    few = given < needed
    first, second = label_of(parts[0][-1]), label_of(parts[1][0])
    said = Text(f": {_groups(parts).ja}", f": {_groups(parts).en}")
    return Problem(
        "weights.too-few" if few else "weights.not-connected",
        Text(
            f"評価者「{answers.judge}」の比較が足りません({len(answers.items)} 要因に {given} 組、少なくとも {needed} 組)",
            f"judge '{answers.judge}' made too few comparisons ({given}, at least {needed} for {len(answers.items)} factors)",
        )
        if few
        else Text(
            f"評価者「{answers.judge}」の比較が全部の要因をつないでいません",
            f"the comparisons of judge '{answers.judge}' do not connect all factors",
        ),
        Text(
            f"「{first.ja}」と「{second.ja}」のように、組をまたいで比べてください。この評価者は数えていません",
            f"compare across, such as {first.en} with {second.en}; this judge was left out",
        ),
        answers.place,
        detail=said,
    )


def _warnings(judge: Judge, sheet: Answers) -> list[Problem]:
    found = judge.priorities
    if found.comparisons.spare == 0 and len(found.weights) > 2:
        return [
            Problem(
                "weights.nothing-spare",
                Text(
                    f"評価者「{judge.name}」の比較は最小限で、矛盾があっても分かりません",
                    f"judge '{judge.name}' made only the fewest comparisons: no contradiction can show",
                ),
                Text("もう何組か比べてください", "compare a few more pairs"),
                sheet.place,
                Severity.WARNING,
            )
        ]
    if found.consistency_ratio <= CONSISTENT:
        return []
    return [
        Problem(
            "weights.inconsistent",
            Text(
                f"評価者「{judge.name}」の判断は互いに食い違っています(整合比 CR {found.consistency_ratio:.2f}、目安 {CONSISTENT:g} 以下)",
                f"the judgements of '{judge.name}' contradict each other (CR {found.consistency_ratio:.2f}, should be at most {CONSISTENT:g})",
            ),
            Text("食い違いの大きい三つ組を見直してください", "look again at the triples listed"),
            sheet.place,
            Severity.WARNING,
        )
    ]
