"""Is every answer that a test gets one that the daemon's description (/openapi.json) promises?

harness.Daemon.call shows each exchange to `seen`. What differs - an operation, a status, a media type or a
member that is not described, a value of another kind - is told when the run of the file ends, and fails it.
"""
import atexit
import datetime
import functools
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse
import uuid

try:
    import jsonschema
except ImportError:  # an interpreter from elsewhere beside Debian's package, which is plain Python
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

faults = {}  # (operation, status, what is wrong): an example

formats = jsonschema.FormatChecker(formats=())
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@formats.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or re.fullmatch("[0-9a-f-]{36}", value) and str(uuid.UUID(value)) == value


@formats.checks("date", raises=ValueError)
def is_date(value):
    return not isinstance(value, str) or str(datetime.date.fromisoformat(value)) == value


@formats.checks("date-time")
def is_instant(value):
    return not isinstance(value, str) or INSTANT.fullmatch(value) is not None


def told(error):
    """The deepest reason of an error, with the place in the answer."""
    best = jsonschema.exceptions.best_match([error])
    place = "/".join("*" if isinstance(p, int) else str(p) for p in best.absolute_path)
    return "/%s: %s" % (place, best.message if len(best.message) < 300 else "…" + best.message[-300:])


def sample(items):
    """Of many alike the first, the last and every tenth between: validating took longer than answering."""
    return items if len(items) <= 40 else items[:15] + items[15:-15:10] + items[-15:]


class Description:
    def __init__(self, document):
        self.document = document
        self.paths = [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operations)
                      for path, operations in sorted(document["paths"].items(), key=lambda p: "{" in p[0])]
        self.validators = {}
        self.good = set()  # digests of what was found in order

    def operation(self, method, path):
        """(its id, the operation) of a request; None: the description knows nothing there."""
        for pattern, operations in self.paths:
            if pattern.fullmatch(path) and method in operations:
                return operations[method]["operationId"], operations[method]
        return "%s %s" % (method, path), None

    def resolved(self, node):
        while "$ref" in node:
            node = functools.reduce(lambda at, name: at[name], node["$ref"][2:].split("/"), self.document)
        return node

    def problems(self, schema, value):
        key = id(schema)  # a part of the document, which stays
        if key not in self.validators:
            whole = dict(schema, components=self.document["components"])
            self.validators[key] = jsonschema.Draft202012Validator(whole, format_checker=formats)
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            value = dict(value, items=sample(value["items"]))
        return [told(e) for e in self.validators[key].iter_errors(value)]

    def body_problems(self, kind, media, body):
        if kind == "application/x-ndjson":
            values = [json.loads(line) for line in sample(body.decode().splitlines())]
        elif kind.endswith("json"):
            values = [json.loads(body)]
        else:
            values = []  # a text is a text
        return [p for v in values for p in self.problems(media["schema"], v)]

    def request_problems(self, operation, request):
        """Of one that was taken: what it asked for is described."""
        known = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
        taken = operation.get("requestBody", {}).get("content", {})
        kind = request["type"]
        yield from ("?%s is taken and not described" % n for n in request["query"] if n not in known)
        if kind and request["body"] and "requestBody" in operation and kind not in taken:
            yield "a body of %s is taken and not described" % kind

    def answer_problems(self, operation, method, answer):
        described = self.resolved(operation["responses"][str(answer["status"])]).get("content", {})
        if method == "HEAD" or not answer["body"] and not described:
            return []
        kind = answer["type"]
        if kind not in described:
            return ["a body of %s is not described" % kind]
        return self.body_problems(kind, described[kind], answer["body"])

    def unknown_problems(self, method, answer):
        """Of an operation that there is not: it is refused, as everywhere."""
        if not 400 <= answer["status"] < 500:
            return ["the operation is not described"]
        problem = self.document["components"]["responses"]["problem"]["content"]
        if method == "HEAD":
            return []
        if answer["type"] not in problem:
            return ["a refusal of %s is not described" % answer["type"]]
        return self.body_problems(answer["type"], problem[answer["type"]], answer["body"])

    def problems_of(self, request, answer):
        method = request["method"]
        name, operation = self.operation("get" if method == "HEAD" else method.lower(), request["path"])
        if operation is None:
            return name, self.unknown_problems(method, answer)
        if str(answer["status"]) not in operation["responses"]:
            return name, ["the status is not described"]
        found = self.answer_problems(operation, method, answer)
        if answer["status"] < 300:
            found += self.request_problems(operation, request)
        return name, found

    def seen(self, request, answer):
        digest = hashlib.sha256(repr((request["method"], request["path"], request["query"], request["type"],
                                      answer)).encode()).digest()
        if digest in self.good:
            return
        name, found = self.problems_of(request, answer)
        for problem in found:
            faults.setdefault((name, answer["status"], problem), request["path"])
        if not found:
            self.good.add(digest)


@functools.lru_cache(maxsize=None)
def description(binary):
    out = subprocess.run([binary, "openapi"], check=True, stdout=subprocess.PIPE).stdout
    return Description(json.loads(out))


def media_type(headers):
    named = {k.lower(): v for k, v in headers.items()}
    return named.get("content-type", "").split(";")[0].strip().lower()


def seen(binary, method, target, body, headers, response):
    url = urllib.parse.urlsplit(target)
    request = {"method": method, "path": url.path, "body": bool(body), "type": media_type(headers),
               "query": sorted({n for n, _ in urllib.parse.parse_qsl(url.query, keep_blank_values=True)})}
    packed = response.headers.get("content-encoding") == "gzip"
    answer = {"status": response.status, "type": media_type(response.headers),
              "body": gzip.decompress(response.body) if packed and response.body else response.body}
    description(binary).seen(request, answer)


def tell():
    """At exit, after what the tests themselves have told."""
    if not faults:
        return
    print("FAIL: answers differ from what /openapi.json describes", file=sys.stderr)
    for (name, status, problem), path in sorted(faults.items(), key=str):
        print("%s %s %s\n    (%s)" % (name, status, problem, path), file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


atexit.register(tell)
