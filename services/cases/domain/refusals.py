"""Why a command can not be carried out, with a name that stays the same."""


class Refused(Exception):
    """The rules forbid it. `kind` is stable; the text is for the person who asked."""

    kind = "refused"
    status = 409


class NotAllowed(Refused):
    """The person's role or stage does not allow it."""

    kind = "not-allowed"
    status = 403


class NotTheOwner(Refused):
    """Only the owner replies, promises, consults and resolves (rule 2)."""

    kind = "not-the-owner"
    status = 403


class NoOwnerYet(Refused):
    """Nobody owns the case yet."""

    kind = "no-owner-yet"


class CaseIsClosed(Refused):
    """What comes later belongs to a new case (rule 6)."""

    kind = "case-closed"


class CaseIsResolved(Refused):
    """What the owner still has to do is done before (rule 5); the customer's next message opens the case again."""

    kind = "case-resolved"


class PromiseIsOpen(Refused):
    """No case is resolved with an open promise (F2, rule 5)."""

    kind = "open-promise"


class PromiseNotOpen(Refused):
    """There is no open promise of that name."""

    kind = "promise-not-open"


class PromiseInThePast(Refused):
    """A promise is about the future (F1)."""

    kind = "promise-in-the-past"
    status = 422


class ConsultNotOpen(Refused):
    """The consult does not exist, was answered or withdrawn."""

    kind = "consult-not-open"


class NotTheSpecialist(Refused):
    """Only the specialist who was asked answers (O2)."""

    kind = "not-the-specialist"
    status = 403


class NothingToInterpret(Refused):
    """A text is put from one language into another; the customer's may not be known."""

    kind = "nothing-to-interpret"
    status = 422


class NotASpecialist(Refused):
    """Only specialists of the brand are asked (O2, M7)."""

    kind = "not-a-specialist"
    status = 422


class OfferHasEnded(Refused):
    """The specialist declined it, let it expire, or somebody else has it (rule 3)."""

    kind = "offer-ended"


class ConsultNotAnswered(Refused):
    """There is no answer yet that could be rated."""

    kind = "consult-not-answered"


class TextTooLong(Refused):
    """The channel does not take so long a text."""

    kind = "text-too-long"
    status = 422


class TextIsEmpty(Refused):
    """There is nothing to say."""

    kind = "text-empty"
    status = 422


class ReplyOnItsWay(Refused):
    """A reply has not left yet; nobody knows what the customer has read."""

    kind = "reply-on-its-way"


class NothingAnswered(Refused):
    """A case is resolved by an answer that was sent."""

    kind = "nothing-answered"


class OwnedByAnother(Refused):
    """The case is not of the person whose cases were meant."""

    kind = "owned-by-another"


class NotAssigned(Refused):
    """Only what routing has assigned can be refused; who took a case over from somebody hands it over (O6)."""

    kind = "not-assigned"


class AlreadyReplied(Refused):
    """Who has replied has taken the case; from then on it is handed over (O6)."""

    kind = "already-replied"


class AssignmentIsRefused(Refused):
    """Routing looks for somebody else already; until it has found them the owner remains (rule 1)."""

    kind = "assignment-refused"


class AlreadyTheOwner(Refused):
    """Nobody takes over or covers what is their own (O1)."""

    kind = "already-the-owner"


class CanNotOwn(Refused):
    """Cases are for agents, coaches and leads of the brand who are past the shadow stage (O1, P1)."""

    kind = "can-not-own"
    status = 422


class HandoverIsPending(Refused):
    """A case is offered to one person at a time (O6)."""

    kind = "handover-pending"


class HandoverNotPending(Refused):
    """The handover does not exist, or was answered, withdrawn or too late."""

    kind = "handover-not-pending"


class NotOfferedToYou(Refused):
    """Only the person whom it is offered to accepts or declines a handover (O6)."""

    kind = "not-offered-to-you"
    status = 403


class CoverIsNamed(Refused):
    """One person at a time acts for the owner (rule 1)."""

    kind = "cover-named"


class NobodyCovers(Refused):
    """There is no cover to end."""

    kind = "no-cover"


class CoverWithoutTime(Refused):
    """A cover ends after it begins, and not in the past."""

    kind = "cover-without-time"
    status = 422
