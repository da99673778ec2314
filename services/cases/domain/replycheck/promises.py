"""Promises that the words of a reply make (F1)."""

from datetime import datetime, tzinfo

from services.cases.domain.replycheck.advice import Proposal


def proposals(text: str, language: str, now: datetime, zone: tzinfo) -> tuple[Proposal, ...]:  # noqa: ARG001
    """The promises in the words of a reply, with their moments; `zone` is the customer's, `now` has one."""
    return ()
