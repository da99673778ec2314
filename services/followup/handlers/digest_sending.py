"""A weekly digest on its way: by mail with its page and its PDF, or by webhook as figures."""

from datetime import datetime

from schemas.organisation import Organisation
from schemas.sending import Outcome, Refused
from services.chassis.mongo import Database
from services.followup.domain.digest import Digest
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import Parcel
from services.followup.gateway.digest_words import sheet
from services.followup.gateway.mails import Enclosed
from services.followup.gateway.subscribers import Subscribers
from services.followup.gateway.words import Words
from services.followup.store.digest import DIGESTS


class DigestSending:
    """Sends digests as they were kept."""

    def __init__(self, database: Database, organisation: Organisation, subscribers: Subscribers) -> None:
        self._database = database
        self._organisation = organisation
        self._subscribers = subscribers

    async def send(self, subscription: Subscription, parcel: Parcel, now: datetime) -> Outcome:
        """One attempt. Raises Unavailable."""
        found = await self._database.get(DIGESTS, parcel.digest_id)
        if found is None or found.state is None:
            return Refused("the digest is not there any more")
        if subscription.url:
            data = found.state.model_dump(mode="json")
            return await self._subscribers.post(subscription, parcel.id, "digest.weekly", data, now)
        subject, text, enclosed = letter(found.state, Words(self._organisation, subscription.language))
        return await self._subscribers.mail(subscription, parcel.id, subject, text, now, enclosed)


def letter(digest: Digest, words: Words) -> tuple[str, str, tuple[Enclosed, ...]]:
    """A mail's subject, its text for who reads no further, and what is enclosed."""
    from services.followup.gateway.digest_html import page  # here, as what draws takes a second to load
    from services.followup.gateway.digest_pdf import document

    told = sheet(digest, words)
    name = f"{digest.brand}-{digest.week}"
    lines = [told.period, "", told.headline, ""]
    lines += [f"{each.label}: {each.value}" + (f" ({each.note})" if each.note else "") for each in told.tiles]
    lines += ["", told.headings["causes"], *(f"  {each.name}: {each.cases} ({each.change})" for each in told.causes)]
    if told.improvements:
        lines += ["", told.headings["improvements"], *(f"  {each.title}: {each.said}" for each in told.improvements)]
    if told.story:
        lines += ["", told.headings["story"], f"  “{told.story}”"]
    lines += ["", words.say("The digest is enclosed, as a page and as a PDF.")]
    subject = words.say("{brand}: week {n}").format(brand=told.brand, n=digest.first.isocalendar().week)
    enclosed = (
        Enclosed(f"{name}.html", "text/html", page(told).encode()),
        Enclosed(f"{name}.pdf", "application/pdf", document(told)),
    )
    return subject, "\n".join(lines), enclosed
