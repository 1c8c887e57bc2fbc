"""Mail through a mail server that is a real one, but for its mailboxes."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.mail.smtp_mailer import SmtpMailer
from solebook.adapters.mail.smtp_pool import SmtpPool, SmtpServer
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.notifications import Unreachable

from ...certificates import Authority
from ...mail_server import PASSWORD, USER, MailServer, running_mail_server

MAIL = Mail(UUID(int=1), "buyer-1@example.com", "B", "Subject", "Text\n", "<p>Text</p>\n")
SENDER = "Test <no-reply@example.com>"


@asynccontextmanager
async def mailing(
    server: MailServer, clock: VirtualClock, *, connections: int = 2, **options: Any
) -> AsyncIterator[SmtpMailer]:
    stopwatch = SystemStopwatch()
    address = SmtpServer("127.0.0.1", server.port, **{"encryption": "none"} | options)
    pool = SmtpPool(address, stopwatch, connections=connections, timeout=2)
    yield SmtpMailer(pool, clock, stopwatch, sender=SENDER)
    await pool.close()


def mails(count: int) -> list[Mail]:
    return [replace(MAIL, id=UUID(int=n + 1)) for n in range(count)]


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    authority = Authority(tmp_path, "ca")
    certificate, key = authority.certify("server", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(authority.certificate)


@pytest.mark.parametrize(("encryption", "from_the_start"), [("starttls", False), ("tls", True)])
async def test_mail_is_encrypted_and_the_server_knows_who_sends_it(
    clock: VirtualClock,
    tls: tuple[ssl.SSLContext, str],
    encryption: str,
    from_the_start: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    context, ca = tls
    secured: dict[str, Any] = {"encryption": encryption, "user": USER, "ca": ca}
    async with running_mail_server(tls=context, from_the_start=from_the_start) as server:
        async with mailing(server, clock, password=PASSWORD, **secured) as mailer:
            assert await mailer.send(MAIL) == ()
        assert server.ids() == [str(MAIL.id)]
        assert server.received[0].mail_from == "no-reply@example.com"
        wrong = "a wrong password"
        async with mailing(server, clock, password=wrong, **secured) as mailer:
            with pytest.raises(Unavailable), caplog.at_level(logging.INFO):
                await mailer.send(MAIL)
        assert "SMTPAuthenticationError 535" in caplog.text
        assert wrong not in caplog.text
        # A server of nobody who is known gets neither mail nor password.
        async with mailing(server, clock, password=PASSWORD, **secured | {"ca": None}) as mailer:
            with pytest.raises(Unavailable):
                await mailer.send(MAIL)
        assert len(server.received) == 1


async def test_a_server_that_cannot_encrypt_gets_no_mail(clock: VirtualClock) -> None:
    async with (
        running_mail_server() as server,
        mailing(server, clock, encryption="starttls") as mailer,
    ):
        with pytest.raises(Unavailable):
            await mailer.send(MAIL)
        assert server.received == []


async def test_connections_are_kept_and_are_not_more_than_allowed(clock: VirtualClock) -> None:
    async with running_mail_server() as server, mailing(server, clock, connections=3) as mailer:
        await asyncio.gather(*map(mailer.send, mails(30)))
        assert sorted(server.ids()) == sorted(str(mail.id) for mail in mails(30))
        assert server.sessions == 3


@pytest.mark.parametrize(
    ("reply", "is_lost"),
    [
        ("550 no such user", True),
        ("550 5.1.1 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.2.1 the mailbox is disabled", True),
        ("550 relay not permitted", False),
        ("550 Sender verify failed", False),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", False),
        ("550 blocked as spam, see https://example.com/policy", False),
        ("550 5.1.8 the sender's domain does not exist", False),
        ("550 5.7.1 we take nothing from you", False),
        ("552 5.2.2 the mailbox is full", False),
        ("554 no", False),
        ("451 later", False),
    ],
)
async def test_an_address_is_undeliverable_only_if_there_is_no_such_mailbox(
    clock: VirtualClock, reply: str, is_lost: bool
) -> None:
    async with running_mail_server() as server, mailing(server, clock) as mailer:
        server.recipients[MAIL.to] = reply
        if is_lost:
            assert await mailer.send(MAIL) == [Undeliverable(MAIL.to, Unreachable.REFUSED)]
        else:
            with pytest.raises(Unavailable):
                await mailer.send(MAIL)
        # It does no harm to the next mail.
        assert await mailer.send(replace(MAIL, to="another@example.com")) == ()
        assert server.sessions == (1 if is_lost else 2)


@pytest.mark.parametrize(
    ("reply", "is_lost"),
    [("550 5.1.1 no such user", True), ("550 no such user", False), ("550 rejected", False)],
)
async def test_a_refused_content_says_nothing_of_the_mailbox_unless_it_is_named(
    clock: VirtualClock, reply: str, is_lost: bool
) -> None:
    async with running_mail_server(content=reply) as server, mailing(server, clock) as mailer:
        if is_lost:
            assert await mailer.send(MAIL) == [Undeliverable(MAIL.to, Unreachable.REFUSED)]
        else:
            with pytest.raises(Unavailable):
                await mailer.send(MAIL)


async def test_a_server_that_was_restarted_is_called_again_and_loses_no_mail(
    clock: VirtualClock,
) -> None:
    async with running_mail_server() as server, mailing(server, clock) as mailer:
        first, second, third = mails(3)
        await mailer.send(first)
        await server.stop()
        with pytest.raises(Unavailable):
            await mailer.send(second)
        await server.start()
        await mailer.send(second)
        # An idle connection that the server closed is noticed before a mail depends on it.
        await server.stop()
        await server.start()
        await mailer.send(third)
        assert server.ids() == [str(mail.id) for mail in (first, second, third)]


async def test_a_mail_whose_answer_is_lost_is_sent_again_with_its_id(clock: VirtualClock) -> None:
    async with running_mail_server() as server, mailing(server, clock) as mailer:
        server.loses_answer = True
        with pytest.raises(Unavailable):
            await mailer.send(MAIL)
        await mailer.send(MAIL)
        assert server.ids() == [str(MAIL.id)] * 2


async def test_an_address_beyond_ascii_is_mailed(clock: VirtualClock) -> None:
    async with running_mail_server() as server, mailing(server, clock) as mailer:
        assert await mailer.send(replace(MAIL, to="käufer@example.com")) == ()
        assert server.received[0].rcpt_tos == ["käufer@example.com"]
