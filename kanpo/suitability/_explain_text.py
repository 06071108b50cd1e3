"""The explanation in words, for somebody who never took a GIS course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kanpo.errors import shown
from kanpo.herbs import note_text
from kanpo.locale import Text
from kanpo.reading import text_width
from kanpo.schema import FACTORS
from kanpo.sites import source_label
from kanpo.suitability._classes import CERTAINTY_LABELS, CLASS_LABELS, Certainty
from kanpo.suitability._explain_works import works_lines
from kanpo.suitability._membership import FLOOR

if TYPE_CHECKING:
    from kanpo.suitability._explain import Explanation, FactorLine, Side

_COSTS = {
    "desk": Text("机上で調べられる", "at the desk"),
    "visit": Text("現地調査", "a visit"),
    "laboratory": Text("土壌分析", "a laboratory"),
}
_CONFIDENCE = {
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低(仮の値)", "low (not confirmed)"),
}
_METHODS = {
    "limitation": Text(
        "制限法(一番悪い適合度と加重幾何平均の相乗平均)",
        "limitation (√ of the least membership times the weighted geometric mean)",
    ),
    "geometric": Text("重み付き幾何平均", "weighted geometric mean"),
    "arithmetic": Text("重み付き算術平均", "weighted arithmetic mean"),
    "minimum": Text("最小(一番悪い要因)", "minimum (the worst factor)"),
    "owa": Text(
        "順序付き加重平均(最小と算術平均の間)",
        "ordered weighted average (between minimum and arithmetic mean)",
    ),
}

_REFERENCE = Text("参考", "for reference")

Speak = Callable[[Text], str]


def explanation_text(explanation: Explanation) -> Text:
    """The whole page in both languages."""
    return Text(_page(explanation, lambda text: text.ja), _page(explanation, lambda text: text.en))


def _page(found: Explanation, speak: Speak) -> str:
    parts = [
        _verdict(found, speak),
        *_concerned(found, speak),
        "",
        *_held_down(found, speak),
        *works_lines(found, speak),
        *_not_known(found, speak),
        "",
    ]
    parts += _table(found, speak)
    parts += ["", *_grounds(found, speak), "", *_rules(found, speak)]
    return "\n".join(parts)


def _verdict(found: Explanation, speak: Speak) -> str:
    name = speak(found.herb)
    barred = [concern.title for concern in found.concerns if concern.excludes]
    if barred:
        return speak(
            Text(
                f"{name}: 不適(N2、確か)。除外図「{'」「'.join(barred)}」に当たるため、ほかの要因に関わらず 0 です。",
                f"{name}: not suitable (N2). The exclusion layer {', '.join(map(repr, barred))} excludes this "
                "parcel whatever the rest.",
            )
        )
    lines = [f"{name}: {_current(found, speak)}"]
    if found.then.score > found.now.score:
        lines.append(f"  → {_side(found.then, found, speak, Text('改良後', 'after works'))}")
    lines.append(speak(_sureness(found)))
    return "\n".join(lines)


def _current(found: Explanation, speak: Speak) -> str:
    """The land as it lies; where a known factor excludes it, that factor decides."""
    if not found.excluded or found.unsourced:
        return _side(found.now, found, speak, Text("現況", "as it lies"))
    factor = FACTORS[found.limiting[0]].label
    low, high = found.now.class_lower or "N1", found.now.class_upper or "N1"
    # Whether a work mends it may hang on what is not known yet.
    label = low if low == high else f"{low}〜{high}"
    words = CLASS_LABELS[low]
    return speak(
        Text(
            f"現況 {label}({words.ja})(確か)。「{factor.ja}」が除外条件に当たるため、ほかの要因に関わらず 0 です。",
            f"as it lies {label.replace('〜', ' to ')} ({words.en}) (sure): '{factor.en}' excludes this parcel whatever the rest.",
        )
    )


def _side(side: Side, found: Explanation, speak: Speak, when: Text) -> str:
    """One side's class with how sure it is, and its numbers."""
    inner, outer = (
        Text(f"{low:.2f}〜{high:.2f}", f"{low:.2f} to {high:.2f}")
        for low, high in ((side.lower, side.upper), (side.least, side.most))
    )
    kind = _REFERENCE if found.unsourced else CERTAINTY_LABELS[Certainty[side.certainty.upper()]]
    label = _class_words(side, found)
    return speak(
        Text(
            f"{when.ja} {label.ja}({kind.ja})。適地度 {side.score:.2f}、幅 {inner.ja}、目録の誤差まで見て {outer.ja}",
            f"{when.en} {label.en} ({kind.en}); score {side.score:.2f}, interval {inner.en}, with the catalogue's own {outer.en}",
        )
    )


