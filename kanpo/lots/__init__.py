"""Lots: where they come from, where they went, whether their masses add up and their assays pass.

In come the records of harvests, steps of processing, samples and assays; out go traces both ways,
mass balances, verdicts against the pharmacopoeia's limits, labels, and matrices of measurements.
"""

from kanpo.lots._assays import check_lot, count_verdicts
from kanpo.lots._balance import LotFault, find_faults, lot_table, made_kg, step_table, used_kg
from kanpo.lots._book import LotBook, Step, read_book
from kanpo.lots._doubtful import doubtful_records
from kanpo.lots._label import check_sign, label_page, lot_code, read_lot_code, write_labels
from kanpo.lots._limits import Limit, LimitTable, limits_of, read_limits
from kanpo.lots._matrix import MatrixReport, NewMatrix, import_matrix, read_matrix
from kanpo.lots._shipped import shipping_faults
from kanpo.lots._soundness import look_over
from kanpo.lots._sprays import LotSprays, sprays_behind
from kanpo.lots._trace import Trace, TraceNode, trace_lot, trace_text
from kanpo.lots._units import unit_factor
from kanpo.lots._verdict import LimitVerdict, LotVerdict, Verdict, verdict_table

__all__ = [
    "Limit",
    "LimitTable",
    "LimitVerdict",
    "LotBook",
    "LotFault",
    "LotSprays",
    "LotVerdict",
    "MatrixReport",
    "NewMatrix",
    "Step",
    "Trace",
    "TraceNode",
    "Verdict",
    "check_lot",
    "check_sign",
    "count_verdicts",
    "doubtful_records",
    "find_faults",
    "import_matrix",
    "label_page",
    "limits_of",
    "look_over",
    "lot_code",
    "lot_table",
    "made_kg",
    "read_book",
    "read_limits",
    "read_lot_code",
    "read_matrix",
    "shipping_faults",
    "sprays_behind",
    "step_table",
    "trace_lot",
    "trace_text",
    "unit_factor",
    "used_kg",
    "verdict_table",
    "write_labels",
]
