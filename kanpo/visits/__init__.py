"""Which parcels to visit next, so that the best ones are known with the fewest visits.

In come site factors with gaps and the herb catalogue, out go what a visit to each parcel is worth
and a plan: parcels in the order of a short route, and what to measure at each. What is worth how
much is defined in `docs/suitability.md`.
"""

from kanpo.visits._plan import VisitPlan, plan_visits
from kanpo.visits._route import Route, short_route
from kanpo.visits._value import VisitValues, visit_values

__all__ = ["Route", "VisitPlan", "VisitValues", "plan_visits", "short_route", "visit_values"]
