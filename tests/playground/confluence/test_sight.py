"""What the emulator keeps of the oracle's words is what the oracle would say again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.confluence import Oracle
from bot.playground.confluence.callers import Callers
from bot.playground.confluence.crowd import crowd
from bot.playground.confluence.nouns import IN_THE_TREE
from bot.playground.confluence.sight import Sight
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World

CHANGES = (
    "edit", "label", "move", "trash", "trash all", "archive", "restore", "purge", "restrict", "unrestrict", "add",
    "join", "leave", "deactivate", "activate", "standing", "anonymous", "revoke", "grant", "delete group",
)  # fmt: skip


def happens(world: World, what: str, one: int, other: int) -> None:  # noqa: C901, PLR0912 - one line each
    site = world.confluence
    content = list(site.content.values())[one % len(site.content)]
    person = list(world.people)[other % len(world.people)]
    group = list(world.groups)[other % len(world.groups)]
    match what:
        case "edit":
            site.edit(content.id, body="x")
        case "label":
            site.label(content.id, "x")
        case "move" if content.kind in IN_THE_TREE:
            site.move(content.id)
        case "trash":
            site.trash(content.id)
        case "trash all":
            site.trash(content.id, with_children=True)
        case "archive" if content.kind == "page":
            site.archive(content.id)
        case "restore":
            site.restore(content.id)
        case "purge" if len(site.content) > 1:
            site.purge(content.id)
        case "restrict" if content.kind == "page":
            site.restrict(content.id, users=[person], groups=[group])
        case "unrestrict" if content.kind == "page":
            site.unrestrict(content.id)
        case "add":
            site.add_page(content.space_id, "x", parent=content.parent_id)
        case "join":
            world.add_members(group, person)
        case "leave":
            world.remove_members(group, person)
        case "deactivate":
            world.deactivate(person)
        case "activate":
            world.activate(person)
        case "standing":
            world.set_standing(person, "guest" if one % 2 else "licensed")
        case "anonymous":
            site.set_anonymous(content.space_id, bool(one % 2))
        case "revoke":
            site.revoke(content.space_id, "access-class", "ALL_LICENSED_USERS")
        case "grant":
            site.grant(content.space_id, "group", group)
        case "delete group" if world.group(group).name.startswith("team"):
            world.delete_group(group)
        case _:
            pass


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12))
def test_sight_is_the_oracle_after_any_changes(changes: list[tuple[str, int, int]]) -> None:
    world = crowd(
        15, spaces=2, people=4, groups=2, words=2, restricted=0.3, attachments=2, comments=2, clock=ManualClock()
    )
    sight, oracle = Sight(world), Oracle(world)
    callers = [Callers(world).add(person) for person in world.people]
    for what, one, other in [("edit", 0, 0), *changes]:  # so that something is kept already
        try:
            happens(world, what, one, other)
        except ValueError:  # below something that is no longer there
            continue
        for caller in callers:
            for content in world.confluence.content.values():
                assert sight.sees(caller, content) == oracle.may_open(caller.account_id, content.id)
