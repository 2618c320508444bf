"""Rollups: after whatever is written, the report from the rollups is the report from the rows."""
import datetime
import http.client
import json
import random
import threading
import time
import urllib.parse

from harness import TODAY, Case, loan, numbers, patent
from test_reports import firm

SECTIONS = ("headline", "targets", "by_quarter", "by_district", "by_bank", "by_kind", "by_ip_kind", "by_product",
            "by_size", "by_industry", "small_loans", "first_loans", "balances", "reporters", "quality")
# Both ways for every section and every quarter from 2020Q4 to 2024Q4, and that of the clock, as the finance office; and
# of quarters up to one of their days: today, the first day, one in the middle, the last but one.
DIFFERENCES = """
do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$;
set role pledged_app; set pledged.kind = 'finance';
with asked as (
    select s.section, q.first::date as first, quarter_end(q.first::date) as cut
      from unnest('{%s}'::text[]) as s(section)
     cross join (select generate_series('2020-10-01'::timestamp, '2024-10-01', '3 months') as first
                 union all select quarter_start(today())) q
    union all
    select s.section, q.first, q.cut
      from unnest('{%s}'::text[]) as s(section)
     cross join (values (quarter_start(today()), today()), ('2021-01-01', '2021-01-01'), ('2022-04-01', '2022-06-29'),
                        ('2022-10-01', '2022-11-30'), ('2024-01-01', '2024-02-29')) as q(first, cut)
    union all
    select s.section, quarter_start(today()), today() from unnest('{balances,reporters,quality}'::text[]) as s(section)
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
""" % (",".join(SECTIONS), ",".join(SECTIONS[:12]))

# The same as it was known not long ago, and in the middle of a flight.
KNOWN = """
do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$;
set role pledged_app; set pledged.kind = 'finance';
with asked as materialized (
    select s.section, q.first, q.cut, h.known_at
      from unnest('{%s}'::text[]) as s(section)
     cross join (values ('2022-07-01', '2022-09-30'), ('2022-10-01', '2022-11-30'), (quarter_start(today()), today()))
           as q(first, cut)
     cross join (values (15, 0), (120, 1)) as a(back, before)
     cross join lateral (
           select x.signed_at - make_interval(secs => a.before * 0.000001) as known_at
             from log_head x
            where x.size <= (select max(y.size) from log_head y) - a.back
            order by x.size desc limit 1) h
     where q.cut <> '2022-11-30' or s.section = any ('{%s}')
),
rolled as materialized (
    select a.*, c.* from asked a cross join lateral report_cells(a.section, a.first, a.cut, a.known_at, 'signed_on') c
),
counted as materialized (
    select a.*, c.*
      from asked a cross join lateral report_cells_of_facts(a.section, a.first, a.cut, a.known_at, 'signed_on') c
)
select 'counted', x.* from (table counted except all table rolled) x
union all
select 'rolled', x.* from (table rolled except all table counted) x
 order by 2, 3, 4, 5, 6, 1;
""" % (",".join(SECTIONS), ",".join(SECTIONS[:12]))

# What changed since quarters were sealed, of the loans that were touched alone and of all: section, quarter, row, record and
# its figures now. NARROWED lists what differs, CHANGED how many sections have any.
CHANGES = """
do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$;
set role pledged_app; set pledged.kind = 'finance';
with narrow as materialized (
    select x.section, s.quarter, c.row_key, c.id, c.v_now[1:7] as v
      from report_seal s
     cross join unnest('{reporters,quality,balances,by_bank}'::text[]) as x(section)
     cross join lateral report_changes(x.section, s.first_day, s.as_of, s.basis, s.known_at, null) c
),
whole as materialized (%s)
""" % " union all ".join("""
    select '%s' as section, s.quarter, x.row_key, x.id, coalesce(x.b[1:7], array_fill(0::bigint, '{7}')) as v
      from report_seal s
     cross join lateral (
           select row_key, id, t.v as a, n.v as b
             from (select f.row_key, f.id, bigints_sum(f.v) as v
                     from report_facts_%s(s.first_day, s.as_of, s.known_at, s.basis) f group by 1, 2) t
             full join (select f.row_key, f.id, bigints_sum(f.v) as v
                          from report_facts_%s(s.first_day, s.as_of, null, s.basis) f group by 1, 2) n
               using (row_key, id)) x
     where x.a is distinct from x.b and (0 <> any (x.a) or 0 <> any (x.b))""" % ((s,) * 3) for s in ("reporters", "quality", "balances", "by_bank"))
