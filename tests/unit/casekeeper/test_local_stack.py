"""The small parts of the local stack: its clock, its secrets, its note, the environment it gives to services."""

import json
import os
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from casekeeper.demo.sender import sign
from casekeeper.local import running, secrets
from casekeeper.local.demonstration_clock import FIRST_HOUR, LAST_HOUR, WEEKDAYS, offset_seconds, to_workday
from casekeeper.local.environment import told
from casekeeper.local.running import NotRunning
from schemas.organisation import Organisation
from schemas.organisation_file import load

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(EXAMPLE)


def at_work(moment: datetime) -> bool:
    return moment.weekday() in WEEKDAYS and FIRST_HOUR <= moment.hour < LAST_HOUR


@given(moments)
def test_a_demonstration_begins_on_a_working_day_within_a_week(now: datetime) -> None:
    ahead = to_workday(now)
    assert 0 <= ahead < timedelta(days=7).total_seconds()
    assert at_work(now + timedelta(seconds=ahead))
    assert not ahead or not at_work(now)


@given(st.lists(st.integers(0, 20 * 86_400), min_size=1, max_size=6), moments)
def test_the_clock_of_a_folder_never_goes_back(waits: list[int], now: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        last = now
        for wait in waits:
            now += timedelta(seconds=wait)
            shown = now + timedelta(seconds=offset_seconds(Path(folder), now))
            assert at_work(shown)
            assert shown >= last
            last = shown


def test_secrets_are_made_once_and_are_nobody_elses(tmp_path: Path, organisation: Organisation) -> None:
    folder = tmp_path / "new"
    made = secrets.keep(folder, organisation)
    file = folder / secrets.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secrets.keep(folder, organisation) == made
    assert secrets.keep(tmp_path / "other", organisation).internal_token != made.internal_token
    values = [made.internal_token, made.desk_secret, *made.channels.values(), *made.logins.values()]
    assert len(set(values)) == len(values)
    assert {organisation.person(person).role for person in made.logins} == {
        "agent",
        "coach",
        "lead",
        "operator",
        "specialist",
    }
    assert all(len(password) >= 10 for password in made.logins.values())


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path: Path, organisation: Organisation) -> None:
    made = secrets.keep(tmp_path, organisation)
    kept = json.loads((tmp_path / secrets.FILE).read_text())
    lost = next(iter(kept["channels"]))
    del kept["channels"][lost]
    (tmp_path / secrets.FILE).write_text(json.dumps(kept))
    again = secrets.keep(tmp_path, organisation)
    assert again.channels[lost] != made.channels[lost]
    assert again.model_copy(update={"channels": made.channels}) == made


@given(body=st.binary(max_size=300), moment=moments)
def test_a_signature_is_the_specifications(body: bytes, moment: datetime) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    text = body.decode("latin-1")
    expected = standardwebhooks.Webhook(secret).sign("msg_1", moment, text)
    assert sign(secret, "msg_1", int(moment.timestamp()), text.encode()) == expected


def test_no_stack_on_a_folder_is_said(tmp_path: Path, organisation: Organisation) -> None:
    says = f"no stack is running on the folder {tmp_path}; start one with: make run"
    note = {"pid": os.getpid(), "host": "127.0.0.1", "ports": {"desk": 8080}, "organisation": "somewhere"}
    with pytest.raises(NotRunning) as nothing:
        running.find(tmp_path)
    (tmp_path / running.FILE).write_text(json.dumps(note))
    with pytest.raises(NotRunning) as no_secrets:
        running.find(tmp_path)
    secrets.keep(tmp_path, organisation)
    assert running.find(tmp_path).url("desk") == "http://127.0.0.1:8080"
    (tmp_path / running.FILE).write_text("half a no")
    with pytest.raises(NotRunning) as torn:
        running.find(tmp_path)
    (tmp_path / running.FILE).write_text(json.dumps(note | {"pid": 2**22 + 1}))
    with pytest.raises(NotRunning) as dead:
        running.find(tmp_path)
    assert {str(each.value) for each in (nothing, no_secrets, torn, dead)} == {says}


def test_what_services_are_told_is_forgotten_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEKEEPER_KAFKA", "mine:9092")
    monkeypatch.delenv("CASEKEEPER_STRANGER", raising=False)
    with told({"CASEKEEPER_KAFKA": "theirs:1", "CASEKEEPER_STRANGER": "x"}):
        assert (os.environ["CASEKEEPER_KAFKA"], os.environ["CASEKEEPER_STRANGER"]) == ("theirs:1", "x")
    assert os.environ["CASEKEEPER_KAFKA"] == "mine:9092"
    assert "CASEKEEPER_STRANGER" not in os.environ
