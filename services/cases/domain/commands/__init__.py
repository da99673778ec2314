"""What a person can do with a case. Each function refuses (`Refused`) or gives the events that follow (design 4)."""

from services.cases.domain.commands.answering import (
    AnswerConsult,
    AskBack,
    DeclineConsult,
    accept_consult,
    answer_consult,
    ask_back,
    decline_consult,
)
from services.cases.domain.commands.consults import (
    AskSpecialist,
    Clarify,
    RateAnswer,
    SaveConsult,
    ask_specialist,
    clarify,
    rate_answer,
    save_consult,
    withdraw_consult,
)
from services.cases.domain.commands.promises import NewPromise, promise
from services.cases.domain.commands.replies import WriteReply, reply
from services.cases.domain.commands.resolution import resolve

__all__ = [
    "AnswerConsult",
    "AskBack",
    "AskSpecialist",
    "Clarify",
    "DeclineConsult",
    "NewPromise",
    "RateAnswer",
    "SaveConsult",
    "WriteReply",
    "accept_consult",
    "answer_consult",
    "ask_back",
    "ask_specialist",
    "clarify",
    "decline_consult",
    "promise",
    "rate_answer",
    "reply",
    "resolve",
    "save_consult",
    "withdraw_consult",
]
