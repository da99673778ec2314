"""From what a channel sent to the one form of a message, with ids that are the same when it comes again."""

from datetime import datetime, timedelta

from schemas.events.message import Attachment, Author, Message
from schemas.ids import conversation_id, message_id
from schemas.organisation_values import time_zones
from schemas.test_contacts import is_test_author
from services.ingestion.domain.accounts import Account
from services.ingestion.domain.payload import Malformed, WebMessage, WireAuthor, WireMessage

CLOCK_DIFFERENCE = timedelta(days=1)


def message(wire: WireMessage, account: Account, now: datetime) -> Message:
    """The message. Raises Malformed for one that was sent in the future."""
    if wire.sent_at > now + CLOCK_DIFFERENCE:
        raise Malformed("sent_at", "the moment lies more than a day in the future")
    author = wire.author
    return Message(
        id=message_id(account.brand, account.channel, wire.id),
        brand=account.brand,
        channel=account.channel,
        conversation=conversation_id(account.brand, account.channel, wire.conversation or author.id),
        external_id=wire.id,
        author=_author(author),
        text=wire.text,
        sent_at=wire.sent_at,
        received_at=now,
        visibility=account.visibility,
        reach=wire.reach,
        attachments=tuple(
            Attachment(url=each.url, media_type=each.media_type, name=each.name, alt=each.alt)
            for each in wire.attachments
        ),
        reply_to=wire.reply_to or "",
        test=is_test_author(account.test_key, account.brand, account.channel, author.id),
    )


def _author(wire: WireAuthor) -> Author:
    zone = wire.time_zone if wire.time_zone in time_zones() else ""
    return Author(
        id=wire.id, name=wire.name or "", handle=wire.handle or "", address=wire.address or "", time_zone=zone or ""
    )


def typed_on_the_web(typed: WebMessage, account: Account, now: datetime) -> Message:
    """The message that a customer typed on the brand's page.

    The page's own number for it counts within the conversation only: nobody can occupy another customer's.
    """
    return message(
        WireMessage(
            id=f"{typed.conversation}/{typed.client_message_id}",
            conversation=typed.conversation,
            author=WireAuthor(id=typed.author_id, name=typed.author_name),
            text=typed.text,
            sent_at=now,
            attachments=typed.attachments,
        ),
        account,
        now,
    )