NARROWED = CHANGES + """select 'missing', x.* from (table whole except all table narrow) x
union all select 'too many', x.* from (table narrow except all table whole) x"""
CHANGED = CHANGES + "select count(distinct section) from narrow"
# Columns of the two sections about reporting that are nought in every quarter: there are none.
NOUGHT = """
do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$;
set role pledged_app; set pledged.kind = 'finance';
select s.section, x.at
  from (values ('reporters', 7), ('quality', 10)) as s(section, columns)
 cross join (select generate_series('2020-10-01'::timestamp, '2024-10-01', '3 months')::date as first
             union all select quarter_start(today())) q
 cross join lateral report_cells(s.section, q.first, quarter_end(q.first), null, 'signed_on') c
 cross join lateral unnest(c.v) with ordinality as x(n, at)
 where c.row_key is null and x.at <= s.columns and (s.section, x.at) <> ('quality', 3) -- numbers used again: test_quality
 group by 1, 2
having max(x.n) = 0
"""

# How often a report of every section, out of the sums and out of the records, asks which plan it is of.
ASKED = """
set track_functions = 'all';
do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$;
begin;
set local role pledged_app; set local pledged.kind = 'finance';
select count(*)
  from report_sections() s
 cross join (values (null::timestamptz), (now())) as k(known_at)
 cross join lateral report_cells(s.section, '2022-07-01', '2022-09-30', k.known_at, 'signed_on');
select coalesce(sum(calls), 0) from pg_stat_xact_user_functions where funcname like 'plan\\_%';
"""


# What days alone will do, by the balances as they stand; and whether it is made again, of an instant that has passed, out of
# what was known then of the loans that were touched since.
AHEAD_KEPT = """insert into aside.ahead
select (select max(h.size) from log_head h), s.* from rollup_ahead_sums(null, null, null, null) s"""
AHEAD_DIFFERS = """
with made as materialized (
    select h.size, s.*
      from (select distinct k.head from aside.ahead k) k
      join log_head h on h.size = k.head
     cross join lateral rollup_ahead_sums(rollup_ahead_touched(h.size), null, h.signed_at, null) s
)
select 'kept', x.* from (table aside.ahead except all table made) x
union all
select 'made', x.* from (table made except all table aside.ahead) x
 order by 2, 3, 4, 5, 1
"""


class RollupCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.d.token("finance")

    checked = 0

    def check(self):
        """As it stands, days beside it kept up to some time ago; every other time they are brought on a bit before."""
        self.checked += 1
        if self.checked % 2 == 0:
            self.d.sql("select rollup_days_keep(%d, 1000000)" % (self.checked * 50))
        self.assertEqual(self.d.sql(DIFFERENCES), "")
        if self.checked == 4:
            self.assertEqual(self.d.sql(KNOWN), "")

    def verified(self):
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout), (0, "no defects\n"))

    def post(self, token, want=201, **over):
        r = self.d.call("POST", "/v1/loans?reason=late", loan(**over), token)
        self.assertEqual(r.status, want, r.body)
        return r.headers.get("location"), r.json()

    def put(self, token, where, record, version, want=200):
        body = dict({k: v for k, v in record.items() if k in FIELDS}, reason="更正")
        r = self.d.call("PUT", where, body, token, {"If-Match": '"%d"' % version})
        self.assertIn(r.status, want if isinstance(want, tuple) else (want,), r.body)
        return r


FIELDS = set(loan()) | {"industry", "employees", "revenue", "assets", "first_loan", "ip_amount", "disbursed_on",
                        "registered_on", "pledge_no"}
YESTERDAY = TODAY - datetime.timedelta(1)
DISTRICTS = ("310101", "310104", "310115", "310116")


