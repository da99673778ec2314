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
        "form-expired": _("This form is no longer valid. Load the page again and send it once more."),
        "unavailable": _("The service does not answer right now. Your text is kept; please try again in a moment."),
        "too-many-failures": _("Too many wrong passwords. Wait a few minutes, then try again."),
        "too-many-messages": _("That was a lot at once. Wait a minute, then write on."),
    }
    return known.get(problem.kind, problem.detail)
