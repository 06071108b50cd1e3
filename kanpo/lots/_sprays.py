"""What is known of the pesticides behind a lot, and what is not: no record is not "none used"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._book import LotBook
from kanpo.trials import crop_fits, sprays_of


@dataclass(frozen=True, slots=True)
class LotSprays:
    """The pesticides on the ground of a lot, up to its harvest.

    Attributes
    ----------
    record_ids
        The applications.
    ingredients
        Uses of each active ingredient, on the plot that had most.
    unknown
        What the records do not say, in words.
    unrecorded
        Plots and parcels without any record of a pesticide.
    grounds
        How many plots and parcels the lot comes from; 0 where that is not known.
    doubts
        What is wrong with the applications, in words with their codes.
    """

    record_ids: tuple[str, ...]
    ingredients: dict[str, int]
    unknown: tuple[Text, ...]
    unrecorded: tuple[str, ...]
    grounds: int
    doubts: tuple[tuple[str, Text], ...]

    @property
    def sentence(self) -> Text:
        """What is known in one sentence."""
        not_said = Text(
            "記録なし(使わなかったという意味ではありません)",
            "no record (which does not say that none were used)",
        )
        if not self.grounds:
            return Text(
                f"農薬: {not_said.ja}。育てた場所の記録もありません",
                f"pesticides: {not_said.en}; nor is it recorded where it was grown",
            )
        if not self.record_ids:
            return Text(f"農薬: {not_said.ja}", f"pesticides: {not_said.en}")
        ja, en = [f"{len(self.record_ids)} 回の使用の記録"], [f"{len(self.record_ids)} applications recorded"]
        if self.ingredients:
            ja.append("有効成分 " + "、".join(f"{name} {n} 回" for name, n in self.ingredients.items()))
            en.append(
                "active ingredients " + ", ".join(f"{name} {n} times" for name, n in self.ingredients.items())
            )
        if self.unknown:
            ja.append("分からないこと: " + "、".join(text.ja for text in self.unknown))
            en.append("not known: " + ", ".join(text.en for text in self.unknown))
        if self.unrecorded:
            ja.append(f"{'、'.join(self.unrecorded)} は{not_said.ja}")
            en.append(f"{', '.join(self.unrecorded)}: {not_said.en}")
        if self.doubts:
            ja.append("確かめること: " + "、".join(why.ja for _, why in self.doubts))
            en.append("to look at: " + ", ".join(why.en for _, why in self.doubts))
        return Text(f"農薬: {'。'.join(ja)}", f"pesticides: {'; '.join(en)}")


def sprays_behind(book: LotBook, lot_id: str) -> LotSprays:
    """The pesticides on all plots and parcels that a lot goes back to, up to their harvests.

    Raises
    ------
    UsageError
        There is no such lot.
    """
    book.require(lot_id)
    herbs = book.herbs_of(lot_id)
    most: Counter[str] = Counter()
    rows: dict[str, pd.Series] = {}
    unrecorded, doubts, grounds = list[str](), dict[tuple[str, str], Text](), 0
    for place, work, until, of_trial in _grounds(book, lot_id):
        grounds += 1
        sprays = sprays_of(work[work["happened_at"].str[:10] <= until], book.labels)
        if sprays.empty:
            unrecorded.append(place)
        here = Counter(name for known in sprays["ingredients"] for name in known)
        most |= here
        for _, spray in sprays.iterrows():
            rows[spray["record_id"]] = spray
            if not of_trial:
                doubts |= _off_crop(book, spray, herbs)
    for record_id in rows:
        doubts |= {(record_id, code): why for code, why in book.spray_doubts.get(record_id, ())}
    return LotSprays(
        tuple(rows),
        dict(sorted(most.items())),
        tuple(_unknown(book, list(rows.values()))),
        tuple(unrecorded),
        grounds,
        tuple((code, why) for (_, code), why in doubts.items()),
    )


def _grounds(book: LotBook, lot_id: str) -> Iterator[tuple[str, pd.DataFrame, str, bool]]:
    """Plots and parcels that a lot goes back to: name, work that reached them, day of harvest or receipt."""
    for lot in sorted(book.before(lot_id)):
        for harvest in book.harvests_into(lot):
            work = book.operations_on(harvest.trial_code, harvest.plot_code)
            yield harvest.plot_code, work, harvest.day[:10], True
        declared = book.declared.get(lot)
        if declared is not None and declared.parcel_id and not book.harvests_into(lot):
            work = book.operations[book.operations["parcel_id"] == declared.parcel_id]
            yield declared.parcel_id, work, declared.day[:10], False


def _off_crop(book: LotBook, spray: pd.Series, herbs: frozenset[str]) -> dict[tuple[str, str], Text]:
    """Of a lot from elsewhere the crop is the lot's herb: no trial says it."""
    crop = spray["label_crop"]
    known = [book.herbs[herb] for herb in herbs if herb in book.herbs]
    if not isinstance(crop, str) or all(crop_fits(crop, herb) for herb in known):
        return {}
    why = Text(f"ラベルの作物名「{crop}」に入っていません", f"the label is for '{crop}'")
    return {(spray["record_id"], "pesticide.not-for-crop"): why}


def _unknown(book: LotBook, sprays: list[pd.Series]) -> Iterator[Text]:
    labels: dict[str, list[dict[str, object]]] = {}
    for (number, _), label in book.labels.items():
        labels.setdefault(number, []).append(label)
    of_label = [labels.get(spray["registration"], []) for spray in sprays]
    missing = {
        Text("登録番号", "registration number"): sum(not spray["registration"] for spray in sprays),
        Text("有効成分", "active ingredients"): sum(not spray["ingredients"] for spray in sprays),
        Text("ラベルの作物名", "crop on the label"): sum(
            not _has(spray.get("label_crop")) and not any(_has(label.get("label_crop")) for label in known)
            for spray, known in zip(sprays, of_label, strict=True)
        ),
        Text("収穫前日数の基準", "days before harvest on the label"): sum(
            not any(_has(label.get("days_before_harvest")) for label in known) for known in of_label
        ),
        Text("希釈倍数も量も", "dilution or amount"): sum(
            not _has(spray["dilution"]) and not _has(spray["amount"]) for spray in sprays
        ),
    }
    for what, count in missing.items():
        if count:
            yield Text(f"{what.ja}({count} 回分)", f"{what.en} (of {count})")


def _has(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(pd.notna(value))
