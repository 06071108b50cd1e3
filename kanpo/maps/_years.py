"""Years on the map: a station's anomalies, from which the page tells in how many years a herb's climate is met."""

from __future__ import annotations

from kanpo.climate import Anomalies, longest_record, project_stations
from kanpo.maps._columns import Described
from kanpo.schema import FACTORS
from kanpo.store import Project


def years_of(project: Project) -> Anomalies | None:
    """The anomalies that `kanpo explain` goes by: of the station with most years; None where none has enough."""
    return longest_record(project_stations(project))


def describe_years(anomalies: Anomalies | None) -> Described | None:
    """Anomalies for the header, to the last bit; factors by their place in `FACTORS`."""
    if anomalies is None:
        return None
    places = {key: nth for nth, key in enumerate(FACTORS)}
    plain = anomalies.to_dict()
    return {
        **{key: plain[key] for key in ("station", "years", "normal", "base")},
        "by_share": [places[str(key)] for key in _listed(plain["by_share"])],
        "climate": [places[key] for key, factor in FACTORS.items() if factor.topic == "climate"],
        "anomalies": {
            str(places[factor]): [None if value != value else float(value) for value in own]
            for factor, own in anomalies.by_factor.items()
        },
    }


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
