"""What a diagnosis tries of InfluxDB."""

from urllib.parse import urlsplit

from ...ports.language.trials import Failed, Trial, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import look_at_encryption
from ..web.tried_server import TriedServer, fields_in, tried_server
from .connection import InfluxAccess

_WRONG_LOGIN = Failed(
    "the server does not let this user in", "correct influx.user and influx.password, or the token"
)
_NO_POINT = "solebook_check"
"""No line with a point has no field, so the server refuses it, whoever sends it."""


class InfluxCheck(ServiceCheck):
    """Tries a server, its database and its retention policy."""

    service = "influx"

    def __init__(self, access: InfluxAccess) -> None:
        self._access = access

    def explain(self, error: Exception) -> Failed:
        return Failed(type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        access = self._access
        parts = urlsplit(access.url)
        token = {"Authorization": f"Token {access.token}"} if access.token else None
        login = (access.user, access.password or "") if access.user else None
        async with tried_server(access.url, tls=access.tls, headers=token, login=login) as server:
            with trials.trying("reach", "start InfluxDB, or correct influx.url") as trial:
                answer = await server.ask("GET", "/ping")
                if not answer.is_success:
                    raise Failed(f"{server.where} answers with status {answer.status_code}")
                trial.found = f"InfluxDB {answer.headers.get('x-influxdb-version', '')}".strip()
            encrypted = "the server is verified" if parts.scheme == "https" else ""
            hosts = [parts.hostname or ""]
            look_at_encryption(trials, hosts, encrypted, "use https:// in influx.url")
            advice = "create it as docs/how-to/draw-charts-in-influxdb.md says"
            with trials.trying("database", advice) as trial:
                await self._look_at_database(server, trial)
            with trials.trying("rights", "let the user read and write the database") as trial:
                await self._look_at_writing(server, trial)

    async def _look_at_database(self, server: TriedServer, trial: Trial) -> None:
        access = self._access
        asked = {"q": f'SHOW RETENTION POLICIES ON "{access.database}"'}
        answer = await server.ask("GET", "/query", refused=_WRONG_LOGIN, params=asked)
        [result] = fields_in(answer).get("results", [{}])
        if "error" in result:
            raise Failed(f"there is no database {access.database} that this user may read")
        policies = {
            row[0]: dict(zip(series["columns"], row, strict=True))
            for series in result.get("series", ())
            for row in series.get("values", ())
        }
        policy = policies.get(access.retention_policy)
        if policy is None:
            raise Failed(f"{access.database} has no retention policy {access.retention_policy}")
        trial.found = f"{access.database}/{access.retention_policy}"
        duration = str(policy.get("duration", "0s"))
        if duration not in ("0s", "0", ""):
            trial.warn(f"{trial.found} forgets after {duration}", "let it keep everything (INF)")

    async def _look_at_writing(self, server: TriedServer, trial: Trial) -> None:
        access = self._access
        where = {
            "org": access.organization,
            "bucket": f"{access.database}/{access.retention_policy}",
            "precision": "ns",
        }
        # As influxdb-client identifies itself.
        headers = {"Authorization": f"Token {access.secret}"} if access.secret else None
        refused = Failed(f"the user may not write to {where['bucket']}")
        answer = await server.ask(
            "POST",
            "/api/v2/write",
            refused=refused,
            params=where,
            content=_NO_POINT,
            headers=headers,
        )
        if answer.status_code == 404:
            raise Failed(f"there is no bucket {where['bucket']}, or no /api/v2/write")
        trial.found = "may read and write"
