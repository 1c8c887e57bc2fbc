"""The routes of all pages."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router
from litestar.di import Provide
from litestar.exceptions import ClientException, HTTPException

from ...ports.language.currencies import DOLLAR
from ...ports.language.errors import Refusal
from ..http.edge.bearer import PUBLIC
from ..http.edge.injected import App
from ..http.edge.problems import AnyRequest, http_response, refusal_response, unexpected_response
from ..http.edge.request_checks import check_request
from .account.routes import ACCOUNT_PAGES
from .admin.routes import ADMIN_PAGES
from .assets import Assets
from .authenticator.pair import PairPages
from .authenticator.warehouse import WarehousePages
from .forms import MOST_FORM, detail_of, sentence
from .market.market import MarketPages
from .market.product import ProductPages
from .mine.alerts import AlertPages
from .mine.inbox import InboxPages
from .mine.payouts import PayoutPages
from .mine.portfolio import PortfolioPages
from .orders.orders import OrderPages
from .orders.packing_slip import PackingSlipPages
from .pages import Page
from .posted import FormOutdated, SignInNeeded, form_of, sent_by, user_of
from .register import RegisterPages
from .sign_in import SignInPages
from .trade.place import TradePages
from .trade.quotes import QuotePages
from .visitor import Anybody, stranger, visitor_of

_MOST_KEPT = MOST_FORM // 2
"""The most characters of a field that the form to sign in keeps, or it could not be sent itself."""
_KEPT_HEADERS = ("retry-after", "allow")
"""The headers of a problem that its page has too."""


async def _page_of(request: AnyRequest, visitor: Anybody, application: App) -> Page:
    query = request.url.query
    page = Page(
        visitor,
        application.rules.money,
        path=request.url.path,
        query=f"?{query}" if query else "",
    )
    request.state.page = page
    if visitor.actor is not None:
        page.unread = await application.notifications.count_unread(visitor.actor)
    return page


def _sign_in_first(request: AnyRequest, needed: SignInNeeded) -> Response[bytes]:
    """Return the page to sign in, with the form that came without a session."""
    page: Page = request.state.page
    if request.method != "POST":
        return page.leads_to(f"/sign-in?{urlencode({'next': page.path + page.query})}")
    short = {name: text for name, text in needed.fields.items() if len(text) <= _MOST_KEPT}
    return page.shows(
        "account/sign_in",
        status=401,
        next=page.path + page.query,
        # A button without fields is kept too: its path cannot be gone to by a link.
        kept=short or {"_sent": "yes"},
        email="",
        refused="",
    )


def _confirm(request: AnyRequest, outdated: FormOutdated) -> Response[bytes]:
    page: Page = request.state.page
    return page.shows(
        "account/again",
        status=409,
        path=page.path + page.query,
        fields=outdated.fields,
        is_outdated=True,
    )


def _refused(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    _, detail = detail_of(request, refusal)
    return _problem(request, refusal_response(request, refusal), detail)


def _failed(request: AnyRequest, error: HTTPException) -> Response[Any]:
    return _problem(request, http_response(request, error))


def _unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    return _problem(request, unexpected_response(request, error))


def _problem(
    request: AnyRequest, problem: Response[dict[str, Any]], detail: str = ""
) -> Response[Any]:
    """Return a problem as a page. It may have come before it was known who looks at the page."""
    page: Page = request.state.get("page") or Page(stranger(request), DOLLAR)
    told = detail or sentence(problem)
    answer = page.shows("problem", status=problem.status_code or 400, detail=told)
    answer.headers.update(
        {name: of for name, of in problem.headers.items() if name.lower() in _KEPT_HEADERS}
    )
    return answer


def answer_lost(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer an error outside of all pages. A browser gets a page, and a program a problem.

    People mistype addresses, and load one anew that takes forms alone.
    """
    is_browser = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if is_browser and not request.url.path.startswith("/v1/"):
        return _failed(request, error)
    return http_response(request, error)


async def _check(request: AnyRequest) -> Response[None] | None:
    """Check a request before its parameters are read.

    Links to pages get parameters from mailings and search engines, so unknown ones are ignored.
    """
    if request.method == "OPTIONS":
        return await check_request(request)
    if "%00" in request.url.query or "\0" in request.scope["path"]:
        raise ClientException("the address has the character U+0000")
    return None


PAGES = Router(
    "/",
    route_handlers=[
        SignInPages,
        RegisterPages,
        *ACCOUNT_PAGES,
        MarketPages,
        ProductPages,
        TradePages,
        QuotePages,
        OrderPages,
        PackingSlipPages,
        InboxPages,
        AlertPages,
        PayoutPages,
        ADMIN_PAGES,
        WarehousePages,
        PairPages,
        PortfolioPages,
        Assets,
    ],
    dependencies={
        "sent": Provide(sent_by),
        "visitor": Provide(visitor_of),
        "page": Provide(_page_of),
        "form": Provide(form_of),
        "user": Provide(user_of),
    },
    opt=PUBLIC | {"is_page": True},
    include_in_schema=False,
    before_request=_check,
    request_max_body_size=MOST_FORM,
    exception_handlers={
        SignInNeeded: _sign_in_first,
        FormOutdated: _confirm,
        Refusal: _refused,
        HTTPException: _failed,
        Exception: _unexpected,
    },
)