class Stream(RollupCase):
    conf = {"readers": "10"}  # a ledger of its own

    def test_random_stream_of_loans_corrections_and_events(self):
        dice = random.Random(20)
        banks = [self.d.token("bank", "ROLL-%d" % n) for n in range(3)]
        loans, taken = [], {"created": 0, "corrected": 0, "event": 0, "reversed": 0}
        self.check()  # an empty book has no rows and a total of nothing
        # One that is settled and whose pledge stays: dice hit upon it seldom.
        where, _ = self.post(banks[0], signed_on="2021-10-01", disbursed_on="2021-10-01", registered_on="2021-10-02", matures_on="2022-09-30")
        r = self.d.call("POST", where + "/events", {"reference": "E-0", "kind": "settled", "on": "2021-10-05"}, banks[0])
        self.assertEqual(r.status, 201, r.body)
        asked = []
        for step in range(3):
            for _ in range(60):
                self.create(dice, banks, loans, taken)
            for _ in range(70):
                self.correct(dice, loans, taken)
            for _ in range(120):
                self.happen(dice, loans, taken)
            for _ in range(8):
                self.happen_together(dice, loans, taken)
            asked.append(int(self.d.sql(ASKED).split()[-1]))
            if step == 0:
                for quarter in ("2021Q1", "2021Q2"):
                    self.d.agreed(self.d.call("POST", "/v1/reports/quarterly/%s/seal" % quarter, {"reason": "会审"}, self.finance))
            with self.subTest(step=step):
                self.check()
        self.assertLess(max(asked), 1000)  # a few times a section, not for every loan
        self.assertTrue(all(n >= 5 for n in taken.values()), taken)
        self.assertEqual(self.d.sql(NOUGHT), "")
        self.assertEqual((self.d.sql(NARROWED), self.d.sql(CHANGED)), ("", "4"))
        self.verified()
        self.scopes(banks)

    FIRST, LAST, ENDED, EXTENDED = "2020-11-01", "2023-05-31", "2024-12-31", ("2023-06-01", "2025-06-30")

    def day(self, dice, first=None, last=None):
        first, last = first or self.FIRST, last or self.LAST
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
                "disbursed_on": dice.choice((None, str(min(signed + datetime.timedelta(dice.randint(0, 25)), YESTERDAY)))),
                "registered_on": dice.choice((None, str(signed), str(min(signed + datetime.timedelta(dice.randint(1, 90)), YESTERDAY)))),
                "pledge_no": dice.choice((None, None, "Y%d31000%04d" % (signed.year + dice.choice((0, 0, 1)), dice.randint(1, 9)))),
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
                            ["matures_on"], ["rate"], ["registered_on"], ["pledge_no"], ["registered_on", "pledge_no"]))
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

    def event_of(self, dice, x):
        """Something that may have happened to a loan; None: there is nothing to reverse."""
        kind = dice.choice(("disbursed", "repaid", "overdue", "overdue", "extended", "classified", "written_off",
                            "recovered", "settled", "settled", "pledge_released", "pledge_released", "voided",
                            "reversed", "reversed", "transferred", "repriced"))
        event = {"reference": "E-%d" % next(numbers), "kind": kind,
                 "on": str(self.day(dice, x["record"]["signed_on"], self.ENDED))}
        if kind in ("repaid", "overdue", "recovered") or kind == "disbursed" and dice.random() < 0.5:
            event["principal"] = dice.choice(("1000.00", "100000.00"))
        elif kind == "extended":
            event["matures_on"] = str(self.day(dice, *self.EXTENDED))
        elif kind == "classified":
            event["grade"] = dice.choice(("special_mention", "substandard", "loss"))
        elif kind == "voided":
            event["reason"] = "重复录入"
        elif kind == "repriced":
            event["rate"] = "%d.10" % dice.randint(1, 6)
        elif kind == "reversed":
            if not x["events"]:
                return None
            event["reverses"] = dice.choice(x["events"])
        return event

    def happened(self, x, event, taken):
        if event["kind"] == "reversed":
            taken["reversed"] += 1
        else:
            x["events"].append(event["reference"])
            taken["event"] += 1

    def happen(self, dice, loans, taken):
        x = dice.choice(loans)
        event = self.event_of(dice, x)
        if not event:
            return
        r = self.d.call("POST", x["where"] + "/events", event, x["token"])
        self.assertIn(r.status, (201, 409, 422), r.body)  # many do not fit the loan's life
        if r.status == 201:
            self.happened(x, event, taken)

    def happen_together(self, dice, loans, taken):
        """A file of events of a few loans, several of each."""
        token = dice.choice(loans)["token"]
        few = [x for x in loans if x["token"] == token][:6]
        told = [(x, self.event_of(dice, x)) for x in dice.choices(few, k=12)]
        told = [(x, dict(e, contract_no=x["record"]["contract_no"])) for x, e in told if e]
        r = self.d.call("POST", "/v1/loan-events", "".join(json.dumps(e) + "\n" for _, e in told), token,
                        {"Content-Type": "application/x-ndjson"})
        for verdict, (x, event) in zip(r.lines(), told):
            if verdict["outcome"] == "created":
                self.happened(x, event, taken)

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



