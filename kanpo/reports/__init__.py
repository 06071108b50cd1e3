"""Pages that people print, file and pass on.

In come results of the library, out goes one HTML file with sentences, pictures and tables; nothing in
it is fetched or runs, and all text stays text.
"""

from kanpo.reports._analysis_page import analysis_page, write_analysis_page
from kanpo.reports._calibration_page import calibration_part, proposal_part, suggestion_part
from kanpo.reports._comparison_page import Part, comparison_page, write_comparison_page
from kanpo.reports._sheets import analysis_sheets
from kanpo.reports._tables import (
    ANALYSIS_LABELS,
    PAIRS_TITLE,
    analysis_tables,
    figure_text,
    measures,
    printed,
    probability_text,
)

__all__ = [
    "ANALYSIS_LABELS",
    "PAIRS_TITLE",
    "Part",
    "analysis_page",
    "analysis_sheets",
    "analysis_tables",
    "calibration_part",
    "comparison_page",
    "figure_text",
    "measures",
    "printed",
    "probability_text",
    "proposal_part",
    "suggestion_part",
    "write_analysis_page",
    "write_comparison_page",
]
