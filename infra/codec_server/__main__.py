"""`python -m infra.codec_server`: the codec server of a local stack, on SANDAN_CODEC_PORT."""

import os

from infra.codec_server.serving import serve
from infra.stack.ports import Ports

if __name__ == "__main__":
    serve(int(os.environ.get("SANDAN_CODEC_PORT", Ports().codec)))
