"""Random lives against the reference with fractions: the same account whatever order the events came in.

LIVES (environment) says how many, SEED which; both are printed: ten thousand are

    LIVES=10000 PLEDGED_BIN=build/release/pledged python3 tests/it/test_loan_property.py

Loans and events travel as files over HTTP. A part of the lives comes in one atomic file with its lines mixed, a part
in pieces of random lines: what is refused for now is sent again, as a bank does; where two events need each other, what
was stored is reversed from the last to the first and the whole is sent as one file, as the cure of the refusal says.
"""
import datetime
import json
import os
import random
import sys
import unittest
from collections import defaultdict

from harness import ROOT, loan
from lives import MEMBERS, NDJSON, Lives
from test_reports import firm

sys.path.insert(0, os.path.join(ROOT, "tests", "model"))
import account  # noqa: E402

LIVES = int(os.environ.get("LIVES", "400"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
LINES = 2000  # of one file, about: as an atomic batch it is one slice, judged as a whole
FIRST, LAST = datetime.date(2019, 12, 30), datetime.date(2026, 6, 30)


def yuan(n):
    return account.yuan(n)


def in_order(e):
    return e["on"], (account.RANK + ["reversed"]).index(e["kind"]), e["reference"]


class Life:
    """One contract and a legal list of events, grown day by day with the reference as the judge of what is legal."""

    def __init__(self, dice, name):
        self.dice, self.events, self.name = dice, [], name
        signed = FIRST + datetime.timedelta(dice.randrange(1500))
        self.on = signed + datetime.timedelta(dice.choice((0, 0, 1, 5, 40)))
        self.amount = dice.choice((100, 12345678, 300000000, 10000000000, 1 + dice.randrange(10 ** 10)))
        self.contract = {
            "contract_no": name, "amount": yuan(self.amount), "signed_on": str(signed),
            "rate": dice.choice(("0.00", "3.65", "4.35", "3.60", "%d.%04d" % (dice.randrange(1, 24), dice.randrange(10000)))),
            "matures_on": str(signed + datetime.timedelta(dice.choice((30, 181, 365, 731)))),
            "day_count": dice.choice(("actual/360", "actual/365", "30/360")), "revolving": dice.random() < 0.4}
        if dice.random() < 0.1:
            del self.contract["day_count"], self.contract["revolving"]
        if dice.random() < 0.3:
            self.contract["disbursed_on"] = str(self.on)
        else:
            self.grow(self.drawn)
        for _ in range(dice.choice((0, 1, 3, 8, 20))):
            self.on += datetime.timedelta(dice.choice((0, 1, 1, 2, 27, 28, 30, 31, 31, 92, dice.randrange(200))))
            if self.on > LAST:
                break
            self.grow(dice.choice((self.drawn, self.paid, self.paid, self.paid, self.due, self.due, self.repriced, self.rest)))
        if self.events and dice.random() < 0.2:
            self.reverse(dice.choice(self.events))
        self.account = account.Account(self.contract, self.events)

    def reverse(self, event):
        """It was told wrongly, when the others stand without it."""
        self.grow(lambda now: ("reversed", {"reverses": event["reference"]}), LAST)

    def grow(self, step, on=None):
        now = account.Account(self.contract, self.events)
        if now.state == "written_off" and step == self.paid:
            step = self.recovered
        kind, more = step(now)
        e = dict({m: v for m, v in more.items() if v is not None}, reference="%s-%03d" % (self.name, len(self.events)),
                 kind=kind, on=str(on or self.on))
        try:
            account.Account(self.contract, self.events + [e])
        except account.Refused:
            return  # a life goes on without it
        self.events.append(e)

    def part(self, whole):
        """Some of an amount, often all of it or a fen beside it; as text, or nothing."""
        n = self.dice.choice((whole, whole, whole - 1, whole // 2, whole // 12, self.dice.randint(0, max(whole, 0)), 1))
        return yuan(n) if n > 0 else None

    def interest(self, now, roundings):
        return self.part(now.interest_left(self.on, roundings))

    def drawn(self, now):
        # what comes back on the day itself is not drawn again: line by line the draws of a day come first
        owed = now.peak[1] if now.peak[0] == self.on else now.balance
        room = self.amount - (owed if now.revolving else now.drawn)
        if not self.events and self.dice.random() < 0.3:
            return "disbursed", {}
        return "disbursed", {"principal": (self.part(room) if room > 0 else None) or "0.00"}

    def payment(self, now):
        more = {"principal": self.part(now.balance) if self.dice.random() < 0.7 else self.dice.choice((None, "0.00")),
                "interest": self.interest(now, now.payments_told + 1) if self.dice.random() < 0.7 else None,
                "payer": self.dice.choice((None, None, None, "borrower", "guarantor", "insurer", "third_party"))}
        start = self.on - datetime.timedelta(self.dice.choice((30, 31, 92, 181)))
        if more["interest"] and self.dice.random() < 0.2 and start >= now.first():
            more["for_from"] = str(start)
            more["for_to"] = str(self.dice.choice((self.on, start + datetime.timedelta(28))))
        return more

    def paid(self, now):
        return "repaid", self.payment(now)

    def recovered(self, now):
        return "recovered", self.payment(now)

    def due(self, now):
        if self.dice.random() < 0.2:
            return "overdue", {}
        return "overdue", {"principal": self.part((now.balance - now.arrears("principal")) // self.dice.choice((1, 3, 12))),
                           "interest": self.part(now.interest_left(self.on, now.dues_told + 1) - now.arrears("interest"))}

    def repriced(self, now):
        return "repriced", {"rate": "%d.%02d" % (self.dice.randrange(0, 20), self.dice.randrange(100))}

    def rest(self, now):
        kind = self.dice.choice(("extended", "classified", "written_off", "settled", "transferred", "pledge_released"))
        if kind == "extended":
            return kind, {"matures_on": str(max(now.matures, self.on) + datetime.timedelta(self.dice.randrange(1, 400)))}
        if kind == "classified":
            return kind, {"grade": self.dice.choice(("normal", "special_mention", "substandard", "doubtful", "loss"))}
        if kind == "settled":
            return kind, dict(self.payment(now), principal=self.dice.choice((None, yuan(now.balance))))
        return kind, {}


class Property(Lives):
    maxDiff = None
    def test_random_lives_agree_with_the_reference_on_every_day(self):
        print("figure: random lives %d, seed %d" % (LIVES, SEED))
        self.dice = random.Random(SEED)
        self.lives = [Life(self.dice, "R%d-%05d" % (SEED, n)) for n in range(LIVES)]
        self.where = self.record()
        whole, pieces = self.lives[::2], self.lives[1::2]
        self.tell(whole)
        stuck = self.trickle(pieces)
        for x in self.dice.sample(self.lives, LIVES // 50):
            self.void(x)
        print("figure: events %d, told anew after reversals %d of %d lives in pieces"
              % (sum(len(x.events) for x in self.lives), stuck, len(pieces)))
        bad = [said for x in self.lives for said in self.differences(x)]
        self.assertEqual(bad[:5], [], "%d differences, seed %d" % (len(bad), SEED))
        self.all_at_once()
        self.by_state()

    def by_state(self):
        """A list by state holds whom their accounts say, each page of it its part, from either end."""
        said = self.d.sql("""
            do $$ begin perform set_config('pledged.secret', wall_secret(), false); end $$; set pledged.kind = 'finance';
            with life as materialized (
                select l.id, loan_state(l, today(), null) as state
                  from loan l
                 where not exists (select from loan later where later.id = l.id and later.version = l.version + 1)
            ),
            page as ( -- behind every seventh loan; and all of them
                select x.state, a.after, y.back, y.page, case when y.page then 5 end as most
                  from (select distinct state from life) x
                 cross join (select id as after, row_number() over (order by id) as n from life union all select null, 7) a
                 cross join (values (true, true), (true, false), (false, false)) as y(page, back)
                 where a.n % 7 = 0 and (y.page or a.after is null)
            )
            select count(distinct p.state), count(*) filter (where array(
                       select f.id from loans_in_state(p.state, p.page, p.after, p.back, p.most) with ordinality as f(id, n)
                        order by case when p.page then f.n end, f.id)
                   is distinct from array(
                       select e.id from life e
                        where e.state = p.state
                          and (p.after is null or case when p.back then e.id < p.after else e.id > p.after end)
                        order by case when p.back then e.id end desc, e.id
                        limit p.most))
              from page p""")
        states, wrong = map(int, said.split("|"))
        self.assertGreater(states, 5, "states of random lives, seed %d" % SEED)
        self.assertEqual(wrong, 0, "seed %d" % SEED)

    def all_at_once(self):
        """What goes through all loans in one pass reads, folds and judges as what goes loan by loan and day by day."""
        said = self.d.sql("""
            select count(*) = (select count(distinct loan_id) from loan_event),
                   count(*) filter (where t.told is distinct from loan_told_ordered(t.l, null, null)),
                   count(*) filter (where t.ends is distinct from loan_quarter_ends(t.l)),
                   count(*) filter (where loan_fold_days(t.l, t.told, t.ends, null) is distinct from array(
                                    select loan_fold(t.l, d, null, null) from unnest(t.ends) d order by d)),
                   count(*) filter (where loan_fold_days(t.l, t.told, t.ends, null, true)
                                          is distinct from loan_fold_days(t.l, t.told, t.ends, null)),
                   (select count(*) from ((table loan_balance except table verify_balance)
                                          union all (table verify_balance except table loan_balance)) x)
              from loans_told() t""".replace("table verify_balance", "select * from verify_loan_balance()"))
        self.assertEqual(said, "t|0|0|0|0|0", "seed %d" % SEED)

    def record(self):
        """Sends the contracts as one file; address of each."""
        lines = [loan(**dict(x.contract, borrower_uscc=firm(100000 + n), ip=[{"number": str(1 + n)}]))
                 for n, x in enumerate(self.lives)]
        said = self.post("/v1/loans", lines)
        return {x.name: "/v1/loans/" + s["id"] for x, s in zip(self.lives, said)}

    def post(self, path, lines):
        verdicts = []
        for k in range(0, len(lines), LINES + 100):
            body = "\n".join(json.dumps(x) for x in lines[k:k + LINES + 100])
            r = self.d.call("POST", path, body, self.bank, NDJSON, timeout=600)
            self.assertEqual(r.status, 200, "seed %d: %s" % (SEED, r.body.decode()[:1500]))
            verdicts += r.lines()[:-1]
        self.assertEqual(len(verdicts), len(lines))
        return verdicts

    @staticmethod
    def line(x, event):
        return dict(event, contract_no=x.name)

    def tell(self, lives, new=""):
        """Every life whole in one file, the lines of many mixed: every line is taken. new: before each reference."""
        while lives:
            lines = []
            while lives and len(lines) < LINES:
                x, lives = lives[0], lives[1:]
                lines += [self.line(x, dict(e, **{m: new + e[m] for m in ("reference", "reverses") if m in e})) for e in x.events]
            self.dice.shuffle(lines)
            said = self.post("/v1/loan-events?atomic=true", lines)
            self.assertEqual({v["outcome"] for v in said}, {"created"}, "seed %d" % SEED)

    def trickle(self, lives):
        """Every life in up to four files of random lines, again what was refused; how many needed a new start."""
        todo = {x.name: self.dice.sample(x.events, len(x.events)) for x in lives}
        by_name = {x.name: x for x in lives}
        stored = defaultdict(list)
        while any(todo.values()):
            before = sum(map(len, todo.values()))
            for _ in range(4):
                now = [(name, e) for name, events in todo.items() for e in events if self.dice.random() < 0.5]
                verdicts = self.post("/v1/loan-events", [self.line(by_name[name], e) for name, e in now])
                for (name, e), v in zip(now, verdicts):
                    self.assertIn(v["outcome"], ("created", "refused"))
                    if v["outcome"] == "created":
                        todo[name].remove(e)
                        stored[name].append(e)
                    else:
                        self.assertTrue(v["errors"][0]["cure"], v)
            if before == sum(map(len, todo.values())) and before == len(
                    [1 for name, events in todo.items() for e in events if self.still_refused(by_name[name], e)]):
                break
        stuck = [x for x in lives if todo[x.name]]
        self.again(stuck, stored)
        return len(stuck)

    def still_refused(self, x, event):
        r = self.sent(self.where[x.name], event, query="?dry_run=true")
        return r.status in (409, 422)

    def again(self, lives, stored):
        """Reverses what is stored from the last to the first, then tells everything in one file under new references."""
        for x in lives:
            gone = {e.get("reverses") for e in stored[x.name]}
            standing = [e for e in stored[x.name] if e["kind"] != "reversed" and e["reference"] not in gone]
            for e in sorted(standing, key=in_order, reverse=True):
                self.sent(self.where[x.name], {"reference": "U" + e["reference"], "kind": "reversed", "on": str(LAST),
                                               "reverses": e["reference"]}, 201)
        self.tell(lives, "N")

    def void(self, x):
        void = {"reference": "V" + x.name, "kind": "voided", "on": str(LAST), "reason": "重复录入"}
        self.sent(self.where[x.name], void, 201)
        x.account = account.Account(x.contract, x.events + [void])

    def differences(self, x):
        """Two days and two windows of each life, one of them where it changes."""
        marks = [account.day(x.contract["signed_on"])] + [account.day(e["on"]) for e in x.events] + [LAST]
        for on in (self.dice.choice(marks), marks[0] + datetime.timedelta(self.dice.randrange((LAST - marks[0]).days))):
            want = x.account.view(on)
            want = tuple(yuan(v) if m in MEMBERS[1:4] + MEMBERS[5:] else v for m, v in zip(want._fields, want))
            said = self.get("%s?as_of=%s" % (self.where[x.name], on))
            said = tuple(said[m] for m in MEMBERS + ("grade",))
            if said != want:
                yield self.case(x, "as_of %s" % on, want, said)
        for _ in range(2):
            start, end = sorted(self.dice.choice(marks) + datetime.timedelta(self.dice.choice((0, 1, 17))) for _ in range(2))
            if start == end:
                continue
            want = (yuan(account.half_up(x.account.accrued(start, end))), yuan(x.account.paid_by_borrower(start, end)),
                    [(str(s.start), str(s.end), yuan(s.balance), s.days, yuan(account.half_up(s.interest)))
                     for s in x.account.stretches(start, end)])
            accrued, paid, stretches = self.interest(self.where[x.name], start, end)
            said = accrued, paid, [s[:3] + s[4:] for s in stretches]
            if said != want:
                yield self.case(x, "from %s to %s" % (start, end), want, said)

    @staticmethod
    def case(x, question, want, said):
        return {"question": question, "want": want, "said": said, "contract": x.contract, "events": x.events}


class Generator(unittest.TestCase):
    """The lives are worth telling: without a daemon."""

    def test_the_lives_show_every_kind_of_event_and_state(self):
        dice = random.Random(SEED)
        lives = [Life(dice, "G-%d" % n) for n in range(400)]
        kinds = {e["kind"] for x in lives for e in x.events}
        self.assertEqual(kinds, set(account.RANK) | {"reversed"}, "seed %d" % SEED)
        self.assertTrue([x for x in lives if x.events and x.events[-1]["kind"] == "reversed"])
        states = {x.account.view(on).state for x in lives for on in (LAST, account.day(x.contract["matures_on"]))}
        self.assertEqual(states, {"signed", "active", "overdue", "matured", "written_off", "settled", "transferred"})
        for x in lives:  # a file is judged line by line in the order of days: every beginning is legal
            for k in range(len(x.events)):
                account.Account(x.contract, sorted(x.events, key=in_order)[:k])
        mixed = [(x, account.Account(x.contract, dice.sample(x.events, len(x.events)))) for x in lives]
        for x, other in mixed:
            self.assertEqual((x.account.steps, x.account.payments), (other.steps, other.payments))


if __name__ == "__main__":
    unittest.main()
