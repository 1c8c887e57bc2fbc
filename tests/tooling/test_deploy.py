"""The configuration files that are shipped say what the programs understand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kubernetes_validate.utils import validate
from litestar.routes import HTTPRoute

from bootstrap import PINNED_UV
from solebook.composition.embedded import build_embedded
from solebook.config.load import load_settings
from solebook.config.photos import PhotosSettings
from solebook.config.settings import Settings
from solebook.entrypoints.cli.main import build_parser
from solebook.entrypoints.cli.watching import watched_at
from solebook.entrypoints.http.app import create_app
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole

from ..nats_server import require_nats
from .deployed import (
    DEPLOY,
    ROOT,
    compose_services,
    kubernetes_objects,
    mounted_files,
    output_of,
    pods,
    read_yaml,
    settings_in_kubernetes,
)

KUBERNETES = "1.35"
"""The version of Kubernetes whose schemas the manifests are held against."""


def roles_of(command: list[str]) -> list[ProcessRole]:
    """Return the roles of a command, which the command line must understand."""
    options = build_parser().parse_args(command)
    return list(getattr(options, "roles", ()) or ())


def metrics_port(command: list[str], settings: Settings) -> int | None:
    """Return where a process has its metrics, which must be reached from outside."""
    options = vars(build_parser().parse_args(command))
    watched = watched_at(settings, options.get("health_host"), options.get("health_port"))
    assert watched.metrics.host == "0.0.0.0"
    return watched.metrics.port


def test_the_image_is_built_by_the_uv_of_bootstrap() -> None:
    dockerfile = (DEPLOY / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"uv==(\S+)", dockerfile) == [PINNED_UV]


class TestNats:
    @pytest.mark.parametrize("file", ["nats-server.conf", "compose/nats.conf"])
    def test_each_message_is_synced(self, file: str) -> None:
        assert "sync_interval: always" in (DEPLOY / file).read_text()

    @pytest.mark.real
    @pytest.mark.integration
    @pytest.mark.parametrize("file", ["nats-server.conf", "compose/nats.conf"])
    def test_the_server_accepts_its_configuration(self, file: str) -> None:
        require_nats()
        program = Path(sys.executable).parent / "nats-server"
        tried = subprocess.run(
            [program, "-t", "-c", DEPLOY / file],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"NATS_PASSWORD": "secret"},
        )
        assert tried.returncode == 0, tried.stderr


@pytest.mark.parametrize("file", ["deploy/compose/nginx.conf", "docs/how-to/run-the-stack.md"])
def test_nginx_lets_through_the_largest_body_that_the_exchange_takes(file: str) -> None:
    told = re.findall(r"client_max_body_size (\d+)m;", (ROOT / file).read_text(encoding="utf-8"))
    handlers = [
        handler
        for route in create_app(build_embedded(seed=1)).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    ]
    taken = {handler.resolve_request_max_body_size() for handler in handlers}
    photo = PhotosSettings().most_bytes  # of the routes that look at the setting
    assert [int(size) * 1_048_576 for size in told] == [max(size or photo for size in taken)]


@pytest.mark.integration
class TestCompose:
    @pytest.fixture(scope="class")
    @classmethod
    def services(cls, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        return compose_services(tmp_path_factory.mktemp("compose"))

    @pytest.fixture
    def own(self, services: dict[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in services.items() if one["image"] == "solebook"}

    def test_every_role_runs_and_the_database_is_migrated_first(self, own: dict[str, Any]) -> None:
        roles = [role for one in own.values() for role in roles_of(one["command"])]
        assert sorted(roles) == sorted(ALL_ROLES)
        for name, one in own.items():
            waits_for = one["depends_on"]
            assert name == "migrate" or waits_for == {
                "migrate": {"condition": "service_completed_successfully"}
            }

    def test_the_settings_are_right_and_use_every_server(
        self, services: dict[str, Any], own: dict[str, Any]
    ) -> None:
        [environment] = {tuple(sorted(one["environment"].items())) for one in own.values()}
        settings = load_settings(None, dict(environment))
        assert settings.is_shared
        assert {"postgres", "nats", "redis", "typesense", "influxdb"} <= set(services)
        used = f"{settings.store.url} {settings.nats.url} {settings.redis.url}"
        used += f" {settings.typesense.url} {settings.influx.url}"
        hosts = {url.rpartition("@")[2] for url in used.replace("//", "@").split()}
        assert {re.split(r"[:/]", host)[0] for host in hosts} <= set(services)

    def test_no_process_of_the_exchange_may_write_but_to_its_folder(
        self, own: dict[str, Any]
    ) -> None:
        for one in own.values():
            assert one["read_only"]
            assert one["cap_drop"] == ["ALL"]
            assert [volume.partition(":")[2] for volume in one["volumes"]] == [
                "/var/lib/solebook:rw"
            ]

    def test_only_nginx_and_grafana_are_reached_and_from_this_machine(
        self, services: dict[str, Any]
    ) -> None:
        ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
        assert set(ports) == {"nginx", "grafana"}
        assert all(port.startswith("127.0.0.1:") for [port] in ports.values())

    def test_every_file_that_is_mounted_is_there(self, services: dict[str, Any]) -> None:
        files = mounted_files(services)
        assert len(files) >= 6
        assert [str(file) for file in files if not file.exists()] == []

    def test_prometheus_scrapes_every_process_where_it_has_its_metrics(
        self, own: dict[str, Any]
    ) -> None:
        [job] = read_yaml(DEPLOY / "compose" / "prometheus.yml")["scrape_configs"]
        assert job["job_name"] == "solebook"
        scraped = {
            name: config["port"] for config in job["dns_sd_configs"] for name in config["names"]
        }
        assert scraped == {
            name: metrics_port(one["command"], load_settings(None, one["environment"]))
            for name, one in own.items()
            if name != "migrate"
        }

    def test_prometheus_accepts_its_configuration_and_has_the_rules(self, tmp_path: Path) -> None:
        for file in ("compose/prometheus.yml", "prometheus/alerts.yml"):
            shutil.copy(DEPLOY / file, tmp_path)
        found = output_of(
            "promtool", "check", "config", tmp_path / "prometheus.yml", package="prometheus"
        )
        assert "1 rule files found" in found

    def test_grafana_finds_the_dashboard_and_prometheus(self, services: dict[str, Any]) -> None:
        mounts = services["grafana"]["volumes"]
        provisioning = DEPLOY / "grafana" / "provisioning"
        [source] = read_yaml(provisioning / "datasources" / "prometheus.yml")["datasources"]
        assert source["url"].removeprefix("http://").partition(":")[0] in services
        [provider] = read_yaml(provisioning / "dashboards" / "solebook.yml")["providers"]
        assert any(f":{provider['options']['path']}/solebook.json" in str(one) for one in mounts)
        assert any(":/etc/grafana/provisioning:" in str(one) for one in mounts)

    def test_every_server_that_keeps_something_has_a_volume(self, services: dict[str, Any]) -> None:
        keeps = {name for name, one in services.items() if one.get("volumes")}
        assert {"postgres", "nats", "typesense", "influxdb"} <= keeps


@pytest.mark.integration
class TestKubernetes:
    @pytest.fixture(scope="class")
    @classmethod
    def objects(cls) -> list[dict[str, Any]]:
        return kubernetes_objects()

    def test_every_object_is_valid(self, objects: list[dict[str, Any]]) -> None:
        assert len(objects) > 10
        for one in objects:
            validate(one, KUBERNETES, strict=True)

    def test_every_role_runs(self, objects: list[dict[str, Any]]) -> None:
        commands = [pod["containers"][0]["args"] for _, pod in pods(objects)]
        roles = [role for command in commands for role in roles_of(command)]
        assert sorted(roles) == sorted(ALL_ROLES)
        assert [command[0] for command in commands].count("migrate") == 1

    def test_the_settings_are_those_of_production(
        self, objects: list[dict[str, Any]], tmp_path: Path
    ) -> None:
        settings = settings_in_kubernetes(objects, tmp_path)
        assert settings.mode == "production"
        assert settings.is_shared
        assert settings.streams_between == "nats"

    def test_pods_share_photos_and_no_folder(
        self, objects: list[dict[str, Any]], tmp_path: Path
    ) -> None:
        for name, pod in pods(objects):
            volumes = {volume["name"]: volume for volume in pod["volumes"]}
            assert "emptyDir" in volumes["folder"], name  # it is gone with its pod
        assert settings_in_kubernetes(objects, tmp_path).photos.is_in == "bucket"

    def test_every_pod_reads_the_settings_and_the_secret(
        self, objects: list[dict[str, Any]]
    ) -> None:
        [settings] = [one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"]
        for name, pod in pods(objects):
            [container] = pod["containers"]
            assert container["envFrom"] == [{"secretRef": {"name": "solebook"}}], name
            volumes = {volume["name"]: volume for volume in pod["volumes"]}
            assert volumes["settings"]["configMap"]["name"] == settings, name
            mounted = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
            assert f"{mounted['settings']}/solebook.toml" in container["args"], name

    def test_no_pod_is_root_or_may_write_but_to_its_folders(
        self, objects: list[dict[str, Any]]
    ) -> None:
        for name, pod in pods(objects):
            [container] = pod["containers"]
            assert pod["securityContext"]["runAsNonRoot"], name
            assert pod["enableServiceLinks"] is False, name
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert container["resources"]["limits"]["memory"], name

    def test_every_deployment_has_probes_at_its_port_and_a_disruption_budget(
        self, objects: list[dict[str, Any]], tmp_path: Path
    ) -> None:
        budgets = {
            one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]
            for one in objects
            if one["kind"] == "PodDisruptionBudget"
        }
        deployments = [one for one in objects if one["kind"] == "Deployment"]
        assert deployments
        for one in deployments:
            [container] = one["spec"]["template"]["spec"]["containers"]
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            settings = settings_in_kubernetes(objects, tmp_path)
            assert ports["metrics"] == metrics_port(container["args"], settings)
            serves = container["args"][0] == "serve"
            assert not serves or str(ports["health"]) in container["args"]
            paths = {"startup": "live", "liveness": "live", "readiness": "ready"}
            for probe, path in paths.items():
                asked = container[f"{probe}Probe"]["httpGet"]
                port = "health" if serves else "metrics"
                assert asked == {"path": f"/health/{path}", "port": port}
            labels = one["spec"]["template"]["metadata"]["labels"]
            assert one["spec"]["selector"]["matchLabels"] == labels
            assert labels["app.kubernetes.io/component"] in budgets
            assert one["spec"]["replicas"] >= 2

    def test_only_prometheus_reaches_the_metrics_and_everybody_the_api(
        self, objects: list[dict[str, Any]]
    ) -> None:
        policies = {
            one["metadata"]["name"]: one["spec"]
            for one in objects
            if one["kind"] == "NetworkPolicy"
        }
        name = "app.kubernetes.io/name"
        assert policies["solebook-metrics"]["podSelector"] == {"matchLabels": {name: "solebook"}}
        [from_prometheus] = policies["solebook-metrics"]["ingress"]
        [who] = from_prometheus["from"]
        assert who["namespaceSelector"]["matchLabels"] == {
            "kubernetes.io/metadata.name": "monitoring"
        }
        assert from_prometheus["ports"] == [{"port": 9464}]
        assert policies["solebook-http"]["ingress"] == [{"ports": [{"port": 8000}]}]
        assert all(policy["policyTypes"] == ["Ingress"] for policy in policies.values())

    def test_the_operator_finds_the_metrics_of_every_process(
        self, objects: list[dict[str, Any]]
    ) -> None:
        [monitor] = [one for one in kubernetes_objects("monitored") if one["kind"] == "PodMonitor"]
        selected = monitor["spec"]["selector"]["matchLabels"]
        [endpoint] = monitor["spec"]["podMetricsEndpoints"]
        assert endpoint["path"] == "/metrics"
        for one in objects:
            if one["kind"] == "Deployment":
                template = one["spec"]["template"]
                assert selected.items() <= template["metadata"]["labels"].items()
                assert template["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "solebook"
                [container] = template["spec"]["containers"]
                assert endpoint["port"] in {port["name"] for port in container["ports"]}


@pytest.mark.integration
class TestSystemd:
    UNITS = sorted((DEPLOY / "systemd").iterdir())

    def test_the_units_are_understood(self, tmp_path: Path) -> None:
        instances = set(re.findall(r"solebook-\w+@\w+\.service", self.target()))
        for unit in self.UNITS:
            text = unit.read_text(encoding="utf-8")
            told = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", text)
            (tmp_path / unit.name).write_text(told)
        names = {unit.name for unit in self.UNITS if "@." not in unit.name} | instances
        for name in instances:
            shutil.copy(tmp_path / re.sub(r"@\w+\.", "@.", name), tmp_path / name)
        files = [tmp_path / name for name in sorted(names)]
        output_of("systemd-analyze", "verify", *files, package="systemd")

    def test_the_target_starts_every_role(self) -> None:
        workers = re.findall(r"solebook-worker@(\w+)\.service", self.target())
        assert sorted([*workers, ProcessRole.HTTP]) == sorted(ALL_ROLES)
        assert "solebook-migrate.service" in self.target()
        assert len(re.findall(r"solebook-http@\d+\.service", self.target())) == 2

    def test_each_unit_runs_a_command_that_there_is(self) -> None:
        for unit in self.UNITS:
            text = unit.read_text(encoding="utf-8")
            instance = "8000" if "http" in unit.name else "trade"
            for command in re.findall(r"(?m)^ExecStart=\S+ (.*)$", text):
                roles_of(command.replace("%i", instance).split())

    @staticmethod
    def target() -> str:
        return (DEPLOY / "systemd" / "solebook.target").read_text(encoding="utf-8")
