"""Which use case asks the payment provider about what a webhook hints at."""

from collections.abc import Mapping

from ..core.payments.webhooks.follow_hint import Follow, FollowHint
from ..ports.language.consumers import Consumer
from ..ports.language.events import WebhookHinted
from ..ports.language.messages import Queue
from ..ports.language.payments import WebhookKind
from .application import Application
from .router import Router


def hint_followers(app: Application) -> Mapping[WebhookKind, Follow]:
    """Return the use case of each kind of webhook that is a hint.

    Each is called with the webhook, outside any transaction, and may be called again: see
    FollowHint.
    """
    settle_refund = app.payments.settle_refund
    return {
        WebhookKind.CARD_SETUP_CHANGED: app.users.finish_card_setup,
        WebhookKind.SELLER_ACCOUNT_CHANGED: app.sellers.follow_account,
        WebhookKind.CHARGE_REFUNDED: settle_refund,
        WebhookKind.REFUND_CHANGED: settle_refund,
        WebhookKind.DISPUTE_CHANGED: app.disputes.follow_dispute,
    }


def hint_routes(app: Application) -> tuple[Consumer, ...]:
    """Return the route of hints. They wait in the queue of refunds, one at a time per object."""
    store = app.adapters.store
    follow_hint = FollowHint(
        store.transaction,
        store.webhooks,
        store.webhook_archive,
        app.adapters.clock,
        hint_followers(app),
    )
    persistent = Router(Queue.TRADE).persistent
    return (persistent(Queue.REFUNDS, WebhookHinted, "payments.follow_hint", follow_hint),)
