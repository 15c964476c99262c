"""Which rules hold where something is asked? Those of all, with what was settled for that channel."""

from policies.rules import Rules


def rules_in(channel: str, rules: Rules) -> Rules:
    """Nothing else exists for any request there than what lies in its scope."""
    if channel not in rules.channels:
        return rules
    here = rules.channels[channel]
    intents = {name: one.model_copy(update={"scope": here.scope}) for name, one in rules.intents.items()}
    answers = rules.answers.model_copy(update={"style": here.profile.over(rules.answers.style)})
    experts = rules.experts.model_copy(update={"channel": here.profile.experts or rules.experts.channel})
    return rules.model_copy(update={"intents": intents, "answers": answers, "experts": experts})
