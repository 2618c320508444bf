"""Published reports: by two persons, made of what was decided then, and safe against whoever solves all of them."""
import hashlib
import random
from fractions import Fraction

from harness import Case, loan
from test_reports import firm

QUARTERS = ["%dQ%d" % (y, q) for y in (2021, 2022) for q in (1, 2, 3, 4)]
DISTRICTS = ["310101", "310104", "310105", "310106", "310110", "310112", "310115", "310116"]
ROWS = ("by_district", "by_bank", "by_kind", "by_ip_kind", "by_product", "by_size", "by_industry", "small_loans",
        "first_loans")


class Publish(Case):
    conf = {"readers": "3"}  # a daemon and ledger of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance, cls.bank = cls.d.token("finance"), cls.d.token("bank")
        cls.second = cls.d.cli("token", "add", "--org", "FINANCE", "--person", "复核").stdout.strip()
        banks = [cls.bank, cls.d.token("bank", "BANK-PB"), cls.d.token("bank", "BANK-PC")]
        rng = random.Random(7)
        for q in QUARTERS:
            for _ in range(14):
                month = int(q[-1]) * 3 - rng.randrange(3)
                day = "%s-%02d-%02d" % (q[:4], month, rng.randrange(1, 28))
                # few firms in the last districts, one firm that is by far the largest, one that lends alone
                i = rng.randrange(12)
                r = cls.d.call("POST", "/v1/loans", loan(
                    borrower_uscc=firm(i), district=DISTRICTS[min(i, 7) if rng.random() < 0.6 else i % 4],
                    amount="%d.00" % (rng.randrange(100, 900) * 10000 if i else 90000000), signed_on=day,
                    product=rng.choice(["single_pledge", "trust"]), matures_on="2030-01-01",
                    industry=rng.choice(["C3973", "I6513", "M7310"])), banks[i % 3 if i < 10 else 2])
                assert r.status == 201, r.body
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
        gone = self.d.cli("token", "add", "--org", "FINANCE", "--person", "将离").stdout.strip()
        self.publish(q, gone)
        self.assertEqual(self.public(q, want=404).codes(), [("", "E_NOT_PUBLISHED")])  # proposed is not published
        # Who proposed it is out of office: the next one proposes in his place what he saw.
        self.d.cli("person", "disable", "--org", "FINANCE", "--name", "将离")
        first = self.state(q)
        self.assertEqual(self.publish(q, self.finance, want=422).codes(), [("/seen", "E_NEED")])
        stolen = self.d.cli("token", "add", "--org", "FINANCE", "--person", "王敏").stdout.strip()
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
        again = self.d.cli("token", "add", "--org", "FINANCE-2", "--person", "小王").stdout.strip()
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
        """Unknowns and equations out of everything that was ever published. An unknown: (section, row, quarter)."""
        shown, equations, hidden = {}, [], set()
        for at, quarter in enumerate(QUARTERS):
            year = quarter[:4]
            spans = {"": [at], "_last_year": [at - 4], "_previous": [at - 1],
                     "_ytd": [i for i in range(at + 1) if QUARTERS[i][:4] == year],
                     "_ytd_last_year": [i - 4 for i in range(at + 1) if QUARTERS[i][:4] == year],
                     "_total": list(range(at + 1))}
            for s in self.public(quarter).json()["sections"]:
                if s["name"] not in ROWS:
                    continue
                keys = [row["key"] for row in s["rows"]]
                for row in s["rows"] + [dict(s["total"], key="*")]:
                    for span, quarters in spans.items():
                        cell = row["cells"]["amount" + span]
                        names = [(s["name"] if row["key"] != "*" else "city", row["key"], i) for i in quarters]
                        if cell.get("suppressed"):
                            hidden |= {n for n in names if len(names) == 1 and n[2] >= 0}
                        elif cell["value"] is not None and min(quarters) >= 0:
                            equations.append(({n: 1 for n in names}, Fraction(cell["value"])))
                            if len(names) == 1:
                                shown[names[0]] = Fraction(cell["value"])
                # rows of a quarter are the city's
                whole = {(s["name"], key, at): 1 for key in keys}
                whole["city", "*", at] = -1
                equations.append((whole, Fraction(0)))
        for i in range(len(QUARTERS)):  # the same loans in two places
            equations.append(({("by_kind", "trademark", i): 1, ("by_ip_kind", "trademark", i): -1}, Fraction(0)))
        return hidden - set(shown), equations

    @staticmethod
    def solved(equations):
        """Gauss and Jordan over fractions: rows of {unknown: factor}, value, one pivot each."""
        rows = []
        for factors, value in equations:
            factors = {k: Fraction(v) for k, v in factors.items()}
            for pivot, f, v in rows:
                if factors.get(pivot):
                    times = factors[pivot]
                    for k, x in f.items():
                        factors[k] = factors.get(k, 0) - times * x
                    value -= times * v
            factors = {k: x for k, x in factors.items() if x}
            if not factors:
                assert value == 0, "what was published contradicts itself"
                continue
            pivot = next(iter(factors))
            scale = factors[pivot]
            factors, value = {k: x / scale for k, x in factors.items()}, value / scale
            for i, (p, f, v) in enumerate(rows):
                if f.get(pivot):
                    times = f[pivot]
                    merged = dict(f)
                    for k, x in factors.items():
                        merged[k] = merged.get(k, 0) - times * x
                    rows[i] = (p, {k: x for k, x in merged.items() if x}, v - times * value)
            rows.append((pivot, factors, value))
        return rows

    def test_no_hidden_cell_is_found_by_solving_everything(self):
        for q in QUARTERS:
            self.both(q)
        hidden, equations = self.told()
        self.assertGreater(len(hidden), 30)
        rows = self.solved(equations)
        for pivot, factors, _ in rows:  # no combination leaves one hidden cell alone
            if len(factors) == 1:
                self.assertNotIn(pivot, hidden, "found to the fen")
        # Amounts are not below nought: bounds, narrowed until nothing changes.
        low, high = {}, {}
        unknown = {k for _, f, _ in rows for k in f}
        changed = True
        while changed:
            changed = False
            for _, factors, value in rows:
                for k, x in factors.items():
                    least = most = value
                    for other, y in factors.items():
                        if other == k:
                            continue
                        a, b = low.get(other, Fraction(0)), high.get(other)
                        least = None if least is None or (b is None and y > 0) else least - y * (b if y > 0 else a)
                        most = None if most is None or (b is None and y < 0) else most - y * (a if y > 0 else b)
                    lo, hi = (least, most) if x > 0 else (most, least)
                    lo, hi = (None if v is None else v / x for v in (lo, hi))
                    if lo is not None and lo > low.get(k, Fraction(0)):
                        low[k], changed = lo, True
                    if hi is not None and (k not in high or hi < high[k]):
                        high[k], changed = hi, True
        self.assertTrue(unknown)
        true = {(s, r, QUARTERS.index(q)): Fraction(int(fen), 100) for s, r, q, fen in (
            line.split("|") for line in self.d.sql(
                "select section, row_key, quarter, fen from published_cell where hidden and section <> 'all'").split("\n"))}
        for k, amount in true.items():
            self.assertLessEqual(low.get(k, Fraction(0)), amount * 4 / 5, k)
            self.assertGreaterEqual(high.get(k, amount * 2), amount * 6 / 5, k)
