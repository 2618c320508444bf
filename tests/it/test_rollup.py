"""Rollups: after whatever is written, the report from the rollups is the report from the rows."""
import datetime
import random
import threading
import urllib.parse

from harness import Case, loan, numbers, patent
from test_reports import firm

SECTIONS = ("headline", "targets", "by_quarter", "by_district", "by_bank", "by_kind", "by_ip_kind", "by_product",
            "by_size", "by_industry", "small_loans", "first_loans", "balances")
# Both ways for every section and every quarter from 2020Q4 to 2024Q4, as the finance office.
DIFFERENCES = """
set role pledged_app; set pledged.kind = 'finance';
with asked as (
    select s.section, q.first::date as first, quarter_end(q.first::date) as cut
      from unnest('{%s}'::text[]) as s(section)
     cross join generate_series('2020-10-01'::timestamp, '2024-10-01', '3 months') as q(first)
),
rolled as materialized (
    select a.section, a.first, c.* from asked a cross join lateral report_cells(a.section, a.first, a.cut, null, 'signed_on') c
),
counted as materialized (
    select a.section, a.first, c.*
      from asked a cross join lateral report_cells_of_facts(a.section, a.first, a.cut, null, 'signed_on') c
)
select 'counted', x.* from (table counted except all table rolled) x
union all
select 'rolled', x.* from (table rolled except all table counted) x
 order by 2, 3, 4, 1;
""" % ",".join(SECTIONS)


class RollupCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")

    def check(self):
        self.assertEqual(self.d.sql(DIFFERENCES), "")

    def verified(self):
        out = self.d.cli("verify", check=False)
        self.assertEqual((out.returncode, out.stdout), (0, "no defects\n"))

    def post(self, token, want=201, **over):
        r = self.d.call("POST", "/v1/loans", loan(**over), token)
        self.assertEqual(r.status, want, r.body)
        return r.headers.get("location"), r.json()

    def put(self, token, where, record, version, want=200):
        body = dict({k: v for k, v in record.items() if k in FIELDS}, reason="更正")
        r = self.d.call("PUT", where, body, token, {"If-Match": '"%d"' % version})
        self.assertIn(r.status, want if isinstance(want, tuple) else (want,), r.body)
        return r


FIELDS = set(loan()) | {"industry", "employees", "revenue", "assets", "first_loan", "ip_amount", "disbursed_on"}
DISTRICTS = ("310101", "310104", "310115", "310116")


