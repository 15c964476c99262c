"""The small language in which Block Kit's shapes are written down, and Slack's words for what does not fit."""

from collections.abc import Callable, Mapping
from typing import Any

Complaints = list[str]
Check = Callable[[Any, str], Complaints]


def problem(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"


def string(most: int, *, least: int = 0) -> Check:
    def check(value: Any, at: str) -> Complaints:
        if not isinstance(value, str):
            return [problem("must be a string", at)]
        if len(value) < least:
            return [problem(f"must be more than {least - 1} characters", at)]
        if len(value) > most:
            return [problem(f"must be less than {most + 1} characters", at)]
        return []

    return check


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object: ``plain_text`` or ``mrkdwn``, as far as the place allows both."""

    def check(value: Any, at: str) -> Complaints:
        if not isinstance(value, dict):
            return [problem("must provide an object", at)]
        if value.get("type") not in kinds:
            return [problem(f"unsupported type: {value.get('type')}", f"{at}/type")]
        wrong = string(most, least=least)(value.get("text"), f"{at}/text")
        return [*wrong, problem("failed to match all allowed schemas", at)] if wrong else []

    return check


def one_of(*allowed: object) -> Check:
    def check(value: Any, at: str) -> Complaints:
        return [] if value in allowed else [problem("must be one of the allowed values", at)]

    return check


def boolean(value: Any, at: str) -> Complaints:
    return [] if isinstance(value, bool) else [problem("must be a boolean", at)]


def anything(value: Any, at: str) -> Complaints:
    return [] if value is not None else [problem("must not be null", at)]


def array(of: Check, *, most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Complaints:
        if not isinstance(value, list):
            return [problem("must be an array", at)]
        if len(value) < least:
            return [problem(f"no fewer than {least} items allowed", at)]
        if len(value) > most:
            return [problem(f"no more than {most} items allowed", at)]
        return [c for i, item in enumerate(value) for c in of(item, f"{at}/{i}")]

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these fields and no others."""

    def check(value: Any, at: str) -> Complaints:
        if not isinstance(value, dict):
            return [problem("must provide an object", at)]
        found = [problem(f"missing required field: {name}", at) for name in required if value.get(name) is None]
        for name, item in value.items():
            of = required.get(name) or optional.get(name)
            if of is None:
                found.append(problem(f"invalid additional property: {name}", at))
            elif item is not None:
                found += of(item, f"{at}/{name}")
        return found

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    def check(value: Any, at: str) -> Complaints:
        if not isinstance(value, dict):
            return [problem("must provide an object", at)]
        kind = value.get("type")
        if kind is None:
            return [problem("missing required field: type", at)]
        of = kinds.get(kind) if isinstance(kind, str) else None
        return of(value, at) if of else [problem(f"unsupported type: {kind}", f"{at}/type")]

    return check


def lazily(make: Callable[[], Check]) -> Check:
    """For shapes that contain themselves."""

    def check(value: Any, at: str) -> Complaints:
        return make()(value, at)

    return check
