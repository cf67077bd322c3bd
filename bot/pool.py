"""Bounded pools of threads for work that would keep the event loop waiting over 10 ms."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="cpu")
_FILES = ThreadPoolExecutor(max_workers=1, thread_name_prefix="file")
"""Reads whole files, one after another: minutes of work that no verdict waits for."""


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Give the result of a plain function computed in a thread of the pool."""
    return await _run(_THREADS, partial(function, *args, **kwargs))


async def in_file_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Give the result of a plain function that reads a whole file, after the files before it."""
    return await _run(_FILES, partial(function, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    run = partial(contextvars.copy_context().run, call)
    return await asyncio.get_running_loop().run_in_executor(pool, run)
