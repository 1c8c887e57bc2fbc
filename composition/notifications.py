"""The notifications context: its use cases, their wiring, and its routes."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.notifications.add_push_subscription import AddPushSubscription
from ..core.notifications.choose_letters import ChooseLetters
from ..core.notifications.count_unread import CountUnread
from ..core.notifications.deliver_notification import DeliverNotification
from ..core.notifications.give_up_addresses import GiveUpAddresses
from ..core.notifications.letter_links import LetterLinks
from ..core.notifications.list_notifications import ListNotifications
from ..core.notifications.list_order_letters import ListOrderLetters
from ..core.notifications.list_push_subscriptions import ListPushSubscriptions
from ..core.notifications.mark_notification import MarkNotification
from ..core.notifications.notify import News, Notify
from ..core.notifications.receive_delivery_reports import ReceiveDeliveryReports
from ..core.notifications.remove_push_subscription import RemovePushSubscription
from ..core.notifications.set_notification_preferences import SetNotificationPreferences
from ..core.notifications.view_notification_preferences import ViewNotificationPreferences
from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    AlarmRaised,
    ComplaintDecided,
    CostsRose,
    MatchCreated,
    MatchUnwound,
    NotificationRequested,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderComplained,
    OrderConfirmed,
    OrderDelivered,
    OrderRefundGranted,
    OrderReturned,
    OrderShipped,
    PaymentDeclined,
    PaymentNeedsBuyer,
    PaymentRefundFailed,
    PayoutAccountRestricted,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PenaltyReversed,
    PriceDropped,
    QuotesWithdrawn,
    SignedInElsewhere,
    UserRegistered,
    WebhookEndpointDisabled,
)
from ..ports.language.messages import Queue
from ..ports.language.notifications import Warehouse
from ..ports.language.public_links import PublicLinks
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router

_NEWS: tuple[type[News], ...] = (
    UserRegistered,
    SignedInElsewhere,
    PriceDropped,
    QuotesWithdrawn,
    CostsRose,
    PayoutAccountRestricted,
    WebhookEndpointDisabled,
    MatchCreated,
    PaymentNeedsBuyer,
    PaymentDeclined,
    OrderConfirmed,
    OrderCancelled,
    MatchUnwound,
    OrderAuthPassed,
    OrderAuthFailed,
    OrderShipped,
    OrderDelivered,
    PayoutPaid,
    PayoutRefused,
    OrderReturned,
    OrderComplained,
    ComplaintDecided,
    OrderRefundGranted,
    PaymentRefundFailed,
    PayoutFrozen,
    PayoutReleased,
    PenaltyReversed,
    AlarmRaised,
)


@dataclass(frozen=True, slots=True)
class NotificationsUseCases:
    """The use cases of the notifications context."""

    notify: Notify
    deliver_notification: DeliverNotification
    give_up_addresses: GiveUpAddresses
    receive_delivery_reports: ReceiveDeliveryReports
    add_push_subscription: AddPushSubscription
    remove_push_subscription: RemovePushSubscription
    list_push_subscriptions: ListPushSubscriptions
    mark_notification: MarkNotification
    set_notification_preferences: SetNotificationPreferences
    list_notifications: ListNotifications
    list_order_letters: ListOrderLetters
    count_unread: CountUnread
    choose_letters: ChooseLetters
    view_notification_preferences: ViewNotificationPreferences


def notifications_use_cases(
    adapters: Adapters,
    rules: MarketRules,
    warehouse: Warehouse,
    *,
    links: PublicLinks,
    link_keys: Sequence[bytes],
    verify_addresses: bool,
) -> NotificationsUseCases:
    """Return the use cases of the notifications context."""
    store, clock, templates = adapters.store, adapters.clock, adapters.templates
    transaction, notifications = store.transaction, store.notifications
    give_up = GiveUpAddresses(
        transaction=transaction,
        users=store.users,
        preferences=store.preferences,
        clock=clock,
    )
    letter_links = LetterLinks(links, link_keys)
    return NotificationsUseCases(
        notify=Notify(
            transaction=transaction,
            orders=store.orders,
            products=store.products,
            recipients=store.recipients,
            notifications=notifications,
            templates=templates,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
            rules=rules,
            warehouse=warehouse,
        ),
        deliver_notification=DeliverNotification(
            notifications=notifications,
            orders=store.orders,
            templates=templates,
            mailer=adapters.mailer,
            text_messenger=adapters.text_messenger,
            push_messenger=adapters.push_messenger,
            give_up=give_up,
            letter_links=letter_links,
            clock=clock,
        ),
        choose_letters=ChooseLetters(
            transaction=transaction,
            users=store.users,
            preferences=store.preferences,
            letter_links=letter_links,
            clock=clock,
        ),
        give_up_addresses=give_up,
        receive_delivery_reports=ReceiveDeliveryReports(
            transaction=transaction,
            inbox=store.inbox,
            mail_reports=adapters.mail_reports,
            text_reports=adapters.text_reports,
            give_up=give_up,
            clock=adapters.real_clock,
        ),
        add_push_subscription=AddPushSubscription(
            transaction=transaction,
            users=store.users,
            preferences=store.preferences,
            clock=clock,
            ids=adapters.ids,
        ),
        remove_push_subscription=RemovePushSubscription(
            transaction=transaction, users=store.users, preferences=store.preferences
        ),
        list_push_subscriptions=ListPushSubscriptions(
            preferences=store.preferences, server_key=adapters.push_server_key or None
        ),
        mark_notification=MarkNotification(
            transaction=transaction, notifications=notifications, clock=clock
        ),
        set_notification_preferences=SetNotificationPreferences(
            transaction=transaction,
            users=store.users,
            preferences=store.preferences,
            clock=clock,
            verify_addresses=verify_addresses,
        ),
        list_notifications=ListNotifications(notifications=notifications),
        list_order_letters=ListOrderLetters(notifications=notifications),
        count_unread=CountUnread(notifications=notifications),
        view_notification_preferences=ViewNotificationPreferences(preferences=store.preferences),
    )


def notifications_routes(notifications: NotificationsUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the notifications context.

    All use a queue, so that they delay no trade.
    """
    router = Router(Queue.LETTERS)
    return (
        *router.told("notifications.notify", notifications.notify, *_NEWS),
        router.queued(
            NotificationRequested,
            "notifications.deliver_notification",
            notifications.deliver_notification,
            again=notifications.deliver_notification.again,
        ),
    )
