"""An exchange starts with other rules than those of its standing quotes."""

import signal
from pathlib import Path

import pytest

from .test_operator import Town
from .test_serve import serving, solebook

pytestmark = pytest.mark.journey

STRICTER = {
    "SOLEBOOK_MARKET__MIN_AMOUNT": "10000",
    "SOLEBOOK_MARKET__MIN_TRANSACTION_FEE": "5000",
}


def test_rules_that_leave_a_seller_nothing_block_the_start_until_applied(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path)
    with serving(tmp_path) as server:
        town.open(server)
        low = town.place(server, "seller", "ask", 2_500)
        high = town.place(server, "seller", "ask", 20_000)
        refused = solebook(
            tmp_path, "admin", "apply-rules", "--reason", "too early", settings=STRICTER
        )
        assert refused.returncode == 1, "rules were applied behind a running exchange"
        assert server.end(signal.SIGTERM)[0] == 0

    def start() -> str:
        refused = solebook(tmp_path, "serve", "--port", "0", settings=STRICTER)
        assert (refused.returncode, refused.stdout) == (1, "")
        return refused.stderr

    def apply(*arguments: str) -> str:
        done = solebook(tmp_path, "admin", "apply-rules", *arguments, settings=STRICTER)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    told = start()
    assert "1 ask" in told
    assert "solebook admin apply-rules" in told
    assert "Traceback" not in told
    assert "min_amount: 2500 -> 10000" in apply("--dry-run")
    assert start() == told
    assert "no bids and 1 ask of 1 user" in apply("--reason", "no trades below $100")
    with serving(tmp_path, settings=STRICTER) as server:
        seller = server.sign_in("seller")
        statuses = {
            quote_id: server.ok("GET", f"/v1/asks/{quote_id}", seller)["status"]
            for quote_id in (low, high)
        }
        assert statuses == {low: "cancelled", high: "active"}
        assert town.prices(server) == ([], [20_000])
        assert server.end(signal.SIGTERM)[0] == 0
    # Rules that allow everything that stands are adopted as they are.
    with serving(tmp_path) as server:
        assert town.prices(server) == ([], [20_000])
        assert server.end(signal.SIGTERM)[0] == 0
