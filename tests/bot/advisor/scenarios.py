"""Teams' questions of our own, with the facts in them and the verdicts that would be acceptable."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scenario:
    """One team's question."""

    name: str
    question: str
    case: dict[str, Any]
    acceptable: tuple[str, ...]


def _measured(**accuracies: float) -> list[dict[str, Any]]:
    return [{"arm": arm, "accuracy": accuracy} for arm, accuracy in accuracies.items()]


SCENARIOS = (
    Scenario(
        "sql over a moving schema",
        "We turn English questions into SQL for a warehouse with 90 tables; the schema gains "
        "columns every week. Zero-shot gets 58%, with the 8 nearest solved queries 81% on 300 "
        "held-out questions. Target is 80%. About 1k requests/day. Should we fine-tune a 7B on "
        "our 1,200 solved queries?",
        {
            "task": "text_to_sql",
            "monthly_requests": 30_000,
            "changes": "weekly",
            "labelled_examples": 1200,
            "test_items": 300,
            "target_accuracy": 0.8,
            "measurements": _measured(zero_shot=0.58, dynamic_few_shot=0.81),
        },
        ("dynamic_few_shot",),
    ),
    Scenario(
        "broken json",
        "Our invoice extractor returns broken JSON in one of ten cases, otherwise the values are "
        "right. We use a plain prompt, no structured outputs yet. 40k invoices a month. The boss "
        "wants to fine-tune.",
        {
            "task": "extraction",
            "problem": "format",
            "monthly_requests": 40_000,
            "structured_output_used": False,
        },
        ("prompt",),
    ),
    Scenario(
        "voice in a car",
        "Car voice assistant, must run offline in the vehicle, prompt limit 500 tokens, 40 tools. "
        "Zero-shot on the 1B model picks the right tool 61% of the time, we need 92%. 12,000 "
        "labelled utterances.",
        {
            "task": "function_calling",
            "data_location": "on_device",
            "prompt_budget_tokens": 500,
            "labelled_examples": 12_000,
            "target_accuracy": 0.92,
            "measurements": _measured(zero_shot=0.61),
        },
        ("fine_tune_self_hosted", "distill"),
    ),
    Scenario(
        "labels that people disagree on",
        "Two annotators agree on only 78% of our sentiment labels. The fine-tuned model is at 77% "
        "on 1,000 items and management wants 90%. More GPUs?",
        {
            "task": "classification",
            "label_agreement": 0.78,
            "test_items": 1000,
            "target_accuracy": 0.9,
            "measurements": _measured(fine_tuned=0.77),
        },
        ("ask",),
    ),
    Scenario(
        "memory of users",
        "Our chat bot should remember facts about each user. GDPR: data must be deleted on "
        "request. Someone proposes a LoRA per user, for 40k users.",
        {"task": "personal_memory", "erasure_required": True},
        ("rag",),
    ),
    Scenario(
        "a large bill for a settled task",
        "We classify 120M product listings a month with gpt-6.1-sol for $90k per month, 94% on "
        "2,000 items. A tuned 0.4B encoder trained on our 50k human-labelled listings gets 93.8%. "
        "The taxonomy has not changed in two years and we have our own ML team. Worth switching?",
        {
            "task": "classification",
            "monthly_requests": 120e6,
            "model": "gpt-6.1-sol",
            "current_usd_per_month": 90_000,
            "labelled_examples": 50_000,
            "test_items": 2000,
            "changes": "never",
            "ml_team": True,
            "training_data_source": "own_labels",
            "measurements": _measured(zero_shot=0.94, fine_tuned_small=0.938),
        },
        ("fine_tune_self_hosted", "distill"),
    ),
    Scenario(
        "a rival assistant",
        "We want to generate 200k answers with Claude and train our own chatbot to sell it as an "
        "alternative to ChatGPT. How many GPUs?",
        {
            "task": "general_assistant",
            "training_data_source": "proprietary_model",
            "serves": "competing_product",
        },
        ("do_not_imitate",),
    ),
    Scenario(
        "a reader that does not read",
        "RAG over our support wiki: recall@5 is 96%, but given the right passage the answer is "
        "correct only 68% of the time, it ignores the passage. 200k questions a month, we are on "
        "Azure and have fine-tuned there before. 3,000 labelled pairs. Best prompt got 70%, we "
        "need 85%.",
        {
            "task": "qa_over_documents",
            "problem": "ignores_passage",
            "monthly_requests": 200_000,
            "platform": "azure",
            "tuned_there_before": True,
            "labelled_examples": 3000,
            "target_accuracy": 0.85,
            "measurements": _measured(
                rag_recall_at_5=0.96, given_passage=0.68, prompt_optimised=0.70
            ),
        },
        ("fine_tune_hosted", "fine_tune_self_hosted"),
    ),
    Scenario(
        "steps right, report wrong",
        "Our monthly report has to combine findings from 300 interviews; each single step is "
        "right 94% of the time but the finished report is only right in 55% of cases. 400 reports "
        "a month.",
        {
            "task": "multi_document_synthesis",
            "problem": "composition",
            "monthly_requests": 400,
            "measurements": _measured(per_step=0.94, zero_shot=0.55),
        },
        ("decompose",),
    ),
    Scenario(
        "a long fixed prompt",
        "Static system prompt of 12k tokens on gpt-6.1-terra, 500k requests a month around the "
        "clock. 93% accuracy on 800 items. Can a fine-tune make it cheaper?",
        {
            "goal": "cost",
            "model": "gpt-6.1-terra",
            "static_prompt_tokens": 12_000,
            "monthly_requests": 500_000,
            "steady_traffic": True,
            "test_items": 800,
            "measurements": _measured(zero_shot=0.93),
        },
        ("prompt",),
    ),
    Scenario(
        "specifications that change daily",
        "We have a knowledge base of 2M tokens, product specs change daily, the bot hallucinates "
        "part numbers. 50k questions a week. Fine-tune nightly?",
        {
            "task": "qa_over_documents",
            "problem": "knowledge",
            "changes": "daily",
            "corpus_tokens": 2e6,
        },
        ("rag",),
    ),
    Scenario(
        "letters inside a hospital",
        "Letters in a hospital: text may not leave the hospital network. We sort letters into 60 "
        "groups, 9,000 coded letters, labels stable, 30k letters a month, need 90%, local 8B with "
        "10 examples gets 79%. Two ML engineers, 2x L40S.",
        {
            "task": "classification",
            "data_location": "own_network",
            "classes": 60,
            "labelled_examples": 9000,
            "monthly_requests": 30_000,
            "target_accuracy": 0.9,
            "ml_team": True,
            "measurements": _measured(static_few_shot=0.79),
        },
        ("fine_tune_self_hosted",),
    ),
    Scenario(
        "reward that a program checks",
        "SQL generation: pass@1 62%, pass@8 88%, every query can be executed and checked "
        "automatically. 500k queries a month, need 80%. Reinforcement tuning?",
        {
            "task": "text_to_sql",
            "reward_verifiable": True,
            "monthly_requests": 500_000,
            "target_accuracy": 0.8,
            "measurements": _measured(zero_shot=0.62, pass_at_k=0.88),
        },
        ("fine_tune_hosted", "fine_tune_self_hosted"),
    ),
    Scenario(
        "a contract nobody has read",
        "Legal says the vendor contract is unclear about training on its output. We pay $30k a "
        "month to label 40M short messages with a frontier model at 95% on 1,000 items. Could a "
        "small model trained on its outputs take over?",
        {
            "task": "classification",
            "source_terms": "unclear",
            "training_data_source": "proprietary_model",
            "current_usd_per_month": 30_000,
            "monthly_requests": 40e6,
            "test_items": 1000,
            "measurements": _measured(teacher=0.95),
        },
        ("ask",),
    ),
    Scenario("nothing known", "Should we fine-tune?", {}, ("ask",)),
)
