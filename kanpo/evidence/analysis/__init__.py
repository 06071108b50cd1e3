"""Analysis of variance and mixed models of field trials, as a reviewer expects them.

In come plots as a table and a `Design`, out comes an `Analysis`: tables, comparisons, checks of the
assumptions, and sentences that say what the trial shows and what it does not.
"""

from kanpo.evidence.analysis._analyse import analyse, analyse_traits
from kanpo.evidence.analysis._design import DESIGNS, Design, DesignKind
from kanpo.evidence.analysis._fit import DdfMethod
from kanpo.evidence.analysis._meant import make_design
from kanpo.evidence.analysis._names import factor_label
from kanpo.evidence.analysis._outcome import Analysis
from kanpo.evidence.analysis._sheet import crossed

__all__ = [
    "DESIGNS",
    "Analysis",
    "DdfMethod",
    "Design",
    "DesignKind",
    "analyse",
    "analyse_traits",
    "crossed",
    "factor_label",
    "make_design",
]