class Stream(RollupCase):
    conf = {"readers": "10"}  # a ledger of its own

    def test_random_stream_of_loans_corrections_and_events(self):
        dice = random.Random(20)
        banks = [self.d.token("bank", "ROLL-%d" % n) for n in range(3)]
        loans, taken = [], {"created": 0, "corrected": 0, "event": 0, "reversed": 0}
        self.check()  # an empty book has no rows and a total of nothing
        for step in range(3):
            for _ in range(60):
                self.create(dice, banks, loans, taken)
            for _ in range(70):
                self.correct(dice, loans, taken)
            for _ in range(120):
                self.happen(dice, loans, taken)
            with self.subTest(step=step):
                self.check()
        self.assertTrue(all(n >= 5 for n in taken.values()), taken)
        self.verified()
        self.scopes(banks)

    def day(self, dice, first="2020-11-01", last="2023-05-31"):
        a, b = (datetime.date.fromisoformat(x).toordinal() for x in (first, last))
        return datetime.date.fromordinal(dice.randint(a, b))

    def fresh(self, dice):
        signed = self.day(dice)
        n = next(numbers) % 10000000
        rights = [[patent(n)], [patent(n, kind=2)], [patent(n, kind=3)], [str(n)], [patent(n), str(n)],
                  [patent(n), patent(n, kind=2)]]
        return {"borrower_uscc": firm(dice.randint(1, 12)), "district": dice.choice(DISTRICTS),
                "product": dice.choice(("single_pledge", "pooled_credit")),
                "industry": dice.choice((None, "C3973", "C27", "I6513", "M73")),
                "employees": dice.choice((5, 50, 500, 5000, None)), "revenue": dice.choice((None, "30000000.00")),
                "first_loan": dice.choice((True, False, None)),
                "amount": dice.choice(("5000000.00", "10000000.00", "10000000.01", "123456.78")),
                "signed_on": str(signed), "matures_on": str(signed + datetime.timedelta(dice.randint(30, 900))),
                "disbursed_on": dice.choice((None, str(signed + datetime.timedelta(dice.randint(0, 25))))),
                "ip": [{"number": x} for x in dice.choice(rights)]}

    def create(self, dice, banks, loans, taken):
        token = dice.choice(banks)
        fields = self.fresh(dice)
        if fields["product"] == "pooled_credit":
            fields.update(facility_no="F-%d" % next(numbers), facility_amount="10000000.01")
        where, record = self.post(token, **fields)
        loans.append({"token": token, "where": where, "record": record, "version": 1, "events": []})
        taken["created"] += 1

    def correct(self, dice, loans, taken):
        x = dice.choice(loans)
        other = self.fresh(dice)
        keys = dice.choice((["district"], ["amount"], ["signed_on", "disbursed_on", "matures_on"], ["borrower_uscc"],
                            ["industry", "employees", "revenue"], ["first_loan"], ["ip"], ["disbursed_on"],
                            ["matures_on"], ["rate"]))
        record = {k: v for k, v in x["record"].items() if k in FIELDS or k.startswith("facility")}
        for k in keys:
            value = "%d.%02d" % (dice.randint(1, 9), dice.randint(0, 99)) if k == "rate" else other[k]
            record.pop(k, None)
            if value is not None:
                record[k] = value
        if "amount" in keys:
            record.pop("ip_amount", None)
        r = self.d.call("PUT", x["where"], dict(record, reason="更正"), x["token"], {"If-Match": '"%d"' % x["version"]})
        self.assertIn(r.status, (200, 201, 409, 422), r.body)  # refused when events stand against it
        if r.status in (200, 201) and r.json()["version"] > x["version"]:
            x.update(record=r.json(), version=r.json()["version"])
            taken["corrected"] += 1

    def happen(self, dice, loans, taken):
        x = dice.choice(loans)
        kind = dice.choice(("disbursed", "repaid", "overdue", "overdue", "extended", "classified", "written_off",
                            "recovered", "settled", "reversed"))
        signed = x["record"]["signed_on"]
        event = {"reference": "E-%d" % next(numbers), "kind": kind, "on": str(self.day(dice, signed, "2024-12-31"))}
        if kind in ("repaid", "overdue", "recovered") or kind == "disbursed" and dice.random() < 0.5:
            event["principal"] = dice.choice(("1000.00", "100000.00"))
        elif kind == "extended":
            event["matures_on"] = str(self.day(dice, "2023-06-01", "2025-06-30"))
        elif kind == "classified":
            event["grade"] = dice.choice(("special_mention", "substandard", "loss"))
        elif kind == "reversed":
            if not x["events"]:
                return
            event["reverses"] = dice.choice(x["events"])
        r = self.d.call("POST", x["where"] + "/events", event, x["token"])
        self.assertIn(r.status, (201, 409, 422), r.body)  # many do not fit the loan's life
        if r.status == 201 and kind == "reversed":
            taken["reversed"] += 1
        elif r.status == 201:
            x["events"].append(event["reference"])
            taken["event"] += 1

    def scopes(self, banks):
        """What each role is told over HTTP; the offices' comes from the rollups, the others' from rows."""
        path = "/v1/reports/quarterly/2022Q3?section=" + urllib.parse.quote(",".join(SECTIONS))

        def amount(token, section):
            r = self.d.call("GET", path, token=token)
            self.assertEqual(r.status, 200, r.body)
            return next(s for s in r.json()["sections"] if s["name"] == section)

        whole = amount(self.finance, "by_bank")
        rows = {x["key"]: x["cells"]["amount_total"]["value"] for x in whole["rows"]}
        for n, token in enumerate(banks):
            own = amount(token, "by_bank")
            self.assertEqual([(x["key"], x["cells"]["amount_total"]["value"]) for x in own["rows"]],
                             [("ROLL-%d" % n, rows["ROLL-%d" % n])])
        district = amount(self.d.token("district"), "by_district")
        city = {x["key"]: x["cells"] for x in amount(self.finance, "by_district")["rows"]}
        own = {x["key"]: x["cells"] for x in district["rows"]}["310115"]
        self.assertEqual({k: v["value"] for k, v in own.items() if "share" not in k},
                         {k: v["value"] for k, v in city["310115"].items() if "share" not in k})


