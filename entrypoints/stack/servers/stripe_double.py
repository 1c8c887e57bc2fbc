"""Our double of Stripe, which keeps its journal in a file."""

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ..probes import exchange
from ..program import Program, Stage


def stripe_double(folder: Path, port: int) -> Program:
    """Return a double that keeps everything in a folder."""
    folder.mkdir(exist_ok=True)
    return Program(
        name="stripe-double",
        stage=Stage.SERVER,
        command=(
            *(sys.executable, "-P", "-m", "solebook.entrypoints.cli.main", "double", "stripe"),
            *("--port", str(port), "--journal", str(folder / "journal.jsonl")),
        ),
        is_ready=partial(_is_ready, port),
        port=port,
    )


async def prepare_double(port: int, *, url: str, secret: str) -> None:
    """Post all events to the URL, signed with the secret, and nowhere else.

    Raises OSError if that fails.
    """
    key = {"Authorization": "Bearer sk_test_x"}
    listed = await _call(port, "GET", "/v1/webhook_endpoints", headers=key)
    there = [endpoint for endpoint in listed["data"] if endpoint["url"] == url]
    if len(there) == 2 and len(listed["data"]) == 2:
        return
    for endpoint in listed["data"]:
        await _call(port, "DELETE", f"/v1/webhook_endpoints/{endpoint['id']}", headers=key)
    for connect in (False, True):
        form = {"url": url, "secrets": [secret], "connect": connect}
        await _call(port, "POST", "/_double/webhook_endpoints", json.dumps(form))


async def _is_ready(port: int) -> bool:
    return (await exchange(port, _request("GET", "/_double/webhooks"))).startswith(b"HTTP/1.1 200")


async def _call(
    port: int, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> dict[str, list[dict[str, str]]]:
    answer = await exchange(port, _request(method, path, body, headers), whole=True)
    head, _, answered = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(f"the double of Stripe did not take {method} {path}: {answer.decode()}")
    found: dict[str, list[dict[str, str]]] = json.loads(answered)
    return found


def _request(
    method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> bytes:
    lines = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body))}
    said = "".join(f"{name}: {value}\r\n" for name, value in (lines | dict(headers or {})).items())
    return f"{method} {path} HTTP/1.1\r\n{said}\r\n{body}".encode()
