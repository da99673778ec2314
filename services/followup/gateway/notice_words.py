"""A parcel of notices in words: the mail's subject and text, and a webhook's data (F10)."""

from typing import Any
from zoneinfo import ZoneInfo

from schemas.events.message import SignalKind
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import Notice, Parcel
from services.followup.gateway.words import Words


def data(subscription: Subscription, parcel: Parcel) -> dict[str, Any]:
    """What a webhook carries."""
    return {
        "subscription_id": subscription.id,
        "brand": subscription.brand,
        "notices": [each.model_dump(mode="json") for each in parcel.notices],
        "more": parcel.more,
    }


def mail(subscription: Subscription, parcel: Parcel, words: Words, zone: ZoneInfo) -> tuple[str, str]:
    """Subject and text."""
    brand, notices = words.brand(subscription.brand), parcel.notices
    total = len(notices) + parcel.more
    if total == 1:
        subject = f"{brand}: {_about(notices[0], words)}"
    else:
        subject = words.count("{brand}: {n} case", "{brand}: {n} cases", total).format(brand=brand, n=total)
    lines = [
        words.say("What customers of {brand} wrote, as {department} asked to be told:").format(
            brand=brand, department=subscription.department
        ),
        "",
    ]
    for each in notices:
        lines += [*_lines(each, words, zone), ""]
    if parcel.more:
        lines += [words.say("And {n} more.").format(n=words.number(parcel.more)), ""]
    lines += [
        words.say("Names, addresses and numbers of customers are left out. The case's owner answers the customer."),
        words.say("A lead of {brand} changes or ends this subscription.").format(brand=brand),
    ]
    return subject, "\n".join(lines)


def test_mail(subscription: Subscription, words: Words) -> tuple[str, str]:
    """Subject and text of a mail that only shows that mails arrive."""
    brand = words.brand(subscription.brand)
    text = words.say("This is a test. Here {department} will be told of what customers of {brand} write.")
    return words.say("{brand}: a test").format(brand=brand), text.format(
        department=subscription.department, brand=brand
    )


def _lines(notice: Notice, words: Words, zone: ZoneInfo) -> list[str]:
    head = [
        words.moment(notice.noticed_at, zone),
        _about(notice, words),
        words.speech(notice.language),
        words.channel(notice.channel),
    ]
    lines = [" · ".join(head)]
    if notice.excerpt:
        lines.append(f"  “{notice.excerpt}”")
    return [*lines, "  " + words.say("Case {id}").format(id=notice.case_id)]


def _about(notice: Notice, words: Words) -> str:
    cause = words.cause(notice.topic, notice.product)
    return f"{signal(notice.signal, words)} ({cause})" if notice.signal else cause


def signal(kind: SignalKind, words: Words) -> str:
    """What a signal is called."""
    return {
        "legal-threat": words.say("threat with lawyers or authorities"),
        "danger": words.say("danger to health or property"),
        "press": words.say("journalists"),
        "self-harm": words.say("somebody may hurt themselves"),
        "account-takeover": words.say("somebody else in the account"),
    }[kind]