# What is planted, and what verify says then. {q}: a quarter of the book.
PLANTED = [
    ("a sum of loans", "update loan_rollup set amount_fen = amount_fen + 1 where quarter = '{q}'",
     ["rollup of loans that differs from them: "]),
    ("a key that no loan has", "insert into loan_rollup select org_id, '310151', quarter, kind, right_kind, product,"
     " size, 1, 1, 1, 0, 0, 0, 0 from loan_rollup limit 1", ["rollup of loans that differs from them: "]),
    ("a key deleted", "delete from loan_rollup where quarter = '{q}'", ["rollup of loans that differs from them: "]),
    ("a sum of the city", "update city_rollup set loans = loans + 1 where section = 'by_kind' and quarter = '{q}'",
     ["rollup of the city that differs from its loans: by_kind patent {q}"]),
    ("a count of firms", "update city_firms set firms = firms + 1 where section = 'all' and quarter = '{q}'",
     ["count of firms that differs from them: all {q} -infinity"]),
    ("a firm forgotten", "delete from firm_quarter where quarter = '{q}'",
     ["loans of a firm that differ from what they are rolled up as: ", "count of firms that differs from them: "]),
    ("a balance of a loan", "update loan_balance set v[2] = v[2] + 1",
     ["balance of a loan that differs from its events: ", "rollup of balances that differs from its loans: "]),
    ("a sum of balances", "update balance_rollup set n = n + 1 where what = 2 and quarter = '{q}'",
     ["rollup of balances that differs from its loans: "]),
    ("a firm's balance", "update firm_balance set n = n + 1 where what = 1",
     ["balances of a firm that differ from its loans: "]),
    ("a count of firms with balances", "update balance_firms set firms = firms - 1 where what = 1",
     ["count of firms with balances that differs from them: "]),
    ("a loan's amount behind the rollups' back", "update loan set amount_fen = amount_fen + 1",
     ["rollup of loans that differs from them: ", "rollup of the city that differs from its loans: "]),
]
TABLES = ("loan", "loan_rollup", "city_rollup", "firm_quarter", "city_firms", "loan_balance", "balance_rollup",
          "firm_balance", "balance_firms")


class Verify(RollupCase):
    conf = {"readers": "11"}  # a ledger of its own

    def test_each_planted_defect_is_named(self):
        token = self.d.token("bank")
        for _ in range(2):
            where, _ = self.post(token, disbursed_on="2022-07-05")
            self.d.call("POST", where + "/events", {"reference": where, "kind": "overdue", "on": "2022-08-01"}, token)
        self.verified()
        self.d.sql("update city_rollup set loans = loans + 1 where section = 'all' and quarter = '2022-07-01'")
        r = self.d.call("GET", "/v1/reports/quarterly/2022Q3?section=by_kind", token=self.finance)
        self.assertEqual((r.status, r.codes()[0][1]), (500, "E_INTERNAL"))  # the total is counted on its own
        self.d.sql("update city_rollup set loans = loans - 1 where section = 'all' and quarter = '2022-07-01'")
        self.d.sql("".join("create table kept_%s as table %s;" % (t, t) for t in TABLES))
        off = "set session_replication_role = replica;"
        for what, sql, said in PLANTED:
            with self.subTest(what):
                self.d.sql(off + sql.format(q="2022-07-01"))
                out = self.d.cli("verify", check=False)
                self.d.sql(off + "".join("delete from %s; insert into %s table kept_%s;" % (t, t, t) for t in TABLES))
                self.assertEqual(out.returncode, 1)
                for line in said:
                    self.assertIn(line.format(q="2022-07-01"), out.stdout)
        self.verified()
