"""Why a mark, feedback or an exercise is refused."""

from services.cases.domain.refusals import Refused


class NotMarked(Refused):
    """The case has no mark to take away."""

    kind = "not-marked"


class ReplyUnknown(Refused):
    """The case has no such reply."""

    kind = "reply-not-found"
    status = 404


class ReplyNotSent(Refused):
    """Feedback is about what the customer has got (P3)."""

    kind = "reply-not-sent"


class FeedbackUnknown(Refused):
    """The case has no such feedback."""

    kind = "feedback-not-found"
    status = 404


class NotTheAuthor(Refused):
    """Only who wrote the reply can say that its feedback was seen."""

    kind = "not-the-author"
    status = 403


class OwnReply(Refused):
    """Nobody coaches themselves (P3)."""

    kind = "own-reply"
    status = 403


class CaseNotClosed(Refused):
    """People practise on cases that are over (P6)."""

    kind = "case-not-closed"


class NothingToLearn(Refused):
    """Without an answer of the team there is nothing to compare with (P6)."""

    kind = "nothing-to-learn"


class ExerciseWithdrawn(Refused):
    """A coach has taken the exercise back."""

    kind = "exercise-withdrawn"


class AnsweredAlready(Refused):
    """One answer each: who has answered has seen how the team did (P6)."""

    kind = "answered-already"


class ExerciseFull(Refused):
    """So many have answered that another exercise is better."""

    kind = "exercise-full"


class AnswerUnknown(Refused):
    """The exercise has no such answer."""

    kind = "answer-not-found"
    status = 404
