"""What a calibration and a proposal say, in sentences that follow from their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.evidence._calibrate import Calibration
from kanpo.evidence._evidence_pictures import CLEAR
from kanpo.evidence._kept import FORMER_DEFINITION, Proof
from kanpo.evidence._reestimate import Posterior
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability import DEFINITION

#: Below this many parcels a correlation says little, whatever its size.
_FEW = 8


def calibration_words(found: Calibration) -> list[Text]:
    """Whether the score went with the outcome, whether it was a prediction, and which factor misled."""
    return [
        _verdict(found),
        *definition_words(found),
        *proof_words(found),
        *_groups(found),
        *_misleading(found),
    ]


def _verdict(found: Calibration) -> Text:
    n = len(found.parcels)
    if found.rho != found.rho or found.lower != found.lower:
        return Text(
            f"{n} 筆では、適地度と値の関係を言えません(筆が足りないか、値が同じ)。",
            f"{n} parcels do not tell how score and value go together (too few, or all alike).",
        )
    numbers = Text(
        f"順位相関 {found.rho:.2f}、95 %区間 {found.lower:.2f}〜{found.upper:.2f}、{n} 筆",
        f"rank correlation {found.rho:.2f}, 95 % {found.lower:.2f} to {found.upper:.2f}, {n} parcels",
    )
    if n < _FEW:
        told = Text(
            f"{_FEW} 筆より少ないので、適地度が当たっていたかはまだ言えません",
            f"With fewer than {_FEW} parcels it cannot be told yet whether the score was right",
        )
    elif found.lower > 0:
        told = Text("適地度の高い筆ほど、よい値でした", "Parcels with higher scores did better")
    elif found.upper < 0:
        told = Text(
            "適地度の高い筆ほど、悪い値でした。適地度は当たっていません",
            "Parcels with higher scores did worse: the score was wrong",
        )
    else:
        told = Text(
            "適地度が当たっていたとも外れていたとも、まだ言えません",
            "Whether the score was right cannot be told yet",
        )
    return Text(f"{told.ja}({numbers.ja})。", f"{told.en} ({numbers.en}).")


def definition_label(definition: str) -> Text:
    """A definition of the score in words."""
    if definition == DEFINITION:
        return Text("今の定義(制限法)", "the present definition (limitation)")
    if definition == FORMER_DEFINITION:
        return Text("前の定義(制限法より前)", "the former definition (before limitation)")
    return Text.same(definition)


def definition_words(found: Calibration) -> list[Text]:
    """By which definition the scores were made, where that is not today's or not that of all."""
    if found.definition == DEFINITION and not found.elsewhere:
        return []
    own, n = definition_label(found.definition), len(found.parcels)
    told = [
        Text(
            f"{n} 筆の適地度は{own.ja}によるもので、その中で比べました。",
            f"the scores of {n} parcels are of {own.en}, and are judged within it.",
        )
    ]
    for name, count in found.elsewhere.items():
        other = definition_label(name)
        told.append(
            Text(
                f"別に {count} 筆は{other.ja}の予測です。混ぜずに、--definition {name} で見られます。",
                f"{count} more parcels have predictions of {other.en}; they are not mixed in: --definition {name}.",
            )
        )
    return told


def proof_words(found: Calibration) -> list[Text]:
    """For how many parcels it is shown, and by what, that the score came before the trial."""
    told: list[Text] = []
    n = len(found.parcels)
    when = found.scored_at[:16].replace("T", " ")
    counts = found.proofs
    kept = counts.get(Proof.BEFORE_TRIAL, 0) + counts.get(Proof.BEFORE_VALUES, 0)
    if kept:
        late = counts.get(Proof.BEFORE_VALUES, 0)
        also = Text(f"(うち {late} 筆は、試験の始まりの後・値の前)", f" ({late} of them after its start)")
        told.append(
            Text(
                f"{n} 筆のうち {kept} 筆は、予測が値より前から記録簿にあります: 本当の予測の検証です"
                + (f"{also.ja}。" if late else "。"),
                f"for {kept} of {n} parcels the journal held the prediction before any value: this tests true predictions"
                + (f"{also.en}." if late else "."),
            )
        )
    stored = counts.get(Proof.STORED_BEFORE, 0)
    if stored == n:
        told.append(
            Text(
                f"適地度の計算({when} UTC)は、どの試験の始まりよりも前です: 本当の予測の検証です。",
                f"the scores ({when} UTC) are older than every trial: this tests true predictions.",
            )
        )
    elif stored:
        told.append(
            Text(
                f"{stored} 筆は保存適地度で、計算の日付({when} UTC)が試験の始まりより前です(記録簿には残っていません)。",
                f"for {stored} parcels the stored score ({when} UTC) is older than the trial (the journal did not keep it).",
            )
        )
    after = counts.get(Proof.STORED_AFTER, 0)
    if after:
        told.append(
            Text(
                f"注意: {n} 筆のうち {after} 筆は、適地度の計算({when} UTC)が試験の始まりより後です。"
                "後からの計算なので、予測が当たった証拠にはなりません。",
                f"note: for {after} of {n} parcels the scores ({when} UTC) are younger than the trial. "
                "That is after the fact and proves no prediction.",
            )
        )
    too_late = counts.get(Proof.KEPT_LATE, 0)
    if too_late:
        told.append(
            Text(
                f"注意: {n} 筆のうち {too_late} 筆は、予測が記録簿に入ったのが収穫や調査の後です(試験を後から取り込んだなど)。"
                "予測が当たった証拠にはなりません。",
                f"note: for {too_late} of {n} parcels the prediction came into the journal after the harvest or "
                "observation (a trial entered afterwards, say). It proves nothing.",
            )
        )
    return told


