"""Messages of Protocol Buffers, made from the schema without generated code."""

import base64
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import DecodeError, Message

from .schema import PACKAGE, Field, messages
from .table import services

__all__ = ["DecodeError", "Message", "file_descriptor", "filled", "message_types", "plain"]

_FILE = "solebook/v1/solebook.proto"
_Proto = descriptor_pb2.FieldDescriptorProto
_KINDS = {
    "string": _Proto.TYPE_STRING,
    "int64": _Proto.TYPE_INT64,
    "double": _Proto.TYPE_DOUBLE,
    "bool": _Proto.TYPE_BOOL,
    "bytes": _Proto.TYPE_BYTES,
}


@cache
def file_descriptor() -> FileDescriptor:
    """Return the schema, which the default pool then has, for reflection."""
    file = descriptor_pb2.FileDescriptorProto(name=_FILE, package=PACKAGE, syntax="proto3")
    for made in messages().values():
        message = file.message_type.add(name=made.name)
        for field in made.fields:
            _add_field(message, field)
    for service, calls in services():
        added = file.service.add(name=service)
        for rpc in calls:
            added.method.add(
                name=rpc.method,
                input_type=f".{PACKAGE}.{rpc.request.__name__}",
                output_type=f".{PACKAGE}.{rpc.response.__name__}",
            )
    pool = descriptor_pool.Default()
    pool.Add(file)
    return pool.FindFileByName(_FILE)


def _add_field(message: descriptor_pb2.DescriptorProto, field: Field) -> None:
    added = message.field.add(name=field.name, number=field.number, json_name=field.name)
    added.label = _Proto.LABEL_REPEATED if field.is_repeated else _Proto.LABEL_OPTIONAL
    kind = _KINDS.get(field.kind)
    if kind is None:
        added.type = _Proto.TYPE_MESSAGE
        added.type_name = f".{PACKAGE}.{field.kind}"
    else:
        added.type = kind
        if field.is_optional:
            added.proto3_optional = True
            added.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{field.name}")


@cache
def message_types(rpc_name: str) -> tuple[type[Message], type[Message]]:
    """Return the classes of the request and the response of a call."""
    service, _, method = rpc_name.partition(".")
    found = file_descriptor().services_by_name[service].methods_by_name[method]
    return (
        message_factory.GetMessageClass(found.input_type),
        message_factory.GetMessageClass(found.output_type),
    )


def plain(message: Message, *, with_nulls: bool = False) -> dict[str, Any]:
    """Return a message as JSON has it. What is not set is left out, or null."""
    values: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.is_repeated:
            values[field.name] = [_plain(field, each, with_nulls) for each in value]
        elif not field.has_presence or message.HasField(field.name):
            values[field.name] = _plain(field, value, with_nulls)
        elif with_nulls:
            values[field.name] = None
    return values


def _plain(field: Any, value: Any, with_nulls: bool) -> Any:
    if field.message_type is not None:
        return plain(value, with_nulls=with_nulls)
    return base64.b64encode(value).decode() if field.type == field.TYPE_BYTES else value


def filled(message: Message, values: dict[str, Any]) -> Message:
    """Set the fields of a message to the values of JSON, and return it."""
    fields = message.DESCRIPTOR.fields_by_name
    for name, value in values.items():
        if value is None:
            continue
        field = fields[name]
        if field.is_repeated and field.message_type is not None:
            for each in value:
                filled(getattr(message, name).add(), each)
        elif field.is_repeated:
            getattr(message, name).extend(value)
        elif field.message_type is not None:
            inner = getattr(message, name)
            inner.SetInParent()
            filled(inner, value)
        else:
            is_bytes = field.type == field.TYPE_BYTES
            setattr(message, name, base64.b64decode(value) if is_bytes else value)
    return message