class Running(Stream):
    """The same around today: the quarter that runs, with what comes to an end before it does."""
    conf = {"readers": "12"}
    FIRST, LAST, ENDED = (str(TODAY - datetime.timedelta(n)) for n in (460, 1, 1))
    EXTENDED = FIRST, str(TODAY + datetime.timedelta(120))
    test_random_stream_of_loans_corrections_and_events = None

    def test_a_quarter_that_runs(self):
        dice = random.Random(21)
        banks = [self.d.token("bank", "ROLL-%d" % n) for n in range(3)]
        loans, taken = [], {"created": 0, "corrected": 0, "event": 0, "reversed": 0}
        today = TODAY
        self.post(banks[0], borrower_uscc=firm(903), signed_on=str(today - datetime.timedelta(40)),
                  disbursed_on=str(today - datetime.timedelta(29)), matures_on=str(today + datetime.timedelta(3)))
        self.d.sql("create schema aside; create table aside.ahead as select null::bigint as head, b.* from balance_ahead b limit 0")
        for part in range(4):
            for _ in range(30):
                self.create(dice, banks, loans, taken)
            for _ in range(20):
                self.correct(dice, loans, taken)
            for _ in range(60):
                self.happen(dice, loans, taken)
            self.d.sql(AHEAD_KEPT)
            if part % 2:
                self.check()
        self.assertEqual(self.d.sql(AHEAD_DIFFERS), "")
        self.d.sql("drop schema aside cascade")
        self.assertTrue(all(n >= 5 for n in taken.values()), taken)
        less = self.d.sql("select set_config('pledged.secret', wall_secret(), false); set pledged.kind = 'finance';"
                          " select count(distinct what) from (values (true), (false)) as x(own), rollup_less(quarter_start(today()), today(), x.own)")
        if TODAY < self.last_day() - datetime.timedelta(20):
            self.assertGreaterEqual(int(less.split()[-1]), 4)  # terms end and days pass until the quarter does
        self.verified()

    def last_day(self):
        return datetime.date.fromisoformat(self.d.sql("select quarter_end(today())"))


