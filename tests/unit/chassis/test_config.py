"""Settings: a service's own prefix goes before the one for all."""

from typing import ClassVar

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    service: ClassVar[str] = "followup"
    model_config = SettingsConfigDict(env_prefix="FOLLOWUP_", extra="ignore", frozen=True)

    horizon_days: int = 3


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA", "MONGO", "HORIZON_DAYS", "KAFKA_PREFIX", "MAX_RECORDS"):
        monkeypatch.delenv(f"FOLLOWUP_{name}", raising=False)
        monkeypatch.delenv(f"CASEKEEPER_{name}", raising=False)


def test_without_anything_it_runs_on_this_machine() -> None:
    settings = Settings()
    assert (settings.kafka, settings.horizon_days) == ("127.0.0.1:9092", 3)
    assert settings.http_host == "127.0.0.1"
    assert settings.database == "casekeeper-followup"


def test_the_prefix_for_all_services_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEKEEPER_KAFKA", "all:1")
    assert Settings().kafka == "all:1"


def test_the_services_own_prefix_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEKEEPER_KAFKA", "all:1")
    monkeypatch.setenv("FOLLOWUP_KAFKA", "mine:1")
    monkeypatch.setenv("FOLLOWUP_HORIZON_DAYS", "5")
    assert (Settings().kafka, Settings().horizon_days) == ("mine:1", 5)


def test_what_is_given_in_code_goes_before_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_KAFKA", "mine:1")
    assert Settings(kafka="given:1").kafka == "given:1"


def test_another_services_prefix_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASES_KAFKA", "cases:1")
    assert Settings().kafka == "127.0.0.1:9092"


@pytest.mark.parametrize(
    ("name", "value"), [("max_records", "501"), ("kafka_prefix", "no_underscores."), ("http_port", "70000")]
)
def test_a_setting_out_of_range_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FOLLOWUP_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_the_cluster_prefixes_topics() -> None:
    assert Settings(kafka_prefix="care.").cluster.topic("cases.events") == "care.cases.events"


def test_the_shared_secret_does_not_show() -> None:
    assert "hush" not in repr(Settings(internal_token="hush"))
