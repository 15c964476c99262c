"""How is a value written as TOML? In one way only, so that the same rules have the same text, and the same digest."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(tables: Mapping[str, Any]) -> str:
    """What is read back by `tomllib` as the same."""
    return "\n".join(_lines(tables, ())).strip("\n") + "\n" if tables else ""


def value(of: Any) -> str:
    match of:
        case bool():
            return "true" if of else "false"
        case str():
            return json.dumps(of, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(value, of))}]"
        case dict():
            return "{ " + ", ".join(f"{key(name)} = {value(one)}" for name, one in sorted(of.items())) + " }"
        case _:
            return str(of)


def key(name: str) -> str:
    return name if _BARE.fullmatch(name) else value(name)


def dotted(path: tuple[str, ...]) -> str:
    return ".".join(map(key, path))


def _lines(table: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[str]:
    plain = {name: one for name, one in sorted(table.items()) if not isinstance(one, dict)}
    if at and (plain or not table):
        yield f"\n[{dotted(at)}]"
    yield from (f"{key(name)} = {value(one)}" for name, one in plain.items())
    for name, one in sorted(table.items()):
        if isinstance(one, dict):
            yield from _lines(one, (*at, name))
