"""An invitation in words: says who asks, about what, until when, and where; nothing of the customer (M3)."""

from zoneinfo import ZoneInfo

from schemas.organisation import Person
from schemas.organisation_values import CEFR_LEVELS
from services.chassis.texts import SOURCE_LANGUAGE, catalogues
from services.followup.domain.invitations import Invitation, InvitedConsult
from services.followup.gateway.words import PACKAGE, Words


def language_of(person: Person) -> str:
    """The language of the mail: of those that we write in, the one that the person speaks best."""
    spoken = {name: CEFR_LEVELS.index(level) for name, level in person.languages.items() if name in catalogues(PACKAGE)}
    return max(spoken, key=lambda name: (spoken[name], name == SOURCE_LANGUAGE), default=SOURCE_LANGUAGE)


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
