"""`solebook admin` on the database of a stopped exchange."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from solebook.composition.application import Application
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, OrderId, UserId
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.users import OPERATOR, Role

from .conftest import Run
from .exchanges import PASSWORD, audit_log, within
from .test_main import one_line

EMAIL = "operator@example.com"
LONG_AGO = datetime(2026, 3, 2, 12, tzinfo=UTC)


def register(folder: Path) -> None:
    async def work(app: Application) -> None:
        await app.users.register_user(
            email=EMAIL, password=PASSWORD, first_name="Test", last_name="Operator"
        )

    within(folder, work)


def sign_in(folder: Path) -> str:
    async def work(app: Application) -> str:
        return (await app.users.sign_in(email=EMAIL, password=PASSWORD)).access_token

    return within(folder, work)


def roles_of(folder: Path, token: str) -> frozenset[Role]:
    async def work(app: Application) -> frozenset[Role]:
        return (await app.users.authenticate_request(token))[0].roles

    return within(folder, work)


# ---- grant ---------------------------------------------------------------------------------------


def test_a_role_is_added_to_the_others(folder: Path, run: Run) -> None:
    register(folder)
    done = run("admin", "grant", EMAIL, "authenticator")
    assert (done.code, done.out, done.err) == (0, f"{EMAIL} is authenticator, buyer\n", "")
    done = run("admin", "grant", f" {EMAIL.title()} ")
    assert (done.code, done.out) == (0, f"{EMAIL} is admin, authenticator, buyer\n")
    roles = roles_of(folder, sign_in(folder))
    assert roles == {Role.ADMIN, Role.AUTHENTICATOR, Role.BUYER}


def test_a_grant_is_audited_with_its_optional_reason(folder: Path, run: Run) -> None:
    register(folder)
    assert run("admin", "grant", EMAIL).code == 0
    assert run("admin", "grant", EMAIL, "--reason", "runs the night shift").code == 0
    acts = audit_log(folder)
    assert {(act.actor_id, act.action) for act in acts} == {
        (OPERATOR.user_id, AuditAction.ROLES_SET)
    }
    assert [act.reason for act in acts] == [None, "runs the night shift"]


def test_a_new_role_ends_the_users_sessions(folder: Path, run: Run) -> None:
    register(folder)
    token = sign_in(folder)
    assert roles_of(folder, token) == {Role.BUYER}
    run("admin", "grant", EMAIL)
    with pytest.raises(InvalidToken, match="revoked"):
        roles_of(folder, token)


def test_the_first_admin_can_be_registered(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_PASSWORD", PASSWORD)
    done = run("admin", "grant", EMAIL, "--register")
    assert (done.code, done.out, done.err) == (0, f"{EMAIL} is admin, buyer\n", "")
    assert Role.ADMIN in roles_of(folder, sign_in(folder))
    again = run("admin", "grant", EMAIL, "--register")
    assert (again.code, again.out) == (1, "")
    assert one_line(again.err) == f"solebook: a user with the email {EMAIL} exists already"


def test_a_password_is_asked_for(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(prompt: str) -> str:
        with pytest.raises(
            RuntimeError
        ):  # otherwise the event loop would handle Ctrl-C at the prompt
            asyncio.get_running_loop()
        return PASSWORD

    monkeypatch.setattr("getpass.getpass", typed)
    assert run("admin", "grant", EMAIL, "--register").code == 0
    assert Role.ADMIN in roles_of(folder, sign_in(folder))


def test_no_password_at_the_prompt_is_a_one_line_error(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", typed)
    refused = run("admin", "grant", EMAIL, "--register")
    assert (refused.code, one_line(refused.err)) == (1, "solebook: no password was given")


def test_a_weak_password_is_refused(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_PASSWORD", "short")
    refused = run("admin", "grant", EMAIL, "--register")
    assert refused.code == 1
    assert one_line(refused.err).startswith("solebook: password is shorter than")


def test_a_grant_to_an_unknown_user_is_refused(folder: Path, run: Run) -> None:
    refused = run("admin", "grant", EMAIL)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        f"solebook: there is no user {EMAIL}; add --register to create it"
    )


def test_an_unknown_role_is_refused_with_the_valid_ones(folder: Path, run: Run) -> None:
    refused = run("admin", "grant", EMAIL, "boss")
    assert refused.code == 2
    line = refused.err.splitlines()[-1]
    assert "invalid choice: 'boss' (choose from" in line
    assert all(str(role) in line and repr(role) not in line for role in Role)


# ---- dead letters --------------------------------------------------------------------------------


def bury(folder: Path, count: int) -> list[UUID]:
    """Create a number of dead letters."""

    async def work(app: Application) -> list[UUID]:
        store, ids = app.adapters.store, [uuid4() for _ in range(count)]
        async with store.transaction():
            for letter_id in ids:
                event = UserRegistered(UserId(uuid4()))
                message = Message(MessageId(uuid4()), event.key, event, LONG_AGO)
                failed = Delivery(
                    id=MessageId(letter_id),
                    consumer="mail.welcome",
                    message=message,
                    attempts=8,
                    due_at=LONG_AGO,
                    error="KeyError: 'x'",
                    queue=Queue.LETTERS,
                    dead=True,
                )
                await store.deliveries.put(failed)
        return ids

    return within(folder, work)


def due(folder: Path) -> set[UUID]:
    """Return the deliveries that are due for a retry within a minute."""

    async def work(app: Application) -> set[UUID]:
        soon = app.adapters.clock.now() + timedelta(minutes=1)
        due = await app.adapters.store.deliveries.first_in(Queue.LETTERS, soon, 1_000)
        return {delivery.id for delivery in due}

    return within(folder, work)


def test_dead_letters_are_listed(folder: Path, run: Run) -> None:
    [letter] = bury(folder, 1)
    shown = run("admin", "dead-letters")
    assert (shown.code, shown.err) == (0, "")
    line, count = shown.out.splitlines()
    assert line == f"{letter}  user.registered  mail.welcome  KeyError: 'x'"
    assert count == "1 dead letter"


def test_dead_letters_are_listed_page_by_page(folder: Path, run: Run) -> None:
    letters = bury(folder, 3)
    *lines, count, more = run("admin", "dead-letters", "--limit", "2").out.splitlines()
    assert count == "2 dead letters"
    start = "there are more: solebook "
    assert more.startswith(start)
    *rest, count = run(*more.removeprefix(start).split()).out.splitlines()
    assert count == "1 dead letter"
    assert {line.split()[0] for line in lines + rest} == {str(letter) for letter in letters}


@pytest.mark.parametrize("limit", ["0", "101"])
def test_the_page_size_of_dead_letters_is_limited(folder: Path, run: Run, limit: str) -> None:
    refused = run("admin", "dead-letters", "--limit", limit)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: limit")


def test_a_dead_letter_is_retried(folder: Path, run: Run) -> None:
    letter, other = bury(folder, 2)
    done = run("admin", "replay", str(letter))
    assert (done.code, done.out, done.err) == (0, "1 dead letter will be retried\n", "")
    assert due(folder) == {letter}
    assert str(other) in run("admin", "dead-letters").out


def test_all_dead_letters_are_retried(folder: Path, run: Run) -> None:
    letters = bury(folder, 101)
    done = run("admin", "replay", "--all")
    assert (done.code, done.out, done.err) == (0, "101 dead letters will be retried\n", "")
    assert due(folder) == set(letters)


def test_without_dead_letters_none_is_retried(folder: Path, run: Run) -> None:
    shown = run("admin", "dead-letters")
    assert (shown.code, shown.out, shown.err) == (0, "no dead letters\n", "")
    done = run("admin", "replay", "--all")
    assert (done.code, done.out, done.err) == (0, "no dead letters\n", "")


def test_an_unknown_dead_letter_is_a_one_line_error(folder: Path, run: Run) -> None:
    nothing = uuid4()
    refused = run("admin", "replay", str(nothing))
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: there is no ")
    assert str(nothing) in refused.err


@pytest.mark.parametrize("which", [[], ["01a20865-5255-76b6-b569-2780c4781b78", "--all"]])
def test_an_id_and_all_exclude_each_other(folder: Path, run: Run, which: list[str]) -> None:
    refused = run("admin", "replay", *which)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == "solebook: give the id of one dead letter, or --all"


def test_an_invalid_id_is_refused(folder: Path, run: Run) -> None:
    refused = run("admin", "replay", "the-first")
    assert refused.code == 2
    assert "argument ID: 'the-first' is not an id" in refused.err


# ---- solvency ------------------------------------------------------------------------------------


def test_an_empty_ledger_is_balanced(folder: Path, run: Run) -> None:
    shown = run("admin", "solvency")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines()[-3:] == [
        "held                    0.00",
        "provider                0.00",
        "balanced exactly",
    ]


def test_money_missing_in_the_ledger_is_reported(folder: Path, run: Run) -> None:
    async def work(app: Application) -> None:
        await app.adapters.payment_provider.charge(
            key="stray",
            order_id=OrderId(app.adapters.ids.new()),
            payment_method="pm_card",
            amount=123_456,
        )

    within(folder, work)
    shown = run("admin", "solvency")
    assert (shown.code, shown.err) == (1, "")
    assert shown.out.splitlines()[-2:] == ["provider            1,234.56", "NOT BALANCED"]


# ---- without an exchange to manage ---------------------------------------------------------------


@pytest.mark.parametrize("action", [["grant", EMAIL], ["dead-letters"], ["solvency"]])
def test_a_store_in_memory_is_refused(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, action: list[str]
) -> None:
    monkeypatch.setenv("SOLEBOOK_STORE__ADAPTER", "memory")
    refused = run("admin", *action)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        "solebook: a store in memory can only be reached by the process that serves it"
    )


@pytest.mark.parametrize(
    "action",
    [
        ["dead-letters"],
        ["solvency"],
        ["reindex"],
        ["replay", "--all"],
        ["grant", EMAIL, "admin"],
    ],
)
def test_a_folder_without_an_exchange_is_refused_and_stays_empty(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, action: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("admin", *action)
    assert refused.code != 0
    assert f"there is no exchange in {tmp_path / 'solebook-data'}" in one_line(refused.err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "action", [["dead-letters"], ["solvency"], ["reindex"], ["grant", EMAIL, "--register"]]
)
def test_a_database_with_another_schema_is_refused_and_not_migrated(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, action: list[str]
) -> None:
    monkeypatch.setenv("SOLEBOOK_PASSWORD", PASSWORD)
    file = folder / "solebook.sqlite3"
    database = sqlite3.connect(file)
    database.execute("UPDATE alembic_version SET version_num = '0016'")
    database.commit()
    before = list(database.iterdump())
    refused = run("admin", *action)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        "solebook: the database is older than this version of solebook: run `solebook migrate`"
    )
    assert list(database.iterdump()) == before
    database.close()


def test_the_first_admin_may_be_registered_before_the_exchange_is_served(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOLEBOOK_SECURITY__BCRYPT_COST", "4")
    monkeypatch.setenv("SOLEBOOK_PASSWORD", PASSWORD)
    assert run("admin", "grant", EMAIL, "admin", "--register").code == 0
    assert (tmp_path / "solebook-data" / "solebook.sqlite3").exists()


def leave_a_damaged_log(file: Path) -> None:
    """Leave the file as a process does that is killed, and damage one of its last commits."""
    log = file.with_name(f"{file.name}-wal")
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for number in range(5):
            database.execute(f"CREATE TABLE made_{number} (a)")
        left = file.read_bytes(), log.read_bytes()
    file.write_bytes(left[0])
    log.write_bytes(left[1][:5_000] + b"?" + left[1][5_001:])


@pytest.mark.parametrize("command", [["admin", "solvency"], ["migrate"], ["serve", "--port", "0"]])
def test_a_damaged_log_of_the_store_stops_every_command_and_stays(
    folder: Path, run: Run, command: list[str]
) -> None:
    file = folder / "solebook.sqlite3"
    leave_a_damaged_log(file)
    for _ in range(2):
        refused = run(*command)
        assert (refused.code, refused.out) == (1, "")
        told = one_line(refused.err)
        assert told.startswith("solebook: solebook-data/solebook.sqlite3-wal is damaged: ")
        assert "transactions in it cannot be read; restore a backup" in told
