"""The calls of all services, and what goes in and out. Written by `nox -s proto` from the table."""

# ruff: noqa: ASYNC109  # the timeout is sent to the server

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from .transport import Options, Transport


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request or a part of it, or a response. What is not given is left out."""


class AddressListing(_Message, frozen=True, kw_only=True):
    """All addresses of a user, oldest first."""

    items: list["AddressView"] = []


class AddressView(_Message, frozen=True, kw_only=True):
    """A shipping address."""

    id: UUID
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    created_at: datetime


class BeginningOfWords(_Message, frozen=True, kw_only=True):
    """A partial text, how many products to suggest for it, and of which brand."""

    q: str | None = None
    limit: int | None = None
    brand: str | None = None


class BookPicture(_Message, frozen=True, kw_only=True):
    """The price levels of a book, best first, as of change number `seq`."""

    seq: int
    bids: list["PriceLevel"] = []
    asks: list["PriceLevel"] = []
    halted: bool


class BookQuestion(_Message, frozen=True, kw_only=True):
    """A book, and how many price levels of each side."""

    product_id: UUID
    size: str
    condition: Literal["new", "used", "damaged_box"] | None = None
    depth: int | None = None


class Cancelling(_Message, frozen=True, kw_only=True):
    """The order to cancel, and the reason, which both parties see."""

    order_id: UUID
    reason: str


class CandleListing(_Message, frozen=True, kw_only=True):
    """Candles, oldest first."""

    items: list["CandleView"] = []


class CandleView(_Message, frozen=True, kw_only=True):
    """The sales of one interval. Prices and the total are in minor units.

    `volume` is the number of pairs, and `vwap` the volume-weighted average price, rounded half up.
    """

    starts_at: datetime
    open: int
    high: int
    low: int
    close: int
    sales: int
    total: int
    volume: int
    vwap: int


class CandlesQuestion(_Message, frozen=True, kw_only=True):
    """A product, and which of its sales: from the interval of `start` to that of `end`."""

    product_id: UUID
    interval: Literal["1h", "1d", "1w", "1mo"] | None = None
    size: str | None = None
    condition: Literal["new", "used", "damaged_box"] | None = None
    start: datetime | None = None
    end: datetime | None = None


class CheckResults(_Message, frozen=True, kw_only=True):
    """The three checks of a pair."""

    box_condition: bool
    authenticity_markers: bool
    size_verification: bool


class Checks(_Message, frozen=True, kw_only=True):
    """The three checks of a pair."""

    box_condition: bool
    authenticity_markers: bool
    size_verification: bool


class Complaint(_Message, frozen=True, kw_only=True):
    """The buyer's complaint, and an admin's answer."""

    kind: str
    reason: str
    at: datetime
    state: str
    answer: str | None = None


class Completion(_Message, frozen=True, kw_only=True):
    """The verdict on the pair of a task."""

    task_id: UUID
    finding: "Finding"


class Cost(_Message, frozen=True, kw_only=True):
    """What a buyer would pay at a price, in minor units."""

    price: int
    shipping: int
    total: int


class FacetCount(_Message, frozen=True, kw_only=True):
    """The number of results with one value."""

    value: str
    count: int


class FacetsQuestion(_Message, frozen=True, kw_only=True):
    """Words of a search, and filters. Prices are the lowest ask in minor units."""

    q: str | None = None
    brand: str | None = None
    size: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    year: int | None = None


class FeesView(_Message, frozen=True, kw_only=True):
    """Fees in minor units. The seller pays `transaction` and `processing`, the buyer `shipping`."""

    seller_level: int | None = None
    transaction: int | None = None
    processing: int | None = None
    shipping: int | None = None


class Finding(_Message, frozen=True, kw_only=True):
    """A verdict. A pass requires all three checks and a photo; a fail requires a reason."""

    passed: bool
    checks: "CheckResults"
    photos: list[str] = []
    reason: str | None = None


class FoundProduct(_Message, frozen=True, kw_only=True):
    """A product in the search results. Prices are in minor units. `sales` is the number of sales.

    `lowest_ask` is for a new pair in any size. It is updated moments after the market; the market
    of a size has the current value.
    """

    id: UUID
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: int
    release_date: date
    sizes: list[str] = []
    lowest_ask: int | None = None
    sales: int


class ImageEntry(_Message, frozen=True, kw_only=True):
    """An image. The lowest position comes first."""

    url: str
    position: int


class LastSale(_Message, frozen=True, kw_only=True):
    """The latest sale. `price` is in minor units. `imported` is whether it was made elsewhere."""

    price: int
    sold_at: datetime
    imported: bool


class Login(_Message, frozen=True, kw_only=True):
    """An email and a password. `client_address` is the IP address from which they came, if known.

    With it, the failures of others do not keep the user out.
    """

    email: str
    password: str
    client_address: str | None = None


class MarketView(_Message, frozen=True, kw_only=True):
    """The market of one size of a product, in minor units. `sales` is the number of sales."""

    lowest_ask: int | None = None
    highest_bid: int | None = None
    last_sale: "LastSale | None" = None
    sales: int
    sell_now: "Proceeds | None" = None
    undercut: "Proceeds | None" = None
    buy_now: "Cost | None" = None
    halted: bool


class MatchView(_Message, frozen=True, kw_only=True):
    """A match.

    Its price is the amount of the earlier quote, in minor units. Its order has the match's id.
    """

    id: UUID
    price: int
    order_id: UUID
    matched_at: datetime


class MoveRequest(_Message, frozen=True, kw_only=True):
    """A move of an order, with the data that it needs and no other."""

    order_id: UUID
    move: Literal["ship", "extend_shipment", "receive", "dispatch", "confirm_delivery", "complain"]
    carrier: str | None = None
    tracking_number: str | None = None
    complaint: Literal["not_received", "not_as_described"] | None = None
    reason: str | None = None


class NewAddress(_Message, frozen=True, kw_only=True):
    """A shipping address.

    `country` is ISO 3166-1 alpha-2. `region` and `postal_code` may be empty.
    """

    street: str
    city: str
    region: str
    postal_code: str
    country: str


class NewProduct(_Message, frozen=True, kw_only=True):
    """A new product of the catalogue."""

    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: int
    release_date: date
    sizes: list["SizeEntry"] = []
    images: list["ImageEntry"] = []


class NewQuote(_Message, frozen=True, kw_only=True):
    """An offer for one pair.

    With `ioc` it trades immediately, at `amount` or better, or is refused.
    """

    product_id: UUID
    size: str
    amount: int
    condition: Literal["new", "used", "damaged_box"] | None = None
    expires_in_days: int | None = None
    time_in_force: Literal["gtc", "ioc"] | None = None


class NewUser(_Message, frozen=True, kw_only=True):
    """A new user. `client_address` is the IP address from which they registered, if known."""

    email: str
    password: str
    first_name: str
    last_name: str
    client_address: str | None = None


class Nothing(_Message, frozen=True, kw_only=True):
    """A request without data."""


class NotificationListing(_Message, frozen=True, kw_only=True):
    """A page of notifications, newest first, and the number of unread ones on all pages."""

    items: list["NotificationView"] = []
    next_cursor: UUID | None = None
    unread: int


class NotificationView(_Message, frozen=True, kw_only=True):
    """A notification in one line, with the order or product that it is about."""

    id: UUID
    kind: str
    subject: str
    text: str
    order_id: UUID | None = None
    product_id: UUID | None = None
    created_at: datetime
    read_at: datetime | None = None


class NotificationsQuestion(_Message, frozen=True, kw_only=True):
    """A page of notifications, all or the unread ones."""

    limit: int | None = None
    cursor: UUID | None = None
    unread: bool | None = None


class OfAsk(_Message, frozen=True, kw_only=True):
    """A request about one ask."""

    ask_id: UUID


class OfBid(_Message, frozen=True, kw_only=True):
    """A request about one bid."""

    bid_id: UUID


class OfBook(_Message, frozen=True, kw_only=True):
    """A request about the market of one size."""

    product_id: UUID
    size: str
    condition: Literal["new", "used", "damaged_box"] | None = None


class OfMatch(_Message, frozen=True, kw_only=True):
    """A match of the engine."""

    match_id: UUID


class OfOrder(_Message, frozen=True, kw_only=True):
    """A request about one order."""

    order_id: UUID


class OfProduct(_Message, frozen=True, kw_only=True):
    """A request about one product."""

    product_id: UUID


class OrderDetail(_Message, frozen=True, kw_only=True):
    """An order with its addresses and the end of the time to complain."""

    id: UUID
    status: str
    payment_status: str
    stock_status: str
    payout_status: str
    return_status: str
    product_id: UUID
    size: str
    condition: str
    price: int
    fees: "FeesView"
    payout_amount: int | None = None
    buyer_total: int | None = None
    buyer_id: UUID
    seller_id: UUID
    bid_id: UUID
    ask_id: UUID
    matched_at: datetime
    updated_at: datetime
    ship_by: datetime | None = None
    inbound: "Shipment | None" = None
    outbound: "Shipment | None" = None
    delivered_at: datetime | None = None
    delivery_proof: str | None = None
    complaint: "Complaint | None" = None
    payout_freezes: list[str] | None = None
    borne_by: str | None = None
    cancel_reason: str | None = None
    note: str | None = None
    ship_to: "PostalAddress | None" = None
    warehouse: "Warehouse | None" = None
    complain_by: datetime | None = None
    payment_action: "PaymentAction | None" = None


class OrderView(_Message, frozen=True, kw_only=True):
    """An order. Money is in minor units. Fields that concern only the other party are null."""

    id: UUID
    status: str
    payment_status: str
    stock_status: str
    payout_status: str
    return_status: str
    product_id: UUID
    size: str
    condition: str
    price: int
    fees: "FeesView"
    payout_amount: int | None = None
    buyer_total: int | None = None
    buyer_id: UUID
    seller_id: UUID
    bid_id: UUID
    ask_id: UUID
    matched_at: datetime
    updated_at: datetime
    ship_by: datetime | None = None
    inbound: "Shipment | None" = None
    outbound: "Shipment | None" = None
    delivered_at: datetime | None = None
    delivery_proof: str | None = None
    complaint: "Complaint | None" = None
    payout_freezes: list[str] | None = None
    borne_by: str | None = None
    cancel_reason: str | None = None
    note: str | None = None


class OwnView(_Message, frozen=True, kw_only=True):
    """Your profile, whether your email and your phone are proven, and when a block on bidding ends.

    Without a proven email you cannot trade, and without a proven phone you get no text messages.
    Bidding is blocked after declined cards.
    """

    id: UUID
    email: str
    first_name: str
    last_name: str
    roles: list[str] = []
    payment_method: str | None = None
    payout_account: str | None = None
    suspended: bool
    created_at: datetime
    email_proven: bool
    phone_proven: bool
    bids_barred_until: datetime | None = None


class Paged(_Message, frozen=True, kw_only=True):
    """A request for a page. `cursor` is the `next_cursor` of the previous one."""

    limit: int | None = None
    cursor: UUID | None = None


class PaymentAction(_Message, frozen=True, kw_only=True):
    """What a buyer must do at the bank to pay, and by when (UTC)."""

    url: str
    until: datetime


class PaymentAnswer(_Message, frozen=True, kw_only=True):
    """The payment of an order. It is pending while the provider has not answered."""

    order_id: UUID
    payment: "PaymentView | None" = None


class PaymentView(_Message, frozen=True, kw_only=True):
    """The buyer's payment for one order, in minor units. `reason` is why it was declined."""

    order_id: UUID
    status: str
    amount: int
    refunded: int
    reason: str | None = None


