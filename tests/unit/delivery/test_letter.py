"""A reply as a mail: threaded, readable, and closed to whoever tries to write headers."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.message import Attachment
from schemas.mail import NotAnAddress, checked_address
from services.delivery.domain.letter import letter
from tests.unit.delivery.replies import NOW, piece

HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Language",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
}  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=("Cs",)))


def opened(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_it_is_threaded_with_the_customers_mail() -> None:
    sent = letter(piece(), "Moccarel", "care@moccarel.example", NOW)
    mail = opened(sent.content)
    assert sent.message_id == mail["Message-ID"] == "<reply-1@moccarel.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<question-1@example.org>"
    assert (str(mail["From"]), mail["To"]) == ("Moccarel <care@moccarel.example>", "bo@example.org")
    assert (sent.sender, sent.recipient) == ("care@moccarel.example", "bo@example.org")
    assert mail["Date"].datetime == NOW
    assert mail["Content-Language"] == "en"


def test_a_long_id_is_not_broken() -> None:
    long = "<" + "x" * 110 + "@" + "y" * 75 + ">"
    content = letter(piece(in_reply_to=long), "Moccarel", "care@moccarel.example", NOW).content
    assert f"In-Reply-To: {long}\r\n".encode() in content


@pytest.mark.parametrize("strange", ["", "tweet-12", "<a@b>\r\nBcc: x@example.org", "a b@c", "<a@é>", "<@>"])
def test_an_id_that_is_no_message_id_is_left_out(strange: str) -> None:
    mail = opened(letter(piece(in_reply_to=strange), "Moccarel", "care@moccarel.example", NOW).content)
    assert "In-Reply-To" not in mail
    assert "Bcc" not in mail


@given(TEXT)
@example("Привет 😀 مرحبا\n.\n..\r\nFrom me\nBcc: x@example.org\n\n--\n^AL")
@example("x" * 5000)
@example("\n")
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    mail = opened(letter(piece(text=text), "Moccarel", "care@moccarel.example", NOW).content)
    assert set(mail.keys()) <= HEADERS
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    written = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    assert mail.get_content().replace("\r\n", "\n") == written


@given(TEXT, TEXT, TEXT)
@example("bo@example.org\r\nBcc: all@example.org", "<a@b>", "Brand\r\nX-Evil: 1")
@example("bo@example.org>, <all@example.org", "", "Brand <evil@example.org>")
def test_nothing_from_outside_adds_a_header(address: str, in_reply_to: str, brand: str) -> None:
    try:
        sent = letter(
            piece(recipient_address=address, in_reply_to=in_reply_to[:200]), brand or "B", "care@moccarel.example", NOW
        )
    except NotAnAddress:
        return
    head = sent.content.split(b"\r\n\r\n", 1)[0]
    assert all(len(line) < 998 for line in head.split(b"\r\n"))
    mail = opened(sent.content)
    assert set(mail.keys()) <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    assert len(mail["To"].addresses) == len(mail["From"].addresses) == 1
    assert mail["From"].addresses[0].addr_spec == "care@moccarel.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("bo@example.org", "bo@example.org"),
        ("bo.de-vries+care@mail.example.org", "bo.de-vries+care@mail.example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("bo@münchen.example", "bo@xn--mnchen-3ya.example"),
    ],
)
def test_addresses_that_mail_can_be_sent_to(text: str, address: str) -> None:
    assert checked_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "bo", "@example.org", "bo@", "bo@example..org", "bo@-example.org", "bo @example.org", "bo@example.org ",
        "Bo <bo@example.org>", "bo@example.org,ed@example.org", "bo@example.org\r\n", "bo@example.org\nBcc: x@y.z",
        '"bo ed"@example.org', "bö@example.org", ".bo@example.org", "x" * 65 + "@example.org", "bo@" + "x" * 64 + ".org",
        "bo@[127.0.0.1]", "bo@" + "é" * 300, "bo@\u2024.org", "bo@example.org\0",
    ],
)  # fmt: skip
def test_addresses_that_mail_can_not_be_sent_to(text: str) -> None:
    with pytest.raises(NotAnAddress):
        checked_address(text)


def test_media_are_links_under_the_text() -> None:
    """Pictures and videos go out with the mail, as links (V6); nothing is loaded before the customer asks for it."""
    manual = Attachment(
        url="https://media.example/lid.mp4", media_type="video/mp4", name="How the lid\r\nBcc: x clicks"
    )
    picture = Attachment(url="https://media.example/lid.png")
    mail = opened(letter(piece(attachments=(manual, picture)), "Moccarel", "care@moccarel.example", NOW).content)
    assert mail.get_content().replace("\r\n", "\n") == (
        "Turn the lid until it clicks.\n^AL\n\n"
        "How the lid Bcc: x clicks:\nhttps://media.example/lid.mp4\n\n"
        "https://media.example/lid.png\n"
    )
    assert mail["Bcc"] is None
