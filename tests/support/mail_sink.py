"""The SMTP server of smtp_sink.py as a child of a test."""
import json
import sys
from pathlib import Path

from servers import Server, free_port, port_open


class MailSink(Server):
    """Keeps the mails it gets; `mode` makes it misbehave, see smtp_sink.py."""

    def __init__(self, *arguments):
        super().__init__("smtp")
        self.port = free_port()
        self.arguments = arguments

    def command(self):
        return [sys.executable, str(Path(__file__).with_name("smtp_sink.py")), str(self.folder), "--port",
                str(self.port), *self.arguments]

    def is_up(self):
        return port_open(self.port)

    def mode(self, **mode):
        new = self.folder / "mode.new"
        new.write_text(json.dumps(mode))
        new.rename(self.folder / "mode.json")

    def mails(self):
        try:
            return [json.loads(line) for line in (self.folder / "mails.jsonl").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def sessions(self):
        try:
            return len((self.folder / "sessions").read_text().splitlines())
        except FileNotFoundError:
            return 0

    @property
    def environment(self):
        return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(self.port)}
