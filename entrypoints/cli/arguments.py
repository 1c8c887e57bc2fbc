"""What the command line reads that is no plain text or number."""

import argparse
from uuid import UUID

from ...ports.language.ids import parse_id


def an_id(text: str) -> UUID:
    """Return an id. Raises ArgumentTypeError, which argparse shows."""
    try:
        return parse_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
