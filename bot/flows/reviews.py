"""What waits for a person to check it, and how an admin moves it on: to whoever is next by the rule, or to nobody. No admin
takes a turn that the rule does not give them: who checks what is for the rules to say, and who may read it for the sources.
"""

from bot.core.admin import CommandWork, Member, Reply
from bot.core.checked import NotInReview, ReviewMoved, ReviewQueue, ReviewsListed
from bot.core.commands import MoveReview, Reviews
from bot.core.nouns import ReceiptId


def oversee(command: Reviews | MoveReview, work: CommandWork, by: Member, queue: ReviewQueue) -> Reply:
    if isinstance(command, Reviews):
        return ReviewsListed(tuple(one._replace(is_yours=one.reviewer == by.user) for one in queue.standing()))
    receipt = ReceiptId(command.receipt)
    if work.recorded("review_moved") is not None or work.move_review(receipt, command.to, by.name):
        return ReviewMoved(receipt, command.to)
    return NotInReview(receipt)
