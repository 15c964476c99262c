"""The models: the embedder and its weights, and those that write. Each that is hosted is asked one tiny question, on its
terms and within the budgets.
"""

from typing import Final

from bot import app
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.errors import BadUse, Unready
from bot.settings import Settings, variable

_BY_WORDS: Final = "Documents are found by their words alone, and not by what they mean."


def weights(settings: Settings) -> list[Check]:
    return [Check("embedder", lambda: [_built_in(settings)])] if settings.embedder == "builtin" else []


def checks(records: app.Records) -> list[Check]:
    settings = records.settings
    asked = {**settings.strong, **settings.fast}
    hosted = settings.embedder not in {"builtin", "none"}
    return [
        *([Check("embedder", lambda: [_hosted(records)])] if hosted else []),
        *(Check(f"model {name}", lambda name=name, at=at: [_model(records, name, at)]) for name, at in asked.items()),  # type: ignore[misc]
        *([] if asked else [Check("models", lambda: [_NONE])]),
    ]


_NONE: Final = note("models", "None is configured: answers are the documents' own sentences.", fix="FOOTNOTE_MODEL=…")


def _built_in(settings: Settings) -> Finding:
    from bot.models.embedder import MiniLM
    from bot.models.weights import locate

    found = locate(settings.models)
    if found is None:
        return fault(
            "embedder",
            f"Its weights are not in {settings.models}, or are not the right ones.",
            why=_BY_WORDS,
            fix="python -m bot.models.weights",
        )
    made = MiniLM(found).embed(["a word"])
    return well("embedder", f"{found.name} is here, and gives {made.shape[1]} numbers for a text.")


def _hosted(records: app.Records) -> Finding:
    from bot.models.learnt import learnt

    settings = records.settings
    try:
        length = learnt(settings, settings.embedder, None)
    except (BadUse, Unready) as error:
        fix = "Set its provider's key, look at its server and at FOOTNOTE_MODEL_TERMS; or FOOTNOTE_EMBEDDER=builtin"
        return fault("embedder", str(error), why=_BY_WORDS, fix=fix)
    return well("embedder", f"{settings.embedder} answers, with {length} numbers for a text.")


def _model(records: app.Records, name: str, setting: str) -> Finding:
    check = f"model {name}"
    silence = app.ask_a_word(records, name, setting)
    if silence is None:
        return well(check, "It answers.")
    look_at = " and ".join(silence.look_at) or f"its server, the budgets and {variable('model_terms')}"
    return fault(
        check,
        f"It gave no answer ({silence.because.replace('_', ' ')}).",
        why="Others answer in its place, or the documents' own sentences do.",
        fix=f"Look at {look_at}.",
    )
