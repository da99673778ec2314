"""Why cases are not merged or split, and identities not linked."""

from services.cases.domain.refusals import Refused


class SameCase(Refused):
    """A case can not be merged into itself."""

    kind = "same-case"
    status = 422


class AnotherBrand(Refused):
    """Cases of two brands stay two cases: each brand has its own promises (M6)."""

    kind = "another-brand"


class NotTheSameCustomer(Refused):
    """Nobody has said that these identities are one customer (U2)."""

    kind = "not-the-same-customer"


class ConsultIsOpen(Refused):
    """A specialist still works on the case."""

    kind = "open-consult"


class ApprovalIsWaiting(Refused):
    """Something of the case waits for four eyes."""

    kind = "approval-waiting"


class MessageNotHere(Refused):
    """The case has no such message, or it goes on in another case."""

    kind = "message-not-here"
    status = 422


class NothingLeft(Refused):
    """A split leaves at least one message behind."""

    kind = "nothing-left"
    status = 422


class SameIdentity(Refused):
    """An identity is linked with another one, not with itself."""

    kind = "same-identity"
    status = 422


class LinkedElsewhere(Refused):
    """An identity belongs to one customer at most (U2)."""

    kind = "linked-elsewhere"


class TooManyIdentities(Refused):
    """Nobody has so many identities."""

    kind = "too-many-identities"


class NotLinked(Refused):
    """The identity belongs to no customer."""

    kind = "not-linked"
