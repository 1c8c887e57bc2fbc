"""Whatever is sent, the API answers as its document says, and never with an error of its own.

Schemathesis makes requests from the OpenAPI document, good ones and bad ones, and sends them to a
real server, as nobody and as somebody of every role.
"""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.embedded import build_embedded
from solebook.composition.engine import engine_of
from solebook.config.http import HttpSettings
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.worker.workers import Workers

from .conftest import PLENTY
from .world import World, open_market

pytestmark = pytest.mark.journey

RANDOM = 10
"""Random requests to each operation, beside the systematic ones."""


class _Server:
    """A market with an order under way, served on a loop of its own."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fuzzed-server", daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(timeout=120)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        clock = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
        application = build_embedded(clock=clock)
        settings = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
        app = create_app(application, settings)
        await engine_of(application).start()
        async with (
            running_server(app, "127.0.0.1", 0) as self.url,
            httpx.AsyncClient(base_url=self.url) as client,
        ):
            world = World(application, app, client, clock, Workers(application))
            self.places = await open_market(world)
            self.tokens = {
                name: person.headers["Authorization"] for name, person in world.people.items()
            }
            self._ready.set()
            while not self._stopping.is_set():
                await world.workers.settle()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 0.1)
        await engine_of(application).stop()


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    server = _Server()
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("who", ["nobody", "buyer", "seller", "authenticator", "admin"])
def test_every_answer_is_documented_and_none_is_a_failure(
    server: _Server, who: str, tmp_path: Path
) -> None:
    options: list[str] = []
    if who != "nobody":
        options += ["--header", f"Authorization: {server.tokens[who]}"]
        options += ["--generation-with-security-parameters", "false"]
        # Whoever signs out is nobody from then on.
        options += ["--exclude-path", "/v1/sessions/current"]
        # Ids of what there is, so that not everything ends with a 404; nobody tries random ones.
        known = "".join(f'{name} = "{value}"\n' for name, value in server.places.items())
        (tmp_path / "schemathesis.toml").write_text(f"[parameters]\n{known}")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/schema/openapi.json"),
        # A good document does not promise that every request that fits it is granted.
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(RANDOM), "--seed", "1"),
        *("--generation-database", "none", "--request-timeout", "120", "--no-color"),
        *("--suppress-health-check", "too_slow"),  # a busy machine is not the API's fault
        *options,
    ]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