class Worked(RollupCase):
    """Small cases by hand, in the rows of a bank of their own."""

    conf = {"readers": "10"}

    def row(self, quarter, section):
        r = self.d.call("GET", "/v1/reports/quarterly/%s?section=%s" % (quarter, section), token=self.finance)
        self.assertEqual(r.status, 200, r.body)
        rows = [x for x in r.json()["sections"][0]["rows"] if x["key"] == "BANK-HAND"]
        return {k: c["value"] for k, c in rows[0]["cells"].items()} if rows else None

    def told(self, quarter, section, **want):
        row = self.row(quarter, section)
        self.assertEqual({k: row[k] for k in want}, want, (quarter, section))

    def event(self, where, kind, on, **more):
        event = dict({"reference": "H-%d" % next(numbers), "kind": kind, "on": on}, **more)
        r = self.d.call("POST", where + "/events", event, self.bank)
        self.assertEqual(r.status, 201, r.body)
        return event["reference"]

    def test_a_correction_over_the_end_of_a_quarter_and_a_life_with_reversals(self):
        self.bank = self.d.token("bank", "BANK-HAND")
        one, record = self.post(self.bank, borrower_uscc=firm(901), amount="5000000.00", signed_on="2022-09-30",
                                disbursed_on="2022-09-30", matures_on="2024-09-29")
        two, _ = self.post(self.bank, borrower_uscc=firm(901), amount="3000000.00", signed_on="2022-10-01",
                           disbursed_on="2022-10-01", matures_on="2024-10-01")
        three, _ = self.post(self.bank, borrower_uscc=firm(902), amount="2000000.01", signed_on="2022-09-15",
                             disbursed_on="2022-10-08", matures_on="2023-03-31")
        self.told("2022Q3", "by_bank", count=2, firms=2, amount="7000000.01")
        self.told("2022Q4", "by_bank", count=1, firms=1, amount="3000000.00", count_previous=2, count_ytd=3,
                  amount_total="10000000.01")
        self.told("2022Q3", "balances", count=1, firms=1, outstanding="5000000.00")
        self.told("2022Q4", "balances", count=3, firms=2, outstanding="10000000.01")
        self.told("2023Q1", "balances", silent_count=0)  # the term ends on the last day of the quarter
        self.told("2023Q2", "balances", silent_count=1, silent="2000000.01")
        self.put(self.bank, one, dict(record, signed_on="2022-10-01", disbursed_on="2022-10-01"), 1)
        self.told("2022Q3", "by_bank", count=1, firms=1, amount="2000000.01")
        self.told("2022Q4", "by_bank", count=2, firms=1, amount="8000000.00", count_ytd=3)
        self.assertIsNone(self.row("2022Q3", "balances"))
        self.event(two, "overdue", "2022-12-20", principal="1000000.00")
        self.event(two, "classified", "2023-01-10", grade="substandard")
        self.event(two, "repaid", "2023-02-01", principal="400000.00")
        self.told("2022Q4", "balances", overdue_count=1, overdue="1000000.00", npl_count=0, outstanding="10000000.01")
        standing = dict(count=3, firms=2, outstanding="9600000.01", overdue="600000.00", npl_count=1, npl="2600000.00",
                        written_off_count=0)
        self.told("2023Q1", "balances", **standing)
        off = self.event(two, "written_off", "2023-03-31")
        self.told("2023Q1", "balances", count=2, firms=2, outstanding="7000000.01", overdue_count=0, npl_count=0,
                  written_off_count=1, written_off="2600000.00")
        self.event(two, "reversed", "2023-04-05", reverses=off)
        self.told("2023Q1", "balances", **standing)
        self.event(three, "settled", "2023-04-10")
        self.told("2023Q2", "balances", count=2, firms=1, outstanding="7600000.00", silent_count=0)
        self.event(three, "repaid", "2023-01-05", principal="1000000.00")  # came late, changes what was settled
        self.told("2023Q1", "balances", outstanding="8600000.01")
        self.told("2023Q2", "balances", count=2, outstanding="7600000.00")
        self.check()


class Concurrent(RollupCase):
    conf = {"readers": "11"}

    def stream(self, seed, stop=None, steps=12):
        """One client: loans of few firms, each corrected or told an event of."""
        dice = random.Random(seed)
        token = self.d.token("bank", "MANY-%d" % (seed % 4))
        for _ in range(steps):
            if stop and stop.is_set():
                return
            try:
                signed = "2022-%02d-%02d" % (dice.randint(1, 12), dice.randint(1, 28))
                record = loan(borrower_uscc=firm(dice.randint(1, 5)), district=dice.choice(DISTRICTS), signed_on=signed,
                              disbursed_on=signed, matures_on="2024-01-01")
                where = self.d.call("POST", "/v1/loans", record, token).headers["location"]
                if dice.random() < 0.5:
                    self.d.call("PUT", where, dict(record, amount="1.23", signed_on="2022-01-01", reason="更正"), token,
                                {"If-Match": '"1"'})
                else:
                    self.d.call("POST", where + "/events", {"reference": where, "kind": "overdue", "on": "2023-01-01"},
                                token)
            except (OSError, http.client.HTTPException, KeyError):
                continue  # the daemon is down

    def run_all(self, clients, **more):
        for n in range(4):
            self.d.token("bank", "MANY-%d" % n)
        threads = [threading.Thread(target=self.stream, args=(seed,), kwargs=more) for seed in range(clients)]
        for t in threads:
            t.start()
        return threads

    def test_32_clients_at_once(self):
        for t in self.run_all(32):
            t.join()
        self.assertGreaterEqual(int(self.d.sql("select count(*) from loan where version = 2")), 100)
        self.check()
        self.verified()

    def test_killed_in_flight(self):
        for what in ("daemon", "database"):
            stop = threading.Event()
            threads = self.run_all(16, stop=stop, steps=100000)
            time.sleep(0.7)
            if what == "daemon":
                self.d.kill9()
            else:
                self.d.kill_postmaster()
                self.d.kill9()
            stop.set()
            for t in threads:
                t.join()
            self.d.start()
            with self.subTest(what):
                self.check()
                self.verified()

