"""To whom a reply goes: to where the customer wrote last (M4)."""

from dataclasses import dataclass

from schemas.events.case import LastWord
from services.cases.domain.case import Case


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a reply goes. `to_conversation` is empty for the case's own conversation."""

    channel: str
    recipient_id: str
    recipient_address: str
    in_reply_to: str
    """The channel's own id of the message that is answered."""
    to_conversation: str


def last_word(case: Case) -> LastWord:
    """Where the customer wrote last, in this case or in one that goes on in it. What was split off is another matter."""
    words = [_own(case)] + [each.last_word for each in case.absorbed.values() if each.last_word]
    return max(words, key=lambda each: each.written_at)


def addressee(case: Case) -> Addressee:
    """Whom the next reply of this case answers, and on which channel and conversation (M4)."""
    word = last_word(case)
    return Addressee(
        channel=word.channel,
        recipient_id=word.customer.id,
        recipient_address=word.customer.address,
        in_reply_to=word.external_id,
        to_conversation="" if word.conversation == case.conversation else word.conversation,
    )


def _own(case: Case) -> LastWord:
    here = [each.message for each in case.heard if each.message.id not in case.split_off]
    if not here:
        return LastWord(
            conversation=case.conversation,
            channel=case.channel,
            customer=case.customer,
            external_id=case.last_external_id,
            visibility=case.visibility,
            written_at=case.last_message_at or case.opened_at,
        )
    latest = max(reversed(here), key=lambda each: each.sent_at)
    return LastWord(
        conversation=latest.conversation,
        channel=latest.channel,
        customer=latest.author,
        external_id=latest.external_id,
        visibility=latest.visibility,
        written_at=latest.sent_at,
    )
