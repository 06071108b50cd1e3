"""Where kanpo keeps what belongs to a user and not to a project."""

from __future__ import annotations

import os
from pathlib import Path


def config_folder() -> Path:
    """The user's folder for kanpo's own settings; ``KANPO_CONFIG`` overrides it.

    Nothing in it is needed: whoever reads or writes there goes on where that cannot be done.
    """
    chosen = os.environ.get("KANPO_CONFIG")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("kanpo", appauthor=False))
