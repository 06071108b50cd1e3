"""What the trials say: from plots, observations and harvests to tables of treatments and their analysis, and back to the catalogue.

In come the records of trials, out go summaries, values by year, how yields went with the scores that
were predicted, and requirements estimated anew. `docs/evidence.md` defines the numbers.
"""

from kanpo.evidence._calibrate import (
    FACTOR_COLUMNS,
    GROUP_COLUMNS,
    LEAST_PARCELS,
    PARCEL_COLUMNS,
    Calibration,
    calibrate,
    parcel_means,
)
from kanpo.evidence._calibration_words import (
    calibration_words,
    definition_label,
    definition_words,
    proof_words,
    proposal_words,
)
from kanpo.evidence._components import COMPONENT_COLUMNS, component_values, with_strain
from kanpo.evidence._days import When, day_notes, read_when
from kanpo.evidence._evidence_pictures import CLEAR, curve_moves, misfit_picture, requirement_picture
from kanpo.evidence._expected import EXPECTED_COLUMNS, expected_yields
from kanpo.evidence._kept import FORMER_DEFINITION, KEPT_COLUMNS, Proof, kept_predictions
from kanpo.evidence._plot_values import PLOT_VALUE_COLUMNS, YIELD_TRAITS, plot_values, values_by_year
from kanpo.evidence._project import calibrate_project, learn_project, trial_values
from kanpo.evidence._propose import LEAST_TO_LEARN, learn_from_trials, proposed_rows, write_proposal
from kanpo.evidence._reestimate import (
    DRAWS,
    MOVE_COLUMNS,
    SEASON_SD,
    Draws,
    Posterior,
    learn,
    moves,
    prior_of,
    refuse_few,
)
from kanpo.evidence._response import BOUND_SD, CLASS_SD, SLOPE_SD, WEIGHT_SD, Parameter, Response
from kanpo.evidence._summary import summarise_trial, summary_of, trait_unit, trial_values_of
from kanpo.evidence._surface import Surface
from kanpo.evidence._traits import find_trait, trait_label
from kanpo.evidence._trial import analyse_trial, plot_table, recorded_design
from kanpo.evidence.analysis import (
    DESIGNS,
    Analysis,
    DdfMethod,
    Design,
    analyse,
    analyse_traits,
    crossed,
    factor_label,
    make_design,
)

__all__ = [
    "BOUND_SD",
    "CLASS_SD",
    "CLEAR",
    "COMPONENT_COLUMNS",
    "DESIGNS",
    "DRAWS",
    "EXPECTED_COLUMNS",
    "FACTOR_COLUMNS",
    "FORMER_DEFINITION",
    "GROUP_COLUMNS",
    "KEPT_COLUMNS",
    "LEAST_PARCELS",
    "LEAST_TO_LEARN",
    "MOVE_COLUMNS",
    "PARCEL_COLUMNS",
    "PLOT_VALUE_COLUMNS",
    "SEASON_SD",
    "SLOPE_SD",
    "WEIGHT_SD",
    "YIELD_TRAITS",
    "Analysis",
    "Calibration",
    "DdfMethod",
    "Design",
    "Draws",
    "Parameter",
    "Posterior",
    "Proof",
    "Response",
    "Surface",
    "When",
    "analyse",
    "analyse_traits",
    "analyse_trial",
    "calibrate",
    "calibrate_project",
    "calibration_words",
    "component_values",
    "crossed",
    "curve_moves",
    "day_notes",
    "definition_label",
    "definition_words",
    "expected_yields",
    "factor_label",
    "find_trait",
    "kept_predictions",
    "learn",
    "learn_from_trials",
    "learn_project",
    "make_design",
    "misfit_picture",
    "moves",
    "parcel_means",
    "plot_table",
    "plot_values",
    "prior_of",
    "proof_words",
    "proposal_words",
    "proposed_rows",
    "read_when",
    "recorded_design",
    "refuse_few",
    "requirement_picture",
    "summarise_trial",
    "summary_of",
    "trait_label",
    "trait_unit",
    "trial_values",
    "trial_values_of",
    "values_by_year",
    "with_strain",
    "write_proposal",
]
