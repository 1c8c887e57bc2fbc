"""The pages of the catalogue, for admins."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.catalog import Product
from ....ports.language.errors import Refusal
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition
from ....ports.language.paging import Page as Items
from ....ports.language.paging import PageRequest
from ....ports.language.search import MAX_TEXT, SearchFilters, SearchQuery, SearchSort
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..choices import chosen
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User
from .orders import Sought
from .product_form import NAMES, NOTHING, fields_of, typed_product
from .staff import A_PAGE, ask_once

_AUDITED = PageRequest(limit=20)


class AdminProductPages(Controller):
    """Products."""

    path = "/admin/products"

    @get()
    async def list_products(
        self, page: ThePage, user: User, application: App, q: Sought = "", cursor: Cursor = None
    ) -> Response[bytes]:
        """List products, newest first, or those that a text finds."""
        found = await _products(application, q.strip()[:MAX_TEXT], PageRequest(A_PAGE, cursor))
        return page.shows("admin/products", products=found.items, next=found.next_cursor, sought=q)

    @get("/new")
    async def view_new(self, page: ThePage, user: User) -> Response[bytes]:
        """Show the form of a new product."""
        return page.shows("admin/new_product", typed=NOTHING)

    @post("/new")
    async def create_product(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Create a product, and lead to it."""
        created: list[Product] = []

        async def create() -> None:
            typed = typed_product(form, page.currency)
            created.append(
                await application.catalog.create_product(
                    user.actor,
                    style_code=form.text("style_code"),
                    brand=typed.brand,
                    model=typed.model,
                    colorway=typed.colorway,
                    retail_price=typed.retail_price,
                    release_date=typed.release_date,
                    sizes=typed.sizes,
                    images=typed.images,
                )
            )

        try:
            await act_once(application, user.actor, form, create)
        except Refusal as refusal:
            refused = Refused.of(request, refusal, form)
            return page.shows(
                "admin/new_product",
                status=refused.status,
                typed=_typed(form),
                refused=refused.detail,
            )
        return page.leads_to(f"/admin/products/{created[0].id}" if created else "/admin/products")

    @get("/{product_id:uuid}")
    async def view_product(
        self, page: ThePage, user: User, product_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show the form of a product, its stock, and what can be halted."""
        return await _shown(page, user.actor, application, ProductId(product_id))

    @post("/{product_id:uuid}/details")
    async def edit_product(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        product_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Change a product."""
        id_ = ProductId(product_id)

        async def edit() -> None:
            typed = typed_product(form, page.currency)
            await application.catalog.edit_product(
                user.actor,
                id_,
                brand=typed.brand,
                model=typed.model,
                colorway=typed.colorway,
                retail_price=typed.retail_price,
                release_date=typed.release_date,
                sizes=typed.sizes,
                images=typed.images,
            )

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, edit),
            partial(_shown, page, user.actor, application, id_, _typed(form)),
            then=f"/admin/products/{id_}",
        )

    @post("/{product_id:uuid}/halt")
    async def halt_books(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        product_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Halt the books of a product, or those in one size or condition."""
        id_ = ProductId(product_id)

        async def ask() -> AuditEntry:
            return await application.bidding.request_halt(
                user.actor,
                id_,
                size=form.text("size") or None,
                condition=chosen("condition", form.text("condition"), Condition),
                reason=form.text("reason"),
            )

        return await acted(
            request,
            page,
            form,
            lambda: ask_once(application, user.actor, form, ask),
            partial(_shown, page, user.actor, application, id_, None),
            then="/admin/halts",
        )


async def _products(application: Application, sought: str, request: PageRequest) -> Items[Product]:
    if not sought:
        return await application.catalog.list_products(request)
    query = SearchQuery(sought, SearchFilters(), SearchSort.RELEVANCE, A_PAGE, 0)
    hits = (await application.search.search_products(query)).hits
    return Items(tuple([await application.catalog.view_product(hit.product_id) for hit in hits]))


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    product_id: ProductId,
    typed: Mapping[str, str] | None = None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    product = await application.catalog.view_product(product_id)
    audit = await application.operations.read_audit_log(actor, _AUDITED, target_id=product_id)
    return page.shows(
        "admin/product",
        status=refused.status,
        product=product,
        typed=typed or fields_of(product, page.currency),
        stock=await application.catalog.view_stock(product_id),
        conditions=list(Condition),
        audit=audit.items,
        refused=refused.detail,
    )


def _typed(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in NAMES}
