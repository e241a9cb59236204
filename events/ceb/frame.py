"""What stands around the business elements of every message: its root, who hands it over, who else may hear of it."""

from typing import Annotated, ClassVar

from pydantic import Field

from events.ceb.base import CebModel, Code3, Enterprise, Guid, Note, text

MESSAGE_LIMIT = 100


class BaseTransfer(CebModel):
    """Who hands the message over: the enterprise of the access client and its exchange-platform number."""

    cop_code: Enterprise
    cop_name: Annotated[str, text(0, 100)]
    dxp_mode: Code3
    dxp_id: Annotated[str, text(0, 30)]
    note: Note | None = None


class BaseSubscribe(CebModel):
    """Who else wants to hear of the message."""

    status: Annotated[str, text(0, 100)]
    dxp_mode: Code3
    dxp_address: Annotated[str, text(0, 100)]
    note: Note | None = None


class ExtendMessage(CebModel):
    """Data of the sender's own; `message` is kept as the XML text that it came as, and holds at most one element."""

    name: Annotated[str, text(0, 30)]
    version: Annotated[str, text(0, 30)]
    message: Annotated[str, Field(alias="Message", json_schema_extra={"xml": "one"})]


class CebMessage(CebModel):
    """A whole message. `root` is its element name, `first_element` the field that holds its business elements.

    `exports`: it is of the export schema, where its parts may be declared otherwise than in the import schema.

    `must_be_signed`: the schema asks for a Signature. It is optional here all the same, for a message is built before
    it is signed; `schema_problems` tells where it is missing.
    """

    root: ClassVar[str]
    first_element: ClassVar[str]
    must_be_signed: ClassVar[bool] = False
    exports: ClassVar[bool] = False

    guid: Annotated[Guid, Field(json_schema_extra={"attribute": True})]
    version: Annotated[str, text(1, 10), Field(json_schema_extra={"attribute": True})] = "1.0"

    @property
    def elements(self) -> list[CebModel]:
        """The business elements, in the order in which they stand."""
        found = getattr(self, self.first_element)
        return found if isinstance(found, list) else [found]


class UploadMessage(CebMessage):
    """What an enterprise sends; the signature is kept as XML text, exactly as it came."""

    base_transfer: Annotated[BaseTransfer, Field(alias="BaseTransfer")]
    base_subscribe: Annotated[list[BaseSubscribe], Field(alias="BaseSubscribe", max_length=5)] = Field(
        default_factory=list
    )
    extend_message: Annotated[ExtendMessage | None, Field(alias="ExtendMessage")] = None
    signature: Annotated[str | None, Field(alias="Signature", json_schema_extra={"xml": True})] = None


def many(alias: str) -> object:
    """One to a hundred business elements of the name `alias`."""
    return Field(alias=alias, min_length=1, max_length=MESSAGE_LIMIT)
