"""Where log lines go: to standard error, those that repeat only sometimes."""

import logging
import re
from collections.abc import Set
from typing import TYPE_CHECKING

from ..ports.language.process_roles import ProcessRole
from .repeated_lines import RepeatedLines

if TYPE_CHECKING:
    from ..config.settings import Settings

REQUESTS = "solebook.requests"
"""The logger of requests."""
MESSAGES = "solebook.messages"
"""The logger of messages that consumers have handled."""

_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


class TextLines(logging.Formatter):
    """Lines for people. A line break in what is logged cannot pass for another line."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # the name of logging
        line = super().formatMessage(record)
        return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], line)


def log_to_stderr(level: int) -> None:
    """Log what has at least this level, as text."""
    # Never DEBUG, because the database driver would log every parameter value.
    handler = logging.StreamHandler()
    handler.addFilter(RepeatedLines(but={REQUESTS, MESSAGES}))
    handler.setFormatter(TextLines())
    logging.basicConfig(level=level, handlers=[handler])


def log_as_set(settings: "Settings", roles: Set[ProcessRole], *, verbose: bool) -> None:
    """Log as the settings say, in a process that runs roles.

    Of libraries only warnings are logged, because some log each request to a server with its
    address. Raises ModuleNotFoundError if structlog is needed and missing.
    """
    from ..composition.logs import log_formatter

    level = (
        logging.INFO if verbose else getattr(logging, settings.log.level_in(settings.mode).upper())
    )
    root = logging.getLogger()
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("solebook").setLevel(level)
    logging.getLogger(MESSAGES).setLevel(logging.DEBUG if settings.log.messages else level)
    formatter = log_formatter(settings, roles)
    for handler in root.handlers:
        if formatter is not None and isinstance(handler.formatter, TextLines):
            handler.setFormatter(formatter)
