"""Conversions of values between Python and the driver."""

from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID, SafeUUID

from sqlalchemy import Dialect, Enum, Uuid
from sqlalchemy.types import TypeEngine

Convert: TypeAlias = Callable[[Any], Any]


def writer(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what converts a value to the driver's; None if the driver takes it as it is.

    It is SQLAlchemy's, but for words and ids, of which a row has many.
    """
    impl = kind.dialect_impl(dialect)
    if isinstance(impl, Enum) and impl.enum_class is not None:
        texts: dict[Any, Any] = {None: None, **{word: word.value for word in impl.enum_class}}
        return texts.__getitem__
    if isinstance(impl, Uuid) and not dialect.supports_native_uuid:
        return _uuid_to_text
    return impl.bind_processor(dialect)


def reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what converts a value of the driver's to Python's; None if it stays as it is."""
    impl = kind.dialect_impl(dialect)
    if isinstance(impl, Enum) and impl.enum_class is not None:
        words: dict[Any, Any] = {None: None, **{word.value: word for word in impl.enum_class}}
        return words.__getitem__
    if isinstance(impl, Uuid) and not dialect.supports_native_uuid:
        return _uuid_of_text
    return impl.result_processor(dialect, None)


def _uuid_to_text(uuid: UUID | None) -> str | None:
    return None if uuid is None else uuid.hex


def _uuid_of_text(text: str | None) -> UUID | None:
    """Return what UUID(text) does, without its checks, which take most of its time."""
    if text is None:
        return None
    uuid = UUID.__new__(UUID)
    object.__setattr__(uuid, "int", int(text, 16))
    object.__setattr__(uuid, "is_safe", SafeUUID.unknown)
    return uuid
