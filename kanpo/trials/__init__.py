"""Test cultivation: trials, plots on a parcel's outline, and every record that is made on them.

In come rows that people wrote and the parcels they are about, out go records in the journal, the
plots of a trial, and yields per 10 a.
"""

from kanpo.trials._doubts import Doubt, doubts
from kanpo.trials._growers import enter_growers
from kanpo.trials._layout import Layout, lay_out_plots
from kanpo.trials._nutrients import NUTRIENTS, nutrients_per_10a
from kanpo.trials._randomise import randomise
from kanpo.trials._record import RecordReport, record_rows
from kanpo.trials._step import TOLERANCE, Imbalance, StepMasses, weigh_step
from kanpo.trials._trial import NewTrial, create_trial
from kanpo.trials._withdraw import correct_record, withdraw_record
from kanpo.trials._yields import harvests_with_yield

__all__ = [
    "NUTRIENTS",
    "TOLERANCE",
    "Doubt",
    "Imbalance",
    "Layout",
    "NewTrial",
    "RecordReport",
    "StepMasses",
    "correct_record",
    "create_trial",
    "doubts",
    "enter_growers",
    "harvests_with_yield",
    "lay_out_plots",
    "nutrients_per_10a",
    "randomise",
    "record_rows",
    "weigh_step",
    "withdraw_record",
]
