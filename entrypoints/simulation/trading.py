"""The actions of visitors in a simulated market."""

from collections.abc import Sequence

from ...composition.application import Application
from ...ports.language.market import Quote, QuoteStatus, Side, TimeInForce
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.users import Actor
from .catalogue import TradedBook
from .people import DECLINED_CARD, GOOD_CARD
from .prices import to_amount, worst_price
from .visits import Intent, Visit


class Trading:
    """Carries out the intents of visitors, as far as the rules allow."""

    def __init__(self, app: Application, books: Sequence[TradedBook]) -> None:
        self._app = app
        self._books = books
        self._by_key = {book.key: book for book in books}

    async def visit(self, actor: Actor, side: Side, visit: Visit) -> None:
        """Place a quote, or change or cancel an open one. Raises what the use cases raise."""
        if side is Side.BID:
            await self._bring_card(actor, visit)
        quote = None if visit.intent is Intent.PLACE else await self._open_quote(actor, side, visit)
        if quote is None:
            await self._place(actor, side, visit)
        elif visit.intent is Intent.CANCEL:
            await self._app.bidding.cancel_quote(actor, side, quote.id)
        else:
            await self._reprice(actor, quote, visit)

    async def _bring_card(self, actor: Actor, visit: Visit) -> None:
        card = DECLINED_CARD if visit.card_declined else GOOD_CARD
        profile = await self._app.users.view_profile(actor)
        if profile.user.payment_method != card:
            await self._app.users.set_payment_method(actor, token=card)

    async def _open_quote(self, actor: Actor, side: Side, visit: Visit) -> Quote | None:
        page = await self._app.bidding.list_quotes(
            actor, side, PageRequest(limit=MAX_PAGE), status=QuoteStatus.ACTIVE
        )
        return page.items[int(visit.choice * len(page.items))] if page.items else None

    async def _place(self, actor: Actor, side: Side, visit: Visit) -> None:
        book = self._books[visit.book]
        amount = self._amount(book, side, visit, patient=visit.patient)
        if amount is None:
            return
        place = self._app.bidding.place_bid if side is Side.BID else self._app.bidding.place_ask
        await place(
            actor,
            product_id=book.key.product_id,
            size=book.key.size,
            amount=amount,
            time_in_force=TimeInForce.GTC if visit.patient else TimeInForce.IOC,
        )

    async def _reprice(self, actor: Actor, quote: Quote, visit: Visit) -> None:
        amount = self._amount(self._by_key[quote.book], quote.side, visit, patient=True)
        if amount is not None:
            await self._app.bidding.reprice_quote(actor, quote.side, quote.id, amount=amount)

    def _amount(self, book: TradedBook, side: Side, visit: Visit, *, patient: bool) -> int | None:
        worth = book.fair_value(visit.after) * visit.opinion
        price = worst_price(side, worth, self._app.rules)
        if patient:
            price *= 1 - visit.holdout if side is Side.BID else 1 + visit.holdout
        return to_amount(side, price, self._app.rules)
