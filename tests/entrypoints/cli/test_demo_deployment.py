"""The demo through a deployment: the commands and settings of the how-to, and the same report.

With `--full` it replays what `test_demo_on_both.py` replays then.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from solebook.entrypoints.demo.files import read_catalogue, read_sales
from solebook.entrypoints.demo.replay import opening_of
from solebook.ports.language.rules import MarketRules

from ...nats_server import NatsServer
from ...postgres_server import PostgresServer
from .processes import Processes, Running
from .test_demo_on_both import PATIENCE, demo, which_sales
from .test_documented_commands import commands_in

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "run-a-demo-deployment.md").read_text(
    encoding="utf-8"
)
[SETTINGS] = re.findall(r"^```toml$(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
START, [REPLAY, *_], AFTERWARDS = [
    list(commands_in(block))
    for block in re.findall(r"^```bash$(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
]


@pytest.fixture
def processes(
    tmp_path: Path, postgres_server: PostgresServer, nats_server: NatsServer
) -> Iterator[Processes]:
    folder = tmp_path / "deployment"
    folder.mkdir()
    (folder / "solebook.toml").write_text(SETTINGS, encoding="utf-8")
    processes = Processes(folder, postgres_server.create_database("deployment"))
    processes.environment |= {
        "SOLEBOOK_NATS__URL": nats_server.url,
        "SOLEBOOK_NATS__PREFIX": f"test-{uuid4().hex}",
    }
    yield processes
    processes.close()


def opening(options: list[str]) -> str:
    """Return the instant at which the clock must be started for these sales."""
    named = dict(zip(options[::2], options[1::2], strict=True))
    products, sales = (named.get(name) for name in ("--products", "--sales"))
    rules = MarketRules()
    catalogue = read_catalogue(Path(products) if products else None, rules)
    rows = read_sales(Path(sales) if sales else None, catalogue, rules)
    return opening_of(rows).isoformat()


def start(processes: Processes, command: list[str]) -> Running:
    """Start a process of the deployment. Letters are written elsewhere."""
    if command[0] == "serve":
        return processes.serve(*command[1 : command.index("--port")])
    elsewhere = {"SOLEBOOK_FOLDER": "elsewhere"} if "letters" in command else {}
    return processes.start(*command, **elsewhere)


def test_a_deployment_has_the_report_of_the_embedded_demo(
    tmp_path: Path, processes: Processes, full: bool
) -> None:
    which = which_sales(full)
    embedded, _ = demo(tmp_path, full)
    running: list[Running] = []
    for command in START:
        if command[0] in ("serve", "worker"):
            running.append(start(processes, command))
        else:
            given = [opening(which) if word.startswith("20") else word for word in command]
            done = processes.run(*given)
            assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    urls = [str(each.http.base_url) for each in running if str(each.http.base_url)]
    assert len(urls) == 2

    assert REPLAY[:2] == ["demo", "--url"]
    report = tmp_path / "deployment.json"
    options = ("--report", str(report), "--url", *urls)
    done = processes.run_long(PATIENCE[full], "demo", *which, *options)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert json.loads(report.read_text()) == embedded
    assert "Everything in the database agrees, and with the payment provider." in done.stdout
    assert "No mail is shown" in done.stdout
    assert list((processes.folder / "elsewhere" / "outgoing" / "mail").iterdir())

    for command in AFTERWARDS:
        done = processes.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        if command == ["admin", "clock"]:
            assert done.stdout.count("has this time") == len(running), done.stdout
    running[0].kill()
    killed = processes.run("admin", "clock", "move", "+1h")
    assert killed.returncode == 0
    shown = processes.run("admin", "clock").stdout
    assert shown.count("has this time") == len(running) - 1, shown
    for each in running[1:]:
        code, complaints = each.end()
        assert code == 0, complaints


def test_the_settings_of_the_how_to_are_those_of_the_embedded_demo() -> None:
    settings = tomllib.loads(SETTINGS)
    assert settings["market"]["max_unpaid_orders"] == 1_000_000
    assert set(settings["http"]) == {"user_limit", "address_limit", "credentials_limit"}
