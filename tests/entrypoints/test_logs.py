"""How lines of the log are written."""

import json
import logging
from collections.abc import Iterator

import pytest

from solebook.config.log import LogSettings
from solebook.config.settings import Settings
from solebook.entrypoints.logs import REQUESTS, TextLines, log_as_set
from solebook.entrypoints.repeated_lines import RepeatedLines
from solebook.ports.language.process_roles import ALL_ROLES


@pytest.fixture
def handler() -> Iterator[logging.Handler]:
    """The handler of a process, and the levels as they were."""
    root, own = logging.getLogger(), logging.getLogger("solebook")
    before = root.level, own.level
    handler = logging.StreamHandler()
    handler.setFormatter(TextLines())
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before[0])
    own.setLevel(before[1])


def written(handler: logging.Handler, message: str) -> str:
    return handler.format(logging.LogRecord("solebook.x", 30, "a.py", 1, message, (), None))


def test_text_is_one_line_a_record(handler: logging.Handler) -> None:
    assert written(handler, "a\nERROR b\x1b[2J") == "WARNING solebook.x: a\\nERROR b\\x1b[2J"


def test_json_is_written_if_it_is_set_and_libraries_stay_quiet(handler: logging.Handler) -> None:
    log_as_set(Settings(), ALL_ROLES, verbose=False)
    assert written(handler, "a") == "WARNING solebook.x: a"
    assert not logging.getLogger("solebook.x").isEnabledFor(logging.INFO)
    log_as_set(Settings(log=LogSettings(format="json", level="info")), ALL_ROLES, verbose=False)
    assert json.loads(written(handler, "a"))["service"] == "all"
    assert logging.getLogger("solebook.x").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


def test_lines_that_are_counted_elsewhere_pass() -> None:
    repeated = RepeatedLines(but={REQUESTS})
    record = logging.LogRecord(REQUESTS, 20, "a.py", 1, "x", (), None)
    assert all(repeated.filter(record) for _ in range(100))
