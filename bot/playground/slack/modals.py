"""What is on people's screens: a stack of modals and a Home tab each. Transitions only; whether a view is valid is decided before."""

import secrets

from bot.playground.slack import limits
from bot.playground.slack.changes import ViewChanged
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import App, Json, Trigger, View
from bot.playground.slack.world import SlackWorld


def trigger(world: SlackWorld, app: App, user: str, *, view_id: str | None = None) -> Trigger:
    with world.lock:
        made = Trigger(f"{world.new_id('1')}.{secrets.token_hex(8)}", app.id, user, world.clock.now(), view_id)
        world.triggers[made.id] = made
        return made


def exchange(world: SlackWorld, app: App, trigger_id: str) -> Trigger:
    with world.lock:
        found = world.triggers.get(trigger_id)
        if found is None or found.app_id != app.id:
            raise SlackError("invalid_trigger_id")
        if world.clock.now() - found.made_at > limits.TRIGGER_S:
            raise SlackError("expired_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        found.used = True
        return found


def show(world: SlackWorld, app: App, user: str, body: Json) -> View:
    """A new stack; what was open is closed without a word, as in Slack's client."""
    with world.lock:
        view = _made(world, app, user, body, root=None, previous=None)
        world.stacks[user] = [view.id]
        world.tell(ViewChanged(user, view.id, "opened"))
        return view


def push(world: SlackWorld, app: App, user: str, body: Json) -> View:
    with world.lock:
        stack = world.stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= limits.VIEW_STACK:
            raise SlackError("push_limit_reached")
        view = _made(world, app, user, body, root=world.views[stack[0]].root_id, previous=stack[-1])
        stack.append(view.id)
        world.tell(ViewChanged(user, view.id, "pushed"))
        return view


def redraw(world: SlackWorld, view: View, body: Json) -> View:
    """What people typed stays where the new blocks have the same ids."""
    with world.lock:
        _check_external_id(world, body, view.id)
        view.body, view.hash = body, _hash(world)
        kept = {b.get("block_id") for b in body["blocks"]}
        view.values = {k: v for k, v in view.values.items() if k in kept}
        world.tell(ViewChanged(view.user, view.id, "updated"))
        return view


def publish(world: SlackWorld, app: App, user: str, body: Json) -> View:
    with world.lock:
        known = world.homes.get((app.id, user))
        if known:
            view = world.views[known]
            view.body, view.hash = body, _hash(world)
        else:
            view = _made(world, app, user, body, root=None, previous=None)
            world.homes[(app.id, user)] = view.id
        world.tell(ViewChanged(user, view.id, "published"))
        return view


def dismiss(world: SlackWorld, user: str, *, everything: bool) -> list[View]:
    """Takes the top modal, or all of them, off the screen."""
    with world.lock:
        stack = world.stacks.get(user, [])
        gone = [world.views[i] for i in (reversed(stack) if everything else stack[-1:])]
        world.stacks[user] = [] if everything else stack[:-1]
        for view in gone:
            world.tell(ViewChanged(user, view.id, "closed"))
        return gone


def top(world: SlackWorld, user: str) -> View | None:
    stack = world.stacks.get(user, [])
    return world.views[stack[-1]] if stack else None


def is_open(world: SlackWorld, view: View) -> bool:
    return view.id in world.stacks.get(view.user, []) or view.id in world.homes.values()


def _made(world: SlackWorld, app: App, user: str, body: Json, *, root: str | None, previous: str | None) -> View:
    _check_external_id(world, body, None)
    view_id = world.new_id("V")
    view = View(
        id=view_id,
        app_id=app.id,
        user=user,
        type="home" if body["type"] == "home" else "modal",
        body=body,
        hash=_hash(world),
        root_id=root or view_id,
        previous_id=previous,
    )
    world.views[view_id] = view
    return view


def _check_external_id(world: SlackWorld, body: Json, own: str | None) -> None:
    wanted = body.get("external_id")
    if wanted and any(
        v.body.get("external_id") == wanted and v.id != own and is_open(world, v) for v in world.views.values()
    ):
        raise SlackError("duplicate_external_id")


def _hash(world: SlackWorld) -> str:
    return f"{int(world.clock.now())}.{secrets.token_hex(4)}"
