"""What a test does without its server."""

import os

import pytest


def do_without(what: str) -> None:
    """Skip the test, but fail in CI, where nothing is skipped."""
    if os.environ.get("NO_SKIPS"):
        pytest.fail(what)
    pytest.skip(what)
