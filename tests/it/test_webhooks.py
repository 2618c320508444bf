"""Subscriptions: the feed sent in the log's order, signed as Standard Webhooks say, through kill -9 of either side."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

from harness import Case, daemon, loan, numbers

# A receiver that may be killed: what it has taken stands in a file, one delivery a line, before it answers.
RECEIVER = r"""
import http.server, json, os, sys
class Take(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = int(open(sys.argv[3]).read() or 204)
        if status < 300:
            with open(sys.argv[2], "a") as f:
                f.write(json.dumps([{k.lower(): v for k, v in self.headers.items()}, body.decode()]) + "\n")
                f.flush()
                os.fsync(f.fileno())
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Take).serve_forever()
"""


def signature(secret, headers, body):
    """As standardwebhooks.com says: HMAC-SHA256 over id, time and body, by the bytes behind whsec_."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = "%s.%s.%s" % (headers["webhook-id"], headers["webhook-timestamp"], body)
    return "v1," + base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


class Webhooks(Case):
    conf = {"webhook_private": "true", "webhook_retry_s": 1}

    def setUp(self):
        self.bank, self.other = self.d.token("bank"), self.d.token("bank", "BANK-HOOK-B")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.taken, self.says = os.path.join(folder.name, "taken"), os.path.join(folder.name, "status")
        for path in (self.taken, self.says):
            with open(path, "w", encoding="ascii"):
                pass
        with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as s:
            self.port = s.server_address[1]
        self.receiver = None
        self.listen()
        self.addCleanup(self.hang_up)

    def listen(self):
        self.receiver = subprocess.Popen([sys.executable, "-c", RECEIVER, str(self.port), self.taken, self.says])
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.fail("the receiver does not listen")

    def hang_up(self):
        self.receiver.kill()
        self.receiver.wait()

    def answer_with(self, status):
        with open(self.says + ".new", "w", encoding="ascii") as f:
            f.write(str(status))
        os.replace(self.says + ".new", self.says)

    def deliveries(self):
        with open(self.taken, encoding="utf-8") as f:
            return [json.loads(line) for line in f if line.endswith("\n")]

    def changes(self):
        """The loans of all deliveries by the numbers of their changes; each delivery begins where the last one ended."""
        found = {}
        for _, body in self.deliveries():
            for c in json.loads(body)["data"]["items"]:
                if c["type"] == "loan":
                    found[c["seq"]] = c["id"]
        return found

    def post(self, token, n=1):
        made = []
        for _ in range(n):
            r = self.d.call("POST", "/v1/loans", loan(), token)
            self.assertEqual(r.status, 201, r.body)
            made.append(r.json()["id"])
        return made

    def subscribe(self, token=None, status=201, **over):
        body = dict({"reference": "DY-%d" % next(numbers), "url": "http://127.0.0.1:%d/hook" % self.port}, **over)
        r = self.d.call("POST", "/v1/webhooks", body, token or self.bank)
        self.assertEqual(r.status, status, r.body)
        return r

    def shown(self, made, token=None):
        r = self.d.call("GET", "/v1/webhooks/" + made["id"], token=token or self.bank)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def until(self, what, so=True, within=20):
        end = time.time() + within
        while what() != so:
            self.assertLess(time.time(), end, what())
            time.sleep(0.1)

    def disable(self, made, token=None, status=201):
        r = self.d.call("POST", "/v1/webhooks/%s/disable" % made["id"],
                        {"reference": "TD-%d" % next(numbers), "reason": "更换"}, token or self.bank)
        self.assertEqual(r.status, status, r.body)

    def test_what_its_subscriber_may_see_comes_in_order_and_signed(self):
        made = self.subscribe().json()
        self.assertRegex(made["secret"], "^whsec_[A-Za-z0-9+/]{43}=$")
        mine = self.post(self.bank, 3)
        self.post(self.other, 2)
        mine += self.post(self.bank, 2)
        self.until(lambda: list(self.changes().values()) == mine)
        for headers, body in self.deliveries():
            self.assertEqual(headers["webhook-signature"], signature(made["secret"], headers, body))
            self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
            self.assertEqual((headers["content-type"], json.loads(body)["type"]), ("application/json", "changes"))
        ids = [h["webhook-id"] for h, _ in self.deliveries()]
        self.assertEqual(len(set(ids)), len(ids))
        self.until(lambda: self.shown(made).get("delivered", 0) >= max(self.changes()))  # noted when it was answered
        shown = self.shown(made)
        self.assertEqual((shown["state"], shown["person"], "failure" in shown), ("delivering", "王敏", False))
        self.assertGreaterEqual(shown["delivered"], max(self.changes()))
        told = lambda: [x for x in self.d.call("GET", "/v1/access-log?limit=1000&q=" + made["reference"], token=self.d.token("auditor")
                                               ).json()["items"] if x["route"] == "/v1/webhooks"]
        self.until(lambda: sum(x["shown"] for x in told()) >= len(mine))  # what went out was read by its subscriber
        self.assertEqual({(x["org"], x["person"]) for x in told()}, {("BANK-A", "王敏")})
        # said again it is the same subscription, and the key is not told again; another office does not know of it
        again = self.d.call("POST", "/v1/webhooks", {k: made[k] for k in ("reference", "url")}, self.bank)
        self.assertEqual((again.status, "secret" in again.json()), (200, False))
        self.assertEqual(self.d.call("GET", "/v1/webhooks/" + made["id"], token=self.other).status, 404)
        self.disable(made, self.other, 404)
        self.disable(made)
        before = len(self.deliveries())
        self.post(self.bank)
        time.sleep(1.5)
        self.assertEqual((len(self.deliveries()), self.shown(made)["state"]), (before, "disabled"))
        self.disable(made, status=409)

    def test_from_a_place_in_the_log_and_never_behind_its_end(self):
        head = self.d.call("GET", "/v1/changes?after=0&limit=1", token=self.bank).json()["head"]
        mine = self.post(self.bank)
        made = self.subscribe(after=head).json()
        self.until(lambda: list(self.changes().values()) == mine)
        self.disable(made)
        r = self.subscribe(status=422, after=head + 1000)
        self.assertEqual(r.codes(), [("/after", "E_CURSOR")])

    def test_what_is_not_taken_comes_again_later_and_shows(self):
        made = self.subscribe().json()
        for status in (500, 302):  # nothing is followed
            self.answer_with(status)
            mine = self.post(self.bank)
            self.until(lambda: self.shown(made).get("failure") == "status %d" % status)
            self.until(lambda: self.shown(made)["failures"] >= 2)
        shown = self.shown(made)
        self.assertEqual(shown["state"], "failing")
        self.assertLess(shown["failing_since"], shown["next_at"])
        self.assertEqual(self.deliveries(), [])
        self.answer_with(204)
        self.until(lambda: list(self.changes().values())[-1:] == mine)
        self.assertEqual(len(self.changes()), 2)
        self.until(lambda: self.shown(made)["state"] == "delivering")
        self.assertNotIn("failing_since", self.shown(made))
        self.disable(made)

    def test_nothing_is_missed_whatever_dies(self):
        made = self.subscribe().json()
        mine = []
        for turn in range(3):
            mine += self.post(self.bank, 10)
            self.post(self.other, 3)
            if turn == 0:
                self.hang_up()
                mine += self.post(self.bank, 5)
                self.listen()
            elif turn == 1:
                self.d.kill9()
                self.d.start()
        self.until(lambda: list(dict(sorted(self.changes().items())).values()) == mine, within=40)
        places = [(json.loads(b)["data"]["next"]) for _, b in self.deliveries()]
        self.assertEqual(places, sorted(places))  # in the order of the log; one may have come twice
        self.disable(made)

    def test_who_was_served_last_waits_for_the_others(self):
        """However far he is behind: twenty receivers that take a page slowly would have all of the sending for days."""
        self.hang_up()
        made = {name: self.subscribe().json() for name in ("behind", "even", "failed", "new")}
        said = {"behind": "0, now(), '-infinity'", "even": "1, now() - interval '1 hour', '-infinity'",
                "failed": "0, now() - interval '2 days', now() - interval '1 minute'", "new": "1, null, '-infinity'"}
        name_of = {m["id"]: name for name, m in made.items()}
        self.post(self.bank)
        got = self.d.sql("begin; %s select id from webhook_due(100); rollback" % "".join(
            "update webhook_state set (delivered, delivered_at, next_at) = (%s) where webhook = '%s'; "
            % (said[name], m["id"]) for name, m in made.items()))
        self.assertEqual([name_of[line] for line in got.splitlines() if line in name_of], ["new", "even", "failed", "behind"])
        for m in made.values():
            self.disable(m)

    def test_it_ends_with_the_person(self):
        token = self.d.given("token", "add", "--org", "BANK-HOOK-B", "--person", "赵离")
        made = self.subscribe(token).json()
        self.post(self.other)
        self.until(lambda: len(self.changes()) == 1)
        self.d.cli("person", "disable", "--org", "BANK-HOOK-B", "--name", "赵离")
        self.post(self.other)
        time.sleep(1.5)
        self.assertEqual(len(self.changes()), 1)
        self.disable(made, self.other)

    def test_it_ends_with_a_token_that_was_stolen_and_goes_on_with_one_that_was_renewed(self):
        def given():
            token = self.d.cli("token", "add", "--org", "BANK-HOOK-B", "--person", "钱失").stdout.strip()
            return token, hashlib.sha256(token.encode()).hexdigest()[:8]
        renewed, old = given()
        made = self.subscribe(renewed).json()
        _, new = given()
        self.d.cli("token", "revoke", "--id", old, "--followed-by", new)
        self.post(self.other)
        self.until(lambda: len(self.changes()) == 1)
        self.disable(made, self.other)
        stolen, his = given()
        made = self.subscribe(stolen).json()
        self.d.cli("token", "revoke", "--id", his)
        self.post(self.other)
        time.sleep(1.5)
        self.assertEqual(len(self.changes()), 1)
        self.assertEqual([x["state"] for x in self.d.call("GET", "/v1/webhooks", token=self.other).json()["items"]
                          if x["id"] == made["id"]], ["disabled"])
        self.disable(made, self.other)

    def test_who_may_and_how_many(self):
        reader = self.d.given("token", "add", "--org", "BANK-HOOK-B", "--person", "钱报", "--duties", "submit")
        self.subscribe(reader, 403)
        many = self.d.token("bank", "BANK-HOOK-C")
        made = [self.subscribe(many).json() for _ in range(10)]
        self.assertEqual(self.subscribe(many, 409).codes(), [("", "E_WEBHOOKS")])
        self.disable(made[0], many)
        self.subscribe(many)
        for url in ("ftp://a.example/", "http:/a", "http://u:p@a.example/", "http://a.example/#x", "http://a b/", "javascript:x",
                    "http://", "http://[::1/", "http://a:99999999/"):
            self.assertEqual(self.subscribe(status=422, url=url).codes(), [("/url", "E_URL")], url)


class Bounds(Webhooks):
    """Without the operator's word nothing goes to this machine, a private network or a link, or goes unencrypted."""
    conf = None

    @classmethod
    def setUpClass(cls):
        cls.d = daemon({"webhook_retry_s": 1, "readers": "2"})

    def test_addresses_that_are_not_public_are_refused(self):
        for host in ("127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
                     "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1",
                     "2130706433", "0x7f.1", "127.1"):
            r = self.subscribe(status=422, url="https://%s/hook" % host)
            self.assertEqual(r.codes(), [("/url", "E_URL")], host)
        self.subscribe(status=422, url="http://example.com/")
        for host in ("8.8.8.8", "[2606:4700::1111]", "hooks.example.com:8443"):
            self.disable(self.subscribe(url="https://%s/hook?a=1" % host).json())

    def test_a_name_that_leads_here_is_not_followed(self):
        made = self.subscribe(url="https://localhost:%d/hook" % self.port).json()
        self.post(self.bank)
        self.until(lambda: self.shown(made).get("failure") == "not an address of the public internet")
        self.assertEqual(self.deliveries(), [])
        self.disable(made)


for name in [n for n in dir(Webhooks) if n.startswith("test_")]:
    setattr(Bounds, name, None)  # the helpers alone
