"""Processes of one exchange on PostgreSQL: `solebook serve` and `solebook worker`."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from ...busy_machine import timed
from ...nats_server import NatsServer
from ...served import ADDRESS, PASSWORD, Served

PATIENCE = 180.0
"""Seconds for what takes one or two on a machine that has nothing else to do."""
_COMMAND = (sys.executable, "-m", "solebook.entrypoints.cli.main")
_PRODUCT = {
    "style_code": "DD1391-100",
    "brand": "Nike",
    "model": "Dunk Low",
    "colorway": "White/Black",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "images": [],
}


class Processes:
    """Starts processes in one folder, with the same settings."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.command: tuple[str, ...] = _COMMAND
        """What starts `solebook`."""
        self.environment = os.environ | {
            "SOLEBOOK_STORE__URL": url,
            "SOLEBOOK_SECURITY__BCRYPT_COST": "4",
            "SOLEBOOK_PASSWORD": PASSWORD,
        }
        self._started: list[Running] = []

    def over_nats(self, nats: NatsServer, **settings: str) -> None:
        """Let the processes reach each other over a server, and prepare it and the database."""
        self.environment |= {
            "SOLEBOOK_NATS__URL": nats.url,
            "SOLEBOOK_NATS__PREFIX": f"test-{uuid4().hex}",
            **settings,
        }
        migrated = self.run("migrate")
        assert migrated.returncode == 0, migrated.stderr

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self.run_long(10 * PATIENCE, *arguments, **settings)  # verify takes its time

    def run_long(
        self, patience: float, /, *arguments: str, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises TimeoutExpired after `patience` seconds."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )

    def start(self, *arguments: str, **settings: str) -> "Running":
        """Start a process, and return it when it tells that it serves or works."""
        running = Running(
            [*self.command, *arguments], self.folder, self.environment | settings, PATIENCE
        )
        self._started.append(running)
        running.wait_for_url()
        return running

    def serve(self, *arguments: str, **settings: str) -> "Running":
        return self.start("serve", "--port", "0", *arguments, **settings)

    def close(self) -> None:
        for running in self._started:
            running.close()


class Running(Served):
    """A process that serves, or works and answers health checks."""

    def wait_for_url(self) -> None:
        told = self.first_lines(1)
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        if found is None and "works" not in told:
            self.fail(told)
        if found is not None:
            self.http.base_url = httpx.URL(found[0])

    # ---- requests ------------------------------------------------------------------------

    def readiness(self) -> tuple[int, dict[str, str]]:
        """Return the status of /health/ready and the states of the dependencies.

        Health checks have a limit, which tests that wait for a change reach.
        """
        while (answer := self.http.get("/health/ready")).status_code == 429:
            time.sleep(answer.json()["retry_after"])
        return answer.status_code, answer.json()["dependencies"]

    def wait_until_ready(self) -> float:
        """Wait until it is ready, and return the seconds that it took."""
        return wait_until(lambda: self.readiness()[0] == 200)

    def repeat_until_answered(
        self, method: str, path: str, token: str, **request: Any
    ) -> tuple[Any, float]:
        """Repeat a request while the exchange is unavailable.

        Return the answer, and the seconds without those in which programs waited for a core.
        """
        begun = time.monotonic()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        with timed() as took:
            while (
                answer := self.http.request(method, path, headers=headers, **request)
            ).status_code == 503:
                assert time.monotonic() < begun + PATIENCE
                time.sleep(0.01)
        assert answer.is_success, answer.text
        return answer.json(), took.own

    # ---- people --------------------------------------------------------------------------

    def register(self, name: str) -> str:
        """Return the token of a new user, who may bid and ask."""
        person = {"email": f"{name}@example.com", "password": PASSWORD}
        self.ok("POST", "/v1/users", json=person | {"first_name": "Test", "last_name": "User"})
        token = self.sign_in(name)
        self.ok("PUT", "/v1/users/me/payment-method", token, json={"token": "pm_card_visa"})
        self.ok("POST", "/v1/users/me/addresses", token, json=ADDRESS)
        self.ok("PUT", "/v1/users/me/payout-account", token, json={"account": "acct_1"})
        return self.sign_in(name)

    def add_product(self, token: str, *sizes: str) -> str:
        """Return the id of a new product, in size 9 or in these."""
        own = {"style_code": f"DD{uuid4().hex[:6]}"}
        offered = {"sizes": [{"size": size} for size in sizes or ("9",)]}
        return str(self.ok("POST", "/v1/products", token, json=_PRODUCT | own | offered)["id"])

    # ---- signals -------------------------------------------------------------------------

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def pause(self) -> None:
        """Stop the process where it is, as a machine without processor time would."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> tuple[int, str]:
        """Ask it to stop, and return the exit code and what it complained of."""
        return self.ended(signal.SIGTERM, within=PATIENCE)


def wait_until(is_so: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Wait until it is so, and return the seconds in which no program waited for a core."""
    begun = time.monotonic()
    with timed() as took:
        while not is_so():
            assert time.monotonic() < begun + patience
            time.sleep(0.02)
    return took.own
