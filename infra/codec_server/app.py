"""The codec server as an ASGI application: `/codec/decode` and `/codec/encode` as the Temporal UI asks, `/login`."""

import asyncio
import logging
from http import HTTPStatus
from urllib.parse import parse_qs

from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads

from functions.data_keys.keys import DataKeys
from functions.payloads.codec import EncryptingCodec
from functions.payloads.keys import PayloadKeyError
from infra.codec_server.access import Asked, note
from infra.codec_server.decoding import decode_for
from infra.codec_server.pages import LOGIN
from infra.codec_server.users import Role, Users

COOKIE, PATH = "sandan-codec", "/codec"
_COOKIE_SECONDS = 8 * 3600  # a working day
_LONGEST_FORM = 4096
_JSON = "application/json"

logger = logging.getLogger(__name__)


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class CodecServer:
    """What the routes do. `ui_origin` is the only page of the web that may ask."""

    def __init__(self, keys: DataKeys, users: Users, ui_origin: str) -> None:
        self._codec = EncryptingCodec(keys)
        self._users = users
        self._ui_origin = ui_origin

    @property
    def application(self) -> Starlette:
        """The ASGI application."""
        cross_origin = Middleware(
            CORSMiddleware,
            allow_origins=[self._ui_origin],
            allow_credentials=True,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
        )
        routes = [
            Route(f"{PATH}/decode", self._decode, methods=["POST"]),
            Route(f"{PATH}/encode", self._encode, methods=["POST"]),
            Route("/login", self._login_page, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/healthz", _healthy, methods=["GET"]),
        ]
        return Starlette(routes=routes, middleware=[cross_origin])

    async def _decode(self, request: Request) -> Response:
        try:
            who, role = await self._user(request)
            payloads = await _payloads(request)
        except _RefusedError as refused:
            return _refusal(request, refused)
        found = await decode_for(role, self._codec, payloads.payloads)
        counts = {
            "payloads": len(payloads.payloads),
            "unreadable": found.unreadable,
            "withheld": found.withheld,
            "shredded": found.shredded,
        }
        note(request, HTTPStatus.OK, Asked(who, role, counts, found.workflows))
        return _answer(found.payloads)

    async def _encode(self, request: Request) -> Response:
        """So that what somebody sends from the UI is as secret as the rest; it shows nothing to who may not see."""
        try:
            who, role = await self._user(request)
            payloads = await _payloads(request)
            encoded = Payloads(payloads=await self._codec.encode(payloads.payloads))
        except _RefusedError as refused:
            return _refusal(request, refused)
        except PayloadKeyError as error:
            return _refusal(request, _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)))
        note(request, HTTPStatus.OK, Asked(who, role, {"payloads": len(payloads.payloads)}))
        return _answer(encoded)

    async def _user(self, request: Request) -> tuple[str, Role]:
        """Who asks, by bearer token or by the cookie that the login gave."""
        origin = request.headers.get("origin")
        if origin not in {None, self._ui_origin}:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "only the Temporal UI may ask from a page")
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        found = await self._find(token)
        if not found:
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "log in at /login, or send a bearer token")
        return found

    async def _find(self, token: str) -> tuple[str, Role] | None:
        if not token:
            return None
        try:
            return await asyncio.to_thread(self._users.find, token)
        except Exception as error:
            logger.exception("the users cannot be read: %s", type(error).__name__)
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the users cannot be read now") from None

    async def _login_page(self, _request: Request) -> Response:
        return HTMLResponse(LOGIN.format(told=""))

    async def _login(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_FORM:
                return HTMLResponse(LOGIN.format(told="That is no token."), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        token = parse_qs(body.decode(errors="replace")).get("token", [""])[0].strip()
        try:
            found = await self._find(token)
        except _RefusedError as refused:
            return _refusal(request, refused)
        note(request, HTTPStatus.OK if found else HTTPStatus.FORBIDDEN, Asked(*(found or ())))
        if not found:
            return HTMLResponse(LOGIN.format(told="This token is not known."), HTTPStatus.FORBIDDEN)
        response = RedirectResponse(self._ui_origin, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            COOKIE,
            token,
            max_age=_COOKIE_SECONDS,
            path=PATH,  # a cookie knows no ports: other servers of this host must not get it
            httponly=True,
            samesite="strict",
            secure=self._ui_origin.startswith("https:"),
        )
        return response


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _payloads(request: Request) -> Payloads:
    try:
        return json_format.Parse(await request.body(), Payloads())
    except (json_format.ParseError, ValueError):
        raise _RefusedError(
            HTTPStatus.BAD_REQUEST, 'the body is not {"payloads": [...]} of Temporal payloads'
        ) from None


def _answer(payloads: Payloads) -> Response:
    return Response(
        json_format.MessageToJson(payloads, indent=None), media_type=_JSON, headers={"Cache-Control": "no-store"}
    )


def _refusal(request: Request, refused: _RefusedError) -> Response:
    note(request, refused.status, Asked())
    return JSONResponse({"error": str(refused)}, refused.status)
