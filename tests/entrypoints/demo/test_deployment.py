"""The demo replays sales through the API of an exchange that is served, and moves its clock."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from solebook.composition.container import open_application
from solebook.composition.exchange_clock import movable_clock, start_clock_of
from solebook.composition.migrations import migrate_store
from solebook.config.http import HttpSettings
from solebook.config.settings import SecuritySettings, Settings
from solebook.entrypoints.cli.running import running_roles
from solebook.entrypoints.demo.deployment import run_on_deployment
from solebook.entrypoints.demo.files import read_catalogue, read_sales
from solebook.entrypoints.demo.replay import opening_of
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.server import running_server
from solebook.ports.language.process_roles import ALL_ROLES
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR

LOTS = RateLimit(burst=1_000_000, per_second=1_000_000)
ROWS = read_sales(None, read_catalogue(None, MarketRules()), MarketRules())


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """The settings of an exchange whose clock has been started."""
    settings = Settings(
        folder=str(tmp_path / "exchange"),
        http=HttpSettings(user_limit=LOTS, address_limit=LOTS, credentials_limit=LOTS),
        security=SecuritySettings(bcrypt_cost=4),
        market=MarketRules(max_unpaid_orders=1_000_000),
    )
    await migrate_store(settings)
    clock = movable_clock(opening_of(ROWS) - timedelta(hours=1))
    async with open_application(settings, clock=clock) as application:
        await start_clock_of(application, settings)(OPERATOR)
    return settings


async def test_the_sales_of_the_file_are_traded_on_their_days(
    settings: Settings, tmp_path: Path
) -> None:
    screen, report = io.StringIO(), tmp_path / "report.json"
    console = Console(file=screen, width=200)
    async with running_roles(settings, ALL_ROLES) as served:
        app = create_app(served, settings.http, settings.stream)
        async with running_server(app, "127.0.0.1", 0) as url, open_application(settings) as own:
            code = await run_on_deployment(
                own, settings, [url], limit=3, report=report, console=console
            )
            told = screen.getvalue()
            await everybody_told_can_sign_in(url, told)
        assert served.adapters.clock.now().date() >= ROWS[2].sold_on
    assert code == 0, told
    assert "The tape holds exactly the file's 3 sales." in told
    assert "Everything in the database agrees, and with the payment provider." in told
    assert json.loads(report.read_text())["ledger"]["balanced"]


async def everybody_told_can_sign_in(url: str, told: str) -> None:
    """Sign in as everybody whom the demo names at the end, where it says, with what it says."""
    assert f"Look around: {url}\n" in told
    [password] = re.findall("Everybody has the password: (.+)", told)
    people = dict(re.findall(r"^  (buyer|seller|authenticator|admin) +(\S+)$", told, re.MULTILINE))
    assert len(people) == 4
    async with httpx.AsyncClient(base_url=url) as http:
        for email in people.values():
            person = {"email": email, "password": password}
            assert (await http.post("/v1/sessions", json=person)).is_success
