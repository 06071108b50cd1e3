"""Predictions kept in the journal: the score that stood when a trial was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson
import pandas as pd
from shapely.geometry.base import BaseGeometry

from kanpo.errors import Place, Problem, Severity
from kanpo.herbs import project_catalogue
from kanpo.locale import Text
from kanpo.schema import JUDGEMENT
from kanpo.store import NewRecord, Project, Stamp, sha256_of

#: What is taken over from the stored scores.
_SCORE_KEYS = ("score", "lower", "upper", "class", "class_lower", "class_upper", "certainty", "rank")
#: What kanpo writes beside a decision.
_BESIDE = frozenset(field.key for field in JUDGEMENT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be predicted: a herb on a parcel, and for which trial; its outline as it is now."""

    parcel_id: str
    herb_id: str
    trial_code: str | None = None
    outline: BaseGeometry | None = None


def predictions_of(project: Project, wanted: Sequence[Wanted]) -> tuple[list[NewRecord], list[Wanted]]:
    """The stored scores as records to be kept; nothing is written.

    A record says what the score was, from which catalogue, weights and inputs (the hash of the stamp)
    and which kanpo computed it, and which inputs had changed by now. What the journal predicts already
    (same trial, parcel and herb) is passed over.

    Returns
    -------
    list of NewRecord
        Of kind ``prediction``, in the order of `wanted`.
    list of Wanted
        Those that have no stored score.
    """
    known = _kept_already(project) if wanted else set()
    new = [one for one in wanted if (one.trial_code, one.parcel_id, one.herb_id) not in known]
    stamp = project.computed.stamp("scores") if new else None
    if stamp is None:
        return [], new
    origin = _origin(project, stamp)
    scores = _scores(project, new)
    records, unknown = list[NewRecord](), list[Wanted]()
    for one in new:
        score = scores.get((one.parcel_id, one.herb_id))
        if score is None:
            unknown.append(one)
            continue
        about = {"trial_code": one.trial_code, "parcel_id": one.parcel_id, "herb_id": one.herb_id}
        body = {key: value for key, value in (about | score | origin).items() if value is not None}
        records.append(NewRecord("prediction", body, project.today(), one.outline))
    return records, unknown


def keep_predictions(
    project: Project, herb_id: str | None = None, *, best: int = 0, dry_run: bool = False
) -> tuple[int, list[str]]:
    """Keep predictions of all trials that have none; with `best`, of the best parcels of a herb, too.

    Parameters
    ----------
    project : Project
        Opened for writing.
    herb_id : str, optional
        Only of this herb.
    best : int
        So many parcels, the best first, whether they have a trial or not.

    Returns
    -------
    int
        How many were kept (or would be).
    list of str
        Codes of trials that have no stored score.
    """
    trials = project.journal.read("trial")
    trials = trials if herb_id is None else trials[trials["herb_id"] == herb_id]
    rows = list(zip(trials["parcel_id"], trials["herb_id"], trials["trial_code"], strict=True))
    if best and herb_id is not None:
        top = project.computed.scores(herb_id).dropna(subset=["rank"]).head(best)
        rows += [(parcel_id, herb_id, None) for parcel_id in top["parcel_id"]]
    parcels = project.imported.parcels({parcel_id for parcel_id, _, _ in rows})
    outlines = dict(zip(parcels["parcel_id"], parcels.geometry, strict=True))
    wanted = [
        Wanted(parcel, herb, trial, outlines.get(parcel)) for parcel, herb, trial in dict.fromkeys(rows)
    ]
    records, unknown = predictions_of(project, wanted)
    if not dry_run:
        project.journal.append(records)
    return len(records), [one.trial_code for one in unknown if one.trial_code is not None]


def predictions_with(
    project: Project, trials: Iterable[NewRecord]
) -> tuple[list[NewRecord], tuple[Problem, ...]]:
    """Predictions that go into the journal before new trials, and a hint where there is no score."""
    wanted = [
        Wanted(
            str(trial.body["parcel_id"]),
            str(trial.body["herb_id"]),
            str(trial.body["trial_code"]),
            trial.outline,
        )
        for trial in trials
        if trial.body is not None
    ]
    records, unknown = predictions_of(project, wanted)
    return records, (_no_score(unknown),) if unknown else ()


