"""Which Jira it is, and as whom we are there. Whatever is not understood stops it: nothing here is guessed."""

from collections.abc import Mapping

from pydantic import Field, model_validator

from connectors.given import Address, Given, understood


class Settings(Given):
    """`site` is where people go; `api` where we do: the same, or a gateway's prefix that ends in the cloud's id. Without a
    user the secret is a bearer token.
    """

    site: Address
    api: Address = ""
    user: str | None = None
    # Each for somebody who waits; an act with its card is thirteen. Atlassian lets a hundred a second through to each endpoint.
    requests_per_second: float = Field(default=40.0, gt=0, le=1000)

    @model_validator(mode="before")
    @classmethod
    def _one_address_is_enough(cls, given: object) -> object:
        return {"api": given.get("site", ""), **given} if isinstance(given, Mapping) else given


def parse(given: Mapping[str, str]) -> Settings:
    """Raises Fatal, naming each setting that is wrong and none of their values."""
    return understood(Settings, given)
