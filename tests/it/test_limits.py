"""How often one organisation and one address may ask, and how wrong sign-ins are slowed."""
import http.client
import json
import time

from harness import Case, loan, numbers, patent


class Limits(Case):
    conf = {"rate_org": "2", "rate_address": "20", "waiting_org": "1"}  # so few that no machine is too slow to ask too often

    def ask(self, token, n, path="/v1/me"):
        return [self.d.call("GET", path, token=token) for _ in range(n)]

    def until_refused(self, token):
        """Asks until it is too often: the refusal, and what came before it."""
        said = []
        while len(said) < 200:
            r = self.d.call("GET", "/v1/me", token=token)
            if r.status == 429:
                return r, said
            said.append(r.status)
        self.fail(said)

    def test_one_organisation_that_asks_too_often_waits_and_no_other(self):
        bank, other = self.d.token("bank"), self.d.token("bank", "BANK-B")
        time.sleep(1.1)
        refused, said = self.until_refused(bank)
        self.assertGreaterEqual(said.count(200), 2)  # a second's worth at once
        self.assertEqual((refused.codes(), refused.headers["retry-after"]), ([("", "E_TOO_OFTEN")], "1"))
        self.assertIn("organisation BANK-A", refused.json()["title"])
        self.assertEqual(self.ask(other, 1)[0].status, 200)
        time.sleep(1.1)
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(), bank).status, 201)  # as it was told

    def test_one_organisation_that_waits_for_many_answers_keeps_nobody_else_waiting(self):
        bank, other = self.d.token("bank"), self.d.token("bank", "BANK-B")
        time.sleep(1.1)
        end = self.d.call("GET", "/v1/changes?limit=1000", token=bank).json()["next"]
        time.sleep(1.1)
        held = http.client.HTTPConnection("127.0.0.1", self.d.port, timeout=60)
        held.request("GET", "/v1/changes?wait=30&after=%s" % end, headers={"Authorization": "Bearer " + bank})
        while (r := self.d.call("GET", "/v1/me", token=bank)).status == 200:  # it may be taken before the one that waits
            time.sleep(1.1)
        self.assertEqual((r.codes(), r.headers["retry-after"]), ([("", "E_TOO_OFTEN")], "1"))
        self.assertEqual(self.d.call("POST", "/v1/loans", loan(), other).status, 201)  # and there is room for others
        told = {"reference": "E-%d" % next(numbers), "number": patent(next(numbers) % 10000000), "kind": "lapsed", "on": "2022-06-01"}
        self.assertEqual(self.d.call("POST", "/v1/ip-events", told, self.d.token("ip_office")).status, 201)
        self.assertEqual(held.getresponse().status, 200)
        held.close()
        time.sleep(1.1)
        self.assertEqual(self.d.call("GET", "/v1/me", token=bank).status, 200)

    def test_one_address_that_asks_too_often_waits_but_probes_do_not(self):
        time.sleep(1.1)
        refused, said = self.until_refused(None)  # without a token: answered at once
        self.assertGreaterEqual(said.count(401), 20)
        self.assertIn("address 127.0.0.1", refused.json()["title"])
        self.assertEqual({r.status for r in self.ask(None, 100, "/healthz")}, {200})
        time.sleep(1.1)

    def test_wrong_sign_ins_are_answered_later_and_later_and_the_right_one_is_not(self):
        bank = self.d.token("bank")
        time.sleep(1.1)
        began = time.monotonic()
        self.assertEqual({r.status for r in self.ask("plg_guess", 7)}, {401})
        # Three at once, then an eighth of a second, a quarter, a half and one: more than the machine can add.
        self.assertGreaterEqual(time.monotonic() - began, 0.875)
        self.assertEqual(self.ask(bank, 1)[0].status, 200)

    def test_a_line_of_the_log_says_who_and_from_where(self):
        time.sleep(1.1)
        self.assertEqual(self.d.call("GET", "/v1/loans/x", token=self.d.token("bank")).status, 404)
        line = [json.loads(x) for x in self.d.stderr().splitlines() if '"event":"request"' in x][-1]
        self.assertEqual((line["peer"], line["actor"], line["person"], line["status"]), ("127.0.0.1", "BANK-A", "王敏", "404"))
