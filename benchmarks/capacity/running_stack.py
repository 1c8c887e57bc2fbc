"""`solebook stack` in a folder, with people who trade."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from solebook.entrypoints.stack.settings_file import read_secrets

from .load import Town

SOLEBOOK = (sys.executable, "-m", "solebook.entrypoints.cli.main")
PASSWORD = "correct horse battery"
SIZES = tuple(str(size) for size in range(4, 16))
_MORE_STARTS = 3
_COMES_UP, _ENDS, _PATIENCE = 200.0, 60.0, 60.0
_MORE = """
[market]
payout_hold = "PT0S"
{backlog}
max_unpaid_orders = 1_000_000
max_open_quotes = 1_000_000

[security]
bcrypt_cost = 4

[http.user_limit]
burst = 1_000_000
per_second = 1_000_000

[http.address_limit]
burst = 1_000_000
per_second = 1_000_000

[http.credentials_limit]
burst = 1_000_000
per_second = 1_000_000
"""
_ANY_BACKLOG = 'max_backlog = "PT1H"\npayment_window = "PT2H"'
_ADDRESS = {
    "street": "1 Main St",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97201",
    "country": "US",
}


class RunningStack:
    """A stack that runs."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], printed: Path) -> None:
        self.folder = folder
        self.process = process
        self._printed = printed
        self.urls: list[str] = []

    def said(self) -> str:
        return self._printed.read_text()

    def comes_up(self) -> bool:
        """Wait until all its processes run, and return whether they do."""
        give_up_at = time.monotonic() + _COMES_UP
        while not re.search(r"^http-2 runs", self.said(), re.M):
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                return False
            time.sleep(0.1)
        self.urls = re.findall(r"http://127\.0\.0\.1:\d+(?=/schema)", self.said())
        return True

    def end(self) -> None:
        """End it. Its data stay."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pids(self) -> dict[str, int]:
        """Return the process ids by name, as they were told last."""
        told = re.findall(r"^([\w-]+) runs, pid (\d+)", self.said(), re.M)
        return {name: int(pid) for name, pid in told}

    def port_of(self, name: str) -> int:
        told = re.findall(rf"^{name} runs, pid \d+, port (\d+)", self.said(), re.M)
        return int(told[-1])

    @property
    def secrets(self) -> dict[str, str]:
        return read_secrets(self.folder)

    def admin(self, *arguments: str) -> None:
        """Run a command on its exchange, again while the store is slow to answer."""
        give_up_at = time.monotonic() + _PATIENCE
        while (done := self._admin(*arguments)).returncode and time.monotonic() < give_up_at:
            time.sleep(0.5)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)

    def is_verified(self) -> bool:
        """Whether nothing in the store contradicts itself."""
        return self._admin("verify").returncode == 0

    def _admin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*SOLEBOOK, "admin", *arguments, "--config", str(self.folder / "solebook.toml")),
            env=dict(os.environ, SOLEBOOK_PASSWORD=PASSWORD, **self.secrets),
            check=False,
            capture_output=True,
            text=True,
        )


@contextmanager
def running_stack(folder: Path, *arguments: str, refuses: bool = True) -> Iterator[RunningStack]:
    """Run a stack until the block is left. It may accept orders that it does not charge in time."""
    more = _MORE.format(backlog="" if refuses else _ANY_BACKLOG)
    folder.with_suffix(".toml").write_text(more)
    stack = _started(folder, arguments)
    try:
        for _ in range(_MORE_STARTS):  # a busy machine may need them
            if stack.comes_up():
                break
            stack.end()
            stack = _started(folder, arguments)
        else:
            assert stack.comes_up(), stack.said()
        yield stack
    finally:
        stack.end()


def _started(folder: Path, arguments: Sequence[str]) -> RunningStack:
    settings, printed = folder.with_suffix(".toml"), folder.with_suffix(".out")
    is_new = not (folder / "solebook.toml").exists()
    more = ("--more", str(settings)) if is_new else ()
    command = [*SOLEBOOK, "stack", str(folder), *arguments, *more]
    with printed.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder.parent)
    return RunningStack(folder, process, printed)


# ---- people ----------------------------------------------------------------------------------


class People:
    """Those who trade on a stack, and the staff."""

    def __init__(self, stack: RunningStack, http: httpx.AsyncClient) -> None:
        self._stack = stack
        self._http = http

    async def settle_in(self, pairs: int) -> tuple[Town, str]:
        """Let sellers and buyers join; return what they trade, and the token of the staff."""
        await asyncio.to_thread(
            self._stack.admin, "grant", "staff@example.com", "admin", "--register"
        )
        staff = await self.sign_in("staff")
        me = (await self.ok("GET", "/v1/users/me", staff))["id"]
        roles = {"roles": ["buyer", "admin", "authenticator"], "reason": "there is nobody else"}
        await self.ok("PUT", f"/v1/users/{me}/roles", staff, json=roles)
        staff = await self.sign_in("staff")
        product = {
            "style_code": "DD1391-100",
            "brand": "Nike",
            "model": "Dunk Low",
            "colorway": "White/Black",
            "retail_price": 11_000,
            "release_date": "2021-03-10",
            "sizes": [{"size": size} for size in SIZES],
        }
        made = await self.ok("POST", "/v1/products", staff, json=product)
        buyers = await asyncio.gather(*(self._buyer(number) for number in range(pairs)))
        sellers = await asyncio.gather(*(self._seller(number) for number in range(pairs)))
        return Town(made["id"], SIZES, buyers, sellers), staff

    async def _buyer(self, number: int) -> str:
        token = await self._join(f"buyer-{number}")
        card = {"token": "pm_card_visa"}
        await self.ok("PUT", "/v1/users/me/payment-method", token, json=card)
        await self.ok("POST", "/v1/users/me/addresses", token, json=_ADDRESS)
        return token

    async def _seller(self, number: int) -> str:
        token = await self._join(f"seller-{number}")
        begun = await self.ok(
            "POST", "/v1/users/me/payout-account/onboarding", token, json={"country": "US"}
        )
        account = re.search(r"acct_\w+", begun["url"])
        assert account is not None
        double = f"http://127.0.0.1:{self._stack.port_of('stripe-double')}"
        await self._http.post(f"{double}/_double/accounts/{account[0]}/complete")
        return token

    async def _join(self, name: str) -> str:
        who = {"email": f"{name}@example.com", "password": PASSWORD}
        await self.ok("POST", "/v1/users", json=who | {"first_name": "Sam", "last_name": "S"})
        return await self.sign_in(name)

    async def sign_in(self, name: str) -> str:
        who = {"email": f"{name}@example.com", "password": PASSWORD}
        return str((await self.ok("POST", "/v1/sessions", json=who))["access_token"])

    async def ok(self, method: str, path: str, token: str = "", **more: Any) -> Any:
        """Return the body of the answer, which comes after repetitions if need be."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        give_up_at = time.monotonic() + _PATIENCE
        while True:
            url = f"{self._stack.urls[0]}{path}"
            answer = await self._http.request(method, url, headers=headers, **more)
            if answer.status_code not in (429, 503) or time.monotonic() > give_up_at:
                break
            await asyncio.sleep(0.2)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None
