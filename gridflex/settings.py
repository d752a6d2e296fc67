"""The environment, read and checked once at start."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridflex.errors import SettingsError

SHORTEST_KEY = 16


class Settings(BaseSettings):
    """Every setting has a default; nothing is required for the demo."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    carbon_api_url: str = Field(
        default="https://api.carbonintensity.org.uk", validation_alias="GRIDFLEX_CARBON_API_URL"
    )
    elexon_api_url: str = Field(
        default="https://data.elexon.co.uk/bmrs/api/v1", validation_alias="GRIDFLEX_ELEXON_API_URL"
    )
    neso_portal_url: str = Field(default="https://api.neso.energy", validation_alias="GRIDFLEX_NESO_PORTAL_URL")
    octopus_api_url: str = Field(default="https://api.octopus.energy/v1", validation_alias="GRIDFLEX_OCTOPUS_API_URL")
    carbon_api_key: SecretStr | None = Field(default=None, validation_alias="CARBON_API_KEY")
    retention_days: int = Field(default=90, ge=1, le=36_500, validation_alias="GRIDFLEX_RETENTION_DAYS")
    data_dir: Path = Field(default=Path("data"), validation_alias="GRIDFLEX_DATA_DIR")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    api_keys: SecretStr | None = Field(default=None, validation_alias="GRIDFLEX_API_KEYS")
    cors_origins: str = Field(default="", validation_alias="GRIDFLEX_CORS_ORIGINS")
    webhook_allow_private: bool = Field(default=False, validation_alias="GRIDFLEX_WEBHOOK_ALLOW_PRIVATE")
    beckn_url: str = Field(default="", validation_alias="GRIDFLEX_BECKN_URL")
    beckn_api_key: SecretStr | None = Field(default=None, validation_alias="BECKN_API_KEY")
    beckn_mode: Literal["sync", "async"] = Field(default="sync", validation_alias="GRIDFLEX_BECKN_MODE")
    beckn_dialect: Literal["deg", "core"] = Field(default="deg", validation_alias="GRIDFLEX_BECKN_DIALECT")
    beckn_subscriber_id: str = Field(default="gridflex.example", validation_alias="GRIDFLEX_BECKN_SUBSCRIBER_ID")
    beckn_uri: str = Field(default="https://gridflex.example/beckn", validation_alias="GRIDFLEX_BECKN_URI")
    beckn_key_id: str = Field(default="", validation_alias="GRIDFLEX_BECKN_KEY_ID")
    beckn_private_key: SecretStr | None = Field(default=None, validation_alias="GRIDFLEX_BECKN_PRIVATE_KEY")
    beckn_registry_url: str = Field(default="", validation_alias="GRIDFLEX_BECKN_REGISTRY_URL")
    beckn_bpp_id: str = Field(default="", validation_alias="GRIDFLEX_BECKN_BPP_ID")
    beckn_bpp_uri: str = Field(default="", validation_alias="GRIDFLEX_BECKN_BPP_URI")

    @field_validator(
        "carbon_api_url",
        "elexon_api_url",
        "neso_portal_url",
        "octopus_api_url",
        "beckn_url",
        "beckn_uri",
        "beckn_registry_url",
        "beckn_bpp_uri",
    )
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://, or be empty to stay offline")
        if "@" in urlsplit(value).netloc:
            raise ValueError("must carry no user name or password; keys have settings of their own")
        return value.rstrip("/")

    @field_validator("api_keys")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and any(len(key) < SHORTEST_KEY for key in _listed(value.get_secret_value())):
            raise ValueError(f"every key must have {SHORTEST_KEY} characters or more; several are separated by commas")
        return value

    def operator_keys(self) -> tuple[str, ...]:
        """Keys that may change things over the API; none: every visitor may, in a workspace of their own."""
        return _listed(self.api_keys.get_secret_value()) if self.api_keys else ()

    def origins(self) -> tuple[str, ...]:
        """Whose pages' scripts may ask the API; none: CORS is closed."""
        return _listed(self.cors_origins)

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


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)


def read_settings() -> Settings:
    """Settings from the environment. Raises SettingsError naming what cannot be used."""
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = first["loc"][0] if first["loc"] else "environment"
        raise SettingsError(f"{name} {first['msg'].removeprefix('Value error, ')}") from None
