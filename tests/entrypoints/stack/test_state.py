"""Whether the programs of a stack are well."""

from pathlib import Path

import httpx
import pytest

from solebook.entrypoints.stack.program import Program, Stage
from solebook.entrypoints.stack.state import Watch
from solebook.entrypoints.stack.supervisor import Supervisor

pytestmark = pytest.mark.integration


async def always() -> bool:
    return True


def answered(request: httpx.Request) -> httpx.Response:
    if request.url.path != "/health/ready" or request.url.port == 3:
        raise httpx.ConnectError("nobody is there")
    answer = {"status": "ok", "dependencies": {"store": "answers", "lease of relay": "owner"}}
    if request.url.port == 1:
        return httpx.Response(200, json=answer)
    answer["dependencies"] = {"store": "fails"}
    return httpx.Response(503, json=answer)


async def test_a_process_is_well_if_it_runs_and_says_that_it_is_ready(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    sleep = ("sleep", "100")
    try:
        await supervisor.start(
            [
                Program("ready", Stage.WORKER, sleep, always, port=1),
                Program("not-ready", Stage.WORKER, sleep, always, port=2),
                Program("silent", Stage.HTTP, sleep, always, port=3),
                Program("server", Stage.SERVER, sleep, always, port=4),
            ]
        )
        async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as http:
            seen = (await Watch(supervisor, http).look()).processes
    finally:
        supervisor.at_once.set()
        await supervisor.stop()

    assert [(one.name, one.is_well, one.says) for one in seen] == [
        ("ready", True, "relay: owner"),
        ("not-ready", False, "store: fails"),
        ("silent", False, "does not answer"),
        ("server", True, ""),
    ]
