"""What of a message are its author's own words? Neither what they quote or paste, nor what somebody else is said to have written,
until that paragraph ends. Pure.
"""

import re
from typing import Final

QUOTED: Final = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|(?<!\w)'([^'\n]+)'(?!\w)")

_PASTED: Final = re.compile(r"(?m)^[ \t]*(?:>|&gt;)[^\n]*|```[\s\S]*?(?:```|\Z)|`[^`\n]+`")
_REPORTED: Final = re.compile(r"(?i)\b(?:says|said|writes|wrote|asks|asked|told (?:me|us)) ?:(?=\s)[\s\S]*?(?=\n\n|\Z)")


def own_words(text: str) -> str:
    return _REPORTED.sub(" ", QUOTED.sub(" ", _PASTED.sub(" ", text)))


def in_place(text: str, between: str = " ") -> str:
    """Each of them where it stands in the text; of what others wrote, every character is this one."""
    for others in (_PASTED, QUOTED, _REPORTED):
        text = others.sub(lambda match: between * len(match.group()), text)
    return text


def unquoted(text: str) -> str:
    """With spaces in the place of what is quoted; what is pasted or reported is still there."""
    return QUOTED.sub(lambda match: " " * len(match.group()), text)


def quotes(text: str) -> list[str]:
    """What is quoted, in order."""
    return [next(filter(None, match.groups())).strip() for match in QUOTED.finditer(text)]
