"""The environment, read and checked once at start."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridflex.errors import SettingsError


class Settings(BaseSettings):
    """Every setting has a default; nothing is required for the demo."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    carbon_api_url: str = Field(
        default="https://api.carbonintensity.org.uk", validation_alias="GRIDFLEX_CARBON_API_URL"
    )
    carbon_api_key: SecretStr | None = Field(default=None, validation_alias="CARBON_API_KEY")
    data_dir: Path = Field(default=Path("data"), validation_alias="GRIDFLEX_DATA_DIR")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")

    @field_validator("carbon_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://, or be empty to stay offline")
        return value.rstrip("/")

    def database(self) -> str:
        """SQLAlchemy address of the database: the given one, else SQLite in the data directory."""
        if self.database_url and self.database_url.get_secret_value():
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'gridflex.sqlite3'}"

    def described(self) -> list[tuple[str, str, str]]:
        """Name, value and origin of each setting, for the System page; secrets are only *set* or *not set*."""
        rows = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            secret = "SecretStr" in str(field.annotation)
            shown = ("set" if value else "not set") if secret else str(value)
            origin = "environment" if name in self.model_fields_set else "default"
            rows.append((str(field.validation_alias), shown, origin))
        return rows


def read_settings() -> Settings:
    """Settings from the environment. Raises SettingsError naming what cannot be used."""
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = first["loc"][0] if first["loc"] else "environment"
        raise SettingsError(f"{name} {first['msg'].removeprefix('Value error, ')}") from None
