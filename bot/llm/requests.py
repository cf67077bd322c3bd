"""What is asked of a server, in the words that this server understands."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.ledger.usage import about_tokens, most_tokens
from bot.llm.prompts import AsJsonPrompt
from bot.llm.shapes import Shape
from bot.texts import redact
from prompts import Message, Prompt

Option = Literal["max_completion_tokens", "stream_options", "response_format"]


@dataclass(frozen=True)
class Capabilities:
    """What a server understands, for one model. Everything, until it says otherwise."""

    json_schema: bool = True
    """Holds a reply to a strict JSON schema."""
    json_object: bool = True
    """Holds a reply to some JSON object."""
    max_completion_tokens: bool = True
    """By this name; otherwise by the older `max_tokens`."""
    stream_options: bool = True
    """Lets a request ask for the usage of a stream."""
    stream_usage: bool = True
    """Reports the usage of a stream; otherwise it is estimated."""

    def without(self, option: Option) -> "Capabilities | None":
        """Give what is left where the server refuses an option; None where nothing is to learn."""
        if option == "response_format":
            if self.json_schema:
                return replace(self, json_schema=False)
            return replace(self, json_object=False) if self.json_object else None
        return replace(self, **{option: False}) if getattr(self, option) else None


@dataclass(frozen=True)
class Request:
    """One question to a model, its secrets taken out."""

    model: str
    messages: tuple[Message, ...]
    fingerprint: str
    max_tokens: int
    shape: Shape | None = None

    def body(self, can: Capabilities) -> dict[str, Any]:
        """Give the arguments of the Chat Completions call."""
        limit = "max_completion_tokens" if can.max_completion_tokens else "max_tokens"
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [vars(message) for message in self.said(can)],
            "stream": True,
            limit: self.max_tokens,
        }
        if can.stream_options:
            body["stream_options"] = {"include_usage": True}
        if form := self._form(can):
            body["response_format"] = form
        return body

    def said(self, can: Capabilities) -> tuple[Message, ...]:
        """Give the messages, the schema among them where the server cannot hold the model to it."""
        if self.shape is None or can.json_schema:
            return self.messages
        extra = {
            message.role: message.content for message in AsJsonPrompt(self.shape.text).messages()
        }
        return tuple(
            Message(message.role, f"{message.content}\n\n{extra[message.role]}")
            for message in self.messages
        )

    def tokens(self, can: Capabilities) -> tuple[int, int]:
        """Estimate the input: about how many tokens, and the most it can be."""
        texts = [message.content for message in self.said(can)]
        texts += [self.shape.text] if self.shape and can.json_schema else []
        return about_tokens(*texts), most_tokens(*texts)

    def _form(self, can: Capabilities) -> dict[str, Any] | None:
        if self.shape is None:
            return None
        if can.json_schema:
            named = {"name": self.shape.name, "strict": True, "schema": self.shape.schema}
            return {"type": "json_schema", "json_schema": named}
        return {"type": "json_object"} if can.json_object else None


def request_of(model: str, prompt: Prompt, max_tokens: int, shape: Shape | None = None) -> Request:
    """Make a request of a prompt."""
    messages = tuple(
        Message(message.role, redact(message.content)) for message in prompt.messages()
    )
    return Request(model, messages, prompt.fingerprint, max_tokens, shape)
