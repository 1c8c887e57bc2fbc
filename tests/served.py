"""A process of the exchange that answers HTTP, in its own folder."""

import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

PASSWORD = "correct horse battery"
ADDRESS = {
    "street": "1 Main Street",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97201",
    "country": "US",
}


class Served:
    """A running command, and a client for what it serves."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], patience: float
    ) -> None:
        """Start it; `patience` is how many seconds it may take to answer."""
        self._patience = patience
        # Nobody reads while it runs, and a full pipe would stop it.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # `close` closes it
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.http = httpx.Client(timeout=patience)

    def first_lines(self, count: int) -> str:
        """Return the first lines that it prints."""
        lines: queue.Queue[str] = queue.Queue()
        assert self.process.stdout is not None
        read = self.process.stdout.readline
        threading.Thread(
            target=lambda: lines.put("".join(read() for _ in range(count))), daemon=True
        ).start()
        try:
            return lines.get(timeout=self._patience)
        except queue.Empty:
            self.fail(f"nothing within {self._patience:.0f} s")

    def fail(self, told: str) -> NoReturn:
        """Kill it, and fail with what it printed and what it complained of."""
        self.process.kill()
        self.process.wait()
        complaints = self.complaints()
        self.close()
        pytest.fail(f"{told!r}, {complaints!r}")

    def ask_for(self, method: str, path: str, token: str = "", **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, path, headers=headers, **request)

    def ok(self, method: str, path: str, token: str = "", **request: Any) -> Any:
        """Return the body of the success that it must be."""
        answer = self.ask_for(method, path, token, **request)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def sign_in(self, name: str) -> str:
        credentials = {"email": f"{name}@example.com", "password": PASSWORD}
        return str(self.ok("POST", "/v1/sessions", json=credentials)["access_token"])

    def ended(self, number: int, within: float) -> tuple[int, str]:
        """Send a signal, and return the exit code and what it complained of."""
        self.process.send_signal(number)
        self.process.communicate(timeout=within)
        return self.process.returncode, self.complaints()

    def complaints(self) -> str:
        """Return what it complained of, once it has ended."""
        self._errors.seek(0)
        return self._errors.read()

    def close(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.kill()
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.process.communicate()
        self._errors.close()
