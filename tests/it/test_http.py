"""Malformed and slow HTTP over raw sockets: one refusal, a closed connection, no second answer.

Two servers in a chain that read one message differently let a client smuggle a request past the
first. So whatever is doubtful must be refused here, and what follows it must never be answered.
"""
import gzip
import json
import socket
import struct
import threading
import time
import unittest

from harness import Case, loan
from http_raw import (HOST, HOSTILE_CHUNKS, HOSTILE_HEADS, SMUGGLED, connect, head, post, read_all,
                      split_answers, talk)

ALONE = "deadlines of connections"


class Hostile(Case):
    def refused(self, raw, status=400, code="E_HTTP"):
        answers = split_answers(talk(self.d.port, raw + SMUGGLED))
        self.assertEqual([a[0] for a in answers], [status])
        _, headers, body = answers[0]
        self.assertEqual(headers["connection"], "close")
        self.assertEqual(headers["content-type"], "application/problem+json")
        problem = json.loads(body)
        self.assertEqual(problem["status"], status)
        self.assertEqual([e["code"] for e in problem["errors"]], [code])
        self.assertEqual(problem["request_id"], headers["x-request-id"])
        self.assertTrue(self.d.alive())
        return problem

    def bearer(self):
        return b"Authorization: Bearer " + self.d.token("bank").encode()

    def loan(self, *lines, body=b"", **kw):
        lines = (self.bearer(), b"Content-Type: application/json") + lines
        return head(*lines, method=b"POST", target=b"/v1/loans", **kw) + body

    def test_malformed_heads(self):
        for name, raw in HOSTILE_HEADS.items():
            with self.subTest(name):
                self.refused(raw)

    def test_malformed_heads_byte_by_byte_are_the_same(self):
        for name in ("two lengths", "folded encoding", "bare LF everywhere", "encoding gzip"):
            with self.subTest(name), connect(self.d.port) as s:
                for i in HOSTILE_HEADS[name]:
                    try:
                        s.sendall(bytes([i]))
                    except (BrokenPipeError, ConnectionResetError):
                        break
                self.assertEqual([a[0] for a in split_answers(read_all(s))], [400])

    def test_malformed_chunks(self):
        for name, body in HOSTILE_CHUNKS.items():
            with self.subTest(name):
                self.refused(self.loan(b"Transfer-Encoding: chunked", body=body))

    def test_a_refusal_names_what_is_wrong(self):
        problem = self.refused(post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"))
        self.assertEqual(problem["type"], "urn:pledged:problem:E_HTTP")
        self.assertIn("Content-Length repeated", problem["title"])
        self.assertIn("不合规", problem["title"])

    def test_a_refusal_speaks_english_when_asked(self):
        problem = self.refused(head(b"Accept-Language: en-GB, zh;q=0.5", host=b""))
        self.assertEqual(problem["title"], "Malformed HTTP: Host missing")

    def test_too_long(self):
        self.refused(head(b"X-A: " + b"a" * 17000), 431)
        self.refused(b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 4000, 431)
        self.refused(head(*[b"X-%d: y" % i for i in range(100)]), 431)
        self.refused(head(target=b"/" + b"a" * 8192), 414)
        self.refused(b"GET /" + b"a" * 100000, 414)
        self.refused(b"A" * 100000, 414)
        self.refused(head(method=b"A" * 33))

    def test_what_fits_is_served(self):
        lines = [b"X-%d: y" % i for i in range(98)] + [b"Connection: close"]
        answers = split_answers(talk(self.d.port, head(*lines)))
        self.assertEqual([a[0] for a in answers], [200])
        long = head(b"Connection: close", target=b"/" + b"a" * 8191)
        self.assertEqual([a[0] for a in split_answers(talk(self.d.port, long))], [404])

    def test_expectations(self):
        self.refused(post(b"Expect: 200-ok", b"Content-Length: 5"), 417, "E_EXPECT")

    def test_over_size(self):
        announced = self.loan(b"Content-Length: 999999999", body=b"{")
        self.refused(announced, 413, "E_TOO_LARGE")
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        self.refused(self.loan(b"Transfer-Encoding: chunked", body=chunk * 40), 413, "E_TOO_LARGE")

    def test_an_over_size_chunk_is_refused_when_its_size_is_told(self):
        for size in (b"100001", b"7fffffff", b"fffffffffffffff"):
            raw = self.loan(b"Transfer-Encoding: chunked", body=size + b"\r\n")  # nothing of it comes
            self.refused(raw, 413, "E_TOO_LARGE")
        half = b"80000\r\n" + b" " * 0x80000 + b"\r\n"
        self.refused(self.loan(b"Transfer-Encoding: chunked", body=half + b"80001\r\n"), 413, "E_TOO_LARGE")
        fits = half + b"80000\r\n" + b" " * 0x80000 + b"\r\n0\r\n\r\n"
        raw = self.loan(b"Transfer-Encoding: chunked", b"Connection: close", body=fits)
        self.assertEqual([a[0] for a in split_answers(talk(self.d.port, raw))], [400])  # taken whole: it is no JSON

    def test_packed_bodies_are_refused_with_the_cure(self):
        for coding in ("gzip", "deflate", "br", "identity, gzip"):
            r = self.d.call("POST", "/v1/loans", loan(), self.d.token("bank"), {"Content-Encoding": coding})
            self.assertEqual((r.status, r.codes(), r.headers["accept-encoding"]), (415, [("", "E_CODING")], "identity"))
        honest = self.d.call("POST", "/v1/loans", loan(), self.d.token("bank"), {"Content-Encoding": "identity"})
        self.assertEqual(honest.status, 201)

    def packed(self, accept, method="GET", path="/openapi.json"):
        return self.d.call(method, path, headers={"Accept-Encoding": accept} if accept else {})

    def test_large_answers_are_packed_for_who_takes_them_so(self):
        plain = self.packed(None)
        for accept in ("gzip", "br, GZIP;q=0.5", "*", "deflate, *;q=0.1"):
            got = self.packed(accept)
            self.assertEqual((got.status, got.headers["content-encoding"], got.headers["vary"]),
                             (200, "gzip", "Accept-Encoding"), accept)
            self.assertEqual(gzip.decompress(got.body), plain.body)
            self.assertLess(len(got.body) * 4, len(plain.body))
            self.assertEqual(self.packed(accept, "HEAD").headers["content-length"], str(len(got.body)))
        for accept in (None, "br", "gzip;q=0", "identity", "*;q=0", "gzip;q=0, *"):
            got = self.packed(accept)
            self.assertNotIn("content-encoding", got.headers, accept)
            self.assertEqual((got.body, got.headers["vary"]), (plain.body, "Accept-Encoding"))
        small = self.packed("gzip", path="/healthz")
        self.assertNotIn("content-encoding", small.headers)
        self.assertNotIn("vary", small.headers)

    def test_streams_are_packed_as_they_go(self):
        token = self.d.token("bank")
        lines = "".join(json.dumps(loan()) + "\n" for _ in range(300))
        post = lambda coding: self.d.call("POST", "/v1/loans?dry_run=true", lines, token,
                                          {"Content-Type": "application/x-ndjson", "Accept-Encoding": coding})
        plain, packed = post("identity"), post("gzip")
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(len(plain.lines()), 301)

    def test_over_size_is_not_asked_for(self):
        raw = self.loan(b"Content-Length: 999999999", b"Expect: 100-continue")
        self.refused(raw, 413, "E_TOO_LARGE")

    def test_body_cut_short(self):
        for lines, body in (((b"Content-Length: 50",), b"{"),
                            ((b"Transfer-Encoding: chunked",), b"5\r\nhe"),
                            ((b"Transfer-Encoding: chunked",), b"5\r\nhello\r\n"),
                            ((b"Transfer-Encoding: chunked",), b"5\r\nhello\r\n0\r\n")):
            with self.subTest(body):
                raw = self.loan(*lines, body=body)
                answers = split_answers(talk(self.d.port, raw, half_close=True))
                self.assertEqual([a[0] for a in answers], [400])
                self.assertTrue(self.d.alive())

    def test_head_cut_short_is_not_answered(self):
        for raw in (b"G", b"GET /healthz HTTP/1.1\r\n", head()[:-1], head()[:-2]):
            with self.subTest(raw):
                self.assertEqual(talk(self.d.port, raw, half_close=True), b"")
        self.assertTrue(self.d.alive())

    def test_body_without_a_length_is_the_next_request(self):
        # Legal HTTP: no length means no body. What follows must be judged as a head of its own.
        answers = split_answers(talk(self.d.port, self.loan(body=b'{"a":1}\r\n\r\n')))
        self.assertEqual([a[0] for a in answers], [400, 400])

    def test_garbage(self):
        for seed in range(60):
            raw = b"".join(struct.pack("<Q", (seed * 7919 + i * 104729) ** 5 % 2**64)
                           for i in range(40))
            with self.subTest(seed):
                talk(self.d.port, raw, half_close=True)
        for i in range(0, len(SMUGGLED), 3):
            broken = SMUGGLED[:i] + b"\x00" + SMUGGLED[i:]
            self.assertEqual([a[0] for a in split_answers(talk(self.d.port, broken))], [400])
        self.assertTrue(self.d.alive())


class Manners(Case):
    """What a well-behaved client may rely on."""

    def bearer(self):
        return b"Authorization: Bearer " + self.d.token("bank").encode()

    def statuses(self, raw, **kw):
        return [a[0] for a in split_answers(talk(self.d.port, raw, **kw))]

    def test_pipelined_requests_are_answered_in_order(self):
        raw = head() + head(target=b"/nowhere") + head() + head(b"Connection: close")
        self.assertEqual(self.statuses(raw), [200, 404, 200, 200])

    def test_bodies_between_pipelined_requests(self):
        lines = (self.bearer(), b"Content-Type: application/json")
        one = head(*lines, b"Content-Length: 2", method=b"POST", target=b"/v1/loans") + b"{}"
        two = head(*lines, b"Transfer-Encoding: chunked", method=b"POST",
                   target=b"/v1/loans") + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        raw = one + two + one + head(b"Connection: close")
        self.assertEqual(self.statuses(raw), [422, 422, 422, 200])

    def test_bytes_may_come_one_at_a_time(self):
        raw = head(self.bearer(), b"Transfer-Encoding: chunked", b"Connection: close",
                   b"Content-Type: application/json",
                   method=b"POST", target=b"/v1/loans") + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        with connect(self.d.port) as s:
            for i in raw:
                s.sendall(bytes([i]))
            self.assertEqual([a[0] for a in split_answers(read_all(s))], [422])

    def test_a_half_closed_client_is_answered(self):
        self.assertEqual(self.statuses(head(), half_close=True), [200])
        self.assertEqual(self.statuses(head() + head(), half_close=True), [200, 200])

    def test_nothing_after_close_is_answered(self):
        self.assertEqual(self.statuses(head(b"Connection: close") + SMUGGLED), [200])

    def test_http_1_0(self):
        raw = head(version=b"HTTP/1.0", host=b"") + SMUGGLED
        self.assertEqual(self.statuses(raw), [200])
        kept = head(b"Connection: keep-alive", version=b"HTTP/1.0")
        self.assertEqual(self.statuses(kept + head(version=b"HTTP/1.0")), [200, 200])

    def test_empty_lines_before_a_request_are_passed_over(self):
        self.assertEqual(self.statuses(b"\r\n\r\n" + head(b"Connection: close")), [200])

    def test_head_has_a_length_and_no_body(self):
        got = talk(self.d.port, head(b"Connection: close", method=b"HEAD"))
        (status, headers, _), = split_answers(got, without_body=True)
        self.assertEqual(status, 200)
        self.assertGreater(int(headers["content-length"]), 0)
        self.assertTrue(got.endswith(b"\r\n\r\n"))

    def test_unknown_methods_are_405(self):
        for method in (b"PATCH", b"OPTIONS", b"TRACE", b"BREW", b"get", b"SUBSCRIBE", b"DESCRIBE"):
            with self.subTest(method):
                raw = head(b"Connection: close", method=method)
                self.assertEqual(self.statuses(raw), [405])

    def test_upgrades_are_not_followed(self):
        raw = head(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
                   b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
        self.assertEqual(self.statuses(raw + head(b"Connection: close")), [200, 200])

    def test_standard_headers(self):
        (_, one, _), (_, two, _) = split_answers(
            talk(self.d.port, head() + head(b"Connection: close")))
        self.assertRegex(one["x-request-id"], "^[0-9a-f]{16,}$")
        self.assertNotEqual(one["x-request-id"], two["x-request-id"])
        self.assertEqual(one["cache-control"], "no-store")
        self.assertEqual(one["x-content-type-options"], "nosniff")
        self.assertEqual((one["connection"], two["connection"]), ("keep-alive", "close"))

    def test_no_token_is_401_with_a_challenge(self):
        raw = head(b"Content-Length: 2", b"Connection: close", method=b"POST", target=b"/v1/loans")
        (status, headers, _), = split_answers(talk(self.d.port, raw + b"{}"))
        self.assertEqual(status, 401)
        self.assertEqual(headers["www-authenticate"], "Bearer")

    def test_small_unread_bodies_keep_the_connection(self):
        refused = head(b"Content-Length: 60000", method=b"POST", target=b"/v1/loans")
        raw = refused + b"x" * 60000 + head(b"Connection: close")
        self.assertEqual(self.statuses(raw), [401, 200])

    def test_large_unread_bodies_close_it(self):
        refused = head(b"Content-Length: 70000", method=b"POST", target=b"/v1/loans")
        self.assertEqual(self.statuses(refused + b"x" * 70000 + SMUGGLED), [401])
        refused = head(b"Transfer-Encoding: chunked", method=b"POST", target=b"/v1/loans")
        self.assertEqual(self.statuses(refused + b"0\r\n\r\n" + SMUGGLED), [401])

    def test_a_refusal_survives_a_large_upload(self):
        """The answer must not be lost to a reset because the client was still sending."""
        for _ in range(3):
            refused = head(b"Content-Length: 4000000", method=b"POST", target=b"/v1/loans")
            self.assertEqual(self.statuses(refused + b"x" * 4000000), [401])

    def test_continue_comes_after_authentication(self):
        expect = (b"Content-Length: 2", b"Expect: 100-continue", b"Content-Type: application/json")
        with connect(self.d.port) as s:
            s.sendall(head(self.bearer(), *expect, b"Connection: close",
                           method=b"POST", target=b"/v1/loans"))
            self.assertEqual(s.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(b"{}")
            self.assertEqual([a[0] for a in split_answers(read_all(s))], [422])
        # Without a token: no invitation, and the connection closes for the body may still come.
        raw = head(*expect, method=b"POST", target=b"/v1/loans")
        self.assertEqual(self.statuses(raw), [401])

    def test_clients_that_vanish(self):
        lines = (self.bearer(), b"Content-Type: application/json", b"Content-Length: 2")
        raw = head(*lines, method=b"POST", target=b"/v1/loans") + b"{}"
        for cut in (1, 20, len(raw) - 1, len(raw)):
            for _ in range(10):
                s = connect(self.d.port)
                s.sendall(raw[:cut])
                # Reset, not a polite close.
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.close()
        self.assertTrue(self.d.alive())

    def test_many_connections_at_once(self):
        clients = [connect(self.d.port) for _ in range(100)]
        for s in clients:
            s.sendall(head(b"Connection: close"))
        for s in clients:
            self.assertEqual([a[0] for a in split_answers(read_all(s))], [200])
            s.close()


class Slow(Case):
    """Total deadlines: a byte now and then buys no time, and nobody else waits."""

    conf = {"header_deadline_ms": "1500", "body_deadline_ms": "2000"}

    def drip(self, first, each, expected, least, most):
        """Send `first`, then `each` every 0.2 s, until the server ends it."""
        started = time.monotonic()
        with connect(self.d.port) as s:
            s.sendall(first)
            s.settimeout(0.2)
            got = b""
            while time.monotonic() - started < most + 5:
                try:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    got += piece
                except TimeoutError:
                    try:
                        s.sendall(each)
                    except (BrokenPipeError, ConnectionResetError):
                        break
                except ConnectionResetError:
                    break
        took = time.monotonic() - started
        self.assertEqual([a[0] for a in split_answers(got)], expected)
        self.assertGreaterEqual(took, least)
        self.assertLess(took, most)

    def serving_others(self, work):
        """Others are answered promptly while `work` runs."""
        failures = []
        done = threading.Event()

        def others():
            while not done.is_set():
                started = time.monotonic()
                if not self.d.alive() or time.monotonic() - started > 1:
                    failures.append("another client had to wait")
                time.sleep(0.05)

        thread = threading.Thread(target=others)
        thread.start()
        try:
            work()
        finally:
            done.set()
            thread.join()
        self.assertEqual(failures, [])

    def bearer(self):
        return b"Authorization: Bearer " + self.d.token("bank").encode()

    def test_dripping_heads(self):
        self.serving_others(lambda: self.drip(
            b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-A: ", b"a", [408], 1.4, 3.0))

    def test_dripping_heads_in_whole_lines(self):
        self.drip(b"GET /healthz HTTP/1.1\r\n" + HOST, b"X-A: b\r\n", [408], 1.4, 3.0)

    def test_silent_connections_are_closed(self):
        self.drip(b"", b"", [], 1.4, 3.0)

    def test_empty_lines_buy_no_time(self):
        self.drip(b"", b"\r\n", [], 1.4, 3.0)

    def test_dripping_bodies(self):
        raw = head(self.bearer(), b"Content-Type: application/json", b"Content-Length: 1000",
                   method=b"POST", target=b"/v1/loans")
        self.serving_others(lambda: self.drip(raw, b" ", [408], 1.9, 4.0))

    def test_dripping_chunks(self):
        raw = head(self.bearer(), b"Content-Type: application/json",
                   b"Transfer-Encoding: chunked", method=b"POST", target=b"/v1/loans")
        self.drip(raw, b"1\r\n \r\n", [408], 1.9, 4.0)

    def test_endless_chunk_sizes(self):
        raw = head(self.bearer(), b"Content-Type: application/json",
                   b"Transfer-Encoding: chunked", method=b"POST", target=b"/v1/loans")
        self.drip(raw, b"0", [408], 1.9, 4.0)

    def test_the_second_head_has_a_deadline_too(self):
        self.drip(head() + b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n", [200, 408], 1.4, 3.5)

    def test_answers_not_read_are_cut(self):
        with connect(self.d.port) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.settimeout(0.5)
            ended = time.monotonic() + 15
            try:
                while time.monotonic() < ended:
                    try:
                        s.sendall(SMUGGLED * 1000)
                    except TimeoutError:
                        continue
                self.fail("a client that never reads was kept")
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.assertTrue(self.d.alive())


if __name__ == "__main__":
    unittest.main()
