"""`python -m npnet` is `npnet`."""

import sys

from npnet.cli import main

if __name__ == "__main__":
    sys.exit(main())
