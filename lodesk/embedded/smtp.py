"""The SMTP half of the mail catcher: an asyncio server in a thread, with bad manners on request."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MAIL = 10 * 1024 * 1024
REFUSALS = {421: "421 Service not available", 451: "451 Try again later", 550: "550 No such person"}

Keep = Callable[[Envelope], None]


@dataclass
class Faults:
    """How the catcher misbehaves now."""

    refuse: int | None = None
    recipients: frozenset[str] = frozenset()
    delay: float = 0.0
    drop_after_data: bool = False

    def clear(self) -> None:
        """Behave well again."""
        self.refuse, self.recipients = None, frozenset()
        self.delay, self.drop_after_data = 0.0, False


class Listener:
    """The asyncio server in a thread of its own."""

    def __init__(self, port: int, faults: Faults, keep: Keep) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: set[SMTP] = set()
        self._manners = _Manners(faults, keep)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        # In the thread, not here: whoever starts the catcher may be inside a loop of its own.
        serving = asyncio.run_coroutine_threadsafe(self._begin(port), self._loop)
        try:
            self._server = serving.result(10)
        except OSError:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()
            raise
        self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Close the door and hang up on everybody."""
        self._loop.call_soon_threadsafe(self._close)
        self._thread.join(10)
        self._loop.close()

    async def _begin(self, port: int) -> asyncio.Server:
        return await self._loop.create_server(self._serve, "127.0.0.1", port)

    def _serve(self) -> SMTP:
        conversation = SMTP(
            self._manners, loop=self._loop, data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True
        )
        self._open = {each for each in self._open if each.transport is not None} | {conversation}
        return conversation

    def _close(self) -> None:
        self._server.close()
        for each in self._open:
            _hang_up(each)
        self._loop.call_later(0.02, self._loop.stop)  # let the hang-ups be carried out


class _Manners:
    """What the catcher answers, with the faults it was told."""

    def __init__(self, faults: Faults, keep: Keep) -> None:
        self.faults = faults
        self.keep = keep

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take a recipient, or refuse."""
        faults = self.faults
        if faults.refuse and (not faults.recipients or address in faults.recipients):
            return REFUSALS.get(faults.refuse, f"{faults.refuse} Refused")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, slowly or without saying so if that was asked."""
        faults = self.faults
        if faults.delay:
            await asyncio.sleep(faults.delay)
        self.keep(envelope)
        if faults.drop_after_data:
            _hang_up(server)
        return "250 OK, kept"


def _hang_up(conversation: SMTP) -> None:
    if isinstance(conversation.transport, asyncio.Transport):
        conversation.transport.abort()
