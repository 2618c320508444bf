"""Published reports: by two persons, made of what was decided then, and safe against whoever solves all of them."""
import hashlib
import json
import random
from collections import defaultdict
from fractions import Fraction
from math import floor

from harness import Case, firm, loan, numbers, patent
from solver import Relations

QUARTERS = ["%dQ%d" % (y, q) for y in (2021, 2022) for q in (1, 2, 3, 4)][:6]
DISTRICTS = ["310115", "310104", "310112", "310106", "310101", "310105", "310110"]
INDUSTRIES = ["C3973"] * 11 + ["I6513"] * 5 + ["M7310"] * 3 + ["A0111"]
RIGHTS = [(1,)] * 12 + [(2,)] * 3 + [(1, 2)] * 2 + [(3,), ("T",), (1, "T")]  # kinds of patents; T: a trademark
ROWS = ("by_district", "by_bank", "by_kind", "by_ip_kind", "by_product", "by_size", "by_industry", "small_loans",
        "first_loans")
BOUND = Fraction(10000000)  # what a small loan is at most
CENT = Fraction(1, 100)


def rights(kinds):
    n = next(numbers) % 10000000
    return [{"number": str(n) if k == "T" else patent(n, kind=k)} for k in kinds]


def ip_kind(kinds):
    return {(1,): "invention", (2,): "utility_model", (3,): "design", ("T",): "trademark"}.get(kinds, "several")


def book(rng):
    """Loans by quarter, bank and district; few firms in the last of these, one that is by far the largest."""
    for at, quarter in enumerate(QUARTERS):
        for n in range(40):
            i = rng.randrange(30) if n else 0
            kinds = rng.choice(RIGHTS)
            amount = 90000000 if not n else rng.randrange(1000, 9000) * 1000 if rng.random() < 0.93 else 12000000 + i
            rest = {"district": DISTRICTS[i % 4 if i < 26 else 3 + i % 4], "industry": rng.choice(INDUSTRIES),
                    "product": rng.choice(["single_pledge"] * 12 + ["trust"]),
                    "first_loan": rng.choice([True, False, False, None, None])}
            month = int(quarter[-1]) * 3 - rng.randrange(3)
            bank = "BANK-P" + "ABCD"[i % 3 if i < 27 else 3]
            yield at, bank, kinds, firm(900 + i), amount, "%s-%02d-%02d" % (quarter[:4], month, rng.randrange(1, 28)), rest


