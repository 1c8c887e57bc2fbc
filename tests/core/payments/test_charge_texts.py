"""What a charge says on a bank statement is what banks accept."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.payments.charges.charge_texts import (
    MAX_DESCRIPTION,
    description_of,
    statement_of,
)
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import parse_size

PRODUCT = Product(
    id=ProductId(UUID(int=1)),
    style_code="DD1391-100",
    brand="Nike",
    model="Dunk Low",
    colorway="White/Black",
    retail_price=11_000,
    release_date=date(2021, 3, 10),
    sizes=(),
    images=(),
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("style_code", "model", "brand", "statement"),
    [
        ("DD1391-100", "Dunk Low", "Nike", "DD1391-100"),
        ("dd1391 100 a", "Dunk Low", "Nike", "DD1391 100"),
        ("310810 022", "Air Jordan 1 Mid", "Nike", "AIR JORDAN"),
        ("310810", "990", "New Balance", "NEW BALANC"),
        ("310810", "Évo*'<x>", "Nike", "EVO X"),
        ("1", "2", "アシックス", "SNEAKERS"),
    ],
)
def test_the_statement_has_the_style_code_or_the_name(
    style_code: str, model: str, brand: str, statement: str
) -> None:
    product = replace(PRODUCT, style_code=style_code, model=model, brand=brand)
    assert statement_of(product) == statement


@given(st.text(), st.text(), st.text())
def test_every_product_has_a_statement_that_banks_accept(
    style_code: str, model: str, brand: str
) -> None:
    text = statement_of(replace(PRODUCT, style_code=style_code, model=model, brand=brand))
    assert re.fullmatch(r"[A-Z0-9./&-]([A-Z0-9 ./&-]{0,8}[A-Z0-9./&-])?", text)
    assert re.search("[A-Z]", text)
    assert len("X" * 10 + "* " + text) <= 22


@given(st.text(min_size=1, max_size=500))
def test_every_product_has_a_description(model: str) -> None:
    text = description_of(replace(PRODUCT, model=model), parse_size("9"))
    assert text.startswith("Nike")
    assert len(text) <= MAX_DESCRIPTION
