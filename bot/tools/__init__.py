"""What can be done at a target, one file a tool: what it takes, and its one write. Whether it may be done at all, who has to
agree and how often it is tried is not decided here.
"""

from bot.tools.confluence_comment import ConfluenceComment
from bot.tools.confluence_create_page import ConfluenceCreatePage
from bot.tools.drive_share_file import DriveShareFile
from bot.tools.jira_comment import JiraComment
from bot.tools.jira_create_issue import JiraCreateIssue
from bot.tools.slack_post_message import SlackPostMessage

__all__ = [
    "ConfluenceComment",
    "ConfluenceCreatePage",
    "DriveShareFile",
    "JiraComment",
    "JiraCreateIssue",
    "SlackPostMessage",
]
