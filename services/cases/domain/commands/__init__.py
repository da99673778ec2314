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
from services.cases.domain.commands.grants import ProposeGrant, propose_grant, room_needed
from services.cases.domain.commands.interpreting import AskInterpreter, ask_interpreter
from services.cases.domain.commands.promises import NewPromise, promise
from services.cases.domain.commands.replies import (
    ChangeDraft,
    SendDraft,
    WriteReply,
    cancel_reply,
    change_draft,
    discard_draft,
    draft,
    reply,
    send_draft,
    take_up,
)
from services.cases.domain.commands.resolution import resolve

__all__ = [
    "AnswerConsult",
    "AskBack",
    "AskInterpreter",
    "AskSpecialist",
    "ChangeDraft",
    "Clarify",
    "DeclineConsult",
    "NewPromise",
    "ProposeGrant",
    "RateAnswer",
    "SaveConsult",
    "SendDraft",
    "WriteReply",
    "accept_consult",
    "answer_consult",
    "ask_back",
    "ask_interpreter",
    "ask_specialist",
    "cancel_reply",
    "change_draft",
    "clarify",
    "decline_consult",
    "discard_draft",
    "draft",
    "promise",
    "propose_grant",
    "rate_answer",
    "reply",
    "resolve",
    "room_needed",
    "save_consult",
    "send_draft",
    "take_up",
    "withdraw_consult",
]
