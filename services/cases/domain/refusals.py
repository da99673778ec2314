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
