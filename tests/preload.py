"""What the forked command lines have imported already. Importing starts no thread, and leaves nothing open."""

from bot.settings import quiet_libraries

quiet_libraries()

import chromadb  # noqa: E402, F401
import numpy  # noqa: E402, ICN001, F401

from bot.cli import ask, audit, serve, sources, sync  # noqa: E402, F401
from bot.models import extractive  # noqa: E402, F401
from bot.models.gateway import door  # noqa: E402
from tests import dialects, laid_down  # noqa: E402

door.quiet_litellm()
dialects.share()
laid_down.once()
laid_down.now()
