"""Who asks and who reads along, on whichever surface it was asked."""

from collections.abc import Hashable
from typing import assert_never

from bot.core.nouns import CommandLine, Question, SlackPlace, SlackUser
from bot.core.ports import People
from bot.stores.access import AccessStore
from policies.people import Audience, Person, Principal


class Surfaces:
    def __init__(self, access: AccessStore, slack: People | None) -> None:
        self._access, self._slack = access, slack

    def asker(self, question: Question) -> Person:
        if isinstance(question.asker, SlackUser):
            return self._slack.asker(question) if self._slack else Person(actor=str(question.asker))
        return self._access.person(question.asker)

    def as_of(self, question: Question) -> Hashable | None:
        return self._slack.as_of(question) if self._slack is not None and _is_in_slack(question) else None

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:
        match question.place:
            case CommandLine():
                return Audience.only(asker)
            case SlackPlace():
                if self._slack is None:
                    return Audience(people=(asker,), complete=False)
                return self._slack.readers(question, asker, declared=declared)
            case _:
                assert_never(question.place)


def _is_in_slack(question: Question) -> bool:
    return isinstance(question.place, SlackPlace)
