"""How often a change that means nothing flips a judgement."""

from collections.abc import Callable, Mapping, Sequence

from services.classification.domain import Classifier

MEANINGLESS: Mapping[str, Callable[[str], str]] = {
    "a handle before it": lambda text: f"@somebrand {text}",
    "a link after it": lambda text: f"{text} https://example.com/x7",
    "three exclamation marks after it": lambda text: f"{text}!!!",
    "a full stop after it": lambda text: f"{text}.",
    "capitals": str.upper,
    "spaces and a line break around it": lambda text: f"  {text}\n",
}
JUDGEMENTS = ("language", "sentiment", "intent", "urgency")
AT_MOST = {"language": 0.03, "sentiment": 0.05, "intent": 0.05, "urgency": 0.03}
"""The share of flips that is promised, and held by a test."""
_EVERY = 7


def flips(classifier: Classifier, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Change -> judgement -> share of the texts for which the change flips it."""
    before = classifier.classify(texts)
    found = {}
    for name, change in MEANINGLESS.items():
        after = classifier.classify([change(text) for text in texts])
        found[name] = {
            judgement: sum(
                getattr(old, judgement) != getattr(new, judgement) for old, new in zip(before, after, strict=True)
            )
            / len(texts)
            for judgement in JUDGEMENTS
        }
    return found


def stability(classifier: Classifier, texts: Sequence[str]) -> str:
    """Flips in percent, as Markdown; of every seventh text."""
    lines = [f"| flips, % | {' | '.join(JUDGEMENTS)} |", "|---" * (len(JUDGEMENTS) + 1) + "|"]
    for name, shares in flips(classifier, texts[::_EVERY]).items():
        lines.append(f"| {name} | {' | '.join(f'{100 * share:.1f}' for share in shares.values())} |")
    promised = " | ".join(f"{100 * share:.0f}" for share in AT_MOST.values())
    return "\n".join([*lines, f"| promised, at most | {promised} |"])
