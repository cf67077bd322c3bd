"""Slack's limits, in tables.

Sources: docs.slack.dev (reference/block-kit, reference/methods, apis/web-api/rate-limits),
slack_sdk 3.47 (models/blocks), slackblocks 3.0 (_limits.py, _surfaces.py). Where they differ the
lower figure stands here.
"""

from dataclasses import dataclass

TEXT_CHARACTERS = 40_000
MARKDOWN_TEXT_CHARACTERS = 12_000
BLOCKS = {"message": 50, "modal": 100, "home": 100}
MARKDOWN_TOTAL_CHARACTERS = 12_000
TABLE_TOTAL_CHARACTERS = 10_000
CHARTS_PER_MESSAGE = 2
TRIGGER_SECONDS = 3.0
RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60.0
STATUS_SECONDS = 120.0
LOADING_MESSAGES = 10
VIEW_STACK = 3
FILE_BYTES = 100 * 1024**2
"""Slack takes 1 GB; the playground keeps files in memory."""
FILES_PER_MESSAGE = 10
ALT_TEXT_CHARACTERS = 1_000
CHANNELS_PER_FILE = 100
SERIES, CATEGORIES = 6, 20
LABEL_CHARACTERS = 20
AXIS_LABEL_CHARACTERS = 50
DATA_TABLE_TOTAL_CHARACTERS = 20_000
SOCKETS = 10
ACK_SECONDS = 3.0
REDELIVERY_SECONDS = (3.0, 60.0, 300.0)
"""How long an event waits for its ack before its first, second and third retry."""


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds, counted apart for each value of `per`."""

    calls: int
    seconds: float
    per: tuple[str, ...] = ()


RATES = {
    "chat.postMessage": Rate(1, 1, ("channel",)),
    "chat.update": Rate(50, 60),
    "chat.delete": Rate(50, 60),
    "chat.postEphemeral": Rate(100, 60),
    "conversations.history": Rate(50, 60),
    "conversations.replies": Rate(50, 60),
    "conversations.list": Rate(20, 60),
    "users.info": Rate(100, 60),
    "users.list": Rate(20, 60),
    "files.getUploadURLExternal": Rate(100, 60),
    "files.completeUploadExternal": Rate(100, 60),
    "files.info": Rate(100, 60),
    "files.delete": Rate(50, 60),
    "views.open": Rate(100, 60),
    "views.update": Rate(100, 60),
    "views.publish": Rate(100, 60),
}

TEXTS: dict[tuple[str, str], tuple[int, str]] = {
    ("section", "text"): (3_000, "any"),
    ("header", "text"): (150, "plain_text"),
    ("input", "label"): (2_000, "plain_text"),
    ("input", "hint"): (2_000, "plain_text"),
    ("image", "title"): (2_000, "plain_text"),
    ("button", "text"): (75, "plain_text"),
    ("icon_button", "text"): (75, "plain_text"),
    ("plain_text_input", "placeholder"): (150, "plain_text"),
    ("number_input", "placeholder"): (150, "plain_text"),
    ("static_select", "placeholder"): (150, "plain_text"),
    ("option", "text"): (75, "any"),
    ("option", "description"): (75, "any"),
    ("confirm", "title"): (100, "plain_text"),
    ("confirm", "text"): (300, "any"),
    ("confirm", "confirm"): (30, "plain_text"),
    ("confirm", "deny"): (30, "plain_text"),
    ("feedback_button", "text"): (75, "plain_text"),
    ("alert", "text"): (200, "any"),
    ("card", "title"): (150, "any"),
    ("card", "subtitle"): (150, "any"),
    ("card", "body"): (200, "any"),
}
"""Text objects: (type of the holder, field) -> (characters, kind of text)."""

STRINGS: dict[tuple[str, str], int] = {
    ("any", "block_id"): 255,
    ("any", "action_id"): 255,
    ("button", "value"): 2_000,
    ("button", "url"): 3_000,
    ("icon_button", "value"): 2_000,
    ("feedback_button", "value"): 2_000,
    ("option", "value"): 150,
    ("image", "alt_text"): 2_000,
    ("image", "image_url"): 3_000,
    ("markdown", "text"): 12_000,
    ("data_visualization", "title"): 50,
    ("data_table", "caption"): 3_000,
    ("number_input", "initial_value"): 3_000,
    ("number_input", "min_value"): 3_000,
    ("number_input", "max_value"): 3_000,
    ("plain_text_input", "initial_value"): 3_000,
    ("view", "private_metadata"): 3_000,
    ("view", "callback_id"): 255,
    ("view", "external_id"): 255,
}
"""Plain strings: (type of the holder, field) -> characters."""

LISTS: dict[tuple[str, str], tuple[int, int]] = {
    ("section", "fields"): (1, 10),
    ("context", "elements"): (1, 10),
    ("actions", "elements"): (1, 25),
    ("context_actions", "elements"): (1, 5),
    ("rich_text", "elements"): (0, 1_000),
    ("static_select", "options"): (1, 100),
    ("multi_static_select", "options"): (1, 100),
    ("radio_buttons", "options"): (1, 10),
    ("checkboxes", "options"): (1, 10),
    ("overflow", "options"): (1, 5),
    ("table", "rows"): (1, 100),
    ("data_table", "rows"): (1, 101),
    ("plan", "tasks"): (0, 50),
    ("carousel", "elements"): (1, 10),
    ("container", "child_blocks"): (1, 10),
}
"""Lists: (type of the holder, field) -> (fewest, most)."""

COLUMNS = 20

EVERYWHERE = frozenset({"message", "modal", "home"})
MESSAGE = frozenset({"message"})
NOT_MODAL = frozenset({"message", "home"})


@dataclass(frozen=True)
class Kind:
    """A type of block: where it may stand and which fields it needs."""

    surfaces: frozenset[str] = EVERYWHERE
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] | None = None
    """Every other field allowed; `None` where fields are not checked."""


KINDS = {
    "section": Kind(may=("text", "fields", "accessory", "expand")),
    "header": Kind(needs=("text",), may=()),
    "divider": Kind(may=()),
    "image": Kind(needs=("alt_text",), may=("image_url", "slack_file", "title")),
    "context": Kind(needs=("elements",), may=()),
    "actions": Kind(needs=("elements",), may=()),
    "input": Kind(needs=("label", "element"), may=("hint", "optional", "dispatch_action")),
    "rich_text": Kind(needs=("elements",), may=()),
    "video": Kind(needs=("alt_text", "title", "thumbnail_url", "video_url")),
    "file": Kind(MESSAGE, needs=("external_id", "source")),
    "call": Kind(MESSAGE, needs=("call_id",)),
    "markdown": Kind(MESSAGE, needs=("text",), may=()),
    "context_actions": Kind(MESSAGE, needs=("elements",), may=()),
    "plan": Kind(MESSAGE, needs=("title",)),
    "task_card": Kind(MESSAGE, needs=("task_id", "title")),
    "alert": Kind(frozenset({"modal"}), needs=("text",)),
    "table": Kind(NOT_MODAL, needs=("rows",), may=("column_settings",)),
    "data_table": Kind(NOT_MODAL, needs=("rows", "caption")),
    "data_visualization": Kind(NOT_MODAL, needs=("chart", "title")),
    "card": Kind(NOT_MODAL),
    "carousel": Kind(NOT_MODAL, needs=("elements",)),
    "container": Kind(NOT_MODAL, needs=("child_blocks",)),
}

ELEMENTS = {
    "button": ("text",),
    "icon_button": ("icon", "text"),
    "feedback_buttons": ("positive_button", "negative_button"),
    "overflow": ("options",),
    "static_select": (),
    "multi_static_select": (),
    "external_select": (),
    "multi_external_select": (),
    "users_select": (),
    "multi_users_select": (),
    "conversations_select": (),
    "multi_conversations_select": (),
    "channels_select": (),
    "multi_channels_select": (),
    "radio_buttons": ("options",),
    "checkboxes": ("options",),
    "datepicker": (),
    "timepicker": (),
    "datetimepicker": (),
    "plain_text_input": (),
    "rich_text_input": (),
    "number_input": ("is_decimal_allowed",),
    "email_text_input": (),
    "url_text_input": (),
    "file_input": (),
    "workflow_button": ("text", "workflow"),
    "image": ("alt_text",),
}
"""Elements and the fields that they need."""
