"""What a person can do with a case. Each function refuses (`Refused`) or gives the events that follow (design 4)."""

from services.cases.domain.commands.consults import (
    AnswerConsult,
    AskSpecialist,
    answer_consult,
    ask_specialist,
    withdraw_consult,
)
from services.cases.domain.commands.promises import NewPromise, promise
from services.cases.domain.commands.replies import WriteReply, reply
from services.cases.domain.commands.resolution import resolve

__all__ = [
    "AnswerConsult",
    "AskSpecialist",
    "NewPromise",
    "WriteReply",
    "answer_consult",
    "ask_specialist",
    "promise",
    "reply",
    "resolve",
    "withdraw_consult",
]
