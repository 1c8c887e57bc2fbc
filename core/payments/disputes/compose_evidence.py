"""The evidence for a dispute, from what the exchange knows of the trade."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ....ports.language.authentication import AuthenticationTask
from ....ports.language.catalog import Product
from ....ports.language.currencies import Currency
from ....ports.language.disputes import Evidence
from ....ports.language.orders import Order
from ....ports.language.steps import RecordedStep, Shipped
from ....ports.language.users import PostalAddress, User


@dataclass(frozen=True, slots=True)
class TradeFacts:
    """What the exchange has of a trade whose charge is disputed. Some of it may be missing."""

    order: Order
    history: tuple[RecordedStep, ...]
    product: Product
    task: AuthenticationTask | None
    photos: int
    """How many photos of the pair are kept."""
    buyer: User
    destination: PostalAddress | None
    """None if it was erased."""


def compose_evidence(facts: TradeFacts, currency: Currency, remark: str = "") -> Evidence:
    """Return the evidence for the bank. `remark` is what an admin adds.

    The carrier is named only once the pair was sent to its buyer.
    """
    order, product, buyer = facts.order, facts.product, facts.buyer
    sent_at = _sent_at(facts.history)
    outbound = order.outbound if sent_at is not None else None
    return Evidence(
        product_description=(
            f"{product.brand} {product.model} {product.colorway} ({product.style_code}), size "
            f"{order.book.size}, {order.book.condition.replace('_', ' ')}: one pair of sneakers"
        ),
        customer_name="" if buyer.is_nameless else f"{buyer.first_name} {buyer.last_name}",
        customer_email="" if buyer.is_nameless else buyer.email,
        shipping_address="" if facts.destination is None else _address(facts.destination),
        shipping_carrier="" if outbound is None else outbound.carrier,
        shipping_tracking_number="" if outbound is None else outbound.tracking_number,
        shipping_date="" if sent_at is None else _day(sent_at),
        service_date="" if order.delivered_at is None else _day(order.delivered_at),
        text="\n".join([*_story(facts, currency, sent_at), *([remark] if remark else [])]),
    )


def _story(facts: TradeFacts, currency: Currency, sent_at: datetime | None) -> Iterable[str]:
    """Yield what happened, one fact a line."""
    order = facts.order
    total = f"{currency.plain(order.buyer_total)} {currency.code}"
    yield f"Order {order.id}: bought on {_day(order.matched_at)} for {total}, shipping included."
    yield from _examination(facts.task, facts.photos)
    if sent_at is not None and order.outbound is not None:
        parcel = f"{order.outbound.carrier} {order.outbound.tracking_number}"
        yield f"The pair was sent to the buyer on {_day(sent_at)} with {parcel}."
    if order.delivered_at is not None:
        proof = f" (proof: {order.delivery_proof})" if order.delivery_proof else ""
        yield f"It was delivered on {_day(order.delivered_at)}{proof}."
    if order.complaint is None:
        yield "The buyer has not complained to us."
    else:
        complaint = order.complaint
        said = f"{complaint.kind.replace('_', ' ')}, {complaint.state.replace('_', ' ')}"
        yield f"The buyer complained to us on {_day(complaint.at)}: {said}."


def _examination(task: AuthenticationTask | None, photos: int) -> Iterable[str]:
    if task is None or task.verdict is None or task.decided_at is None:
        return
    word = "passed" if task.verdict.passed else "did not pass"
    yield (
        f"Our warehouse examined the pair on {_day(task.decided_at)}, before it was sent: it {word}"
        " the examination of its box, its authenticity and its size."
    )
    if task.verdict.photos:
        yield "Photos of the examination:"
        yield from task.verdict.photos
    if photos:
        yield f"Photos of the examination that we keep, and show on request: {photos}."


def _sent_at(history: Iterable[RecordedStep]) -> datetime | None:
    """Return when the pair was last sent to its buyer, or None."""
    sent = [recorded.at for recorded in history if isinstance(recorded.step, Shipped)]
    return sent[-1] if sent else None


def _address(postal: PostalAddress) -> str:
    place = " ".join(part for part in (postal.city, postal.region, postal.postal_code) if part)
    return f"{postal.street}, {place}, {postal.country}"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
