"""HTTP over raw sockets: helpers, and the malformed messages that must be refused."""
import socket

HOST = b"Host: localhost\r\n"
# What an attacker hopes to get answered: every hostile message is followed by it.
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(port):
    s = socket.create_connection(("127.0.0.1", port), timeout=15)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_all(s):
    """Everything until the server closes; fails (timeout) when it does not."""
    got = []
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        got.append(piece)
    return b"".join(got)


def chunks_of(rest):
    pieces, at = [], 0
    while True:
        line = rest.index(b"\r\n", at)
        n = int(rest[at:line], 16)
        pieces.append(rest[line + 2:line + 2 + n])
        at = line + 2 + n + 2
        if n == 0:
            return b"".join(pieces), rest[at:]


def split_answers(got, without_body=False):
    """[(status, {header: value}, body)] of all bytes that a server sent."""
    answers = []
    while got:
        head, got = got.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        assert lines[0].startswith("HTTP/1.1 "), lines[0]
        status = int(lines[0].split(" ")[1])
        headers = {k.lower(): v for k, v in (x.split(": ", 1) for x in lines[1:])}
        if status == 100:
            answers.append((status, headers, b""))
            continue
        if headers.get("transfer-encoding") == "chunked":
            body, got = chunks_of(got)
        else:
            n = 0 if without_body else int(headers.get("content-length", 0))
            body, got = got[:n], got[n:]
            assert len(body) == n, "answer cut short"
        answers.append((status, headers, body))
    return answers


def talk(port, raw, half_close=False):
    with connect(port) as s:
        s.sendall(raw)
        if half_close:
            s.shutdown(socket.SHUT_WR)
        return read_all(s)


def head(*lines, method=b"GET", target=b"/healthz", version=b"HTTP/1.1", host=HOST):
    line = method + b" " + target + b" " + version + b"\r\n"
    return line + host + b"".join(x + b"\r\n" for x in lines) + b"\r\n"


def post(*lines, body=b"", **kw):
    return head(*lines, method=b"POST", target=b"/healthz", **kw) + body


