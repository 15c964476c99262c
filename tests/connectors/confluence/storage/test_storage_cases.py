"""Each thing that a page can be made of, as Markdown. What nobody sees comes first: it becomes no text."""

import pytest

from connectors.confluence.storage import Links, markdown

LINKS = Links(site="https://acme.test/wiki", space="ENG", page="77")
PEOPLE = {"5b10": "Ada Obi", "here": "@here"}


def converted(storage: str) -> str:
    return markdown(storage, links=LINKS, people=PEOPLE).text


def macro(name: str, inner: str = "") -> str:
    return f'<ac:structured-macro ac:name="{name}" ac:schema-version="1">{inner}</ac:structured-macro>'


def parameter(name: str, value: str) -> str:
    return f'<ac:parameter ac:name="{name}">{value}</ac:parameter>'


def p(*said: str) -> str:
    return f"<p>{''.join(said)}</p>"


def rich(body: str) -> str:
    return f"<ac:rich-text-body>{body}</ac:rich-text-body>"


def plain(body: str) -> str:
    return f"<ac:plain-text-body><![CDATA[{body}]]></ac:plain-text-body>"


def link(target: str, body: str = "", anchor: str = "") -> str:
    return f'<ac:link ac:anchor="{anchor}">{target}{body}</ac:link>' if anchor else f"<ac:link>{target}{body}</ac:link>"


def table(*rows: str) -> str:
    return f"<table><colgroup><col /></colgroup><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def task(status: str, body: str) -> str:
    return (
        f"<ac:task><ac:task-id>7</ac:task-id><ac:task-uuid>u-7</ac:task-uuid><ac:task-status>{status}</ac:task-status>"
        f"<ac:task-body>{body}</ac:task-body></ac:task>"
    )


def tasks(*inner: str) -> str:
    return f"<ac:task-list>{''.join(inner)}</ac:task-list>"


def decision(state: str, body: str) -> str:
    return (
        '<ac:adf-node type="decision-item"><ac:adf-attribute key="local-id">d</ac:adf-attribute>'
        f'<ac:adf-attribute key="state">{state}</ac:adf-attribute><ac:adf-content>{body}</ac:adf-content></ac:adf-node>'
    )


UNSEEN = {
    "comment": "<p>seen<!-- secret --></p>",
    "script": "<p>seen</p><script>secret()</script>",
    "style sheet": "<style>.secret {}</style><p>seen</p>",
    "display none": '<p>seen<span style="color: red; DISPLAY : none">secret</span></p>',
    "invisible": '<p style="visibility:hidden">secret</p><p>seen</p>',
    "no size": '<p>seen<span style="font-size: 0px">secret</span></p>',
    "no size at all": '<p>seen<span style="font-size:0.0em">secret</span></p>',
    "transparent": '<p>seen<span style="opacity: 0">secret</span></p>',
    "hidden attribute": '<p hidden="hidden">secret</p><p>seen</p>',
    "hidden row": table("<td>seen</td>").replace("</tbody>", '<tr style="display:none"><td>secret</td></tr></tbody>'),
    "hidden in code": '<p>seen</p><pre><span style="display:none">secret</span></pre>',
    "parameter of a macro": macro("details", parameter("secret", "secret") + rich("<p>seen</p>")),
    "parameter of an unknown macro": "<p>seen</p>" + macro("x", parameter("note", "secret")),
    "hidden body": "<p>seen</p>"
    + macro("info", rich("<p>secret</p>").replace("body>", 'body style="display:none">', 1)),
    "hidden page properties": "<p>seen</p>" + macro("details", parameter("hidden", "true") + rich("<p>secret</p>")),
    "hidden excerpt": "<p>seen</p>" + macro("excerpt", parameter("hidden", "true") + rich("<p>secret</p>")),
    "for some readers only": "<p>seen</p>" + macro("show-if", parameter("group", "hr") + rich("<p>secret</p>")),
    "HTML of a macro": "<p>seen</p>" + macro("html", plain("<!-- secret -->")),
    "placeholder": "<p>seen<ac:placeholder>secret</ac:placeholder></p>",
    "attribute of a node": (
        '<p>seen</p><ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="parameters">'
        '<ac:adf-parameter key="text">secret</ac:adf-parameter></ac:adf-attribute></ac:adf-node></ac:adf-extension>'
    ),
    "id of a task": "<p>seen</p><ac:task-list><ac:task><ac:task-id>secret</ac:task-id></ac:task></ac:task-list>",
    "letters for machines only": "<p>seen" + "".join(chr(0xE0000 + ord(letter)) for letter in "secret") + "</p>",
    "the same as references": "<p>seen" + "".join(f"&#x{0xE0000 + ord(letter):x};" for letter in "secret") + "</p>",
}


