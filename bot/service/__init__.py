"""Footnote in Slack, running: who takes in what is said, who answers it, and who keeps the sources fresh."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Final, NamedTuple

from slack_bolt import App
from slack_sdk import WebClient

from bot import app, worker
from bot.core import failpoints
from bot.core.admin import Typed
from bot.core.handing import Handing
from bot.core.ports import Embedder
from bot.core.proposals import AnyTool
from bot.flows.signing_in import begin
from bot.ops.counted import Counted
from bot.service import acting, clicks, doors, handing, home, signing_in
from bot.service import administration as admin
from bot.service.channels import RuledCustoms
from bot.service.evaluation import Evaluating
from bot.slack import connection
from bot.slack.acting import ActingListeners
from bot.slack.audience import SlackPeople
from bot.slack.commands import CommandIntake
from bot.slack.conversations import SlackConversations
from bot.slack.experts import SlackExperts
from bot.slack.groups import SlackGroups
from bot.slack.handing_over import HandingOver
from bot.slack.heard import Us
from bot.slack.homes import HomeListeners
from bot.slack.listeners import Hands, Listeners
from bot.slack.poster import SlackPoster
from bot.slack.reviewing import ReviewListeners, SlackReviewDesk
from bot.slack.signing_in import SignInListeners
from bot.slack.speaking import SlackSpeaker
from bot.slack.voice import SlackVoice
from bot.stores.commands import AT_ONCE
from bot.stores.inbox import SLACK_QUESTION
from bot.stores.pauses import Pauses
from bot.timers import kept_fresh
from bot.web import link
from bot.web.health import Check, Opening, every

_SMALL_THINGS_AT_ONCE = 4
_SLACK_ASKED_S: Final = 30.0  # whether it takes our token


class AtWork(NamedTuple):
    """Who we are in Slack, and what answers there."""

    us: Us
    assistant: app.Assistant
    port: int | None = None  # on which something of ours listens


class Desk(NamedTuple):
    """One workspace at work: `bolt` takes in what Slack sends of it."""

    us: Us
    assistant: app.Assistant
    bolt: App
    open_index: Check
    link: link.Desk


@contextmanager
def in_slack(
    records: app.Records, embedder: Embedder | None, *, command: str, tools: Sequence[AnyTool] | None = None
) -> Iterator[AtWork]:
    """From here to the end of the block, whoever writes to the bot is answered. `tools`: instead of those that there are."""
    settings = records.settings
    keys = doors.keys(settings)
    counted = Counted(partial(app.standing, records))
    records.ledger.hear(counted.hear)
    web = connection.client(keys.bot, settings.slack_api_url, counted.slack_limited)
    us = connection.who_we_are(web)
    bolt = connection.bolt(web, keys.signing)
    with at_work(records, embedder, web, us, bolt, command=command, tools=tools) as desk:
        checks: dict[str, Check] = {
            "database": partial(answers, records),
            "slack": every(_SLACK_ASKED_S, partial(connection.is_accepted, web)),
            "index": desk.open_index,
        }
        pages = doors.link_pages(lambda id_: desk.link if id_ == settings.workspace else None, settings, records.clock)
        with doors.reached(bolt, keys, settings, checks, counted, pages) as port:
            yield AtWork(us, desk.assistant, port)


@contextmanager
def at_work(
    records: app.Records,
    embedder: Embedder | None,
    web: WebClient,
    us: Us,
    bolt: App,
    *,
    command: str,
    tools: Sequence[AnyTool] | None = None,
) -> Iterator[Desk]:
    """One workspace, for whoever `bolt` hears."""
    settings = records.settings
    reach = failpoints.armed(settings.failpoint)
    saved_in = records.handing.channels
    people = SlackPeople(web, records.access, team=us.team, bot_user=us.user, saved_in=saved_in)
    groups = SlackGroups(web)
    poster, conversations = SlackPoster(web, us, reach), SlackConversations(web, us, people)
    experts = SlackExperts(web, us, people, poster)
    house = handing.house(records, experts, reach)
    reranker, rewriter, judge = app.reranker(records), app.rewriter(records), app.judge(records)
    with (
        acting.at_hand(records, SlackSpeaker(web, us, people), tools) as can_do,
        app.assistant(
            records,
            embedder,
            command=command,
            slack=people,
            conversations=conversations,
            writers=app.writers(records),
            reranker=reranker,
            rewriter=rewriter,
            judge=judge,
            sayings=experts,
            acting=can_do,
            signs_in=partial(signing_in.offers, records),
        ) as assistant,
    ):
        acts = acting.house(records, can_do, people, groups, poster, assistant.answering.reading, reach)
        assistant.want(embedder)
        answer_next = partial(
            worker.answer_next,
            records.inbox,
            records.receipts,
            assistant.answering,
            poster,
            kinds=[SLACK_QUESTION],
        )
        review_desk = SlackReviewDesk(poster)
        reading = assistant.answering.reading
        review_next = partial(worker.review_next, records.reviews, reading, review_desk, poster, reach)
        commands = admin.commands(records)
        voice = SlackVoice(web, poster, settings.slack_api_url)
        evaluating = Evaluating(records)
        administration = admin.administration(
            records, commands, people, voice, evaluating, reach, acting.ToolsAtHand(records, can_do, groups)
        )
        own = signing_in.house(records, administration.governing)
        homes = home.homes(assistant, administration, commands, people, web, us)
        heed_next, pauses = partial(worker.heed_next, commands, administration), Pauses(records.database)
        with (
            kept_fresh(assistant),
            worker.Later(_SMALL_THINGS_AT_ONCE) as later,
            worker.Pool(answer_next, size=settings.workers) as pool,
            worker.Pool(_in_no_pause(review_next, pauses), size=1) as reviewing,
            worker.Pool(_in_no_pause(partial(handing.run_errand, records, house), pauses), size=1) as errands,
            worker.Pool(_in_no_pause(partial(acting.act_next, records, acts), pauses), size=1) as doing,
            worker.Pool(heed_next, size=1) as heeding,  # one after the other, and behind no question
            worker.Pool(partial(heed_next, kinds=[AT_ONCE]), size=1) as stopping,  # and this behind no command
            worker.Pool(partial(admin.end_next, records, administration), size=1) as ending,
            worker.Pool(partial(evaluating.run_next, voice), size=1) as judging,
            closing(evaluating),
            worker.Pool(homes.draw_next, size=1) as drawing,
            worker.Lookout(
                partial(_is_any_due, records), [pool, reviewing, errands, doing, heeding, stopping, ending, judging]
            ),
            worker.Lookout(lambda: True, [drawing]),  # which costs nothing
        ):
            desk = handing.desk(records, house, errands.wake)
            handing_over = HandingOver(us, desk, later=later, reach=reach)
            later(assistant.read_examples)
            hands = Hands(
                busy=poster.busy,
                rest=poster.rest,
                wake=pool.wake,
                explain=partial(clicks.explained, assistant, "explained"),
                use=partial(clicks.explained, assistant, "draft_opened"),
                rate=partial(clicks.rated, records),
                choose=partial(clicks.chosen, records),
                may_ask=lambda receipt, clicker: isinstance(desk.handing(receipt, clicker), Handing),
                overhear=handing_over.overhear,
            )
            ReviewListeners(us, clicks.rulings(assistant), wake=reviewing.wake, later=later).attach(bolt)
            handing_over.attach(bolt)
            decided = acting.decisions(acts)
            ActingListeners(us, decided, wake=doing.wake, later=later, reach=reach).attach(bolt)
            check = partial(admin.check, administration)
            CommandIntake(
                us,
                commands,
                check=check,
                wake=partial(_each, heeding.wake, stopping.wake),
                clock=records.clock,
                reach=reach,
            ).attach(bolt)
            SignInListeners(partial(begin, house=own), later=later).attach(bolt)
            why_of_own = partial(home.why, assistant)
            HomeListeners(us, homes, why_of_own, wake=drawing.wake, later=later).attach(bolt)
            listeners = Listeners(
                us,
                records.receipts,
                people,
                hands,
                later=later,
                clock=records.clock,
                reach=reach,
                customs=RuledCustoms(records),
            )
            listeners.attach(bolt)

            def take(typed: Typed) -> None:
                commands.take(typed)
                heeding.wake()

            yield Desk(us, assistant, bolt, Opening(assistant.open_index, later).is_done, link.Desk(own, take))


def answers(records: app.Records) -> bool:
    """The database does, whatever is in it."""
    records.sources.listed()
    return True


def _is_any_due(records: app.Records) -> bool:
    now = records.clock()
    queues = (records.inbox, records.jobs, records.reviews, records.executions)
    return any(queue.is_any_due(now) for queue in queues)


def _each(*calls: Callable[[], object]) -> None:
    for call in calls:
        call()


def _in_no_pause(work_next: Callable[[], bool], pauses: Pauses) -> Callable[[], bool]:
    """What waits does so until the pause is over."""
    return lambda: pauses.now() is None and work_next()
