"""The envelope between the servers of the exchange platform: DxpMsgSv, which carries a DxpMsg (传输节点, 202205)."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from events.ceb.base import Flag, text
from events.ceb.codec import read, refuse_root, write
from events.ceb.dxp import ATTRIBUTE, RAW_XML, DxpModel, DxpMsg, Ver, XmlId
from events.ceb.dxp_reply import Node
from events.ceb.schema_types import date_time
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml


class ServerNode(DxpModel):
    """The label that a server node adds (SvNo).

    `msg_id` is by the prose 8 digits of the node, yyyymmddhh24mmss and 10 digits; the schema asks for 1 to 32
    characters. `sub_msg_id` numbers the parts of a message that goes to several receivers.
    """

    ver: Annotated[str, Field(alias="Ver", pattern=r"^1\.0$", json_schema_extra=ATTRIBUTE)]
    msg_id: Annotated[str, text(1, 32), Field(alias="MsgId")]
    sub_msg_id: Annotated[Flag | None, Field(alias="SubMsgId")] = None
    send_time: Annotated[str, AfterValidator(date_time), Field(alias="SendTime")]
    end_node: Annotated[Node, Field(alias="EndNode")]
    station_node: Annotated[Node, Field(alias="StaNode")]


class DxpMsgSv(DxpModel):
    """The envelope of a transport node: its own label, then the terminal's envelope as it is."""

    ver: Ver
    id: Annotated[XmlId | None, Field(alias="Id", json_schema_extra=ATTRIBUTE)] = None
    server: Annotated[ServerNode, Field(alias="SvNo")]
    dxp_msg: Annotated[DxpMsg, Field(alias="DxpMsg")]
    signature: Annotated[str | None, Field(alias="Signature", json_schema_extra=RAW_XML)] = None

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if self.id is not None and self.dxp_msg.id is not None and self.id.strip() == self.dxp_msg.id.strip():
            raise ValueError("has the same Id as the DxpMsg within it: an Id stands once in a document")
        return self


def build_transport(envelope: DxpMsgSv) -> bytes:
    """The XML of the envelope, in canonical form."""
    return write(envelope, "DxpMsgSv", "dxp")


def parse_transport(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> DxpMsgSv:
    """The envelope from its XML. Raises InvalidInputError with the path of every mistake."""
    root = parse_xml(data, size_limit)
    if local_name(root) != "DxpMsgSv" or namespace(root) != DxpModel.xml_namespace:
        raise refuse_root(root, f"is not a DxpMsgSv in the namespace {DxpModel.xml_namespace}")
    return read(root, DxpMsgSv)
