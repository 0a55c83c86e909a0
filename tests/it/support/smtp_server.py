"""A real mail server for tests: aiosmtpd, which keeps what it got and fails as it is told.

Arguments: a directory; "starttls", "tls" or "plain"; and, if one must sign in, user:password. It prints its port. Each
letter becomes N.json in the directory, read by Python's own mail parser. The file `mode` says what to do next:

    take                take everything
    greylist:N          answer 451 to the first N recipients
    refuse              answer 550 to every recipient
    refuse:ADDRESS      answer 550 to this recipient
    reject              answer 554 to the letter itself
    silent              keep the letter, and hang up instead of answering
    hang                keep the letter, and never answer
"""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

place = pathlib.Path(sys.argv[1])
security = sys.argv[2]
account = sys.argv[3].split(":", 1) if len(sys.argv) > 3 else None


def mode():
    try:
        return (place / "mode").read_text().strip()
    except FileNotFoundError:
        return "take"


class Handler:
    greylisted = 0
    kept = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        word, _, what = mode().partition(":")
        if word == "greylist" and self.greylisted < int(what):
            self.greylisted += 1
            return "451 4.7.1 greylisted, come back later"
        if word == "refuse" and what in ("", address):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode() == "reject":
            return "554 5.7.1 we do not want this"
        self.keep(server, session, envelope)
        if mode() == "silent":
            server.transport.abort()
            return "250 nobody hears this"
        if mode() == "hang":
            await asyncio.sleep(3600)
        return f"250 2.0.0 kept as {self.kept}"

    def keep(self, server, session, envelope):
        self.kept += 1
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: next((p.get_content() for p in letter.walk() if p.get_content_type() == kind), None)
        told = {
            "from": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": session.authenticated,
            "names": [name for name, _ in letter.items()],
            "headers": {name.lower(): str(value) for name, value in letter.items()},
            "types": [p.get_content_type() for p in letter.walk()],
            "text": part("text/plain"),
            "html": part("text/html"),
            "defects": [str(defect) for p in letter.walk() for defect in p.defects],
            "bytes": len(envelope.content),
        }
        whole = place / f"{self.kept}.part"
        whole.write_text(json.dumps(told))
        whole.rename(place / f"{self.kept}.json")


def context():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(place / "server.crt", place / "server.key")
    return tls


def authenticator(server, session, envelope, mechanism, data):
    good = account == [data.login.decode(), data.password.decode()]
    return AuthResult(success=good, handled=False)


handler = Handler()


def connection():
    return SMTP(
        handler,
        hostname="mail.example.org",
        enable_SMTPUTF8=False,
        require_starttls=security == "starttls",
        tls_context=context() if security == "starttls" else None,
        authenticator=authenticator if account else None,
        auth_required=bool(account),
        auth_require_tls=security == "starttls",
    )


async def main():
    tls = context() if security == "tls" else None
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=tls)
    ports = {socket.getsockname()[1] for socket in server.sockets}
    print(ports.pop(), flush=True)
    # Whoever started us has ended when our standard input ends.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
