"""How much of each source can be found within some access lists? It is counted from rows, and no document is named."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import func
from sqlmodel import col, select

from bot.core.nouns import ListId
from bot.core.portions import portions
from bot.stores.access import access_lists
from bot.stores.database import MOST_PARAMETERS, Database
from bot.stores.tables import DocumentRow


class StoredLibrary:
    """The port `Library`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def documents(self, lists: Collection[ListId]) -> Mapping[str, int]:
        """In one moment: a list that became unsure meanwhile does not count either."""
        found: Counter[str] = Counter()
        its_list, source = col(DocumentRow.list_id), col(DocumentRow.source)
        with self._database.reading() as session:
            sure = [id_ for id_, access in access_lists(session, lists).items() if not access.unsure]
            for some in portions(sorted(sure), MOST_PARAMETERS):
                counted = select(DocumentRow.source, func.count(col(DocumentRow.id))).where(its_list.in_(some))
                found.update(dict(session.exec(counted.group_by(source)).all()))
        return dict(found)
