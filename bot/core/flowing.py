"""Where does a paragraph of a draft end? Whoever wrote it says so; sentences of documents stand on lines of their own."""

from policies.evidence import Answer


def is_text(answer: Answer) -> bool:
    """Whether it reads as one; otherwise they are sentences to write from."""
    return answer.is_draft and any(claim.paragraph is not None for claim in answer.claims)


def between(answer: Answer, number: int) -> str:
    """What stands before this claim, where nothing but letters can."""
    if number == 0:
        return ""
    return " " if follows(answer, number) else "\n\n" if is_text(answer) else "\n"


def follows(answer: Answer, number: int) -> bool:
    """Whether this claim goes on in the paragraph of the one before."""
    if not answer.is_draft or number == 0:
        return False
    before, this = answer.claims[number - 1].paragraph, answer.claims[number].paragraph
    return this is not None and this == before
