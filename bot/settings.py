"""The environment, read once into one frozen object. Nothing else reads it, and no secret is printed by it."""

import os
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting has the default of one machine. `.env.sample` explains each."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="FOOTNOTE_", env_ignore_empty=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("footnote", appauthor=False)))
    workspace: str = Field(default="default", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    database_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    chroma_url: str | None = Field(default=None, validation_alias=AliasChoices("CHROMA_URL"))
    models: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "models"
    )
    models_offline: Path | None = None
    embedder: str = Field(default="builtin", pattern=r"^(builtin|none)$")
    access_trusted_for_minutes: float = Field(default=0, ge=0)
    lease_s: float = Field(default=30, gt=0)
    ledger_key_file: Path | None = None
    sync_every_minutes: float = Field(default=15, gt=0)
    workers: int = Field(default=4, ge=1, le=64)
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_BOT_TOKEN"))
    slack_app_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLACK_APP_TOKEN"))
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias=AliasChoices("SLACK_API_URL"))
    failpoint: str | None = None

    @property
    def shared_stores(self) -> bool:
        """Whether several processes may work at once: both stores are servers."""
        return self.chroma_url is not None and self.database_url is not None

    @property
    def database(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'footnote.db'}"


def quiet_libraries() -> None:
    """Before the first import of these: each would otherwise speak to a host of its own, or write elsewhere."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS"] = "True"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def load() -> Settings:
    return Settings()
