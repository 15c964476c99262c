"""The desk at which a question is handed over to people, and the errands that follow from it."""

from collections.abc import Callable
from functools import partial

from bot import app, worker
from bot.core.failpoints import Reach
from bot.flows.hand_over import House, ask, hand_over, handing, relay, release
from bot.flows.save_answer import save, saving, want
from bot.slack.experts import SlackExperts
from bot.slack.handing_over import Desk
from bot.stores.handing import ERRAND
from policies.evidence import Evidence
from policies.experts import Experts
from policies.local import rules_in
from policies.redaction.view import View


def house(records: app.Records, experts: SlackExperts, reach: Reach) -> House:
    return House(records.handing, experts, records.receipts, partial(_seen, records), reach)


def desk(records: app.Records, house: House, wake: Callable[[], None]) -> Desk:
    history, kept, people = records.receipts, records.handing, house.people

    def rules(channel: str = "") -> Experts:
        return rules_in(channel, records.config.rules()).experts

    return Desk(
        handing=lambda receipt, clicker: handing(receipt, clicker, history=history, desk=kept, rules=rules),
        hand_over=lambda receipt, clicker, text: hand_over(
            receipt, clicker, text, history=history, desk=kept, rules=rules
        ),
        saving=lambda reply, clicker, channel: saving(
            reply, clicker, channel, desk=kept, people=people, lives=rules().saved, seen=house.seen
        ),
        want=lambda reply, clicker, question, days: want(
            reply, clicker, question, days, desk=kept, now=records.clock()
        ),
        release=lambda reply, clicker: release(reply, clicker, desk=kept),
        most_days=lambda: rules().saved.most_days,
        hear=kept.hear,
        gone=lambda channel, message, is_deleted: kept.gone(channel, message, is_deleted=is_deleted),
        wake=wake,
    )


def run_errand(records: app.Records, house: House) -> bool:
    run, give_up = partial(_errand, house), partial(_give_up, house)
    return worker.run_errand(records.jobs, records.database, records.clock, run, give_up, kind=ERRAND)


def _errand(house: House, key: str, check_lease: Callable[[], None]) -> None:
    """Whatever was saved, its line says so."""
    house = house._replace(check_lease=check_lease)
    what, _, id_ = key.partition(":")
    match what:
        case "ask":
            ask(id_, house)
        case "relay":
            relay(id_, house)
        case "save":
            save(id_, desk=house.desk, people=house.people, reach=house.reach)
            relay(id_, house)
        case _:
            raise ValueError(f"nobody knows what to do about {key}")


def _give_up(house: House, key: str) -> None:
    """Whoever was told that it is being done is told that it was not, and may click again."""
    what, _, id_ = key.partition(":")
    match what:
        case "ask":
            house.desk.asked(id_, None)
        case "save":
            house.desk.refuse(id_)


def _seen(records: app.Records, text: str) -> str:
    return View(Evidence(), records.redaction(), "channel", beside=(text,)).beside[0]
