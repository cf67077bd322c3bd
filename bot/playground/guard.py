"""Keeps other web sites out: they can reach 127.0.0.1 through the browser of whoever runs this."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

_LOCAL = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?", re.IGNORECASE)


@web.middleware
async def local_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a Host that is not this machine's (DNS rebinding) and an Origin that is not ours."""
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if not _LOCAL.fullmatch(host):
        raise web.HTTPForbidden(text="This answers to 127.0.0.1 and localhost only.")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="This answers to its own page only.")
    return await handler(request)
