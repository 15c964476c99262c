"""What is a sentence of a conversation likely to be: a decision, somebody's task, a day by which, a question? Told by words of a
few languages, as people write them to each other. It is for choosing sentences, and proves nothing.
"""

import re
from enum import StrEnum
from typing import Final

_DAYS: Final = r"""
    (?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|next\ week|end\ of\ (?:day|week|month)|eod|deadline
    |(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|morgen|nächste\ woche|frist
    |lundi|mardi|mercredi|jeudi|vendredi|demain|lunes|martes|miércoles|jueves|viernes|mañana
    |(?:maan|dins|woens|donder|vrij)dag|volgende\ week
"""


class Cue(StrEnum):
    DECISION = "decision"
    TASK = "task"
    DAY = "day"
    QUESTION = "question"


_SHOWN: Final = {
    Cue.DECISION: r"""
        \b(?:decided|decision|agreed|approved|settled|conclusion|resolved|root\ cause|let'?s\ (?:go|do|use|take|keep|ship|move)
        |we(?:'ll|\ will|\ are\ going\ to)\ (?:go|use|take|keep|do|ship|move|stay|start|stop)
        |beschl\w+|entschieden|entscheidung|einig(?:en|ten|t)?|abgemacht|genehmigt|freigegeben|wir\ (?:machen|nehmen|bleiben)
        |décid\w+|validé\w*|on\ (?:part|garde|prend|fait)|decidi\w+|acord\w+|aprobad\w+|quedamos
        |besloten|besluit\w*|afgesproken|akkoord)\b|決定|決ま|決め|合意|承認
    """,
    Cue.TASK: r"""
        \b(?:i'?ll|i\ will|i\ can\ (?:do|take|send|check)|can\ you|could\ you|please|will\ you|takes?\ care|to-?do|action\ item
        |ich\ (?:mache|übernehme|schicke|kümmere|kläre|frage|werde|prüfe)|kannst\ du|könntest\ du|bitte
        |je\ (?:m'en|m'occupe|envoie|vais)|peux-tu|pouvez-vous|merci\ de|me\ encargo|voy\ a|puedes|por\ favor
        |ik\ (?:ga|zal|regel|doe|stuur|vraag)|kun\ je|kan\ je|graag)\b|(?<!\w)@\w|お願い|やります|担当
    """,
    Cue.DAY: rf"\b(?:{_DAYS})\b|\b\d{{1,2}}[./:]\d{{1,2}}\b|\b20\d\d-\d\d-\d\d\b|明日|来週|月曜|火曜|水曜|木曜|金曜|までに",
    Cue.QUESTION: r"""[?？]["'”’)\]*_`]*$|か。$""",
}
_ASKED_FOR: Final = {
    Cue.DECISION: r"\b(?:decid\w*|decision\w*|agreed?|beschl\w+|entsch\w+|décid\w*|decidi\w*|besl\w+)\b|決",
    Cue.TASK: r"""\b(?:action\ items?|action\ points?|tasks?|to-?dos?|who\ (?:does|has\ to|will|is\ doing)|aufgaben?|wer\ macht
        |tâches?|tareas?|taken|actiepunten)\b|担当|タスク""",
    Cue.QUESTION: r"\b(?:open\ (?:questions?|points?|issues?)|offene\w*\ (?:fragen?|punkte?)|questions?\ ouvertes?)\b|未解決",
}


def _compiled(patterns: dict[Cue, str]) -> dict[Cue, re.Pattern[str]]:
    return {cue: re.compile(pattern, re.IGNORECASE | re.VERBOSE) for cue, pattern in patterns.items()}


_SEEN, _WANTED = _compiled(_SHOWN), _compiled(_ASKED_FOR)


def cues(sentence: str) -> frozenset[Cue]:
    plain = sentence.replace("’", "'").strip()
    return frozenset(cue for cue, pattern in _SEEN.items() if pattern.search(plain))


def asked_for(question: str) -> frozenset[Cue]:
    """Of what sort alone a summary is to be; none: of all."""
    wanted = frozenset(cue for cue, pattern in _WANTED.items() if pattern.search(question))
    return wanted | {Cue.DAY} if Cue.TASK in wanted else wanted
