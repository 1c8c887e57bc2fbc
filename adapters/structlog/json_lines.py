"""A log record as one line of JSON."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from traceback import format_exception
from typing import Any

from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from ...ports.language.traces import current_trace, current_user

_LONGEST = 8_000
"""Characters of a message, a traceback or another text. Of a longer one the middle is left out."""
_HIDDEN = "[hidden]"
_SECRET_NAMES = re.compile(
    r"passw|secret|token(?!_id)|api_?key|authorization|cookie|credential|private_?key|signature",
    re.IGNORECASE,
)
_SECRET_TEXTS = re.compile(
    r"(?:(?<=Bearer )|(?<=Basic ))\S+"
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"  # a signed token
    r"|\bsole_\w{20,}"
    r"|\b(?:sk|rk)_(?:live|test)_\w+|\bwhsec_[\w+/=]+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # the user and the password of a URL
)
_HINTS = ("Bearer ", "Basic ", "eyJ", "sole_", "k_live_", "k_test_", "whsec_", "://")
"""What every text has in which there is a secret."""
_OF_STRUCTLOG = {"_record", "_from_structlog", "event"}
_encode = json.JSONEncoder(ensure_ascii=False).encode
_NOT_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON lets stand although some programs end a line there, or cannot write it."""


def json_lines(service: str) -> logging.Formatter:
    """Return a formatter that writes each record as one line of JSON, as of a `service`.

    Secrets do not belong into logs, and tests look for them. That members with names of secrets,
    and texts that look like one, are hidden is a net below that.
    """

    def facts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        record: logging.LogRecord = event["_record"]
        told = _facts(service, record, event["event"])
        told |= {name: value for name, value in event.items() if name not in _OF_STRUCTLOG}
        if (raised := told.pop("exc_info", None)) and raised[1] is not None:
            told["exception"] = "".join(format_exception(raised[1]))
        return told

    return ProcessorFormatter(
        foreign_pre_chain=[ExtraAdder()], processors=[facts, _without_secrets, _as_line]
    )


def _facts(service: str, record: logging.LogRecord, message: str) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC)
    told = {
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "service": service,
        "logger": record.name,
        "message": message,
    }
    if (trace := current_trace()) is not None:
        told |= {"trace_id": trace.trace_id, "span_id": trace.span_id}
    if user := current_user():
        told["user_id"] = user
    return told


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: object) -> object:
    if value and value is not True and _is_secret(name):
        return _HIDDEN
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown("", each) for each in value]
    text = _shortened(str(value))
    if any(hint in text for hint in _HINTS):  # most texts have none, and to look is cheap
        return _SECRET_TEXTS.sub(_HIDDEN, text)
    return text


@lru_cache(1_024)  # the code has few names
def _is_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def _shortened(text: str) -> str:
    """Return a text whose beginning and end stay: a traceback ends with its error."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters]\n{text[-half:]}"


def _as_line(_: WrappedLogger, __: str, event: EventDict) -> str:
    line = _encode(event)
    if line.isascii() and "\x7f" not in line:
        return line
    return _NOT_IN_A_LINE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
