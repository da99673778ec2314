"""An invitation in words: says who asks, about what, until when, and where; nothing of the customer (M3)."""

from zoneinfo import ZoneInfo

from schemas.organisation import Person
from services.chassis.texts import SOURCE_LANGUAGE
from services.followup.domain.invitations import Invitation, InvitedConsult
from services.followup.gateway.words import Words


def mail(consult: InvitedConsult, invitation: Invitation, person: Person, link: str, words: Words) -> tuple[str, str]:
    """Subject and text."""
    say = words.say
    until = words.moment(consult.good_until(invitation), ZoneInfo(person.time_zone))
    who, brand = words.person(consult.asked_by), words.brand(consult.brand)
    lines = [
        say("Hello {name},").format(name=person.first_name),
        "",
        say("{who} of {brand} would like to know something from you.").format(who=who, brand=brand),
        say("About: {skill}").format(skill=_skill(consult.skill, words)) if consult.skill else "",
        say("The question, and where you answer it (no sign-in, two minutes, in your own language):"),
        "",
        link,
        "",
        say("The link is for you alone and holds until {until}, your time.").format(until=until),
        say("If you can not answer, say so there: somebody else is asked then."),
    ]
    subject = say("{brand}: {who} has a question for you").format(brand=brand, who=who)
    return subject, "\n".join(lines)


def _skill(id_: str, words: Words) -> str:
    skills = words.organisation.by_id["skills"]
    if id_ not in skills:
        return id_
    names = skills[id_].names
    return str(names.get(words.language) or names.get(SOURCE_LANGUAGE) or id_)