def _class_words(side: Side, found: Explanation) -> Text:
    if found.unsourced:
        return Text("区分なし", "no class")
    if side.class_lower is None or side.class_upper is None:
        return Text("区分は言えない", "no class can be told")
    low, high = side.class_lower, side.class_upper
    if low == high:
        return Text(f"{low}({CLASS_LABELS[low].ja})", f"{low} ({CLASS_LABELS[low].en})")
    return Text(f"{low}〜{high}", f"{low} to {high}")


def _sureness(found: Explanation) -> Text:
    """What is known, and what would decide."""
    share = f"{found.known:.0%}"
    if found.excluded and found.missing and not found.unsourced:
        if found.now.class_lower != found.now.class_upper:
            return Text(
                f"重みの {share} の要因が分かっています。不適であることは変わりません。工事で直るか(N1)直らないか(N2)は、残りによります。",
                f"{share} of the weight is known. It is not suitable whatever the rest is; whether works mend it (N1) or not (N2) depends on that.",
            )
        return Text(
            f"重みの {share} の要因が分かっています。現況の区分は、残りがどうであっても変わりません。",
            f"{share} of the weight is known. Whatever the rest is, the class of the land as it lies stays.",
        )
    if found.unsourced:
        return Text(
            f"この生薬は、気候・排水・土性のどれかの出典が目録にないので参考です(重みの {share} の要因が分かっています)。",
            f"The catalogue lacks a source for this herb's climate, drainage or texture, so no class is told ({share} of the weight is known).",
        )
    if not found.missing:
        if found.now.certainty == "by_catalogue":
            return Text(
                "要因はすべて分かっています。区分が変わり得るのは目録の行の確からしさのためで、測っても縮みません。",
                "Everything that counts is known. The class may be another only because of how sure the catalogue's rows are; no visit closes that.",
            )
        return Text("要因はすべて分かっています。", "Everything that counts is known.")
    first = FACTORS[found.missing[0]].label
    if found.now.class_lower is not None and found.now.class_lower == found.now.class_upper:
        return Text(
            f"重みの {share} の要因が分かっています。残りがどうであっても区分は変わりません。",
            f"{share} of the weight is known. Whatever the rest is, the class stays.",
        )
    return Text(
        f"重みの {share} の要因が分かっています。決め手になるのは「{first.ja}」です。",
        f"{share} of the weight is known. What would decide most is '{first.en}'.",
    )


def _concerned(found: Explanation, speak: Speak) -> list[str]:
    lines = []
    for concern in found.concerns:
        limit = f"{concern.limit:.0%}"
        does = (
            Text(f"{limit} 以上なので除外", f"excludes from {limit} on")
            if concern.excludes
            else Text(f"{limit} 未満なので除外しない", f"below {limit}, so it does not exclude")
        )
        lines.append(
            speak(
                Text(
                    f"  ・{shown(concern.title)}[{concern.layer_id}]: 筆の {concern.share:.1%}({does.ja})",
                    f"  - {shown(concern.title)} [{concern.layer_id}]: {concern.share:.1%} of the parcel ({does.en})",
                )
            )
        )
    return ["", speak(Text("除外図:", "Exclusion layers:")), *lines] if lines else []


