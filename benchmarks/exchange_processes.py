"""An exchange on PostgreSQL as processes of their own: `solebook serve` and `solebook worker`."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import SessionId, UserId
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, AccessClaims, Role

from .in_turn import ROOT
from .market import SIZES
from .postgres_market import BUYERS, SELLERS

RULES = MarketRules(
    max_unpaid_orders=1_000_000,
    max_open_quotes=1_000_000,
    max_backlog=timedelta(hours=1),
    payment_window=timedelta(hours=2),
)
"""Nothing is refused."""
_RULES = {
    "SOLEBOOK_MARKET__MAX_UNPAID_ORDERS": "1000000",
    "SOLEBOOK_MARKET__MAX_OPEN_QUOTES": "1000000",
    "SOLEBOOK_MARKET__MAX_BACKLOG": "3600",
    "SOLEBOOK_MARKET__PAYMENT_WINDOW": "7200",
}
_NO_LIMITS = {
    f"SOLEBOOK_HTTP__{who}_LIMIT__{what}": "1000000"
    for who in ("USER", "ADDRESS", "CREDENTIALS")
    for what in ("BURST", "PER_SECOND")
}
_PATIENCE = 60.0
SOLEBOOK = "solebook.entrypoints.cli.main"
"""The module that is the command `solebook`."""


def settings_of(url: str, folder: Path) -> Settings:
    """Return the settings of this process, like those of the others."""
    return Settings(
        folder=str(folder),
        store=StoreSettings(url=url),
        security=SecuritySettings(bcrypt_cost=4),
        market=RULES,
    )


async def add_product(application: Application) -> Product:
    """Add a product with a book for each size."""
    return await application.catalog.create_product(
        OPERATOR,
        style_code="DD1391-100",
        brand="Nike",
        model="Dunk Low",
        colorway="White Black",
        retail_price=11_000,
        release_date=date(2021, 3, 10),
        sizes=SIZES,
        images=(),
    )


async def prepare(url: str, folder: Path) -> dict[str, object]:
    """Add a product, and return it with the sizes and a token for each trader."""
    async with open_application(settings_of(url, folder)) as application:
        product = await add_product(application)
        tokens = application.adapters.access_tokens

        def token(user_id: UserId) -> str:
            roles = frozenset({Role.BUYER, Role.SELLER})
            expires_at = datetime.now(UTC) + timedelta(hours=1)
            return tokens.issue(AccessClaims(user_id, SessionId(UUID(int=1)), roles, expires_at))

        return {
            "product": str(product.id),
            "sizes": SIZES,
            "buyers": [token(user_id) for user_id in BUYERS],
            "sellers": [token(user_id) for user_id in SELLERS],
        }


@dataclass(frozen=True, slots=True)
class Running:
    """A process."""

    url: str
    """Where it answers."""
    pid: int

    def busy(self) -> float:
        """Return the seconds of processor time that it has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    arguments: Sequence[str], url: str, folder: Path, *, module: str = SOLEBOOK
) -> Iterator[Running]:
    """Run a command of solebook until the block is left, and yield it when it is ready."""
    environment = os.environ | _RULES | _NO_LIMITS
    environment |= {"SOLEBOOK_STORE__URL": url, "SOLEBOOK_FOLDER": str(folder)}
    environment |= {"PYTHONPATH": f"{ROOT / '.dev'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            where = next(word for word in told.split() if "http://" in word).strip("();")
            one = Running(where.removesuffix("/health/ready"), process.pid)
            _wait_until_ready(one)
            yield one
        finally:
            process.terminate()
            process.stdout.read()


def _wait_until_ready(one: Running) -> None:
    give_up_at = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{one.url}/health/ready"):
                return
        except urllib.error.HTTPError:
            assert time.monotonic() < give_up_at, "it does not become ready"
        time.sleep(0.1)
