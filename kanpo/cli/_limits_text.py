"""What limits an answer: scores that are stale, herbs that tell nothing apart, land whose type is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kanpo.cli._present import say
from kanpo.cli._score_text import next_words
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kanpo.herbs import Catalogue
    from kanpo.sites import Factors
    from kanpo.store import Project
    from kanpo.suitability import Scores


def say_stale(project: Project, catalogue: Catalogue) -> None:
    """That the stored scores no longer follow from what the project holds, in one line with the mend."""
    from kanpo.store import INPUT_LABELS
    from kanpo.suitability import freshness

    changed = [
        key for news in freshness(project, catalogue) if news.product == "scores" for key in news.changed
    ]
    if changed:
        labels = [INPUT_LABELS[key] for key in changed]
        say(
            Text(
                f"注意: 保存してある適地度は古くなっています({'・'.join(one.ja for one in labels)}が後から変わりました)"
                "→ kanpo score で計算し直してください。",
                f"warning: the stored scores are stale ({', '.join(one.en for one in labels)} changed since) "
                "-> run kanpo score again.",
            )
        )


def unlike_words(scores: Scores, catalogue: Catalogue) -> list[Text]:
    """Herbs for which these data tell no parcel from another, with what to get next; none where all tell some."""
    from kanpo.suitability import summary

    table = summary(scores, catalogue)
    return next_words(table[~table["tells_apart"]])


def land_words(
    factors: Factors, catalogue: Catalogue, among: Collection[str], herbs: Sequence[str]
) -> list[Text]:
    """How many parcels lack a type of land that decides which works can be done there."""
    from kanpo.suitability import land_decides

    works, open_ = land_decides(factors, catalogue, herbs)
    wanted = frozenset(among)
    count = sum(bool(one) and key in wanted for key, one in zip(factors.parcel_ids, open_, strict=True))
    if not count:
        return []
    ja, en = "・".join(work.label.ja for work in works), ", ".join(work.label.en for work in works)
    return [
        Text(
            f"{count:,} 筆は地目が分からず、{ja}ができるかを言えません"
            "(改良後と N1・N2 の幅が広がる。農地台帳の地目を kanpo ingest で足す)。",
            f"of {count:,} parcels the type of land is not known, so that it is open whether these works can be "
            f"done: {en} (what they are after works, and N1 or N2, stays open; add the register with kanpo ingest).",
        )
    ]
