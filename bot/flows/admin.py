"""How a command of an admin's becomes done. Nothing is done for anybody who is not an admin at that moment.

claim → too many? → who typed it? → an admin? → understood? → done, and in the ledger → told
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from bot.core.admin import (
    Archive,
    CommandWork,
    Filled,
    Helped,
    Member,
    NoAdmin,
    NoMember,
    NoSuchReceipt,
    NoSuchSource,
    NowPaused,
    NowRunning,
    Overview,
    Paused,
    Removals,
    Reply,
    SourcesListed,
    SyncAsked,
    TooMany,
    Typed,
)
from bot.core.channels import ChannelCommand
from bot.core.checked import ReviewQueue
from bot.core.commands import (
    AskModel,
    Audit,
    Budget,
    Command,
    Evaluate,
    Help,
    Misread,
    Models,
    MoveReview,
    Pause,
    PauseModel,
    PauseSource,
    People,
    PeopleImport,
    PersonLink,
    PersonShow,
    PolicyHistory,
    PolicySet,
    PolicyShow,
    RecentActs,
    RemoveSource,
    Resume,
    ResumeModel,
    ResumeSource,
    Reviews,
    RollBack,
    SettleAct,
    ShowEvaluations,
    Sources,
    Status,
    SwitchTool,
    SyncNow,
    ToolRules,
    Tools,
    TryTool,
    Verify,
    parse,
)
from bot.core.evaluated import Evaluations
from bot.core.failpoints import Reach
from bot.core.identities import OwnRefused, SignedIn
from bot.core.keeping import ModelDesk, SyncPaused
from bot.core.nouns import Event, ReceiptId
from bot.core.tooling import ToolDesk
from bot.flows import channel, keeping, models, people, policy, reviews, tools, trying
from bot.flows.channel import Surroundings
from bot.flows.evaluate import evaluate
from bot.flows.policy import Governing
from bot.flows.signing_in import SigningIn, link_own


@dataclass(frozen=True)
class Administration:
    """`opened`: the form that a command opened, by its receipt. `surroundings`: None, and nothing is said of who reads where.
    `signing_in`: None, and nobody links themselves.
    """

    governing: Governing
    opened: Callable[[ReceiptId], Event | None]
    paused: Callable[[], Paused | None]
    overview: Overview
    removals: Removals
    models: ModelDesk
    reviews: ReviewQueue
    evaluations: Evaluations
    archive: Archive
    reach: Reach
    surroundings: Surroundings | None = None
    tools: ToolDesk | None = None
    signing_in: SigningIn | None = None


def heed(work: CommandWork, house: Administration) -> None:
    house.reach("command.after_claim")
    reply = _reply(work, house)
    house.reach("command.after_effect")
    work.check_lease()
    is_told = not isinstance(reply, TooMany) or reply.is_told
    way = house.governing.voice.tell(work.typed, reply, again=work.attempt > 1) if is_told else "nowhere"
    house.reach("command.after_tell")
    work.finish(Event(kind="replied", body={"attempt": work.attempt, "with": type(reply).__name__, "by": way}))


def _reply(work: CommandWork, house: Administration) -> Reply:
    typed, governing = work.typed, house.governing
    most = governing.configuration.rules().admins.a_minute
    if typed.number > most and not typed.stops_everything:
        return TooMany(most, is_told=typed.number == most + 1 or not typed.is_typed)
    member = governing.members.member(typed.by)
    if member is None:
        return NoMember()
    if typed.signed_in is not None:  # of themselves, which everybody may
        return _signed_in(typed.signed_in, work, member, house)
    if not (governing.is_admin(member) or _is_audit(typed, member, governing)):
        return NoAdmin(governing.admins())
    return _heeded(typed, work, member, house)


def _heeded(typed: Typed, work: CommandWork, by: Member, house: Administration) -> Reply:
    if typed.filled is not None:
        return _sent_in(typed.filled, work, by, house)
    if typed.pressed is not None and typed.pressed.about == "removal":
        return keeping.decide(typed.pressed, work, by, house.governing, house.removals, house.reach)
    if typed.pressed is not None:
        return policy.decide(typed.pressed, work, by, house.governing)
    command = parse(typed.text)
    return command if isinstance(command, Misread) else _done(command, work, by, house)


def _signed_in(signed: SignedIn, work: CommandWork, by: Member, house: Administration) -> Reply:
    if house.signing_in is None:
        return OwnRefused(signed.source, "gone")
    return link_own(signed, work, by, house.signing_in)


def _is_audit(typed: Typed, member: Member, governing: Governing) -> bool:
    """All that an auditor may who is no admin."""
    return typed.is_typed and isinstance(parse(typed.text), Audit | Verify) and governing.is_auditor(member)


def _sent_in(filled: Filled, work: CommandWork, by: Member, house: Administration) -> Reply:
    opened = house.opened(filled.opened)
    if opened is not None and people.is_ours(opened):
        return people.send_in(filled, work, by, house.governing, opened)
    if opened is not None and trying.is_ours(opened):
        return trying.send_in(filled, work, by, house.governing, house.tools, opened)
    return channel.send_in(filled, work, by, house.governing, opened, house.surroundings)


def _done(command: Command, work: CommandWork, by: Member, house: Administration) -> Reply:  # noqa: C901, PLR0911, PLR0912 - one line each
    if isinstance(command, ChannelCommand):
        return channel.settle(command, work, by, house.governing, house.surroundings)
    match command:
        case Help():
            return Helped()
        case PolicyHistory() | PolicyShow() | PolicySet() | RollBack():
            return _governed(command, work, by, house.governing)
        case Status() | Sources() | Budget() | Verify() | Audit():
            return _looked_up(command, work, by, house)
        case People() | PersonShow() | PersonLink() | PeopleImport():
            return people.answered(command, work, by, house.governing)
        case SyncNow(name):
            return _synced(name, work, by, house)
        case PauseSource() | ResumeSource() | RemoveSource():
            return keeping.keep(command, work, by, house.governing, house.overview, house.removals)
        case Models() | AskModel() | PauseModel() | ResumeModel():
            return models.look_after(command, work, by, house.models, house.overview, house.governing.clock)
        case Tools() | ToolRules() | SwitchTool() | TryTool() | RecentActs() | SettleAct():
            return tools.look_after(command, work, by, house.governing, house.tools)
        case Reviews() | MoveReview():
            return reviews.oversee(command, work, by, house.reviews)
        case Evaluate() | ShowEvaluations():
            return evaluate(command, work, by, house.evaluations)
        case Pause():
            return _paused(work, by, house)
        case Resume():
            return NowRunning(anew=work.resume(by.name) or work.recorded("resumed") is not None)
        case _:
            assert_never(command)


def _governed(
    command: PolicyHistory | PolicyShow | PolicySet | RollBack, work: CommandWork, by: Member, house: Governing
) -> Reply:
    match command:
        case PolicyHistory():
            return policy.history(house)
        case PolicyShow(path):
            return policy.show(path, house)
        case PolicySet(path, written):
            return policy.set_to(path, written, work, by, house)
        case RollBack(number):
            return policy.roll_back(number, work, by, house)
        case _:
            assert_never(command)


def _looked_up(
    command: Status | Sources | Budget | Verify | Audit, work: CommandWork, by: Member, house: Administration
) -> Reply:
    overview = house.overview
    match command:
        case Status():
            return overview.standing()
        case Sources():
            return SourcesListed(overview.sources())
        case Budget():
            return overview.spent()
        case Verify():
            return overview.verified()
        case Audit(receipt):
            return _audited(ReceiptId(receipt), work, by, house)
        case _:
            assert_never(command)


def _audited(receipt: ReceiptId, work: CommandWork, by: Member, house: Administration) -> Reply:
    """Who sees what it says is on record there before they see it."""
    found = house.overview.audited(receipt)
    if found is None:
        return NoSuchReceipt(receipt)
    if not house.governing.is_auditor(by):
        return found
    if work.recorded("looked_into") is None:
        work.record_look(receipt, by.name)
    return found._replace(contents=house.archive.contents(receipt))


def _synced(name: str, work: CommandWork, by: Member, house: Administration) -> Reply:
    if work.recorded("sync_asked") is not None or work.ask_for_sync(name, by.name):
        return SyncAsked(name)
    found = {source.name: source for source in house.overview.sources()}
    return SyncPaused(name) if name in found and found[name].paused is not None else NoSuchSource(name, tuple(found))


def _paused(work: CommandWork, by: Member, house: Administration) -> Reply:
    new = work.pause(by.name)
    holds = new or house.paused()
    if holds is None:  # somebody has ended it at this very moment
        return NowRunning(anew=False)
    return NowPaused(holds, anew=new is not None or work.recorded("paused") is not None)