class PayoutAnswer(_Message, frozen=True, kw_only=True):
    """The payout of an order, or null if something stops it."""

    order_id: UUID
    payout: "PayoutView | None" = None


class PayoutView(_Message, frozen=True, kw_only=True):
    """The payout of one order, in minor units. `debt_settled` was deducted to settle debts."""

    order_id: UUID
    status: str
    amount: int
    debt_settled: int
    created_at: datetime
    paid_at: datetime | None = None
    reason: str | None = None


class PlacedAsk(_Message, frozen=True, kw_only=True):
    """The result of an ask: it rests, or it matched a bid."""

    ask: "QuoteView"
    match: "MatchView | None" = None


class PlacedBid(_Message, frozen=True, kw_only=True):
    """The result of a bid: it rests, or it matched an ask."""

    bid: "QuoteView"
    match: "MatchView | None" = None


class PostalAddress(_Message, frozen=True, kw_only=True):
    """A postal address. `country` is ISO 3166-1 alpha-2."""

    street: str
    city: str
    region: str
    postal_code: str
    country: str


class PriceCount(_Message, frozen=True, kw_only=True):
    """The number of results with a lowest ask from `minimum` to below `below` (None: no end)."""

    minimum: int
    below: int | None = None
    count: int


class PriceLevel(_Message, frozen=True, kw_only=True):
    """The number of pairs at one price."""

    price: int
    quantity: int


