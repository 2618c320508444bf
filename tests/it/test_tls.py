"""TLS: what the handshake takes, and that framing and deadlines hold behind it."""
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import harness
from http_raw import HOSTILE_HEADS, SMUGGLED, connect, head, read_all, split_answers

ALONE = "deadlines of connections"


def certificates(folder):
    """A CA and a certificate for 127.0.0.1 signed by it: (ca, cert, key)."""
    def run(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run(*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA")
    run(*new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    with open(os.path.join(folder, "san"), "w", encoding="ascii") as f:
        f.write("subjectAltName=IP:127.0.0.1")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-out", "server.pem", "-extfile", "san")
    return [os.path.join(folder, name) for name in ("ca.pem", "server.pem", "server.key")]


class TlsDaemon(harness.Daemon):
    def __init__(self, ca, conf):
        self.ca = ca
        super().__init__(conf)

    def connection(self, timeout, peer):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, source_address=peer and (peer, 0),
                                           context=ssl.create_default_context(cafile=self.ca))


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="pledged-tls-")
        cls.ca, cert, key = certificates(cls.folder)
        cls.d = TlsDaemon(cls.ca, {"tls_cert": cert, "tls_key": key, "client_ca": cls.ca,
                                   "header_deadline_ms": "1500"})

    @classmethod
    def tearDownClass(cls):
        cls.d.close()
        shutil.rmtree(cls.folder)

    def dial(self, **versions):
        context = ssl.create_default_context(cafile=self.ca)
        context.set_alpn_protocols(["http/1.1"])
        for name, value in versions.items():
            setattr(context, name, value)
        return context.wrap_socket(connect(self.d.port), server_hostname="127.0.0.1")

    def talk(self, raw):
        with self.dial() as s:
            s.sendall(raw)
            return [a[0] for a in split_answers(read_all(s))]

    def test_versions(self):
        v = ssl.TLSVersion
        for version, name in ((v.TLSv1_2, "TLSv1.2"), (v.TLSv1_3, "TLSv1.3")):
            with self.dial(minimum_version=version, maximum_version=version) as s:
                self.assertEqual(s.version(), name)
                self.assertEqual(s.selected_alpn_protocol(), "http/1.1")
                self.assertRegex(s.cipher()[0], "GCM|CHACHA20")

    def test_old_versions_are_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            self.dial(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
        self.assertTrue(self.d.alive())

    def test_a_quiet_connection_goes_on(self):
        """Its buffers were given back after a second; a request is half there when others' are."""
        with self.dial() as one, self.dial(maximum_version=ssl.TLSVersion.TLSv1_2) as two:
            for s in (one, two):
                for half in (False, True):
                    s.sendall(head())
                    self.assertIn(b"200 OK", s.recv(65536))
                    s.sendall(head()[:8 if half else 0])
            time.sleep(1.3)
            for s in (one, two):
                s.sendall(head()[8:])
                self.assertIn(b"200 OK", s.recv(65536))

    def test_pipelined_requests(self):
        raw = head() + head(target=b"/nowhere") + head(b"Connection: close")
        self.assertEqual(self.talk(raw), [200, 404, 200])

    def test_malformed_heads(self):
        for name in ("two lengths", "length and chunked", "encoding gzip", "folded encoding",
                     "space before colon", "NUL in a value", "bare LF everywhere", "no Host"):
            with self.subTest(name):
                self.assertEqual(self.talk(HOSTILE_HEADS[name] + SMUGGLED), [400])

    def test_a_bound_client_certificate_is_as_good_as_a_token(self):
        def run(*args):
            subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)
        for name in ("bank", "stranger", "finance"):
            run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
            run("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out",
                name + ".pem", "-CAcreateserial")
        path = lambda name: os.path.join(self.folder, name)
        self.d.org("bank")
        self.d.cli("token", "add", "--org", "BANK-A", "--person", "批处理", "--cert", path("bank.pem"))

        def ask(name, method="GET", at="/v1/loans", headers=None):
            context = ssl.create_default_context(cafile=self.ca)
            if name:
                context.load_cert_chain(path(name + ".pem"), path(name + ".key"))
            c = http.client.HTTPSConnection("127.0.0.1", self.d.port, timeout=20, context=context)
            c.request(method, at, headers=headers or {})
            r = harness.Response(c.getresponse())
            c.close()
            return r

        def get(name):
            return ask(name).status
        self.assertEqual([get("bank"), get("stranger"), get(None)], [200, 401, 401])
        # By two persons of the office as well, and another in its place that ends it at once.
        with open(path("stranger.pem"), encoding="ascii") as f:
            der = ssl.PEM_cert_to_DER_cert(f.read())
        bind = {"reference": "Z-1", "organisation": "BANK-A", "person": "批处理", "certificate": hashlib.sha256(der).hexdigest()}
        made = self.d.call("POST", "/v1/tokens", bind, self.d.token("ip_office"))
        self.assertEqual(get("stranger"), 401)
        self.d.agreed(made)
        self.assertEqual(get("stranger"), 200)
        follow = {"reference": "Z-2", "overlap_hours": 0, "reason": "换证", "certificate": "0" * 64}
        self.d.agreed(self.d.call("POST", "/v1/tokens/%s/rotate" % made.json()["id"], follow, self.d.token("ip_office")))
        self.assertEqual(get("stranger"), 401)
        # A browser shows the certificate whoever makes it ask. Sealing needs no body, so any page could have it asked.
        self.d.org("finance")
        self.d.cli("token", "add", "--org", "FINANCE", "--person", "批处理", "--cert", path("finance.pem"))
        own = "https://127.0.0.1:%d" % self.d.port
        seal = "/v1/reports/quarterly/2021Q1/seal"
        for origin in ("https://evil.example", "null", own + "1", "https://evil.example/" + own):
            r = ask("finance", "POST", seal, {"Origin": origin})
            self.assertEqual((r.status, r.codes()), (403, [("", "E_CSRF")]), origin)
            self.assertEqual(ask("finance", headers={"Origin": origin}).status, 200)  # its answer is kept from that page
        self.assertEqual(ask("finance", "GET", seal).status, 404)  # nothing was done
        self.assertEqual([ask("finance", "POST", seal, h).status for h in ({}, {"Origin": own})], [202, 200])
        self.d.cli("token", "revoke", "--org", "BANK-A", "--person", "批处理")
        self.assertEqual(harness.soon(lambda: get("bank"), 401), 401)

    def test_plain_http_is_cut(self):
        with connect(self.d.port) as s:
            s.sendall(SMUGGLED)
            self.assertNotIn(b"HTTP/1.1 200", read_all(s))
        self.assertTrue(self.d.alive())

    def test_silent_and_dripping_handshakes_are_cut(self):
        for byte in (b"", b"\x16"):
            with self.subTest(byte), connect(self.d.port) as s:
                started = time.monotonic()
                s.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
                s.settimeout(0.2)
                while time.monotonic() - started < 8:
                    try:
                        if not s.recv(100):
                            break
                    except TimeoutError:
                        try:
                            s.sendall(byte)
                        except (BrokenPipeError, ConnectionResetError):
                            break
                    except ConnectionResetError:
                        break
                self.assertLess(time.monotonic() - started, 3)

    def test_a_client_that_cuts_the_line(self):
        for end in (len(SMUGGLED) // 2, len(SMUGGLED)):
            s = self.dial()
            s.sendall(SMUGGLED[:end])
            # No close_notify: the TCP connection just ends.
            plain = socket.socket(fileno=s.detach())
            plain.close()
        self.assertTrue(self.d.alive())


if __name__ == "__main__":
    unittest.main()
