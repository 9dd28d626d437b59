"""`python -m artengine`: run the command line with the current interpreter."""

import sys

from artengine.cli import main

if __name__ == "__main__":
    sys.exit(main())