class Proceeds(_Message, frozen=True, kw_only=True):
    """What a seller would receive at a price, in minor units."""

    price: int
    transaction_fee: int
    processing_fee: int
    payout: int


class ProductListing(_Message, frozen=True, kw_only=True):
    """A page of the catalogue, newest first."""

    items: list["ProductView"] = []
    next_cursor: UUID | None = None


class ProductView(_Message, frozen=True, kw_only=True):
    """A product of the catalogue. `retail_price` is in minor units."""

    id: UUID
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: int
    release_date: date
    sizes: list["SizeEntry"] = []
    images: list["ImageEntry"] = []
    created_at: datetime


class ProfileChange(_Message, frozen=True, kw_only=True):
    """The fields to change. Omitted fields stay."""

    first_name: str | None = None
    last_name: str | None = None


class QuoteListing(_Message, frozen=True, kw_only=True):
    """A page of one user's bids or asks, newest first."""

    items: list["QuoteView"] = []
    next_cursor: UUID | None = None


class QuoteView(_Message, frozen=True, kw_only=True):
    """A bid or an ask, for its owner. `amount` is in minor units."""

    id: UUID
    status: str
    amount: int
    size: str
    condition: str
    product_id: UUID
    created_at: datetime
    expires_at: datetime
    time_in_force: str
    match_id: UUID | None = None


