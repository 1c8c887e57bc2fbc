"""What the processes of a stack tell Prometheus, added up for the screen."""

import io
import json
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from solebook.entrypoints.stack.measured import Measured, measured, write_targets
from solebook.entrypoints.stack.screen import JsonLines, screen
from solebook.entrypoints.stack.state import ProcessState, StackState

ENGINE = """\
# HELP bids_total New bids that are durable.
# TYPE bids_total counter
bids_total 7.0
matches_total 2.0
solebook_outbox_messages 3.0
solebook_outbox_oldest_seconds 1.5
solebook_queue_messages{queue="trade"} 4.0
solebook_queue_oldest_seconds{queue="trade"} 12.0
solebook_dead_letters 1.0
"""
WORKER = ENGINE.replace("bids_total 7.0", "bids_total 1.0").replace('trade"} 4.0', 'trade"} 5.0')


RUNS = ProcessState("engine-1", "runs", 4711, 8001, 12.0, 99_000_000, 3, "matching: owner", True)


def test_what_is_in_the_store_counts_once_and_the_rest_for_each_process() -> None:
    found = measured([ENGINE, WORKER, ""])
    assert found.waiting == {"outbox": (3, 1.5), "trade": (5, 12.0)}
    assert found.dead_letters == 1
    assert found.counted == {"bids": 8.0, "asks": 0.0, "matches": 4.0}


def test_the_screen_has_processes_queues_rates_and_dead_letters() -> None:
    state = StackState((RUNS,), measured([ENGINE]), {"bids": 0.5})
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(screen([("the API", "http://127.0.0.1:8000/schema")], state))
    text = console.export_text()
    for part in ("engine-1", "4711", "matching: owner", "trade 4 (oldest 12 s)", "bids 0.5"):
        assert part in text
    assert "dead letters 1" in text


def test_a_program_is_told_in_json_of_each_process_and_of_what_changes() -> None:
    told = io.StringIO()
    lines = JsonLines(told)
    for process in (RUNS, replace(RUNS, cpu=50.0), replace(RUNS, says="store: fails")):
        lines.tell(StackState((process,), measured([ENGINE]), {}))

    first, second = map(json.loads, told.getvalue().splitlines())
    assert (first["name"], first["pid"], first["is_well"]) == ("engine-1", 4711, True)
    assert second == first | {"says": "store: fails"}


def test_nothing_is_known_before_processes_answer() -> None:
    assert measured([""]) == Measured(counted={"bids": 0.0, "asks": 0.0, "matches": 0.0})


def test_the_list_of_targets_is_one_of_prometheus(tmp_path: Path) -> None:
    file = tmp_path / "targets.json"
    write_targets(file, {"http-1": 9464})
    assert json.loads(file.read_text()) == [
        {"targets": ["127.0.0.1:9464"], "labels": {"job": "solebook", "process": "http-1"}}
    ]