def _held_down(found: Explanation, speak: Speak) -> list[str]:
    if not found.limiting:
        none = Text(
            "分かっている要因に、点を下げているものはありません。",
            "Nothing that is known holds the score down.",
        )
        if found.known == 0:
            none = Text("分かっている要因がありません。", "Nothing that the herb cares about is known.")
        return [speak(none)]
    title = Text("点を下げている要因(大きい順):", "What holds the score down, most first:")
    if any(concern.excludes for concern in found.concerns):
        title = Text("除外図を別にして、点を下げる要因:", "What would hold the score down, the layer aside:")
    lines = [speak(title)]
    for key in found.limiting[:5]:
        line = found.line(key)
        lines.append(
            speak(
                Text(
                    f"  ・{FACTORS[key].label.ja} {_value(line, lambda t: t.ja)}: {line.requirement.text.ja} → 適合度 {line.membership:.2f}",
                    f"  - {FACTORS[key].label.en} {_value(line, lambda t: t.en)}: {line.requirement.text.en} -> {line.membership:.2f}",
                )
            )
        )
    return lines


def _not_known(found: Explanation, speak: Speak) -> list[str]:
    if not found.missing:
        return []
    lines = [
        "",
        speak(
            Text(
                "分からない要因(測ると幅が縮む順):",
                "Not known, in the order in which measuring narrows the interval:",
            )
        ),
    ]
    for key in found.missing:
        line, cost = found.line(key), _COSTS[FACTORS[key].cost]
        fatal = line.elsewhere.text if line.elsewhere else Text("", "")
        excludes = Text(f"、{fatal.ja}", f", {fatal.en}") if fatal.ja else fatal
        lines.append(
            speak(
                Text(
                    f"  ・{FACTORS[key].label.ja}({cost.ja}、重み {line.weight:.0%}{excludes.ja})",
                    f"  - {FACTORS[key].label.en} ({cost.en}, weight {line.weight:.0%}{excludes.en})",
                )
            )
        )
    first = FACTORS[found.missing[0]]
    lines.append(speak(Text(f"次に測るとよいもの: {first.label.ja}", f"Measure next: {first.label.en}")))
    return lines


def _value(line: FactorLine, speak: Speak) -> str:
    factor = FACTORS[line.factor]
    if line.value is None:
        return speak(Text("不明", "unknown"))
    if isinstance(line.value, str):
        return speak(factor.class_labels[line.value])
    number = float(line.value)  # type: ignore[arg-type]
    shown = f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.1f}"
    unit = speak(factor.unit_label)
    return f"{shown}{'' if unit in ('°', '%') else ' '}{unit}".rstrip()


def _source(line: FactorLine) -> Text:
    known = source_label(line.source)
    if line.source.startswith("layer:") and line.coverage < 0.995:
        return Text(f"{known.ja}(筆の{line.coverage:.0%})", f"{known.en} ({line.coverage:.0%} of the parcel)")
    return known


def _table(found: Explanation, speak: Speak) -> list[str]:
    headers = (
        Text("要因", "factor"),
        Text("値", "value"),
        Text("出どころ", "from"),
        Text("適合度", "membership"),
        Text("重み", "weight"),
        Text("根拠の確からしさ", "confidence"),
    )
    rows: list[Sequence[str]] = [[speak(header) for header in headers]]
    for line in found.lines:
        mark = " *" if line.floored else ""
        rows.append(
            [
                speak(FACTORS[line.factor].label),
                _value(line, speak),
                speak(_source(line)),
                "-" if np.isnan(line.membership) else f"{line.membership:.2f}{mark}",
                f"{line.weight:.1%}{' †' if line.weighed else ''}",
                speak(_CONFIDENCE[line.requirement.confidence]),
            ]
        )
    if speak(Text("ja", "en")) == "en":
        # Full English names of factors are sentences; the key is enough in a table.
        for row, line in zip(rows[1:], found.lines, strict=True):
            row[0] = line.factor  # type: ignore[index]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell + " " * (room - _width(cell)) for cell, room in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if any(line.floored for line in found.lines):
        lines.append(
            speak(
                Text(
                    f"* 除外条件ではない要因は、適合度 {FLOOR:g} を下限として計算します。",
                    f"* a factor that may not exclude counts at least {FLOOR:g}.",
                )
            )
        )
    return [*lines, *_weighed(found, speak)]


