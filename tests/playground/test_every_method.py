"""Each method the emulator claims, called by slack_sdk's own client. A method without a call here fails the last test."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.playground.slack import App, RateLimits, SlackEmulator, SlackWorld, install, modals
from bot.playground.slack.manifest import BOT_SCOPES
from bot.playground.slack.methods import METHODS
from tests.playground.company import a_company

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Why"}, "blocks": [{"type": "divider"}]}
EVERYTHING = [*BOT_SCOPES, "channels:join", "mpim:write", "reactions:read", "team:read"]


class Scene:
    """A workspace in which something has been said already."""

    def __init__(self, slack: SlackEmulator) -> None:
        self.slack = slack
        self.world: SlackWorld = slack.world
        self.web = WebClient(token=slack.bot_token(), base_url=slack.url)
        self.general = self.world.channel("general").id
        self.ana = self.world.user("ana").id
        self.group = self.world.add_group("it", ["ana"]).id
        self.asked = slack.as_user("ana").post("general", "what is new?").ts
        self.said = str(self.web.chat_postMessage(channel=self.general, text="this")["ts"])

    @property
    def app(self) -> App:
        return next(iter(self.world.apps.values()))

    def code(self) -> str:
        return install.allow(self.world, self.app, self.world.home, scopes=BOT_SCOPES)

    def trigger(self, *, in_modal: bool = False) -> str:
        app = next(iter(self.world.apps.values()))
        view = str(self.web.views_open(trigger_id=self.trigger(), view=MODAL)["view"]["id"]) if in_modal else None
        return modals.trigger(self.world, app, self.ana, view_id=view).id

    def stream(self) -> str:
        return str(
            self.web.chat_startStream(
                channel=self.general, thread_ts=self.asked, recipient_team_id="T1", recipient_user_id=self.ana
            )["ts"]
        )

    def view(self) -> str:
        return str(self.web.views_open(trigger_id=self.trigger(), view=MODAL)["view"]["id"])

    def reacted(self) -> "Scene":
        self.web.reactions_add(channel=self.general, timestamp=self.asked, name="eyes")
        return self


CALLS: dict[str, Callable[[Scene], SlackResponse]] = {
    "api.test": lambda s: s.web.api_test(),
    "apps.connections.open": lambda s: s.web.apps_connections_open(app_token=s.slack.app_token()),
    "assistant.threads.setStatus": lambda s: s.web.assistant_threads_setStatus(
        channel_id=s.general, thread_ts=s.asked, status="is thinking…", loading_messages=["one", "two"]
    ),
    "assistant.threads.setSuggestedPrompts": lambda s: s.web.assistant_threads_setSuggestedPrompts(
        channel_id=s.general, thread_ts=s.asked, prompts=[{"title": "A", "message": "B"}]
    ),
    "assistant.threads.setTitle": lambda s: s.web.assistant_threads_setTitle(
        channel_id=s.general, thread_ts=s.asked, title="New things"
    ),
    "auth.test": lambda s: s.web.auth_test(),
    "apps.uninstall": lambda s: s.web.apps_uninstall(client_id=s.app.client_id, client_secret=s.app.client_secret),
    "auth.revoke": lambda s: s.web.auth_revoke(),
    "bots.info": lambda s: s.web.bots_info(),
    "chat.appendStream": lambda s: s.web.chat_appendStream(channel=s.general, ts=s.stream(), markdown_text="x"),
    "chat.delete": lambda s: s.web.chat_delete(channel=s.general, ts=s.said),
    "chat.getPermalink": lambda s: s.web.chat_getPermalink(channel=s.general, message_ts=s.asked),
    "chat.postEphemeral": lambda s: s.web.chat_postEphemeral(channel=s.general, user=s.ana, text="psst"),
    "chat.postMessage": lambda s: s.web.chat_postMessage(channel=s.general, text="x"),
    "chat.startStream": lambda s: s.web.chat_startStream(
        channel=s.general, thread_ts=s.asked, recipient_team_id="T1", recipient_user_id=s.ana, markdown_text="x"
    ),
    "chat.stopStream": lambda s: s.web.chat_stopStream(channel=s.general, ts=s.stream(), markdown_text="x"),
    "chat.update": lambda s: s.web.chat_update(channel=s.general, ts=s.said, text="that"),
    "conversations.history": lambda s: s.web.conversations_history(channel=s.general),
    "conversations.info": lambda s: s.web.conversations_info(channel=s.general),
    "conversations.join": lambda s: s.web.conversations_join(channel=s.world.channel("quiet").id),
    "conversations.list": lambda s: s.web.conversations_list(types="public_channel,private_channel,im,mpim"),
    "conversations.members": lambda s: s.web.conversations_members(channel=s.general),
    "conversations.open": lambda s: s.web.conversations_open(users=[s.ana]),
    "conversations.replies": lambda s: s.web.conversations_replies(channel=s.general, ts=s.asked),
    "oauth.v2.access": lambda s: s.web.oauth_v2_access(
        client_id=s.app.client_id, client_secret=s.app.client_secret, code=s.code()
    ),
    "reactions.add": lambda s: s.web.reactions_add(channel=s.general, timestamp=s.asked, name="eyes"),
    "reactions.get": lambda s: s.web.reactions_get(channel=s.general, timestamp=s.asked),
    "reactions.remove": lambda s: s.reacted().web.reactions_remove(channel=s.general, timestamp=s.asked, name="eyes"),
    "team.info": lambda s: s.web.team_info(),
    "usergroups.list": lambda s: s.web.usergroups_list(include_users=True, include_count=True),
    "usergroups.users.list": lambda s: s.web.usergroups_users_list(usergroup=s.group),
    "users.conversations": lambda s: s.web.users_conversations(types="public_channel,private_channel"),
    "users.info": lambda s: s.web.users_info(user=s.ana),
    "users.list": lambda s: s.web.users_list(),
    "users.lookupByEmail": lambda s: s.web.users_lookupByEmail(email="ana@acme.test"),
    "views.open": lambda s: s.web.views_open(trigger_id=s.trigger(), view=MODAL),
    "views.publish": lambda s: s.web.views_publish(user_id=s.ana, view={"type": "home", "blocks": []}),
    "views.push": lambda s: s.web.views_push(trigger_id=s.trigger(in_modal=True), view=MODAL),
    "views.update": lambda s: s.web.views_update(view_id=s.view(), view=MODAL),
}


@pytest.mark.parametrize("method", sorted(CALLS))
def test_slack_sdks_own_client_can_call(method: str) -> None:
    with SlackEmulator(a_company(scopes=EVERYTHING), rates=RateLimits.off()) as slack:
        answer: Any = CALLS[method](Scene(slack))
        assert answer["ok"]
        assert slack.requests.of(method)[-1].outcome == "ok"


def test_no_claimed_method_is_left_out() -> None:
    assert set(CALLS) == set(METHODS)
