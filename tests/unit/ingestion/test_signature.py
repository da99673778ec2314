"""Webhooks are authentic or not: the published vector, a second implementation, and everything that is not a signature."""

import base64
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.ingestion.domain.signature import parse_secrets, why_refused

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = parse_secrets(SECRET)
ID = b"msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = b"1614265330"
NOW = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signed(id: str, moment: datetime, body: bytes, secret: str = SECRET) -> bytes:
    return Webhook(secret).sign(id, moment, body.decode()).encode()


def test_the_published_vector_is_authentic() -> None:
    assert why_refused(KEYS, ID, TIMESTAMP, SIGNATURE, BODY, NOW) is None


@given(
    st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), min_size=1, max_size=60),
    st.text(max_size=300),
    st.binary(min_size=24, max_size=64),
)
def test_what_the_reference_signs_is_authentic(id: str, body: str, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    signature = signed(id, NOW, body.encode(), secret)
    assert why_refused(parse_secrets(secret), id.encode(), TIMESTAMP, signature, body.encode(), NOW) is None


@pytest.mark.parametrize(
    ("id", "timestamp", "signature", "body"),
    [
        (None, TIMESTAMP, SIGNATURE, BODY),
        (ID, None, SIGNATURE, BODY),
        (ID, TIMESTAMP, None, BODY),
        (b"", TIMESTAMP, SIGNATURE, BODY),
        (b"x" * 257, TIMESTAMP, SIGNATURE, BODY),
        (ID + b"x", TIMESTAMP, SIGNATURE, BODY),
        (ID, b"1614265331", SIGNATURE, BODY),
        (ID, b"-1614265330", SIGNATURE, BODY),
        (ID, b"1614265330.0", SIGNATURE, BODY),
        (ID, b"NaN", SIGNATURE, BODY),
        (ID, "١٦١٤٢٦٥٣٣٠".encode(), SIGNATURE, BODY),
        (ID, b"9" * 400, SIGNATURE, BODY),
        (ID, TIMESTAMP, SIGNATURE, BODY + b" "),
        (ID, TIMESTAMP, SIGNATURE, b""),
        (ID, TIMESTAMP, b"v1", BODY),
        (ID, TIMESTAMP, b"v1,", BODY),
        (ID, TIMESTAMP, b"v1,a,b", BODY),
        (ID, TIMESTAMP, "v1,é".encode(), BODY),
        (ID, TIMESTAMP, b"v1a," + SIGNATURE[3:], BODY),
        (ID, TIMESTAMP, b"v2," + SIGNATURE[3:], BODY),
        (ID, TIMESTAMP, SIGNATURE[3:], BODY),
        (ID, TIMESTAMP, b" ".join([b"v1,no"] * 32 + [SIGNATURE]), BODY),
        (ID, TIMESTAMP, SIGNATURE, b"\xff\xfe"),
    ],
)
def test_what_is_not_authentic_is_refused_with_a_reason(
    id: bytes | None, timestamp: bytes | None, signature: bytes | None, body: bytes
) -> None:
    assert why_refused(KEYS, id, timestamp, signature, body, NOW)


@pytest.mark.parametrize("signatures", [b"v1,no " + SIGNATURE, SIGNATURE + b" v1a,xx", b"  " + SIGNATURE])
def test_one_fitting_signature_of_several_is_enough(signatures: bytes) -> None:
    assert why_refused(KEYS, ID, TIMESTAMP, signatures, BODY, NOW) is None


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_within_five_minutes_it_is_fresh(seconds: int) -> None:
    assert why_refused(KEYS, ID, TIMESTAMP, SIGNATURE, BODY, NOW + timedelta(seconds=seconds)) is None


@pytest.mark.parametrize("seconds", [-301, -300.001, 300.001, 301, 86_400])
def test_beyond_five_minutes_it_is_stale(seconds: float) -> None:
    refusal = why_refused(KEYS, ID, TIMESTAMP, SIGNATURE, BODY, NOW + timedelta(seconds=seconds))
    assert refusal == "webhook-timestamp is more than 5 minutes off"


@given(st.binary(), st.binary(), st.binary(), st.binary())
def test_no_input_raises_or_is_taken(id: bytes, timestamp: bytes, signature: bytes, body: bytes) -> None:
    assert why_refused(KEYS, id, timestamp, signature, body, NOW)


def test_a_hundred_thousand_mutations_are_all_refused() -> None:
    """Reliability test 23: one change anywhere, of any of the four parts."""
    dice = random.Random(23)
    parts = (ID, TIMESTAMP, SIGNATURE, BODY)
    for _ in range(100_000):
        which = dice.randrange(4)
        part = bytearray(parts[which])
        at = dice.randrange(len(part))
        match dice.randrange(3):
            case 0:
                part[at] ^= dice.randrange(1, 256)
            case 1:
                del part[at]
            case _:
                part.insert(at, dice.randrange(256))
        mutated = [*parts]
        mutated[which] = bytes(part)
        if mutated == [*parts] or (which == 2 and SIGNATURE in bytes(part).split(b" ")):
            continue  # a doubled letter put back, or a space before the signature
        assert why_refused(KEYS, *mutated, NOW), mutated


@given(st.binary(min_size=1, max_size=40))
def test_nothing_is_taken_that_the_reference_refuses(noise: bytes) -> None:
    signature = SIGNATURE + noise
    if why_refused(KEYS, ID, TIMESTAMP, signature, BODY, NOW) is None:
        verifier = Webhook(SECRET)
        headers = {"webhook-id": ID.decode(), "webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
        fresh = signed(ID.decode(), datetime.now(UTC), BODY) + noise
        try:
            verifier.verify(BODY, headers | {"webhook-signature": fresh.decode("latin-1")})
        except (WebhookVerificationError, ValueError):
            # The reference stumbles over words that are no signatures; ours passes them over.
            assert noise.startswith(b" ")


def test_a_secret_can_be_changed_while_both_are_in_use() -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    keys = parse_secrets(f"{other} {SECRET}")
    assert why_refused(keys, ID, TIMESTAMP, SIGNATURE, BODY, NOW) is None
    assert why_refused(parse_secrets(other), ID, TIMESTAMP, SIGNATURE, BODY, NOW)


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("whsec_", "0 bytes"),
        ("whsec_c2hvcnQ=", "5 bytes"),
        ("whsec_" + base64.b64encode(b"x" * 65).decode(), "65 bytes"),
        ("whsec_not base64!", "base64"),
        ("whsec_é", "base64"),
    ],
)
def test_an_unusable_secret_is_named_without_showing_it(secret: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        parse_secrets(secret)
    assert len(secret) < 8 or secret.removeprefix("whsec_") not in str(refused.value)
