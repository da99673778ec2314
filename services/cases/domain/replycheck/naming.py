"""The names of checks in brands' policies, held against those that there are (V3)."""

from collections.abc import Iterator

from schemas.organisation import Organisation
from schemas.organisation_rules import BrokenRule
from schemas.organisation_values import did_you_mean
from services.cases.domain.replycheck.advice import KINDS
from services.cases.domain.replycheck.ruleset import FALLBACK, rulesets

LISTS = ("blocking_checks", "advisory_checks")


def unknown_checks(organisation: Organisation) -> Iterator[BrokenRule]:
    """Where a policy names what is neither a rule nor a kind of the reply check, and what is nearest to it."""
    known = {*rulesets()[FALLBACK].rules, *KINDS}
    for index, brand in enumerate(organisation.brands):
        for name in LISTS:
            for position, check in enumerate(getattr(brand.policy, name)):
                if check not in known:
                    place = ("brands", index, "policy", name, position)
                    yield place, f"policy.{name}: unknown check {check!r}{did_you_mean(check, known)}"
