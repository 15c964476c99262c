"""Which part of which conversation is to be summarised? Decided from the words that were said and where they were said; whether
the asker may have it read is asked elsewhere.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from bot.core.nouns import Place, SlackPlace, Stretch
from policies.evidence import Refusal, RefusalReason
from policies.rules import Summaries

_LINK: Final = re.compile(
    r"https://[a-z0-9][a-z0-9.-]{0,80}\.slack\.com/archives/([CDG][A-Z0-9]{2,40})/p(\d{10})(\d{6})(?:\?([^\s>|]*))?"
)
_HEAD: Final = re.compile(r"(?:^|&)thread_ts=(\d{10}\.\d{6})(?:&|$)")
_A_DAY: Final = timedelta(hours=24)
_TODAY: Final = re.compile(
    r"\b(?:today|this (?:morning|afternoon)|heute|aujourd'hui|vandaag)\b|\bhoy\b|今日|本日", re.IGNORECASE
)
_LAST: Final = re.compile(
    r"\b(?:last|latest|recent|letzten?|neuesten|laatste|derniers|últimos)(?: (\d{1,4}))?"
    r" (?:messages?|posts|nachrichten|berichten|mensajes)\b"
    r"|\b(?:this|the|dieser?|diesen?|dieses|ce|cette|este|esta|dit|deze) "
    r"(?:channel|conversation|chat|discussion|kanals?|gespräch|unterhaltung|kanaal|gesprek|canal|conversación)\b"
    r"|会話|チャンネル",
    re.IGNORECASE,
)


def pointed(text: str, place: Place, rules: Summaries, now: datetime) -> Stretch | Refusal:
    """By a link first, then by where it was said; outside of threads only what is named. Whoever asks is no part of what they
    ask about, and neither is what is said later: by their place in time, messages of all conversations follow each other.
    """
    if not isinstance(place, SlackPlace):
        return Refusal(reason=RefusalReason.NO_SUMMARY)
    linked = _LINK.search(text)
    if linked is not None:
        channel, seconds, micros, query = linked.groups()
        head = _HEAD.search(query or "")
        thread = head.group(1) if head else f"{seconds}.{micros}"
        return Stretch(channel=channel, thread=thread, before=place.message)
    if place.thread not in (None, place.message):
        return Stretch(channel=place.channel, thread=place.thread, before=place.message)
    return _lately(text, place, rules, now)


def _lately(text: str, place: SlackPlace, rules: Summaries, now: datetime) -> Stretch | Refusal:
    here = Stretch(channel=place.channel, before=place.message)
    if _TODAY.search(text):
        return here.model_copy(update={"since": now - _A_DAY})
    named = _LAST.search(text)
    if named is None:
        return Refusal(reason=RefusalReason.NO_SUMMARY)
    wanted = int(named.group(1)) if named.group(1) else rules.last
    return here.model_copy(update={"last": max(1, min(wanted, rules.messages))})
