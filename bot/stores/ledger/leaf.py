"""What is hashed for an event and signed for a checkpoint, byte for byte. It can never change: old hashes stand.

Every field is prefixed by its length, so that no two different records give the same bytes. Pure.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.core.merkle import Frontier, leaf_hash

SALT_BYTES = 16
HASH_BYTES = 32
_HEX = re.compile(rb"(?:[0-9a-f]{2})*")


def canonical_json(value: Mapping[str, Any]) -> str:
    """The one spelling of a value. Half a surrogate pair, which UTF-8 cannot hold, is spelled as JSON's escape."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()


def content_hash(salt: bytes, body: bytes) -> bytes:
    """The salt has a fixed length, so the bytes cannot be divided differently."""
    return sha256(salt + body).digest()


def event_leaf(workspace: bytes, seq: int, at: bytes, kind: bytes, receipt: bytes | None, content: bytes) -> bytes:
    return leaf_hash(framed(b"footnote-event-1", workspace, b"%d" % seq, at, kind, receipt, content))


def framed(*fields: bytes | None) -> bytes:
    return b"".join([b"-," if field is None else b"%d:%b," % (len(field), field) for field in fields])


def from_hex(text: bytes | None, length: int) -> bytes | None:
    """Only the one spelling: a flipped case would otherwise mean the same."""
    if text is None or len(text) != 2 * length or not _HEX.fullmatch(text):
        return None
    return bytes.fromhex(text.decode())


def frontier(size: object, peaks: bytes | None) -> Frontier | None:
    """A head's own words as a frontier; nothing if they cannot be one."""
    if type(size) is not int or peaks is None:
        return None
    hashes = [from_hex(peak, HASH_BYTES) for peak in peaks.split(b",")] if peaks else []
    known = tuple(each for each in hashes if each is not None)
    found = Frontier(size, known)
    return found if len(known) == len(hashes) and found.is_possible else None
