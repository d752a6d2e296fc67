"""The line over real sockets: what is sure not to have been sent, and what may have been."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest

from gridflex.beckn.line import Line
from gridflex.beckn.reading import MAX_BODY
from gridflex.errors import InvalidMessage, NoAnswer

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"


@contextmanager
def peer(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serves one connection with a script of bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                speak(connection)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/select"
        thread.join()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line(read_seconds=0.5)
    yield made
    made.close()


def read_request(connection: socket.socket) -> None:
    while b"{}" not in connection.recv(65536):
        pass


def test_a_whole_answer(line):
    def speak(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(OK + b'{"a":"\xc2\xa30"}x'[:12])

    with peer(speak) as url:
        reply = line.post(url, b"{}", {"X-Test": "1"})
    assert (reply.status, reply.body) == (200, '{"a":"£0"}x'.encode())


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 20", OK, OK + b'{"a"', b"not http at all\r\n\r\n"],
    ids=["nothing", "half a status", "no body", "half a body", "no http"],
)
def test_a_line_cut_after_sending_may_have_delivered(line, said):
    def speak(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(said)

    with peer(speak) as url, pytest.raises(NoAnswer) as caught:
        line.post(url, b"{}", {})
    assert caught.value.sent


def test_silence_ends_in_time(line):
    def speak(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(0.8)

    with peer(speak) as url, pytest.raises(NoAnswer, match="no answer in time") as caught:
        line.post(url, b"{}", {})
    assert caught.value.sent


def test_an_answer_that_drips_in_ends_in_time_too(line):
    def speak(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(OK)
        for _ in range(6):
            time.sleep(0.2)
            try:
                connection.sendall(b" ")
            except OSError:
                return

    with peer(speak) as url, pytest.raises(NoAnswer, match="in time"):
        line.post(url, b"{}", {})


def test_an_answer_without_end_is_dropped():
    endless = httpx.MockTransport(lambda request: httpx.Response(200, content=b" " * (MAX_BODY + 1)))
    with pytest.raises(InvalidMessage, match="larger than any answer"):
        Line(endless).post("http://peer.example/", b"{}", {})


def test_where_nobody_listens_nothing_was_sent(line):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer, match="could not be reached") as caught:
        line.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert not caught.value.sent


@pytest.mark.parametrize("url", ["nonsense", "ftp://peer.example/", "http://"])
def test_an_address_that_is_none_sends_nothing(line, url):
    with pytest.raises(NoAnswer) as caught:
        line.post(url, b"{}", {})
    assert not caught.value.sent


def test_a_redirect_is_not_followed():
    moved = httpx.MockTransport(lambda request: httpx.Response(302, headers={"Location": "http://else.example/"}))
    assert Line(moved).post("http://peer.example/", b"{}", {}).status == 302
