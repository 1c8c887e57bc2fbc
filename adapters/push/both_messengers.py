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
        to_browsers, to_devices = await asyncio.gather(
            self.browsers.send(replace(message, devices=())),
            self.devices.send(replace(message, subscriptions=())),
            return_exceptions=True,
        )
        lost: list[Undeliverable] = []
        for outcome in (to_browsers, to_devices):
            if isinstance(outcome, BaseException):
                raise outcome
            lost.extend(outcome)
        return lost
