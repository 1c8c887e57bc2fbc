"""The processes of a stack's exchange."""

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from .probes import http_answers
from .program import Program, Stage

_SOLEBOOK = (sys.executable, "-P", "-m", "solebook.entrypoints.cli.main")
HTTP = ("http-1", "http-2")
_OTHERS = ("trade", "deadlines", "letters", "search", "charts", "webhooks", "services")
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "engine-1": ("matching", "relay"),
    "engine-2": ("matching", "relay"),
    "worker-1": _OTHERS,
}
"""A process takes 2 s of a core to start and up to 200 MB, so roles that need no second one share
one."""
SPREAD: Mapping[str, tuple[str, ...]] = {
    **{f"{role}-{number}": (role,) for role in ("matching", "relay") for number in (1, 2)},
    **{f"{role}-1": (role,) for role in _OTHERS},
}
"""A process for each role, as on several machines."""


def exchange_processes(
    settings: Path,
    environment: Mapping[str, str],
    port_of: Callable[[str], int],
    *,
    spread: bool,
) -> list[Program]:
    """Return the processes with HTTP and the workers, which read these settings."""
    common = ("--config", str(settings))
    programs = [
        Program(
            name=name,
            stage=Stage.WORKER,
            command=(*_SOLEBOOK, "worker", *common, "--health-port", str(port_of(name)), *roles),
            is_ready=partial(http_answers, port_of(name), "/health/ready"),
            port=port_of(name),
            metrics_port=port_of(name),
            environment=environment,
        )
        for name, roles in (SPREAD if spread else TOGETHER).items()
    ]
    return programs + [
        Program(
            name=name,
            stage=Stage.HTTP,
            command=(
                *(*_SOLEBOOK, "serve", *common, "--roles", "http", "--port", str(port_of(name))),
                *("--metrics-port", str(port_of(f"{name}-metrics"))),
            ),
            is_ready=partial(http_answers, port_of(name), "/health/ready"),
            port=port_of(name),
            metrics_port=port_of(f"{name}-metrics"),
            environment=environment,
        )
        for name in HTTP
    ]


def process_environment(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for the processes: settings come from the stack's files alone.

    So a variable that is meant for another exchange cannot lead a stack to its database.
    """
    others = {name: text for name, text in os.environ.items() if not name.startswith("SOLEBOOK_")}
    # To compile everything at each start would take longer than servers are waited for.
    others.pop("PYTHONDONTWRITEBYTECODE", None)
    return others | dict(secrets)