def judged_decisions(project: Project, decisions: Sequence[NewRecord]) -> list[NewRecord]:
    """Decisions with the stored score of the parcel for the herb beside them, where there is one; nothing is written.

    What came with a decision from elsewhere (a map, say, that showed another score that day) stays.
    """
    stamp = project.computed.stamp("scores")
    bodies = [decision.body or {} for decision in decisions]
    wanted = [
        Wanted(str(body["parcel_id"]), str(body["herb_id"]))
        for body in bodies
        if "herb_id" in body and not _BESIDE & body.keys()
    ]
    if stamp is None or not wanted:
        return list(decisions)
    scores = _scores(project, wanted)
    origin = {"definition": stamp.inputs.get("definition"), "computed_at": stamp.computed_at}
    judged = []
    for decision, body in zip(decisions, bodies, strict=True):
        score = (
            None
            if _BESIDE & body.keys()
            else scores.get((str(body.get("parcel_id")), str(body.get("herb_id"))))
        )
        beside = {} if score is None else {key: (score | origin).get(key) for key in sorted(_BESIDE)}
        added = {key: value for key, value in beside.items() if value is not None}
        judged.append(replace(decision, body={**body, **added}) if added else decision)
    return judged


def without_judgement(body: Mapping[str, object] | None) -> dict[str, object]:
    """What a person said in a decision, without what kanpo wrote beside it."""
    return {key: value for key, value in (body or {}).items() if key not in _BESIDE}


def _kept_already(project: Project) -> set[tuple[str | None, str, str]]:
    kept = project.journal.read("prediction")
    trials = kept["trial_code"].astype(object).where(kept["trial_code"].notna(), None)
    return set(zip(trials, kept["parcel_id"], kept["herb_id"], strict=True))


def _scores(project: Project, wanted: Sequence[Wanted]) -> dict[tuple[str, str], dict[str, object]]:
    """Stored scores by parcel and herb, as plain values."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for herb_id in dict.fromkeys(one.herb_id for one in wanted):
        table = project.computed.scores(herb_id, {one.parcel_id for one in wanted if one.herb_id == herb_id})
        for row in table.to_dict("records"):
            known = {key: None if pd.isna(row[key]) else row[key] for key in _SCORE_KEYS}
            if known["lower"] is not None or known["score"] is not None:
                rank = known["rank"]
                known["rank"] = int(rank) if rank is not None else None
                found[row["parcel_id"], herb_id] = known
    return found


def _origin(project: Project, stamp: Stamp) -> dict[str, object]:
    """Where the scores came from, and whether they still followed from the project."""
    current = project.inputs() | {"catalogue": project_catalogue(project).digest}
    panel, weights = stamp.parameters.get("panel"), stamp.parameters.get("weights")
    source = "given" if weights else "catalogue"
    if isinstance(panel, dict):
        source = f"{panel['file']} (SHA-256 {str(panel['sha256'])[:12]})"
    whole = {
        "inputs": stamp.inputs,
        "parameters": stamp.parameters,
        "computed_at": stamp.computed_at,
        "kanpo_version": stamp.kanpo_version,
    }
    return {
        "computed_at": stamp.computed_at,
        "definition": stamp.inputs.get("definition"),
        "method": stamp.parameters.get("method"),
        "weights": source,
        "catalogue": stamp.inputs.get("catalogue"),
        "fingerprint": sha256_of(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)),
        "kanpo_version": stamp.kanpo_version,
        "changed": ";".join(stamp.changed(current)) or None,
    }


def _no_score(unknown: Sequence[Wanted]) -> Problem:
    names = ", ".join(dict.fromkeys(str(one.trial_code) for one in unknown[:5]))
    more = "…" if len(unknown) > 5 else ""
    return Problem(
        "trial.no-prediction",
        Text(
            "適地度がまだないので、試験前の予測を一緒に残せませんでした",
            "there is no score yet, so no prediction was kept with the trial",
        ),
        Text(
            "収穫の前に kanpo score、続けて kanpo evidence keep を実行すると残せます(試験は記録しました)",
            "run kanpo score and then kanpo evidence keep before the harvest (the trial was recorded)",
        ),
        Place(column="trial_code", value=names + more),
        Severity.WARNING,
    )