# What is planted, and what verify says then (all the rest: test_plantings.py). {q}: a quarter of the book.
PLANTED = [
    ("a firm forgotten", "delete from firm_quarter where quarter = '{q}'",
     ["firm_quarter "]),  # firms are counted from the loans
    ("a firm of a quarter", "update city_firms set firms = firms + 1 where section = 'all' and quarter = '{q}'",
     ["city_firms "]),
    ("a firm of a quarter that nobody counted", "delete from city_firms where section = 'all' and quarter = '{q}'",
     ["city_firms "]),
    ("a balance of a loan", "update loan_balance set v[2] = v[2] + 1",
     ["loan_balance ", "balance_rollup "]),
    ("a loan's amount behind the rollups' back", "update loan set amount_fen = amount_fen + 1",
     ["city_rollup ", "loan_balance ", "city_days "]),
    ("a firm of a day", "update city_days set firms = firms + 1 where section = 'all'",
     ["city_days all 2022-"]),
    ("up to where the days are", "update days_mark set leaf = 1", ["city_days "]),
    ("a term that ends", "update balance_ahead set n = n + 1 where what = 10", ["balance_ahead 10 2"]),
    ("up to where what ends is", "update days_mark set ahead = 1", ["balance_ahead 9 2"]),
]
TABLES = ("loan", "loan_rollup", "city_rollup", "firm_quarter", "city_firms", "loan_balance", "balance_rollup",
          "firm_balance", "balance_firms", "event_rollup", "city_days", "balance_ahead", "days_mark")


class Verify(RollupCase):
    conf = {"readers": "11"}  # a ledger of its own

    def test_each_planted_defect_is_named(self):
        token = self.d.token("bank")
        for _ in range(2):
            where, _ = self.post(token, disbursed_on="2022-07-05")
            self.d.call("POST", where + "/events", {"reference": where, "kind": "overdue", "on": "2022-08-01"}, token)
        self.post(token, disbursed_on="2022-07-05")
        self.verified()
        self.d.sql("update city_rollup set loans = loans + 1 where section = 'all' and quarter = '2022-07-01'")
        r = self.d.call("GET", "/v1/reports/quarterly/2022Q3?section=by_kind", token=self.finance)
        self.assertEqual((r.status, r.codes()[0][1]), (500, "E_INTERNAL"))  # the total is counted on its own
        self.d.sql("update city_rollup set loans = loans - 1 where section = 'all' and quarter = '2022-07-01'")
        self.d.sql("select rollup_days_keep(1000, 1000)")
        self.d.sql("create schema kept;" + "".join("create table kept.%s as table %s;" % (t, t) for t in TABLES))
        off = "set session_replication_role = replica;"
        for what, sql, said in PLANTED:
            with self.subTest(what):
                self.d.sql(off + sql.format(q="2022-07-01"))
                out = self.d.verify()
                self.d.sql(off + "".join("delete from %s;" % t + self.d.refill(t, "kept." + t) for t in TABLES))
                self.assertEqual(out.returncode, 1)
                for line in said:
                    self.assertIn(line.format(q="2022-07-01"), out.stdout)
        self.d.sql("drop schema kept cascade")
        self.verified()
