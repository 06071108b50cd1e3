"""One HTML file per trial, with the plots, the traits and the last values in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

from kanpo.exchange._html import html_text, json_block, page_file, policy
from kanpo.exchange._walk import TrialWalk
from kanpo.files import replacing
from kanpo.locale import Text, language
from kanpo.schema import Trait

#: Order matters: each file uses only what stands before it.
SCRIPTS = (
    "dom.js",
    "strings.js",
    "ids.js",
    "values.js",
    "file.js",
    "store.js",
    "photo.js",
    "state.js",
    "entry.js",
    "plan.js",
    "hand.js",
    "app.js",
)
_PACKAGE = "kanpo.exchange.phone"
_NO_SCRIPT = Text(
    "このファイルは、ブラウザ(Chrome など)で開いてください。ここでは記録できません。",
    "Open this file in a browser such as Chrome; nothing can be recorded here.",
)


def phone_page(walk: TrialWalk, made: str | None = None) -> str:
    """The page as text.

    Parameters
    ----------
    made : str, optional
        Day that the page says it was made; today by default.
    """
    scripts = [f"\n{page_file(_PACKAGE, name)}\n" for name in SCRIPTS]
    return Template(page_file(_PACKAGE, "page.html")).substitute(
        language=language(),
        policy=policy(scripts),
        title=html_text(f"{walk.trial_code} {walk.title or walk.herb}"),
        noscript=html_text(_NO_SCRIPT),
        style=page_file(_PACKAGE, "style.css"),
        content=json_block(_content(walk, made or date.today().isoformat())),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
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
