"""A second reader of the log's proofs, written from the public formats alone (C2SP signed-note, tlog-checkpoint,
tlog-proof, tlog-tiles, tlog-cosignature, tlog-witness; RFC 6962): the standard library, and the openssl command for
signatures. It shares nothing with the program."""
import base64
import hashlib
import os
import struct
import subprocess
import tempfile

SM2 = b"\xffpledged sm2-sm3"
SPKI = {  # DER in front of a public key: Ed25519 (RFC 8410), SM2 (GM/T 0010)
    "ed25519": bytes.fromhex("302a300506032b6570032100"),
    "sm2": bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200"),
}


class Bad(Exception):
    """What was given is not what it says."""


def need(condition, what):
    if not condition:
        raise Bad(what)


def unbase64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("base64") from None
    need(base64.b64encode(raw).decode() == text, "base64 in another form")
    return raw


def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, "number")
    return int(text)


# ---- signatures, by the openssl command

def openssl(*args):
    return subprocess.run(["openssl", *args], capture_output=True, check=False).returncode == 0


def verified(kind, key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % base64.b64encode(SPKI[kind] + key).decode()
        for name, content in (("key", pem.encode()), ("text", text), ("signature", signature)):
            with open(path(name), "wb") as f:
                f.write(content)
        extra = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] if kind == "sm2" else []
        return openssl("pkeyutl", "-verify", "-pubin", "-inkey", path("key"), "-rawin", "-in", path("text"), "-sigfile",
                       path("signature"), *extra)


class Key:
    """A vkey: name+id+base64(type, public key)."""
    def __init__(self, vkey):
        self.name, told, material = vkey.split("+", 2)
        raw = unbase64(material)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        need(self.id.hex() == told, "key id")
        if raw.startswith(SM2):
            self.kind, self.key = "sm2", raw[len(SM2):]
        else:
            need(raw[:1] in (b"\x01", b"\x04") and len(raw) == 33, "kind of key")
            self.kind, self.key = {1: "ed25519", 4: "witness"}[raw[0]], raw[1:]

    def verifies(self, text, signature):
        if self.kind != "witness":
            return verified(self.kind, self.key, text, signature)
        need(len(signature) == 72, "length of a cosignature")
        at = struct.unpack(">Q", signature[:8])[0]
        return verified("ed25519", self.key, b"cosignature/v1\ntime %d\n" % at + text, signature[8:])


# ---- notes and checkpoints

def split_note(data):
    """(text, [(name, id, signature)])"""
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise Bad("UTF-8") from None
    need(not any(ord(c) < 32 and c != "\n" for c in note) and note.endswith("\n"), "bytes of a note")
    at = note.rfind("\n\n")
    need(at >= 0, "no signatures")
    lines = []
    for line in note[at + 2:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "—" and parts[1] and "+" not in parts[1], "signature line")
        raw = unbase64(parts[2])
        need(len(raw) > 4, "short signature")
        lines.append((parts[1], raw[:4], raw[4:]))
    return note[:at + 1].encode(), lines


def checkpoint(data, vkeys):
    """(origin, size, root) of a note that every one of the keys has signed."""
    text, lines = split_note(data)
    for key in map(Key, vkeys):
        mine = [s for name, key_id, s in lines if (name, key_id) == (key.name, key.id)]
        need(mine and all(key.verifies(text, s) for s in mine), "signature of %s" % key.name)
    parts = text.decode().split("\n")
    need(len(parts) == 4 and parts[0] and parts[3] == "", "lines of a checkpoint")
    root = unbase64(parts[2])
    need(len(root) == 32, "root")
    need(all(Key(v).kind == "witness" or Key(v).name == parts[0] for v in vkeys), "origin")
    return parts[0], number(parts[1]), root


# ---- the tree

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree(hashes):
    """MTH of RFC 6962 section 2.1, word for word."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256().digest()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node(tree(hashes[:k]), tree(hashes[k:]))


def check_inclusion(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2."""
    need(index < size, "index")
    at, last = index, size - 1
    for p in path:
        need(last, "path too long")
        if at & 1 or at == last:
            leaf = node(p, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = node(leaf, p)
        at, last = at >> 1, last >> 1
    need(last == 0 and leaf == root, "path does not lead to the root")


def check_consistency(old, old_root, size, root, path):
    """RFC 9162 section 2.1.4.2."""
    need(0 < old <= size, "sizes")
    if old == size:
        need(old_root == root and not path, "two roots of one size")
        return
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    need(path, "empty proof")
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for p in path[1:]:
        need(last, "proof too long")
        if at & 1 or at == last:
            first, second = node(p, first), node(p, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, p)
        at, last = at >> 1, last >> 1
    need(last == 0 and first == old_root and second == root, "not one log")


# ---- proofs and tiles

def hashes_until_empty(lines):
    path = []
    while True:
        need(lines, "no checkpoint")
        line = lines.pop(0)
        if line == b"":
            return path, b"\n".join(lines)
        path.append(unbase64(line.decode("ascii", "replace")))
        need(len(path[-1]) == 32, "hash")


def receipt(data, vkeys):
    """(the entry, size, root) of a tlog-proof that holds."""
    lines = data.split(b"\n")
    need(lines.pop(0) == b"c2sp.org/tlog-proof@v1", "first line")
    need(lines and lines[0].startswith(b"extra "), "the entry")
    entry = unbase64(lines.pop(0)[6:].decode("ascii", "replace"))
    need(lines and lines[0].startswith(b"index "), "the index")
    index = number(lines.pop(0)[6:].decode("ascii", "replace"))
    path, note = hashes_until_empty(lines)
    _, size, root = checkpoint(note, vkeys)
    check_inclusion(leaf_hash(entry), index, size, path, root)
    return entry, size, root


def step(data, vkeys, old_root):
    """The checkpoint of what a witness is posted, when it grows out of the old root."""
    lines = data.split(b"\n")
    need(lines[0].startswith(b"old "), "old")
    old = number(lines.pop(0)[4:].decode("ascii", "replace"))
    path, note = hashes_until_empty(lines)
    _, size, root = checkpoint(note, vkeys)
    if old:
        check_consistency(old, old_root, size, root, path)
    else:
        need(not path, "a proof from nothing")
    return old, size, root


def bundle(data):
    """The entries of a bundle."""
    entries = []
    while data:
        n = struct.unpack(">H", data[:2])[0]
        need(len(data) >= 2 + n, "bundle cut short")
        entries.append(data[2:2 + n])
        data = data[2 + n:]
    return entries


def tile_path(level, n, width=256):
    digits = "%03d" % n
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    return "tile/%s/%s%s" % (level, "/".join(["x" + g for g in groups[:-1]] + groups[-1:]),
                             ".p/%d" % width if width < 256 else "")
