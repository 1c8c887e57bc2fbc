"""An exchange in a process of its own, with a large catalogue and one deep book."""

import asyncio
import json
import os
import random
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from benchmarks.catalogue import catalogue, fill
from solebook.adapters.embedded import tokens
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.settings import Settings
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.market import BookKey, Size, shard_of
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..served import ADDRESS, PASSWORD, Served
from .bystander import Bystander, Seen

DESCRIPTORS = 1_024
"""What most machines let a process open."""
_PRODUCTS = 20_000
_LEVELS = 10_000
_DEEP = Size("10.5")
_PATIENCE = 60.0
_HASHES = 2**32


@dataclass(frozen=True)
class Facts:
    """What is in the exchange."""

    product_id: str
    token: str
    bystander: str

    def as_json(self) -> str:
        """Return what an attacker knows."""
        return json.dumps({"deep": self.product_id, "size": _DEEP, "victim": self.bystander})


class Attacked(Served):
    """A process that serves the exchange, and may open few descriptors."""

    def __init__(self, folder: Path, facts: Facts) -> None:
        limit = f'ulimit -n {DESCRIPTORS}; exec "$@"'
        serve = [sys.executable, "-m", "solebook.entrypoints.cli.main", "serve", "--port", "0"]
        environment = os.environ | {
            "SOLEBOOK_MARKET__MAX_OPEN_QUOTES": "100000",
            # As in production.
            "SOLEBOOK_LOG__LEVEL": "info",
            "SOLEBOOK_LOG__FORMAT": "json",
        }
        super().__init__(["sh", "-c", limit, "sh", *serve], folder, environment, _PATIENCE)
        self.url = self.first_lines(2).split()[2]
        self.facts = facts

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def memory(self) -> int:
        """The memory that it has, in bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def log(self) -> int:
        """The size of its log in bytes."""
        return os.fstat(self._errors.fileno()).st_size


@pytest.fixture(scope="session")
def seconds() -> float:
    """How long each attack lasts."""
    return float(os.environ.get("HOSTILE_SECONDS", "2"))


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("hostile")
    facts = asyncio.run(_settle_in(folder))
    attacked = Attacked(folder, facts)
    yield attacked
    attacked.close()


@pytest.fixture
async def bystander(exchange: Attacked) -> AsyncIterator[Bystander]:
    facts = exchange.facts
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
    async with httpx.AsyncClient(base_url=exchange.url, timeout=_PATIENCE, limits=limits) as http:
        yield Bystander(http, facts.token, facts.bystander, facts.product_id)


_UNATTACKED: list[Seen] = []


@pytest.fixture
async def unattacked(exchange: Attacked, bystander: Bystander, seconds: float) -> Seen:
    """What the bystander sees without an attack, which is looked at once."""
    if not _UNATTACKED:
        await bystander.use_it(1.0, signs_in=False)  # the first requests of a process take longer
        _UNATTACKED.append(await bystander.use_it(seconds))
    return _UNATTACKED[0]


async def _settle_in(folder: Path) -> Facts:
    settings = Settings(folder=str(folder / "solebook-data"))
    async with open_application(settings) as app:
        product = await app.catalog.create_product(
            Actor(OPERATOR.user_id, frozenset({Role.ADMIN})),
            style_code="DD1391-100",
            brand="Nike",
            model="Dunk Low",
            colorway="White/Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=["9", str(_DEEP)],
            images=[],
        )
        _, token = await _joined(app, "bystander@example.com")
        seller, _ = await _joined(app, "seller@example.com")
        await fill(app.adapters.search_index, list(catalogue(_PRODUCTS, random.Random(1))), seed=2)
    _deepen(folder / "solebook-data" / "solebook.sqlite3", product.id, seller)
    return Facts(str(product.id), token, "bystander@example.com")


async def _joined(app: Application, email: str) -> tuple[UserId, str]:
    user = await app.users.register_user(
        email=email, password=PASSWORD, first_name="Test", last_name="User"
    )
    actor = Actor(user.id, user.roles)
    await app.users.set_payment_method(actor, token=tokens.CARD)
    await app.users.add_address(actor, **ADDRESS)
    signed_in = await app.users.sign_in(email=email, password=PASSWORD)
    return user.id, signed_in.access_token


def _deepen(store: Path, product_id: ProductId, owner: UserId) -> None:
    """Let an ask rest at each of many prices, by statements: to place them would take minutes."""
    now = datetime.now(UTC).replace(tzinfo=None)
    hashed = shard_of(BookKey(product_id, _DEEP), _HASHES)
    same = owner.hex, product_id.hex, _DEEP, "new", hashed
    rows = [
        (
            f"{number:032x}",
            *same,
            20_000 + number * 100,
            number,
            now.isoformat(" ", "microseconds"),
            (now + timedelta(days=30)).isoformat(" ", "microseconds"),
        )
        for number in range(1, _LEVELS + 1)
    ]
    with closing(sqlite3.connect(store)) as connection:
        places = ", ".join("?" * len(rows[0]))
        statement = f"INSERT INTO asks VALUES ({places}, 'active', NULL, 'gtc')"  # of our own texts
        connection.executemany(statement, rows)
        connection.execute("UPDATE engine_shards SET sequence = sequence + ?", (len(rows),))
        connection.commit()
