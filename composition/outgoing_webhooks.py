"""The outgoing_webhooks context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.outgoing_webhooks.change_endpoint import ChangeEndpoint
from ..core.outgoing_webhooks.contents import TOLD
from ..core.outgoing_webhooks.create_endpoint import CreateEndpoint
from ..core.outgoing_webhooks.disable_endpoint import DisableEndpoint, Disabling
from ..core.outgoing_webhooks.forget_webhooks import ForgetWebhooks
from ..core.outgoing_webhooks.list_endpoints import ListEndpoints
from ..core.outgoing_webhooks.own_endpoints import OwnEndpoints
from ..core.outgoing_webhooks.remove_endpoint import RemoveEndpoint
from ..core.outgoing_webhooks.replay_webhooks import ReplayWebhooks
from ..core.outgoing_webhooks.rotate_secret import RotateSecret
from ..core.outgoing_webhooks.send_test import SendTest
from ..core.outgoing_webhooks.send_webhooks import SendWebhooks
from ..core.outgoing_webhooks.tell_endpoints import TellEndpoints
from ..core.outgoing_webhooks.view_log import ViewLog
from ..core.outgoing_webhooks.webhook_rules import WebhookRules
from ..ports.language.consumers import Consumer, Effect
from ..ports.language.messages import Queue
from .adapters import Adapters

EMBEDDED_RULES = WebhookRules(key=b"the key of an exchange in memory")


@dataclass(frozen=True, slots=True)
class OutgoingWebhooksUseCases:
    """The use cases of the outgoing_webhooks context."""

    create_endpoint: CreateEndpoint
    change_endpoint: ChangeEndpoint
    rotate_secret: RotateSecret
    remove_endpoint: RemoveEndpoint
    list_endpoints: ListEndpoints
    disable_endpoint: DisableEndpoint
    view_log: ViewLog
    replay_webhooks: ReplayWebhooks
    send_test: SendTest
    tell_endpoints: TellEndpoints
    send_webhooks: SendWebhooks
    forget_webhooks: ForgetWebhooks


def outgoing_webhooks_use_cases(
    adapters: Adapters, rules: WebhookRules
) -> OutgoingWebhooksUseCases:
    """Return the use cases of the outgoing_webhooks context."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    transaction, endpoints = store.transaction, store.webhook_endpoints
    webhooks, sender = store.outgoing_webhooks, adapters.webhook_sender
    own = OwnEndpoints(endpoints)
    disabling = Disabling(endpoints, webhooks, store.outbox)
    return OutgoingWebhooksUseCases(
        create_endpoint=CreateEndpoint(
            transaction=transaction,
            users=store.users,
            endpoints=endpoints,
            sender=sender,
            audit_log=store.audit_log,
            clock=clock,
            ids=ids,
            rules=rules,
        ),
        change_endpoint=ChangeEndpoint(transaction, endpoints, webhooks, own),
        rotate_secret=RotateSecret(transaction, endpoints, own, clock, rules),
        remove_endpoint=RemoveEndpoint(transaction, endpoints, own),
        list_endpoints=ListEndpoints(endpoints, own),
        disable_endpoint=DisableEndpoint(transaction, endpoints, disabling, store.audit_log),
        view_log=ViewLog(webhooks, own),
        replay_webhooks=ReplayWebhooks(transaction, endpoints, webhooks, own, clock, rules),
        send_test=SendTest(transaction, endpoints, webhooks, own, clock, ids, rules),
        tell_endpoints=TellEndpoints(
            transaction=transaction,
            endpoints=endpoints,
            webhooks=webhooks,
            orders=store.orders,
            disabling=disabling,
            clock=clock,
            rules=rules,
        ),
        send_webhooks=SendWebhooks(
            transaction=transaction,
            endpoints=endpoints,
            webhooks=webhooks,
            users=store.users,
            sender=sender,
            disabling=disabling,
            clock=clock,
            real_clock=adapters.real_clock,
            randomness=adapters.randomness,
            rules=rules,
        ),
        forget_webhooks=ForgetWebhooks(transaction, webhooks, clock, rules),
    )


def outgoing_webhooks_routes(webhooks: OutgoingWebhooksUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the outgoing_webhooks context.

    Most events are wanted by nobody and must cost almost nothing, so they are not recorded.
    """
    tell = webhooks.tell_endpoints
    return tuple(
        Consumer(
            f"outgoing_webhooks.tell_endpoints:{event.SUBJECT}",
            event.SUBJECT,
            tell,
            Queue.WEBHOOKS,
            Effect.REPEATABLE,
        )
        for event in TOLD
    )
