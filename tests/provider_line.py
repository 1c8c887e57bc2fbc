"""The line between an exchange and its payment provider, which a test can disturb."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.journal import Journal, MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.provider import Provider
from solebook.adapters.embedded.seller_accounts import EmbeddedSellerAccounts
from solebook.ports.clock import Clock
from solebook.ports.language.errors import Unavailable

R = TypeVar("R")


def provider_on_a_line(clock: Clock) -> dict[str, Any]:
    """Return the ports to an embedded provider, which share one line. Only cards are beyond it."""
    line = Line(MemoryJournal())
    provider = EmbeddedPaymentProvider(line, clock, "whsec_embedded")
    return {
        "payment_provider": provider,
        "card_vault": EmbeddedCardVault(replace(provider, journal=line.beyond)),
        "seller_accounts": EmbeddedSellerAccounts(line),
    }


class Line(Journal):
    """The line to the payment provider: it can be cut, lose answers, and keep a call waiting."""

    def __init__(self, journal: Journal) -> None:
        self.beyond = journal
        """What the provider has on its side."""
        self.is_cut = False
        """No request gets through."""
        self.loses_answers = False
        """Every request gets through, and nobody hears what came of it."""
        self._open = asyncio.Event()
        self._open.set()
        self._arrived = asyncio.Event()

    def hold(self) -> None:
        """Keep requests on their way until `release`."""
        self._open.clear()
        self._arrived.clear()

    def release(self) -> None:
        """Let requests through."""
        self._open.set()

    async def arrival(self) -> None:
        """Return once a request is on its way."""
        await self._arrived.wait()

    async def consult(self, work: Callable[[Provider], R]) -> R:
        self._arrived.set()
        await self._open.wait()
        if self.is_cut:
            raise Unavailable(what="the payment provider")
        answer = await self.beyond.consult(work)
        if self.loses_answers:
            raise Unavailable(what="the payment provider")
        return answer
