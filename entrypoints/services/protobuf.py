"""Messages of Protocol Buffers, made from the schema without generated code."""

from functools import cache

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import DecodeError, Message

from ...client.protobuf import filled, plain
from .schema import PACKAGE, Field, messages
from .table import services

__all__ = [
    "DecodeError",
    "Message",
    "file_descriptor",
    "file_proto",
    "filled",
    "message_types",
    "plain",
]

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
    file = file_proto()
    pool = descriptor_pool.Default()
    pool.Add(file)
    return pool.FindFileByName(_FILE)


def file_proto() -> descriptor_pb2.FileDescriptorProto:
    """Return the schema as Protocol Buffers describe it."""
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
    return file


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
