"""Reads the metrics of the processes of a stack, as Prometheus does."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r"(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_QUEUE = re.compile(r'queue="([^"]*)"')
_STORE = ("solebook_outbox_", "solebook_queue_", "solebook_dead_letters")
"""What waits in the store, of which every process tells the same."""
COUNTED = {"bids": "bids_total", "asks": "asks_total", "matches": "matches_total"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the processes of an exchange tell together."""

    waiting: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    """For each queue, how many messages wait, and the age of the oldest in seconds."""
    dead_letters: int = 0
    counted: Mapping[str, float] = field(default_factory=dict)
    """How many bids, asks and matches there were since the processes started."""


def measured(texts: Iterable[str]) -> Measured:
    """Return what some processes' answers at /metrics come to."""
    highest: defaultdict[tuple[str, str], float] = defaultdict(float)
    total: defaultdict[str, float] = defaultdict(float)
    for text in texts:
        for line in filter(None, map(_LINE.fullmatch, text.splitlines())):
            name, value = line["name"], float(line["value"])
            if name.startswith(_STORE):
                queue = _QUEUE.search(line["labels"] or "")
                key = (name, queue[1] if queue else "")
                highest[key] = max(highest[key], value)
            elif name in COUNTED.values():
                total[name] += value
    waiting = {
        queue or "outbox": (
            int(value),
            highest[(name.replace("_messages", "_oldest_seconds"), queue)],
        )
        for (name, queue), value in list(highest.items())
        if name.endswith("_messages")
    }
    counted = {shown: total[name] for shown, name in COUNTED.items()}
    return Measured(waiting, int(highest[("solebook_dead_letters", "")]), counted)


def write_targets(file: Path, ports: Mapping[str, int]) -> None:
    """Write the list of targets for Prometheus (`file_sd_configs`)."""
    groups = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"job": "solebook", "process": name}}
        for name, port in ports.items()
    ]
    file.write_text(json.dumps(groups, indent=1) + "\n")
