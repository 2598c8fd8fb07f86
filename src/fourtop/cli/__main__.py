"""``python -m fourtop.cli``: the command ``fourtop``, where scripts are not on the path."""

from __future__ import annotations

import sys

from fourtop.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
