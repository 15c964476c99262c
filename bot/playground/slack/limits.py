"""Which limits Slack sets, as facts. Logic lives elsewhere; a number that is not Slack's must not be here."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# Text, in characters.
MESSAGE_TEXT: Final = 40_000  # longer text is cut off, not refused
UPDATE_TEXT: Final = 4_000
MARKDOWN_TEXT: Final = 12_000
MESSAGE_BLOCKS_TEXT: Final = 13_200  # all blocks of a message together; undocumented, seen in bolt-js#2509
SECTION_TEXT: Final = 3_000
FIELD_TEXT: Final = 2_000
HEADER_TEXT: Final = 150
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER_TEXT: Final = 150
LABEL_TEXT: Final = 2_000
URL_TEXT: Final = 3_000
ALT_TEXT: Final = 2_000
IDENTIFIER: Final = 255  # block_id, action_id, callback_id
CARD_TITLE: Final = 150
CARD_BODY: Final = 200
VIEW_TITLE: Final = 24  # also its submit and close buttons
PRIVATE_METADATA: Final = 3_000
CONFIRM_TEXT: Final = 300

# Counts.
MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
CONTEXT_ELEMENTS: Final = 10
ACTIONS_ELEMENTS: Final = 25
CONTEXT_ACTIONS_ELEMENTS: Final = 5
SECTION_FIELDS: Final = 10
OPTIONS: Final = 100
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
ATTACHMENTS: Final = 100
VIEW_STACK: Final = 3
SUGGESTED_PROMPTS: Final = 4
LOADING_MESSAGES: Final = 10
MPIM_PEOPLE: Final = 8
SOCKETS_PER_APP: Final = 10
PAGE: Final = 1_000

# Sizes, in bytes.
VIEW_BYTES: Final = 250_000
METADATA_BYTES: Final = 16_000

# Lives, in seconds.
ACK_S: Final = 3.0
REDELIVERY_S: Final = (0.0, 60.0, 300.0)
TRIGGER_S: Final = 3.0
TICKET_S: Final = 30.0
STREAM_S: Final = 300.0
STATUS_S: Final = 120.0
RESPONSE_URL_S: Final = 1_800.0
RESPONSE_URL_USES: Final = 5


@dataclass(frozen=True)
class Rate:
    """At most this many calls in any window of that length, for an app in a workspace (or one of its channels)."""

    calls: int
    window_s: float
    per_channel: bool = False


TIER_1: Final = Rate(calls=1, window_s=60)
TIER_2: Final = Rate(calls=20, window_s=60)
TIER_3: Final = Rate(calls=50, window_s=60)
TIER_4: Final = Rate(calls=100, window_s=60)
POSTING: Final = Rate(calls=1, window_s=1, per_channel=True)
UNLIMITED: Final = Rate(calls=1_000_000, window_s=60)

RATES: Final = MappingProxyType(
    {
        "api.test": UNLIMITED,
        "apps.connections.open": TIER_3,
        "assistant.threads.setStatus": Rate(calls=600, window_s=60),
        "assistant.threads.setSuggestedPrompts": TIER_3,
        "assistant.threads.setTitle": TIER_3,
        "apps.uninstall": TIER_1,
        "auth.revoke": TIER_3,
        "auth.test": Rate(calls=600, window_s=60),
        "bots.info": TIER_3,
        "chat.appendStream": TIER_4,
        "chat.delete": TIER_3,
        "chat.getPermalink": Rate(calls=600, window_s=60),
        "chat.postEphemeral": TIER_4,
        "chat.postMessage": POSTING,
        "chat.startStream": TIER_2,
        "chat.stopStream": TIER_2,
        "chat.update": TIER_3,
        "conversations.history": TIER_3,
        "conversations.info": TIER_3,
        "conversations.join": TIER_3,
        "conversations.list": TIER_2,
        "conversations.members": TIER_4,
        "conversations.open": TIER_3,
        "conversations.replies": TIER_3,
        "oauth.v2.access": Rate(calls=600, window_s=60),
        "reactions.add": TIER_3,
        "reactions.get": TIER_3,
        "reactions.remove": TIER_2,
        "team.info": TIER_3,
        "usergroups.list": TIER_2,
        "usergroups.users.list": TIER_2,
        "users.conversations": TIER_3,
        "users.info": TIER_4,
        "users.list": TIER_2,
        "users.lookupByEmail": TIER_3,
        "views.open": TIER_4,
        "views.publish": TIER_4,
        "views.push": TIER_4,
        "views.update": TIER_4,
    }
)
