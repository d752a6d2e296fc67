"""How JSON-LD names become fields: both dialects are read, unknown members are kept as they came."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from gridflex.beckn.vocabulary import COMPUTE_ENERGY_IRI, CORE_IRI

MAX_TEXT = 256


def _not_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is true or false, not a number")
    return value


Number = Annotated[float, BeforeValidator(_not_bool), Field(allow_inf_nan=False)]
"""A finite number; peers also write it as a string."""

Text = Annotated[str, Field(max_length=MAX_TEXT)]
Ident = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


def bare_name(key: str) -> str:
    """A member's name without its vocabulary: ``beckn:orderStatus`` is ``orderStatus``."""
    return key.removeprefix("beckn:").removeprefix("schema:")


@cache
def _fields_by_wire_name(model: type[BaseModel]) -> dict[str, str]:
    names = {to_camel(name): name for name in model.model_fields}
    explicit = {field.serialization_alias: name for name, field in model.model_fields.items()}
    return names | {bare_name(alias): name for alias, name in explicit.items() if alias}


class Plain(BaseModel):
    """An object whose members carry no vocabulary prefix, such as a price."""

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=False,
        coerce_numbers_to_str=True,
        alias_generator=AliasGenerator(serialization_alias=to_camel),
    )

    @model_validator(mode="before")
    @classmethod
    def _read_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        fields = _fields_by_wire_name(cls)
        return {fields.get(bare_name(str(key)), key): value for key, value in data.items()}

    def to_wire(self) -> dict[str, Any]:
        """The object as JSON in the ``deg`` dialect."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Named(Plain):
    """An object whose members belong to the ``beckn:`` vocabulary."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(serialization_alias=lambda name: f"beckn:{to_camel(name)}")
    )


class Attributes(Named):
    """A bag of the compute-energy vocabulary: open, and marked with its type."""

    TYPE: ClassVar[str]

    iri: str = Field(default=COMPUTE_ENERGY_IRI, serialization_alias="@context")
    kind: str = Field(default="", serialization_alias="@type")

    def model_post_init(self, _: Any) -> None:
        """A bag without a type gets its own."""
        self.kind = self.kind or self.TYPE


def core_iri() -> Any:
    """The ``@context`` of an object of the core vocabulary."""
    return Field(default=CORE_IRI, serialization_alias="@context")


def kind_of(name: str) -> Any:
    """The ``@type`` of an object."""
    return Field(default=name, serialization_alias="@type")
