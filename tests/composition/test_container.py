"""Every configuration builds, follows its settings, and closes all resources."""

import asyncio
import gc
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest

from solebook.adapters.decorators.guarded_messengers import GuardedMailer, GuardedTextMessenger
from solebook.adapters.push.both_messengers import BothMessengers
from solebook.adapters.sql.engine.drivers import READERS
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.adapters.system.clock import AdjustableClock
from solebook.composition.adapters import Adapters, Store
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.from_settings import outgoing_folder
from solebook.composition.providers import Container
from solebook.config.messengers import (
    HttpPushSettings,
    SendGridSettings,
    TwilioSettings,
    WebPushSettings,
)
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import EngineSettings, KeySettings, SecuritySettings, Settings
from solebook.core.users.session_tokens import SignedIn
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.clock import Clock
from solebook.ports.language.errors import InvalidToken, NotFound, Unavailable
from solebook.ports.language.ids import ProductId, SessionId, UserId
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.language.notifications import Warehouse
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.search import SearchQuery
from solebook.ports.language.users import OPERATOR, Role

CREDENTIALS: dict[str, Any] = {"email": "buyer-1@example.com", "password": "correct horse battery"}
START = datetime(2017, 10, 17, 9, tzinfo=UTC)


async def sign_in(application: Application) -> SignedIn:
    await application.users.register_user(**CREDENTIALS, first_name="Test", last_name="Buyer")
    return await application.users.sign_in(**CREDENTIALS)


def parts(whole: object, seen: dict[int, object]) -> Iterator[object]:
    """Everything of solebook's own that an object is made of."""
    if id(whole) in seen:
        return
    seen[id(whole)] = whole
    yield whole
    names = {name for kind in type(whole).__mro__ for name in getattr(kind, "__slots__", ())}
    for name in names | set(getattr(whole, "__dict__", ())):
        part = getattr(whole, name, None)
        if type(part).__module__.startswith("solebook."):
            yield from parts(part, seen)


# ---- what is built -------------------------------------------------------------------------------


def test_every_provider_has_what_it_depends_on(settings: Settings) -> None:
    Container(settings=settings).check_dependencies()


async def test_every_adapter_is_one_of_its_port(settings: Settings) -> None:
    async with open_application(settings) as application:
        for whole, kind in ((application.adapters, Adapters), (application.adapters.store, Store)):
            for name, port in get_type_hints(kind).items():
                assert (get_origin(port) or port) in type(getattr(whole, name)).__mro__, name


async def test_the_exchange_runs(settings: Settings) -> None:
    async with open_application(settings) as application, Workers(application).running():
        session = await sign_in(application)
        actor, _ = await application.users.authenticate_request(session.access_token)
        assert actor.user_id == session.user.id
        assert (await application.payments.check_solvency()).balanced


async def test_settings_reach_their_objects(settings: Settings) -> None:
    market = MarketRules(tick=500)
    security = SecuritySettings(
        bcrypt_cost=4,
        access_token_life=timedelta(minutes=5),
        refresh_token_life=timedelta(days=2),
        signing_keys=(KeySettings(id="first", secret="s" * 32),),
    )
    warehouse = Warehouse("Test Warehouse", "1 Main Street", "Portland", "OR", "97201", "US")
    settings = msgspec.structs.replace(
        settings,
        market=market,
        security=security,
        engine=EngineSettings(queue=7, batch=3),
        warehouse=warehouse,
    )
    async with open_application(settings) as application:
        assert application.rules is market
        assert application.warehouse is warehouse
        lifetimes = application.users.sign_in.lifetimes
        assert (lifetimes.access, lifetimes.refresh) == (timedelta(minutes=5), timedelta(days=2))
        assert (await sign_in(application)).expires_in == 300
    assert "signing-key" not in files(settings)


async def test_an_injected_clock_is_used_everywhere(settings: Settings) -> None:
    clock = AdjustableClock(START)
    async with open_application(settings, clock=clock) as application:
        assert application.adapters.real_clock is clock.real
        seen: dict[int, object] = {id(clock): clock, id(clock.real): clock.real}
        everything = list(parts(application, seen))
        clocks = [part for part in everything if Clock in type(part).__mro__]
        assert clocks == []
        assert len(everything) > 60
        clock.advance(timedelta(days=30))
        session = await sign_in(application)
        assert START + timedelta(days=30) <= session.user.created_at < START + timedelta(days=31)


# ---- what is kept --------------------------------------------------------------------------------


