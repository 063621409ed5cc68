"""The gate's door for calls: the body is hashed, the signature checked, before anything is parsed."""

from __future__ import annotations

import tempfile
from typing import IO

from django.conf import settings
from django.http import HttpRequest

from gongzhi.engine.crypto import sm3
from gongzhi.engine.crypto.calls import Claim
from gongzhi.engine.crypto.digest import new_sm3
from gongzhi.organisation.actions import Call, admit, claimed, recognised
from gongzhi.organisation.models import ApiKey
from gongzhi.organisation.queries import address_of

CHUNK = 256 * 1024
IN_MEMORY = 1024 * 1024


class TooLarge(Exception):
    """A body beyond what the route takes; `most` is that many bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Calls:
    """Lets a signed call in as its key."""

    def admit(self, request: HttpRequest, *, stream: bool) -> ApiKey:
        claim = here(request, stream=stream)
        request.digest = set_aside(request, settings.MAX_FILE_BYTES) if stream else sm3(request.body)  # type: ignore[attr-defined]  # beside the body
        call = Call(
            method=str(request.method),
            path=request.path,
            query=request.META.get("QUERY_STRING", ""),
            body=request.digest,  # type: ignore[attr-defined]  # as above
            address=address_of(request),
        )
        if tried_plainly(request):
            request.nonce = claim.nonce  # type: ignore[attr-defined]  # it is written together with the act
            return recognised(call=call, claim=claim)
        return admit(call=call, claim=claim)


class NoLength(Exception):
    """A body in pieces of which nobody says how long it is: it would be read as none."""


def here(request: HttpRequest, *, stream: bool = False) -> Claim:
    """What a call claims, once all of its body is here (a stream is read later).

    Turned where it claims nothing, before its body is waited for; TooLarge, NoLength.
    """
    claim = claimed(request.headers.get("Authorization", ""))
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        raise NoLength
    most = settings.MAX_FILE_BYTES if stream else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge(most)
    if not stream:
        len(request.body)  # read, and kept with the request
    return claim


def try_plainly(request: HttpRequest, yes: bool) -> None:
    """Whether this call is taken for a plain one (organisation.actions.plain) for now."""
    request.plainly = yes  # type: ignore[attr-defined]  # beside `caller`


def tried_plainly(request: HttpRequest) -> bool:
    return getattr(request, "plainly", False)


def nonce_of(request: HttpRequest) -> str:
    """The nonce of a call that is tried plainly; it is not written yet."""
    nonce: str = request.nonce  # type: ignore[attr-defined]  # put there by `admit`
    return nonce


def digest_of(request: HttpRequest) -> bytes:
    """The SM3 digest of the body, for which the signature has answered."""
    digest: bytes = request.digest  # type: ignore[attr-defined]  # put there by `admit`
    return digest


def set_aside(request: HttpRequest, most: int) -> bytes:
    """Put the body into a file of the home (`file_of` gives it), as it comes; its SM3 digest."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(settings.HOME.folder("incoming")))  # noqa: SIM115 - the door closes it
    request.set_aside = file  # type: ignore[attr-defined]  # beside the body, which is then read
    digest, size = new_sm3(), 0
    while piece := request.read(CHUNK):
        size += len(piece)
        if size > most:
            raise TooLarge(most)
        digest.update(piece)
        file.write(piece)
    file.seek(0)
    return digest.digest()


def file_of(request: HttpRequest) -> IO[bytes] | None:
    """The body that was set aside; None where none was."""
    return getattr(request, "set_aside", None)
