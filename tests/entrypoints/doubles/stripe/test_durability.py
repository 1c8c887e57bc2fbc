"""What the double acknowledged survives its death."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from solebook.entrypoints.cli.main import main
from solebook.entrypoints.doubles.stripe.double import StripeDouble
from solebook.entrypoints.doubles.stripe.journal import FileJournal
from solebook.entrypoints.doubles.stripe.machine import state_as_json

from .conftest import connected

KEY: Any = {"idempotency_key": "order_7"}


class Process:
    """A double in a process of its own."""

    def __init__(self, journal: Path, *options: str) -> None:
        command = (sys.executable, "-m", "solebook.entrypoints.cli.main", "double", "stripe")
        self._process = subprocess.Popen(
            [*command, "--port", "0", "--journal", str(journal), *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[-1]

    def end(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        self._process.communicate(timeout=30)
        return self._process.returncode


async def make_something(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    customer = await client.v1.customers.create_async()
    params: Any = {
        "amount": 9_000,
        "currency": "usd",
        "customer": customer.id,
        "off_session": True,
        "confirm": True,
    }
    intents = []
    for card in ("visa", "createDispute", "refundFail", "bypassPending"):
        params["payment_method"] = f"pm_card_{card}"
        intents.append(await client.v1.payment_intents.create_async(params))
    await client.v1.refunds.create_async({"payment_intent": intents[-1].id, "amount": 1_000})
    params["payment_method"] = "pm_card_chargeCustomerFail"
    with pytest.raises(stripe.CardError):
        await client.v1.payment_intents.create_async(params)
    answer = await http.post("/_double/clock", json={"advance": 3 * 86_400})
    assert answer.status_code == 200


async def test_killed_double_comes_back_with_everything_that_it_answered(tmp_path: Path) -> None:
    journal = tmp_path / "stripe.jsonl"
    first = Process(journal, "--webhook", "http://127.0.0.1:9/", "--secret", "whsec_a")
    async with connected(first.url) as client, httpx.AsyncClient(base_url=first.url) as http:
        await make_something(client, http)
        answered = [
            asyncio.create_task(client.v1.customers.create_async({"name": str(number)}))
            for number in range(50)
        ]
        customers = {(await each).id for each in answered}
        kept = await client.v1.customers.create_async({"name": "Ann"}, KEY)
        state = (await http.get("/_double/state")).json()
    first.end(signal.SIGKILL)

    second = Process(journal, "--webhook", "http://127.0.0.1:9/", "--secret", "whsec_a")
    try:
        async with connected(second.url) as client, httpx.AsyncClient(base_url=second.url) as http:
            after = (await http.get("/_double/state")).json()
            again = await client.v1.customers.create_async({"name": "Ann"}, KEY)
    finally:
        assert second.end(signal.SIGTERM) == 0
    assert again.to_dict() == kept.to_dict()
    assert customers <= {each["id"] for each in after["objects"]["platform"]["customer"]}
    for kind, objects in state["objects"]["platform"].items():
        assert after["objects"]["platform"][kind] == objects, kind


async def test_double_that_is_killed_under_load_has_all_that_it_answered(tmp_path: Path) -> None:
    journal = tmp_path / "stripe.jsonl"
    first = Process(journal)
    answered: list[str] = []
    enough = asyncio.Event()

    async def create(client: stripe.StripeClient, worker: int) -> None:
        try:
            while True:
                customer = await client.v1.customers.create_async({"name": f"{worker}"})
                answered.append(customer.id)
                if len(answered) >= 100:
                    enough.set()
        except stripe.APIConnectionError:
            return

    async with connected(first.url) as client, asyncio.TaskGroup() as workers:
        for worker in range(8):
            workers.create_task(create(client, worker))
        await enough.wait()
        first.end(signal.SIGKILL)

    again = StripeDouble(FileJournal(journal, "seed"))
    async with again.running():
        assert set(answered) <= set(again.state.of("customer"))


async def test_journal_leads_to_the_same_state(tmp_path: Path) -> None:
    journal = tmp_path / "stripe.jsonl"
    double = StripeDouble(FileJournal(journal, "seed"), clock=lambda: 1_000.5)
    async with double.running():
        for number in range(5):
            await double.perform("POST", "/v1/customers", {"name": str(number)})
        await double.perform("POST", "/_double/clock", {"advance": "100"})
        await double.perform("POST", "/v1/customers", {"colour": "red"})
    before = state_as_json(double.state)

    again = StripeDouble(FileJournal(journal, "another seed"), clock=lambda: 1_000.5)
    async with again.running():
        assert state_as_json(again.state) == before
        assert again.now() == 1_100.5


async def test_line_that_a_crash_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "stripe.jsonl"
    double = StripeDouble(FileJournal(path, "seed"))
    async with double.running():
        await double.perform("POST", "/v1/customers", {})
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at": 12, "method": "PO')

    again = StripeDouble(FileJournal(path, "seed"))
    async with again.running():
        await again.perform("POST", "/v1/customers", {})
    assert len(again.state.of("customer")) == 2
    assert len([json.loads(line) for line in path.read_bytes().splitlines()]) == 3


async def test_reset_empties_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "stripe.jsonl"
    double = StripeDouble(FileJournal(path, "seed"))
    async with double.running():
        await double.perform("POST", "/v1/customers", {})
        double.reset()
        await double.perform("POST", "/v1/customers", {"name": "Ann"})
    again = StripeDouble(FileJournal(path, "seed"))
    async with again.running():
        assert [each["name"] for each in again.state.of("customer").values()] == ["Ann"]


async def test_two_processes_cannot_have_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "stripe.jsonl"
    journal = FileJournal(path, "seed")
    with pytest.raises(OSError, match="is used by another process"):
        FileJournal(path, "seed")
    journal.close()
    FileJournal(path, "seed").close()


def test_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("milk\n")
    with pytest.raises(ValueError, match="is no journal"):
        FileJournal(path, "seed")
    assert path.read_text() == "milk\n"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--secret", "whsec_a"], "--secret is for --webhook"),
        (
            ["--webhook", "http://x", *["--secret", "whsec_a"] * 3],
            "an endpoint has at most two secrets",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(
    capsys: pytest.CaptureFixture[str], options: list[str], problem: str
) -> None:
    assert main(["double", "stripe", "--port", "0", *options]) == 1
    assert problem in capsys.readouterr().err
