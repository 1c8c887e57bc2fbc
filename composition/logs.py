"""How the log of a process is written."""

import logging
from collections.abc import Set

from ..config.settings import Settings
from ..ports.language.process_roles import ALL_ROLES, ProcessRole


def log_formatter(settings: Settings, roles: Set[ProcessRole]) -> logging.Formatter | None:
    """Return the formatter of a process with these roles, or None for plain text.

    Raises ModuleNotFoundError if structlog is needed and missing.
    """
    if settings.log.format_in(settings.mode) == "text":
        return None
    from ..adapters.structlog.json_lines import json_lines

    return json_lines(service_of(roles))


def service_of(roles: Set[ProcessRole]) -> str:
    """Return the name of a process in logs and traces: its roles."""
    return "all" if roles == ALL_ROLES else ",".join(sorted(roles))
