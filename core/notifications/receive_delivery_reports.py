"""Receive the reports of a provider that carries messages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from ...ports.clock import Clock
from ...ports.delivery_reports import DeliveryReports
from ...ports.language.delivery_reports import Callback, DeliveryReport
from ...ports.language.ids import MessageId
from ...ports.language.notifications import Channel
from ...ports.outbox import Inbox
from ...ports.transaction import Transaction
from .give_up_addresses import GiveUpAddresses

_CONSUMER = "notifications.receive_delivery_reports"
_LATE = timedelta(days=4)
"""Mail is tried for up to three days. The inbox remembers reports for longer than this."""
_EARLY = timedelta(minutes=5)
"""How far a provider's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class ReceiveDeliveryReports:
    """Gives up the addresses that a provider's signed callback reports.

    A report counts once. One that comes days after its message changes nothing, and neither does
    one about an address that the user does not have any more.
    """

    transaction: Transaction
    inbox: Inbox
    mail_reports: DeliveryReports
    text_reports: DeliveryReports
    give_up: GiveUpAddresses
    clock: Clock

    async def __call__(
        self, channel: Literal[Channel.EMAIL, Channel.SMS], callback: Callback
    ) -> None:
        """Apply a callback. Raises InvalidSignature, InvalidText."""
        reader = self.mail_reports if channel is Channel.EMAIL else self.text_reports
        now = self.clock.now()
        for report in reader.read(callback):
            if -_EARLY <= now - report.sent_at <= _LATE:
                await self._apply(report)

    async def _apply(self, report: DeliveryReport) -> None:
        message_id = MessageId(uuid5(NAMESPACE_URL, report.id))
        async with self.transaction():
            if await self.inbox.contains(_CONSUMER, message_id):
                return
            await self.inbox.note([(_CONSUMER, message_id)], self.clock.now())
            await self.give_up(report.user_id, report.channel, [report.lost])
