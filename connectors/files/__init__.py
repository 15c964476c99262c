"""Documents of an office as Markdown, safely: Word, workbooks, presentations, PDF, and what is text already.

Whatever a stranger's file does, the caller gets a value: what it says with what could not be carried over, or why it
cannot be read. Nothing of it is ever run, and no parser looks into it in our own process.

    kinds                             what a file is, by its first bytes
    conversion  workers  frames       the caller's side: a process at hand, a time, a length
    worker  confinement               the process: a child for each file, with little time, little memory and no hands
    reading                           which reader reads it
    texts  word  sheets  slides  pdf  the readers; `package` looks through a zip before any library does
    numbering                         which number Word shows before a step
    formats  arrangement              how a workbook shows a value, and what it merges and hides
    headers  regions  tabular         where the tables are, and what their columns are called
    places                            where in the document a passage stands, as an address says it
"""

from connectors.files.conversion import close, convert
from connectors.files.kinds import named
from connectors.files.nouns import BROKEN, Converted, Limits, Unreadable

__all__ = ["BROKEN", "Converted", "Limits", "Unreadable", "close", "convert", "named"]
