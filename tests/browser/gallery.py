"""One message for each kind of block that Slack shows: what a client has to be able to draw."""

from typing import Any

Json = dict[str, Any]
LINK = "https://acme.test/handbook"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(name: str) -> Json:
    return {"text": plain(name.title()), "value": name}


def words(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(style: str, *lines: Json, indent: int = 0) -> Json:
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": list(lines)}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def task(name: str, status: str) -> Json:
    return {
        "type": "task_card",
        "task_id": name,
        "title": f"Read {name}",
        "status": status,
        "details": rich(line(words("page by page"))),
        "output": rich(line(words("three pages"))),
        "sources": [{"type": "url", "url": LINK, "text": "Handbook"}],
    }


def gallery(person: str, channel: str) -> dict[str, list[Json]]:
    """By name; ``person`` and ``channel`` are the ids that it mentions."""
    return {
        "header and divider": [{"type": "header", "text": plain("A header")}, {"type": "divider"}],
        "section": [
            {"type": "section", "text": mrkdwn(f"*bold* _italic_ ~struck~ `code` <{LINK}|a link> <@{person}>")},
            {"type": "section", "fields": [mrkdwn("*Left*\none"), mrkdwn("*Right*\ntwo")]},
            {
                "type": "section",
                "text": plain("With a button beside it"),
                "accessory": {"type": "button", "action_id": "beside", "text": plain("Beside"), "value": "1"},
            },
        ],
        "context": [{"type": "context", "elements": [mrkdwn("small *print*"), plain("and plain")]}],
        "table": [
            {
                "type": "table",
                "column_settings": [{"is_wrapped": True}, {"align": "right"}],
                "rows": [
                    [cell("City"), cell("Allowance")],
                    [cell("Porto"), cell("€ 600")],
                    [cell("Opening hours"), cell("07:00–22:00, at 10:30:45 :tada:")],
                    [rich(line(words("Utrecht", bold=True))), cell("€ 750")],
                ],
            }
        ],
        "rich text": [
            rich(
                line(
                    words("bold", bold=True),
                    words(" italic", italic=True),
                    words(" struck", strike=True),
                    words(" code ", code=True),
                    {"type": "link", "url": LINK, "text": "the handbook"},
                    words(" by "),
                    {"type": "user", "user_id": person},
                    words(" in "),
                    {"type": "channel", "channel_id": channel},
                    words(" "),
                    {"type": "emoji", "name": "tada", "unicode": "1f389"},
                    words(" for "),
                    {"type": "broadcast", "range": "here"},
                ),
                bullets("bullet", line(words("first point")), line(words("second point"))),
                bullets("bullet", line(words("below the second")), indent=1),
                bullets("ordered", line(words("step one")), line(words("step two"))),
                {"type": "rich_text_quote", "elements": [words("what somebody said")]},
                {"type": "rich_text_preformatted", "elements": [words("def f():\n    return 1")]},
            )
        ],
        "markdown": [
            {
                "type": "markdown",
                "text": f"## A title\n\n**strong** and [a link]({LINK})\n\n- one\n- two\n\n```\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            }
        ],
        "task card": [task("one", "complete"), task("two", "in_progress"), task("three", "error")],
        "plan": [{"type": "plan", "title": "What I do", "tasks": [task("first", "complete"), task("then", "pending")]}],
        "alert": [
            {"type": "alert", "text": mrkdwn(f"This is *{level}*"), "level": level}
            for level in ("default", "info", "warning", "error", "success")
        ],
        "card": [
            {
                "type": "card",
                "title": plain("A card"),
                "subtitle": plain("with a subtitle"),
                "body": mrkdwn("and *words*"),
                "actions": [{"type": "button", "action_id": "on the card", "text": plain("Open")}],
            }
        ],
        "feedback": [
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "action_id": "feedback",
                        "positive_button": {"text": plain("Good"), "value": "good"},
                        "negative_button": {"text": plain("Bad"), "value": "bad"},
                    }
                ],
            }
        ],
        "actions": [
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "plain", "text": plain("Plain"), "value": "p"},
                    {"type": "button", "action_id": "primary", "text": plain("Primary"), "style": "primary"},
                    {
                        "type": "button",
                        "action_id": "danger",
                        "text": plain("Delete"),
                        "style": "danger",
                        "confirm": {
                            "title": plain("Delete it?"),
                            "text": mrkdwn("This cannot be *undone*."),
                            "confirm": plain("Yes, delete"),
                            "deny": plain("Keep it"),
                            "style": "danger",
                        },
                    },
                    {"type": "overflow", "action_id": "more", "options": [option("copy"), option("archive")]},
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "action_id": "colour",
                        "placeholder": plain("A colour"),
                        "options": [option("red"), option("green")],
                    },
                    {"type": "users_select", "action_id": "who", "placeholder": plain("A person")},
                    {"type": "datepicker", "action_id": "day"},
                ],
            },
        ],
    }
