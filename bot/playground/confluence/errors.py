"""How Confluence refuses: each of its two APIs, and the gateway before them, in its own shape."""

from typing import Final, NoReturn

Json = dict[str, object]

TITLES: Final = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
CODES: Final = {400: "INVALID_REQUEST_PARAMETER", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND"}
EXCEPTIONS: Final = {400: "BadRequestException", 403: "PermissionException", 404: "NotFoundException"}
SCOPE_CHECK: Final = {"x-failure-category": "FAILURE_CLIENT_SCOPE_CHECK"}


class RefusedError(Exception):
    def __init__(
        self, status: int, message: str, *, headers: dict[str, str] | None = None, body: Json | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self._body = body

    def body(self, *, v2: bool) -> Json:
        if self._body is not None:
            return self._body
        if v2:
            error = {"status": self.status, "code": CODES.get(self.status, "ERROR"), "title": self.message}
            return {"errors": [error | {"detail": None}]}
        exception = EXCEPTIONS.get(self.status, "ServiceException")
        return {
            "statusCode": self.status,
            "data": {"authorized": self.status != 403, "valid": self.status != 400, "errors": [], "successful": False},  # noqa: PLR2004
            "message": f"com.atlassian.confluence.api.service.exceptions.api.{exception}: {self.message}",
        }


def refuse(status: int, message: str) -> NoReturn:
    raise RefusedError(status, message)


def missing(what: str) -> NoReturn:
    """The same for what is not there and for what this caller may not see."""
    raise RefusedError(404, f"No content found with id : {what}")


def unauthorized(message: str = "Unauthorized") -> RefusedError:
    return RefusedError(401, message, body={"code": 401, "message": message})


def scope_does_not_match() -> RefusedError:
    message = "Unauthorized; scope does not match"
    return RefusedError(401, message, headers=SCOPE_CHECK, body={"code": 401, "message": message})
