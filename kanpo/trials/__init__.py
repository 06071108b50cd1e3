"""Test cultivation: trials, plots on a parcel's outline, and every record that is made on them.

In come rows that people wrote and the parcels they are about, out go records in the journal, the
plots of a trial, and yields per 10 a.
"""

from kanpo.trials._conflicts import find_conflicts, resolve_conflict
from kanpo.trials._crop import crop_fits
from kanpo.trials._cv import ObservedCv, observed_cv
from kanpo.trials._doubts import Doubt, doubts
from kanpo.trials._growers import enter_growers
from kanpo.trials._layout import Layout, PlotShape, largest_that_fits, lay_out_plan, lay_out_plots
from kanpo.trials._missing import missing_observations
from kanpo.trials._nutrients import NUTRIENTS, nutrients_per_10a
from kanpo.trials._pesticides import is_pesticide, labels_of, pesticide_doubts, registration_of, sprays_of
from kanpo.trials._planting import Product, Rates, nutrient_gap, planting_list, planting_sheet
from kanpo.trials._prediction import keep_predictions
from kanpo.trials._randomise import randomise
from kanpo.trials._record import RecordReport, record_rows
from kanpo.trials._soundness import find_orphans, look_through
from kanpo.trials._step import TOLERANCE, Imbalance, StepMasses, weigh_step
from kanpo.trials._text_map import text_map
from kanpo.trials._trial import NewTrial, TrialPlan, create_trial, plan_trial, record_trial, trials_in_the_way
from kanpo.trials._unite import Union, unite_copies
from kanpo.trials._withdraw import correct_record, withdraw_record
from kanpo.trials._yields import harvests_with_yield

__all__ = [
    "NUTRIENTS",
    "TOLERANCE",
    "Doubt",
    "Imbalance",
    "Layout",
    "NewTrial",
    "ObservedCv",
    "PlotShape",
    "Product",
    "Rates",
    "RecordReport",
    "StepMasses",
    "TrialPlan",
    "Union",
    "correct_record",
    "create_trial",
    "crop_fits",
    "doubts",
    "enter_growers",
    "find_conflicts",
    "find_orphans",
    "harvests_with_yield",
    "is_pesticide",
    "keep_predictions",
    "labels_of",
    "largest_that_fits",
    "lay_out_plan",
    "lay_out_plots",
    "look_through",
    "missing_observations",
    "nutrient_gap",
    "nutrients_per_10a",
    "observed_cv",
    "pesticide_doubts",
    "plan_trial",
    "planting_list",
    "planting_sheet",
    "randomise",
    "record_rows",
    "record_trial",
    "registration_of",
    "resolve_conflict",
    "sprays_of",
    "text_map",
    "trials_in_the_way",
    "unite_copies",
    "weigh_step",
    "withdraw_record",
]
