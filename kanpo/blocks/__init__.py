"""Blocks (団地): parcels that lie together, and how well a block as a whole suits each herb.

In come outlines, lines that part what lies together, and scores; out go blocks with their parcels,
area, shape, best herb and score. `docs/suitability.md` defines the numbers.
"""

from kanpo.blocks._barriers import read_barriers, stored_barriers
from kanpo.blocks._form import Blocks, form_blocks
from kanpo.blocks._score import block_table, outlines, with_costs

__all__ = [
    "Blocks",
    "block_table",
    "form_blocks",
    "outlines",
    "read_barriers",
    "stored_barriers",
    "with_costs",
]
