"""What to do next: which parcels and herbs to try next season.

In come parcels with their factors and what is believed of the herbs after the trials so far, out go
sites with the reason for each. `docs/evidence.md` defines the choice.
"""

from kanpo.plan._project import suggest_for_project
from kanpo.plan._suggest import BOLDNESS, COLUMNS, Limits, Suggestion, suggest_trials

__all__ = ["BOLDNESS", "COLUMNS", "Limits", "Suggestion", "suggest_for_project", "suggest_trials"]
