"""What a browser is told at the end of an installation. None of it repeats what a request said."""

from typing import Final

DONE: Final = (
    "Footnote is in your workspace. You may close this page. In Slack, /footnote shows you, its first admin, how it is."
)
CANCELLED: Final = "Nothing was installed."
STALE: Final = (
    "This page was opened too late, twice, or in another browser than the one that began. Nothing was installed. Begin again "
    "at /slack/install."
)
AGAIN: Final = "Slack did not confirm it. Nothing was installed. Begin again at /slack/install."
NOT_HERE: Final = "This Footnote is not for that workspace. Nothing is kept of it; remove the app there."
ONE_BY_ONE: Final = "An app of a whole organisation is not served here. Install it in one workspace of it."
