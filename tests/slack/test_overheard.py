"""What an event says of messages that nobody addressed to us; whatever is not understood says nothing."""

from typing import Any

import pytest

from bot.slack.heard import Us
from bot.slack.overheard import Altered, Replied, overheard

US = Us(team="T1", user="UBOT", bot="BBOT")
SAID = {"type": "message", "channel": "C1", "thread_ts": "1.0", "ts": "2.0", "user": "U1", "text": "In the cellar."}
CHANGED = {
    "type": "message",
    "subtype": "message_changed",
    "channel": "C1",
    "ts": "3.0",
    "message": {"ts": "2.0", "text": "In the attic."},
    "previous_message": {"ts": "2.0", "text": "In the cellar."},
}
DELETED = {"type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "3.0", "deleted_ts": "2.0"}
REPLIED, EDITED, GONE = Replied("C1", "1.0", "2.0", "U1"), Altered("C1", "2.0", False), Altered("C1", "2.0", True)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        pytest.param({**SAID, "bot_id": "B9"}, None, id="another bot"),
        pytest.param({**SAID, "user": "UBOT"}, None, id="we ourselves"),
        pytest.param({**SAID, "text": "<@UBOT> and the milk?"}, None, id="to us, which is a question"),
        pytest.param({**SAID, "text": "<@UBOT|footnote> and the milk?"}, None, id="to us by name"),
        pytest.param({**SAID, "thread_ts": "2.0"}, None, id="the head of a thread"),
        pytest.param({key: SAID[key] for key in SAID if key != "thread_ts"}, None, id="no reply"),
        pytest.param({**SAID, "subtype": "channel_join"}, None, id="Slack's own voice"),
        pytest.param({**SAID, "user": "U\x001"}, None, id="a name that could not be stored"),
        pytest.param({**SAID, "ts": "9" * 300}, None, id="a name that is too long"),
        pytest.param({**SAID, "ts": 2.0}, None, id="a number for a name"),
        pytest.param({**SAID, "type": "app_mention"}, None, id="another kind of event"),
        pytest.param({}, None, id="nothing"),
        pytest.param(SAID, REPLIED, id="a reply"),
        pytest.param({**SAID, "subtype": "thread_broadcast"}, REPLIED, id="a reply that the channel sees too"),
        pytest.param({**SAID, "subtype": "file_share", "text": ""}, REPLIED, id="a picture"),
        pytest.param({**CHANGED, "message": {"text": "x"}}, None, id="a change of nothing"),
        pytest.param({**CHANGED, "message": CHANGED["previous_message"]}, None, id="a link was unfurled"),
        pytest.param(CHANGED, EDITED, id="edited"),
        pytest.param({**CHANGED, "previous_message": None}, EDITED, id="edited, nobody knows from what"),
        pytest.param({**CHANGED, "message": {"ts": "2.0", "subtype": "tombstone"}}, GONE, id="a tombstone"),
        pytest.param({**DELETED, "deleted_ts": None}, None, id="nobody knows what was deleted"),
        pytest.param(DELETED, GONE, id="deleted"),
    ],
)
def test_what_is_overheard(event: dict[str, Any], said: Replied | Altered | None) -> None:
    assert overheard(event, US) == said
