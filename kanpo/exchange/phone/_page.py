"""One HTML file per trial, with the plots, the traits and the last values in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

from kanpo.exchange._html import html_text, json_block, page_file, policy
from kanpo.exchange._walk import TrialWalk
from kanpo.files import replacing
from kanpo.locale import Text, language
from kanpo.pages import PAGE_END, page_start, start_script
from kanpo.schema import Trait

#: Order matters: each file uses only what stands before it.
SCRIPTS = (
    "dom.js",
    "strings.js",
    "ids.js",
    "values.js",
    "file.js",
    "database.js",
    "store.js",
    "signal.js",
    "photo.js",
    "state.js",
    "entry.js",
    "plan.js",
    "hand.js",
    "app.js",
)
_PACKAGE = "kanpo.exchange.phone"
#: A day on the page is a day of this zone, whatever the phone is set to.
ZONE = "Asia/Tokyo"
_STOPPED = Text(
    "記録の画面がまだ動いていません。この文が消えないときは、記録できません。メールやファイルの「プレビュー」で"
    "開いているか、ブラウザが古いか、設定で止められています。ファイルを端末に保存し、新しい Chrome・Safari・"
    "Firefox で開き直してください。前に記録した値は端末に残っています。",
    "The page is not running yet. If these words stay, nothing can be recorded: it was opened in a preview or an "
    "old browser, or something forbids it. Save the file on the phone and open it in a new Chrome, Safari or "
    "Firefox. What was recorded before is still on the phone.",
)


def phone_page(walk: TrialWalk, made: str | None = None) -> str:
    """The page as text.

    Parameters
    ----------
    made : str, optional
        Day that the page says it was made; today by default.
    """
    parts = (start_script(), *(page_file(_PACKAGE, name) for name in SCRIPTS))
    # One element: a shorter policy lets the first words of the page come early, and half a script never runs.
    script = "\n".join(("", *parts))
    return Template(page_file(_PACKAGE, "page.html")).substitute(
        language=language(),
        policy=policy([script]),
        begin=page_start(_STOPPED),
        title=html_text(f"{walk.trial_code} {walk.title or walk.herb}"),
        style=page_file(_PACKAGE, "style.css"),
        content=json_block(_content(walk, made or date.today().isoformat())),
        script=script,
        end=PAGE_END,
    )


def write_phone_page(path: Path, walk: TrialWalk, made: str | None = None) -> None:
    """Write the page, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    page = phone_page(walk, made)
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def _content(walk: TrialWalk, made: str) -> dict[str, object]:
    return {
        # Another page of the same trial finds the values of this one.
        "store": f"kanpo-phone/{walk.project6}/{walk.trial_code}",
        "trial": walk.trial_code,
        "title": walk.title,
        "herb": _both(walk.herb),
        "project": walk.project6,
        "seal": walk.seal,
        "made": made,
        "zone": ZONE,
        "language": language(),
        "plan": {"width": walk.plan_m[0], "height": walk.plan_m[1], "north": walk.north_deg},
        "traits": [_trait(trait) for trait in walk.traits],
        "plots": [
            {
                "code": plot.code,
                "treatment": plot.treatment,
                "row": plot.row,
                "column": plot.column,
                "corners": plot.corners,
            }
            for plot in walk.plots
        ],
        "last": {
            f"{plot}\n{trait}": {"value": last.value, "day": last.day}
            for (plot, trait), last in walk.last.items()
        },
    }


def _both(text: Text) -> list[str]:
    return [text.ja, text.en]


def _trait(trait: Trait) -> dict[str, object]:
    return {
        "key": trait.key,
        "type": trait.type,
        "label": _both(trait.label),
        "unit": "" if trait.unit in ("-", "score", "count") else trait.unit,
        "minimum": trait.minimum,
        "maximum": trait.maximum,
        "categories": [[value, _both(label)] for value, label in trait.categories.items()],
    }
