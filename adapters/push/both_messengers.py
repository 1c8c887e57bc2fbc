"""Push messages to devices of two kinds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...ports.language.mail import PushMessage, Undeliverable
from ...ports.messengers import PushMessenger


@dataclass(frozen=True, slots=True)
class BothMessengers(PushMessenger):
    """Sends to subscriptions of browsers by one messenger, and to device tokens by another."""

    browsers: PushMessenger
    devices: PushMessenger

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        # A messenger with nothing to send must not fail the message because it is away.
        sends = []
        if message.subscriptions:
            sends.append(self.browsers.send(replace(message, devices=())))
        if message.devices:
            sends.append(self.devices.send(replace(message, subscriptions=())))
        lost: list[Undeliverable] = []
        for outcome in await asyncio.gather(*sends, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
            lost.extend(outcome)
        return lost
