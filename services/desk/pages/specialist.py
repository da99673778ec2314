"""What a specialist does with a question, signed in or by a link: take it, answer, ask back, decline (O2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.events.message import Attachment
from services.desk.api.parts import Parts
from services.desk.pages.enclosing import with_enclosed
from services.desk.pages.forms import FormState, text_of

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """One of the things. `command` is what the cases service calls it; `ends`: the question is over for the specialist."""

    command: str
    body: Callable[[Values], dict[str, Any]]
    ends: bool = False


ACTS = {
    "accept": Act("acceptance", lambda _: {}),
    "answer": Act(
        "answer",
        lambda values: with_enclosed({"answer": text_of(values, "answer", "answer-missing")}, values),
        ends=True,
    ),
    "ask-back": Act(
        "question", lambda values: with_enclosed({"text": text_of(values, "question", "question-missing")}, values)
    ),
    "decline": Act("decline", lambda values: {"reason": text_of(values, "reason", "reason-missing")}, ends=True),
}


async def act(
    desk: Parts,
    person: str,
    case_id: str,
    consult_id: str,
    name: str,
    form: FormState,
    beside: Sequence[Attachment] = (),
) -> None:
    """Do it in the specialist's name, once per form; `beside` are files that go along. Raises Problem."""
    wanted = ACTS[name]
    body = wanted.body(form.values)
    if beside:
        body["attachments"] = [*body.get("attachments", ()), *(each.model_dump() for each in beside)]
    path = ("cases", case_id, "consults", consult_id, wanted.command)
    await desk.commands.do(person, form.key, *path, body=body)


def said(name: str, gettext: Callable[[str], str]) -> str:
    """What the specialist is told when it is done."""
    _ = gettext
    return {
        "accept": _("The question is yours. Answer when you know."),
        "answer": _("Thank you. Your answer is with the owner."),
        "ask-back": _("Your question is with the owner. What they say appears here."),
        "decline": _("Thank you for saying so. Somebody else is being asked."),
    }[name]
