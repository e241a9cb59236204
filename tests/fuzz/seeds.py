"""What the fuzzer starts from: official samples where they are at hand, and messages and envelopes of our own."""

import json
from collections.abc import Iterator
from pathlib import Path

from events.ceb import MESSAGES, CebMessage, build
from events.ceb.base import CebModel
from events.ceb.node import wrap_terminal, wrap_transport
from events.ceb.plan import plan_of
from events.ceb.signature import SoftwareSigner, sign
from events.values import utc_now
from infra.generate.orders import generate, message_xml
from tests.events.ceb.good_messages import good

SHARED = Path(__file__).parents[3] / "shared" / "ceb"
_TOKENS = (
    *(
        "<!DOCTYPE",
        "<!ENTITY",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?p ?>",
        "&#x0;",
        "&#13;",
        "&amp;",
        "&x;",
        "xmlns=",
        "xmlns:",
    ),
    *(
        "xsi:type=",
        "xsi:nil=",
        "xs:int",
        "encoding=",
        "GB18030",
        "UTF-16",
        "1e5",
        "NaN",
        "+5",
        " 05 ",
        "１２",
        "-0",
        "142",
    ),
    *('version="1.0"', "ds:Signature", "ds:KeyInfo", "ds:Object", 'URI=""', "QQ==", "ceb:own", "\t", "\r\n"),
)


def seeds(samples: Path = SHARED / "samples") -> Iterator[bytes]:
    """Documents of every kind that is read: messages of all types, signed or not, envelopes, JSON."""
    signer = SoftwareSigner.throwaway("FUZZ")
    yield from (path.read_bytes() for path in sorted(samples.glob("*/*.xml")))
    for root, model in MESSAGES.items():
        message = good(
            root.removesuffix("Message"), **({"Signature": None} if "signature" in model.model_fields else {})
        )
        built = build(message)
        yield built
        yield json.dumps(message.model_dump(mode="json"), ensure_ascii=False).encode()
        if "signature" in model.model_fields:
            yield sign(built, signer)
    for order in generate(15, seed=7):
        yield from (message_xml(found) for found in order.documents.values() if isinstance(found, CebMessage))
    yield from _envelopes()


def _envelopes() -> Iterator[bytes]:
    message, now = build(good("CEB311", Signature=None)), utc_now()
    terminal = wrap_terminal(message, sender_id="A", receiver_ids=["B"], cop_msg_id="1", created_at=now)
    yield terminal
    numbers = {"msg_id": "0" * 32, "station_node": "00000001", "end_node": "00000002"}
    yield wrap_transport(terminal, send_time=now, **numbers)


def dictionary() -> str:
    """The words of the standard and of XML, in the form that libFuzzer reads."""
    names = {slot for model in MESSAGES.values() for slot in _names(model)}
    return "".join(f'"{_escaped(token)}"\n' for token in (*sorted(names), *_TOKENS))


def _names(model: type[CebModel]) -> Iterator[str]:
    for slot in plan_of(model).elements:
        yield f"<ceb:{slot.alias}>"
        yield f"</ceb:{slot.alias}>"
        if slot.model is not None:
            yield from _names(slot.model)


def _escaped(token: str) -> str:
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}" for byte in token.encode()
    )
