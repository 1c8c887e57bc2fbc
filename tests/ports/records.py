"""Valid records for the contract suites, each with new ids."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from solebook.ports.language import steps
from solebook.ports.language.analytics import Sale
from solebook.ports.language.api_tokens import ApiToken
from solebook.ports.language.batch import Batch, OpenedOrder
from solebook.ports.language.cards import CardDetails, PaymentMethod
from solebook.ports.language.catalog import Product, ProductImage, Reservation, ReservationStatus
from solebook.ports.language.events import MatchCreated
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import (
    AddressId,
    ApiTokenId,
    HaltId,
    OrderId,
    PaymentMethodId,
    ProductId,
    QuoteId,
    SessionId,
    UserId,
)
from solebook.ports.language.market import BookKey, Match, Quote, QuoteStatus, Side, Size
from solebook.ports.language.notifications import NotificationPreferences, Recipient
from solebook.ports.language.orders import Fees, Order, PaymentStatus
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Entry,
    Payment,
    Payout,
    PayoutState,
    Transfer,
)
from solebook.ports.language.users import Address, PostalAddress, RefreshToken, Session, User

from .told_records import ToldRecords, made

FEES = Fees(seller_level=1, transaction=1_800, processing=600, shipping=1_400)


@dataclass(slots=True)
class Records(ToldRecords):
    """Makes records; keyword arguments replace their fields."""

    def quote_id(self) -> QuoteId:
        return QuoteId(self.ids.new())

    # ---- users ---------------------------------------------------------------------------

    def user(self, **fields: Any) -> User:
        return made(
            User,
            fields,
            id=self.user_id(),
            email=f"user-{next(self._number)}@example.com",
            password_hash="$2b$04$hash",
            first_name="Test",
            last_name="Üser",
            created_at=self.instant,
            email_proven_at=self.instant,
        )

    def recipient(
        self, user: User, preferences: NotificationPreferences | None = None
    ) -> Recipient:
        wanted = preferences or NotificationPreferences(user.id)
        return Recipient(user.id, user.email, user.first_name, wanted)

    def payment_method(self, user_id: UserId, **fields: Any) -> PaymentMethod:
        number = next(self._number)
        return made(
            PaymentMethod,
            fields,
            id=PaymentMethodId(self.ids.new()),
            user_id=user_id,
            token=f"pm_{number}",
            details=CardDetails("visa", "4242", 12, 2034, f"print-{number}"),
            created_at=self.instant,
        )

    def address(self, user_id: UserId, **fields: Any) -> Address:
        return made(
            Address,
            fields,
            id=AddressId(self.ids.new()),
            user_id=user_id,
            postal=self.postal_address(),
            created_at=self.instant,
        )

    def postal_address(self, **fields: Any) -> PostalAddress:
        return made(
            PostalAddress,
            fields,
            street="1 Test Street",
            city="Testville",
            region="OR",
            postal_code="97005",
            country="US",
        )

    def session(self, user_id: UserId, **fields: Any) -> Session:
        return made(
            Session,
            fields,
            id=SessionId(self.ids.new()),
            user_id=user_id,
            created_at=self.instant,
        )

    def refresh_token(self, session_id: SessionId, **fields: Any) -> RefreshToken:
        return made(
            RefreshToken,
            fields,
            token_hash=f"{next(self._number):064x}",
            session_id=session_id,
            expires_at=self.instant + timedelta(days=30),
        )

    def api_token(self, **fields: Any) -> ApiToken:
        return made(
            ApiToken,
            fields,
            id=ApiTokenId(self.ids.new()),
            name="warehouse",
            scopes=frozenset({"OrderService", "SearchService.Search"}),
            token_hash=f"{next(self._number):064x}",
            created_at=self.instant,
        )

    # ---- catalogue and stock -------------------------------------------------------------

    def product(self, **fields: Any) -> Product:
        return made(
            Product,
            fields,
            id=self.product_id(),
            style_code=f"TS-{next(self._number):04}",
            brand="Testbrand",
            model="Model One",
            colorway="White/Crème",
            retail_price=17_000,
            release_date=date(2026, 1, 31),
            sizes=(Size("9"), Size("10.5"), Size("6Y")),
            images=(
                ProductImage("https://img.example.com/side.jpg", 2),
                ProductImage("https://img.example.com/top.jpg", 1),
            ),
            created_at=self.instant,
        )

    def reservation(self, ask_id: QuoteId, book: BookKey, **fields: Any) -> Reservation:
        return made(
            Reservation,
            fields,
            order_id=self.order_id(),
            ask_id=ask_id,
            book=book,
            status=ReservationStatus.RESERVED,
            reserved_at=self.instant,
        )

    # ---- the market ----------------------------------------------------------------------

    def quote(self, side: Side, book: BookKey, **fields: Any) -> Quote:
        return made(
            Quote,
            fields,
            id=self.quote_id(),
            side=side,
            user_id=self.user_id(),
            book=book,
            amount=20_000,
            sequence=next(self._number),
            created_at=self.instant,
            expires_at=self.instant + timedelta(days=30),
        )

    def halt(self, product_id: ProductId, **fields: Any) -> Halt:
        return made(
            Halt,
            fields,
            id=HaltId(self.ids.new()),
            product_id=product_id,
            size=None,
            condition=None,
            halted_at=self.instant,
        )

    def bid(self, book: BookKey, **fields: Any) -> Quote:
        return self.quote(Side.BID, book, **fields)

    def ask(self, book: BookKey, **fields: Any) -> Quote:
        return self.quote(Side.ASK, book, **fields)

    def match(self, bid: Quote, ask: Quote, **fields: Any) -> Match:
        return made(
            Match,
            fields,
            id=self.order_id(),
            bid_id=bid.id,
            ask_id=ask.id,
            buyer_id=bid.user_id,
            seller_id=ask.user_id,
            book=bid.book,
            price=ask.amount,
            matched_at=self.instant,
            maker=Side.ASK,
        )

    def opened(self, match: Match) -> OpenedOrder:
        """Return a match's order as core would open it, as far as a store can tell."""
        order = Order(
            id=match.id,
            bid_id=match.bid_id,
            ask_id=match.ask_id,
            buyer_id=match.buyer_id,
            seller_id=match.seller_id,
            book=match.book,
            price=match.price,
            fees=FEES,
            matched_at=match.matched_at,
            updated_at=match.matched_at,
            version=1,
        )
        opening = steps.MatchCreated(match, FEES)
        return OpenedOrder(
            order=order,
            payment=payment_of(order),
            history=(steps.RecordedStep(match.id, 1, match.matched_at, opening),),
            deadlines=(self.deadline(order.id, due_at=match.matched_at + timedelta(minutes=15)),),
            events=(
                MatchCreated(
                    order_id=match.id,
                    bid_id=match.bid_id,
                    ask_id=match.ask_id,
                    buyer_id=match.buyer_id,
                    seller_id=match.seller_id,
                    book=match.book,
                    price=match.price,
                    matched_at=match.matched_at,
                ),
            ),
            destination=self.postal_address(),
        )

    def batch(self, *added: Quote, **fields: Any) -> Batch:
        """Return a batch that adds quotes, with a higher sequence than all earlier ones."""
        fields.setdefault("sequence", next(self._number))
        return Batch(added={quote.id: quote for quote in added}, **fields)

    # ---- after the match -----------------------------------------------------------------

    def payment(self, **fields: Any) -> Payment:
        return made(
            Payment,
            fields,
            order_id=self.order_id(),
            buyer_id=self.user_id(),
            amount=21_400,
            status=PaymentStatus.PENDING,
            created_at=self.instant,
        )

    def payout(self, **fields: Any) -> Payout:
        return made(
            Payout,
            fields,
            order_id=self.order_id(),
            seller_id=self.user_id(),
            amount=17_600,
            debt_settled=0,
            state=PayoutState.DUE,
            created_at=self.instant,
        )

    def transfer(self, order_id: OrderId, **fields: Any) -> Transfer:
        return made(
            Transfer,
            fields,
            id=f"{order_id}:step-{next(self._number)}",
            order_id=order_id,
            at=self.instant,
            entries=(
                Entry(Account(AccountKind.WORLD), -21_400),
                Entry(Account(AccountKind.ESCROW, str(order_id)), 21_400),
            ),
        )

    def sale(self, book: BookKey, **fields: Any) -> Sale:
        return made(
            Sale,
            fields,
            order_id=self.order_id(),
            book=book,
            price=20_000,
            sold_at=self.instant,
        )


def matched(quote: Quote, match: Match) -> dict[str, Any]:
    """Return the fields of a quote that its match changes."""
    return {"status": QuoteStatus.MATCHED, "match_id": match.id}


def payment_of(order: Order) -> Payment:
    """Return the payment that opens with an order."""
    return Payment(
        order_id=order.id,
        buyer_id=order.buyer_id,
        amount=order.buyer_total,
        status=PaymentStatus.PENDING,
        created_at=order.matched_at,
        payment_method="pm_at_the_match",
    )
