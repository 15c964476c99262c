"""Does a change of the rules let more be seen, or trust other people? Then one admin alone is not enough. Where it cannot be
told for sure, it counts as widening.
"""

from collections.abc import Collection, Iterator

from policies.channels import is_wider, settled_for
from policies.intents import Intent
from policies.redaction.kinds import Destination, Redaction
from policies.rules import Rules

_DESTINATIONS: tuple[Destination, ...] = ("model", "channel", "log")


def widened(before: Rules, after: Rules) -> tuple[str, ...]:
    """Of which rules more follows than before, by their paths."""
    return tuple(dict.fromkeys(_widened(before, after)))


def only_more_admins(before: Rules, after: Rules) -> bool:
    return widened(before, after) == ("admins.people",) and before.admins.people <= after.admins.people


def _widened(before: Rules, after: Rules) -> Iterator[str]:
    if after.admins.people != before.admins.people:  # whoever takes another's place away decides alone from then on
        yield "admins.people"
    if after.admins.auditors - before.admins.auditors:
        yield "admins.auditors"
    if after.audience.full_members.principals - before.audience.full_members.principals:
        yield "audience.full_members.principals"
    for where in _DESTINATIONS:
        if before.redaction.masked(where) - after.redaction.masked(where):
            yield f"redaction.{where}"
    if _fewer_phones(before.redaction, after.redaction):
        yield "redaction.phones.regions"
    yield from _less_proven(before, after)
    yield from _other_experts(before, after)
    yield from _wider_intents(before, after)
    yield from _wider_channels(before, after)
    yield from _other_tools(before, after)


def _fewer_phones(before: Redaction, after: Redaction) -> bool:
    return bool(set(before.phones.regions) - set(after.phones.regions))


def _less_proven(before: Rules, after: Rules) -> Iterator[str]:
    if after.answers.answer.min_support < before.answers.answer.min_support:
        yield "answers.answer.min_support"
    for name, topic in before.answers.topics.items():
        if after.answers.topics.get(name) != topic:
            yield f"answers.topics.{name}"


def _other_experts(before: Rules, after: Rules) -> Iterator[str]:
    """Whose replies are passed on, and kept as answers."""
    if after.experts.channel not in {None, before.experts.channel}:
        yield "experts.channel"
    for name, subject in after.experts.subjects.items():
        if before.experts.subjects.get(name) != subject:
            yield f"experts.subjects.{name}"
    days = (
        (before.experts.saved.days, after.experts.saved.days),
        (before.experts.saved.most_days, after.experts.saved.most_days),
    )
    if any(now > then for then, now in days):
        yield "experts.saved"


def _wider_intents(before: Rules, after: Rules) -> Iterator[str]:
    guarded = {name for name, intent in before.intents.items() if _is_guarded(intent)}
    if guarded and after.answers.routing != before.answers.routing:
        yield "answers.routing"
    for name, intent in before.intents.items():
        if not _still_guards(intent, after.intents.get(name)) or _looks_further(intent, after.intents.get(name)):
            yield f"intents.{name}"
    for name, intent in after.intents.items():
        if guarded and not _is_guarded(intent) and _draws_more(before.intents.get(name), intent):
            yield f"intents.{name}"


def _wider_channels(before: Rules, after: Rules) -> Iterator[str]:
    """Where more may be found than before, or others are asked. How an answer is put, and to whom in the channel it is shown,
    lets nobody see what they may not read.
    """
    for channel in sorted({*before.channels, *after.channels}):
        then, now = (settled_for(channel, rules.channels) for rules in (before, after))
        if is_wider(then.scope, now.scope):
            yield f"channels.{channel}.scope"
        if now.profile.experts not in {None, then.profile.experts}:
            yield f"channels.{channel}.profile.experts"


def _other_tools(before: Rules, after: Rules) -> Iterator[str]:
    """Whatever changes what may be done, but that it may be done no longer."""
    for target, tools in after.tools.items():
        for does, rule in tools.items():
            was = before.tools.get(target, {}).get(does)
            if rule.enabled and rule != was:
                yield f"tools.{target}.{does}"


def _is_guarded(intent: Intent) -> bool:
    return intent.does == "refuse" or intent.review


def _still_guards(before: Intent, after: Intent | None) -> bool:
    """All that it refused, or had checked; by nobody else, and handed over to nobody else."""
    if not _is_guarded(before):
        return True
    return (
        after is not None
        and (after.does == "refuse" or (before.does != "refuse" and after.review))
        and set(after.reviewers) <= set(before.reviewers)
        and set(before.words) <= set(after.words)
        and set(before.examples) <= set(after.examples)
        and (not after.hand_over or (before.hand_over and after.ask_in == before.ask_in))
    )


def _looks_further(before: Intent, after: Intent | None) -> bool:
    """What an intent names is all that there is for it; none is everything."""
    return after is not None and any(
        _is_more(then, now)
        for then, now in (
            (before.sources, after.sources),
            (before.spaces, after.spaces),
            (before.kinds, after.kinds),
        )
    )


def _is_more(then: Collection[str], now: Collection[str]) -> bool:
    return bool(then) and (not now or bool(set(now) - set(then)))


def _draws_more(before: Intent | None, after: Intent) -> bool:
    """Messages that may have gone to one which is guarded."""
    if before is None:
        return True
    return bool(set(after.words) - set(before.words) or set(after.examples) - set(before.examples))
