"""The demo finds the mail of the newest notification of a user."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from solebook.adapters.mail.eml_mailer import EmlMailer
from solebook.adapters.mail.jinja_templates import JinjaTemplates
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.entrypoints.cli.sample_notices import RECIPIENT, sample_notices
from solebook.entrypoints.demo.api import ApiRefusal
from solebook.entrypoints.demo.letter import FoundLetter, find_letter
from solebook.entrypoints.demo.people import Person
from solebook.ports.language.ids import NotificationId, OrderId
from solebook.ports.language.mail import Mail, message_id
from solebook.ports.language.notifications import Channel, NotificationKind, Warehouse
from solebook.ports.language.trade_notices import OrderShippedNotice, SaleConfirmedNotice

WAREHOUSE = Warehouse("Test Warehouse", "1 Main Street", "Portland", "OR", "97201", "US")
SUBJECT = "Please ship: Nike Dunk Low White/Black, size 10.5"
SAMPLES = sample_notices(WAREHOUSE)


class Inbox:
    """The part of the API that finds the letter."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self._items = items

    async def pages(self, path: str) -> AsyncIterator[dict[str, Any]]:
        assert path == "/notifications"
        for item in self._items:
            yield item


def seller(name: str, *items: dict[str, Any]) -> Person:
    return Person(f"{name}@example.com", Inbox(*items))  # type: ignore[arg-type]  # all it needs


class Exchange:
    """Writes mails and returns their notifications."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self._mailer = EmlMailer(OutgoingFolder(folder), clock, sender="test@example.com")
        self._clock = clock
        self._written = 0

    async def tell(self, kind: NotificationKind, order: int) -> dict[str, Any]:
        sample = SAMPLES[kind]
        assert isinstance(sample, SaleConfirmedNotice | OrderShippedNotice)
        order_id = OrderId(UUID(int=order))
        letter = JinjaTemplates().render(replace(sample, order=order_id), RECIPIENT)
        self._written += 1
        notification_id = NotificationId(UUID(int=self._written))
        mail_id = message_id(notification_id, Channel.EMAIL)
        mail = Mail(mail_id, "seller@example.com", "T", letter.subject, letter.text, letter.html)
        await self._mailer.send(mail)
        return {
            "id": str(notification_id),
            "kind": kind.value,
            "subject": letter.subject,
            "order_id": str(order_id),
            "created_at": self._clock.now().isoformat(),
        }


async def test_the_newest_mail_that_asks_a_seller_to_ship_is_found(
    tmp_path: Path, clock: VirtualClock
) -> None:
    exchange = Exchange(tmp_path, clock)
    earlier = await exchange.tell(NotificationKind.SALE_CONFIRMED, order=1)
    await clock.advance(timedelta(days=1))
    newest = await exchange.tell(NotificationKind.SALE_CONFIRMED, order=2)
    other = await exchange.tell(NotificationKind.ORDER_SHIPPED, order=2)
    sellers = (seller("one", earlier), seller("two", other, newest, earlier), seller("three"))
    found = await find_letter(sellers, tmp_path)
    newest_id = message_id(NotificationId(UUID(newest["id"])), Channel.EMAIL)
    assert found.file == tmp_path / f"{newest_id}.eml"
    assert found.to == "T <seller@example.com>"
    assert found.subject == newest["subject"] == SUBJECT
    assert "\n  Test Warehouse\n  1 Main Street\n  Portland, OR 97201\n  US\n" in found.text
    assert found.text.endswith("solebook")


async def test_without_such_a_mail_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApiRefusal, match="no seller was asked to ship"):
        await find_letter([seller("one")], tmp_path)


async def test_a_mail_that_another_process_wrote_elsewhere_is_not_waited_for(
    tmp_path: Path, clock: VirtualClock
) -> None:
    told = await Exchange(tmp_path / "here", clock).tell(NotificationKind.SALE_CONFIRMED, order=1)
    sellers = [seller("one", told)]
    assert await find_letter(sellers, tmp_path / "elsewhere", waits=False) is None
    assert await find_letter(sellers, tmp_path / "here", waits=False) is not None


@pytest.mark.parametrize("width", [80, 120])
def test_the_mail_is_shown_in_full_without_interpreting_markup(width: int) -> None:
    letter = FoundLetter(
        Path("a/b.eml"), "T <t@example.com>", "[red]Ship[/]", "[gs] Dunk\n  1 Main"
    )
    console = Console(file=io.StringIO(), width=width)
    letter.show(console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for text in ("[red]Ship[/]", "[gs] Dunk", "  1 Main", "To T <t@example.com>, in a/b.eml"):
        assert text in shown
    assert max(len(line) for line in shown.splitlines()) <= width
