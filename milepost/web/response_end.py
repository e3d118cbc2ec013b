"""The end of a response: what a client may look for once it has the whole answer is recorded before that."""

from collections.abc import Awaitable, Callable

from starlette.types import Message, Send


def before_last(send: Send, record: Callable[[], Awaitable[None]]) -> Send:
    """A `send` that awaits `record` before it hands on the message that completes the response."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await record()
        await send(message)

    return sending
