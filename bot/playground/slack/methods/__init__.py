"""Which Web API methods the emulator has: the one list. What is not here is an unknown method."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack.methods import (
    apps,
    assistant,
    chat,
    conversations,
    reactions,
    streaming,
    usergroups,
    users,
    views,
)

METHODS: Final = MappingProxyType(
    {
        **apps.METHODS,
        **assistant.METHODS,
        **chat.METHODS,
        **conversations.METHODS,
        **reactions.METHODS,
        **streaming.METHODS,
        **usergroups.METHODS,
        **users.METHODS,
        **views.METHODS,
    }
)
