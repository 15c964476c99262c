"""The texts of evidence that events name by their digests."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from bot.stores.tables import TextRow


def evidence_texts(session: Session, named: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    digests = [found["passage"]["text"] for found in named]
    return {row.digest: row.text for row in session.exec(select(TextRow).where(col(TextRow.digest).in_(digests)))}
