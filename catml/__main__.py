"""``python -m catml`` is the command line."""

import sys

from catml.cli import main

sys.exit(main())
