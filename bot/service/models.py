"""Which models the settings name, on which terms, and how each stands. Only an admin sees it."""

from collections.abc import Iterator, Mapping

from bot import app
from bot.core.keeping import Does, ModelStanding, ModelTested
from bot.settings import variable
from bot.stores.halts import MODEL, Halts
from policies.disclosure import Terms


class ModelsInUse:
    """The port `ModelDesk`."""

    def __init__(self, records: app.Records) -> None:
        self._records = records

    def standing(self) -> tuple[ModelStanding, ...]:
        from bot.models.declared import declared

        found: dict[str, tuple[tuple[Does, ...], str]] = {}
        for one, named in self._named():
            for name, setting in named.items():
                before = found.get(name, ((), setting))
                found[name] = ((*before[0], one), before[1])
        heard, paused = app.watch(self._records).all_heard(), Halts(self._records.database).of(MODEL)
        disclosure = declared(self._records.settings)
        standing = []
        for name, (does, setting) in found.items():
            terms, last, by = disclosure.of(name), heard.get(name), paused.get(name)
            standing.append(
                ModelStanding(
                    name=name,
                    does=does,
                    setting=setting,
                    at=terms.is_at,
                    region=terms.region,
                    is_local=terms.local,
                    sources=_sources(terms),
                    may_be_sent=disclosure.may_be_sent(name),
                    answered_at=last.answered_at if last is not None else None,
                    failed_at=last.failed_at if last is not None else None,
                    because=last.because if last is not None else None,
                    paused_by=by.by if by is not None else None,
                    paused_at=by.at if by is not None else None,
                )
            )
        return tuple(standing)

    def ask_a_word(self, model: ModelStanding) -> ModelTested:
        silence = app.ask_a_word(self._records, model.name, model.setting)
        return ModelTested(model.name, *silence) if silence is not None else ModelTested(model.name)

    def _named(self) -> Iterator[tuple[Does, Mapping[str, str]]]:
        settings = self._records.settings
        yield "writes", settings.strong
        yield "writes quickly", settings.fast
        yield "judges", settings.judges
        yield "ranks", {settings.reranker: variable("reranker")} if settings.reranker is not None else {}
        is_hosted = settings.embedder not in {"builtin", "none"}
        yield "embeds", {settings.embedder: variable("embedder")} if is_hosted else {}


def _sources(terms: Terms) -> tuple[str, ...] | None:
    return None if terms.sources == "all" else tuple(sorted(terms.sources))
