"""Who is in Slack, and what whoever typed a command was told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.admin import (
    Archive,
    Change,
    Contents,
    Decided,
    Edit,
    Form,
    Member,
    Members,
    Paused,
    Reply,
    Typed,
    Version,
    Voice,
)
from bot.core.channels import Foreseen
from bot.core.evaluated import Evaluation, Evaluations
from bot.core.identities import ImportForm, Linked
from bot.core.keeping import ModelDesk, ModelStanding, ModelTested, Removal
from bot.core.nouns import ReceiptId, SlackUser
from bot.core.tooling import TryForm
from bot.slack.render import policy
from bot.stores.evaluations import EvaluationStore


@dataclass
class FakeMembers(Members):
    """Full members by the id of their account; `error`: why nothing can be found out."""

    known: Mapping[str, Member]
    error: Exception | None = None

    def member(self, user: SlackUser) -> Member | None:
        if self.error is not None:
            raise self.error
        return self.known.get(user.user)

    def named(self, name: str) -> Member | None:
        return next((one for one in self.known.values() if name in {one.user.user, one.email}), None)

    def everyone(self) -> Sequence[Member]:
        if self.error is not None:
            raise self.error
        return tuple(self.known.values())


@dataclass
class FakeEvaluations(Evaluations):
    """Those of a store; `there`: whether there is a golden set."""

    store: EvaluationStore
    there: bool = True

    @property
    def is_there(self) -> bool:
        return self.there

    def runs(self) -> tuple[Evaluation, ...]:
        return self.store.runs()


@dataclass
class FakeArchive(Archive):
    """Of every receipt the same."""

    shown: list[ReceiptId] = field(default_factory=list)

    def contents(self, receipt: ReceiptId) -> Contents:
        self.shown.append(receipt)
        return Contents("Who is fired?", None, None)


@dataclass
class FakeModels(ModelDesk):
    """Those that are named here, of which some give no answer; paused as the database says."""

    paused: Callable[[], Mapping[str, Paused]]
    models: tuple[ModelStanding, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def standing(self) -> tuple[ModelStanding, ...]:
        paused = self.paused()
        return tuple(
            one._replace(paused_by=paused[one.name].by, paused_at=paused[one.name].at) if one.name in paused else one
            for one in self.models
        )

    def ask_a_word(self, model: ModelStanding) -> ModelTested:
        self.asked.append(model.name)
        return ModelTested(model.name, self.silent.get(model.name))


@dataclass
class FakeVoice(Voice):
    told: list[Reply] = field(default_factory=list)
    failed: list[Typed] = field(default_factory=list)
    error: Exception | None = None
    forms: list[Form] = field(default_factory=list)
    lists: int = 0
    tries: int = 0
    opens: bool = True
    offered: list[tuple[Change, Member]] = field(default_factory=list)
    foreseen: tuple[Foreseen, ...] = ()
    informed: list[Decided] = field(default_factory=list)
    greeted: list[tuple[Member, int]] = field(default_factory=list)
    linked: list[tuple[Member, Linked]] = field(default_factory=list)
    confirming: list[Removal] = field(default_factory=list)
    away: set[Member] = field(default_factory=set)

    def tell(self, typed: Typed, reply: Reply, *, again: bool) -> str:  # noqa: ARG002
        if self.error is not None:
            raise self.error
        self.told.append(reply)
        return "fake"

    def open(self, typed: Typed, form: Form | ImportForm | TryForm) -> bool:  # noqa: ARG002
        if isinstance(form, ImportForm):
            self.lists += 1
        elif isinstance(form, TryForm):
            self.tries += 1
        elif self.opens:
            self.forms.append(form)
        return self.opens

    def shows_all(self, change: Change, edits: Sequence[Edit]) -> bool:
        return policy.shows_all(change, edits)

    def readable(self, edits: Sequence[Edit]) -> int:
        return policy.readable(edits)

    def offer(
        self,
        change: Change,
        edits: Sequence[Edit],  # noqa: ARG002
        foreseen: Sequence[Foreseen],
        to: Member,
        *,
        again: bool,  # noqa: ARG002
    ) -> bool:
        if to in self.away:
            return False
        self.offered.append((change, to))
        self.foreseen = tuple(foreseen)
        return True

    def confirm(self, removal: Removal, to: Member, *, again: bool) -> bool:
        if to in self.away:
            return False
        self.confirming += [removal] if not again or removal not in self.confirming else []
        return True

    def greet(self, to: Member, version: Version, *, again: bool) -> None:
        if not again or (to, version.number) not in self.greeted:
            self.greeted.append((to, version.number))

    def tell_linked(self, to: Member, linked: Linked, *, again: bool) -> None:
        if not again or (to, linked) not in self.linked:
            self.linked.append((to, linked))

    def inform(self, decided: Decided, *, again: bool) -> None:  # noqa: ARG002
        self.informed.append(decided)

    def fail(self, typed: Typed) -> None:
        self.failed.append(typed)
