"""Prometheus, its alerts and Grafana as shipped ask for what the code really exports, and the handbook explains it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

from casekeeper.services import PORTS
from schemas.services import SERVICES
from services.chassis import telemetry
from services.classification import aside
from services.classification.embeddings import second_reading
from services.classification.own_model import figures as own_model
from services.classification.shadow import worker as shadow
from services.followup.handlers.channel_tests import ended
from services.ingestion.api import inbound

ROOT = Path(__file__).parents[2]
PARTS = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
HANDBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
PROMETHEUS = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
ALERTS = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
NOT_METRICS = {"by", "without", "on", "ignoring", "and", "or", "unless", "offset", "group_left", "group_right", "bool"}


def test_prometheus_looks_at_every_service() -> None:
    job = next(each for each in PROMETHEUS["scrape_configs"] if each["job_name"] == "casekeeper")
    assert {each["names"][0]: each["port"] for each in job["dns_sd_configs"]} == PORTS
    for name in PROMETHEUS["rule_files"]:
        assert (ROOT / "deploy/prometheus" / name).exists()


def exported() -> set[str]:
    """The names that a service shows at `/metrics`."""
    telemetry.configure()
    telemetry.appear("cases")
    telemetry.handled("cases", 1, 0.1, 0)
    inbound.add(0, {"channel": "social", "outcome": "accepted"})
    ended.add(0, {"channel": "social", "outcome": "passed"})
    for counter in (
        own_model.judged,
        own_model.kept,
        aside.dropped,
        second_reading.read_again,
        shadow.messages,
        shadow.differences,
    ):
        counter.add(0)
    own_model.asking.record(0.1)
    figures = (*telemetry.FIGURES, own_model.open_circuit, aside.waiting)
    for figure in figures:
        figure.put("cases", 0)
    names = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    for figure in figures:
        figure.drop("cases")
    return names


def metrics_in(expression: str) -> set[str]:
    """The metrics that a query names: what is neither a function, nor a word of the language, nor a label."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', " ", expression)
    bare = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)|\boffset\s+\w+", " ", bare)
    return {name for name in re.findall(r"\b[a-z_][a-z0-9_]*\b(?!\s*\()", bare) if name not in NOT_METRICS}


def queries() -> Iterator[tuple[str, str]]:
    """Where it is, and the query."""
    for rule in ALERTS:
        yield rule["alert"], rule["expr"]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.name}: {panel['title']}", target["expr"]


def test_metrics_are_found_in_a_query() -> None:
    query = 'sum by (service) (rate(a_total{x="y"}[5m])) / on (service) b offset 15m > 0.5 and absent(c) unless d == 1'
    assert metrics_in(query) == {"a_total", "b", "c", "d"}


def test_alerts_and_dashboards_ask_only_for_what_the_code_exports() -> None:
    there = exported() | {"up"}
    asked = {where: metrics_in(query) for where, query in queries()}
    assert all(asked.values())
    assert {where: names - there for where, names in asked.items() if names - there} == {}


def test_every_figure_of_ours_is_shown_somewhere() -> None:
    shown = {name for _, query in queries() for name in metrics_in(query)}
    ours = {re.sub("_(bucket|count|sum|created)$", "", name) for name in exported() if name.startswith("care_")}
    assert ours <= {re.sub("_(bucket|count|sum)$", "", name) for name in shown}
    assert {name for name in ours if f"`{name}`" not in HANDBOOK} == set()


def test_a_service_that_is_gone_is_missed() -> None:
    missing = next(rule["expr"] for rule in ALERTS if rule["alert"] == "CasekeeperServiceMissing")
    assert set(re.findall(r'service="(\w+)"', missing)) == set(SERVICES)


def test_every_alert_says_how_bad_it_is_and_the_handbook_what_to_do() -> None:
    explained = {name for line in re.findall(r"^### (.*)$", HANDBOOK, re.MULTILINE) for name in line.split(", ")}
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["alert"] in explained
    assert {name for name in explained if name.startswith("Casekeeper")} == {rule["alert"] for rule in ALERTS}


def test_dashboards_read_from_sources_that_grafana_is_given() -> None:
    folder = ROOT / "deploy/grafana/provisioning"
    sources = yaml.safe_load((folder / "datasources/sources.yaml").read_text(encoding="utf-8"))["datasources"]
    assert {source["url"].split(":")[1].strip("/") for source in sources} <= set(PARTS)
    given = {source["uid"] for source in sources}
    provider = yaml.safe_load((folder / "dashboards/folder.yaml").read_text(encoding="utf-8"))["providers"][0]
    mounted = [volume.split(":")[:2] for volume in PARTS["grafana"]["volumes"]]
    assert ["./deploy/grafana/dashboards", provider["options"]["path"]] in mounted
    assert DASHBOARDS
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids))
        used = {target["datasource"]["uid"] for panel in dashboard["panels"] for target in panel.get("targets", ())}
        assert used <= given
