"""How an admin has the golden set asked, and what it came to before. It is asked elsewhere, in a home of its own: nothing that
people ask is touched by it, and it asks nothing of them.
"""

from bot.core.admin import CommandWork, Member, Reply
from bot.core.commands import Evaluate, ShowEvaluations
from bot.core.evaluated import EvaluationAsked, Evaluations, EvaluationsListed, NoGoldenSet


def evaluate(command: Evaluate | ShowEvaluations, work: CommandWork, by: Member, known: Evaluations) -> Reply:
    if isinstance(command, ShowEvaluations):
        runs = known.runs()
        return EvaluationsListed(runs) if runs or known.is_there else NoGoldenSet()
    if not known.is_there:
        return NoGoldenSet()
    asked = work.recorded("evaluation_asked")
    if asked is not None:
        run = next((one for one in known.runs() if one.id == asked.body["run"]), None)
        if run is not None:
            return EvaluationAsked(run, anew=True)
    return EvaluationAsked(*work.ask_for_evaluation(by))
