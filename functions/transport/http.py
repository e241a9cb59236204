"""By HTTP: envelopes are posted, answers are fetched from a collection and deleted when they are dealt with."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from urllib.parse import urljoin

import httpx

from functions.transport.protocol import Received, TransportRefusedError, TransportUnavailableError

DEFAULT_TIMEOUT_SECONDS = 8.0
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_SHOWN = 500


class HttpTransport:
    """POST to `outbox`; the answers stand in `inbox`, if there is one.

    The standard describes no HTTP binding: this is the project's own. `GET inbox` gives a JSON array of addresses, the
    oldest first, relative to it or absolute but at the same server; `GET` of one gives an envelope, `DELETE` of it
    acknowledges. Where answers are pushed to our own door instead, there is no inbox and `receive` gives nothing.
    """

    def __init__(self, outbox: str, inbox: str | None = None, client: httpx.Client | None = None) -> None:
        """`client` carries what the other side asks for: certificates, headers, time-outs; it is closed with this."""
        self._outbox = outbox
        self._inbox = inbox
        self._client = client or httpx.Client(timeout=DEFAULT_TIMEOUT_SECONDS)

    def send(self, envelope: bytes, cop_msg_id: str) -> bytes:
        """See Transport; returns the body of the answer."""
        headers = {"Content-Type": "application/xml"}
        answer = self._ask(f"message {cop_msg_id}", "POST", self._outbox, envelope, headers)
        if answer.is_success:
            return answer.content
        where = _public(self._outbox)
        words = f"message {cop_msg_id}: {where} answered {answer.status_code}: {answer.text[:_SHOWN]}"
        raise TransportRefusedError(words)

    def receive(self) -> Iterator[Received]:
        """See Transport."""
        if self._inbox is None:
            return
        for address in self._addresses(self._inbox):
            answer = self._ask("inbox", "GET", address)
            if answer.status_code in _GONE:
                continue  # acknowledged since the collection was read
            yield Received(self._taken(answer, address).content, partial(self._acknowledge, address))

    def close(self) -> None:
        """See Transport."""
        self._client.close()

    def _addresses(self, inbox: str) -> list[str]:
        answer = self._taken(self._ask("inbox", "GET", inbox), inbox)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(address, str) for address in found):
            raise TransportUnavailableError(f"inbox: {_public(inbox)} gave no JSON array of addresses")
        addresses = [urljoin(inbox, address) for address in found]
        for address in addresses:
            if _origin(address) != _origin(inbox):
                words = f"inbox: {_public(inbox)} names an address of another server: {_public(address)}"
                raise TransportUnavailableError(words)
        return addresses

    def _acknowledge(self, address: str) -> None:
        answer = self._ask("acknowledgement", "DELETE", address)
        if answer.status_code not in _GONE:
            self._taken(answer, address)

    def _ask(
        self, about: str, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The answer, unless the fault is one that passes."""
        try:
            answer = self._client.request(method, url, content=body, headers=headers)
        except httpx.RequestError as error:
            raise TransportUnavailableError(f"{about}: {_public(url)}: {type(error).__name__}: {error}") from error
        status, url = answer.status_code, _public(url)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            words = f"{about}: {url} answered {status}, and redirects are not followed: set the address it leads to"
            raise TransportUnavailableError(words)
        if status in _PASSING or answer.is_server_error:
            raise TransportUnavailableError(f"{about}: {url} answered {status}")
        return answer

    @staticmethod
    def _taken(answer: httpx.Response, url: str) -> httpx.Response:
        if not answer.is_success:
            raise TransportUnavailableError(f"inbox: {_public(url)} answered {answer.status_code}")
        return answer


def _public(url: str) -> str:
    """The address without the user and the password that it may name."""
    return str(httpx.URL(url).copy_with(userinfo=b""))


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = httpx.URL(url)
    return parts.scheme, parts.host, parts.port
