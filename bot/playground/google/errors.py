"""How Google refuses: its APIs in one shape, with a reason, and the token's address in another."""

Json = dict[str, object]


class RefusedError(Exception):
    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: str | None = None,
        location_type: str = "parameter",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location
        self.location_type = location_type
        self.headers = headers or {}

    def body(self) -> Json:
        error: Json = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            error |= {"location": self.location, "locationType": self.location_type}
        return {"error": {"code": self.status, "message": self.message, "errors": [error]}}


class NoTokenError(Exception):
    """Of OAuth: no access token for this."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> Json:
        return {"error": self.error, "error_description": self.description}


def refused(status: int, reason: str, message: str, *, at: str | None = None) -> RefusedError:
    return RefusedError(status, reason, message, location=at)


def invalid(at: str, message: str = "Invalid Value") -> RefusedError:
    return refused(400, "invalid", message, at=at)


def no_file(id: str) -> RefusedError:  # noqa: A002 - as they call it
    """The same for what is not there and for what this caller may not see."""
    return refused(404, "notFound", f"File not found: {id}.", at="fileId")


def no_drive(id: str) -> RefusedError:  # noqa: A002
    return refused(404, "notFound", f"Shared drive not found: {id}", at="driveId")


def unauthorized() -> RefusedError:
    return RefusedError(
        401,
        "authError",
        "Invalid Credentials",
        location="Authorization",
        location_type="header",
        headers={"www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'},
    )


def too_few_scopes() -> RefusedError:
    return RefusedError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def may_not(message: str = "The user does not have sufficient permissions for this file.") -> RefusedError:
    return RefusedError(403, "insufficientFilePermissions", message)


def only_for_admins() -> RefusedError:
    return RefusedError(403, "forbidden", "Not Authorized to access this resource/api")
