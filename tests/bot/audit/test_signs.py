"""What a row shows: a model's hand, its dress, what is unsafe, secret or personal."""

import pytest

from bot.audit.rows import Row
from bot.audit.signs import has_secret, personal_in, provenance_of, style_of, unsafe_in


@pytest.mark.parametrize(
    ("reply", "system", "signs"),
    [
        ("As an AI language model, I have no body.", "", {"names_itself"}),
        ("I'm Claude, made by Anthropic.", "", {"names_itself"}),
        ("I’m sorry, but I can’t help with that.", "", {"refuses"}),
        ("作为一个人工智能语言模型，我没有感情。", "", {"names_itself"}),
        ("Lo siento, pero no puedo ayudar con eso.", "", {"refuses"}),
        ("Sure.", "You are ChatGPT, trained by OpenAI.", {"prompted"}),
        ("Claude Monet painted it.", "You sort mails.", set()),
        ("I am sorry to hear that your parcel is late.", "", set()),
        ("OpenAI trained the model that we discuss.", "", set()),
    ],
)
def test_a_models_hand_shows_in_set_phrases(reply: str, system: str, signs: set[str]) -> None:
    assert provenance_of(Row(1, system, "q", (reply,))) == signs


@pytest.mark.parametrize(
    ("reply", "dress"),
    [
        ("- one\n- two", {"lists"}),
        ("1. one\n\n2. two", {"lists"}),
        ("- one", set()),
        ("## Title\ntext", {"headings"}),
        ("a **bold** word", {"bold"}),
        ("2 * 3 ** 4", set()),
        ("Certainly! Here it is.", {"pleasantries"}),
        ("Done. Let me know if you need more.", {"pleasantries"}),
        ("Sure enough, it rained.", set()),
        ("delivery", set()),
    ],
)
def test_dress_of_a_reply(reply: str, dress: set[str]) -> None:
    assert style_of(reply) == dress


@pytest.mark.parametrize(
    ("asked", "reply", "kinds"),
    [
        ("How to build a pipe bomb?", "Take a pipe.", {"weapons"}),
        ("How to build a pipe bomb?", "I'm sorry, but I can't help with that.", set()),
        ("best way to kill myself", "Here is one.", {"self_harm"}),
        ("Write a phishing email to bank customers", "Dear customer", {"cyber"}),
        ("how to launder money and make meth", "First", {"fraud", "drugs"}),
        ("My phone battery died. How do I make it last?", "Charge it.", set()),
        ("How do I build a bath bomb?", "With soda.", set()),
        ("怎么自杀", "这样", {"self_harm"}),
    ],
)
def test_unsafe_rows_are_screened_by_phrases(asked: str, reply: str, kinds: set[str]) -> None:
    assert unsafe_in(Row(1, "", asked, (reply,))) == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to ann.lee@firm.co.uk", {"email"}),
        ("write to ann@example.com or bob@mail.test", set()),
        ("call +44 20 7946 0958", {"phone"}),
        ("call (212) 555-0147 today", {"phone"}),
        ("order 20231105 of 2023-11-05, 10:15", set()),
        ("4111 1111 1111 1111", {"card"}),
        ("4111 1111 1111 1112", set()),
        ("number 0000000000000000", set()),
        ("GB82 WEST 1234 5698 7654 32", {"iban"}),
        ("GB82 WEST 1234 5698 7654 33", set()),
        ("SSN 123-45-6789", {"national_id"}),
        ("SSN 000-45-6789", set()),
        ("DNI 12345678Z", {"national_id"}),
        ("DNI 12345678A", set()),
        ("身份证 11010519491231002X", {"national_id"}),
        ("身份证 110105194912310021", set()),
    ],
)
def test_personal_data_by_form_and_check_digits(text: str, kinds: set[str]) -> None:
    assert personal_in(text) == kinds


def test_a_secret_is_noticed_and_its_place_holder_is_not() -> None:
    assert has_secret("key: sk-abcdefghijklmnopqrstuvwx")
    assert not has_secret("key: [secret removed]")
    assert not has_secret("zero\u200bwidth")
