"""The warehouse fixture of the authentication tests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.events import OrderConfirmed
from solebook.ports.language.ids import OrderId, ProductId, UserId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.users import Actor, Role

from ...exchange import build_exchange
from .warehouse import Warehouse


@pytest.fixture
def warehouse() -> Warehouse:
    exchange = build_exchange()
    ids, matched_at = exchange.app.adapters.ids, exchange.clock.now()
    actor = Actor(UserId(ids.new()), frozenset({Role.BUYER, Role.AUTHENTICATOR}))
    return Warehouse(
        exchange=exchange,
        created=OrderConfirmed(
            order_id=OrderId(ids.new()),
            buyer_id=UserId(ids.new()),
            seller_id=UserId(ids.new()),
            book=BookKey(ProductId(ids.new()), Size("10.5")),
            price=20_000,
            matched_at=matched_at,
            ship_by=matched_at + timedelta(days=2),
        ),
        authenticator=actor,
        colleague=replace(actor, user_id=UserId(ids.new())),
    )
