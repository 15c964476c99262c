"""Where do blanks stand? One where there were several; none at the ends, nor at a break, nor inside the edges of a link or
of code. A link has one look, for its words are one quotation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from connectors.markdown.blocks import BREAK, Look, Run

_BREAK = BREAK.text


def spaced(runs: Iterable[Run]) -> list[Run]:
    found: list[Run] = []
    last = _BREAK
    for run in _with_edges_apart(runs):
        if run.text == _BREAK:
            _strip_end(found)
            found.append(run)
            last = _BREAK
        elif text := _after(last, run.text):
            found.append(run if text == run.text else replace(run, text=text))
            last = text[-1]
    _strip_end(found)
    return found


def edges(text: str) -> tuple[str, str, str]:
    """The white space before, what is between, the white space behind."""
    inner = text.strip()
    at = text.find(inner) if inner else len(text)
    return text[:at], inner, text[at + len(inner) :]


def _after(last: str, text: str) -> str:
    return text.lstrip() if last == _BREAK else text.lstrip(" ") if last.isspace() else text


def _with_edges_apart(runs: Iterable[Run]) -> Iterator[Run]:
    for link, group in groupby(runs, key=lambda run: run.link):
        inner = [piece for run in group for piece in _code_apart(run)]
        yield from _link_apart(inner) if link else inner


def _code_apart(run: Run) -> Iterator[Run]:
    if not run.code:
        yield run
        return
    before, text, after = edges(run.text)
    for piece, is_code in ((before, False), (text, True), (after, False)):
        if piece:
            yield replace(run, text=piece, code=is_code)


def _link_apart(runs: Sequence[Run]) -> Iterator[Run]:
    said = [at for at, run in enumerate(runs) if run.text.strip()]
    if not said:
        yield from (replace(run, link="", image=False) for run in runs)
        return
    looks = {runs[at].look for at in said}
    is_mixed = len(looks) > 1 and Look.STRUCK not in looks
    for at, run in enumerate(runs):
        plain = replace(run, link="", image=False)
        before, text, after = edges(run.text)
        if not said[0] <= at <= said[-1]:
            yield plain
            continue
        if at == said[0]:
            yield replace(plain, text=before, code=False)
        inside = ("" if at == said[0] else before) + text + ("" if at == said[-1] else after)
        yield replace(run, text=inside, look=Look.PLAIN if is_mixed else run.look)
        if at == said[-1]:
            yield replace(plain, text=after, code=False)


def _strip_end(found: list[Run]) -> None:
    while found and found[-1].text != _BREAK and not found[-1].text.strip():
        found.pop()
    if found and found[-1].text != _BREAK and found[-1].text[-1:].isspace():
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