class QuotesQuestion(_Message, frozen=True, kw_only=True):
    """A page of quotes, in any state or in one."""

    limit: int | None = None
    cursor: UUID | None = None
    status: Literal["active", "matched", "cancelled", "expired", "waiting"] | None = None


class Received(_Message, frozen=True, kw_only=True):
    """The event is stored."""

    received: bool | None = None


class Registered(_Message, frozen=True, kw_only=True):
    """The email as it was given. Sign in to learn the id."""

    email: str


class Report(_Message, frozen=True, kw_only=True):
    """An event of the payment provider: the body as it was received, and its signature."""

    body: bytes
    signature: str


class ReservationView(_Message, frozen=True, kw_only=True):
    """The pair of an order. Its unit of stock is the ask."""

    order_id: UUID
    ask_id: UUID
    status: str
    reserved_at: datetime


class SaleListing(_Message, frozen=True, kw_only=True):
    """A page of the tape, newest sale first."""

    items: list["SaleView"] = []
    next_cursor: UUID | None = None


class SaleView(_Message, frozen=True, kw_only=True):
    """A paid trade. `price` is in minor units. `imported` is whether it was made elsewhere."""

    price: int
    size: str
    condition: str
    sold_at: datetime
    imported: bool


class SalesQuestion(_Message, frozen=True, kw_only=True):
    """A page of the sales of a product, in one size or in all."""

    limit: int | None = None
    cursor: UUID | None = None
    product_id: UUID
    size: str | None = None


class SearchFacets(_Message, frozen=True, kw_only=True):
    """The results counted by brand (most first), size, release year (newest first) and price.

    Values without results are omitted.
    """

    brands: list["FacetCount"] = []
    sizes: list["FacetCount"] = []
    years: list["FacetCount"] = []
    prices: list["PriceCount"] = []


class SearchListing(_Message, frozen=True, kw_only=True):
    """A page of search results, the total number, and the facets of all results."""

    items: list["FoundProduct"] = []
    next_cursor: int | None = None
    total: int
    facets: "SearchFacets"


class Searching(_Message, frozen=True, kw_only=True):
    """A search, and which of its results. `cursor` is the `next_cursor` of the page before."""

    q: str | None = None
    brand: str | None = None
    size: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    year: int | None = None
    sort: Literal["relevance", "price_asc", "price_desc", "newest", "most_traded"] | None = None
    limit: int | None = None
    cursor: int | None = None


class Shipment(_Message, frozen=True, kw_only=True):
    """A parcel's carrier and tracking number."""

    carrier: str
    tracking_number: str


