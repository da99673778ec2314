"""What becomes of a consult's offers, its rounds and its answer."""

from schemas.events.consult import (
    ConsultAccepted,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOfferEnded,
    ConsultOfferEvent,
    ConsultOfferExpired,
    ConsultRated,
    ConsultSaved,
)
from schemas.events.promise import PromiseBroken, PromiseWithdrawn
from services.desk.domain.case_parts import Consult, ConsultOffer
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, EntryKind, entry_text


@folds(ConsultAccepted)
def consult_accepted(view: CaseView, event: ConsultAccepted, moment: Moment) -> CaseView:
    return _offer(view, event, moment, "consult-accepted", "accepted")


@folds(ConsultDeclined)
def consult_declined(view: CaseView, event: ConsultDeclined, moment: Moment) -> CaseView:
    return _offer(view, event, moment, "consult-declined", "declined", event.reason)


@folds(ConsultOfferExpired)
def consult_offer_expired(view: CaseView, event: ConsultOfferExpired, moment: Moment) -> CaseView:
    return _offer(view, event, moment, "consult-offer-expired", "expired")


@folds(ConsultOfferEnded)
def consult_offer_ended(view: CaseView, event: ConsultOfferEnded, moment: Moment) -> CaseView:
    return _offer(view, event, moment, "consult-offer-ended", "ended")


def _offer(
    view: CaseView, event: ConsultOfferEvent, moment: Moment, kind: EntryKind, state: str, text: str = ""
) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind=kind, at=moment.at, by=event.specialist, ref=event.consult_id, text=text[:500]
    )
    consults = tuple(_with_offer(each, event, state) if each.id == event.consult_id else each for each in view.consults)
    return view.saw(entry, consults=consults)


def _with_offer(consult: Consult, event: ConsultOfferEvent, state: str) -> Consult:
    known = consult.offers.get(event.request_id) or ConsultOffer(specialist=event.specialist)
    changed = consult.with_offer(event.request_id, known.model_copy(update={"state": state}))
    # Who answered stays named, whatever becomes of the offers to the others.
    kept = {"specialist": consult.specialist, "country": consult.country} if consult.answered_at else {}
    return changed.model_copy(update=kept)


@folds(ConsultAskedBack)
def consult_asked_back(view: CaseView, event: ConsultAskedBack, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-asked-back",
        at=moment.at,
        by=event.specialist,
        ref=event.consult_id,
        attachments=event.attachments[:20],
        **entry_text(event.text),
    )
    return view.saw(entry)


@folds(ConsultClarified)
def consult_clarified(view: CaseView, event: ConsultClarified, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-clarified",
        at=moment.at,
        by=event.by,
        ref=event.consult_id,
        attachments=event.attachments[:20],
        **entry_text(event.text),
    )
    return view.saw(entry)


@folds(ConsultRated)
def consult_rated(view: CaseView, event: ConsultRated, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-rated",
        at=moment.at,
        by=event.by,
        ref=event.consult_id,
        note=str(event.stars),
        text=event.comment[:500],
    )
    consults = tuple(
        each.model_copy(update={"stars": event.stars}) if each.id == event.consult_id else each
        for each in view.consults
    )
    return view.saw(entry, consults=consults)


@folds(ConsultSaved)
def consult_saved(view: CaseView, event: ConsultSaved, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-saved",
        at=moment.at,
        by=event.by,
        ref=event.answer_id,
        note=event.specialist,
        **entry_text(event.question),
    )
    return view.saw(entry)


@folds(PromiseBroken)
def promise_broken(view: CaseView, event: PromiseBroken, moment: Moment) -> CaseView:
    what = next((promise.what for promise in view.promises if promise.id == event.promise_id), "")
    entry = Entry(
        id=moment.event_id,
        kind="promise-broken",
        at=moment.at,
        by=event.owner,
        ref=event.promise_id,
        text=what,
        due_at=event.due_at,
    )
    return view.saw(entry)


@folds(PromiseWithdrawn)
def promise_withdrawn(view: CaseView, event: PromiseWithdrawn, moment: Moment) -> CaseView:
    what = next((promise.what for promise in view.promises if promise.id == event.promise_id), "")
    entry = Entry(
        id=moment.event_id,
        kind="promise-withdrawn",
        at=event.withdrawn_at,
        by=event.owner,
        ref=event.promise_id,
        text=what,
    )
    promises = tuple(
        each.model_copy(update={"withdrawn": True}) if each.id == event.promise_id else each for each in view.promises
    )
    return view.saw(entry, promises=promises)