async def test_what_the_public_reads_waits_for_connections_of_its_own(tmp_path: Path) -> None:
    settings = Settings(folder=str(tmp_path), security=SecuritySettings(bcrypt_cost=4))
    async with (
        open_application(settings, roles={ProcessRole.HTTP}) as app,
        AsyncExitStack() as stack,
    ):
        shown: Any = app.adapters.shown_search
        assert isinstance(shown, SqliteSearchIndex)
        for _ in range(READERS):
            await stack.enter_async_context(shown._database._driver.reading())
        search = asyncio.create_task(shown.search(SearchQuery("dunk")))
        tape = asyncio.create_task(app.adapters.shown_tape.count(ProductId(UUID(int=1))))
        with pytest.raises(NotFound):
            await app.adapters.store.users.get(UserId(UUID(int=1)))
        assert not search.done()
        assert not tape.done()
        await stack.aclose()
        assert (await search).total == 0
        assert await tape == 0


async def test_memory_forgets_everything(in_memory: Settings) -> None:
    async with open_application(in_memory) as application:
        await sign_in(application)
    async with open_application(in_memory) as application:
        assert await application.adapters.store.users.find_by_email(CREDENTIALS["email"]) is None


async def test_sqlite_keeps_everything(on_sqlite: Settings) -> None:
    async with open_application(on_sqlite) as application:
        session = await sign_in(application)
    async with open_application(on_sqlite) as application:
        actor, _ = await application.users.authenticate_request(session.access_token)
        assert await application.adapters.store.users.get(actor.user_id) == session.user


async def test_a_revoked_session_stays_revoked_over_a_restart(on_sqlite: Settings) -> None:
    async with open_application(on_sqlite) as application:
        session = await sign_in(application)
        _, session_id = await application.users.authenticate_request(session.access_token)
        await application.users.sign_out(session_id)
    async with open_application(on_sqlite) as application:
        with pytest.raises(InvalidToken, match="revoked"):
            await application.users.authenticate_request(session.access_token)


async def test_another_process_can_end_a_session(on_sqlite: Settings) -> None:
    async with open_application(on_sqlite) as serving, open_application(on_sqlite) as admin:
        session = await sign_in(serving)
        await admin.users.set_roles(
            OPERATOR, session.user.id, roles=frozenset({Role.ADMIN}), reason="as agreed"
        )
        with pytest.raises(InvalidToken, match="revoked"):
            await serving.users.authenticate_request(session.access_token)


MAIL = Mail(UUID(int=1), CREDENTIALS["email"], "Test", "Welcome", "Hello", "<p>Hello</p>")
TEXT = TextMessage(UUID(int=2), "+15550100", "Hello")
PUSH = PushMessage(UUID(int=3), ("device-1",), "Welcome", "Hello")


def outgoing(settings: Settings) -> set[str]:
    """The files that somebody else is to send on."""
    folder = outgoing_folder(settings)
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


async def send_one_of_each(settings: Settings) -> None:
    async with open_application(settings) as application:
        await application.adapters.mailer.send(MAIL)
        await application.adapters.text_messenger.send(TEXT)
        await application.adapters.push_messenger.send(PUSH)


async def test_messages_are_forgotten_with_a_store_in_memory(in_memory: Settings) -> None:
    await send_one_of_each(in_memory)
    assert outgoing(in_memory) == set()


async def test_messages_are_files_beside_the_store(on_sqlite: Settings) -> None:
    await send_one_of_each(on_sqlite)
    expected = {f"mail/{MAIL.id}.eml", f"sms/{TEXT.id}.txt", f"push/{PUSH.id}.json"}
    assert outgoing(on_sqlite) == expected


async def test_messengers_on_the_network_are_built_and_closed(in_memory: Settings) -> None:
    key = "uV1rRxjMOg2G4wJaKDGxX3nKLOd88XVyEI4dZoZBN4Y"
    for mail in ("smtp", "sendgrid"):
        settings = msgspec.structs.replace(
            in_memory,
            notifications=NotificationsSettings(mail=mail, sms="twilio", push="both"),
            sendgrid=SendGridSettings(api_key="a key"),
            twilio=TwilioSettings("AC1", "a token", "+15550199"),
            web_push=WebPushSettings(private_key=key),
            http_push=HttpPushSettings("https://ntfy.example.com"),
        )
        async with open_application(settings) as application:
            adapters = application.adapters
            assert isinstance(adapters.mailer, GuardedMailer)
            assert isinstance(adapters.text_messenger, GuardedTextMessenger)
            assert isinstance(adapters.push_messenger, BothMessengers)
            server_key = application.notifications.list_push_subscriptions.server_key
            assert server_key is not None
            assert (len(server_key), server_key[0]) == (87, "B")
    async with open_application(in_memory) as application:
        assert application.notifications.list_push_subscriptions.server_key is None


async def test_a_new_user_gets_a_mail_shortly_afterwards(on_sqlite: Settings) -> None:
    async with open_application(on_sqlite) as application:
        await sign_in(application)
        await Workers(application).settle()
    [mail] = outgoing(on_sqlite)
    content = (outgoing_folder(on_sqlite) / mail).read_text(encoding="utf-8")
    assert f"To: Test <{CREDENTIALS['email']}>\nSubject: Welcome to solebook\n" in content