HOSTILE_HEADS = {
    # Two lengths, or a length and an encoding.
    "two equal lengths": post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
    "two lengths": post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello!"),
    "two lengths, one empty": post(b"Content-Length: 5", b"Content-Length:", body=b"hello"),
    "length list": post(b"Content-Length: 5, 5", body=b"hello"),
    "length and chunked": post(
        b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunked and length": post(
        b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    # Lengths that are not 1*DIGIT.
    "length +5": post(b"Content-Length: +5", body=b"hello"),
    "length -1": post(b"Content-Length: -1"),
    "length 5x": post(b"Content-Length: 5x", body=b"hello"),
    "length 5 5": post(b"Content-Length: 5 5", body=b"hello"),
    "length 0x5": post(b"Content-Length: 0x5", body=b"hello"),
    "length 5.0": post(b"Content-Length: 5.0", body=b"hello"),
    "length in quotes": post(b'Content-Length: "5"', body=b"hello"),
    "length empty": post(b"Content-Length:"),
    "length of 2^64 + 5": post(b"Content-Length: 18446744073709551621", body=b"hello"),
    "length 5 NUL": post(b"Content-Length: 5\0", body=b"hello"),
    # Encodings other than exactly chunked.
    "encoding gzip": post(b"Transfer-Encoding: gzip", body=b"0\r\n\r\n"),
    "encoding identity": post(b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "encoding empty": post(b"Transfer-Encoding:", body=b"0\r\n\r\n"),
    "encoding in quotes": post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "encoding gzip, chunked": post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "encoding chunked, identity": post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "encoding chunked, chunked": post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "encoding with parameter": post(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n"),
    "encoding xchunked": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "encoding twice": post(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "encoding twice, first identity": post(
        b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "encoding with vertical tab": post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "encoding on HTTP/1.0": post(
        b"Transfer-Encoding: chunked", version=b"HTTP/1.0", body=b"0\r\n\r\n"),
    # Lines.
    "folded value": head(b"X-A: b", b" c"),
    "folded with tab": head(b"X-A: b", b"\tc"),
    "folded encoding": post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"),
    "folded first line": b"GET /healthz HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n",
    "space before colon": head(b"X-A : b"),
    "space before colon of a length": post(b"Content-Length : 5", body=b"hello"),
    "tab before colon of an encoding": post(b"Transfer-Encoding\t: chunked", body=b"0\r\n\r\n"),
    "space in a name": head(b"X A: b"),
    "bracket in a name": head(b"X[A]: b"),
    "slash in a name": head(b"X/A: b"),
    "non-ASCII name": head("Ｘ-A: b".encode()),
    "empty name": head(b": b"),
    "no colon": head(b"X-A"),
    "NUL in a value": head(b"X-A: b\0c"),
    "NUL in a name": head(b"X\0A: b"),
    "control character in a value": head(b"X-A: b\x01c"),
    "DEL in a value": head(b"X-A: b\x7fc"),
    "invalid UTF-8 in a value": head(b"X-A: b\xff"),
    "bare LF after a header": b"GET /healthz HTTP/1.1\r\nX-A: b\n" + HOST + b"\r\n",
    "bare LF everywhere": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "bare LF at the end": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n",
    "bare CR in a value": head(b"X-A: b\rc"),
    "bare CR before an encoding": post(
        b"X-A: b\rTransfer-Encoding: chunked", b"Content-Length: 5", body=b"hello"),
    "CR CR LF": b"GET /healthz HTTP/1.1\r\r\n" + HOST + b"\r\n",
    # Host.
    "no Host": head(host=b""),
    "two Hosts": head(b"Host: localhost"),
    "two different Hosts": head(b"Host: example.com"),
    "two Hosts on HTTP/1.0": head(b"Host: localhost", version=b"HTTP/1.0"),
    "empty Host": head(host=b"Host:\r\n"),
    "Host with a space": head(host=b"Host: a b\r\n"),
    "Host with a path": head(host=b"Host: localhost/x\r\n"),
    "Host with a user": head(host=b"Host: a@localhost\r\n"),
    "Host list": head(host=b"Host: a, b\r\n"),
    "Host with a bad port": head(host=b"Host: localhost:80a\r\n"),
    "Host with two ports": head(host=b"Host: localhost:80:80\r\n"),
    "Host with an open bracket": head(host=b"Host: [::1\r\n"),
    # Versions and request lines.
    "version 1.2": head(version=b"HTTP/1.2"),
    "version 1.10": head(version=b"HTTP/1.10"),
    "version 01.1": head(version=b"HTTP/01.1"),
    "version 2.0": head(version=b"HTTP/2.0"),
    "version 0.9": head(version=b"HTTP/0.9"),
    "version in lower case": head(version=b"http/1.1"),
    "another protocol": head(version=b"RTSP/1.0"),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /healthz\r\n" + HOST + b"\r\n",
    "no target": b"GET  HTTP/1.1\r\n" + HOST + b"\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "tab for a space": b"GET\t/healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "space after the version": b"GET /healthz HTTP/1.1 \r\n" + HOST + b"\r\n",
    "space before the method": b" GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "method with a colon": head(method=b"GE:T"),
    "CONNECT": head(method=b"CONNECT", target=b"localhost:80"),
    "CONNECT with a path": head(method=b"CONNECT"),
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    # Targets.
    "absolute target": head(target=b"http://localhost/healthz"),
    "asterisk": head(method=b"OPTIONS", target=b"*"),
    "target without slash": head(target=b"healthz"),
    "fragment": head(target=b"/healthz#a"),
    "raw UTF-8": head(target="/健康".encode()),
    "NUL": head(target=b"/healthz\0"),
    "%00": head(target=b"/healthz%00"),
    "%00 in the query": head(target=b"/healthz?a=%00"),
    "% alone": head(target=b"/healthz%"),
    "% and one digit": head(target=b"/healthz%4"),
    "% and no digits": head(target=b"/healthz?a=%zz"),
    "%0a in the path": head(target=b"/healthz%0a"),
    "invalid UTF-8": head(target=b"/%ff"),
    "overlong UTF-8": head(target=b"/%c0%af"),
    "UTF-8 surrogate": head(target=b"/%ed%a0%80"),
    "dot segment": head(target=b"/./healthz"),
    "dot dot segment": head(target=b"/x/../healthz"),
    "dot dot at the end": head(target=b"/x/.."),
    "encoded dot dot": head(target=b"/x/%2e%2E/healthz"),
    "encoded slash and dots": head(target=b"/x%2f..%2fhealthz"),
}

# Sent to a route that reads its body, after a head that is fine.
HOSTILE_CHUNKS = {
    "+5": b"+5\r\nhello\r\n0\r\n\r\n",
    "-5": b"-5\r\nhello\r\n0\r\n\r\n",
    "0x5": b"0x5\r\nhello\r\n0\r\n\r\n",
    "space before the size": b" 5\r\nhello\r\n0\r\n\r\n",
    "space after the size": b"5 \r\nhello\r\n0\r\n\r\n",
    "tab after the size": b"5\t\r\nhello\r\n0\r\n\r\n",
    "NUL after the size": b"5\0\r\nhello\r\n0\r\n\r\n",
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "not a number": b"g\r\nhello\r\n0\r\n\r\n",
    "bare LF after the size": b"5\nhello\r\n0\r\n\r\n",
    "bare CR after the size": b"5\rhello\r\n0\r\n\r\n",
    "bare LF after the data": b"5\r\nhello\n0\r\n\r\n",
    "nothing after the data": b"5\r\nhello0\r\n\r\n",
    "more data than announced": b"5\r\nhello!!\r\n0\r\n\r\n",
    "bare LF at the end": b"5\r\nhello\r\n0\r\n\n",
    "bare LF after the last size": b"5\r\nhello\r\n0\n\r\n",
    "size of 2^64 + 5": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "size of 2^64 - 1": b"ffffffffffffffff0\r\nhello\r\n0\r\n\r\n",
    "extension": b"5;a=b\r\nhello\r\n0\r\n\r\n",
    "extension without a value": b"5;a\r\nhello\r\n0\r\n\r\n",
    "empty extension": b"5;\r\nhello\r\n0\r\n\r\n",
    "extension with bare LF": b"5;a\nb\r\nhello\r\n0\r\n\r\n",
    "extension on the last chunk": b"5\r\nhello\r\n0;a=b\r\n\r\n",
    "trailer": b"5\r\nhello\r\n0\r\nX-A: b\r\n\r\n",
    "trailer that would be a length": b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
    "trailer without end": b"5\r\nhello\r\n0\r\nX",
}
