"""Servers of messages stop in the middle of trading, and come back a minute later."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.system.clock import SystemClock
from solebook.composition.engine import engine_of
from solebook.composition.outside_messengers import (
    open_http_push_messenger,
    open_smtp_mailer,
    open_twilio_messenger,
)
from solebook.config.messengers import HttpPushSettings, SmtpSettings, TwilioSettings
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import Settings
from solebook.entrypoints.doubles.messages.double import MessageDouble, running_message_double
from solebook.entrypoints.doubles.push.double import PushDouble
from solebook.entrypoints.doubles.twilio.double import TwilioDouble
from solebook.ports.language.notifications import Channel, NotificationKind, NotificationPreferences
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.stopwatch import Stopwatch

from ...exchange import Exchange, build_exchange
from ...mail_server import MailServer, running_mail_server

pytestmark = pytest.mark.integration

EVERYWHERE = tuple((kind, frozenset(Channel)) for kind in NotificationKind)
OUTDATED = (NotificationKind.BID_MATCHED, NotificationKind.ASK_MATCHED)
"""What a letter says that is not sent late."""


@dataclass
class ExchangeStopwatch(Stopwatch):
    """Elapses with the exchange's time, and waits for nothing."""

    exchange: Exchange | None = None

    def elapsed(self) -> float:
        assert self.exchange is not None
        return self.exchange.clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class Servers:
    """A mail server, and doubles of the others, on ports that stay theirs."""

    mail: MailServer
    texts: TwilioDouble = field(default_factory=lambda: TwilioDouble("AC1", "token"))
    pushes: PushDouble = field(default_factory=PushDouble)
    ports: list[int] = field(default_factory=lambda: [0, 0])
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def doubles(self) -> Sequence[MessageDouble]:
        return self.texts, self.pushes

    async def start(self) -> None:
        for number, double in enumerate(self.doubles):
            serving = running_message_double(double, port=self.ports[number])
            url = await self._running.enter_async_context(serving)
            self.ports[number] = int(url.rpartition(":")[2])

    async def stop(self) -> None:
        await self._running.aclose()


@asynccontextmanager
async def messengers_at(servers: Servers, stopwatch: Stopwatch) -> AsyncIterator[dict[str, Any]]:
    texts, pushes = (f"http://127.0.0.1:{port}" for port in servers.ports)
    smtp = SmtpSettings(
        host="127.0.0.1", port=servers.mail.port, encryption="none", per_second=10_000
    )
    settings = Settings(
        notifications=NotificationsSettings(mail="smtp", sms="twilio", push="http"),
        smtp=smtp,
        twilio=TwilioSettings("AC1", "token", "+15550199", texts, per_second=10_000),
        http_push=HttpPushSettings(pushes, per_second=10_000),
    )
    parts = settings, SystemClock(), stopwatch
    async with (
        open_smtp_mailer(*parts) as mailer,
        open_twilio_messenger(*parts) as text_messenger,
        open_http_push_messenger(*parts) as push_messenger,
    ):
        yield {
            "mailer": mailer,
            "text_messenger": text_messenger,
            "push_messenger": push_messenger,
        }


async def told(exchange: Exchange) -> Counter[tuple[str, str]]:
    """Return whom the exchange told what, in the app."""
    told: Counter[tuple[str, str]] = Counter()
    for person in exchange.people:
        page = await exchange.store.notifications.of_user(person.user_id, PageRequest(limit=100))
        for one in page.items:
            if one.notice.KIND not in (*OUTDATED, NotificationKind.WELCOME):
                told[str(person.user_id), one.brief] += 1
    return told


async def test_no_message_is_lost_and_none_comes_twice() -> None:
    async with running_mail_server() as mail:
        servers = Servers(mail)
        await servers.start()
        stopwatch = ExchangeStopwatch()
        async with messengers_at(servers, stopwatch) as messengers:
            exchange = stopwatch.exchange = build_exchange(**messengers)
            await exchange.open()
            phones = {}
            for number, person in enumerate(exchange.people):
                user_id = str(person.user_id)
                phones[f"+1555010{number}"] = phones[f"topic-{number}"] = user_id
                async with exchange.store.transaction():
                    await exchange.store.preferences.put(
                        NotificationPreferences(
                            person.user_id,
                            f"+1555010{number}",
                            (f"topic-{number}",),
                            EVERYWHERE,
                            phone_proven_at=exchange.clock.now(),
                        )
                    )
            await exchange.trade(OrderStatus.CONFIRMED)
            await mail.stop()
            await servers.stop()
            order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
            assert order.status is OrderStatus.SHIPPING_TO_BUYER
            await exchange.later(timedelta(minutes=1))
            taken = len(mail.received), len(servers.texts.taken)
            await mail.start()
            await servers.start()
            await exchange.quiet()
            everything = await told(exchange)
            assert (len(mail.received), len(servers.texts.taken)) > taken
            for double, to, text in (
                (servers.texts, "to", "body"),
                (servers.pushes, "device", "message"),
            ):
                arrived = Counter((phones[each[to]], each[text]) for each in double.taken)
                assert everything - arrived == Counter()
                assert max(arrived.values()) == max(everything.values())
            assert max(Counter(map(UUID, mail.ids())).values()) == 1
            by_mail = len([each for each in mail.received if each.rcpt_tos])
            assert by_mail >= everything.total()
            await engine_of(exchange.app).stop()
        await servers.stop()
