"""Where may this question go? Decided by rules, before anything is retrieved."""

from policies.evidence import Clarification
from policies.intents import Route
from policies.rules import QUESTION, Rules


def route(text: str, rules: Rules) -> Route | Clarification:
    """Words are needed, and not too many; everything else is a question for now."""
    if not any(character.isalnum() for character in text):
        return Clarification(reason="empty")
    if len(text) > rules.answers.question.max_characters:
        return Clarification(reason="too_long")
    return rules.intents[QUESTION]
