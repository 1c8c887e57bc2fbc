"""A large catalogue, and what people type to find something in it.

It imports only what earlier revisions have, too.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.search import MarketFigures, SearchDocument

MODELS = {
    "Jordan": ("Air Jordan {} Retro", "Air Jordan {} Retro High OG", "Air Jordan {} Low"),
    "Nike": ("Dunk Low", "SB Dunk High", "Air Force {} Low", "Air Max {}", "Kobe {} Protro"),
    "adidas": ("Yeezy Boost 350 V{}", "Yeezy Slide", "Ultra Boost", "Superstar", "Samba OG"),
    "New Balance": ("990v{}", "550", "2002R"),
    "ASICS": ("Gel-Lyte {}", "Gel-Kayano {}"),
    "Vans": ("Old Skool", "Sk8-Hi"),
}
COLORS = (
    "White Black Red Blue Green Grey Chicago Bred Royal Shadow Mocha Obsidian Zebra Beluga Cream "
    "Turtledove Onyx Oreo Panda Volt Infrared Concord Cement Taupe Sail Fossil Bone Slate Moonrock "
    "Oxford Tan Pirate Copper Sesame Butter Static Cinder Sand Wave Runner Salt Magnet Hospital "
    "Teal Mist Arctic Pink Purple Court University Hyper Pine Lucky Gym Fire Maize Pollen Orange "
    "Starfish Syracuse Kentucky Travis Scott Union Fragment Supreme Parra Undefeated Atmos"
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def catalogue(count: int, dice: random.Random) -> Iterator[SearchDocument]:
    """Yield products whose names share most of their words, but whose style codes share none."""
    colors = COLORS.split()
    for number in range(count):
        brand = dice.choice(list(MODELS))
        letters = "".join(dice.choices(LETTERS.upper(), k=2))
        yield SearchDocument(
            product_id=ProductId(UUID(int=dice.getrandbits(128))),
            version=1,
            style_code=f"{letters}{number:05}-{dice.randrange(1_000):03}",
            brand=brand,
            model=dice.choice(MODELS[brand]).format(dice.randint(1, 40)),
            colorway=" ".join(dice.choices(colors, k=dice.randint(1, 3))),
            retail_price=dice.randint(80, 300) * 100,
            release_date=date(2010, 1, 1) + timedelta(days=dice.randrange(5_500)),
            sizes=(Size("8"), Size("9"), Size("10.5")),
        )


def typed(documents: Sequence[SearchDocument], dice: random.Random) -> str:
    """Return the first 1 to 12 characters of a product's name or style code."""
    document = dice.choice(documents)
    name = f"{document.model} {document.colorway}"
    whole = dice.choice((name, f"{document.brand} {name}", document.colorway, document.style_code))
    return whole[: dice.randint(1, 12)]


def mistyped(text: str, dice: random.Random) -> str:
    """Return the text with a typo: a letter missing, replaced, or swapped with the next."""
    at = dice.randrange(max(1, len(text) - 1))
    wrong = (text[at + 1 : at + 2] + text[at], "", dice.choice(LETTERS))
    skipped = (2, 1, 1)
    way = dice.randrange(3)
    return text[:at] + wrong[way] + text[at + skipped[way] :]


async def fill(index: Any, documents: Sequence[SearchDocument], seed: int) -> None:
    """Fill a search index with products and their figures."""
    dice, as_of = random.Random(seed), datetime(2026, 1, 1, tzinfo=UTC)
    async with index.rebuild() as rebuild:
        for start in range(0, len(documents), 100):
            portion = documents[start : start + 100]
            figures = [
                MarketFigures(dice.randint(100, 900) * 100, int(dice.paretovariate(0.8)), as_of)
                for _ in portion
            ]
            await rebuild.put(list(zip(portion, figures, strict=True)))
