"""The environment, read once into one frozen object. Nothing else reads it, and no secret is printed by it."""

import os
from pathlib import Path
from urllib.parse import quote

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

_PREFIX = "FOOTNOTE_"
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
_LONGEST_NAME = 200
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
    model_patience_s: float = Field(default=30, gt=0, le=600, allow_inf_nan=False)
    rewrite_patience_s: float = Field(default=3, ge=0, le=60, allow_inf_nan=False)
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
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias=AliasChoices("SLACK_API_URL"))
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

    @field_validator("chroma_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise PydanticCustomError("chroma_url", "It should read http://HOST:PORT")
        return url

    @property
    def shared_stores(self) -> bool:
        """Whether several processes may work at once: both stores are servers."""
        return self.chroma_url is not None and self.database_url is not None

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
