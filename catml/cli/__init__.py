"""The command line: parse, call, print.

Exit codes: 0 done; 2 the input is wrong (one message, no traceback); 1 anything else.
"""

import os
import sys
from collections.abc import Sequence

from catml.cli.option_text import joined_negatives
from catml.cli.parser import build_parser as build_parser
from catml.errors import CatmlError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser().parse_args(joined_negatives(given))
    # Here, so that help and version need not wait for it.
    from catml.cli.notices import notices_shown

    try:
        with notices_shown():
            options.command(options)
    except CatmlError as problem:
        print(f"catml: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; nothing is left for Python to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\ncatml: stopped", file=sys.stderr)
        return 1
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        print(f"catml: {place}{problem.strerror or problem}", file=sys.stderr)
        return 1
    return 0
