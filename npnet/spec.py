"""Specs: frozen, typed options, the base of everything that a config can name."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import core_schema
from typing_extensions import TypedDict

from npnet.registry import Registry
from npnet.text import article

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue


class Spec(BaseModel):
    """Options as written: frozen, no unknown keys, no silent conversion (`true` is not 1)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)

    @classmethod
    def main_option(cls) -> str | None:
        """Return the option that `{name: value}` sets: the first one declared."""
        return next(iter(cls.model_fields), None)


@dataclass(frozen=True, eq=False)
class Named:
    """Pydantic type of a registered spec: `name`, `{name: value}` or `{name: {option: value}}`.

    Used as `Annotated[Layer, Named(layers)]`. Mistakes inside are reported at `(..., name, option)`.
    """

    registry: Registry[Any]

    def parse(self, value: object) -> Any:
        """Return the spec of a written value; raise ValueError or ValidationError."""
        if isinstance(value, Spec):
            return value
        kind = self.registry.kind
        written = {value: None} if isinstance(value, str) else value
        if not isinstance(written, dict) or len(written) != 1 or not isinstance(next(iter(written)), str):
            raise ValueError(f"{article(kind)} {kind} is written NAME, {{NAME: value}} or {{NAME: {{option: value}}}}")
        ((name, options),) = written.items()
        if options is not None and not isinstance(options, dict):
            spec = self.registry.find(name)
            main = spec.main_option()
            if main is None:
                alone = "has no options" if not spec.model_fields else "takes no value without the name of its option"
                raise ValueError(f"{name} {alone}")
            options = {main: options}
        return _validator(name, self.registry.find(name)).validate_python({name: options or {}})[name]

    def write(self, spec: Spec) -> Any:
        """Return the shortest way to write a spec: only the options that were given."""
        name = self.registry.name_of(spec)
        options = spec.model_dump(mode="json", exclude_unset=True)
        if not options:
            return name
        if list(options) == [spec.main_option()] and not isinstance(next(iter(options.values())), dict):
            return {name: next(iter(options.values()))}
        return {name: options}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> "JsonSchemaValue":
        return {"named": self.registry.plural}  # config/schema.py puts the choices in its place


@cache
def _validator(name: str, spec: type[Spec]) -> TypeAdapter[Any]:
    """Return the validator of a registered spec's options; making one takes 0.5 ms."""
    return TypeAdapter(TypedDict(name, {name: spec}))  # type: ignore[operator]
