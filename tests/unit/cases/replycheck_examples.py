"""What the examples of a rule are about: enough for the rule to apply, nothing more."""

from services.cases.domain.replycheck import About
from services.cases.domain.replycheck.ruleset import Examples

SHORT = 40


def about_for(rule: str, examples: Examples) -> About:
    """The circumstances in which a rule's bad examples are bad."""
    match rule:
        case "no-acknowledgement":
            return About(intent="complaint", sentiment="negative")
        case "faceless":
            return About(signature="")
        case "too-long":
            return About(limit=SHORT)
        case "template-unchanged":
            return About(templates=examples.bad)
    return About(public=True)
