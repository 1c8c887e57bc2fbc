"""Contract of ExchangeTerms."""

from solebook.composition.adapters import Store
from solebook.ports.language.terms import Terms


async def test_the_first_terms_are_kept(store: Store) -> None:
    first, other = Terms("USD", 8), Terms("EUR", 4)
    async with store.transaction():
        assert await store.exchange_terms.agree(first) == first
        assert await store.exchange_terms.agree(other) == first
    async with store.transaction():
        assert await store.exchange_terms.agree(other) == first


async def test_the_currency_is_changed_and_the_shards_stay(store: Store) -> None:
    async with store.transaction():
        await store.exchange_terms.agree(Terms("USD", 8))
    async with store.transaction():
        await store.exchange_terms.denominate("JPY")
    assert await store.exchange_terms.find() == Terms("JPY", 8)
