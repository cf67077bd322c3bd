"""The addresses of files: where bytes come in and go out, for the app and for the page."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.playground import files
from bot.playground.limits import FILE_BYTES
from bot.playground.page import SECURITY
from bot.playground.stored import File
from bot.playground.team import Json
from bot.playground.web_api import ApiRequest, Door, RefusedError
from bot.playground.workspace import Workspace

SHOWN_IN_PLACE = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
"""What a browser shows on the page; everything else is saved, so that it never runs there."""

LOGIN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"


class FileRoutes:
    """Takes uploads and serves files; each use is written down as a call of the Web API.

    The calls are named `upload_url` and `url_private`, and faults are planned under these names.
    """

    def __init__(self, space: Workspace, door: Door) -> None:
        self._space = space
        self._door = door

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the addresses into the app."""
        router.add_post("/upload/v1/{key}", self._upload)
        router.add_get("/files-pri/{id}/{name}", self._private)
        router.add_get("/files-pri/{id}/download/{name}", self._private)
        router.add_get("/signin", _sign_in)
        router.add_post("/page/files", self._from_page)
        router.add_get("/page/files/{id}/{name}", self._to_page)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        data = await _bytes_of(request)
        upload = self._space.uploads.get(request.match_info["key"])
        args: Json = {"file": upload.id if upload else None, "bytes": len(data)}

        def take() -> Json:
            if upload is None:
                return {"ok": False, "error": "no_such_url"}
            if len(data) != upload.length:
                return {"ok": False, "error": "length_mismatch"}
            upload.data = data
            return {"ok": True}

        def told(answer: Json) -> web.Response:
            if answer["ok"]:
                return web.Response(text=f"OK - {len(data)}")
            return web.Response(status=400, text=answer["error"])

        asked = ApiRequest("upload_url", args, self._space.team.now(), token_ok=True)
        return await self._door.answer(request, asked, take, told)

    async def _private(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["id"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        good = token == self._door.tokens[0]

        def look() -> Json:
            if not good or "files:read" not in self._space.scopes:
                return {"ok": False, "error": "not_signed_in"}
            try:
                return {"ok": True, "bytes": len(files.visible(self._space, file_id).data)}
            except RefusedError as refusal:
                return refusal.answer

        def told(answer: Json) -> web.Response:
            if answer["ok"]:
                return _sent(self._space.team.files[file_id])
            if answer["error"] == "not_signed_in":
                there = f"/signin?redir={quote(request.path, safe='')}"
                return web.Response(status=302, headers={"Location": there})
            return web.Response(status=404, text=LOGIN, content_type="text/html")

        asked = ApiRequest("url_private", {"file": file_id}, self._space.team.now(), good)
        return await self._door.answer(request, asked, look, told)

    async def _from_page(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:  # a foreign one is refused before it comes here
            raise web.HTTPForbidden(text="This is for the page only.")
        name, user = request.query.get("name", ""), request.query.get("user", "")
        if not name or user not in self._space.team.users:
            raise web.HTTPBadRequest(text="A file needs a name and a member.")
        data = await _bytes_of(request)
        return web.json_response({"id": files.hold(self._space.team, user, name, data)})

    async def _to_page(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise web.HTTPForbidden(text="This is for the page only.")
        file = self._space.team.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound(text="There is no such file.")
        return _sent(file, SECURITY)


def _sent(file: File, headers: dict[str, str] | None = None) -> web.Response:
    mimetype, _ = file.kind
    manner = "inline" if mimetype in SHOWN_IN_PLACE else "attachment"
    name = quote(file.name, safe="", errors="replace")
    more = {
        "Content-Disposition": f"{manner}; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return web.Response(body=file.data, content_type=mimetype, headers={**(headers or {}), **more})


async def _sign_in(request: web.Request) -> web.Response:
    """What Slack shows instead of a file to whoever may not read it: a page, with status 200."""
    return web.Response(text=LOGIN, content_type="text/html", headers=SECURITY)


async def _bytes_of(request: web.Request) -> bytes:
    """The one file in a body, raw or the first part of a form. Raises HTTPRequestEntityTooLarge."""
    found = bytearray()
    try:
        async for piece in _pieces(request):
            found += piece
            if len(found) > FILE_BYTES:
                raise web.HTTPRequestEntityTooLarge(FILE_BYTES, len(found))
    except ValueError:
        raise web.HTTPBadRequest(text="invalid_form_data") from None
    return bytes(found)


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    if request.content_type.startswith("multipart/"):
        part = await (await request.multipart()).next()
        while isinstance(part, BodyPartReader) and (piece := await part.read_chunk(65_536)):
            yield piece
    else:
        async for piece in request.content.iter_chunked(65_536):
            yield piece