async def test_mail_is_from_the_sender_of_the_settings(in_memory: Settings) -> None:
    sender = "Test <no-reply@exchange.example.com>"
    notifications = NotificationsSettings(mail="eml", sender=sender)
    settings = msgspec.structs.replace(in_memory, notifications=notifications)
    await send_one_of_each(settings)
    [mail] = outgoing(settings)
    assert f"From: {sender}" in (outgoing_folder(settings) / mail).read_text(encoding="utf-8")


# ---- what is closed ------------------------------------------------------------------------------


def files(settings: Settings) -> set[str]:
    return {file.name for file in Path(settings.folder).iterdir()}


def in_use(settings: Settings) -> set[str]:
    """The databases in the folder that something is connected to."""
    databases = {name for name in files(settings) if name.endswith(".sqlite3")}
    return {name for name in databases if is_open(settings, name)}


def is_open(settings: Settings, name: str) -> bool:
    connection = sqlite3.connect(Path(settings.folder, name), timeout=0, isolation_level=None)
    try:
        # Leaving WAL needs the file for oneself, and so fails beside any other connection.
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",))
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()


def threads_left(before: set[threading.Thread]) -> set[threading.Thread]:
    """Return what was started since and still runs: a connection's thread ends after its close."""
    started = set(threading.enumerate()) - before
    for thread in started:
        thread.join(timeout=5.0)
    return {thread for thread in started if thread.is_alive()}


def spoil(settings: Settings, name: str) -> None:
    Path(settings.folder, name).write_text("not a database" * 100)


async def test_nothing_stays_open(settings: Settings) -> None:
    before = set(threading.enumerate())
    async with open_application(settings) as application:
        await sign_in(application)
        await application.payments.check_solvency()
        store = application.adapters.store
        assert set(threading.enumerate()) - before
        if settings.store.kind == "sqlite":
            assert in_use(settings) == {"payment-provider.sqlite3", "solebook.sqlite3"}
    assert not threads_left(before)
    assert not in_use(settings)
    if settings.store.kind != "memory":
        with pytest.raises(Unavailable):
            await store.users.find_by_email(CREDENTIALS["email"])
    del application, store
    gc.collect()  # which would tell of what was let go of while open


async def test_nothing_stays_open_when_something_cannot_be_opened(on_sqlite: Settings) -> None:
    before = set(threading.enumerate())
    key = KeySettings(id="short", secret="hunter2")
    settings = msgspec.structs.replace(on_sqlite, security=SecuritySettings(signing_keys=(key,)))
    with pytest.raises(ValueError, match="'short' has fewer than 32 bytes") as refused:
        async with open_application(settings):
            pytest.fail("opened")
    assert "hunter2" not in str(refused.value)
    assert not threads_left(before)
    assert not in_use(settings)


async def test_nothing_stays_open_after_an_error_inside(settings: Settings) -> None:
    before = set(threading.enumerate())
    with pytest.raises(NotFound):
        async with open_application(settings) as application:
            await application.users.sign_out(SessionId(OPERATOR.user_id))
    assert not threads_left(before)


async def test_an_invalid_provider_file_is_reported(on_sqlite: Settings) -> None:
    spoil(on_sqlite, "payment-provider.sqlite3")
    with pytest.raises(OSError, match=r"payment-provider.sqlite3 cannot be used: file is not"):
        async with open_application(on_sqlite):
            pytest.fail("opened")


# ---- what is needed ------------------------------------------------------------------------------

OPENED = """
import asyncio, sys
for package in {missing}:
    sys.modules[package] = None
from solebook.composition.container import open_application
from solebook.config.load import load_settings
async def main():
    async with open_application(load_settings(None, {settings})):
        print("open")
asyncio.run(main())
"""
IN_MEMORY = {"SOLEBOOK_STORE__ADAPTER": "memory"}
IN_PLAIN_WORDS = {"SOLEBOOK_NOTIFICATIONS__TEMPLATES": "memory"}


@pytest.mark.parametrize(
    ("missing", "chosen"),
    [
        pytest.param(["aiosqlite", "alembic", "sqlalchemy"], IN_MEMORY, id="sql"),
        pytest.param(["jinja2"], IN_MEMORY | IN_PLAIN_WORDS, id="mail"),
        pytest.param(["nats", "redis", "stripe"], IN_MEMORY, id="servers"),
    ],
)
def test_an_exchange_in_memory_needs_no_package_of(
    tmp_path: Path, missing: list[str], chosen: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENED.format(missing=missing, settings=chosen)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"open\n", b"")
