"""The check itself."""

from services.cases.domain.replycheck.advice import About, Advice


def check(text: str, language: str, about: About = About()) -> tuple[Advice, ...]:  # noqa: ARG001, B008
    """Advice on a reply, in the order of the words concerned (V2)."""
    found: list[Advice] = []
    signed = f"{text}\n{about.signature}" if about.signature else text
    if about.limit is not None and len(signed) > about.limit:
        start = max(0, about.limit - (len(signed) - len(text)))
        why = {"en": "It is longer than the channel takes.", "nl": "Het is langer dan het kanaal toelaat."}
        found.append(Advice("too-long", "too-long", start, len(text), text[start:], why))
    return tuple(found)
