#!/usr/bin/env python3
"""One signed request (RFC 9421, RFC 9530), with nothing but Python's standard library.

    signed_request.py KEY_FILE METHOD URL [BODY_FILE [CONTENT_TYPE]]

KEY_FILE holds what `pledged token add --hmac sha256` printed: the id of the key and the key, or of several (the first
is used: put a new one in front, and take the old one away when it has been revoked). Prints status and body. As a
module: signed(...) gives the headers to send.
"""
import base64
import hashlib
import hmac
import http.client
import secrets
import sys
import time
import urllib.parse

ALGORITHMS = {"plk_": ("hmac-sha256", "sha256"), "plm_": ("hmac-sm3", "sm3")}


def signed(key_id, key, method, target, headers, body, created=None, nonce=None):
    """The headers to send with the request: those given, and its signature."""
    name, digest = ALGORITHMS[key_id[:4]]
    headers = {k.lower(): v for k, v in headers.items()}
    path, question, query = target.partition("?")
    values = {"@method": method, "@path": path, "@query": "?" + query}
    covered = ["@method", "@path"] + (["@query"] if question else [])
    if body:
        headers["content-digest"] = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()
    for header in ("content-digest", "content-type", "if-match", "if-none-match"):
        if header in headers:
            values[header] = headers[header]
            covered.append(header)
    params = '(%s);created=%d;nonce="%s";keyid="%s";alg="%s"' % (
        " ".join('"%s"' % c for c in covered), created or int(time.time()), nonce or secrets.token_urlsafe(18), key_id,
        name)
    base = "".join('"%s": %s\n' % (c, values[c]) for c in covered) + '"@signature-params": ' + params
    mac = hmac.new(key.encode(), base.encode(), digest).digest()
    headers["signature-input"] = "sig=" + params
    headers["signature"] = "sig=:%s:" % base64.b64encode(mac).decode()
    return headers


def main(key_file, method, url, body_file=None, content_type="application/json"):
    with open(key_file, encoding="ascii") as f:
        key_id, key = f.readline().split()
    body = b""
    if body_file:
        with open(body_file, "rb") as f:
            body = f.read()
    at = urllib.parse.urlsplit(url)
    target = (at.path or "/") + ("?" + at.query if at.query else "")
    headers = signed(key_id, key, method, target, {"content-type": content_type} if body else {}, body)
    make = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    connection = make(at.netloc, timeout=60)
    connection.request(method, target, body or None, headers)
    answer = connection.getresponse()
    print(answer.status)
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.read() + b"\n")
    return 0 if answer.status < 400 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
