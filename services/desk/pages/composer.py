"""What the composer of a case shows: which tools somebody has there, and what each needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from schemas.organisation import Person
from schemas.organisation_values import CefrLevel
from schemas.working_time import working_time
from services.desk.api.beside import templates_of
from services.desk.api.parts import Parts
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.case_parts import Reply
from services.desk.pages.enclosing import as_typed, customers_own, going_out, rows_of
from services.desk.pages.forms import CONSULT_CHOICES_MINUTES, DUE_CHOICES_MINUTES, FormState
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.understood import choices

FORMS = (
    *("reply", "leaving", "consult", "interpreter", "asked", "promise", "grant", "handover", "refusal"),
    *("cover", "resolve", "note", "special", "feedback", "merge", "split", "correction"),
)
FLUENT: CefrLevel = "B2"
"""From this level on somebody is said to speak a language; routing and cases go by the same."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could take a case over."""

    person: Person
    at_work: bool
    speaks: bool

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that they speak well."""
        return tuple(sorted(each for each in self.person.languages if self.person.speaks(each, FLUENT)))


def composer(
    pages: Pages,
    desk: Parts,
    reader: Reader,
    view: CaseView,
    forms: Mapping[str, FormState],
    team: Mapping[str, Person],
) -> dict[str, Any]:
    """What the composer shows. `team` are the people of the brand who own cases."""
    now = desk.clock.now()
    acts = reader.may_act(view, now)
    opened = [name for name, form in forms.items() if form.problem or form.done or form.values]
    return {
        "view": view,
        "may_act": acts,
        "may_send": acts and reader.person.stage != "shadow",
        "held": reader.person.stage == "supervised",
        "may_draft": reader.may_see(view) and not view.closed,
        "may_offer": reader.may_offer(view, now),
        "may_name_cover": reader.may_name_cover(view),
        "may_refuse": reader.may_refuse(view),
        "link_rows": rows_of,
        **going_out(forms.get("reply", FormState()).values),
        "customers_own": customers_own(view),
        "forms": {name: forms.get(name, FormState()) for name in FORMS},
        "opened": opened[0] if opened else "reply" if acts else "",
        "state": composer_state(view, now),
        "friendly": lambda problem: friendly(problem, pages.gettext),
        "due_choices": DUE_CHOICES_MINUTES,
        "consult_choices": CONSULT_CHOICES_MINUTES,
        "skills": [skill.id for skill in desk.organisation.skills],
        "consult_languages": sorted({view.language, "en"} | spoken_languages(desk)),
        "own_language": reader.person.own_language,
        "last_words": next((each.text for each in reversed(view.timeline) if each.kind == "message"), ""),
        "acting_cover": view.acting_at(now),
        "colleagues": colleagues(team, view.language, now, but=(reader.id, view.owner)),
        "may_feed_back": reader.coaches,
        "may_regroup": acts or reader.is_lead,
        **choices(desk.organisation, view, pages.language),
        **_words(desk, reader, view),
    }


def _words(desk: Parts, reader: Reader, view: CaseView) -> dict[str, Any]:
    """How a reply leaves on the case's channel."""
    brands, channels = desk.organisation.by_id["brands"], desk.organisation.by_id["channels"]
    brand, channel = brands.get(view.brand), channels.get(view.channel)
    templates = brand.policy.holding_replies if brand else {}
    mandates = brand.policy.mandates.values() if brand else ()
    return {
        "templates": templates_of(desk, view),
        "has_holding_texts": bool(templates.get(view.language) or templates.get("en")),
        "grant_kinds": sorted({(kind, most.currency) for level in mandates for kind, most in level.items()}),
        "signature": brand.signed("", reader.person).strip() if brand else "",
        "max_length": channel.max_length if channel else 0,
        "threads": channel is not None and channel.threads,
    }


def composer_state(view: CaseView, now: datetime) -> str:
    """Changes whenever the composer would look otherwise, so that an open page fetches it again."""
    replies = [f"{each.id}.{each.state}.{each.version}.{each.cancelling}" for each in view.replies.values()]
    refused = view.refusal.refused_at.isoformat() if view.refusal else ""
    others = (*_beside(view, now), refused, view.special[:20], view.merged_into)
    rounds = sum(each.kind in ("consult-asked-back", "consult-clarified") for each in view.timeline)
    corrected = sum(each.kind == "corrected" for each in view.timeline)
    numbers = (len(view.open_promises), len(view.consults), rounds, len(view.feedback), len(view.split_off), corrected)
    answered = [f"{each.id}.{each.stars}.{each.answered_at}" for each in view.consults[-5:]]
    parts = (view.status, view.owner, *others, *map(str, numbers), *answered, *replies[-5:])
    return sha256("/".join(parts).encode()).hexdigest()[:16]


def _beside(view: CaseView, now: datetime) -> tuple[str, str]:
    return view.handover.id if view.handover else "", view.acting_at(now)


def colleagues(team: Mapping[str, Person], language: str, now: datetime, but: tuple[str, ...] = ()) -> list[Colleague]:
    """Who could take a case over: those who are at work and speak its language first."""
    found = [
        Colleague(each, working_time(each).is_open(now), each.speaks(language, FLUENT))
        for each in team.values()
        if each.id not in but
    ]
    return sorted(found, key=lambda each: (not each.at_work, not each.speaks, each.person.name))


def continued(reply: Reply, zone: str) -> FormState:
    """The form of a draft that somebody goes on with."""
    values = {"draft": reply.id, "version": str(reply.version), "text": reply.text, "kind": reply.kind}
    values["keeps_promise"] = reply.keeps_promise
    values |= as_typed(reply.attachments)
    if reply.promise:
        values |= {"promising": "yes", "what": reply.promise.what, **chosen_moment(reply.promise.due_at, zone)}
    return FormState(values)


def chosen_moment(moment: datetime, zone: str) -> dict[str, str]:
    """The fields of a form that hold a moment, in a named zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return {"due": "other", "due_at": local.strftime("%Y-%m-%dT%H:%M"), "zone": zone}


def on_our_page(desk: Parts, view: CaseView) -> bool:
    """Whether the customer writes on our own page, where their id says nothing about them."""
    channel = desk.organisation.by_id["channels"].get(view.channel)
    return channel is not None and channel.kind == "web"


def spoken_languages(desk: Parts) -> set[str]:
    """The languages in which somebody can be asked."""
    return {language for person in desk.organisation.people for language in person.languages}
