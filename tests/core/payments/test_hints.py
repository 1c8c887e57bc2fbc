"""Webhooks that are only a hint: the provider is asked about what they name."""

from solebook.composition.hints import hint_followers
from solebook.core.payments.webhooks.follow_hint import FollowHint
from solebook.core.payments.webhooks.handle_webhook import APPLIED_AS_TOLD
from solebook.ports.language.events import WebhookHinted
from solebook.ports.language.payments import Webhook, WebhookKind

from ...exchange import Exchange


def test_each_kind_of_webhook_is_applied_as_it_is_or_followed(exchange: Exchange) -> None:
    followed = set(hint_followers(exchange.app))
    assert followed | APPLIED_AS_TOLD == set(WebhookKind)
    assert followed & APPLIED_AS_TOLD == {WebhookKind.CHARGE_REFUNDED}


async def test_hint_is_followed_by_the_use_case_of_its_kind(exchange: Exchange) -> None:
    followed: list[Webhook] = []

    async def follow(webhook: Webhook) -> None:
        followed.append(webhook)

    webhook = Webhook("evt_1", WebhookKind.CHARGE_REFUNDED, order_id=None, reference="re_1")
    async with exchange.store.transaction():
        await exchange.store.webhooks.store(webhook)
    follow_hint = FollowHint(
        exchange.store.transaction,
        exchange.store.webhooks,
        exchange.store.webhook_archive,
        exchange.clock,
        {WebhookKind.CHARGE_REFUNDED: follow},
    )
    await follow_hint(WebhookHinted("evt_1", "re_1"))
    assert followed == [webhook]


async def test_hint_whose_webhook_is_read_as_another_kind_by_now_is_left_alone(
    exchange: Exchange,
) -> None:
    store = exchange.store
    webhook = Webhook("evt_1", WebhookKind.OTHER, order_id=None, reference="re_1")
    async with store.transaction():
        await store.webhooks.store(webhook)
    follow_hint = FollowHint(
        store.transaction, store.webhooks, store.webhook_archive, exchange.clock, {}
    )
    await follow_hint(WebhookHinted("evt_1", "re_1"))
