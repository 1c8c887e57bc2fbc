"""A provider whose records are not what they were."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from solebook.ports.language.errors import Unavailable
from solebook.ports.language.movements import Movement
from solebook.ports.payment_provider import PaymentProvider

from ...exchange import Exchange


def with_movements(
    exchange: Exchange,
    *,
    without: Collection[Movement] = (),
    extra: Sequence[Movement] = (),
    pages: int = 1_000,
    size: int = 100,
) -> Exchange:
    """Return the exchange with a provider that says something else of what it moved."""
    run = exchange.app.payments.reconcile
    altered: Any = Altered(exchange.provider, without, extra, pages, size)
    payments = replace(
        exchange.app.payments, reconcile=replace(run, read=replace(run.read, provider=altered))
    )
    return replace(exchange, app=replace(exchange.app, payments=payments))


class Altered:
    """A provider with altered records, which is away after some pages."""

    def __init__(
        self,
        provider: PaymentProvider,
        without: Collection[Movement],
        extra: Sequence[Movement],
        pages: int,
        size: int,
    ) -> None:
        self._provider = provider
        self._without = {movement.place for movement in without}
        self._extra = {movement.place: movement for movement in extra}
        self._pages, self._size = pages, size

    async def movements(self, after: str, limit: int) -> Sequence[Movement]:
        if self._pages == 0:
            raise Unavailable(what="the payment provider")
        self._pages -= 1
        known = {m.place: m for m in await self._provider.movements("", 1_000)}
        every = {**known, **self._extra}
        places = [place for place in every if place not in self._without and place > after]
        return [every[place] for place in places[: self._size]]
