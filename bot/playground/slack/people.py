"""One person at Slack's client: what they can do and what they see. Never more than the real client would let them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.playground.slack import forms, limits, membership, messages, modals, streams, visibility
from bot.playground.slack.blocks import elements_of
from bot.playground.slack.changes import HomeOpened
from bot.playground.slack.errors import CannotDo
from bot.playground.slack.interactions import Interactions, Outcome
from bot.playground.slack.nouns import App, Channel, Ephemeral, File, Json, Message, User, View
from bot.playground.slack.world import SlackWorld


class Person:
    def __init__(self, world: SlackWorld, interactions: Interactions, who: str) -> None:
        self.world = world
        self.user = world.user(who)
        self._do = interactions

    @property
    def id(self) -> str:
        return self.user.id

    # -- writing

    def post(
        self,
        channel: str | Channel,
        text: str = "",
        *,
        thread_ts: str | None = None,
        files: list[File] | None = None,
        broadcast: bool = False,
    ) -> Message:
        place = self._inside(channel)
        if not text.strip() and not files:
            raise CannotDo("there is nothing to send")
        if place.archived:
            raise CannotDo("the channel is archived")
        cut = _letters(text)[: limits.MESSAGE_TEXT]
        return messages.say(self.world, place, self.id, cut, thread_ts=thread_ts, files=files, broadcast=broadcast)

    def edit(self, channel: str | Channel, ts: str, text: str) -> Message:
        place, message = self._mine(channel, ts)
        return messages.edit(self.world, place, message, by=self.id, text=_letters(text))

    def delete(self, channel: str | Channel, ts: str) -> None:
        place, message = self._mine(channel, ts)
        messages.delete(self.world, place, message)

    def react(self, channel: str | Channel, ts: str, name: str, *, add: bool = True) -> bool:
        place = self._inside(channel)
        return messages.react(self.world, place, self._message(place, ts), user=self.id, name=name, add=add)

    # -- coming and going

    def join(self, channel: str | Channel) -> bool:
        place = self._place(channel)
        if place.kind != "public" or not visibility.sees(self.world, self.user, place):
            raise CannotDo("this channel cannot be joined without an invitation")
        return membership.join(self.world, place, self.id)

    def leave(self, channel: str | Channel) -> bool:
        return membership.leave(self.world, self._left(channel), self.id)

    def invite(self, channel: str | Channel, who: str | User | App) -> bool:
        return membership.join(self.world, self._inside(channel), self.world.person(who), inviter=self.id)

    def remove(self, channel: str | Channel, who: str | User | App) -> bool:
        return membership.leave(self.world, self._left(channel), self.world.person(who))

    def _left(self, channel: str | Channel) -> Channel:
        place = self._inside(channel)
        if place.general:
            raise CannotDo(f"everybody stays in #{place.name}")
        return place

    def create(self, name: str, *, private: bool = False, members: Sequence[str | User | App] = ()) -> Channel:
        if self._present().restricted:
            raise CannotDo("guests create no channels")
        return self.world.add_channel(name, private=private, members=[self.user, *members])

    def rename(self, channel: str | Channel, name: str) -> None:
        membership.rename(self.world, self._inside(channel), name, by=self.id)

    # -- using an app

    def slash(self, command: str, text: str = "", *, channel: str | Channel | None = None) -> Outcome:
        """Without a channel: typed in the direct conversation with the app whose command it is."""
        app = self._do.app_for(command, self._present())
        place = self.world.im(self._present(), app) if channel is None else self._inside(channel)
        return self._do.command(self._present(), place, app, command, text)

    def click(
        self,
        channel: str | Channel,
        ts: str,
        action_id: str,
        *,
        value: Any = None,
        block_id: str | None = None,
    ) -> Outcome:
        """A button, or a choice (``value``) in a menu or between feedback buttons."""
        place = self._visible(channel)
        target = self._message(place, ts, ephemeral=True)
        block, element = _element(target.blocks, action_id, block_id)
        return self._do.click_message(self._present(), place, target, block, element, self._chosen(element, value))

    def click_in_view(
        self,
        action_id: str,
        *,
        value: Any = None,
        view: View | None = None,
        block_id: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """``values`` is what stands in the view's other fields meanwhile: the app is told that too."""
        shown = view or self._top()
        if not modals.is_open(self.world, shown) or shown.user != self.id:
            raise CannotDo("this view is not open here")
        block, element = _element(shown.body["blocks"], action_id, block_id)
        chosen = self._chosen(element, value)
        return self._do.click_view(self._present(), shown, block, element, chosen, values or {})

    def submit(self, values: Mapping[str, Any] | None = None, *, view: View | None = None) -> Outcome:
        shown = view or self._top()
        if modals.top(self.world, self.id) is not shown:
            raise CannotDo("this modal is not on top here")
        if not shown.body.get("submit"):
            raise CannotDo("this modal has nothing to submit")
        return self._do.submit(self._present(), shown, values or {})

    def close(self, *, everything: bool = False) -> None:
        """The cancel button, or (``everything``) the cross that closes the whole stack."""
        self._top()
        self._do.close(self._present(), everything=everything)

    def open_home(self, app: App | str | None = None, *, tab: Literal["home", "messages"] = "home") -> View | None:
        chosen = self._app(app)
        with self.world.lock:
            channel = self.world.im(self._present(), chosen)
            self.world.tell(HomeOpened(chosen.id, self.id, tab, channel.id))
            return self.home(chosen)

    def stop(self, channel: str | Channel, thread_ts: str, app: App | str | None = None) -> tuple[str, ...]:
        """The stop button of an assistant that is busy."""
        chosen = self._app(app)
        return streams.stop_session(self.world, self._inside(channel), thread_ts, user=self.id, app_id=chosen.id)

    # -- seeing

    def channels(self) -> list[Channel]:
        with self.world.lock:
            return visibility.channels(self.world, self.user)

    def visible_messages(self, channel: str | Channel, *, thread_ts: str | None = None) -> list[Json]:
        with self.world.lock:
            return visibility.visible_messages(self.world, self.user, self._visible(channel), thread_ts=thread_ts)

    def status(self, channel: str | Channel, thread_ts: str) -> str:
        found = visibility.status(self.world, self._visible(channel), thread_ts)
        return found.text if found else ""

    def view(self) -> View | None:
        return modals.top(self.world, self.id)

    def home(self, app: App | str | None = None) -> View | None:
        known = self.world.homes.get((self._app(app).id, self.id))
        return self.world.views[known] if known else None

    def reload(self) -> None:
        """Slack's client starts afresh: what was only for this person's eyes is gone, and so are open modals."""
        with self.world.lock:
            for channel in self.world.channels.values():
                for ephemeral in [e for e in channel.ephemerals if e.user == self.id]:
                    messages.hush(self.world, ephemeral)
            modals.dismiss(self.world, self.id, everything=True)

    # -- parts

    def _app(self, ref: App | str | None) -> App:
        """The first there is in their workspace, or anywhere, when none is named."""
        if ref is None:
            known = list(self.world.apps.values())
            return next((a for a in known if a.team_id == self.user.team_id), known[0])
        return self.world.app(ref) if isinstance(ref, str) else ref

    def _present(self) -> User:
        if self.user.deleted:
            raise CannotDo("this account is deactivated")
        return self.user

    def _place(self, ref: str | Channel) -> Channel:
        """A channel, its id or name, or ``@name``: the direct conversation with them."""
        if isinstance(ref, Channel):
            return ref
        return self.world.im(self.user, ref[1:]) if ref.startswith("@") else self.world.channel(ref)

    def _visible(self, ref: str | Channel) -> Channel:
        place = self._place(ref)
        if not visibility.sees(self.world, self._present(), place):
            raise CannotDo("this person does not see that channel")
        return place

    def _inside(self, ref: str | Channel) -> Channel:
        place = self._place(ref)
        if self._present().id not in place.members:
            raise CannotDo("this person is not in that channel")
        return place

    def _message(self, place: Channel, ts: str, *, ephemeral: bool = False) -> Any:
        found: Message | Ephemeral | None = place.messages.get(ts)
        if found is None and ephemeral:
            found = next((e for e in place.ephemerals if e.ts == ts and e.user == self.id), None)
        if found is None:
            raise CannotDo("this person sees no such message")
        return found

    def _mine(self, channel: str | Channel, ts: str) -> tuple[Channel, Message]:
        place = self._inside(channel)
        message: Message = self._message(place, ts)
        if message.user != self.id:
            raise CannotDo("that is somebody else's message")
        return place, message

    def _top(self) -> View:
        shown = modals.top(self.world, self.id)
        if shown is None:
            raise CannotDo("no modal is open")
        return shown

    def _chosen(self, element: Json, value: Any) -> Any:
        if element["type"] in {*forms.ONE_OPTION, "feedback_buttons"} and value is None:
            raise CannotDo("choose one of the options")
        return value


def _letters(text: str) -> str:
    """Half a letter, as a client may cut one, could not be sent to anybody."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    for block in blocks:
        for element in elements_of(block):
            if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
                return block, element
    raise CannotDo(f"there is nothing called {action_id!r} to click")
