"""Dashboard, alerts and docs name what a process really exposes, and promtool finds no mistake."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Set
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from solebook.composition.container import open_application
from solebook.composition.embedded import build_embedded
from solebook.config.load import load_settings
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.services.table import BY_NAME
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.process_roles import ALL_ROLES

from .scrapes import ALERTS, DEPLOY, promtool
from .troubles import called

pytestmark = pytest.mark.integration

DASHBOARD = DEPLOY / "grafana" / "solebook.json"
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "watch-it.md"
_ROW = re.compile(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)*) \|", re.MULTILINE)
_OF_PROMETHEUS = {"up", "instance", "job", "le"}
_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset"}


@pytest.fixture
async def exposed(tmp_path: Path) -> AsyncIterator[str]:
    """What a process on SQLite exposes, after one request and one message."""
    settings = load_settings(
        None, {"SOLEBOOK_FOLDER": str(tmp_path), "SOLEBOOK_METRICS__PORT": "0"}
    )
    async with open_application(settings, roles=ALL_ROLES) as application:
        workers = Workers(application)
        await application.users.register_user(
            email="somebody@example.com", password="correct horse", first_name="A", last_name="B"
        )
        await workers.settle()
        async with workers.running():
            await called(create_app(application), "/v1/products")
            await workers.observer.observe()
            assert application.expose_metrics is not None
            yield application.expose_metrics().decode()


def _families(text: str) -> dict[str, Metric]:
    """Return the families by the name under which they are queried, without suffixes of parts."""
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in text_string_to_metric_families(text)
    }


def _names(families: Mapping[str, Metric]) -> Set[str]:
    """Return all names that a query may use."""
    parts = {
        f"{name}_{part}"
        for name, family in families.items()
        if family.type == "histogram"
        for part in ("bucket", "sum", "count")
    }
    return parts | {name for name, family in families.items() if family.type != "histogram"}


def _labels(families: Mapping[str, Metric]) -> dict[str, Set[str]]:
    return {
        name: {label for sample in family.samples for label in sample.labels} - {"le"}
        for name, family in families.items()
    }


def _queries() -> Iterator[str]:
    """Yield every query of the alerts and the dashboard."""
    rules = ALERTS.read_text(encoding="utf-8")
    yield from re.findall(r"expr: >-\n\s+(.+)", rules)
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def _used(query: str) -> tuple[Set[str], Set[str]]:
    """Return the metrics and the labels that a query names."""
    plain = re.sub(r'"[^"]*"', '""', query)
    plain = re.sub(r"\[\w+\]", "", plain)
    labels = set[str]()
    for inside in re.findall(r"\{([^}]*)\}", plain):
        labels |= set(re.findall(r"(\w+)\s*[=!]", inside))
    plain = re.sub(r"\{[^}]*\}", "", plain)
    for inside in re.findall(r"\b(?:by|without|on|ignoring|group_left) \(([^)]*)\)", plain):
        labels |= set(re.findall(r"\w+", inside))
    plain = re.sub(r"\b(?:by|without|on|ignoring|group_left) \([^)]*\)", "", plain)
    words = re.findall(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\b(?!\s*\()", plain)
    return set(words) - _WORDS, labels


def test_a_query_names_its_metrics_and_labels() -> None:
    query = 'max by (queue) (rate(a_total{b=~"c d",e!="f"}[5m])) > 14.4 * 1e3 and on (g) h:i5m'
    assert _used(query) == ({"a_total", "h:i5m"}, {"queue", "b", "e", "g"})


def test_alerts_and_dashboard_use_what_a_process_exposes(exposed: str) -> None:
    families = _families(exposed)
    recorded = set(re.findall(r"record: (\S+)", ALERTS.read_text(encoding="utf-8")))
    known = {*_names(families), *recorded, *_OF_PROMETHEUS}
    known_labels = {
        *_OF_PROMETHEUS,
        "certificate",
        *set[str]().union(*_labels(families).values()),
    }
    queries = list(_queries())
    assert len(queries) > 60
    for query in queries:
        names, labels = _used(query)
        assert names, query
        assert names <= known, query
        assert labels <= known_labels, query


def test_orders_are_timed_however_they_are_placed() -> None:
    app = create_app(build_embedded(seed=1))
    routes = {route.path_format for route in app.routes if isinstance(route, HTTPRoute)}
    placing = {("POST", "/v1/bids"), ("POST", "/v1/asks"), ("POST", "/products/{product_id}/trade")}
    assert {route for _, route in placing} <= routes
    placing |= {("RPC", name) for name in BY_NAME if re.search(r"\.Place(Bid|Ask)$", name)}
    assert len(placing) == 5

    timed = [query for query in _queries() if "{method=" in query]
    assert len(timed) >= 2
    for query in timed:
        for method, route in re.findall(r'\{method=~?"([^"]+)",route=~"([^"]+)"', query):
            seen = {
                (way, path)
                for way, path in [*placing, ("POST", "/v1/users"), ("POST", "/v1/bids/{bid_id}")]
                if re.fullmatch(method, way) and re.fullmatch(route, path)
            }
            assert seen == placing, query


def test_runbooks_name_what_a_process_exposes(exposed: str) -> None:
    families = _families(exposed)
    known = {*_names(families), *families}
    pages = (PAGE.parents[1] / "runbooks").glob("*.md")
    named = {
        name for page in pages for name in re.findall(r"\bsolebook_\w+", page.read_text("utf-8"))
    }
    assert len(named) > 10
    assert named <= known


def test_the_page_lists_every_metric_with_its_labels(exposed: str) -> None:
    ours = {
        name: labels
        for name, labels in _labels(_families(exposed)).items()
        if not name.startswith(("process_", "python_"))
    }
    listed = {
        name: set(re.findall(r"\w+", labels))
        for name, labels in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    }
    assert listed.keys() == ours.keys()
    # A metric of other servers has no labels while there are none.
    wrong = {name for name, labels in ours.items() if labels and labels != listed[name]}
    assert not wrong


def test_promtool_finds_no_mistake(exposed: str) -> None:
    promtool("check", "rules", str(ALERTS))
    promtool("check", "config", str(ALERTS.parent / "prometheus.yml"))
    promtool("check", "metrics", stdin=exposed)
