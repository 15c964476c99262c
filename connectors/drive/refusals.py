"""Why does Google say no? Its status alone does not tell: 403 is said of a file, of a right, and of haste. Pure."""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from connectors.http import Refused

TOO_LARGE_TO_EXPORT: Final = "exportSizeLimitExceeded"
_HASTE: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_OF_A_FILE: Final = frozenset(
    {
        "insufficientFilePermissions",
        "appNotAuthorizedToFile",
        "cannotDownloadFile",
        "cannotDownloadAbusiveFile",
        "cannotExportFile",
        "fileNotDownloadable",
        "fileNotExportable",
        "forbidden",
        "notFound",
        TOO_LARGE_TO_EXPORT,
    }
)


class _Error(BaseModel):
    model_config = ConfigDict(extra="ignore")

    reason: str = ""


class _Errors(BaseModel):
    model_config = ConfigDict(extra="ignore")

    errors: tuple[_Error, ...] = ()


def _of_a_token(value: object) -> object:
    """Where tokens are had an error is one word."""
    return {"errors": [{"reason": value}]} if isinstance(value, str) else value


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")

    error: Annotated[_Errors, BeforeValidator(_of_a_token)] = _Errors()


def reasons(refused: Refused) -> frozenset[str]:
    try:
        found = _Body.model_validate_json(refused.body)
    except ValidationError:
        return frozenset()
    return frozenset(one.reason for one in found.error.errors if one.reason)


def reason(refused: Refused) -> str:
    """For a person, after the status."""
    found = sorted(word for word in reasons(refused) if word.isascii() and word.isprintable())
    return "".join(f", {word[:80]}" for word in found)


def is_haste(refused: Refused) -> bool:
    return refused.status == 403 and bool(reasons(refused) & _HASTE)  # noqa: PLR2004 - as it is written everywhere


def is_of_a_file(refused: Refused) -> bool:
    """It is refused this one file, and not everything."""
    return bool(reasons(refused) & _OF_A_FILE)
