"""`solebook admin verify` on the database of an exchange, stopped or running."""

import sqlite3
from contextlib import closing
from pathlib import Path

from solebook.entrypoints.cli.admin.verify import ADVICE
from solebook.ports.language.integrity import Check

from .conftest import Run
from .exchanges import served, traded


def test_a_sound_exchange_has_no_errors(folder: Path, run: Run) -> None:
    traded(folder)
    done = run("admin", "verify")
    assert (done.code, done.out) == (0, "no errors in 1 order, 2 quotes and 1 transfer\n")
    stages = [line.partition(":")[0] for line in done.err.splitlines()]
    assert stages == [
        "rules",
        "orders",
        "quotes",
        "books",
        "search",
        "ledger",
        "movements",
        "provider",
        "messages",
        "references",
        "personal data",
    ]


def test_it_works_beside_a_running_exchange(folder: Path, run: Run) -> None:
    traded(folder)
    with served(folder):
        done = run("admin", "verify")
    assert (done.code, done.out) == (0, "no errors in 1 order, 2 quotes and 1 transfer\n")


def test_each_error_is_a_line_and_the_exit_code_is_1(folder: Path, run: Run) -> None:
    order = traded(folder)
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as database:
        database.execute("UPDATE orders SET note = 'lost'")
        database.commit()
    done = run("admin", "verify")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"history: order {order.id}: note is lost; by its history it should be None",
        f"What to do about history: {ADVICE[Check.HISTORY]}.",
        "1 error in 1 order, 2 quotes and 1 transfer",
    ]


def test_each_check_has_an_advice() -> None:
    assert set(ADVICE) == set(Check)


def test_it_changes_nothing(folder: Path, run: Run) -> None:
    traded(folder)
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as database:
        before = list(database.iterdump())
        run("admin", "verify")
        assert list(database.iterdump()) == before
