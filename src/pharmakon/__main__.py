"""`python -m pharmakon` is `pharmakon`."""

import sys

from pharmakon.cli.main import main

sys.exit(main())
