"""Webhooks go to public addresses only, whatever a URL, a name or an answer says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from solebook.adapters.http.checked_connections import LookUp, SystemLookUp
from solebook.adapters.http.webhook_sender import HttpWebhookSender

from ...certificates import Authority
from .receivers import OK, Receiver

pytestmark = pytest.mark.integration

ELSEWHERE = "has a host that is not on the public internet"
HEADERS = {"content-type": "application/json", "webhook-id": "msg_1"}


def finds(*answers: Sequence[str]) -> LookUp:
    """Return a look-up that gives one answer after the other, and then the last one."""
    left = list(answers)

    async def look_up(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


@asynccontextmanager
async def sender(
    look_up: LookUp,
    *,
    anywhere: bool = False,
    timeout: float = 30,  # noqa: ASYNC109  # of the sender
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[HttpWebhookSender]:
    made = HttpWebhookSender(look_up, timeout=timeout, anywhere=anywhere, tls=tls)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().running() as receiver:
        yield receiver


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_nothing_is_sent_to_this_machine_however_it_is_written(
    receiver: Receiver, host: str
) -> None:
    look_up = SystemLookUp(8)
    async with sender(look_up) as checked:
        url = f"http://{host}:{receiver.port}/"
        assert (await checked.problem_with(url)) is not None
        answer = await checked.send(url, HEADERS, b"{}")
    look_up.close()
    assert answer.status is None
    assert (answer.error or "").startswith("the URL has a host")
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "found",
    [["169.254.169.254"], ["93.184.216.34", "10.0.0.1"], ["64:ff9b::a9fe:a9fe"], ["fd00:ec2::254"]],
)
async def test_a_host_with_one_address_that_is_not_public_is_refused(found: list[str]) -> None:
    async with sender(finds(found)) as checked:
        url = "https://hooks.example.com/"
        assert ELSEWHERE in (await checked.problem_with(url) or "")
        assert ELSEWHERE in ((await checked.send(url, HEADERS, b"{}")).error or "")


async def test_a_name_that_changes_after_its_check_is_refused_when_it_is_used(
    receiver: Receiver,
) -> None:
    changing = finds(["93.184.216.34"], ["127.0.0.1"])
    async with sender(changing) as checked:
        url = f"http://hooks.example.com:{receiver.port}/"
        assert await checked.problem_with(url) is None
        assert ELSEWHERE in ((await checked.send(url, HEADERS, b"{}")).error or "")
    assert receiver.connections == 0


async def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    location = f"Location: http://127.0.0.1:{receiver.port}/secret".encode()
    receiver.answer = lambda: b"HTTP/1.1 307 Temporary\r\n" + location + b"\r\n\r\n"
    async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
        answer = await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")
    assert (answer.status, answer.is_accepted) == (307, False)
    assert "redirects are not followed" in (answer.error or "")
    assert len(receiver.requests) == 1


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver().running() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
            answer = await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")
    assert answer.is_accepted
    assert (proxy.connections, receiver.connections) == (0, 1)


async def test_the_checked_address_is_reached_under_the_hosts_own_name(receiver: Receiver) -> None:
    async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
        url = f"http://hooks.example.com:{receiver.port}/events?a=1"
        answers = [await anywhere.send(url, HEADERS, b'{"type":"order.created"}') for _ in range(2)]
    assert [answer.status for answer in answers] == [204, 204]
    assert receiver.connections == 2  # no connection is kept
    head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /events?a=1 http/1.1"
    assert f"host: hooks.example.com:{receiver.port}".encode() in lines
    assert b"webhook-id: msg_1" in lines
    assert body == b'{"type":"order.created"}'


async def test_tls_verifies_the_name_and_not_the_address(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    certificate, key = authority.certify("server", "hooks.example.com")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    async with (
        Receiver().running(server) as receiver,
        sender(finds(["127.0.0.1"]), anywhere=True, tls=trusting) as anywhere,
    ):
        port = receiver.port
        right = await anywhere.send(f"https://hooks.example.com:{port}/", HEADERS, b"{}")
        wrong = await anywhere.send(f"https://other.example.com:{port}/", HEADERS, b"{}")
    assert (right.status, wrong.status) == (204, None)
    assert (wrong.error or "").startswith("no connection: TLS failed")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "answered 500"),
        (b"no HTTP at all\r\n\r\n", "the connection broke, or the answer is no HTTP"),
        (b"", "the connection broke, or the answer is no HTTP"),
        (None, "no answer within 0.2 s"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "the connection broke"),
    ],
)
async def test_what_went_wrong_is_said(receiver: Receiver, answer: bytes | None, said: str) -> None:
    receiver.answer = lambda: answer
    limit = 0.2 if answer is None else 30
    async with sender(finds(["127.0.0.1"]), anywhere=True, timeout=limit) as anywhere:
        came = await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")
    assert not came.is_accepted
    assert (came.error or "").startswith(said)


async def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    receiver.answer = lambda: OK.replace(b"204", b"200").replace(b": 0", b": 99999999999") + b"x"
    async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
        assert (await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")).is_accepted


async def test_a_host_that_is_away_or_unknown_is_a_failure() -> None:
    async def nothing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    async with sender(nothing) as checked:
        url = "https://nowhere.example.com/"
        assert await checked.problem_with(url) == ELSEWHERE
        assert ELSEWHERE in ((await checked.send(url, HEADERS, b"{}")).error or "")
    async with Receiver().running() as gone:
        pass
    async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
        answer = await anywhere.send(f"http://hook:{gone.port}/", HEADERS, b"{}")
    assert answer.error == "no connection: refused or unreachable"


async def test_an_answer_that_only_goes_on_is_given_up_before_its_time(receiver: Receiver) -> None:
    receiver.answer = lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000_000
    async with sender(finds(["127.0.0.1"]), anywhere=True) as anywhere:
        answer = await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")
    assert answer.error == "the connection broke, or the answer is no HTTP"


async def test_an_address_that_hangs_leaves_time_for_the_next_one(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, tried = anyio.connect_tcp, []

    async def hanging(remote_host: str, **rest: Any) -> Any:
        tried.append(remote_host)
        if remote_host == "127.0.0.9":
            await asyncio.sleep(3_600)
        return await connect(remote_host, **rest)

    monkeypatch.setattr(anyio, "connect_tcp", hanging)
    async with sender(finds(["127.0.0.9", "127.0.0.1"]), anywhere=True, timeout=4) as anywhere:
        answer = await anywhere.send(f"http://hook:{receiver.port}/", HEADERS, b"{}")
    assert (answer.status, tried) == (204, ["127.0.0.9", "127.0.0.1"])


async def test_attempts_that_are_cancelled_leave_no_connection_behind(receiver: Receiver) -> None:
    receiver.answer = lambda: None
    async with sender(finds(["127.0.0.1"]), anywhere=True, timeout=30) as anywhere:
        url = f"http://hook:{receiver.port}/"
        sends = [asyncio.create_task(anywhere.send(url, HEADERS, b"{}")) for _ in range(300)]
        await receiver.got_one.wait()
        for each in sends:
            each.cancel()
        await asyncio.wait(sends)
        receiver.answer = Receiver().answer
        assert (await anywhere.send(url, HEADERS, b"{}")).is_accepted


async def test_a_host_that_a_url_cannot_have_is_a_failure_and_no_error() -> None:
    look_up = SystemLookUp(8)
    hosts = ["a" * 64 + ".example.com", "a..b", ".example.com", "xn--a", "-", "%00", "[::1%25lo]"]
    async with sender(look_up) as checked:
        for host in [*hosts, "[v1.a]", "1.2.3.4.5", "a,b", "a'b", "{}"]:
            answer = await checked.send(f"https://{host}/", HEADERS, b"{}")
            assert (answer.status, bool(answer.error)) == (None, True), host
    look_up.close()


async def test_a_defect_costs_one_attempt_and_tells_the_log_no_url(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def defective(host: str, port: int) -> Sequence[str]:
        raise RuntimeError(host)

    async with sender(defective) as checked:
        answer = await checked.send("https://secret.example.com/", HEADERS, b"{}")
    assert answer.error == "the attempt failed at the exchange"
    assert "secret" not in caplog.text
    assert "RuntimeError" in caplog.text
