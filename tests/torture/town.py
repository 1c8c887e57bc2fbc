"""Who trades while things break, and with what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import httpx

from solebook.composition.application import Application
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..entrypoints.cli.traders import SIZES, Doors, Trader
from ..served import ADDRESS, PASSWORD
from .production import Production

SETTINGS = """
[http.user_limit]
burst = 100000

[http.address_limit]
burst = 100000

[security]
bcrypt_cost = 4
access_token_life = "PT10H"
"""
"""What a town needs: its people ask as often as they like, and stay signed in."""
PEOPLE = 6
_TIMEOUT = 3.0
"""Seconds after which they ask the other process. Faults last longer."""
_PAUSE = 0.2


@dataclass(frozen=True)
class Town:
    """A product, and people who have a card and an account at the double of Stripe."""

    product: str
    tokens: Sequence[str]

    def traders(self, doors: Doors, seeds: Sequence[float]) -> list[Trader]:
        return [
            Trader(number, token, doors, self.product, seed, timeout=_TIMEOUT, pause=_PAUSE)
            for number, (token, seed) in enumerate(zip(self.tokens, seeds, strict=True))
        ]


async def settle(production: Production) -> Town:
    """Let everybody join, and put a product on sale."""
    async with production.opened() as application:
        product = await application.catalog.create_product(
            Actor(OPERATOR.user_id, frozenset({Role.ADMIN})),
            style_code="DD1391-100",
            brand="Nike",
            model="Dunk Low",
            colorway="White/Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=list(SIZES),
            images=[],
        )
        double = f"http://127.0.0.1:{production.port('stripe-double')}"
        people = [await _join(application, f"trader-{number}", double) for number in range(PEOPLE)]
    return Town(str(product.id), people)


async def _join(application: Application, name: str, double: str) -> str:
    users, email = application.users, f"{name}@example.com"
    user = await users.register_user(
        email=email, password=PASSWORD, first_name="Test", last_name="User"
    )
    actor = Actor(user.id, user.roles)
    await users.set_payment_method(actor, token="pm_card_visa")
    await users.add_address(actor, **ADDRESS)
    link = await application.sellers.open_account(actor, country="US")
    found = re.search(r"acct_\w+", link.url)
    assert found is not None
    async with httpx.AsyncClient(timeout=60) as http:
        done = await http.post(f"{double}/_double/accounts/{found[0]}/complete")
    assert done.is_success, done.text
    return (await users.sign_in(email=email, password=PASSWORD)).access_token
