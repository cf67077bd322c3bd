"""Every finding is whole, and backs what it is cited for."""

import pytest

from bot import evidence
from bot.evidence import Finding, finding, findings, relevant, supports

IDS = [f"E{n:02d}" for n in range(1, 47)] + [f"M{n:02d}" for n in range(1, 7)]


def test_all_52_findings_are_there() -> None:
    assert [found.id for found in findings()] == IDS


@pytest.mark.parametrize("found", findings(), ids=lambda found: str(found.id))
def test_a_finding_names_its_claim_source_and_how_far_it_was_read(found: Finding) -> None:
    assert len(found.claim) > 40
    assert found.citation.authors and found.citation.title and 2020 < found.citation.year < 2027
    assert found.verified and found.strength in ("strong", "moderate", "weak")
    assert found.pushes or found.veto
    assert all(-3 <= weight <= 3 for weight in found.pushes.values())


def test_figures_of_the_sources_were_carried_over() -> None:
    assert finding("E17").figures["all"] == {"zero_shot": 68.8, "PEARL": 73.0, "p": 0.005}
    assert finding("E24").figures["update_acc_pct"] == 19
    assert finding("E45").figures["min_prefix_tokens"] == 1024
    assert finding("E20").citation.url == "https://arxiv.org/abs/2312.05934"


def test_figures_of_the_article_are_marked() -> None:
    marked = {figure.id: figure.verdict for figure in evidence.article_figures()}
    assert marked["A01"] == marked["A02"] == "misstated"
    assert set(marked.values()) == {"confirmed", "misstated", "unverified"}


@pytest.mark.parametrize(
    ("id", "option", "rejected", "backs"),
    [
        pytest.param("E20", "rag", (), True, id="weight for it"),
        pytest.param("E20", "dynamic_few_shot", ("fine_tune_hosted",), True, id="against a rival"),
        pytest.param("E20", "dynamic_few_shot", (), False, id="no rival was rejected"),
        pytest.param("E14", "dynamic_few_shot", (), False, id="weight against it"),
        pytest.param("E14", "prompt", (), True, id="many-shot is a prompt"),
        pytest.param("E04", "prompt", (), True, id="a better base is a prompt"),
        pytest.param("M01", "ask", (), True, id="a method speaks for measuring"),
        pytest.param("M01", "rag", (), False, id="a method speaks for nothing else"),
        pytest.param("E06", "distill", (), True, id="a veto"),
        pytest.param("E01", "distill", (), False, id="broad distilling is not distilling"),
    ],
)
def test_supports_follows_the_weights(
    id: str, option: str, rejected: tuple[str, ...], backs: bool
) -> None:
    assert supports(finding(id), option, rejected) is backs


@pytest.mark.parametrize(
    ("case", "option", "first"),
    [
        ({"task": "qa_over_documents", "problem": "knowledge"}, "rag", "E20"),
        ({"task": "multi_hop_qa", "problem": "composition"}, "decompose", "E17"),
        ({"task": "classification"}, "dynamic_few_shot", "E11"),
        ({"task": "generation", "problem": "behaviour"}, "fine_tune_hosted", "E26"),
    ],
)
def test_the_finding_that_fits_best_comes_first(
    case: dict[str, str], option: str, first: str
) -> None:
    found = relevant(case, option, 3)
    assert found[0].id == first
    assert len(found) == 3
    assert all(supports(one, option) for one in found)


def test_an_unknown_finding_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        finding("E99")
