"""What an audit found, in words: which record, what is wrong with it, and who says so."""

from collections.abc import Mapping

from bot.stores.ledger.findings import Finding, Kind

_WORDS: Mapping[Kind, str] = {
    Kind.STORAGE_DAMAGED: "the database itself is damaged",
    Kind.MISSING: "missing",
    Kind.TRUNCATED: "cut off from the end",
    Kind.OUT_OF_PLACE: "moved here from another place",
    Kind.EVENT_CHANGED: "changed",
    Kind.EVENT_FOREIGN: "not of this ledger",
    Kind.CONTENT_CHANGED: "what it says was changed",
    Kind.CONTENT_OUT_OF_PLACE: "what it says belongs to another event",
    Kind.CONTENT_MISSING: "what it said is gone, and no event says that it was erased",
    Kind.CONTENT_RESTORED: "was erased, and is there again",
    Kind.CONTENT_FOREIGN: "there is content without its event",
    Kind.TEXT_CHANGED: "not what its digest says",
    Kind.REWRITTEN: "something among these was rewritten consistently",
    Kind.HEAD_MISSING: "the record of where the ledger ends is missing",
    Kind.HEAD_CHANGED: "the record of where the ledger ends was changed",
    Kind.CHECKPOINT_CHANGED: "this checkpoint is not what was signed",
    Kind.CHECKPOINT_MISSING: "this checkpoint is missing",
    Kind.CHECKPOINT_FOREIGN: "this checkpoint speaks of another workspace",
    Kind.KEY_UNKNOWN: "signed with a key that is not this ledger's",
}


def words(finding: Finding) -> str:
    parts = [f"{_subject(finding)}: {_WORDS[finding.kind]}"]
    if finding.columns:
        parts.append(f"in {', '.join(finding.columns)}")
    if finding.belongs_at is not None:
        parts.append(f"it belongs at {finding.belongs_at}")
    if finding.witness is not None:
        parts.append(f"says {_witness(finding)}")
    if finding.receipts:
        parts.append(f"named by {', '.join(finding.receipts)}")
    if finding.detail is not None:
        parts.append(finding.detail)
    return " ".join("; ".join(parts).split())  # on one line, whatever somebody has written into a row


def _subject(finding: Finding) -> str:
    of = "checkpoint" if finding.kind.value.startswith("checkpoint") or finding.kind is Kind.KEY_UNKNOWN else "event"
    if finding.kind is Kind.TEXT_CHANGED:
        return f"evidence text {finding.digest or '(among others, not named)'}"
    if finding.first is None:
        return "the ledger"
    if finding.last is None or finding.last == finding.first:
        return f"{of} {finding.first}"
    return f"{of}s {finding.first}–{finding.last}"


def _witness(finding: Finding) -> str:
    assert finding.witness is not None
    origins = {"head": "the head", "stored": "the stored checkpoint", "given": "the checkpoint kept elsewhere"}
    return f"{origins[str(finding.witness.origin)]} of {finding.witness.size} events"
