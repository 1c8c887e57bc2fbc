"""A log record as one line of JSON."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
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
_NOT_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON lets stand although some programs end a line there, or cannot write it."""


def json_lines(service: str) -> logging.Formatter:
    """Return a formatter that writes each record as one line of JSON, as of a `service`.

    Secrets do not belong into logs, and tests look for them. That members with names of secrets,
    and texts that look like one, are hidden is a net below that.
    """

    def facts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        record: logging.LogRecord = event["_record"]
        told = _facts(service, record)
        told |= {name: value for name, value in event.items() if not name.startswith("_")}
        told["message"] = told.pop("event")
        if (raised := told.pop("exc_info", None)) and raised[1] is not None:
            told["exception"] = "".join(format_exception(raised[1]))
        return told

    return ProcessorFormatter(
        foreign_pre_chain=[ExtraAdder()], processors=[facts, _without_secrets, _as_line]
    )


def _facts(service: str, record: logging.LogRecord) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC)
    told = {
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "service": service,
        "logger": record.name,
        "event": "",  # here, so that what every line has comes first
    }
    if (trace := current_trace()) is not None:
        told |= {"trace_id": trace.trace_id, "span_id": trace.span_id}
    if user := current_user():
        told["user_id"] = user
    return told


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name) and value:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown("", each) for each in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _SECRET_TEXTS.sub(_HIDDEN, _shortened(str(value)))


def _shortened(text: str) -> str:
    """Return a text whose beginning and end stay: a traceback ends with its error."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters]\n{text[-half:]}"


def _as_line(_: WrappedLogger, __: str, event: EventDict) -> str:
    line = json.dumps(event, ensure_ascii=False)
    return _NOT_IN_A_LINE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
