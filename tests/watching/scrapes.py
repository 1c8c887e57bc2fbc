"""Scrapes of an exchange, and promtool, which evaluates the alert rules on them."""

import json
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.prometheus.measurements import PrometheusMeasurements
from solebook.composition.adapters import Store
from solebook.composition.decorated_store import measured_store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.composition.metrics import Pools, read_from
from solebook.core.bidding.matching_engine import EngineLimits
from solebook.ports.language.rules import MarketRules

from ..exchange import MONDAY, Exchange, exchange_on
from ..missing_server import do_without
from ..provider_line import provider_on_a_line

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
MINUTE = timedelta(minutes=1)
_FIRES = 'count(ALERTS{alertname="NAME",alertstate="firing"}) > bool 0'
"""Whether an alert fires, by the series that Prometheus writes of alerts."""
UP = 'up{instance="here",job="solebook"}'


def promtool(*arguments: str, stdin: str = "") -> str:
    """Run promtool, and return what it says. It must find nothing wrong."""
    found = shutil.which("promtool")
    if found is None:
        do_without("promtool is not installed: apt-get install prometheus")
        raise AssertionError
    done = subprocess.run(
        [found, *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Watched:
    """An exchange that is measured, and its scrapes, one a minute."""

    exchange: Exchange
    measurements: PrometheusMeasurements
    scrapes: list[Mapping[str, float]] = field(default_factory=list)

    async def scrape(self) -> None:
        """Observe and scrape, and let a minute pass."""
        await self.exchange.workers.observer.observe()
        self.take(self.exposed())
        await self.exchange.clock.advance(MINUTE)

    def take(self, text: str) -> None:
        """Keep a scrape."""
        self.scrapes.append({UP: 1.0, **_samples(text, "here")})

    def add(self, other: "Watched") -> None:
        """Add what another process exposes to the last scrape."""
        self.scrapes[-1] = {**self.scrapes[-1], **_samples(other.exposed(), "there")}

    def exposed(self) -> str:
        """Return what Prometheus gets."""
        return self.measurements.expose().decode()

    def fail(self) -> None:
        """Note that nobody answered."""
        self.scrapes.append({UP: 0.0})

    async def minutes(
        self, count: int, each: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Scrape so many times, and do something before each."""
        for _ in range(count):
            if each is not None:
                await each()
            await self.scrape()

    def last(self, count: int) -> None:
        """Take it that the next scrapes are like the last one."""
        self.scrapes += [self.scrapes[-1]] * count

    def series(self, used: str) -> list[dict[str, str]]:
        """Return the scrapes in promtool's notation, of the metrics that are named in a text."""
        found = {name for scrape in self.scrapes for name in scrape}
        words = set(re.findall(r"\w+", used))
        names = {name for name in found if name.partition("{")[0] in words}
        return [
            {"series": name, "values": _runs([scrape.get(name) for scrape in self.scrapes])}
            for name in sorted(names)
        ]


def _samples(text: str, instance: str) -> dict[str, float]:
    """Return what a process exposes, as series. Instants are since the beginning."""
    start = MONDAY.timestamp()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            is_instant = sample.name.endswith("_timestamp_seconds")
            labels = {**sample.labels, "instance": instance, "job": "solebook"}
            pairs = ",".join(f"{name}={json.dumps(labels[name])}" for name in sorted(labels))
            found[f"{sample.name}{{{pairs}}}"] = sample.value - start * is_instant
    return found


def _runs(values: Sequence[float | None]) -> str:
    """Return values in promtool's notation, equal ones in a row as one run."""
    words: list[str] = []
    began = 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[began]:
            value, more = values[began], at - began - 1
            if value is None:
                words += ["stale", *(["_x" + str(more)] if more else [])]
            else:
                words.append(f"{value!r}+0x{more}" if more else repr(value))
            began = at
    return " ".join(words)


def watch(
    *,
    change: Callable[[Store], Store] = lambda store: store,
    limits: EngineLimits | None = None,
    pools: Pools = dict,
    rules: MarketRules | None = None,
    **ports: Any,
) -> Watched:
    """Return an exchange in memory that is measured. `change` may put ports into its store."""
    measurements = PrometheusMeasurements()
    clock = VirtualClock(MONDAY)
    ids = SeededIds(1, clock)
    store = measured_store(change(build_memory_store(clock=clock, ids=ids)), measurements, clock)
    adapters = embedded_adapters(store, clock=clock, ids=ids)
    mine = {**provider_on_a_line(clock), "measurements": measurements, **ports}
    exchange = exchange_on(replace(adapters, **mine), rules=rules, limits=limits)
    read_from(measurements, exchange.app, pools)
    exchange.app = replace(exchange.app, expose_metrics=measurements.expose)
    return Watched(exchange, measurements)


def check(folder: Path, watched: Mapping[str, tuple[Watched, Sequence[str]]], rules: Path) -> None:
    """Have promtool evaluate the rules on the scrapes of each trouble.

    The alerts that are named must fire in its last minute. Those of no trouble must not fire, at
    any minute.
    """
    tests = []
    queries = _queries(rules)
    recorded = " ".join(query for rule, query in queries.items() if ":" in rule)
    for name, (scraped, fires) in watched.items():
        last = len(scraped.scrapes) - 1
        quiet = [] if fires else alert_names(rules)
        used = " ".join(queries[alert] for alert in fires or quiet)
        tests.append(
            {
                "name": name,
                "interval": "1m",
                "input_series": scraped.series(
                    f"{used} {recorded}" if "solebook:" in used else used
                ),
                "promql_expr_test": [
                    {
                        "expr": _FIRES.replace("NAME", alert),
                        "eval_time": f"{last}m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                    for alert in fires
                ],
                "alert_rule_test": [
                    {"alertname": alert, "eval_time": f"{minute}m", "exp_alerts": []}
                    for alert in quiet
                    for minute in range(last + 1)
                ],
            }
        )
    file = folder / "alerts_test.yml"
    file.write_text(
        json.dumps(
            {
                "rule_files": [str(rules)],
                "evaluation_interval": "1m",
                # Otherwise they are evaluated in any order, as Prometheus does.
                "group_eval_order": ["solebook-ratios", "solebook"],
                "tests": tests,
            }
        )
    )
    promtool("test", "rules", str(file))


def alert_names(rules: Path) -> list[str]:
    """Return the names of the alerts in a file."""
    lines = rules.read_text(encoding="utf-8").splitlines()
    return [line.split(":")[1].strip() for line in lines if line.strip().startswith("- alert:")]


def _queries(rules: Path) -> dict[str, str]:
    """Return the query of each rule by its name."""
    text = rules.read_text(encoding="utf-8")
    return dict(re.findall(r"- (?:alert|record): (\S+)\n\s+expr: >-\n\s+(.+)", text))
