"""``python -m kanpo`` is the command ``kanpo``."""

import sys

from kanpo.cli import main

if __name__ == "__main__":
    sys.exit(main())
