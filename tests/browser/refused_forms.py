"""Forms that are refused, and the pages that say so."""

from dataclasses import dataclass, field

from playwright.async_api import Response

from .found_pages import FoundPage
from .market import Market
from .windows import Window

_SEND = """([action, fields]) => {
  const form = [...document.forms].find(each => each.getAttribute("action").endsWith(action))
  for (const [name, text] of Object.entries(fields)) form.elements[name].value = text
  form.noValidate = true
  form.requestSubmit()
}"""


@dataclass(frozen=True)
class WrongForm:
    """What somebody types into a form of a page, and is refused."""

    route: str
    who: str
    action: str
    """How the path ends that it is sent to."""
    typed: dict[str, str] = field(default_factory=dict)


_PRODUCT = "/products/{product_id}"
WRONG_FORMS = (
    WrongForm("/sign-in", "nobody", "/sign-in", {"email": "nobody@example.com", "password": "odd"}),
    WrongForm("/register", "nobody", "/register", {"email": "odd", "password": "short"}),
    WrongForm(f"{_PRODUCT}/trade", "buyer", "/trade", {"amount": "1"}),
    WrongForm(_PRODUCT, "buyer", "/alerts", {"amount": "odd"}),
    WrongForm("/quotes/{side}/{quote_id}", "buyer", "/change", {"amount": "1", "days": "999"}),
    WrongForm("/orders/{order_id}", "seller", "/shipment", {"carrier": "UPS"}),
    WrongForm("/orders/{order_id}", "seller", "/cancellation"),
    WrongForm("/account", "buyer", "/profile", {"first_name": " "}),
    WrongForm("/account/addresses", "buyer", "/addresses", {"country": "odd"}),
    WrongForm("/admin/products/new", "admin", "/new", {"brand": "Odd"}),
    WrongForm("/admin/orders/{order_id}", "admin", "/refund"),
)
"""Of forms that have texts. A blank field is refused too."""


async def paths_of_forms(market: Market, found: list[FoundPage]) -> dict[str, str]:
    """Return a page of each route, and where it depends on its state, one that has forms."""
    buyer, seller = market.people.buyers[0].api, market.people.sellers[0].api
    [bid, *_] = (await buyer.get("/bids", status="active"))["items"]
    [order, *_] = (await seller.get("/orders", status="confirmed", role="seller"))["items"]
    return {page.route: page.path for page in reversed(found)} | {
        _PRODUCT: f"/products/{bid['product_id']}?size={bid['size']}",
        "/quotes/{side}/{quote_id}": f"/quotes/bid/{bid['id']}",
        "/orders/{order_id}": f"/orders/{order['id']}",
        "/admin/orders/{order_id}": f"/admin/orders/{order['id']}",
    }


async def is_refused(window: Window, form: WrongForm, path: str) -> Response:
    """Send a form from its page, and return the answer that refuses it."""
    page = window.page
    await window.opens(path)
    async with page.expect_navigation() as navigated:
        await page.evaluate(_SEND, [form.action, form.typed])
    answer = await navigated.value
    assert answer is not None
    assert 400 <= answer.status < 500, (form, answer.status)
    return answer