class SizeEntry(_Message, frozen=True, kw_only=True):
    """A US size of a product, such as 9, 10.5 or 6Y."""

    size: str


class Statistics(_Message, frozen=True, kw_only=True):
    """Statistics of a product, or of one size, over the last 52 weeks (`sales_ever`: all time).

    Prices are in minor units, and None without a sale.
    """

    sales_ever: int
    last_price: int | None = None
    last_sold_at: datetime | None = None
    sales: int
    total: int
    high: int | None = None
    low: int | None = None
    mean: float | None = None
    volatility: float | None = None
    premium: float | None = None


class StatisticsQuestion(_Message, frozen=True, kw_only=True):
    """A product, in one size or in all."""

    product_id: UUID
    size: str | None = None
    condition: Literal["new", "used", "damaged_box"] | None = None


class StockAnswer(_Message, frozen=True, kw_only=True):
    """The reservation of an order, or null if another order has the pair."""

    order_id: UUID
    reservation: "ReservationView | None" = None


class StockLevel(_Message, frozen=True, kw_only=True):
    """The number of pairs of one size that are for sale, and of those that are reserved."""

    size: str
    available: int
    reserved: int


class StockListing(_Message, frozen=True, kw_only=True):
    """The pairs for sale and the reserved ones of each size that has any."""

    items: list["StockLevel"] = []


class StockQuestion(_Message, frozen=True, kw_only=True):
    """A product, and one of its sizes or all."""

    product_id: UUID
    size: str | None = None


class SuggestedProduct(_Message, frozen=True, kw_only=True):
    """A suggested product and its name."""

    id: UUID
    style_code: str
    text: str


class SuggestionListing(_Message, frozen=True, kw_only=True):
    """Suggested products, most relevant first."""

    items: list["SuggestedProduct"] = []


class TaskListing(_Message, frozen=True, kw_only=True):
    """A page of tasks, newest first."""

    items: list["TaskView"] = []
    next_cursor: UUID | None = None


class TaskView(_Message, frozen=True, kw_only=True):
    """The authentication task of one pair. It does not show the buyer and the seller."""

    id: UUID
    order_id: UUID
    product_id: UUID
    size: str
    condition: str
    status: str
    created_at: datetime
    received_at: datetime | None = None
    authenticator_id: UUID | None = None
    lease_until: datetime | None = None
    verdict: "Verdict | None" = None
    decided_at: datetime | None = None


class TasksQuestion(_Message, frozen=True, kw_only=True):
    """A page of tasks, in any state or in one."""

    limit: int | None = None
    cursor: UUID | None = None
    status: (
        Literal["awaiting_item", "received", "in_review", "passed", "failed", "cancelled"] | None
    ) = None


class Tokens(_Message, frozen=True, kw_only=True):
    """Send the access token as `Authorization: Bearer ...`.

    It is valid for `expires_in` seconds.
    """

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class UserView(_Message, frozen=True, kw_only=True):
    """A user. Only the last characters of payment details are shown."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    roles: list[str] = []
    payment_method: str | None = None
    payout_account: str | None = None
    suspended: bool
    created_at: datetime


class Verdict(_Message, frozen=True, kw_only=True):
    """An authenticator's verdict. `photos` are URLs. A fail has a reason."""

    passed: bool
    checks: "Checks"
    photos: list[str] = []
    reason: str | None = None


class Warehouse(_Message, frozen=True, kw_only=True):
    """Where sellers ship their pairs. `country` is ISO 3166-1 alpha-2, or empty.

    Until it is set, its name says so. Raises ValueError for an invalid country.
    """

    name: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str


