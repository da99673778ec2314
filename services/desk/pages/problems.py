"""What went wrong, in words for the person who wanted it."""

from collections.abc import Callable

from services.chassis.errors import Problem

Gettext = Callable[[str], str]


def friendly(problem: Problem, gettext: Gettext) -> str:
    """A sentence in the reader's language; for a problem without one of ours, the service's own sentence."""
    _ = gettext
    known = {
        "not-the-owner": _("Only the owner of this case can do this. Ask them, or take it up with your lead."),
        "no-owner-yet": _("This case has no owner yet; one is being found."),
        "case-closed": _("This case is closed. A new message of the customer opens a new one."),
        "case-not-found": _("There is no such case, or it is not yours to see."),
        "open-promise": _("A promise is still open. Report the result to the customer first, then resolve."),
        "promise-not-open": _("That promise is not open any more."),
        "promise-in-the-past": _("A promise is about the future; choose a later time."),
        "promise-time-missing": _("Choose until when; the text or the promise needs a time."),
        "promise-words-missing": _("Say what you promise, in a few words."),
        "question-missing": _("Write your question first."),
        "answer-missing": _("Write your answer first."),
        "text-empty": _("A reply needs words."),
        "consult-not-open": _("This question was answered or withdrawn in the meantime."),
        "not-the-specialist": _("This question was put to somebody else in the meantime."),
        "reply-on-its-way": _("A reply is still on its way. Resolve when it has left."),
        "nothing-answered": _("The customer has not had an answer yet. Send one, then resolve."),
        "unknown-skill": _("Nobody has that skill. Choose one from the list."),
        "holding-texts-used": _("The customer has had all holding texts. Say in your own words where things stand."),
        "no-holding-reply": _("The brand has no holding texts in this language."),
        "holding-reply-repeated": _("The customer has had this holding text. Say in other words where things stand."),
        "draft-changed": _("Somebody has changed this draft meanwhile. Open it again and read it first."),
        "not-a-draft": _("That is no draft any more; it was sent or thrown away in the meantime."),
        "reply-has-left": _("It can not be taken back any more."),
        "moment-missing": _("Choose the day and the time."),
        "moment-not-ahead": _("Choose a time that lies ahead, before the case closes."),
        "reason-missing": _("Say why, in a few words."),
        "words-missing": _("Write something first."),
        "person-missing": _("Choose a colleague."),
        "cases-missing": _("Choose at least one case."),
        "handover-pending": _("The case is offered to somebody already."),
        "handover-not-pending": _("This offer is over: it was answered, withdrawn, or took too long."),
        "not-offered-to-you": _("The case is offered to somebody else; only they can answer."),
        "can-not-own": _("This person can not own cases of the brand."),
        "already-the-owner": _("They own the case already."),
        "cover-named": _("Somebody covers already; end that first."),
        "cover-without-time": _("A cover ends later than it begins; choose a later time."),
        "approval-not-waiting": _("Somebody has decided about this in the meantime."),
        "own-approval": _("Nobody approves their own; somebody else has to look at it."),
        "offer-ended": _("Somebody else has this question now, or its time has passed. Thank you for looking."),
        "messages-missing": _("Choose at least one message."),
        "not-the-same-customer": _("These are not known to be the same customer. Link them first, then merge."),
        "amount-not-right": _("That is not an amount; write it like 12.50."),
        "above-every-mandate": _("That is more than anybody may grant."),
        "own-reply": _("Nobody gives feedback on their own reply."),
        "form-expired": _("This form is no longer valid. Load the page again and send it once more."),
        "unavailable": _("The service does not answer right now. Your text is kept; please try again in a moment."),
        "too-many-failures": _("Too many wrong passwords. Wait a few minutes, then try again."),
        "too-many-messages": _("That was a lot at once. Wait a minute, then write on."),
    }
    return known.get(problem.kind, problem.detail)