def _groups(found: Calibration) -> list[Text]:
    if len(found.groups) < 2:
        return []
    first, last = found.groups.iloc[0], found.groups.iloc[-1]
    apart = first["value_lower"] > last["value_upper"] or first["value_upper"] < last["value_lower"]
    clear = (
        Text("区間は重なりません", "their intervals do not overlap")
        if apart
        else Text(
            "区間が重なるか出せないので、違うとは言い切れません",
            "their intervals overlap or are not known: not shown to differ",
        )
    )
    return [
        Text(
            f"適地度の上の組({first['n']} 筆)の平均は {first['mean_value']:.4g}、下の組({last['n']} 筆)は {last['mean_value']:.4g} です({clear.ja})。",
            f"The group with the highest scores ({first['n']} parcels) has a mean of {first['mean_value']:.4g}, that with the lowest "
            f"({last['n']}) {last['mean_value']:.4g} ({clear.en}).",
        )
    ]


def _misleading(found: Calibration) -> list[Text]:
    clear = found.factors[found.factors["q"] <= CLEAR]
    if clear.empty:
        return [
            Text(
                f"外れを説明する要因は、まだはっきりしません(どれも q > {CLEAR:g})。",
                f"No factor explains the misfit clearly (all q > {CLEAR:g}).",
            )
        ]
    told = []
    for row in clear.itertuples():
        label = FACTORS[str(row.factor)].label
        ja = (
            "適地度のわりに良く採れた(重みが軽すぎるか)"
            if row.rho > 0
            else "適地度のわりに採れなかった(重みが重すぎるか、境がきつすぎるか)"
        )
        en = (
            "better than scored (weight too light?)"
            if row.rho > 0
            else "worse than scored (weight too heavy, or bounds too strict?)"
        )
        told.append(
            Text(
                f"外れを説明する要因: {label.ja}(相関 {row.rho:+.2f}、q = {row.q:.2g})。{label.ja}のよい筆は{ja}。",
                f"A factor that explains the misfit: {label.en} (rho {row.rho:+.2f}, q = {row.q:.2g}). Sites good in it did {en}.",
            )
        )
    return told


def proposal_words(posterior: Posterior, rows: Sequence[Requirement]) -> list[Text]:
    """How many rows the trials would move, and from how many means."""
    total, n = len(posterior.response.requirements), posterior.n
    rests = Text(
        f"筆・年の平均 {n} 個から。対数の誤差の標準偏差 {posterior.error_sd:.2f}。",
        f"From {n} means of parcel and year; error sd (log) {posterior.error_sd:.2f}.",
    )
    if not rows:
        return [
            Text(
                "試験は、目録のどの要求条件も動かしませんでした。目録が正しいことの証明ではありません。",
                "The trials move no requirement. This does not prove the catalogue.",
            ),
            rests,
        ]
    names = [FACTORS[row.factor].label for row in rows]
    ja, en = "、".join(name.ja for name in names), ", ".join(name.en for name in names)
    return [
        Text(
            f"試験から、{total} 行の要求条件のうち {len(rows)} 行を少し動かすことを提案します: {ja}。",
            f"The trials propose to move {len(rows)} of {total} requirements a little: {en}.",
        ),
        rests,
        Text(
            "提案です。使うかどうかは人が決めます(kanpo evidence reestimate --out 案、kanpo herbs use 案)。",
            "This is a proposal: a person decides (kanpo evidence reestimate --out FOLDER, kanpo herbs use FOLDER).",
        ),
    ]
