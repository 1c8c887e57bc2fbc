"""The services of an exchange of several processes, called over NATS."""

import json
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nats
import pytest

from ...nats_server import NatsServer
from .processes import Processes, wait_until
from .test_processes import Market

DOCS = Path(__file__).parents[3] / "docs" / "services.md"
CALL = re.compile(
    r"^(?P<name>\w+\.\w+)(?P<headers>(?:\n[\w-]+: .+)*)\n\n(?P<request>\{.*\})$", re.S
)


@pytest.fixture
def processes(
    tmp_path: Path, postgres_url: str, own_nats_server: NatsServer
) -> Iterator[Processes]:
    processes = Processes(tmp_path, postgres_url)
    processes.environment["SOLEBOOK_NATS__URL"] = own_nats_server.url
    assert processes.run("migrate").returncode == 0
    yield processes
    processes.close()


def token(processes: Processes, *scopes: str) -> str:
    issued = processes.run("admin", "issue-token", "shop", *scopes, "--reason", "its own program")
    assert issued.returncode == 0, issued.stderr
    return issued.stdout.splitlines()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def run(program: str, *arguments: str) -> str:
    """Run a program of the environment, and return what it says."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def call(url: str, name: str, request: str, **headers: str) -> dict[str, Any]:
    client = await nats.connect(url)
    try:
        answer = await client.request(
            f"solebook.services.{name}", request.encode(), timeout=20, headers=headers
        )
    finally:
        await client.close()
    told: dict[str, Any] = json.loads(answer.data)
    return told


async def test_the_calls_of_the_documentation_are_answered(
    processes: Processes, own_nats_server: NatsServer
) -> None:
    serving = processes.serve("--roles", "http,matching")
    serving.wait_until_ready()
    market = Market(processes, serving)
    serving.ok("POST", "/v1/asks", market.seller, json=market.quote(20_000))
    port = str(free_port())
    working = processes.start(
        *("worker", "relay", "trade", "search", "services"), SOLEBOOK_SERVICES__GRPC_PORT=port
    )
    secret = token(processes, "SearchService", "BiddingService", "PaymentService", "OrderService")
    buyer = serving.ok("GET", "/v1/users/me", market.buyer)["id"]
    facts = {"TOKEN": secret, "BUYER": buyer, "PRODUCT": market.quote()["product_id"]}

    def is_confirmed(order: str) -> bool:
        return bool(serving.ok("GET", order, market.buyer)["status"] == "confirmed")

    wait_until(lambda: bool(serving.ok("GET", "/v1/search?q=dunk")["total"] == 1))
    told: dict[str, dict[str, Any]] = {}
    for block in re.findall(r"```text\n(.*?)\n```", DOCS.read_text("utf-8"), re.S):
        if (found := CALL.fullmatch(block)) is None:
            continue
        for name, value in facts.items():
            block = block.replace(name, value)
        found = CALL.fullmatch(block)
        assert found is not None
        headers = dict(line.split(": ", 1) for line in found["headers"].split("\n") if line)
        answer = await call(own_nats_server.url, found["name"], found["request"], **headers)
        told[found["name"]] = answer
        if found["name"] == "BiddingService.PlaceBid":
            facts["ORDER"] = answer["match"]["order_id"]
            wait_until(partial(is_confirmed, f"/v1/orders/{facts['ORDER']}"))

    page = DOCS.read_text("utf-8")
    [(name, request)] = re.findall(r"^    solebook\.services\.(\S+) '(.*)'$", page, re.MULTILINE)
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await call(own_nats_server.url, name, request, **headers))["total"] == 1
    [example] = re.findall(r"```python\n([^`]*async def call\([^`]*)\n```", page)
    exec(example, defined := dict[str, Any]())
    answer = await defined["call"](own_nats_server.url, name, json.loads(request), headers)
    assert answer["total"] == 1
    [command] = re.findall(r"^grpcurl .*?(?<!\\)$", page, re.MULTILINE | re.DOTALL)
    words = command.replace("$TOKEN", secret).replace("127.0.0.1:50051", f"127.0.0.1:{port}")
    assert json.loads(run(*shlex.split(words.replace("\\\n", ""))))["total"] == "1"
    assert told["BiddingService.PlaceBid"]["bid"]["status"] == "matched"
    assert told["PaymentService.ProcessPayment"]["payment"]["status"] == "captured"
    assert told["PaymentService.CreatePayout"]["type"] == "/problems/illegal-move"
    assert processes.run("admin", "tokens").stdout.startswith("0")
    assert working.end()[0] == 0
    assert serving.end()[0] == 0


def test_services_without_a_network_are_refused(tmp_path: Path, postgres_url: str) -> None:
    refused = Processes(tmp_path, postgres_url).run("worker", "services")
    assert refused.returncode == 1
    assert "the role services needs a network" in refused.stderr
