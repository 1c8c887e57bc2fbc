"""The warehouse that the tests of authentication share."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.authentication.cancel_task import CancelTask
from solebook.core.authentication.claim_task import ClaimTask
from solebook.core.authentication.give_verdict import GiveVerdict
from solebook.core.authentication.open_task import OpenTask
from solebook.core.authentication.receive_item import ReceiveItem
from solebook.ports.language.events import OrderCreated
from solebook.ports.language.ids import OrderId, ProductId, UserId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor, Role

from .warehouse import Warehouse


@pytest.fixture
def warehouse(store: Store, clock: VirtualClock, ids: SeededIds) -> Warehouse:
    tasks = store.authentication_tasks
    matched_at = clock.now()
    actor = Actor(UserId(ids.new()), frozenset({Role.BUYER, Role.AUTHENTICATOR}))
    return Warehouse(
        store=store,
        clock=clock,
        created=OrderCreated(
            order_id=OrderId(ids.new()),
            buyer_id=UserId(ids.new()),
            seller_id=UserId(ids.new()),
            book=BookKey(ProductId(ids.new()), Size("10.5")),
            price=20_000,
            matched_at=matched_at,
            ship_by=matched_at + timedelta(days=2),
        ),
        open_task=OpenTask(store.transaction, tasks, clock, ids),
        receive_item=ReceiveItem(store.transaction, tasks, clock),
        cancel_task=CancelTask(store.transaction, tasks, clock, ids),
        claim_task=ClaimTask(
            store.transaction, tasks, store.deadlines, store.alarms, clock, MarketRules()
        ),
        give_verdict=GiveVerdict(store.transaction, tasks, store.outbox, clock),
        authenticator=actor,
        colleague=replace(actor, user_id=UserId(ids.new())),
    )
