"""What a question would be answered from: the same scope, the same retrievers, the same check at the sources."""

from collections.abc import Callable

from bot.core.nouns import Event, ReceiptId, Wording, new_receipt_id
from bot.core.ports import NOBODYS, Scope
from bot.flows.read import Reading, Sought, confirm, gather, retrieved, unreadable_body, until_readable
from bot.steps.recheck import Unreadable
from bot.steps.route import route
from policies.evidence import Clarification, Evidence
from policies.people import Audience, Email


def search(
    text: str, asker: Email, k: int, house: Reading, *, note: Callable[[Event], None], operator: str
) -> tuple[ReceiptId, Evidence]:
    """In the ledger before it is shown, with who really asked."""
    house = house.pinned()
    receipt, rules = new_receipt_id(), house.rules(None)
    asked = {"text": text, "asker": asker, "operator": operator, "rules": rules.digest}
    way = route(text, rules)
    if isinstance(way, Clarification):
        note(Event(kind="searched", receipt=receipt, body={**asked, "clarification": way.reason}))
        return receipt, Evidence()
    limits = rules.answers.evidence.model_copy(update={"passages": k})
    wanted = rules.answers.model_copy(update={"evidence": limits})
    audience = Audience.only(house.access.person(asker))
    errand = NOBODYS._replace(whose=asker)
    sought = Sought(Wording(asked=text), audience, way, wanted, house.clock(), errand)

    def look(scope: Scope) -> tuple[Evidence, Unreadable]:
        found = gather(sought, scope, house)
        unreadable = confirm(found.evidence, sought, house)
        body = {**asked, **retrieved(found, sought, scope, house), "unreadable": unreadable_body(unreadable)}
        note(Event(kind="searched", receipt=receipt, body=body))
        return found.evidence, unreadable

    return receipt, until_readable(sought, house, look) or Evidence()
