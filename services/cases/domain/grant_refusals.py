"""Why something is not granted (M1), with names that stay the same."""

from services.cases.domain.refusals import Refused


class UnknownGrantKind(Refused):
    """The brand's policy knows no such kind of grant (M1)."""

    kind = "unknown-grant-kind"
    status = 422


class WrongCurrency(Refused):
    """The brand grants this kind in another currency."""

    kind = "wrong-currency"
    status = 422


class AmountNotRight(Refused):
    """An amount is above nothing, and no finer than the currency."""

    kind = "amount-not-right"
    status = 422


class AboveEveryMandate(Refused):
    """Nobody of the brand could approve it (M1)."""

    kind = "above-every-mandate"
    status = 422


class MandateTooSmall(Refused):
    """Who approves a grant has a mandate of their own that covers it (M1)."""

    kind = "mandate-too-small"
    status = 403


class TooLongAgo(Refused):
    """What the command rests on may not hold any more; nothing has changed."""

    kind = "took-too-long"
