"""The console of the API."""

import gzip
import re

import httpx
import pytest

from solebook.config.http import HttpSettings
from solebook.entrypoints.http.app import create_app

from .security_headers import missing_headers
from .world import World


async def files(world: World) -> dict[str, httpx.Response]:
    """Return what the console's page loads, by name."""
    shown = (await world.get("/schema/console")).text
    paths = re.findall(r"(?:src|href)='(/schema/console/[^']+)'", shown)
    return {path.rpartition("/")[2]: await world.get(path) for path in paths}


async def test_console_loads_its_own_files_alone(world: World) -> None:
    page = await world.get("/schema/console")

    assert missing_headers(page) == set()
    links = re.findall(r"(?:src|href|action|data-document)='([^']*)'", page.text)
    assert [link for link in links if not re.match(r"/(?!/)|data:,$", link)] == []
    assert re.findall(r"<script(?![^>]* src=)|\son\w+=|style=|<base", page.text) == []
    policy = page.headers["content-security-policy"]
    sources = {word for rule in policy.split(";") for word in rule.split()[1:]}
    assert sources == {"'none'", "'self'", "data:"}
    found = await files(world)
    assert set(found) == {"swagger-ui-bundle.js", "swagger-ui.css", "console.js", "console.css"}
    for name in ("swagger-ui.css", "console.css"):
        named = re.findall(r"url\(([^)]*)\)|@import\s*([^;]*)", found[name].text)
        assert [each for each, other in named if not each.strip("'\"").startswith("data:")] == []
    assert "//" not in re.sub(r"^\s*//.*|\s// .*", "", found["console.js"].text, flags=re.MULTILINE)


async def test_files_are_kept_for_good_and_come_compressed(world: World) -> None:
    for name, answer in (await files(world)).items():
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"], name
        assert answer.headers["content-encoding"] == "gzip", name
        plain = await world.get(answer.url.path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content, name
        assert len(gzip.compress(plain.content)) < 600_000, name
    other = await world.get("/schema/console/000000000000/console.js")
    assert "immutable" not in other.headers["cache-control"]
    assert (await world.get("/schema/console/000000000000/other.js")).status_code == 404


async def test_reference_leads_to_the_console(world: World) -> None:
    assert "href='/schema/console'" in (await world.get("/schema")).text


@pytest.mark.parametrize("pages", [True, False])
def test_console_is_off_with_the_pages(world: World, *, pages: bool) -> None:
    app = create_app(world.application, HttpSettings(pages=pages))
    assert any(route.path == "/schema/console" for route in app.routes) is pages
