"""Jira's third API, as far as a program needs it that makes issues and comments for people. One function an endpoint."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.playground.jira.call import Call
from bot.playground.jira.document import is_document, text
from bot.playground.jira.errors import no_issue, refuse
from bot.playground.jira.jql import parsed
from bot.playground.jira.nouns import COMMENT, CREATE, MOST_OF_A_SUMMARY, MOST_OF_A_TEXT, Comment, Issue, Json, Project
from bot.playground.loopback.replies import Reply, as_json

if TYPE_CHECKING:
    from bot.playground.world import Person

# -- people


def myself(call: Call) -> Reply:
    return as_json(_person(call, call.caller.account_id))


def users(call: Call) -> Reply:
    """Those whose name or address begins so. Who may not browse people finds nobody; who hides their address is not found
    by it.
    """
    wanted = call.param("query").lower()
    if not wanted:
        refuse(400, "The query parameter was not provided.")
    found = [each for each in call.world.people.values() if call.caller.admin and _begins(each, wanted)]
    start, most = call.number("startAt", 0), call.number("maxResults", 50)
    return Reply(_list([_person(call, each.account_id) for each in found[start : start + most]]))


def _begins(person: "Person", wanted: str) -> bool:
    words = [*person.name.lower().split(), person.email.lower() if person.email_shown else ""]
    return person.status != "closed" and any(word.startswith(wanted) for word in words if word)


def _person(call: Call, account_id: str) -> Json:
    person = call.world.people.get(account_id)
    if person is None:
        return {"accountId": account_id, "accountType": "unknown", "displayName": "Former user", "active": False}
    shown = {"emailAddress": person.email} if person.email_shown and person.email else {}
    return {
        "self": f"{call.base}/rest/api/3/user?accountId={account_id}",
        "accountId": account_id,
        "accountType": "app" if person.app else "atlassian",
        "displayName": person.name,
        "active": person.active,
    } | shown


def check_permissions(call: Call) -> Reply:
    """Of oneself everybody may ask, of others the administrators. What is not there is passed over in silence."""
    said = call.said()
    whom = str(said.get("accountId") or call.caller.account_id)
    if whom != call.caller.account_id and not call.caller.admin:
        refuse(403, "You do not have permission to view the permissions of other users.")
    if whom not in call.world.people:
        refuse(400, f"The user with account id '{whom}' does not exist.")
    found: list[Json] = []
    for asked in said.get("projectPermissions") or ():
        projects = [each for each in map(str, asked.get("projects") or ()) if each in call.site.projects]
        issues = [each for each in map(str, asked.get("issues") or ()) if each in call.site.issues]
        found += [_permitted(call, whom, str(each), projects, issues) for each in asked.get("permissions") or ()]
    return as_json({"projectPermissions": found, "globalPermissions": []})


def _permitted(call: Call, whom: str, permission: str, projects: Sequence[str], issues: Sequence[str]) -> Json:
    site = call.site
    return {
        "permission": permission,
        "projects": [int(each) for each in projects if site.may(whom, permission, site.projects[each])],
        "issues": [
            int(each)
            for each in issues
            if site.may(whom, permission, site.projects[site.issues[each].project_id], site.issues[each])
        ],
    }


# -- projects


def project(call: Call) -> Reply:
    found = call.project(call.named["key"])
    return as_json(_project(call, found) | {"issueTypes": _types(found)})


def _project(call: Call, project: Project) -> Json:
    return {
        "self": f"{call.base}/rest/api/3/project/{project.id}",
        "id": project.id,
        "key": project.key,
        "name": project.name,
    }


def issue_types(call: Call) -> Reply:
    """Those of which this caller may make issues."""
    found = call.project(call.named["key"])
    listed = _types(found) if call.may(CREATE, found) else []
    return as_json({"startAt": 0, "maxResults": 50, "total": len(listed), "issueTypes": listed})


def _types(project: Project) -> list[Json]:
    return [
        {"id": f"{project.id}{number}", "name": name, "subtask": False, "untranslatedName": name}
        for number, name in enumerate(project.types)
    ]


# -- issues


def create_issue(call: Call) -> Reply:
    fields = call.said().get("fields")
    if not isinstance(fields, dict):
        refuse(400, "Field 'fields' is required.")
    where = fields.get("project") or {}
    try:
        project = call.site.project(str(where.get("id") or where.get("key")))
    except LookupError:
        refuse(400, fields={"project": "valid project is required"})
    if not call.may(CREATE, project):
        refuse(400, fields={"project": "You cannot create issues in this project."})
    summary, description = fields.get("summary"), fields.get("description")
    wrong = _wrong_with(summary, description) | _wrong_type(project, fields.get("issuetype") or {})
    if wrong:
        refuse(400, fields=wrong)
    made = call.site.add_issue(
        project.id,
        str(summary),
        description,
        type=_type(project, fields["issuetype"]),
        author=call.caller.account_id,
        labels=map(str, fields.get("labels") or ()),
        properties=_properties(call),
    )
    return as_json({"id": made.id, "key": made.key, "self": f"{call.base}/rest/api/3/issue/{made.id}"}, status=201)


def _wrong_with(summary: object, description: object) -> dict[str, str]:
    wrong = {}
    if not isinstance(summary, str) or not summary.strip():
        wrong["summary"] = "You must specify a summary of the issue."
    elif len(summary) > MOST_OF_A_SUMMARY:
        wrong["summary"] = f"Summary must be less than {MOST_OF_A_SUMMARY} characters."
    elif "\n" in summary or "\r" in summary:
        wrong["summary"] = "The summary is invalid because it contains newline characters."
    return wrong | _wrong_text("description", description)


def _wrong_text(name: str, document: object) -> dict[str, str]:
    if document is None:
        return {}
    if not is_document(document):
        return {name: "Operation value must be an Atlassian Document (see the Atlassian Document Format)"}
    assert isinstance(document, dict)
    if len(text(document)) > MOST_OF_A_TEXT:
        return {name: f"The entered text is too long. It exceeds the allowed limit of {MOST_OF_A_TEXT} characters."}
    return {}


def _wrong_type(project: Project, said: Mapping[str, Any]) -> dict[str, str]:
    return {} if _type(project, said) else {"issuetype": "Specify a valid issue type"}


def _type(project: Project, said: Mapping[str, Any]) -> str:
    found = (
        each["name"] for each in _types(project) if said.get("id") == each["id"] or said.get("name") == each["name"]
    )
    return next(found, "")


def _properties(call: Call) -> dict[str, Any]:
    given = call.said().get("properties") or ()
    return {str(each["key"]): each.get("value") for each in given if isinstance(each, dict) and each.get("key")}


def issue(call: Call) -> Reply:
    found = call.issue(call.named["key"])
    return as_json(_issue(call, found, call.several("fields") or ["*all"], call.several("properties")))


def _issue(call: Call, issue: Issue, fields: Sequence[str], properties: Sequence[str] = ()) -> Json:
    project = call.site.project(issue.project_id)
    whole: Json = {
        "summary": issue.summary,
        "description": issue.description,
        "project": _project(call, project),
        "issuetype": next(each for each in _types(project) if each["name"] == issue.type),
        "creator": _person(call, issue.creator_id),
        "reporter": _person(call, issue.creator_id),
        "created": _moment(issue.created),
        "labels": issue.labels,
        "comment": {"comments": [_comment(call, each) for each in issue.comments], "total": len(issue.comments)},
    }
    shown = whole if {"*all", "*navigable"} & set(fields) else {n: v for n, v in whole.items() if n in fields}
    found: Json = {"id": issue.id, "key": issue.key, "self": f"{call.base}/rest/api/3/issue/{issue.id}"}
    found |= {"fields": shown} if shown else {}
    held = {name: value for name, value in issue.properties.items() if name in properties or "*all" in properties}
    return found | ({"properties": held} if properties else {})


def property_of_issue(call: Call) -> Reply:
    return _property(call.issue(call.named["key"]).properties, call.named["property"])


def search(call: Call) -> Reply:
    """What is newer than the index is not found, but for the issues that one names to reconcile."""
    wanted, newest_first = parsed(
        call.param("jql"),
        caller=call.caller.account_id,
        project_of=lambda issue: (issue.project_id, call.site.project(issue.project_id).key),
    )
    named = set(call.several("reconcileIssues"))
    index = call.site.indexed
    found = [
        each
        for each in call.site.issues.values()
        if (index is None or each.id in index or each.id in named) and wanted(each) and call.sees(each)
    ]
    found.sort(key=lambda each: (each.created, int(each.id)), reverse=newest_first)
    start, most = int(call.param("nextPageToken") or 0), min(call.number("maxResults", 50), 100)
    fields, properties = call.several("fields"), call.several("properties")
    body: Json = {"issues": [_issue(call, each, fields, properties) for each in found[start : start + most]]}
    last = start + most >= len(found)
    return as_json(body | {"isLast": last} | ({} if last else {"nextPageToken": str(start + most)}))


def old_search(_: Call) -> Reply:
    refuse(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")


# -- comments


def create_comment(call: Call) -> Reply:
    found = call.issue(call.named["key"])
    if not call.may(COMMENT, call.site.project(found.project_id), found):
        refuse(403, "You do not have the permission to comment on this issue.")
    body = call.said().get("body")
    wrong = _wrong_text("comment", body) if body is not None else {"comment": "Comment body can not be empty!"}
    if wrong:
        refuse(400, fields=wrong)
    assert isinstance(body, dict)
    made = call.site.add_comment(found.id, body, author=call.caller.account_id, properties=_properties(call))
    return as_json(_comment(call, made, found), status=201)


def comments(call: Call) -> Reply:
    found = call.issue(call.named["key"])
    listed = sorted(
        found.comments, key=lambda each: (each.created, int(each.id)), reverse=call.param("orderBy") == "-created"
    )
    start, most = call.number("startAt", 0), min(call.number("maxResults", 100), 100)
    window = [_comment(call, each, found) for each in listed[start : start + most]]
    return as_json({"startAt": start, "maxResults": most, "total": len(listed), "comments": window})


def property_of_comment(call: Call) -> Reply:
    try:
        issue, found = call.site.comment(call.named["id"])
    except LookupError:
        refuse(404, "Can not find a comment for the id.")
    if not call.sees(issue):
        no_issue()
    return _property(found.properties, call.named["property"])


def _property(held: Mapping[str, Any], name: str) -> Reply:
    if name not in held:
        refuse(404, f"The property {name} does not exist.")
    return as_json({"key": name, "value": held[name]})


def _comment(call: Call, comment: Comment, issue: Issue | None = None) -> Json:
    link = {"self": f"{call.base}/rest/api/3/issue/{issue.id}/comment/{comment.id}"} if issue is not None else {}
    return link | {
        "id": comment.id,
        "author": _person(call, comment.author_id),
        "body": comment.body,
        "created": _moment(comment.created),
        "jsdPublic": True,
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _list(found: Sequence[Json]) -> bytes:
    return json.dumps(list(found)).encode()
