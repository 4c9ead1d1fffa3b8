"""What catml has to say while it works, on standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def notices_shown() -> Iterator[None]:
    """Write what is logged under ``catml`` to standard error, one line each."""
    logger = logging.getLogger("catml")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("catml: %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
