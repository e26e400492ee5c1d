"""`python -m jishi` is the same as `jishi`."""

import sys

from jishi.cli import main

sys.exit(main())
