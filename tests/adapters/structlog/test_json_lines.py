"""A log record as one line of JSON."""

import json
import logging
from typing import Any

import pytest

from solebook.adapters.structlog.json_lines import json_lines
from solebook.ports.language.traces import Trace, within, work_for

TRACE = Trace("1" * 32, "2" * 16)


def line_of(message: str, *args: object, error: Exception | None = None, **extra: object) -> str:
    raised = None if error is None else (type(error), error, error.__traceback__)
    log = logging.getLogger("solebook.test")
    record = log.makeRecord(log.name, 30, "a.py", 1, message, args, raised, "f", dict(extra))
    record.created = 1_700_000_000.1239
    return json_lines("relay,trade").format(record)


def told(message: str, *args: object, error: Exception | None = None, **extra: object) -> Any:
    return json.loads(line_of(message, *args, error=error, **extra))


def test_a_line_has_what_it_is_found_by() -> None:
    with within(TRACE):
        work_for("a-user")
        assert told("a %s", "pair", order_id="7") == {
            "timestamp": "2023-11-14T22:13:20.123Z",
            "level": "warning",
            "service": "relay,trade",
            "logger": "solebook.test",
            "message": "a pair",
            "trace_id": TRACE.trace_id,
            "span_id": TRACE.span_id,
            "user_id": "a-user",
            "order_id": "7",
        }
    assert told("later").keys() == {"timestamp", "level", "service", "logger", "message"}


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b\x85c", "\ud800", "\x1b[2J\x9b2J"])
def test_what_is_logged_cannot_begin_a_line_of_its_own(text: str) -> None:
    line = line_of("%s", text, typed=text)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    line.encode()
    assert json.loads(line)["typed"] == text


def test_other_letters_stay_readable() -> None:
    assert "Šárka 靴 👟" in line_of("%s", "Šárka 靴 👟")


def test_a_traceback_is_one_member_and_has_an_end() -> None:
    with pytest.raises(ValueError, match="the end") as raised:
        raise ValueError("x" * 20_000 + " the end")
    exception = told("failed", error=raised.value)["exception"]
    assert exception.startswith("Traceback (most recent call last):")
    assert exception.endswith("the end\n")
    assert len(exception) < 9_000


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer {}",
        "postgresql://solebook:{}@db/solebook",
        "sole_{}",
        "sk_live_{}",
        "eyJhbGciOiJIUzI1NiJ9.{}.c2ln",
    ],
)
def test_what_looks_like_a_secret_is_hidden(secret: str) -> None:
    kept = "AbCdEfGhIjKlMnOpQrStUvWxYz0123"
    assert kept not in line_of("told %s", secret.format(kept), note=[secret.format(kept)])


def test_members_named_like_secrets_are_hidden() -> None:
    line = line_of("x", body={"password": "hunter2", "refresh_token": "hunter2"}, api_key="hunter2")
    assert "hunter2" not in line
    assert line.count("[hidden]") == 3
