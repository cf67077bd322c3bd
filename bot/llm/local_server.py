"""The child process of `bot.llm.local`: serves one file of weights until its parent is gone.

Run by path, so that nothing of the bot is imported here.
"""

import contextlib
import ctypes
import os
import signal
import sys

_CONTEXT_TOKENS = 4096
_SLOTS = 1
_KILL_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def serve(weights: str) -> None:
    """Serve until standard input ends, which it does however the parent dies."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_KILL_WITH_PARENT, signal.SIGKILL)
    say_to_parent = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp logs to standard output
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.model_alias = {"local"}
    params.n_ctx = _CONTEXT_TOKENS
    params.n_parallel = _SLOTS
    params.port = 0
    params.sampling.temp = 0.0  # an instrument reads the same twice
    params.sampling.penalty_repeat = 1.1  # and does not go round in circles
    params.ui = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    say_to_parent.write(f"{server.listening_address}\n")
    say_to_parent.flush()
    sys.stdin.buffer.read()
    os._exit(0)  # the server's threads would hold an orderly exit


if __name__ == "__main__":
    serve(sys.argv[1])
