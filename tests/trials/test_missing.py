"""What has not been recorded yet is listed, and nothing else."""

from __future__ import annotations

from kanpo.store import Project
from kanpo.trials import missing_observations, record_rows


def _observe(project: Project, plots: list[str], trait: str, day: str) -> None:
    rows = {
        "trial_code": ["T1"] * len(plots),
        "plot_code": plots,
        "trait": [trait] * len(plots),
        "value": [str(10 + i) for i in range(len(plots))],
        "happened_at": [day] * len(plots),
    }
    assert record_rows(project, "observation", rows).stored == len(plots)


def test_plots_without_a_value_today_are_missing(trial_project: Project) -> None:
    _observe(trial_project, ["T1-1", "T1-2"], "plant_height_cm", "2025-06-01")
    _observe(trial_project, ["T1-1", "T1-3", "T1-4"], "plant_height_cm", "2025-07-01")
    frame = missing_observations(trial_project, "2025-07-01")
    assert frame.to_dict("records") == [
        {
            "trial_code": "T1",
            "plot_code": "T1-2",
            "treatment": "早植え",
            "trait": "plant_height_cm",
            "last": "2025-06-01",
        }
    ]
    whole = missing_observations(trial_project, "2025-08-01")
    assert list(whole["plot_code"]) == ["T1-1", "T1-2", "T1-3", "T1-4"], "every trait ever observed is wanted"


def test_wanted_traits_and_trials_can_be_named(trial_project: Project) -> None:
    assert missing_observations(trial_project, "2025-07-01").empty, "no trait was ever observed"
    named = missing_observations(trial_project, "2025-07-01", "T1", ["leaf_count", "stem_count"])
    assert len(named) == 8 and named["last"].isna().all()
    assert missing_observations(trial_project, "2025-07-01", "T9", ["leaf_count"]).empty
