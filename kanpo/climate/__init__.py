"""Years and climate: how often a herb's climate needs are met at a parcel, and for how long running.

In come days of a station or a mesh (kept in the journal as weather) and the climate normals of the
parcels, out go shares of years, chances of a stand, and the same under scenarios. A parcel's year is its
normal and the station's anomaly of that year; `docs/climate.md` defines the numbers.
"""

from kanpo.climate._anomalies import LEAST_YEARS, NORMAL, Anomalies, Shift, find_anomalies
from kanpo.climate._chance import count_stands, count_windows, wilson_interval
from kanpo.climate._mesh_days import mesh_days
from kanpo.climate._project import (
    add_weather,
    longest_record,
    places_of,
    project_stations,
    station_anomalies,
    station_table,
)
from kanpo.climate._risk import HerbRisk, climate_risk, parcel_years
from kanpo.climate._scenarios import (
    TODAY,
    Scenario,
    load_scenarios,
    model_scenario,
    own_scenario,
    scenario_table,
)
from kanpo.climate._station import StationYears, station_years
from kanpo.climate._tables import add_risk, explain_years, risk_table, scenario_risks, years_table

__all__ = [
    "LEAST_YEARS",
    "NORMAL",
    "TODAY",
    "Anomalies",
    "HerbRisk",
    "Scenario",
    "Shift",
    "StationYears",
    "add_risk",
    "add_weather",
    "climate_risk",
    "count_stands",
    "count_windows",
    "explain_years",
    "find_anomalies",
    "load_scenarios",
    "longest_record",
    "mesh_days",
    "model_scenario",
    "own_scenario",
    "parcel_years",
    "places_of",
    "project_stations",
    "risk_table",
    "scenario_risks",
    "scenario_table",
    "station_anomalies",
    "station_table",
    "station_years",
    "wilson_interval",
    "years_table",
]
