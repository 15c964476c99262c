"""Signed heads of the ledger, as values and as lines of a file that is kept elsewhere. Nothing here reads a store."""

from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from bot.core.errors import BadUse
from bot.stores.ledger.key import Signer, is_signed
from bot.stores.ledger.leaf import canonical_json, framed
from policies.people import Noun

Hash = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{128}$")]
Size = Annotated[int, Field(strict=True, ge=0, lt=1 << 63)]


class Checkpoint(Noun):
    """Who holds the key says: at this moment the first `size` events had this root. Names the checkpoint before it."""

    workspace: str
    size: Size
    previous: Size | None
    root: Hash
    at: str
    key: Hash  # the public key, just as long
    signature: Signature

    @property
    def is_authentic(self) -> bool:
        """Signed by the key that it names; whether that key is ours is another question."""
        message = _message(self.workspace, self.size, self.previous, self.root, self.at, self.key)
        return is_signed(bytes.fromhex(self.key), message, bytes.fromhex(self.signature))


def signed(key: Signer, *, workspace: str, size: int, previous: int | None, root: str, at: str) -> Checkpoint:
    signature = key.sign(_message(workspace, size, previous, root, at, key.public)).hex()
    return Checkpoint(
        workspace=workspace, size=size, previous=previous, root=root, at=at, key=key.public, signature=signature
    )


def as_line(checkpoint: Checkpoint) -> str:
    return canonical_json(checkpoint.model_dump())


def parse_checkpoints(text: str) -> tuple[Checkpoint, ...]:
    """Of a file with one checkpoint a line. A file without any proves nothing, so it is refused."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise BadUse(
            "There is no checkpoint in this file: expected one a line, as `footnote audit verify` prints them."
        )
    return tuple(_parsed(number, line) for number, line in lines)


def _parsed(number: int, line: str) -> Checkpoint:
    try:
        return Checkpoint.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadUse(f"Line {number} is not a checkpoint: {where}: {first['msg']}.") from error


def _message(workspace: str, size: int, previous: int | None, root: str, at: str, key: str) -> bytes:
    before = None if previous is None else b"%d" % previous
    texts = (text.encode("utf-8", "surrogatepass") for text in (root, at, key))
    return framed(b"footnote-checkpoint-1", workspace.encode("utf-8", "surrogatepass"), b"%d" % size, before, *texts)
