"""A message read a second time, at leisure, by a better model than the one that had to be fast (U1)."""

from typing import ClassVar

from pydantic import Field

from schemas.base import Event
from schemas.events.message import Classification, Message
from schemas.events.understanding import Judgement


class MessageReclassified(Event):
    """A second reading is sure that the first one was wrong about this message. What a person set right stands (U3)."""

    type: ClassVar[str] = "message.reclassified.v1"
    message: Message
    classification: Classification
    """As it is understood now; `model` names who read it the second time."""
    changed: tuple[Judgement, ...] = Field(min_length=1)
    """What is different from `message.classified.v1`."""
