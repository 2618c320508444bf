"""A witness as C2SP tlog-witness describes it, with the openssl command for its signatures."""
import base64
import hashlib
import http.server
import os
import struct
import subprocess
import threading
import time

import tlog


class Witness:
    def __init__(self, folder, name):
        self.name, self.path = name, os.path.join(folder, name.replace("/", "_") + ".pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", self.path], check=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        material = b"\x04" + der[-32:]
        self.id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), base64.b64encode(material).decode())
        self.log_keys, self.size, self.root = [], 0, None
        self.asked, self.answers_wrongly = [], False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/w" % self.server.server_address[1]

    def sign(self, text):
        at = int(time.time())
        message = b"cosignature/v1\ntime %d\n" % at + text
        with open(self.path + ".in", "wb") as f:
            f.write(message)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in",
                                    self.path + ".in"], check=True, capture_output=True).stdout
        raw = self.id + struct.pack(">Q", at) + signature
        return "— %s %s\n" % (self.name, base64.b64encode(raw).decode())

    def answer(self, body):
        lines = body.split(b"\n")
        old = int(lines[0].split(b" ")[1])
        note = body[body.index(b"\n\n") + 2:]
        _, size, root = tlog.checkpoint(note, self.log_keys)
        self.asked.append((old, size))
        if old != self.size:
            return 409, b"%d\n" % self.size
        try:
            tlog.step(body, self.log_keys, self.root)
        except tlog.Bad:
            return 422, b""
        self.size, self.root = size, root
        text = tlog.split_note(note)[0]
        return 200, self.sign(text + b"x\n" if self.answers_wrongly else text).encode()

    def handler(self):
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, out = witness.answer(body) if self.path == "/w/add-checkpoint" else (404, b"")
                self.send_response(status)
                self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *args):
                pass
        return Handler

    def close(self):
        self.server.shutdown()
        self.server.server_close()
