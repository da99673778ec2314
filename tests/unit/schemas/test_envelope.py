"""The envelope: what is written can be read, and whatever else arrives is refused with one kind of error."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.base import REGISTRY, UtcDatetime, utc
from schemas.envelope import Envelope, InvalidEnvelope, parse
from schemas.events.case import CaseClosed
from schemas.events.message import Author, Classification, Message, MessageReceived
from schemas.events.routing import Candidate

MOMENT = datetime(2026, 3, 14, 13, 5, 2, tzinfo=UTC)
CLOSED = CaseClosed(case_id="c", conversation="v", brand="b", owner="o")
GOOD = Envelope("id-1", "casekeeper/cases", "c", MOMENT, "v", CLOSED, 4, "cause-1", {"traceparent": "00-1-2-01"})
HEADERS = dict(GOOD.headers())

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

names = st.sampled_from([*HEADERS, "ce_unknown", "", "x"])
texts = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode(errors="surrogatepass")),
    st.sampled_from([b"case.closed.v1", b"message.received.v1", b"9" * 6000, b"-1", b"0001-01-01T00:00:00+14:00"]),
    st.none(),
)
values = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=10)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)


class TestRoundTrip:
    def test_what_is_written_is_read(self) -> None:
        assert parse(b"v", GOOD.value(), GOOD.headers()) == GOOD

    def test_headers_are_text_and_never_empty(self) -> None:
        bare = Envelope("id", "s", "", MOMENT, "", CLOSED)
        for name, value in [*GOOD.headers(), *bare.headers()]:
            assert value.decode(), name

    def test_a_moment_elsewhere_is_the_same_moment(self) -> None:
        headers = HEADERS | {"ce_time": b"2026-03-14T15:05:02+02:00"}
        assert parse(b"v", GOOD.value(), list(headers.items())).time == MOMENT

    @unhurried
    @given(text=st.text(max_size=300), name=st.text(max_size=50))
    @example(text="\x00", name="\u202eabc")
    @example(text="👩🏽‍🚀" * 50, name="نص عربي")
    def test_any_text_survives(self, text: str, name: str) -> None:
        message = Message(
            id="m",
            brand="b",
            channel="c",
            conversation="v",
            external_id="x",
            author=Author(id="a", name=name),
            text=text,
            sent_at=MOMENT,
            received_at=MOMENT,
        )
        sent = Envelope("id", "s", "m", MOMENT, "v", MessageReceived(message=message))
        assert parse(b"v", sent.value(), sent.headers()).data == sent.data


class TestRefused:
    @pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_time"])
    def test_a_missing_header_is_named(self, name: str) -> None:
        headers = [(key, value) for key, value in HEADERS.items() if key != name]
        with pytest.raises(InvalidEnvelope, match=f"header {name} is missing"):
            parse(b"v", GOOD.value(), headers)

    @pytest.mark.parametrize(
        ("headers", "reason"),
        [
            ({"ce_type": b"case.vanished.v1"}, "ce_type 'case.vanished.v1' is not in the registry"),
            ({"ce_source": b"\xff"}, "header ce_source is not UTF-8 text"),
            ({"other": None}, "header other is not UTF-8 text"),
            ({"ce_time": b"yesterday"}, "ce_time or ce_sequence is not readable"),
            ({"ce_time": b"2026-03-14T13:05:02"}, "ce_time has no time zone"),
            ({"ce_sequence": b"many"}, "ce_time or ce_sequence is not readable"),
        ],
    )
    def test_a_bad_header_is_named(self, headers: dict[str, bytes], reason: str) -> None:
        with pytest.raises(InvalidEnvelope, match=reason):
            parse(b"v", GOOD.value(), list((HEADERS | headers).items()))

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (None, "the record has no value"),
            (b"", "the record has no value"),
            (b"{", "data of case.closed.v1 is not valid: value: Invalid JSON"),
            (b"{}", "data of case.closed.v1 is not valid: case_id: Field required"),
        ],
    )
    def test_bad_data_is_named(self, value: bytes | None, reason: str) -> None:
        with pytest.raises(InvalidEnvelope, match=reason):
            parse(b"v", value, GOOD.headers())

    @unhurried
    @given(
        key=st.one_of(st.none(), st.binary(max_size=10)),
        value=values,
        changes=st.dictionaries(names, texts, max_size=5),
    )
    def test_nothing_else_is_ever_raised(
        self, key: bytes | None, value: bytes | None, changes: dict[str, bytes | None]
    ) -> None:
        with contextlib.suppress(InvalidEnvelope):
            parse(key, value, list((HEADERS | changes).items()))  # type: ignore[arg-type]

    @unhurried
    @given(data=st.data(), name=st.sampled_from(sorted(REGISTRY)))
    def test_nothing_else_is_ever_raised_for_data_of_the_right_shape(self, data: st.DataObject, name: str) -> None:
        fields = {field: data.draw(st.one_of(st.text(max_size=5), moments, st.none())) for field in fields_of(name)}
        headers = HEADERS | {"ce_type": name.encode()}
        with contextlib.suppress(InvalidEnvelope):
            parse(b"v", json.dumps(fields).encode(), list(headers.items()))


moments = st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-14T13:05:02Z", "2026"])


def fields_of(name: str) -> list[str]:
    return list(REGISTRY[name].model_fields)


class TestValues:
    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_a_moment_outside_the_calendar_is_refused(self, text: str) -> None:
        moment = datetime.fromisoformat(text)
        with pytest.raises(ValueError, match="outside the years 1 to 9999"):
            utc(moment)
        value = GOOD.value().replace(b'"cause"', b'"resolved_at":"' + text.encode() + b'","closes_at":"x","cause"')
        headers = HEADERS | {"ce_type": b"case.resolved.v1"}
        with pytest.raises(InvalidEnvelope, match="resolved_at: Value error, in UTC this moment lies outside"):
            parse(b"v", value, list(headers.items()))
        assert UtcDatetime

    @pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1])
    def test_a_confidence_lies_between_0_and_1(self, score: float) -> None:
        good = dict.fromkeys(
            ("language_confidence", "intent_confidence", "sentiment_confidence", "urgency_confidence"), 1.00001
        )
        judged = {"language": "nl", "intent": "question", "sentiment": "neutral", "urgency": "low"}
        assert Classification.model_validate(judged | good).language_confidence == 1
        with pytest.raises(ValidationError):
            Classification.model_validate(judged | good | {"language_confidence": score})

    @pytest.mark.parametrize("score", [float("nan"), float("inf")])
    def test_what_json_can_not_say_is_refused_where_it_arises(self, score: float) -> None:
        with pytest.raises(ValidationError):
            Candidate(person="p", score=score)