class Publish(Case):
    conf = {"readers": "3"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance, cls.bank = cls.d.token("finance"), cls.d.token("bank", "BANK-PA")
        cls.second = cls.d.given("token", "add", "--org", "FINANCE", "--person", "复核")
        cls.truth = defaultdict(lambda: defaultdict(lambda: [0, 0]))  # (section, row, quarter): firm: loans, yuan
        lines = defaultdict(list)
        for at, bank, kinds, (code, name), amount, day, rest in book(random.Random(7)):
            lines[bank].append(json.dumps(loan(
                borrower_uscc=code, borrower_name=name, amount="%d.00" % amount, signed_on=day, matures_on="2030-01-01",
                ip=rights(kinds), **rest)))
            kind = "patent" if "T" not in kinds else "trademark" if kinds == ("T",) else "mixed"
            rows = {"by_district": rest["district"], "by_bank": bank, "by_kind": kind, "by_ip_kind": ip_kind(kinds),
                    "by_product": rest["product"], "by_size": "unknown", "by_industry": rest["industry"][0],
                    "small_loans": "small" if amount <= BOUND else "larger",
                    "first_loans": {True: "first", False: "further", None: "unknown"}[rest["first_loan"]],
                    "by_right": "patents" if kinds == (1, 2) else "mixed" if kind == "mixed" else ip_kind(kinds)}
            for section, row in rows.items():
                told = cls.truth[section, row, at][code]
                told[0], told[1] = told[0] + 1, told[1] + amount
        for bank, them in lines.items():
            r = cls.d.call("POST", "/v1/loans", "\n".join(them), cls.d.token("bank", bank),
                           {"Content-Type": "application/x-ndjson"})
            assert b'{"summary":{"created":%d,' % len(them) in r.body, r.body[-200:]
        for q in QUARTERS:
            cls.d.agreed(cls.d.call("POST", "/v1/reports/quarterly/%s/seal" % q, {"reason": "会审"}, cls.finance))

    def publish(self, quarter, token, want=201, **body):
        r = self.d.call("POST", "/v1/reports/quarterly/%s/publish" % quarter, dict({"reason": "公布"}, **body), token)
        self.assertEqual(r.status, want, r.body)
        return r

    def public(self, quarter, rest="", want=200, token=None):
        r = self.d.call("GET", "/v1/reports/quarterly/%s?public=true%s" % (quarter, rest), token=token or self.bank)
        self.assertEqual(r.status, want, r.body)
        return r

    def state(self, quarter):
        return self.d.call("GET", "/v1/reports/quarterly/%s/publication" % quarter, token=self.finance).json()

    def both(self, quarter):
        if self.d.call("GET", "/v1/reports/quarterly/%s?public=true" % quarter, token=self.bank).status == 200:
            return
        if self.d.call("GET", "/v1/reports/quarterly/%s/publication" % quarter, token=self.bank).status == 404:
            self.publish(quarter, self.finance)
        self.publish(quarter, self.second, seen=self.state(quarter)["seen"])

    def test_a_quarter_is_published_by_two_persons(self):
        q = QUARTERS[0]
        self.assertEqual(self.public(q, want=404).codes(), [("", "E_NOT_PUBLISHED")])
        self.publish(q, self.bank, want=403)
        self.assertEqual(self.publish("2024Q1", self.finance, want=404).codes(), [("", "E_NOT_SEALED")])
        gone = self.d.given("token", "add", "--org", "FINANCE", "--person", "将离")
        self.publish(q, gone)
        self.assertEqual(self.public(q, want=404).codes(), [("", "E_NOT_PUBLISHED")])  # proposed is not published
        # Who proposed it is out of office: the next one proposes in his place what he saw.
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", "将离")
        first = self.state(q)
        self.assertEqual(self.publish(q, self.finance, want=422).codes(), [("/seen", "E_NEED")])
        stolen = self.d.given("token", "add", "--org", "FINANCE", "--person", "王敏")
        self.publish(q, stolen, seen=first["seen"])
        self.d.cli("token", "revoke", "--id", hashlib.sha256(stolen.encode()).hexdigest()[:8])
        first = self.state(q)
        self.publish(q, self.finance, seen=first["seen"])  # whose token it was proposes it himself
        self.assertEqual((self.state(q)["state"], self.state(q)["proposed_by"]), ("proposed", "王敏@FINANCE"))
        self.assertEqual(self.public(q, want=404).codes(), [("", "E_NOT_PUBLISHED")])
        self.assertEqual(self.publish(q, self.second, want=409, seen=first["seen"]).codes()[0][1], "E_SEEN")
        seen = self.state(q)["seen"]
        self.assertEqual(self.publish(q, self.second, want=409, seen="0" * 64).codes(), [("/seen", "E_SEEN")])
        self.assertEqual(self.publish(q, self.finance, want=409, seen=seen).codes(), [("", "E_SAME_PERSON")])
        self.publish(q, self.second, seen=seen)
        self.assertEqual(self.state(q)["state"], "published")
        r = self.public(q).json()
        self.assertTrue(r["public"])
        self.assertEqual([s["name"] for s in r["sections"]], ["headline", "by_quarter", *ROWS])
        self.assertNotIn('"rows":"/v1', self.public(q).body.decode())  # no addresses of records
        self.assertEqual(self.public(q, "&known_at=now", want=422).codes(), [("?known_at", "E_UNWANTED")])
        self.assertEqual(self.public(q, "&section=fund", want=422).codes(), [("?section", "E_UNWANTED")])
        for form in ("csv", "html", "xlsx"):
            self.assertGreater(len(self.public(q, "&format=" + form).body), 1000)
        # the same for every reader
        self.assertEqual(self.public(q, token=self.d.token("district")).json()["sections"], r["sections"])

    def test_one_person_under_two_names_publishes_nothing(self):
        quarter = QUARTERS[-1]
        person = [line.split()[0] for line in self.d.cli("person", "list").stdout.splitlines()
                  if "FINANCE" in line and "王敏" in line][0]
        self.d.cli("person", "add", "--org", self.d.org("finance", "FINANCE-2"), "--name", "小王", "--same-as", person)
        again = self.d.given("token", "add", "--org", "FINANCE-2", "--person", "小王")
        if self.d.call("GET", "/v1/reports/quarterly/%s/publication" % quarter, token=self.bank).status == 404:
            self.publish(quarter, self.finance)
        if self.state(quarter)["state"] == "proposed":
            r = self.publish(quarter, again, 409, seen=self.state(quarter)["seen"])
            self.assertEqual(r.codes(), [("", "E_SAME_PERSON")])

    def test_what_was_published_stays_and_later_loans_tell_nothing(self):
        q = QUARTERS[0]
        self.both(q)
        before = self.public(q).json()["sections"]
        r = self.d.call("POST", "/v1/loans?reason=x", loan(signed_on="2021-02-02", amount="7770000.00",
                                                            matures_on="2030-01-01"), self.bank)
        self.assertEqual(r.status, 201, r.body)
        self.assertEqual(self.public(q).json()["sections"], before)

    # ---- the attacker ----

    def told(self):
        """Everything that was ever published, as relations over (measure, section, row, quarter), and what is hidden."""
        known, hidden = Relations(), set()
        for at, quarter in enumerate(QUARTERS):
            year = quarter[:4]
            spans = {"": [at], "_last_year": [at - 4], "_previous": [at - 1],
                     "_ytd": [i for i in range(at + 1) if QUARTERS[i][:4] == year],
                     "_ytd_last_year": [i - 4 for i in range(at + 1) if QUARTERS[i][:4] == year],
                     "_total": list(range(at + 1))}
            measures = [(m + span, m, quarters) for m in ("count", "amount") for span, quarters in spans.items()]
            listed = {}
            for s in self.public(quarter).json()["sections"]:
                if s["name"] == "headline":
                    self.headline(known, s, spans, at)
                if s["name"] not in ROWS:
                    continue
                listed[s["name"]] = keys = [row["key"] for row in s["rows"]]
                for row in s["rows"] + [dict(s["total"], key="*")]:
                    where = (s["name"], row["key"]) if row["key"] != "*" else ("city", "*")
                    for column, measure, quarters in measures + [("firms", "firms", [at])]:
                        cell = row["cells"][column]
                        names = [(measure, *where, i) for i in quarters]
                        if cell.get("suppressed"):
                            hidden |= {n for n in names if len(names) == 1 and n[3] >= 0}
                        elif cell["value"] is not None and min(quarters) >= 0:
                            known.equal({n: 1 for n in names}, Fraction(cell["value"]))
                    for cell in row["cells"].values():  # of what is not told there is no percentage
                        of = (s["total"]["cells"][c[6:]] if c[:6] == "total." else row["cells"][c]
                              for c in cell.get("of", []))
                        if any(x["value"] is None for x in of):
                            self.assertIsNone(cell["value"], (quarter, where, cell))
                self.relate_rows(known, s["name"], keys, at)
            self.relate_rights(known, listed, at)
        for measure, section, row, at in hidden:
            if measure != "amount":
                known.at_most({(measure, section, row, at): -1}, -1)  # a row that is listed has something in it
        return known, hidden

    def headline(self, known, s, spans, at):
        rows = {row["key"]: row["cells"] for row in s["rows"]}
        for column, span in (("quarter", ""), ("last_year", "_last_year"), ("previous", "_previous"), ("ytd", "_ytd"),
                             ("ytd_last_year", "_ytd_last_year"), ("total", "_total")):
            for measure in ("count", "amount", "firms", "patents", "trademarks"):
                value = rows[measure][column]["value"] if measure in rows else None
                if measure in ("patents", "trademarks"):  # no number of rights that would bound loans secured by them
                    self.assertIsNone(value)
                elif value is not None and min(spans[span]) >= 0:
                    known.equal({(measure, "city", "*", i): 1 for i in spans[span]}, Fraction(value))

    @staticmethod
    def relate_rows(known, section, keys, at):
        """Rows are the city's; a firm may stand in several of them, and has a loan in each."""
        for measure in ("count", "amount"):
            known.equal({(measure, "city", "*", at): -1, **{(measure, section, key, at): 1 for key in keys}}, 0)
        known.at_most({("firms", "city", "*", at): 1, **{("firms", section, key, at): -1 for key in keys}}, 0)
        for key in keys:
            firms = ("firms", section, key, at)
            known.at_most({firms: 1, ("firms", "city", "*", at): -1}, 0)
            known.at_most({firms: 1, ("count", section, key, at): -1}, 0)
            if section == "small_loans":
                amount, count = ("amount", section, key, at), ("count", section, key, at)
                known.at_most({amount: 1, count: -BOUND} if key == "small" else {amount: -1, count: BOUND + CENT}, 0)

    @staticmethod
    def relate_rights(known, listed, at):
        """What secures a loan, and the kinds of its rights: sums of the same six, two of them not told by themselves."""
        def row(measure, section, key):
            return {(measure, section, key, at): 1} if key in listed[section] else {}

        def less(factors):
            return {k: -f for k, f in factors.items()}

        single = ("invention", "utility_model", "design")
        for measure in ("count", "amount"):
            ip = {key: row(measure, "by_ip_kind", key) for key in (*single, "trademark", "several")}
            kind = {key: row(measure, "by_kind", key) for key in ("patent", "trademark", "mixed")}
            patents = {(measure, "by_right", "patents", at): 1}
            known.equal({**kind["patent"], **less({k: 1 for key in single for k in ip[key]}), **less(patents)}, 0)
            known.equal({**ip["several"], **less({**kind["mixed"], **patents})}, 0)
            known.equal({**kind["trademark"], **less(ip["trademark"])}, 0)
        ip = {key: row("firms", "by_ip_kind", key) for key in (*single, "trademark", "several")}
        patent = row("firms", "by_kind", "patent")
        for key in single:
            known.at_most({**ip[key], **less(patent)}, 0)
        known.at_most({**patent, **less({k: 1 for key in (*single, "several") for k in ip[key]})}, 0)
        known.at_most({**row("firms", "by_kind", "mixed"), **less(ip["several"])}, 0)
        known.equal({**row("firms", "by_kind", "trademark"), **less(ip["trademark"])}, 0)

    @staticmethod
    def small(firms):
        amounts = sorted((yuan for _, yuan in firms.values()), reverse=True)
        return len(amounts) < 3 or sum(amounts[2:]) * 10 < amounts[0]

    def published(self):
        """The attacker's knowledge once all is published, made once."""
        if not hasattr(Publish, "_told"):
            for q in QUARTERS:
                self.both(q)
            Publish._told = self.told()
            Publish._told[0].settle()
        return Publish._told

    def test_no_small_cell_is_found_by_solving_everything(self):
        known, hidden = self.published()
        self.assertGreater(sum(1 for k in hidden if k[0] == "amount"), 40)
        for k in hidden:
            self.assertNotIn(k, known.known, "found exactly")
        seen = 0
        for (section, row, at), firms in self.truth.items():
            if not self.small(firms):
                continue
            name, seen = (section, row, at), seen + 1
            count, amount = (sum(x[n] for x in firms.values()) for n in (0, 1))
            least, most = known.bounds(("amount", *name))
            if most is not None:
                self.assertGreaterEqual(most, amount * Fraction(6, 5), name)
            if row != "larger" or least > BOUND + CENT:  # that a loan above ten million is above it, its title says
                self.assertLessEqual(least, amount * Fraction(4, 5), name)
            _, most = known.bounds(("count", *name))
            if most is not None:
                self.assertGreaterEqual(floor(most), max(count + 1, count * Fraction(6, 5)), name)
            if section != "by_right":
                self.assertIn(("count", *name), hidden)
                self.assertIn(("firms", *name), hidden)
                least, most = known.bounds(("firms", *name))
                if most is not None:
                    self.assertTrue(floor(most) > len(firms) or least < len(firms), name)
                    self.assertTrue(floor(most) > len(firms) or len(firms) > 2, name)
        self.assertGreater(seen, 40)

    def test_hidden_cells_together_are_no_small_cell(self):
        """Whoever stands in one of them, and knows himself, learns no other."""
        _, hidden = self.published()
        for section in set(ROWS) - {"by_kind", "by_ip_kind"}:
            for at in range(len(QUARTERS)):
                together = defaultdict(lambda: [0, 0])
                for _, _, row, _ in (k for k in hidden if k[0] == "amount" and k[1] == section and k[3] == at):
                    for who, (loans, yuan) in self.truth[section, row, at].items():
                        together[who] = [together[who][0] + loans, together[who][1] + yuan]
                self.assertFalse(together and self.small(together), (section, at))

    def test_most_of_what_is_no_secret_is_published(self):
        _, hidden = self.published()
        fine = [k for k, firms in self.truth.items() if k[0] in ROWS and not self.small(firms)]
        shown = [k for k in fine if ("amount", *k) not in hidden]
        self.assertGreater(len(shown), len(fine) * 3 // 4)
        self.assertFalse([k for k in hidden if k[1] == "city"])

    def test_the_attacker_would_find_one(self):
        """One of two that keep each other told besides, and he has the other."""
        known, hidden = self.published()
        by = defaultdict(list)
        for measure, section, row, at in hidden:
            if measure == "amount" and section not in ("by_kind", "by_ip_kind"):
                by[section, at].append(row)
        (section, at), rows = next((k, v) for k, v in sorted(by.items()) if len(v) == 2)
        again, _ = self.told()
        told, found = ((("amount", section, row, at), sum(x[1] for x in self.truth[section, row, at].values()))
                       for row in rows)
        again.equal({told[0]: 1}, told[1])
        again.settle()
        self.assertEqual(again.known.get(found[0]), found[1])
        self.assertNotIn(found[0], known.known)

    def test_what_keeps_what(self):
        def keeps(loans, amounts, small, firms):
            return self.d.sql("select publication_keeps('{%s}', '{%s}', '{%s}', '{%s}')" % tuple(
                ",".join(map(str, x)) for x in (loans, amounts, small, firms))) == "t"

        self.assertTrue(keeps([2, 9], [100, 400], ["t", "f"], [300, 150, 50]))
        self.assertFalse(keeps([2], [100], ["t"], [60, 30, 10]), "alone it is the sum")
        self.assertFalse(keeps([1, 1, 1], [100, 90, 80], ["t", "t", "t"], [100, 90, 80]), "three loans in three rows")
        self.assertTrue(keeps([1, 1, 2], [100, 90, 80], ["t", "t", "f"], [100, 90, 80]), "who has the second?")
        self.assertFalse(keeps([5, 7], [1000, 199], ["t", "f"], [900, 150, 149]), "1199 is less than a fifth above")
        self.assertTrue(keeps([5, 7], [1000, 200], ["t", "f"], [900, 150, 150]))
        self.assertTrue(keeps([5, 7], [1000, 150], ["f", "t"], [900, 125, 125]), "the large one is no secret")
        self.assertFalse(keeps([5, 7], [300, 199], ["t", "f"], [300, 170, 29]), "who has 170 learns of 300")

        def titles(*of):
            return self.d.sql("select publication_titles_keep(%s, %s, %s, %s, %s, %s)" % of) == "t"

        yuan, t, f = 100, "true", "false"  # amounts in fen
        self.assertTrue(titles(20, 100000000 * yuan, f, 1, 12000000 * yuan, t))
        self.assertFalse(titles(3, 27000000 * yuan, f, 1, 50000000 * yuan, t), "77 less 30 is more than four fifths of 50")
        self.assertTrue(titles(3, 15000000 * yuan, f, 1, 50000000 * yuan, t))
        self.assertFalse(titles(9, 1000000 * yuan, f, 2, 28000000 * yuan, t), "29 million have no third of ten")
        self.assertTrue(titles(2, 10000000 * yuan, t, 8, 96000000 * yuan, f))
        self.assertFalse(titles(20, 100000000 * yuan, t, 1, 10200000 * yuan, f), "100 of at most 100.2")
