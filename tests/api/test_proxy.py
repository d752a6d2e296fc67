"""What deploy/nginx.conf passes on, asked of a real nginx."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NGINX, OPENSSL = shutil.which("nginx", path=PATHS), shutil.which("openssl", path=PATHS)
DEPLOYED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
AROUND = """
daemon off; master_process off; pid {here}/pid; error_log stderr;
events {{ }}
http {{
access_log off;
client_body_temp_path {here}; proxy_temp_path {here}; fastcgi_temp_path {here}; uwsgi_temp_path {here};
scgi_temp_path {here};
{deployed}
}}
"""

CERTIFICATE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gridflex -keyout key -out cert"

pytestmark = pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not installed")


class Told(BaseHTTPRequestHandler):
    """Answers with the name of the request as it came."""

    def do_GET(self) -> None:
        said = self.headers["X-Request-ID"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[httpx.Client]:
    """Asks an instance behind nginx, which listens on two sockets, one with TLS, in a directory of its own."""
    instance = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    threading.Thread(target=instance.serve_forever, args=(0.02,), daemon=True).start()
    socket, deployed = tmp_path / "socket", DEPLOYED.read_text()
    subprocess.run([str(OPENSSL), *CERTIFICATE.split()], cwd=tmp_path, check=True, capture_output=True)
    listens = f"listen unix:{socket}; listen unix:{socket}s ssl; ssl_certificate cert; ssl_certificate_key key;"
    deployed = re.sub(r"listen \d+;", listens, deployed)
    deployed = re.sub(r"server 127\.0\.0\.1:\d+", f"server 127.0.0.1:{instance.server_port}", deployed, count=1)
    deployed = re.sub(r"\n *server 127\.0\.0\.1:8602.*", "", deployed)
    (tmp_path / "nginx.conf").write_text(AROUND.format(here=tmp_path, deployed=deployed))
    nginx = subprocess.Popen([str(NGINX), "-p", str(tmp_path), "-c", "nginx.conf"])
    ways = {  # asked again until nginx listens
        "http://": httpx.HTTPTransport(uds=str(socket), retries=8),
        "https://": httpx.HTTPTransport(uds=f"{socket}s", retries=8, verify=False),
    }
    with httpx.Client(mounts=ways, base_url="http://gridflex") as client:
        yield client
    nginx.terminate()
    nginx.wait(10)
    instance.shutdown()
    instance.server_close()


def test_a_requests_own_name_is_passed_on_and_another_gets_one(proxied: httpx.Client) -> None:
    def named(name: str | None) -> str:
        return proxied.get("/", headers={} if name is None else {"X-Request-ID": name}).text

    assert named("from-the-client.1_A") == "from-the-client.1_A"
    assert named("x" * 64) == "x" * 64
    for unfit in (None, "short", "x" * 65, "with a space", "a;b,c{d}e"):
        assert re.fullmatch(r"[0-9a-f]{32}", named(unfit)), unfit


@pytest.mark.parametrize(("scheme", "secure"), [("http", ""), ("https", "; Secure")])
def test_the_seats_cookie_is_for_https_alone_where_it_was_given_over_https(
    proxied: httpx.Client, scheme: str, secure: str
) -> None:
    (given,) = proxied.get(f"{scheme}://gridflex/").headers.get_list("Set-Cookie")
    assert re.fullmatch(rf"gridflex_seat=[0-9a-f]{{32}}; Path=/; HttpOnly; SameSite=Lax{secure}", given)
    assert "Set-Cookie" not in proxied.get(f"{scheme}://gridflex/", headers={"Cookie": "gridflex_seat=x"}).headers
