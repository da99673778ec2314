"""Each way out against a real other side, with everything that goes wrong there."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import webhooks
from schemas.sending import Later, Refused, Sent, Unknown
from services.chassis.smtp import Server
from services.delivery.gateway_mail import MailGateway
from services.delivery.gateway_webhook import WebhookGateway
from tests.integration.delivery.outside import SECRET, Answer, Mailbox, Receiver, mail_server, receiver
from tests.unit.delivery.replies import NOW, piece

KEY = webhooks.key_of(SECRET)


@pytest.fixture
async def outside() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mail_server() as one:
        yield one


def webhook(outside: Receiver, seconds: float = 20) -> WebhookGateway:
    return WebhookGateway(outside.url, KEY, seconds)


def mail(box: Mailbox, seconds: float = 20) -> MailGateway:
    return MailGateway(Server("127.0.0.1", box.port, "none"), "Moccarel", "care@moccarel.example", seconds)


def nobody() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class TestWebhook:
    async def test_the_same_reply_twice_is_shown_once(self, outside: Receiver) -> None:
        now = datetime.now(UTC)  # the receiver checks freshness against its own clock
        gateway = webhook(outside)
        outside.answers.append(Answer(body=b'{"id": "review-7"}'))
        assert await gateway.send(piece(), now) == Sent("review-7")  # type: ignore[arg-type]
        assert await gateway.send(piece(), now) == Sent("reply-1")  # type: ignore[arg-type]
        await gateway.close()
        assert outside.shown == {"reply-1": "Turn the lid until it clicks.\n^AL"}
        assert (len(outside.requests), outside.unauthentic) == (2, 0)

    async def test_a_redirect_is_not_followed(self, outside: Receiver) -> None:
        async with receiver() as inside:
            outside.answers.append(Answer(307, (f"location: {inside.url}",)))
            gateway = webhook(outside)
            assert isinstance(await gateway.send(piece(), NOW), Refused)
            await gateway.close()
            assert not inside.requests
            assert not inside.unauthentic

    @pytest.mark.parametrize("answer", [Answer(500), Answer(502, body=b"x" * 100_000), Answer(cut=True)])
    async def test_trouble_on_the_other_side_is_for_later(self, outside: Receiver, answer: Answer) -> None:
        gateway = webhook(outside)
        outside.answers.append(answer)
        assert isinstance(await gateway.send(piece(), NOW), Later)
        assert isinstance(await gateway.send(piece(), NOW), Sent)
        await gateway.close()

    async def test_no_answer_in_time_is_for_later(self, outside: Receiver) -> None:
        gateway = webhook(outside, 0.2)
        outside.answers.append(Answer(hang=True))
        outcome = await gateway.send(piece(), NOW)
        await gateway.close()
        assert outcome == Later("the receiver did not answer within 0.2 seconds", may_have_arrived=True)

    async def test_an_answer_without_end_keeps_nobody(self, outside: Receiver) -> None:
        gateway = webhook(outside)
        outside.answers.append(Answer(endless=True))
        assert isinstance(await gateway.send(piece(), NOW), Sent)
        await gateway.close()

    async def test_nobody_there_is_for_later(self) -> None:
        gateway = WebhookGateway(f"http://127.0.0.1:{nobody()}/", KEY, 5)
        outcome = await gateway.send(piece(), NOW)
        await gateway.close()
        assert isinstance(outcome, Later)
        assert "can not be reached" in outcome.reason


class TestMail:
    async def test_it_arrives_with_its_text_and_its_thread(self, box: Mailbox) -> None:
        text = "Grüße aus Köln ☕\n.\nEin Punkt allein.\n^AL"
        assert await mail(box).send(piece(text=text), NOW) == Sent("<reply-1@moccarel.example>")
        [arrived] = box.mails
        assert arrived.get_content().replace("\r\n", "\n") == text + "\n"
        assert arrived["In-Reply-To"] == "<question-1@example.org>"
        assert box.recipients == ["bo@example.org"]

    @pytest.mark.parametrize("stage", ["rcpt_answers", "data_answers"])
    async def test_a_permanent_refusal_is_final(self, box: Mailbox, stage: str) -> None:
        getattr(box, stage).append("550 no such user here")
        assert await mail(box).send(piece(), NOW) == Refused("the mail server answered 550 no such user here")

    @pytest.mark.parametrize("stage", ["rcpt_answers", "data_answers"])
    async def test_a_temporary_refusal_is_for_later(self, box: Mailbox, stage: str) -> None:
        getattr(box, stage).append("451 greylisted")
        assert await mail(box).send(piece(), NOW) == Later("the mail server answered 451 greylisted")
        assert isinstance(await mail(box).send(piece(), NOW), Sent)

    async def test_a_connection_lost_after_the_mail_was_given_is_unknown(self, box: Mailbox) -> None:
        box.data_answers.append("cut")
        assert isinstance(await mail(box).send(piece(), NOW), Unknown)
        assert len(box.mails) == 1

    async def test_no_confirmation_in_time_is_unknown(self, box: Mailbox) -> None:
        box.data_answers.append("hang")
        assert isinstance(await mail(box, 0.5).send(piece(), NOW), Unknown)

    async def test_nobody_there_is_for_later(self) -> None:
        gateway = MailGateway(Server("127.0.0.1", nobody(), "none"), "Moccarel", "care@moccarel.example", 5)
        assert isinstance(await gateway.send(piece(), NOW), Later)

    async def test_a_server_that_says_nothing_is_for_later(self) -> None:
        writers: list[asyncio.StreamWriter] = []
        waiting = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
        async with waiting:
            port = waiting.sockets[0].getsockname()[1]
            gateway = MailGateway(Server("127.0.0.1", port, "none"), "Moccarel", "care@moccarel.example", 0.3)
            assert isinstance(await gateway.send(piece(), NOW), Later)
            for writer in writers:
                writer.close()
                await writer.wait_closed()

    async def test_an_address_that_is_none_is_refused_without_a_connection(self, box: Mailbox) -> None:
        hostile = piece(recipient_address="bo@example.org\r\nBcc: all@example.org")
        assert isinstance(await mail(box).send(hostile, NOW), Refused)
        assert box.attempts == 0

    async def test_a_server_without_encryption_gets_nothing_when_encryption_is_wanted(self, box: Mailbox) -> None:
        gateway = MailGateway(Server("127.0.0.1", box.port, "starttls"), "Moccarel", "care@moccarel.example", 5)
        assert isinstance(await gateway.send(piece(), NOW), Later)
        assert box.attempts == 0

    async def test_encrypted_and_only_to_a_server_we_trust(self, tmp_path: Path) -> None:
        certificate, context = _certificate(tmp_path)
        async with mail_server(tls_context=context, require_starttls=True) as box:
            trusting = Server("127.0.0.1", box.port, "starttls", ca_file=certificate)
            assert isinstance(await MailGateway(trusting, "M", "care@m.example", 10).send(piece(), NOW), Sent)
            strict = Server("127.0.0.1", box.port, "starttls")
            assert isinstance(await MailGateway(strict, "M", "care@m.example", 10).send(piece(), NOW), Later)
            assert len(box.mails) == 1


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signed itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return certificate, context
