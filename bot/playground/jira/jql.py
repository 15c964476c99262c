"""The few words of Jira's query language that a program needs to find its own: clauses with AND, and an order."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.playground.jira.errors import refuse
from bot.playground.jira.nouns import Issue

Wanted = Callable[[Issue], bool]
_ORDER: Final = re.compile(r"\s*\border\s+by\s+(created|key|id)(?:\s+(asc|desc))?\s*$", re.IGNORECASE)
_CLAUSE: Final = re.compile(
    r'(?P<field>project|creator|labels|key|issuekey|summary)\s*(?P<is>=|~)\s*(?P<value>"(?:[^"\\]|\\.)*"|[\w.:-]+(?:\(\))?)',
    re.IGNORECASE,
)


def parsed(jql: str, *, caller: str, project_of: Callable[[Issue], Sequence[str]]) -> tuple[Wanted, bool]:
    """Which issues, and whether the newest come first. A query that would list everything is refused."""
    order = _ORDER.search(jql)
    said = jql[: order.start()] if order else jql
    clauses = [
        _clause(each, caller, project_of) for each in re.split(r"\s+and\s+", said.strip(), flags=re.IGNORECASE) if each
    ]
    if not clauses:
        refuse(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    return lambda issue: all(wanted(issue) for wanted in clauses), bool(order and (order[2] or "").lower() == "desc")


def _clause(said: str, caller: str, project_of: Callable[[Issue], Sequence[str]]) -> Wanted:
    found = _CLAUSE.fullmatch(said.strip())
    if found is None:
        refuse(400, f"Error in the JQL Query: '{said.strip()}' is not understood here.")
    value = re.sub(r"\\(.)", r"\1", found["value"][1:-1]) if found["value"].startswith('"') else found["value"]
    match found["field"].lower(), found["is"]:
        case "project", "=":
            return lambda issue: value in project_of(issue)
        case "creator", "=":
            wanted = caller if value == "currentUser()" else value
            return lambda issue: issue.creator_id == wanted
        case "labels", "=":
            return lambda issue: value in issue.labels
        case (("key" | "issuekey"), "="):
            return lambda issue: issue.key == value
        case "summary", "~":
            return lambda issue: value.lower() in issue.summary.lower()
        case field, sign:
            return refuse(400, f"The operator '{sign}' is not supported by the '{field}' field.")
