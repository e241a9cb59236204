"""What the exchange platform answers to an envelope: DxpRep (终端节点, 202205)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from events.ceb.base import text
from events.ceb.codec import read, refuse_root, write
from events.ceb.dxp import RAW_XML, DxpModel, Party, TransInfo, Ver
from events.ceb.schema_types import date
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml

Node = Annotated[str, text(1, 8)]
ResponseCode = Annotated[str, text(1, 9)]
Info = Annotated[str, text(0, 300)]
LongNote = Annotated[str, text(0, 500)]


class Result(DxpModel):
    """What became of an envelope at one of its receivers."""

    receiver_id: Annotated[Party, Field(alias="RecId")]
    code: Annotated[ResponseCode, Field(alias="Code")]
    info: Annotated[Info | None, Field(alias="Info")] = None
    note: Annotated[LongNote | None, Field(alias="Note")] = None


class Results(DxpModel):
    """One result for each receiver."""

    result: Annotated[list[Result], Field(alias="Result", min_length=1)]


class Response(DxpModel):
    """The answer to one envelope, whose address label it repeats; `node_id` is the node where an error arose."""

    node_id: Annotated[Node | None, Field(alias="NodeId")] = None
    code: Annotated[ResponseCode, Field(alias="ResponseCode")]
    info: Annotated[Info | None, Field(alias="ResponseInfo")] = None
    results: Annotated[Results | None, Field(alias="Results")] = None
    notice_date: Annotated[str, AfterValidator(date), Field(alias="NoticeTime")]  # a day, for all that it is called
    note: Annotated[LongNote | None, Field(alias="Note")] = None
    original_head: Annotated[TransInfo, Field(alias="OriHead")]


class DxpRep(DxpModel):
    """The reply; `receiver_id` is the sender of what it answers."""

    ver: Ver
    receiver_id: Annotated[Party, Field(alias="RecevierId")]  # the standard's own spelling
    access_node_id: Annotated[Node | None, Field(alias="AdNodeId")] = None
    responses: Annotated[list[Response], Field(alias="Response", min_length=1)]
    signature: Annotated[str | None, Field(alias="Signature", json_schema_extra=RAW_XML)] = None


def build_reply(reply: DxpRep) -> bytes:
    """The XML of a reply, in canonical form."""
    return write(reply, "DxpRep", "dxp")


def parse_reply(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> DxpRep:
    """A reply from its XML. Raises InvalidInputError with the path of every mistake."""
    root = parse_xml(data, size_limit)
    if local_name(root) != "DxpRep" or namespace(root) != DxpModel.xml_namespace:
        raise refuse_root(root, f"is not a DxpRep in the namespace {DxpModel.xml_namespace}")
    return read(root, DxpRep)
