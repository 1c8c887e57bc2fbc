"""Views of the catalogue, and who may see them."""

import pytest

from solebook.composition.embedded import build_embedded
from solebook.ports.language.errors import Forbidden, NotFound
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role


async def test_only_admins_list_duplicate_products() -> None:
    app = build_embedded()
    list_doubled = app.catalog.list_doubled_products

    assert (await list_doubled(OPERATOR, PageRequest(limit=1))).items == ()
    buyer = Actor(UserId(app.adapters.ids.new()), frozenset({Role.BUYER}))
    with pytest.raises(Forbidden):
        await list_doubled(buyer, PageRequest(limit=1))


async def test_stock_of_an_unknown_product_is_not_found() -> None:
    app = build_embedded()

    assert (await app.catalog.list_products(PageRequest(limit=1))).items == ()
    with pytest.raises(NotFound):
        await app.catalog.view_stock(ProductId(app.adapters.ids.new()))
