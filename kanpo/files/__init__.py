"""Every file that kanpo writes goes through this room, so that nothing of a person is destroyed.

In come a path and what to write; out comes the whole new file or the untouched old one. A project,
what lies beside it and the inputs of a run are never replaced; what a person changed is kept under
a dated name; what nobody but a person wrote stays, unless it is told otherwise.
"""

from kanpo.files._damage import damage_said
from kanpo.files._guard import check_target, check_targets
from kanpo.files._kinds import check_input, check_kind, not_readable
from kanpo.files._marks import BLANK_MARK
from kanpo.files._outputs import KeptAside, Outputs, current_outputs, note_input, outputs
from kanpo.files._replace import make_folder, place_beside, replacing

__all__ = [
    "BLANK_MARK",
    "KeptAside",
    "Outputs",
    "check_input",
    "check_kind",
    "check_target",
    "check_targets",
    "current_outputs",
    "damage_said",
    "make_folder",
    "not_readable",
    "note_input",
    "outputs",
    "place_beside",
    "replacing",
]
