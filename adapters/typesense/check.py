"""What a diagnosis tries of Typesense."""

from urllib.parse import urlsplit

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import look_at_encryption
from ..web.tried_server import TriedServer, fields_in, tried_server
from .collections import FORM_OF_NAMES
from .connection import TypesenseAccess

OLDEST = (0, 24)
_WRONG_KEY = Failed("the server refuses the key", "correct SOLEBOOK_TYPESENSE__API_KEY")


class TypesenseCheck(ServiceCheck):
    """Tries each node, and what the key may do with collections of the prefix."""

    service = "typesense"

    def __init__(self, access: TypesenseAccess, *, prefix: str) -> None:
        self._access = access
        self._serving = f"{prefix}_products"

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        hosts = [urlsplit(url).hostname or "" for url in self._access.urls]
        is_safe = all(url.startswith("https") for url in self._access.urls)
        encrypted = "the server is verified" if is_safe else ""
        for number, url in enumerate(self._access.urls, 1):
            node = "" if len(hosts) == 1 else f" node {number}"
            key = {"X-TYPESENSE-API-KEY": self._access.key}
            async with tried_server(url, tls=self._access.tls, headers=key) as server:
                await self._look_at_node(server, node, trials)
                if number == len(hosts):
                    look_at_encryption(trials, hosts, encrypted, "use https:// in typesense.url")
                    await self._look_at_key(server, trials)
                    await self._look_at_index(server, trials)

    async def _look_at_node(self, server: TriedServer, node: str, trials: Trials) -> None:
        with trials.trying(f"reach{node}", "start Typesense, or correct typesense.url") as trial:
            health = fields_in(await server.ask("GET", "/health"))
            if health.get("ok") is not True:
                raise Failed("it is not healthy", "look at its log, its disk and its memory")
            about = fields_in(await server.ask("GET", "/debug", refused=_WRONG_KEY))
            version = str(about.get("version", "of no version"))
            trial.found = f"Typesense {version}"
            numbers = version.split(".")[:2]
            is_number = all(number.isdecimal() for number in numbers)
            if is_number and tuple(map(int, numbers)) < OLDEST:
                trial.fail(trial.found, f"use Typesense {'.'.join(map(str, OLDEST))} or newer")

    async def _look_at_key(self, server: TriedServer, trials: Trials) -> None:
        advice = "give the key all actions on the collections and aliases of typesense.prefix"
        with trials.trying("rights", advice) as trial:
            # There is no such collection, so a key that may do it hears just that.
            nobody = f"/collections/{self._serving}_check"
            for method, path, what in (
                ("GET", "/aliases", "read aliases"),
                ("GET", nobody, "read collections"),
                ("POST", f"{nobody}/documents/import?action=upsert", "write documents"),
                ("DELETE", nobody, "delete collections"),
            ):
                body = "{}" if method == "POST" else None
                refused = Failed(f"the key may not {what}")
                await server.ask(method, path, refused=refused, content=body)
            trial.found = f"may read and write collections of {self._serving}"

    async def _look_at_index(self, server: TriedServer, trials: Trials) -> None:
        with trials.trying("index", "run `solebook admin reindex`") as trial:
            answer = await server.ask("GET", f"/aliases/{self._serving}")
            if answer.status_code == 404:
                trial.warn("there is none yet; the first process creates an empty one")
                return
            name = str(fields_in(answer).get("collection_name", ""))
            found = fields_in(await server.ask("GET", f"/collections/{name}"))
            if "num_documents" not in found:
                raise Failed(f"{self._serving} leads to {name}, which is not there")
            trial.found = f"{found['num_documents']} products in {name}"
            if not name.startswith(f"{self._serving}_{FORM_OF_NAMES}_"):
                trial.warn(f"{trial.found}, of an earlier version")
