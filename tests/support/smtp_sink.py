#!/usr/bin/python3
"""A real SMTP server that keeps what it gets and misbehaves on demand.

smtp_sink.py FOLDER [--port N] [--tls none|starttls|implicit] [--user U --password P]

Prints "ready <port>". Every mail it took is a line of FOLDER/mails.jsonl, every session one of FOLDER/sessions.
FOLDER/ca.pem is the certificate to trust. FOLDER/mode.json, read anew for each command, may hold
  delay            seconds before each reply to DATA
  refuse           {address: reply} to RCPT
  sender_reply     reply to MAIL
  data_replies     [reply, …] for the mails to come, one each; then 250 again
  quit_delay       seconds before the reply to QUIT
  drop_after_data  how many mails to read and then hang up on without a word
"""
import argparse
import asyncio
import email
import email.policy
import json
import ssl
import subprocess
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.data_count = 0

    def mode(self):
        try:
            return json.loads((self.folder / "mode.json").read_text())
        except (OSError, ValueError):
            return {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        with open(self.folder / "sessions", "a") as log:
            log.write(f"{time.time()}\n")
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self.mode().get("sender_reply")
        if reply:
            return reply
        envelope.mail_from = address
        return "250 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.mode().get("refuse", {}).get(address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 receiver ok"

    async def handle_QUIT(self, server, session, envelope):
        await asyncio.sleep(self.mode().get("quit_delay", 0))
        return "221 bye"

    async def handle_DATA(self, server, session, envelope):
        mode = self.mode()
        self.data_count += 1
        await asyncio.sleep(mode.get("delay", 0))
        if self.data_count <= mode.get("drop_after_data", 0):
            server.transport.abort()
            return "421 gone"
        replies = mode.get("data_replies", [])
        if self.data_count <= len(replies):
            return replies[self.data_count - 1]
        self.keep(session, envelope)
        return "250 taken, thank you"

    def keep(self, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {kind: part.get_content().replace("\r\n", "\n") if (part := mail.get_body((kind,))) else ""
                  for kind in ("plain", "html")}
        attachments = [{"name": part.get_filename(), "size": len(part.get_payload(decode=True)),
                        "type": part.get_content_type()} for part in mail.iter_attachments()]
        line = {"at": time.time(), "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "headers": [[name, str(value)] for name, value in mail.items()],
                "subject": str(mail["Subject"]), "text": bodies["plain"], "html": bodies["html"],
                "attachments": attachments, "tls": session.ssl is not None,
                "user": session.auth_data.decode() if session.auth_data else "",
                "raw": envelope.content.decode("ascii", "replace")}
        with open(self.folder / "mails.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")


def authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        if (data.login, data.password) == (user.encode(), password.encode()):
            return AuthResult(success=True, auth_data=data.login)
        return AuthResult(success=False, handled=False)
    return check


def certificate(folder):
    """A CA and a certificate for localhost of it."""
    if not (folder / "server.pem").exists():
        run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True,  # noqa: E731
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=silaware test CA")
        run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            "2", "-copy_extensions", "copy", "-out", "server.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


async def serve(options):
    folder = Path(options.folder)
    sink = Sink(folder)
    context = certificate(folder) if options.tls != "none" else None
    starttls = context if options.tls == "starttls" else None

    def session():
        login = {}
        if options.user:
            login = {"authenticator": authenticator(options.user, options.password), "auth_required": True,
                     "auth_require_tls": options.tls == "starttls"}
        return SMTP(sink, hostname="sink.test", tls_context=starttls, require_starttls=starttls is not None,
                    enable_SMTPUTF8=True, **login)

    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", options.port, ssl=context if options.tls == "implicit" else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", default="none", choices=["none", "starttls", "implicit"])
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)