class UserService:
    """The calls of UserService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def register(self, request: NewUser, *, timeout: float | None = None) -> Registered:
        """Register a user with a unique email. If it is taken, its user is told by mail."""
        options = Options(timeout=timeout)
        return await self._transport.call("UserService.Register", request, Registered, options)

    async def login(self, request: Login, *, timeout: float | None = None) -> Tokens:
        """Sign in with email and password. The access token is accepted where a user calls."""
        options = Options(timeout=timeout)
        return await self._transport.call("UserService.Login", request, Tokens, options)

    async def get_profile(
        self, request: Nothing, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> OwnView:
        """Return the user's profile."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("UserService.GetProfile", request, OwnView, options)

    async def update_profile(
        self,
        request: ProfileChange,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> UserView:
        """Change first and last name. What is not given stays."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("UserService.UpdateProfile", request, UserView, options)

    async def add_address(
        self,
        request: NewAddress,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> AddressView:
        """Add a shipping address. Bids require one."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call("UserService.AddAddress", request, AddressView, options)

    async def get_addresses(
        self, request: Nothing, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> AddressListing:
        """Return all addresses of the user, oldest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "UserService.GetAddresses", request, AddressListing, options
        )


class ProductService:
    """The calls of ProductService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create_product(
        self,
        request: NewProduct,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> ProductView:
        """Add a product to the catalogue."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call(
            "ProductService.CreateProduct", request, ProductView, options
        )

    async def get_product(
        self, request: OfProduct, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> ProductView:
        """Return one product."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "ProductService.GetProduct", request, ProductView, options
        )

    async def list_products(
        self, request: Paged, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> ProductListing:
        """Return a page of products, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "ProductService.ListProducts", request, ProductListing, options
        )

    async def check_stock(
        self,
        request: StockQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> StockListing:
        """Return how many pairs are for sale and how many are reserved."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "ProductService.CheckStock", request, StockListing, options
        )

    async def reserve_stock(self, request: OfOrder, *, timeout: float | None = None) -> StockAnswer:
        """Reserve the pair of an order, as its match does. A repetition changes nothing."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "ProductService.ReserveStock", request, StockAnswer, options
        )

    async def release_stock(self, request: OfOrder, *, timeout: float | None = None) -> StockAnswer:
        """Release the pair of an order that has ended. A repetition changes nothing."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "ProductService.ReleaseStock", request, StockAnswer, options
        )


class BiddingService:
    """The calls of BiddingService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def place_bid(
        self,
        request: NewQuote,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> PlacedBid:
        """Bid for one pair. It matches the lowest ask of another user at or below its amount."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call("BiddingService.PlaceBid", request, PlacedBid, options)

    async def cancel_bid(
        self, request: OfBid, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> QuoteView:
        """Cancel an active bid and return it."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("BiddingService.CancelBid", request, QuoteView, options)

    async def get_my_bids(
        self,
        request: QuotesQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> QuoteListing:
        """Return a page of the user's bids, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "BiddingService.GetMyBids", request, QuoteListing, options
        )

    async def place_ask(
        self,
        request: NewQuote,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> PlacedAsk:
        """Ask for one pair. It matches the highest bid of another user at or above its amount."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call("BiddingService.PlaceAsk", request, PlacedAsk, options)

    async def cancel_ask(
        self, request: OfAsk, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> QuoteView:
        """Cancel an active ask, or one that waits for a halted book, and return it."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("BiddingService.CancelAsk", request, QuoteView, options)

    async def get_my_asks(
        self,
        request: QuotesQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> QuoteListing:
        """Return a page of the user's asks, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "BiddingService.GetMyAsks", request, QuoteListing, options
        )

    async def get_market_data(
        self, request: OfBook, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> MarketView:
        """Return the best prices of one size, and what trading now would pay or cost.

        For a user, the fees are theirs. Otherwise they are those of level 1.
        """
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "BiddingService.GetMarketData", request, MarketView, options
        )

    async def get_order_book(
        self, request: BookQuestion, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> BookPicture:
        """Return the number of pairs at each price. Their owners are not shown."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "BiddingService.GetOrderBook", request, BookPicture, options
        )


class OrderService:
    """The calls of OrderService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create_order(self, request: OfMatch, *, timeout: float | None = None) -> OrderView:
        """Return the order of a match, which the engine has opened with it.

        So a match has one order, however often this is called, and nobody orders without a match.
        """
        options = Options(timeout=timeout)
        return await self._transport.call("OrderService.CreateOrder", request, OrderView, options)

    async def get_order(
        self, request: OfOrder, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> OrderDetail:
        """Return an order to its buyer, its seller, an authenticator or an admin."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("OrderService.GetOrder", request, OrderDetail, options)

    async def update_order_status(
        self,
        request: MoveRequest,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> OrderView:
        """Make a legal move of an order, and return it in its new state."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call(
            "OrderService.UpdateOrderStatus", request, OrderView, options
        )

    async def cancel_order(
        self,
        request: Cancelling,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> OrderView:
        """Cancel an order, as the seller before shipping or as an admin before delivery."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call("OrderService.CancelOrder", request, OrderView, options)


class PaymentService:
    """The calls of PaymentService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def process_payment(
        self, request: OfOrder, *, timeout: float | None = None
    ) -> PaymentAnswer:
        """Charge the buyer of an order whose pair is reserved, unless that is done."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "PaymentService.ProcessPayment", request, PaymentAnswer, options
        )

    async def create_payout(
        self, request: OfOrder, *, timeout: float | None = None
    ) -> PayoutAnswer:
        """Pay the seller of an order whose hold is over, unless that is done."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "PaymentService.CreatePayout", request, PayoutAnswer, options
        )

    async def refund_payment(
        self, request: OfOrder, *, timeout: float | None = None
    ) -> PaymentAnswer:
        """Refund the buyer of an order that has ended or whose refund was granted, unless done."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "PaymentService.RefundPayment", request, PaymentAnswer, options
        )

    async def handle_webhook(self, request: Report, *, timeout: float | None = None) -> Received:
        """Store a signed event of the provider once. It is processed later."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "PaymentService.HandleWebhook", request, Received, options
        )


class SearchService:
    """The calls of SearchService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self, request: Searching, *, timeout: float | None = None, acting_for: UUID | None = None
    ) -> SearchListing:
        """Return the products that contain every word, and their facets."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("SearchService.Search", request, SearchListing, options)

    async def autocomplete(
        self,
        request: BeginningOfWords,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> SuggestionListing:
        """Suggest products for a partial text."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "SearchService.Autocomplete", request, SuggestionListing, options
        )

    async def get_facets(
        self,
        request: FacetsQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> SearchFacets:
        """Return the brands, sizes, release years and prices of the products found."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call("SearchService.GetFacets", request, SearchFacets, options)


class AuthenticationService:
    """The calls of AuthenticationService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create_auth_task(self, request: OfOrder, *, timeout: float | None = None) -> TaskView:
        """Return the task of a paid order, and open it if the order has none yet."""
        options = Options(timeout=timeout)
        return await self._transport.call(
            "AuthenticationService.CreateAuthTask", request, TaskView, options
        )

    async def get_auth_tasks(
        self,
        request: TasksQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> TaskListing:
        """Return a page of tasks, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "AuthenticationService.GetAuthTasks", request, TaskListing, options
        )

    async def complete_auth(
        self,
        request: Completion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
        key: str | None = None,
    ) -> TaskView:
        """Give the verdict on a received pair, which claims it first unless the caller has."""
        options = Options(timeout=timeout, acting_for=acting_for, key=key)
        return await self._transport.call(
            "AuthenticationService.CompleteAuth", request, TaskView, options
        )


class NotificationService:
    """The calls of NotificationService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get_notifications(
        self,
        request: NotificationsQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> NotificationListing:
        """Return a page of the user's notifications of the last year, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "NotificationService.GetNotifications", request, NotificationListing, options
        )


class AnalyticsService:
    """The calls of AnalyticsService."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get_candles(
        self,
        request: CandlesQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> CandleListing:
        """Return the sales as candles, over at most 1,000 intervals. Empty ones are left out."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "AnalyticsService.GetCandles", request, CandleListing, options
        )

    async def get_statistics(
        self,
        request: StatisticsQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> Statistics:
        """Return price statistics of the last 52 weeks. Amounts are in minor units."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "AnalyticsService.GetStatistics", request, Statistics, options
        )

    async def get_sales(
        self,
        request: SalesQuestion,
        *,
        timeout: float | None = None,
        acting_for: UUID | None = None,
    ) -> SaleListing:
        """Return a page of the sales of a product, newest first."""
        options = Options(timeout=timeout, acting_for=acting_for)
        return await self._transport.call(
            "AnalyticsService.GetSales", request, SaleListing, options
        )


class Services:
    """All services of an exchange."""

    def __init__(self, transport: Transport) -> None:
        self.user = UserService(transport)
        self.product = ProductService(transport)
        self.bidding = BiddingService(transport)
        self.order = OrderService(transport)
        self.payment = PaymentService(transport)
        self.search = SearchService(transport)
        self.authentication = AuthenticationService(transport)
        self.notification = NotificationService(transport)
        self.analytics = AnalyticsService(transport)
