"""Which model does what, and how one is asked a word, taken out, or brought back. Which models there are is for the settings
of the process to say: nothing here names a new one, for its key and its terms never pass through Slack.
"""

from typing import assert_never

from bot.core.admin import CommandWork, Member, Overview, Reply
from bot.core.clock import Clock
from bot.core.commands import AskModel, Models, PauseModel, ResumeModel
from bot.core.keeping import (
    ModelDesk,
    ModelGoesOn,
    ModelPaused,
    ModelsListed,
    ModelStanding,
    NoSuchModel,
    NotByAWord,
    NotToBePaused,
)

OfModels = Models | AskModel | PauseModel | ResumeModel


def look_after(
    command: OfModels, work: CommandWork, by: Member, models: ModelDesk, overview: Overview, clock: Clock
) -> Reply:
    there = models.standing()
    if isinstance(command, Models):
        spent = overview.spent()
        return ModelsListed(there, (spent.dollars, spent.tokens) if spent.is_limited else None)
    model = next((one for one in there if one.name == command.name), None)
    if model is None:
        return NoSuchModel(command.name, tuple(one.name for one in there))
    match command:
        case AskModel():
            return models.ask_a_word(model) if model.can_be_asked else NotByAWord(model.name)
        case PauseModel():
            return (
                _paused(model, there, work, by, clock)
                if model.is_pausable
                else NotToBePaused(model.name, model.setting)
            )
        case ResumeModel(name):
            return ModelGoesOn(
                name, anew=work.resume_model(name, by.name) or work.recorded("model_resumed") is not None
            )
        case _:
            assert_never(command)


def _paused(
    model: ModelStanding, there: tuple[ModelStanding, ...], work: CommandWork, by: Member, clock: Clock
) -> ModelPaused:
    anew = work.pause_model(model.name, by.name) or work.recorded("model_paused") is not None
    then = tuple(
        one.name
        for one in there
        if one.name != model.name and one.paused_at is None and set(one.does) & set(model.does)
    )
    return ModelPaused(model.name, model.paused_by or by.name, model.paused_at or clock(), anew=anew, then=then)
