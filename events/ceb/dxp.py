"""The envelope of a terminal node: DxpMsg, which carries one customs message in Base64 (终端节点, 202205)."""

import base64
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationError

from events.ceb.base import CebModel, text
from events.ceb.codec import read, refuse_root, write
from events.ceb.dxp_additions import check_base64, check_biz_key, check_is_text
from events.ceb.schema_types import date_time, xml_id
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml
from events.problems import InvalidInputError, Problem, problems_of
from events.values import CHINA


class DxpModel(CebModel):
    """A part of an exchange-platform envelope."""

    xml_namespace: ClassVar[str] = "http://www.chinaport.gov.cn/dxp"
    xml_prefix: ClassVar[str] = "dxp"


Party = Annotated[str, text(1, 16)]
ATTRIBUTE: dict[str, Any] = {"attribute": True}
RAW_XML: dict[str, Any] = {"xml": True}
Ver = Annotated[str, Field(pattern=r"^1\.0$", json_schema_extra=ATTRIBUTE)]
XmlId = Annotated[str, AfterValidator(xml_id)]
BizKey = Annotated[str, AfterValidator(check_biz_key)]
IsText = Annotated[str, AfterValidator(check_is_text)]


class ReceiverIds(DxpModel):
    """To whom: up to five exchange-platform numbers."""

    receiver_id: Annotated[list[Party], Field(alias="ReceiverId", min_length=1, max_length=5)]


class TransInfo(DxpModel):
    """The address label."""

    cop_msg_id: Annotated[str, text(1, 255), Field(alias="CopMsgId")]
    sender_id: Annotated[Party, Field(alias="SenderId")]
    receiver_ids: Annotated[ReceiverIds, Field(alias="ReceiverIds")]
    created_at: Annotated[str, AfterValidator(date_time), Field(alias="CreatTime")]  # the standard's own spelling
    msg_type: Annotated[str, text(0, 30), Field(alias="MsgType")]


class AddInfo(DxpModel):
    """What a sender may add; the parts that only the exchange platform reads are kept as XML text."""

    file_name: Annotated[str | None, text(1, 255), Field(alias="FileName")] = None
    ic_card: Annotated[str | None, text(1, 13), Field(alias="IcCard")] = None
    biz_key: Annotated[BizKey | None, Field(alias="BizKey", json_schema_extra=RAW_XML)] = None
    is_text: Annotated[IsText | None, Field(alias="IsText", json_schema_extra=RAW_XML)] = None
    rec_map_id: Annotated[str | None, Field(alias="RecMapId", json_schema_extra=RAW_XML)] = None


class DxpMsg(DxpModel):
    """The envelope; `data` is the Base64 text of one customs message."""

    ver: Ver
    id: Annotated[XmlId | None, Field(alias="Id", json_schema_extra=ATTRIBUTE)] = None
    trans_info: Annotated[TransInfo, Field(alias="TransInfo")]
    data: Annotated[str, AfterValidator(check_base64), Field(alias="Data")]
    add_info: Annotated[AddInfo | None, Field(alias="AddInfo")] = None
    signature: Annotated[str | None, Field(alias="Signature", json_schema_extra=RAW_XML)] = None

    @property
    def content(self) -> bytes:
        """The XML inside. Raises InvalidInputError when it is not Base64."""
        try:
            return base64.b64decode("".join(self.data.split()), validate=True)
        except ValueError as error:  # binascii.Error, or letters beyond ASCII
            message = f"is not Base64 ({error}): put the Base64 of the customs message here"
            raise InvalidInputError([Problem(path="/DxpMsg/Data", rule="base64", message=message)]) from None


def wrap(
    message: bytes, *, msg_type: str, sender_id: str, receiver_ids: list[str], cop_msg_id: str, created_at: datetime
) -> bytes:
    """A customs message in its envelope.

    `cop_msg_id` is what replies refer to and by which a receiver knows a message that it already has; `created_at` is
    aware, and written in China Standard Time like every time of the standard. Raises InvalidInputError when a part of
    the address label is not what the schema allows.
    """
    label = {
        "CopMsgId": cop_msg_id,
        "SenderId": sender_id,
        "ReceiverIds": {"ReceiverId": receiver_ids},
        "CreatTime": created_at.astimezone(CHINA).replace(microsecond=0, tzinfo=None).isoformat(),
        "MsgType": msg_type,
    }
    try:
        info = TransInfo.model_validate(label, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, "DxpMsg/TransInfo")) from None
    return write(DxpMsg(ver="1.0", trans_info=info, data=base64.b64encode(message).decode()), "DxpMsg", "dxp")


def unwrap(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> DxpMsg:
    """The envelope from its XML. Raises InvalidInputError with the path of every mistake."""
    root = parse_xml(data, size_limit)
    if local_name(root) != "DxpMsg" or namespace(root) != DxpModel.xml_namespace:
        raise refuse_root(root, f"is not a DxpMsg in the namespace {DxpModel.xml_namespace}")
    return read(root, DxpMsg)
