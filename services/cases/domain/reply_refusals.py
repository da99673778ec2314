"""Why a reply, or what four eyes say about it, can not be carried out."""

from services.cases.domain.refusals import Refused


class ApprovalNotWaiting(Refused):
    """It was approved, refused or withdrawn already, or never asked for (M1, P1)."""

    kind = "approval-not-waiting"


class OwnApproval(Refused):
    """Nobody approves what they sent themselves (P1)."""

    kind = "own-approval"
    status = 403


class NothingToEdit(Refused):
    """Only a reply has words that whoever approves it can change."""

    kind = "nothing-to-edit"
    status = 422


class NotADraft(Refused):
    """There is no draft of that name, or it is one no longer."""

    kind = "not-a-draft"


class DraftChanged(Refused):
    """Somebody else changed the draft after it was read; their words are not written over."""

    kind = "draft-changed"
    status = 412


class NotYourDraft(Refused):
    """A draft is discarded by who wrote it, or by who acts for the case."""

    kind = "not-your-draft"
    status = 403


class ReplyNotFailed(Refused):
    """Only what the channel refused for good is taken up again; nothing is said twice (rule 4)."""

    kind = "reply-not-failed"


class ReplyTakenUp(Refused):
    """The words of the reply go on in another one already."""

    kind = "reply-taken-up"


class ReplyHasLeft(Refused):
    """What the customer has, or may have, can not be cancelled (rule 4)."""

    kind = "reply-has-left"


class MomentInThePast(Refused):
    """Nothing is done in the past, or after the case has closed."""

    kind = "moment-not-ahead"
    status = 422


class HoldingReplyRepeated(Refused):
    """A customer does not get the same holding reply twice (O5)."""

    kind = "holding-reply-repeated"


class ReplyCheckFailed(Refused):
    """The reply check found something that the brand's policy does not let out (V3)."""

    kind = "reply-check"
    status = 422
