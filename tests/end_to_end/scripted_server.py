"""An update server that does what a test says: it redirects, sends chunks or crumbs, stands still, breaks
off. It answers with the certificate of `rota serve`, or without TLS, and counts the bytes of each body."""

import http.server
import os
import re
import ssl
import threading

from rota_tools import STATE


class Exchange(http.server.BaseHTTPRequestHandler):
    """One connection; the server's script answers each request on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each part of a download waits for the head before it

    def setup(self):
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def do_GET(self):
        self.server.owner.answer(self)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def body(self, content, first=0):
        """Sends bytes of a file; `first` is their place in it."""
        self.server.owner.sent.append((self.path, first, len(content)))
        self.wfile.write(content)

    def hang_up(self):
        self.close_connection = True

    def say_goodbye(self):
        """Ends a TLS session in order; nobody waits for the answer."""
        if self.server.tls is not None:
            self.request.setblocking(False)
            try:
                self.request.unwrap()
            except OSError:
                pass
        self.hang_up()

    def asked_range(self):
        """The first and the last byte that are asked for; None where the request names none."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            return None, None
        return int(asked[1]), int(asked[2]) if asked[2] else None


# ---- Scripts: what is answered to a request ----------------------------------------------------------


def whole(content, etag='"1"', ends_at=None):
    """A good server: lengths, ranges, a strong ETag. With `ends_at` it breaks off at that byte."""
    def script(exchange):
        is_get = exchange.command == "GET"
        is_same = exchange.headers.get("If-Range", etag) == etag
        first, last = exchange.asked_range() if is_get and is_same else (None, None)
        facts = {}
        if first is not None:
            last = min(len(content) - 1 if last is None else last, len(content) - 1)
            facts["Content_Range"] = f"bytes {first}-{last}/{len(content)}"
        else:
            first, last = 0, len(content) - 1
        exchange.head(206 if facts else 200, Content_Length=last + 1 - first, ETag=etag, **facts)
        if not is_get:
            return
        if ends_at is not None and first <= ends_at <= last:
            exchange.body(content[first:ends_at], first)
            return exchange.hang_up()
        exchange.body(content[first:last + 1], first)
    return script


def without_ranges(content):
    """A simple server: whatever is asked for, it sends the whole file."""
    def script(exchange):
        exchange.head(200, Content_Length=len(content))
        if exchange.command == "GET":
            exchange.body(content)
    return script


def without_length(content, says_goodbye=True):
    """The answer ends where the connection does, as from `openssl s_server -WWW`."""
    def script(exchange):
        exchange.head(200, Connection="close")
        if exchange.command == "GET":
            exchange.body(content)
        if says_goodbye:
            exchange.say_goodbye()
        else:
            exchange.hang_up()
    return script


def in_chunks(content, chunk_bytes=1500):
    def script(exchange):
        exchange.head(200, Transfer_Encoding="chunked")
        if exchange.command == "HEAD":
            return
        for first in range(0, len(content), chunk_bytes):
            piece = content[first:first + chunk_bytes]
            exchange.wfile.write(b"%x\r\n" % len(piece))
            exchange.body(piece, first)
            exchange.wfile.write(b"\r\n")
        exchange.wfile.write(b"0\r\n\r\n")
    return script


def in_crumbs(content, crumb_bytes=200):
    """A slow line: each crumb is a record of its own."""
    def script(exchange):
        exchange.head(200, Content_Length=len(content))
        if exchange.command == "HEAD":
            return
        for first in range(0, len(content), crumb_bytes):
            exchange.body(content[first:first + crumb_bytes], first)
    return script


def standing_still(content, after, go_on):
    """Stops after that many bytes until the event `go_on` is set."""
    def script(exchange):
        exchange.head(200, Content_Length=len(content))
        if exchange.command == "HEAD":
            return
        exchange.body(content[:after])
        go_on.wait()
        exchange.body(content[after:], after)
    return script


def breaking_off(content, at, times):
    """A good server whose connection breaks so often when it comes to that byte."""
    left = [times]

    def script(exchange):
        is_bad = left[0] > 0
        whole(content, ends_at=at if is_bad else None)(exchange)
        left[0] -= exchange.close_connection and is_bad
    return script


def redirecting(status, url):
    def script(exchange):
        exchange.head(status, Location=url() if callable(url) else url, Content_Length=0)
    return script


def saying(status, text):
    def script(exchange):
        exchange.head(status, Content_Length=len(text), Content_Type="text/html")
        if exchange.command == "GET":
            exchange.body(text)
    return script


def hanging_up(exchange):
    exchange.hang_up()


def babbling(exchange):
    exchange.wfile.write(b"220 mail.example ESMTP\r\n")
    exchange.hang_up()


class ScriptedServer:
    """Answers /NAME by scripts[NAME], until the end of the `with` block."""

    def __init__(self, scripts, tls=True, host="127.0.0.1"):
        self.scripts, self.sent = scripts, []
        self.scheme, self.host = "https" if tls else "http", host
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(os.path.join(STATE, "server.pem"))

    def __enter__(self):
        self.listener = http.server.ThreadingHTTPServer((self.host, 0), Exchange)
        self.listener.owner, self.listener.tls = self, self.tls
        self.listener.handle_error = lambda *_: None  # a board whose power goes, or that refuses us
        self.thread = threading.Thread(target=self.listener.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.listener.shutdown()
        self.thread.join()
        self.listener.server_close()

    def url(self, name):
        return f"{self.scheme}://{self.host}:{self.listener.server_address[1]}/{name}"

    def answer(self, exchange):
        script = self.scripts.get(exchange.path.lstrip("/"))
        if script is None:
            script = saying(404, b"<html><title>Not Found</title></html>")
        script(exchange)

    def bytes_sent(self):
        return sum(count for _, _, count in self.sent)
