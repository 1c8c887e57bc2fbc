"""`solebook admin disputes --ask`: what no webhook told of is found, and then listed."""

import argparse

import pytest

from solebook.composition.engine import engine_of
from solebook.entrypoints.cli.admin.disputes import list_disputes
from solebook.ports.language.orders import FreezeReason, OrderStatus

from ....core.payments.disputes.stories import decide, dispute
from ....exchange import build_exchange


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_that_nobody_told_of_is_listed_only_after_asking(won: bool) -> None:
    exchange = build_exchange()
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, told=False)
    options = argparse.Namespace(ask=False, open=True, limit=10, after=None)
    assert name not in await list_disputes(exchange.app, options)

    options.ask = True
    for _ in range(2):  # to ask again changes nothing
        assert f"{name}  214.00  fraudulent  needs_response" in await list_disputes(
            exchange.app, options
        )
        await exchange.workers.settle()
        assert (await exchange.order(order.id)).freezes == {FreezeReason.DISPUTE}

    await decide(exchange, name, won=won, told=False)
    assert name not in await list_disputes(exchange.app, options)
    options.ask = options.open = False
    assert f"{name}  214.00  fraudulent  {'won' if won else 'lost'}" in await list_disputes(
        exchange.app, options
    )
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).freezes == frozenset()
    await engine_of(exchange.app).stop()
