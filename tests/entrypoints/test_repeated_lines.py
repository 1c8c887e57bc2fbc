"""Log lines that repeat."""

import logging

import pytest

from solebook.entrypoints import repeated_lines
from solebook.entrypoints.repeated_lines import RepeatedLines


def test_ten_lines_of_a_place_pass_and_the_next_tells_how_many_were_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(repeated_lines, "monotonic", lambda: now[0])
    repeated = RepeatedLines()
    passed = []

    def log(line: int, number: int) -> None:
        record = logging.LogRecord("x", 30, "a.py", line, "no %d", (number,), None)
        if repeated.filter(record):
            passed.append(record.getMessage())

    for number in range(500):
        log(1, number)
    log(2, 7)
    assert passed == [*(f"no {number}" for number in range(10)), "no 7"]
    now[0] = 10.0
    log(1, 500)
    log(1, 501)
    assert passed[-2:] == ["no 500 (and 490 more such lines before)", "no 501"]
