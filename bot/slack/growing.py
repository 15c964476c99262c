"""A message that grows before its readers' eyes: started, added to, and finished as the whole that it was to become.

Nothing depends on its growing. What Slack does not take in time is shown with what comes next, or in the end; and what
Slack has may be asked about afterwards, for the message is marked from its first block on.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from slack_sdk import WebClient

from bot.slack import wire
from bot.slack.calls import Limited, Refused, call
from bot.slack.render import Post
from connectors.model import Retryable

BLOCKS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"})

log = structlog.get_logger()


@dataclass
class Growing:
    """`recipient`: whom Slack wants to be told of, in a channel. `ts` is None until it was started, and where nobody knows
    whether it was: then `is_doubtful`.
    """

    client: WebClient
    channel: str
    thread: str
    mark: str
    recipient: Mapping[str, str]
    ts: str | None = None
    is_doubtful: bool = False
    _shown: tuple[Any, ...] = ()
    _is_over: bool = field(default=False)  # it grows no more

    def show(self, blocks: Sequence[Any]) -> None:
        """All of it so far."""
        new = tuple(blocks[len(self._shown) :])
        if not new or self._is_over:
            return
        try:
            self._start(new) if self.ts is None else self._append(new)
        except Limited:
            self._is_over = self.ts is None
        except Refused as refused:
            self._is_over = True
            log.warning("a message grows no more", channel=self.channel, why=refused.code)
        except Retryable as why:
            self._is_over, self.is_doubtful = True, self.ts is None
            log.warning("a message grows no more", channel=self.channel, why=str(why))
        else:
            self._shown = tuple(blocks)

    def finish(self, post: Post, metadata: Mapping[str, Any]) -> str | None:
        """As that whole. None: there is no such message (any more)."""
        if self.ts is None:
            return None
        known = len(self._shown)
        if not self._is_over and tuple(post.blocks[:known]) == self._shown:
            with suppress(Refused):
                self._call("chat.stopStream", blocks=post.blocks[known:], metadata=metadata)
                return self.ts
        with suppress(Refused):  # it may have been stopped by its age, or by somebody
            self._call("chat.stopStream")
        return self._replaced(post, metadata)

    def _replaced(self, post: Post, metadata: Mapping[str, Any]) -> str | None:
        try:
            self._call("chat.update", text=post.text, blocks=post.blocks, metadata=metadata)
        except Refused as refused:
            if not refused.is_about(BLOCKS):
                remove(self.client, self.channel, self.ts or "")
                return None
            log.exception("Slack refused our blocks", channel=self.channel)
            self._call("chat.update", text=post.text, metadata=metadata)
        return self.ts

    def _start(self, new: Sequence[Any]) -> None:
        first, *others = new
        named = {**first, "block_id": self.mark}
        started = call(
            self.client,
            "chat.startStream",
            wire.Sent,
            channel=self.channel,
            thread_ts=self.thread,
            chunks=_chunks((named, *others)),
            **self.recipient,
        )
        self.ts = started.ts

    def _append(self, new: Sequence[Any]) -> None:
        self._call("chat.appendStream", chunks=_chunks(new))

    def _call(self, method: str, **arguments: Any) -> None:
        call(self.client, method, wire.Done, channel=self.channel, ts=self.ts, **arguments)


def remove(client: WebClient, channel: str, ts: str) -> None:
    """A message that still grows may have to be stopped first."""
    try:
        call(client, "chat.delete", wire.Done, channel=channel, ts=ts)
    except Refused as refused:
        if refused.is_about({"message_not_found"}):
            return
        with suppress(Refused):
            call(client, "chat.stopStream", wire.Done, channel=channel, ts=ts)
        try:
            call(client, "chat.delete", wire.Done, channel=channel, ts=ts)
        except Refused as again:
            log.error("a message that is not whole cannot be removed", channel=channel, why=again.code)  # noqa: TRY400


def _chunks(blocks: Sequence[Any]) -> list[dict[str, Any]]:
    """As structure: of text, Slack would read mentions and links."""
    return [{"type": "blocks", "blocks": list(blocks)}]
