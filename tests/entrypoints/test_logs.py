"""How lines of the log are written."""

import io
import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest

from solebook.adapters.memory.seeded import SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging.attempts import Attempts
from solebook.adapters.messaging.retry_policy import RetryPolicy
from solebook.config.log import LogSettings
from solebook.config.settings import Settings
from solebook.entrypoints.logs import MESSAGES, REQUESTS, TextLines, log_as_set
from solebook.entrypoints.repeated_lines import RepeatedLines
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def _nothing(_: Message) -> None:
    pass


@pytest.fixture
def handler() -> Iterator[logging.Handler]:
    """The handler of a process, and the levels as they were."""
    root, own, messages = (logging.getLogger(name) for name in ("", "solebook", MESSAGES))
    before = root.level, own.level, messages.level
    handler = logging.StreamHandler()
    handler.setFormatter(TextLines())
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before[0])
    own.setLevel(before[1])
    messages.setLevel(before[2])


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


@pytest.mark.parametrize("role", sorted(ALL_ROLES))
async def test_a_handled_message_is_a_line_of_its_role_if_it_is_wanted(
    role: ProcessRole, handler: logging.Handler, clock: VirtualClock
) -> None:
    stream = io.StringIO()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    handled = Consumer("somebody.acts:user.registered", "user.registered", _nothing, Queue.LETTERS)
    event = UserRegistered(UserId(uuid4()))
    message = Message(MessageId(uuid4()), event.key, event, clock.now(), GIVEN)
    attempts = Attempts(RetryPolicy(), clock, SeededRandomness(1))
    for wanted in (False, True):
        settings = Settings(log=LogSettings(format="json", messages=wanted))
        log_as_set(settings, {role}, verbose=False)
        assert await attempts.call(handled, message) is None
    [line] = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told.keys() >= {"timestamp", "level", "service", "message", "trace_id", "duration_ms"}
    assert (told["service"], told["trace_id"]) == (str(role), GIVEN[3:35])
    assert told["consumer"] == handled.name
