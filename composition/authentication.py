"""The authentication context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.authentication.add_photo import AddPhoto
from ..core.authentication.cancel_task import CancelTask
from ..core.authentication.claim_task import ClaimTask
from ..core.authentication.complete_review import CompleteReview
from ..core.authentication.forget_photos import ForgetPhotos
from ..core.authentication.give_verdict import GiveVerdict
from ..core.authentication.list_review_acts import ListReviewActs
from ..core.authentication.list_tasks import ListTasks
from ..core.authentication.list_waiting_pairs import ListWaitingPairs
from ..core.authentication.open_task import OpenTask
from ..core.authentication.receive_item import ReceiveItem
from ..core.authentication.remove_photo import RemovePhoto
from ..core.authentication.view_photos import ViewPhotos
from ..core.authentication.view_task import ViewTask
from ..ports.language.consumers import Consumer
from ..ports.language.events import OrderCancelled, OrderConfirmed, OrderReceived
from ..ports.language.messages import Queue
from ..ports.language.retention import Retention
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router


@dataclass(frozen=True, slots=True)
class AuthenticationUseCases:
    """The use cases of the authentication context."""

    open_task: OpenTask
    receive_item: ReceiveItem
    cancel_task: CancelTask
    claim_task: ClaimTask
    give_verdict: GiveVerdict
    complete_review: CompleteReview
    list_tasks: ListTasks
    list_waiting_pairs: ListWaitingPairs
    view_task: ViewTask
    add_photo: AddPhoto
    remove_photo: RemovePhoto
    view_photos: ViewPhotos
    list_review_acts: ListReviewActs
    forget_photos: ForgetPhotos


def authentication_use_cases(
    adapters: Adapters, rules: MarketRules, retention: Retention
) -> AuthenticationUseCases:
    """Return the use cases of the authentication context."""
    store, clock = adapters.store, adapters.clock
    transaction, tasks = store.transaction, store.authentication_tasks
    claim_task = ClaimTask(
        transaction=transaction,
        authentication_tasks=tasks,
        deadlines=store.deadlines,
        alarms=store.alarms,
        clock=clock,
        rules=rules,
    )
    give_verdict = GiveVerdict(
        transaction=transaction,
        authentication_tasks=tasks,
        review_photos=store.review_photos,
        outbox=store.outbox,
        clock=clock,
    )
    photos = store.review_photos
    return AuthenticationUseCases(
        open_task=OpenTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, ids=adapters.ids
        ),
        receive_item=ReceiveItem(transaction=transaction, authentication_tasks=tasks, clock=clock),
        cancel_task=CancelTask(
            transaction=transaction,
            authentication_tasks=tasks,
            deadlines=store.deadlines,
            clock=clock,
            ids=adapters.ids,
        ),
        claim_task=claim_task,
        give_verdict=give_verdict,
        complete_review=CompleteReview(
            transaction=transaction,
            authentication_tasks=tasks,
            claim_task=claim_task,
            give_verdict=give_verdict,
        ),
        list_tasks=ListTasks(authentication_tasks=tasks),
        list_waiting_pairs=ListWaitingPairs(authentication_tasks=tasks, rules=rules),
        view_task=ViewTask(authentication_tasks=tasks),
        list_review_acts=ListReviewActs(authentication_tasks=tasks, clock=clock, rules=rules),
        add_photo=AddPhoto(
            transaction=transaction,
            authentication_tasks=tasks,
            review_photos=photos,
            photos=adapters.photos,
            pictures=adapters.pictures,
            clock=clock,
        ),
        remove_photo=RemovePhoto(
            transaction=transaction,
            authentication_tasks=tasks,
            review_photos=photos,
            photos=adapters.photos,
            clock=clock,
        ),
        view_photos=ViewPhotos(
            authentication_tasks=tasks, review_photos=photos, photos=adapters.photos
        ),
        forget_photos=ForgetPhotos(
            transaction=transaction,
            review_photos=photos,
            photos=adapters.photos,
            orders=store.orders,
            disputes=store.disputes,
            clock=clock,
            retention=retention,
        ),
    )


def authentication_routes(authentication: AuthenticationUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the authentication context: tasks open, become claimable and are
    cancelled.
    """
    router = Router(Queue.TRADE)
    return (
        router.inside(OrderConfirmed, "authentication.open_task", authentication.open_task),
        router.inside(OrderReceived, "authentication.receive_item", authentication.receive_item),
        router.inside(OrderCancelled, "authentication.cancel_task", authentication.cancel_task),
    )
