"""What became of a question that was handed over to people? In plain words, from what the receipt says. Pure."""

from collections.abc import Mapping
from typing import Any, Final

_HOW: Final = {
    "here": "where they asked, with its words",
    "aside": "in their direct messages, with its words: not everybody where they asked reads that channel",
    "without_words": "without its words: they do not read that channel",
}
_WHY: Final = {
    "deleted": "its author deleted it",
    "edited": "its author edited it",
    "expired": "it came to its end",
}


_SAID: Final[Mapping[str, str]] = {
    "handed_over": "{by} had it asked in {experts}: {text}",
    "experts_asked": "It was posted in {channel}.",
    "experts_not_asked": "It could not be posted in {channel}; whoever asked is told so, and may have it asked again.",
    "expert_replied": "{by} replied in {channel}.",
    "expert_reply_told": "Whoever asked was told of a reply {how}.",
    "expert_reply_released": "{by} had a reply sent to whoever asked, who does not read that channel.",
    "expert_reply_gone": "A reply was deleted; what had been told of it was taken back.",
    "saving_offered": "Its author was asked whether a reply is the answer.",
    "saving_wanted": "{by} saved a reply as the answer to “{question}”, until {until}.",
    "saving_refused": "It was not saved: the reply was gone or could not be read by then, {by} was no member who reads "
    "that channel, or saving it failed.",
    "answer_saved": "It may be found as {document} by whoever reads that channel, until {until}.",
    "saved_answer_ended": "{document} is no answer any more: {why}.",
}


def handed(kind: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of one event of a receipt. Erased: nothing."""
    if kind in {"posted", "shown"}:
        offered = dict.fromkeys(one["asks_in"] for one in body.get("to", ()) if "asks_in" in one)
        return tuple(f"With it, a person could be asked in {channel}." for channel in offered)
    said = _SAID.get(kind) if body else None
    if said is None:
        return ()
    how, why = body.get("how", ""), body.get("why", "")
    return (said.format_map({**body, "how": _HOW.get(how, how), "why": _WHY.get(why, why)}),)