def _weighed(found: Explanation, speak: Speak) -> list[str]:
    """Where the weights with a dagger come from."""
    if not any(line.weighed for line in found.lines):
        return []
    if found.panel is None:
        return [speak(Text("† 目録の代わりに指定された重みです。", "† given in place of the catalogue's."))]
    name = shown(found.panel.file_name)
    return [
        speak(
            Text(
                f"† 専門家の比較による重みです: {name}(SHA-256 {found.panel.digest[:12]})。ほかは目録の重み。",
                f"† weighed by the panel: {name} (SHA-256 {found.panel.digest[:12]}); the rest as in the catalogue.",
            )
        )
    ]


def _one_line(text: str) -> str:
    """A text of the catalogue without line breaks and control characters."""
    return "".join(c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    return int(text_width(text))


def _grounds(found: Explanation, speak: Speak) -> list[str]:
    lines = [speak(Text("要求条件の根拠(目録の行):", "Grounds of the requirements (rows of the catalogue):"))]
    for line in found.lines:
        needed, factor = line.requirement, FACTORS[line.factor]
        excludes = Text("、除外条件", ", excludes") if needed.knock_out else Text("", "")
        told = note_text(needed.note)
        note = Text(f" — {_one_line(told.ja)}", f" — {_one_line(told.en)}") if needed.note else Text("", "")
        lines.append(
            speak(
                Text(
                    f"  ・{factor.label.ja}: {needed.text.ja}{excludes.ja}[{needed.file} {needed.row}行、{line.source_title}、確からしさ {_CONFIDENCE[needed.confidence].ja}]{note.ja}",
                    f"  - {line.factor}: {needed.text.en}{excludes.en} [{needed.file} row {needed.row}, {line.source_title}, confidence {needed.confidence}]{note.en}",
                )
            )
        )
    low = sum(line.weight for line in found.lines if line.requirement.confidence == "low")
    if low > 0:
        lines.append(
            speak(
                Text(
                    f"注意: 重みの {low:.0%} は、まだ誰も確かめていない仮の要求条件(確からしさ 低)によります。",
                    f"Note: {low:.0%} of the weight rests on requirements that nobody has confirmed (confidence low).",
                )
            )
        )
    return lines


def _rules(found: Explanation, speak: Speak) -> list[str]:
    b = found.bounds
    return [
        speak(
            Text(
                f"計算: {_METHODS[found.method].ja}。区分: S1 {b.s1:g} 以上、S2 {b.s2:g} 以上、S3 {b.s3:g} 以上、それ未満は N1、除外条件を直す工事がなければ N2。",
                f"Computed as {_METHODS[found.method].en}. Classes: S1 from {b.s1:g}, S2 from {b.s2:g}, S3 from {b.s3:g}, N1 below, N2 where no work mends what excludes.",
            )
        ),
        speak(
            Text(
                "幅は、分からない要因が最悪と最良の場合です。適地度は、分からない要因を、同じ地目で分かっている筆(20筆以上あるとき)から控えめに、なければ最悪と最良の中ほどと見て計算した値です。"
                f"生薬目録 {found.catalogue_digest}。式は docs/suitability.md。",
                "The interval is the worst and best case of what is not known, in the score what is not known is a cautious value from known land of that type (20 parcels or more), else the middle of worst and best. "
                f"Herb catalogue {found.catalogue_digest}. Formulas: docs/suitability.md.",
            )
        ),
    ]