@pytest.mark.parametrize("storage", UNSEEN.values(), ids=UNSEEN)
def test_what_no_reader_sees_is_no_text(storage: str) -> None:
    assert converted(storage) == "seen"


PAGE = '<ri:page ri:content-title="Leave policy" ri:space-key="HR" />'
LEAVE = "https://acme.test/wiki/display/HR/Leave+policy"
SMART = "https://acme.test/wiki/spaces/ENG/pages/123/On+call+guide"

CASES = {
    # text
    "paragraphs": ("<p>One\n two</p><p>three</p>", "One two\n\nthree"),
    "text outside of paragraphs": ("One <b>two</b><p>three</p>four", "One **two**\n\nthree\n\nfour"),
    "empty paragraphs": ("<p /><p>&nbsp;</p><p> </p><p>a</p>", "a"),
    "break": ("<p>a<br/>b</p>", "a  \nb"),
    "two breaks": ("<p>a<br/><br/>b</p>", "a\n\nb"),
    "named characters": ("<p>a&nbsp;b &rsquo;c&mdash;&#8364;&#x20AC; &lt;b&gt; &amp;amp;</p>", "a\u00a0b ’c—€€ <b> \\&amp;"),
    "unknown name": ("<p>a &unknown; b</p>", "a &unknown; b"),
    "no names inside CDATA": (macro("noformat", plain("&nbsp; &amp;")), "```\n&nbsp; &amp;\n```"),
    "headings": ("<h1>A</h1><h2><strong>B</strong> c</h2><h6>D</h6><h3> </h3>", "# A\n\n## B c\n\n###### D"),
    "heading that ends with its own sign": ("<h2>C #</h2>", "## C\u00a0#"),
    "looks": ("<p><strong>a </strong><em>b</em><u>c</u></p>", "**a** *b*c"),
    "looks side by side are one": ("<p><b>a</b><strong>b</strong></p>", "**ab**"),
    "looks that would not be read as such": ('<p>a<strong>"b"</strong>c</p>', 'a"b"c'),
    "struck out": ("<p><del>a</del> <s>b</s> <span style='text-decoration: line-through;'>c</span></p>", "~~a~~ ~~b~~ ~~c~~"),
    "struck out inside a word": ('<p>a<s>"b"</s>c</p>', 'a ~~"b"~~ c'),
    "struck out rather than bold": ("<p><s>a <b>b</b> c</s></p>", "~~a b c~~"),
    "colour": ('<p><span style="color: rgb(255,86,48);">red</span></p>', "red"),
    "code": ("<p><code>a_b</code> <code>c`d</code></p>", "`a_b` ``c`d``"),
    "raised": ("<p>10<sup>6</sup>, n<sup>2</sup>, 1<sup>st</sup>, x<sup>n+1</sup>, x<sup>ab c</sup></p>", "10⁶, n², 1st, xⁿ⁺¹, x^(ab c)"),
    "lowered": ("<p>H<sub>2</sub>O, V<sub>max</sub></p>", "H₂O, V_max"),
    "quotation": ("<blockquote><p>a<br/>b</p><p>c</p></blockquote>", "> a  \n> b\n>\n> c"),
    "rule": ("<p>a</p><hr /><p>b</p>", "a\n\n---\n\nb"),
    "date": ('<p>until <time datetime="2026-10-30" /></p>', "until 2026-10-30"),
    "commented text": ('<p>a <ac:inline-comment-marker ac:ref="r">b</ac:inline-comment-marker> c</p>', "a b c"),
    "signs": (
        ('<p><ac:emoticon ac:name="tick" /> <ac:emoticon ac:name="blue-star" ac:emoji-fallback="📝" /> '
        '<ac:emoticon ac:name="x" ac:emoji-shortname=":shipit:" ac:emoji-fallback=":shipit:" /></p>'),
        "✅ 📝 :shipit:",
    ),
    "preformatted": ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
    "terms": ("<dl><dt>T</dt><dd>means</dd></dl>", "T\n\nmeans"),
    "unknown element": ("<p><made-up>a</made-up></p>", "a"),
    # signs that Markdown knows
    "signs that mean nothing": (
        "<p>2 * 3, a_b_c, f(x)[0], 5 < 6 & 7 > 6, C:\\temp, #1, -5, ~10</p>",
        "2 * 3, a_b_c, f(x)[0], 5 < 6 & 7 > 6, C:\\temp, #1, -5, ~10",
    ),
    "signs that would mean something": ("<p>*a* _b_ `c` [d](e)</p>", "\\*a* \\_b_ \\`c\\` [d\\](e)"),
    "typed list": ("<p>How:</p><p>1. a<br/>2. b</p><p>- c</p>", "How:\n\n1. a  \n2. b\n\n- c"),
    "typed footnote": ("<p>* only for managers</p><p># 1</p>", "*\u00a0only for managers\n\n#\u00a01"),
    "typed rule": ("<p>---</p><p>a<br/>===</p>", "\\---\n\na  \n\\==="),
    "typed tag": ("<p>&lt;div&gt;</p>", "\\<div>"),
    "typed fence": ("<p>~~~</p>", "\\~\\~\\~"),
    # lists
    "nested list": ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", "- a\n  - b\n- c"),
    "list astray in a list": ("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c"),
    "numbered from": ('<ol start="5"><li>a</li><li /><li>b</li></ol>', "5. a\n7. b"),
    "numbered from nonsense": ('<ol start="-1e9"><li>a</li></ol>', "1. a"),
    "two paragraphs in an item": ("<ol><li><p>a</p><p>b</p></li></ol>", "1. a\n\n   b"),
    "number typed in an item": ("<ul><li>1. a</li></ul>", "- 1.\u00a0a"),
    "code in an item": (f"<ol><li><p>a</p>{macro('code', plain('b'))}</li></ol>", "1. a\n   ```\n   b\n   ```"),
    "tasks": (
        tasks(task("complete", "<span>a</span>"), task("incomplete", "b")),
        "- [x] a\n- [ ] b",
    ),
    "nested tasks": (
        tasks(task("incomplete", "a" + tasks(task("complete", "b")))),
        "- [ ] a\n  - [x] b",
    ),
    "decisions": (
        (f'<ac:adf-extension><ac:adf-node type="decision-list">{decision("DECIDED", "a")}{decision("UNDECIDED", "b")}'
        "</ac:adf-node><ac:adf-fallback><ul><li>a</li></ul></ac:adf-fallback></ac:adf-extension>"),
        "- **Decision:** a\n- **Open decision:** b",
    ),
    # tables
    "header row": (table("<th>A</th><th>B</th>", "<td>1</td><td>2</td>"), "| A | B |\n|---|---|\n| 1 | 2 |"),
    "header column": (table("<th>A</th><td>1</td>", "<th>B</th><td>2</td>"), "|  |  |\n|---|---|\n| A | 1 |\n| B | 2 |"),
    "no header": (table("<td>1</td><td>2</td>", "<td>3</td><td>4</td>"), "|  |  |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
    "bold header": (table("<td><b>A</b></td><td><b>B</b></td>", "<td>1</td><td>2</td>"), "| A | B |\n|---|---|\n| 1 | 2 |"),
    "header part": ("<table><thead><tr><td>A</td></tr></thead><tr><td>1</td></tr></table>", "| A |\n|---|\n| 1 |"),
    "merged down": (
        table("<th>A</th><th>B</th>", '<td rowspan="2">1</td><td>2</td>', "<td>3</td>", "<td>4</td><td>5</td>"),
        "| A | B |\n|---|---|\n| 1 | 2 |\n| 1 | 3 |\n| 4 | 5 |",
    ),
    "merged across": (
        table("<th>A</th><th>B</th><th>C</th>", '<td>1</td><td colspan="2">2</td>'),
        "| A | B | C |\n|---|---|---|\n| 1 | 2 | 2 |",
    ),
    "merged both ways": (
        table("<th>A</th><th>B</th><th>C</th>", '<td colspan="2" rowspan="2">1</td><td>2</td>', "<td>3</td>"),
        "| A | B | C |\n|---|---|---|\n| 1 | 1 | 2 |\n| 1 | 1 | 3 |",
    ),
    "header over header": (
        table('<th rowspan="2">A</th><th colspan="2">B</th>', "<th>C</th><th>D</th>", "<td>1</td><td>2</td><td>3</td>"),
        "| A | B C | B D |\n|---|---|---|\n| 1 | 2 | 3 |",
    ),
    "title above the header": (
        table('<th colspan="2">Hours</th>', "<th>A</th><th>B</th>", "<td>1</td><td>2</td>"),
        "**Hours**\n\n| A | B |\n|---|---|\n| 1 | 2 |",
    ),
    "section across all columns": (
        table("<th>A</th><th>B</th>", '<td colspan="2">Winter</td>', "<td>1</td><td>2</td>"),
        "| A | B |\n|---|---|\n| Winter |\n| 1 | 2 |",
    ),
    "spans that are nonsense": (
        table("<th>A</th><th>B</th>", '<td rowspan="0" colspan="x">1</td><td>2</td>', "<td>3</td>"),
        "| A | B |\n|---|---|\n| 1 | 2 |\n| 3 |",
    ),
    "empty row": (table("<th>A</th>", "<td />", "<td>1</td>"), "| A |\n|---|\n| 1 |"),
    "row longer than the header": (table("<th>A</th>", "<td>1</td><td>2</td>"), "| A |  |\n|---|---|\n| 1 | 2 |"),
    "bars": (table("<th>A</th>", "<td>a|b <code>c|d</code> \\|</td>"), "| A |\n|---|\n| a\\|b `c\\|d` \\\\\\| |"),
    "lines in a cell": (
        table("<th>A</th>", "<td>a<br/>b.<br/>c</td>", "<td><p>d</p><ol><li>e</li><li>f</li></ol></td>"),
        "| A |\n|---|\n| a · b. c |\n| d · 1. e · 2. f |",
    ),
    "tasks in a cell": (table("<th>A</th>", f"<td>{tasks(task('complete', 'a'))}</td>"), "| A |\n|---|\n| [x] a |"),
    "code in a cell": (table("<th>A</th>", f"<td>{macro('code', plain('a'))}</td>"), "| A |\n|---|\n| `a` |"),
    "table in a cell": (table("<th>A</th>", f"<td>{table('<td>a</td><td>b</td>')}</td>"), "| A |\n|---|\n| a, b |"),
    "box of one cell": (table("<td><p>a</p><ul><li>b</li></ul></td>"), "a\n\n- b"),
    "caption": ("<table><caption>C</caption><tr><th>A</th></tr><tr><td>1</td></tr></table>", "**C**\n\n| A |\n|---|\n| 1 |"),
    # links
    "page of another space": (p(link(PAGE)), f"[Leave policy]({LEAVE})"),
    "page of this space": (
        p(link('<ri:page ri:content-title="On call" />')), "[On call](https://acme.test/wiki/display/ENG/On+call)",
    ),
    "title that is no path": (
        p(link('<ri:page ri:content-title="A/B &amp; C?" />')),
        "[A/B & C?](https://acme.test/wiki/pages/viewpage.action?spaceKey=ENG&title=A%2FB+%26+C%3F)",
    ),
    "words of a link": (
        p(link(PAGE, "<ac:plain-text-link-body><![CDATA[the policy]]></ac:plain-text-link-body>", "Part time")),
        f"[the policy]({LEAVE}#Part-time)",
    ),
    "formatted words of a link": (
        p(link(PAGE, "<ac:link-body>the <strong>policy</strong> <code>x</code></ac:link-body>")),
        f"[the policy `x`]({LEAVE})",
    ),
    "brackets in a link": (
        p(link(PAGE, "<ac:link-body>[HR] policy</ac:link-body>"), " ", link(PAGE, "<ac:link-body>a [b</ac:link-body>")),
        f"[[HR] policy]({LEAVE}) [a \\[b]({LEAVE})",
    ),
    "place on this page": (
        p(link("", "<ac:link-body>below</ac:link-body>", "x")),
        "[below](https://acme.test/wiki/pages/viewpage.action?pageId=77#x)",
    ),
    "space": (p(link('<ri:space ri:space-key="HR" />')), "[HR](https://acme.test/wiki/display/HR)"),
    "blog post": (
        p(link('<ri:blog-post ri:content-title="News" ri:posting-day="2026/01/02" />')),
        "[News](https://acme.test/wiki/display/ENG/2026/01/02/News)",
    ),
    "attachment": (
        p(link('<ri:attachment ri:filename="a b.pdf" />')),
        "[a b.pdf](https://acme.test/wiki/download/attachments/77/a%20b.pdf)",
    ),
    "attachment of another page": (
        p(link('<ri:attachment ri:filename="a.pdf">' + PAGE + "</ri:attachment>")), f"[a.pdf]({LEAVE})",
    ),
    "content by id": (
        p(link('<ri:content-entity ri:content-id="5" />', "<ac:link-body>a</ac:link-body>")),
        "[a](https://acme.test/wiki/pages/viewpage.action?pageId=5)",
    ),
    "address": ('<p><a href="https://x.test/a_b">https://x.test/a_b</a></p>', "https://x.test/a_b"),
    "smart link to a page": (f'<p><a href="{SMART}" data-card-appearance="inline">{SMART}</a></p>', f"[On call guide]({SMART})"),
    "smart link to an issue": (
        '<p><a href="https://jira.test/browse/OPS-9">https://jira.test/browse/OPS-9</a></p>',
        "[OPS-9](https://jira.test/browse/OPS-9)",
    ),
    "relative address": ('<p><a href="/wiki/x?a=b">a</a></p>', "[a](https://acme.test/wiki/x?a=b)"),
    "address that would break out": (
        '<p><a href="https://x.test/a) [b](https://y.test/`|*">a</a></p>',
        "[a](https://x.test/a%29%20%5Bb%5D%28https://y.test/%60%7C%2A)",
    ),
    "address of a script": ('<p><a href="JavaScript:alert(1)">a</a> <a href="data:text/html,x">b</a></p>', "a b"),
    "link after an exclamation": ('<p>Wow!<a href="https://x.test">a</a></p>', "Wow! [a](https://x.test)"),
    "e-mail": ('<p><a href="mailto:a@acme.test">a@acme.test</a></p>', "a@acme.test"),
    "mention": (p("Ask ", link('<ri:user ri:account-id="5b10" />'), "."), "Ask Ada Obi."),
    "mention of nobody known": (p("Ask ", link('<ri:user ri:account-id="gone" />'), "."), "Ask @someone."),
    "mention of a name that pings": (p("Ask ", link('<ri:user ri:account-id="here" />'), "."), "Ask here."),
    # pictures
    "picture with words": (
        '<ac:image ac:alt="Flow"><ri:attachment ri:filename="f.png" /></ac:image>',
        "![Flow](https://acme.test/wiki/download/attachments/77/f.png)",
    ),
    "picture with a caption": (
        '<ac:image ac:alt="Flow"><ri:url ri:value="https://x.test/f.png" /><ac:caption><p>It flows</p></ac:caption></ac:image>',
        "![Flow](https://x.test/f.png)\n\nIt flows",
    ),
    "picture with a caption only": (
        '<ac:image><ri:url ri:value="https://x.test/f.png" /><ac:caption><p>It flows</p></ac:caption></ac:image>',
        "![It flows](https://x.test/f.png)",
    ),
    "picture without words": ('<p>a <ac:image><ri:attachment ri:filename="f.png" /></ac:image></p>', "a"),
    # macros
    "code with a language": (macro("code", parameter("language", "C#") + plain("a\n\n  b")), "```c#\na\n\n  b\n```"),
    "code with a title": (macro("code", parameter("title", "a.py") + plain("a")), "**a.py**\n\n```\na\n```"),
    "code with fences inside": (macro("code", plain("```\na\n````")), "`````\n```\na\n````\n`````"),
    "code with an end of CDATA": (macro("code", plain("a]]]]><![CDATA[>b")), "```\na]]>b\n```"),
    "language that is none": (macro("code", parameter("language", "py` x") + plain("a")), "```pyx\na\n```"),
    "panel with a title": (macro("info", parameter("title", "T") + rich("<p>a</p>")), "> **T**\n>\n> a"),
    "panel without a title": (macro("warning", rich("<p>a</p><p>b</p>")), "> **Warning:** a\n>\n> b"),
    "panel of a list": (macro("note", rich("<ul><li>a</li></ul>")), "> **Note:**\n> - a"),
    "panel of a table": (
        macro("tip", rich(table("<th>A</th>", "<td>1</td>"))), "**Tip:**\n\n| A |\n|---|\n| 1 |",
    ),
    "panel that is only a frame": (macro("panel", rich("<p>a</p>")), "> a"),
    "panel of the new editor": (
        ('<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">error</ac:adf-attribute>'
        "<ac:adf-content><p>a</p></ac:adf-content></ac:adf-node><ac:adf-fallback><p>b</p></ac:adf-fallback></ac:adf-extension>"),
        "> **Error:** a",
    ),
    "unknown node with a fallback": (
        '<ac:adf-extension><ac:adf-node type="x" /><ac:adf-fallback><p>b</p></ac:adf-fallback></ac:adf-extension>', "b",
    ),
    "expand": (macro("expand", parameter("title", "Why?") + rich("<p>a</p>")), "**Why?**\n\na"),
    "status": (p("It is ", macro("status", parameter("title", "In review") + parameter("colour", "Blue")), "."), "It is In review."),
    "excerpt": (macro("excerpt", rich("<p>a</p>")), "a"),
    "include": (macro("include", parameter("", link(PAGE))), f"[Leave policy]({LEAVE})"),
    "include of an excerpt, as text": (macro("excerpt-include", parameter("", "HR:Leave policy")), f"[Leave policy]({LEAVE})"),
    "Jira issue": (p("See ", macro("jira", parameter("server", "S") + parameter("key", "OPS-1")), "."), "See OPS-1."),
    "what leads around": (macro("toc") + macro("children") + "<p>a</p>", "a"),
    "unknown macro with text": (macro("x", rich("<p>a</p>")), "a"),
    "unknown macro with plain text": (macro("x", plain("a")), "```\na\n```"),
    "formula": (p("So ", macro("mathinline", parameter("body", "E=mc^2")), "."), "So `E=mc^2`."),
    "formula of its own": (macro("mathblock", plain("a_1 = b")), "```math\na_1 = b\n```"),
    "columns": (
        ("<ac:layout><ac:layout-section><ac:layout-cell><p>a</p></ac:layout-cell><ac:layout-cell>b</ac:layout-cell>"
        "</ac:layout-section></ac:layout>"),
        "a\n\nb",
    ),
    "old columns": (macro("section", rich(macro("column", rich("<p>a</p>")) + macro("column", rich("<p>b</p>")))), "a\n\nb"),
    "file": (
        macro("view-file", parameter("name", '<ri:attachment ri:filename="a.xlsx" />')),
        "[a.xlsx](https://acme.test/wiki/download/attachments/77/a.xlsx)",
    ),
    "person": (macro("profile", parameter("user", '<ri:user ri:account-id="5b10" />')), "Ada Obi"),
}  # fmt: skip


@pytest.mark.parametrize(("storage", "text"), CASES.values(), ids=CASES)
def test_page_becomes_markdown(storage: str, text: str) -> None:
    assert converted(storage) == text


def test_without_the_id_of_the_page_its_own_places_and_files_have_no_address() -> None:
    storage = p(link("", "<ac:link-body>below</ac:link-body>", "x"), " ", link('<ri:attachment ri:filename="a.pdf" />'))
    assert markdown(storage, links=Links(site="https://acme.test", space="ENG")).text == "below a.pdf"
