"""What customs and the exchange platform say, a door that can be slow, and a stack that is only its state."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from events.ceb import build
from events.ceb.dxp import ReceiverIds, TransInfo
from events.ceb.dxp_reply import DxpRep, Response, build_reply
from events.ceb.messages.declaration_list import CEB622Message
from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from infra.stack import watchdog
from infra.stack.state import StackState
from tests import builders
from tests.functions.intake.samples import list_receipt

KEY = b"the key of customs, in a test...."
PATIENCE_SECONDS = 20.0


def receipt(info: str) -> bytes:
    """A CEB622 that can be told from others by its text."""
    return build(CEB622Message(guid=builders.GUID.format(622), returns=[list_receipt(return_info=info)]))


def exchange_answer(code: str, cop_msg_id: str = "import/3207PLAT01/1#1#CEB621Message") -> bytes:
    """A DxpRep."""
    label = TransInfo(
        cop_msg_id=cop_msg_id,
        sender_id="DXPTEST000000001",
        receiver_ids=ReceiverIds(receiver_id=["DXPEDCCEB0000002"]),
        created_at="2026-01-05T12:00:00",
        msg_type="CEB621Message",
    )
    answer = Response(code=code, info="测试", notice_date="2026-01-05", original_head=label)
    return build_reply(DxpRep(ver="1.0", receiver_id="DXPTEST000000001", responses=[answer]))


class SlowDoor:
    """A gateway that takes what customs signed; while `holds` is set it answers only when `goes_on` is."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.holds = threading.Event()
        self.goes_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"door": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """No more."""
        self.goes_on.set()
        self._server.shutdown()
        self._server.server_close()

    def stack_in(self, home: Path) -> None:
        """Write the state of a stack whose gateway this is, kept running by this process."""
        folder = home / "local"
        folder.mkdir(parents=True)
        nowhere = "http://127.0.0.1:9"
        StackState(
            name="local",
            folder=folder,
            pid=os.getpid(),
            started=watchdog.started_at(os.getpid()) or "",
            aws_endpoint=nowhere,
            gateway_url=self.url,
            sandbox_url=nowhere,
            temporal_address="127.0.0.1:9",
            temporal_ui_url=nowhere,
            codec_url=nowhere,
            partner_keys={"customs": base64.b64encode(KEY)},
        ).write()


class _Handler(BaseHTTPRequestHandler):
    door: SlowDoor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = sign(KEY, self.headers[TIMESTAMP_HEADER], body)
        is_customs = self.headers[PARTNER_HEADER] == "customs" and self.headers[SIGNATURE_HEADER] == signed
        if self.path != "/v1/messages" or not is_customs:
            self._say(401)
            return
        self.door.taken.append(body)
        if self.door.holds.is_set():
            self.door.goes_on.wait(PATIENCE_SECONDS)
        self._say(202)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def reasons(aside: Path) -> dict[bytes, str]:
    """What lies aside, with its reason."""
    return {
        path.with_name(path.name.replace(".reason.json", ".xml")).read_bytes(): json.loads(path.read_text())["reason"]
        for path in aside.glob("*.reason.json")
    }
