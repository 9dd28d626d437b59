"""`python -m artengine`: the command line, by the interpreter that runs it."""

import sys

from artengine.cli import main

if __name__ == "__main__":
    sys.exit(main())
