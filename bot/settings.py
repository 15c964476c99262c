"""The environment, read once into one frozen object. Nothing else reads it, and no secret is printed by it."""

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from policies.admins import admin_named

_PREFIX = "FOOTNOTE_"
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
_LONGEST_NAME, _MOST_OF_A_CLASS = 200, 10
_MOST_DOLLARS, _MOST_TOKENS = 1_000_000, 10**12
_TEAM = re.compile(r"T[A-Z0-9]{2,40}")
_LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
_OURS = re.compile(r"(?P<url>(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?)/?")
_A_DAY_S, _A_YEAR_MINUTES = 24 * 60 * 60, 365 * 24 * 60


class Settings(BaseSettings):
    """Every setting has the default of one machine. `.env.sample` explains each."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix=_PREFIX, env_ignore_empty=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("footnote", appauthor=False)))
    workspace: str = Field(default="default", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    database_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    chroma_url: str | None = Field(default=None, validation_alias=AliasChoices("CHROMA_URL"))
    models: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "models"
    )
    models_offline: Path | None = None
    embedder: str = "builtin"
    embedder_patience_s: float = Field(default=3, gt=0, le=60, allow_inf_nan=False)
    reranker: str | None = None
    reranker_patience_s: float = Field(default=1.5, gt=0, le=60, allow_inf_nan=False)
    model: str | None = None
    model_strong: Annotated[tuple[str, ...], NoDecode] = ()
    model_fast: Annotated[tuple[str, ...], NoDecode] = ()
    model_judge: Annotated[tuple[str, ...], NoDecode] = ()
    model_terms: Path | None = None
    model_patience_s: float = Field(default=30, gt=0, le=600, allow_inf_nan=False)
    answer_patience_s: float = Field(default=60, gt=0, le=600, allow_inf_nan=False)
    answers_kept_mb: int = Field(default=32, ge=0, le=4096)
    budget_dollars_a_day_by_one: float | None = Field(default=None, ge=0, le=_MOST_DOLLARS, allow_inf_nan=False)
    budget_dollars_a_day_by_all: float | None = Field(default=None, ge=0, le=_MOST_DOLLARS, allow_inf_nan=False)
    budget_tokens_a_day_by_one: int | None = Field(default=None, ge=0, le=_MOST_TOKENS)
    budget_tokens_a_day_by_all: int | None = Field(default=None, ge=0, le=_MOST_TOKENS)
    route_patience_s: float = Field(default=2, ge=0, le=60, allow_inf_nan=False)
    rewrite_patience_s: float = Field(default=3, ge=0, le=60, allow_inf_nan=False)
    judge_patience_s: float = Field(default=10, ge=0, le=60, allow_inf_nan=False)
    access_trusted_for_minutes: float = Field(default=0, ge=0, le=_A_YEAR_MINUTES, allow_inf_nan=False)
    lease_s: float = Field(default=30, gt=0, le=_A_DAY_S, allow_inf_nan=False)
    ledger_key_file: Path | None = None
    sync_every_minutes: float = Field(default=15, gt=0)
    groups_every_minutes: float = Field(default=15, gt=0)
    access_every_minutes: float = Field(default=60, gt=0)
    structure_every_minutes: float = Field(default=60, gt=0)
    workers: int = Field(default=8, ge=1, le=64)
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_BOT_TOKEN"))
    slack_app_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_APP_TOKEN"))
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_SIGNING_SECRET"))
    slack_client_id: str | None = Field(default=None, validation_alias=AliasChoices("SLACK_CLIENT_ID"))
    slack_client_secret: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_CLIENT_SECRET"))
    slack_teams: Annotated[tuple[str, ...], NoDecode] = ()
    tokens_key_file: Path | None = None
    admins: Annotated[tuple[str, ...], NoDecode] = ()
    eval_set: Path | None = None
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias=AliasChoices("SLACK_API_URL"))
    jira_url: str | None = None
    jira_api: str | None = None
    jira_email: str | None = None
    jira_token: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    public_url: str | None = None
    metrics_token: SecretStr | None = None
    failpoint: str | None = None

    @field_validator("home")
    @classmethod
    def _is_text(cls, home: Path) -> Path:
        if any("\ud800" <= character <= "\udfff" for character in str(home)):  # how Python reads bytes that are no text
            raise PydanticCustomError("home", "A folder whose name is not UTF-8 cannot be the home")
        return home

    @field_validator("model", "reranker")
    @classmethod
    def _is_a_name(cls, model: str | None) -> str | None:
        if model is not None and not (model.isprintable() and " " not in model and len(model) <= _LONGEST_NAME):
            raise PydanticCustomError("a_model", "It should read PROVIDER/MODEL, such as openai/NAME or ollama/NAME")
        return model

    @field_validator("model_strong", "model_fast", "model_judge", mode="before")
    @classmethod
    def _is_a_list(cls, said: object) -> object:
        if not isinstance(said, str):
            return said
        names = tuple(name.strip() for name in said.split(","))
        if len(names) > _MOST_OF_A_CLASS or not all(cls._is_a_name(name) for name in names):
            raise PydanticCustomError(
                "models", "It should read PROVIDER/MODEL,PROVIDER/MODEL …, the best first, and at most ten"
            )
        return names

    @field_validator("slack_teams", mode="before")
    @classmethod
    def _are_teams(cls, said: object) -> object:
        if not isinstance(said, str):
            return said
        teams = tuple(team.strip() for team in said.split(",") if team.strip())
        if not all(_TEAM.fullmatch(team) for team in teams):
            raise PydanticCustomError("teams", "It should read T012AB3CD,T045EF6GH …: ids of Slack workspaces")
        return teams

    @field_validator("admins", mode="before")
    @classmethod
    def _are_admins(cls, said: object) -> object:
        if not isinstance(said, str):
            return said
        try:
            return tuple(admin_named(name) for name in said.split(",") if name.strip())
        except ValueError as error:
            raise PydanticCustomError(
                "admins", "It should read U012AB3CD,mei@company.example …: ids of accounts, or e-mail addresses"
            ) from error

    @field_validator("embedder")
    @classmethod
    def _is_an_embedder(cls, embedder: str) -> str:
        if embedder not in {"builtin", "none"} and ("/" not in embedder or cls._is_a_name(embedder) is None):
            raise PydanticCustomError(
                "embedder", "It should read builtin, none or PROVIDER/MODEL, such as openai/NAME or ollama/NAME"
            )
        return embedder

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(_POSTGRESQL):
            raise PydanticCustomError("database_url", "It should read postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_ours(cls, url: str | None) -> str | None:
        found = _OURS.fullmatch(url.strip()) if url is not None else None
        if url is not None and (found is None or (found["scheme"] == "http" and found["host"] not in _LOOPBACK)):
            raise PydanticCustomError(
                "public_url", "It should read https://HOST, as browsers reach us; http on loopback"
            )
        return found["url"] if found is not None else None

    @field_validator("slack_signing_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().strip():
            raise PydanticCustomError("a_secret", "It should be the signing secret of the app's page")
        return secret

    @field_validator("chroma_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise PydanticCustomError("chroma_url", "It should read http://HOST:PORT")
        return url

    @property
    def strong(self) -> dict[str, str]:
        """The models that write, the best first, each with the variable that names it."""
        first = {self.model: variable("model")} if self.model is not None else {}
        return first | {name: variable("model_strong") for name in self.model_strong if name not in first}

    @property
    def fast(self) -> dict[str, str]:
        """The cheaper ones. Without any, those that write do their work too."""
        return {name: variable("model_fast") for name in self.model_fast}

    @property
    def judges(self) -> dict[str, str]:
        """Those that are asked about what another wrote. Without any, nobody is."""
        return {name: variable("model_judge") for name in self.model_judge}

    @property
    def shared_stores(self) -> bool:
        """Whether several processes may work at once: both stores are servers."""
        return self.chroma_url is not None and self.database_url is not None

    @property
    def installed_by_oauth(self) -> bool:
        """Whether workspaces are added by whoever installs the app in them. Who sets the token of a bot has one workspace."""
        return self.slack_bot_token is None and None not in (self.slack_client_id, self.slack_client_secret)

    @property
    def minutes_between(self) -> dict[str, float]:
        """The passes of each loop of a source."""
        return {
            "groups": self.groups_every_minutes,
            "structure": self.structure_every_minutes,
            "access": self.access_every_minutes,
            "content": self.sync_every_minutes,
        }

    @property
    def database(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{quote(str(self.home / 'footnote.db'))}"


def quiet_libraries() -> None:
    """Before the first import of these: each would otherwise speak to a host of its own, or write elsewhere."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"  # otherwise it looks for a .env in the folders above it, and loads that
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def variable(name: str) -> str:
    """The environment variable that holds this setting; the servers' have the names that everybody gives them."""
    return f"{_PREFIX}{name}".upper() if name in Settings.model_fields else name


def secret(reference: str) -> str:
    """What `env:NAME` or `file:PATH` holds. Whoever configures a source names a secret, and never writes one down."""
    kind, _, where = reference.partition(":")
    match kind:
        case "env" if where:
            found = os.environ.get(where, "")
        case "file" if where:
            found = Path(where).read_text(encoding="utf-8")
        case _:
            raise LookupError(f"{kind!r} is no place of a secret: write env:NAME or file:PATH")
    if not found.strip():
        raise LookupError(f"{reference} is empty")
    return found.strip()


def load() -> Settings:
    return Settings()
