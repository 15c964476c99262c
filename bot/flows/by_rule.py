"""What is said by rule, without looking anything up? Nothing here depends on what is in any document."""

from collections.abc import Collection

from bot.flows.act import may_have_done
from bot.flows.reply import Attempt, is_alone, may_sign_in_at
from bot.flows.requests import refused
from policies.evidence import Known, Notice, Refusal, RefusalReason, Reply
from policies.intents import Route
from policies.people import Person


def said_by_rule(attempt: Attempt, asker: Person, way: Route) -> Reply | None:
    """None: it has to be looked up. Who is no full member gets the one refusal, whatever they say; whom no source knows may
    still be greeted, be told that no source knows them, and have summarised what they can read in Slack.
    """
    if asker.outsider:
        return not_for(asker)
    match way.does:
        case "answer" | "draft":
            return _with_a_way_in(not_for(asker), attempt, asker)
        case "summarise":
            return None
        case "act" | "decline" | "refuse":
            return refused(way, attempt.rules).model_copy(update={"can": may_have_done(attempt, asker, way)})
        case "about_me":
            return _about(asker, attempt, way)
        case "greet" | "thank" | "talk" | "help":
            return Notice(about=way.does, says=attempt.rules.intents[way.intent].says)


def not_for(asker: Person) -> Refusal | None:
    """Whether nothing may be looked up for them."""
    if asker.outsider:
        return Refusal(reason=RefusalReason.NOT_A_MEMBER)
    if not asker.principals:
        return Refusal(reason=RefusalReason.UNKNOWN_PERSON)
    return None


def _with_a_way_in(refusal: Refusal | None, attempt: Attempt, asker: Person) -> Refusal | None:
    """Whom no source knows may link themselves where people sign in. To them alone: others need not know where that is."""
    if refusal is None:
        return refusal
    signs_in = sorted(attempt.house.reading.signs_in())
    return refusal.model_copy(update={"sign_in_at": may_sign_in_at(signs_in, asker, attempt)})


def _about(asker: Person, attempt: Attempt, way: Route) -> Notice:
    """To them alone. A channel with one member may have another tomorrow, who reads what was said there."""
    says = attempt.rules.intents[way.intent].says
    if not is_alone(attempt):
        return Notice(about="about_me", says=says)
    reading = attempt.house.reading
    read = sorted(source for source, moment in reading.read_at().items() if moment is not None)
    known = tuple(_known(asker, source, reading.by_address()) for source in read)
    return Notice(about="about_me", says=says, name=asker.name, known=known)


def _known(person: Person, source: str, by_address: Collection[str]) -> Known:
    held = _at(person, source)
    return Known(source=source, principals=held, by_address=not held and source in by_address)


def _at(person: Person, source: str) -> tuple[str, ...]:
    return tuple(sorted(held.removeprefix(f"{source}/") for held in person.principals if held.startswith(f"{source}/")))
