"""What people do in the team: they type, press, open, submit. The app hears of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.playground import files, payloads, views
from bot.playground.content import Content, content_in
from bot.playground.limits import FILES_PER_MESSAGE
from bot.playground.socket_mode import Delivery, SocketMode
from bot.playground.team import BOT, BOT_ID, Channel, Json, Message, View
from bot.playground.web_api import RefusedError
from bot.playground.workspace import ResponseUrl, Workspace


class People:
    """The hands of everybody in the team."""

    def __init__(self, space: Workspace, socket: SocketMode, command_prefix: str) -> None:
        self._space = space
        self._team = space.team
        self._socket = socket
        self._prefix = command_prefix
        self._team.emit = self._tell
        socket.acked = self._answered

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, **extra: Any
    ) -> str:
        """Post as a person and give the ts; `extra` fields (subtype, files …) travel along."""
        self._may_read(user, channel)
        message = Message(
            channel=channel,
            ts=self._team.new_ts(),
            user=user,
            text=text,
            thread_ts=thread_ts,
            subtype=extra.pop("subtype", None),
            blocks=tuple(extra.pop("blocks", ())),
            extra=extra,
        )
        return self._team.post(message).ts

    async def drop_file(
        self,
        user: str,
        channel: str,
        name: str,
        data: bytes,
        text: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Post one file as a person, with or without words, and give the ts of the message.

        Raises ValueError where the file is over the playground's cap.
        """
        return await self.drop_files(user, channel, [(name, data)], text, thread_ts)

    async def drop_files(
        self,
        user: str,
        channel: str,
        named: Sequence[tuple[str, bytes]],
        text: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Post several files, each a name and its bytes, as one message; gives its ts."""
        self._may_read(user, channel)
        held = [files.hold(self._team, user, name, data) for name, data in named]
        return await self.share(user, channel, held, text, thread_ts)

    async def share(
        self,
        user: str,
        channel: str,
        file_ids: Sequence[str],
        text: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Post files that this person uploaded before; gives the ts of the message."""
        self._may_read(user, channel)
        if not 1 <= len(file_ids) <= FILES_PER_MESSAGE:
            raise ValueError(f"A message takes 1 to {FILES_PER_MESSAGE} files.")
        for file_id in file_ids:
            file = self._team.files.get(file_id)
            if file is None or file.user != user:
                raise LookupError(f"{user} has no file {file_id}.")
        message = Message(channel, self._team.new_ts(), user, text, thread_ts=thread_ts)
        return files.share(self._space, message, file_ids).ts

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change a message of one's own."""
        old = self._own(user, channel, ts)
        edited = {"user": user, "ts": self._team.new_ts()}
        self._team.replace(old, text=text, edited=edited)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete a message of one's own."""
        self._team.remove(self._own(user, channel, ts))

    async def command(
        self, user: str, channel: str, command: str, text: str = "", *, whole: bool = False
    ) -> str:
        """Type a slash command; gives the envelope_id. `whole` where it has its prefix already."""
        place = self._may_read(user, channel)
        name = command if whole else f"/{self._prefix}{command.removeprefix('/')}"
        payload = payloads.slash_command(self._team, user, place, (name, text))
        response = ResponseUrl(channel, user, self._team.now())
        return self._socket.deliver("slash_commands", payload | self._passes(user, response))

    async def click(
        self,
        user: str,
        channel: str,
        message_ts: str,
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
    ) -> str:
        """Press or choose something in a message; gives the envelope_id.

        `value` is the option chosen or the text typed; on a plain button it replaces the value.
        Raises LookupError where this person sees no such message or element.
        """
        place = self._may_read(user, channel)
        message, ephemeral = self._seen(user, channel, message_ts)
        found = payloads.find_element(message.blocks, action_id, block_id)
        action = payloads.action_of(self._team, found, value)
        response = ResponseUrl(
            channel, user, self._team.now(), message_ts=message_ts, thread_ts=message.thread_ts
        )
        payload = (
            payloads.interaction(self._team, "block_actions", user)
            | payloads.in_message(place, message, ephemeral=ephemeral)
            | {"actions": [action]}
            | self._passes(user, response)
        )
        return self._socket.deliver("interactive", payload)

    async def click_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Any = None,
        state_values: Mapping[str, Any] | None = None,
    ) -> str:
        """Press something in an open modal or on one's Home tab; gives the envelope_id."""
        view = self._view(user, view_id)
        found = payloads.find_element(view.content["blocks"], action_id)
        payload = (
            payloads.interaction(self._team, "block_actions", user)
            | payloads.in_view(view, dict(state_values or {}))
            | {"actions": [payloads.action_of(self._team, found, value)]}
            | {"trigger_id": self._space.new_trigger(user)}
        )
        return self._socket.deliver("interactive", payload)

    async def submit(self, user: str, view_id: str, state_values: Mapping[str, Any]) -> str:
        """Submit an open modal; gives the envelope_id.

        Inputs left out of `state_values` keep what they show at first. Raises ValueError where a
        required input is empty, or a number or text outside its bounds: Slack's own client would
        not send it.
        """
        view = self._view(user, view_id)
        place = payloads.in_view(view, dict(state_values))
        empty = payloads.left_empty(view.content["blocks"], place["view"]["state"]["values"])
        if empty:
            raise ValueError(f"Required inputs are empty: {', '.join(empty)}")
        unfit = payloads.unfit(view.content["blocks"], place["view"]["state"]["values"])
        if unfit:
            raise ValueError(f"Inputs hold what Slack would not send: {', '.join(unfit)}")
        self._team.views[view.id] = replace(view, errors={})
        payload = payloads.interaction(self._team, "view_submission", user) | {
            "view": place["view"],
            "trigger_id": self._space.new_trigger(user),
            "response_urls": [],
        }
        return self._socket.deliver("interactive", payload)

    async def close_view(self, user: str, view_id: str) -> None:
        """Close a modal with its cross; the app hears of it where it asked to."""
        view = self._view(user, view_id)
        views.close(self._team, view)
        if view.content.get("notify_on_close"):
            payload = payloads.interaction(self._team, "view_closed", user)
            self._socket.deliver(
                "interactive", payload | {"view": view.to_json(), "is_cleared": False}
            )

    async def open_home(self, user: str, tab: str = "messages") -> None:
        """Open the app's own page at one of its tabs, `messages` or `home`."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._direct(user).id,
            "tab": tab,
            "event_ts": self._team.new_ts(),
        }
        home = self._team.homes.get(user)
        self._tell(event | ({"view": home.to_json()} if home and tab == "home" else {}))

    async def press_stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the Stop button of an assistant thread."""
        event = {
            "type": "agent_session_stopped",
            "channel": channel,
            "thread_ts": thread_ts,
            "user": user,
            "streaming_message_ts": [],
            "event_ts": self._team.new_ts(),
        }
        self._tell(event)

    def _passes(self, user: str, response: ResponseUrl) -> Json:
        return {
            "response_url": self._space.new_response_url(response),
            "trigger_id": self._space.new_trigger(user),
        }

    def _tell(self, event: Json) -> None:
        channel = self._team.channels.get(event.get("channel", ""))
        for sent in payloads.events_of(event, channel, self._space.scopes):
            self._socket.deliver("events_api", payloads.event_callback(self._team, sent))

    def _answered(self, delivery: Delivery) -> None:
        """Do what the app's ack asks for: a command's reply, a modal's next view."""
        given: object = delivery.ack_payload
        answer = given if isinstance(given, dict) else {}
        if delivery.type == "slash_commands" and (answer.get("text") or answer.get("blocks")):
            self._reply(delivery.payload, answer)
        elif delivery.payload.get("type") == "view_submission":
            view = self._team.views.get(delivery.payload["view"]["id"])
            if view is not None:
                views.take_answer(self._space, view, answer)

    def _reply(self, command: Json, answer: Json) -> None:
        try:
            content = content_in(self._space, answer)
        except RefusedError:
            words = f'{command["command"]} failed with the error "invalid_command_response"'
            content, answer = Content(words, ()), {}
        message = Message(
            channel=command["channel_id"],
            ts=self._team.new_ts(),
            user=BOT,
            text=content.text,
            blocks=content.blocks,
            bot_id=BOT_ID,
        )
        if answer.get("response_type") == "in_channel":
            self._team.post(message)
        else:
            self._team.show_only_to(command["user_id"], message)

    def _may_read(self, user: str, channel: str) -> Channel:
        place = self._team.channels.get(channel)
        if place is None or user not in place.members:
            raise LookupError(f"{user} is not in {channel}.")
        return place

    def _direct(self, user: str) -> Channel:
        return next(c for c in self._team.channels.values() if c.partner == user)

    def _own(self, user: str, channel: str, ts: str) -> Message:
        message = self._team.find(channel, ts)
        if message is None or message.user != user:
            raise LookupError(f"{user} has no message {ts} in {channel}.")
        return message

    def _seen(self, user: str, channel: str, ts: str) -> tuple[Message, bool]:
        for reader, message in self._team.ephemerals:
            if (reader, message.channel, message.ts) == (user, channel, ts):
                return message, True
        public = self._team.find(channel, ts)
        if public is None:
            raise LookupError(f"{user} sees no message {ts} in {channel}.")
        return public, False

    def _view(self, user: str, view_id: str) -> View:
        for view in (*self._team.views.values(), *self._team.homes.values()):
            if (view.user, view.id) == (user, view_id):
                return view
        raise LookupError(f"{user} has no view {view_id} open.")
