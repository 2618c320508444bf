"""A loan is an account: what is owed, due, accrued and paid on any day, and what cannot happen to it.

The figures are those of loan_examples.py, worked by hand. Each refusal stands beside an honest event that differs as
little as can be and is taken.
"""
import datetime
import itertools
import json
import random
import unittest

from harness import loan, numbers
from lives import DRAWN, MEMBERS, NDJSON, Lives, today
from loan_examples import EXAMPLES, THREE, THREE_MISSED, WRITTEN_OFF


class Account(Lives):
    def test_every_example_to_the_fen(self):
        for x in EXAMPLES:
            self.check(self.make(x.events, **x.loan), x)

    def test_every_example_as_one_file_in_any_order_of_lines(self):
        """A batch is judged in the order of days: a file that is sorted by loan, or by nothing, works."""
        dice = random.Random(1515)
        made, lines = [], []
        for x in EXAMPLES:
            where = self.make(**x.loan)
            contract = self.get(where)["contract_no"]
            made.append((where, x))
            lines += [dict(e, contract_no=contract) for e in self.named(x.events)]
        dice.shuffle(lines)
        r = self.d.call("POST", "/v1/loan-events", "\n".join(json.dumps(x) for x in lines), self.bank, NDJSON)
        self.assertEqual(r.lines()[-1]["summary"], {"created": len(lines), "replay": 0, "conflict": 0, "refused": 0},
                         [x for x in r.lines() if x.get("outcome") == "refused"][:3])
        for where, x in made:
            self.check(where, x)

    def test_every_order_of_arrival_gives_the_same_account(self):
        """What is refused for now is sent again, as a bank does."""
        for events in itertools.permutations(THREE_MISSED.events[1:]):
            where = self.make(**dict(THREE_MISSED.loan, disbursed_on="2022-01-15"))
            todo = self.named(events)
            while todo:
                late = [e for e in todo if self.sent(where, e).status != 201]
                self.assertLess(len(late), len(todo))
                todo = late
            self.check(where, THREE_MISSED)

    def test_several_events_of_one_day_count_alike_in_every_order(self):
        """Repriced from the start of the day; drawn, due, paid: 2,000,000 at 3.60 % are 200.00 a day."""
        events = (("repriced", "2022-07-05", {"rate": "3.60"}), ("disbursed", "2022-07-05", {"principal": "3000000.00"}),
                  ("overdue", "2022-07-05", {"principal": "1500000.00"}), ("repaid", "2022-07-05", {"principal": "1000000.00"}))
        for order in itertools.permutations(events):
            where, todo = self.make(**THREE), list(order)
            for _ in events:
                todo = [e for e in todo if self.sent(where, e).status != 201]
            self.assertEqual(todo, [])
            self.assertEqual(self.view(where, "2022-07-15"), ("overdue", "2000000.00", "500000.00", "0.00", 10, "2000.00"))

    def test_lines_of_one_day_are_judged_as_they_count_whatever_their_order_in_the_file(self):
        """Drawn and repaid on one day, told the other way round; what comes later fits only when both stand."""
        where = self.make(**dict(THREE, amount="1000000.00", revolving=True))
        lines = self.named([("repaid", "2022-07-05", {"principal": "1000000.00"}),
                            ("disbursed", "2022-07-05", {"principal": "1000000.00"}),
                            ("repaid", "2022-09-05", {"principal": "600000.00"}),
                            ("disbursed", "2022-08-05", {"principal": "600000.00"})])
        r = self.d.call("POST", where + "/events", "\n".join(json.dumps(e) for e in lines), self.bank, NDJSON)
        self.assertEqual([x["outcome"] for x in r.lines()[:4]], ["created"] * 4, r.body.decode())
        self.assertEqual([self.view(where, on)[1] for on in ("2022-07-05", "2022-08-05", "2022-09-05")],
                         ["0.00", "600000.00", "0.00"])

    def test_of_two_rates_of_one_day_the_later_reference_holds(self):
        """3,000,000 at 3.60 % are 300.00 a day."""
        where = self.make([DRAWN, ("repriced", "2022-07-05", {"rate": "7.20"}), ("repriced", "2022-07-05", {"rate": "3.60"})],
                          **THREE)
        self.assertEqual(self.interest(where, "2022-07-05", "2022-07-15"), ("3000.00", "0.00", [
            ("2022-07-05", "2022-07-15", "3000000.00", "3.60", 10, "3000.00")]))
        self.assertEqual(self.view(where, "2022-07-15")[-1], "3000.00")

    def test_a_payment_is_for_no_day_that_an_earlier_one_was_for(self):
        """300.00 a day. 10.00 told late for the first ten days do not move back where the next payment begins: it is for
        the sixty days since 4 August, half of them in the window."""
        where = self.make([("repriced", "2022-07-05", {"rate": "3.60"}), DRAWN,
                           ("repaid", "2022-08-04", {"interest": "9000.00"}),
                           ("repaid", "2022-09-03", {"interest": "10.00", "for_from": "2022-07-05", "for_to": "2022-07-15"}),
                           ("repaid", "2022-10-03", {"interest": "18000.00"})], **THREE)
        self.assertEqual(self.interest(where, "2022-08-04", "2022-09-03")[:2], ("9000.00", "9000.00"))
        self.assertEqual(self.interest(where, "2022-07-05", "2022-08-04")[:2], ("9000.00", "9010.00"))

    def test_what_was_known_at_an_instant(self):
        where = self.make([DRAWN, ("repaid", "2022-08-04", {"principal": "1000000.00"})], **THREE)
        at = self.get(where + "/events")["items"][-1]["recorded_at"].replace("+", "%2B")
        self.sent(where, ("overdue", "2022-08-01", {"interest": "8212.50"}), 201)  # told late: 27 days × 304.1666…
        self.assertEqual(self.view(where, "2022-08-10", "&known_at=" + at),
                         ("active", "2000000.00", "0.00", "0.00", 0, "10341.67"))  # 9,125.00 + 6 × 202.7777…
        self.assertEqual(self.view(where, "2022-08-10"), ("overdue", "2000000.00", "0.00", "8212.50", 9, "10341.67"))

    def test_a_reversed_event_leaves_the_account_as_if_it_had_not_been(self):
        where = self.make([DRAWN], **THREE)
        before = self.view(where, "2023-01-01"), self.interest(where, "2022-07-05", "2023-01-01")
        for wrong in (("repriced", "2022-08-04", {"rate": "4.20"}), ("overdue", "2022-08-04", {"interest": "1.00"}),
                      ("repaid", "2022-08-04", {"principal": "1000000.00", "interest": "1.00"})):
            made = self.sent(where, wrong, 201).json()
            self.assertNotEqual((self.view(where, "2023-01-01"), self.interest(where, "2022-07-05", "2023-01-01")), before)
            self.sent(where, ("reversed", "2022-09-01", {"reverses": made["reference"]}), 201)
            self.assertEqual((self.view(where, "2023-01-01"), self.interest(where, "2022-07-05", "2023-01-01")), before)

    def test_a_payment_takes_the_oldest_due_day_first_and_part_of_one_stays_due(self):
        """Two due days; 150,000 of principal takes all of the first and half of the second, 5,400.00 of interest likewise."""
        where = self.make(THREE_MISSED.events[:3], **THREE_MISSED.loan)  # due: 100,000 and 3,600.00, twice
        self.sent(where, ("repaid", "2022-03-20", {"principal": "150000.00", "interest": "5400.00"}), 201)
        self.assertEqual(self.view(where, "2022-03-20")[:5], ("overdue", "1050000.00", "50000.00", "1800.00", 5))
        self.sent(where, ("repaid", "2022-03-21", {"interest": "1800.00"}), 201)
        self.assertEqual(self.view(where, "2022-03-21")[:5], ("overdue", "1050000.00", "50000.00", "0.00", 6))
        self.sent(where, ("repaid", "2022-03-22", {"principal": "80000.00"}), 201)  # 50,000 due, 30,000 early
        self.assertEqual(self.view(where, "2022-03-22")[:5], ("active", "970000.00", "0.00", "0.00", 0))

    def test_an_instalment_that_is_written_down_creates_no_arrears_by_itself(self):
        where = self.make([DRAWN], instalments=[{"due_on": "2022-08-05", "principal": "1000000.00", "interest": "9429.17"}],
                          **THREE)
        self.assertEqual(self.view(where, "2023-01-01")[:5], ("active", "3000000.00", "0.00", "0.00", 0))
        self.assertEqual(self.get(where)["instalments"],
                         [{"due_on": "2022-08-05", "principal": "1000000.00", "interest": "9429.17"}])

    def test_grades_stay_what_they_are(self):
        where = self.make([DRAWN, ("overdue", "2022-10-05", {"interest": "1.00"}),
                           ("classified", "2022-10-06", {"grade": "special_mention"}),
                           ("repaid", "2022-10-07", {"interest": "1.00"})], **THREE)
        self.assertEqual([self.get("%s?as_of=%s" % (where, on))["grade"] for on in ("2022-10-05", "2022-10-06", "2022-12-31")],
                         ["normal", "special_mention", "special_mention"])

    def test_everybody_who_sees_the_loan_is_told_the_same(self):
        where = self.make(WRITTEN_OFF.events, district="310115", **WRITTEN_OFF.loan)
        for kind in ("district", "finance", "ip_office", "auditor"):
            token = self.d.token(kind)
            self.assertEqual(self.interest(where, "2022-07-05", "2024-01-10", token)[:2], ("168508.33", "25000.00"), kind)
            said = self.get(where + "?as_of=2023-12-01", token)
            self.assertEqual(tuple(said[m] for m in MEMBERS), WRITTEN_OFF.views["2023-12-01"], kind)
        r = self.d.call("GET", where + "/interest?from=2022-07-05&to=2024-01-10", token=self.d.token("bank", "BANK-B"))
        self.assertEqual(r.status, 404)

    def test_a_window_that_is_none_is_refused(self):
        where = self.make([DRAWN], **THREE)
        for query in ("", "?from=2022-07-05", "?to=2022-07-05", "?from=2022-07-05&to=2022-07-05",
                      "?from=2022-07-06&to=2022-07-05", "?from=2022-02-30&to=2022-07-05", "?from=2022-07-05&to=2022-08-01&x=1"):
            self.assertEqual(self.d.call("GET", where + "/interest" + query, token=self.bank).status, 422, query)
        self.assertEqual(self.interest(where, "2022-07-05", "2022-07-06")[0], "304.17")

    def test_what_is_written_of_the_account_comes_back(self):
        over = {"day_count": "actual/365", "revolving": True, "registered_amount": "4500000.00"}
        said = self.get(self.make(**dict(THREE, **over)))
        self.assertEqual({m: said[m] for m in over}, over)
        again = self.d.call("POST", "/v1/loans", said, self.bank)
        self.assertEqual((again.status, again.headers.get("idempotent-replay")), (200, "true"), again.body)
        for field, bad in (("day_count", "actual/366"), ("revolving", "yes"), ("registered_amount", "0.00"),
                           ("registered_amount", 5)):
            r = self.d.call("POST", "/v1/loans", loan(**{field: bad}), self.bank)
            self.assertEqual((r.status, [p for p, _ in r.codes()]), (422, ["/" + field]))


class Refusals(Lives):
    def test_no_more_interest_than_can_have_accrued(self):
        where = self.make([DRAWN], **THREE)  # 30 days 9,125.00; with the day of payment 9,429.1666…
        self.refused(where, ("repaid", "2022-08-04", {"interest": "9429.18"}), "/interest", "E_EXCEEDS", "9429.17")
        self.sent(where, ("repaid", "2022-08-04", {"interest": "9429.17"}), 201)
        self.assertEqual(self.view(where, "2022-08-04")[-1], "0.00")  # never below nought
        self.refused(where, ("repaid", "2022-08-04", {"interest": "9125.00"}), "/interest", "E_EXCEEDS")

    def test_the_day_of_a_payment_bears_what_was_owed_in_its_morning(self):
        """Settled after 30 days with 31 days of interest, as banks do that count the day itself; not with 32."""
        where = self.make([DRAWN], **THREE)
        whole = {"principal": "3000000.00"}
        self.refused(where, ("settled", "2022-08-04", dict(whole, interest="9733.33")), "/interest", "E_EXCEEDS", "9429.17")
        self.sent(where, ("settled", "2022-08-04", dict(whole, interest="9429.17")), 201)
        where = self.make([DRAWN, ("repaid", "2022-08-04", whole)], **THREE)  # the principal was told before
        self.sent(where, ("repaid", "2022-08-04", {"interest": "9429.17"}), 201)

    def test_a_hundred_times_the_interest_of_what_was_drawn(self):
        """A2: 1,000,000 of 100,000,000 drawn; 727 days are 73,709.72, not 7,370,972.23, and 728 are 73,811.11."""
        where = self.make([("disbursed", "2022-07-05", {"principal": "1000000.00"})], amount="100000000.00",
                          matures_on="2024-07-01")
        self.refused(where, ("repaid", "2024-07-01", {"interest": "7370972.23"}), "/interest", "E_EXCEEDS", "73811.11")
        self.refused(where, ("overdue", "2024-07-01", {"interest": "73811.12"}), "/interest", "E_EXCEEDS", "73811.11")
        self.sent(where, ("overdue", "2024-07-01", {"interest": "73709.72"}), 201)

    def test_nothing_accrues_at_no_rate(self):
        where = self.make([DRAWN], **dict(THREE, rate="0.00"))
        self.refused(where, ("repaid", "2022-08-04", {"interest": "0.01"}), "/interest", "E_EXCEEDS", "0.00")
        self.sent(where, ("repaid", "2022-08-04", {"principal": "0.01"}), 201)

    def test_no_draw_above_the_line(self):
        where = self.make([("disbursed", "2022-07-05", {"principal": "2000000.00"})], **THREE)
        self.refused(where, ("disbursed", "2022-08-04", {"principal": "1000000.01"}), "/principal", "E_EXCEEDS", "1000000.00")
        self.sent(where, ("disbursed", "2022-08-04", {"principal": "1000000.00"}), 201)

    def test_what_was_repaid_is_drawn_again_under_a_revolving_line_alone(self):
        """A14: drawn 3 m, repaid 1 m, drawn 1 m again."""
        steps = [DRAWN, ("repaid", "2022-08-04", {"principal": "1000000.00"})]
        once, line = self.make(steps, **THREE), self.make(steps, revolving=True, **THREE)
        self.refused(once, ("disbursed", "2022-08-14", {"principal": "1000000.00"}), "/principal", "E_EXCEEDS", "0.00")
        self.refused(line, ("disbursed", "2022-08-14", {"principal": "1000000.01"}), "/principal", "E_EXCEEDS", "1000000.00")
        self.sent(line, ("disbursed", "2022-08-14", {"principal": "1000000.00"}), 201)
        self.assertEqual(self.view(line, "2022-08-14")[:2], ("active", "3000000.00"))

    def test_a_line_repaid_and_drawn_again_on_one_day_is_never_above_itself(self):
        where = self.make([DRAWN, ("repaid", "2022-08-04", {"principal": "1000000.00"}),
                           ("disbursed", "2022-08-04", {"principal": "1000000.00"})], revolving=True, **THREE)
        self.assertEqual(self.view(where, "2022-08-04")[:2], ("active", "3000000.00"))
        self.refused(where, ("disbursed", "2022-08-04", {"principal": "0.01"}), "/principal", "E_EXCEEDS", "0.00")

    def test_no_payment_above_what_is_owed(self):
        where = self.make([DRAWN, ("repaid", "2022-08-04", {"principal": "1000000.00"})], **THREE)
        self.refused(where, ("repaid", "2022-08-14", {"principal": "2000000.01"}), "/principal", "E_EXCEEDS", "2000000.00")
        self.refused(where, ("settled", "2022-08-14", {"principal": "2999999.99"}), "/principal", "E_OUTSTANDING", "2000000.00")
        self.sent(where, ("repaid", "2022-08-14", {"principal": "2000000.00"}), 201)

    def test_nothing_is_paid_by_nought(self):
        where = self.make([DRAWN, ("overdue", "2022-08-01", {"interest": "1.00"})], **THREE)
        for event in (("repaid", "2022-08-04", {"principal": "0.00", "interest": "0.00"}), ("repaid", "2022-08-04", {}),
                      ("overdue", "2022-08-04", {"principal": "0.00", "interest": "0.00"})):
            self.assertEqual(self.sent(where, event).status, 422, event)
        self.assertEqual(self.sent(self.make(**THREE), ("disbursed", "2022-08-04", {"principal": "0.00"})).status, 422)
        self.sent(where, ("repaid", "2022-08-04", {"principal": "0.00", "interest": "1.00"}), 201)
        self.assertEqual(self.view(where, "2022-08-04")[0], "active")

    def test_arrears_add_up_and_never_above_what_is_owed(self):
        """A13: the second instalment falls due unpaid."""
        where = self.make([DRAWN, ("overdue", "2022-08-05", {"principal": "1000000.00"}),
                           ("overdue", "2022-09-05", {"principal": "1000000.00"})], **THREE)
        self.assertEqual(self.view(where, "2022-09-05")[:5], ("overdue", "3000000.00", "2000000.00", "0.00", 31))
        self.refused(where, ("overdue", "2022-10-05", {"principal": "1000000.01"}), "/principal", "E_EXCEEDS", "1000000.00")
        self.sent(where, ("overdue", "2022-10-05", {}), 201)  # the rest
        self.assertEqual(self.view(where, "2022-10-05")[:5], ("overdue", "3000000.00", "3000000.00", "0.00", 61))

    def test_days_of_the_future(self):
        """C8, and events."""
        day = today()
        tomorrow = str(day + datetime.timedelta(days=1))
        past = str(day - datetime.timedelta(days=400))
        for field, more in (("signed_on", {}), ("disbursed_on", {"signed_on": past}), ("registered_on", {"signed_on": past})):
            for late in ("2062-07-01", tomorrow):
                r = self.d.call("POST", "/v1/loans", loan(matures_on="2063-07-01", **dict(more, **{field: late})), self.bank)
                self.assertEqual((r.status, r.codes()), (422, [("/" + field, "E_FUTURE")]), r.body.decode())
                self.assertIn(str(day), r.json()["errors"][0]["cure"] + r.json()["errors"][0]["title"])
            r = self.d.call("POST", "/v1/loans", loan(matures_on="2063-07-01", **dict(more, **{field: str(day)})), self.bank)
            self.assertEqual(r.status, 201, r.body.decode())
        where = self.make([DRAWN], **THREE)
        self.refused(where, ("repaid", tomorrow, {"principal": "1.00"}), "/on", "E_FUTURE", str(day))
        self.sent(where, ("repaid", str(day), {"principal": "1.00"}), 201)

    def test_a_loan_is_not_moved_into_the_future_by_a_correction(self):
        where = self.make(**THREE)
        body = dict(self.get(where), reason="更正")
        put = lambda **over: self.d.call("PUT", where, dict(body, **over), self.bank, {"If-Match": '"1"'})
        r = put(signed_on="2062-07-01", matures_on="2063-07-01")
        self.assertEqual((r.status, r.codes()), (422, [("/signed_on", "E_FUTURE")]))
        self.assertEqual(put(signed_on="2022-01-05").status, 200)

    def test_a_correction_does_not_make_impossible_what_was_told(self):
        """By another rate, line or count of days neither: what came behind would be judged by nothing."""
        (drawn, paid), line = self.named([DRAWN, ("repaid", "2022-08-04", {"interest": "9125.00"})]), self.make(
            [DRAWN, ("repaid", "2022-08-04", {"principal": "1000000.00"}), ("disbursed", "2022-08-14", {"principal": "1000000.00"})],
            revolving=True, **THREE)
        where = self.make(**THREE)
        self.sent(where, drawn, 201)
        self.sent(where, paid, 201)

        def put(at, **over):
            body = dict(self.get(at), reason="更正")
            version = self.d.call("GET", at, token=self.bank).headers["etag"]
            return self.d.call("PUT", at, dict(body, **over), self.bank, {"If-Match": version})

        r = put(where, rate="0.00")
        self.assertEqual((r.status, r.codes()), (409, [("", "E_STATE_LATER")]))
        self.assertIn(paid["reference"], r.json()["errors"][0]["title"])
        self.assertEqual(put(line, revolving=False).codes(), [("", "E_STATE_LATER")])
        for at in (where, line):  # and nothing is drawn that the line does not hold
            self.refused(at, ("disbursed", "2022-09-01", {"principal": "3000000.00"}), "/principal", "E_EXCEEDS", "0.00")
        # 31 days of 3,000,000 by 365 at 3.65 % are 9,300.00
        self.assertEqual(put(where, rate="3.60", day_count="actual/360").status, 200)
        self.assertEqual(put(where, rate="3.65", day_count="actual/365").status, 200)

    def test_events_that_contradict_name_the_one_in_the_way_and_its_day(self):
        where = self.make(**THREE)
        r = self.refused(where, ("repaid", "2022-08-04", {"principal": "1.00"}), "/kind", "E_STATE", "此时可以登记:作废、利率调整、放款")
        self.assertEqual(r.json()["errors"][0]["title"], "当前状态下不能发生此事件:已签订")
        english = self.d.call("POST", where + "/events", {"reference": "E-1", "kind": "repaid", "on": "2022-08-04", "principal": "1.00"},
                              self.bank, {"Accept-Language": "en"}).json()["errors"][0]
        self.assertEqual((english["title"], english["cure"]), ("This cannot happen in the present state: Signed",
                         "What can be told now: Voided, Repriced, Disbursed"))
        drawn, paid = self.named([DRAWN, ("repaid", "2022-08-04", {"principal": "2000000.00"})])
        self.sent(where, drawn, 201)
        self.sent(where, paid, 201)
        # repaid earlier and later more than is owed: the later one stands in the way
        r = self.refused(where, ("repaid", "2022-07-20", {"principal": "1000000.01"}), "/on", "E_STATE_LATER")
        self.assertIn(paid["reference"] + " (还款 2022-08-04)", r.json()["errors"][0]["title"])
        r = self.refused(where, ("reversed", "2022-09-01", {"reverses": drawn["reference"]}), "/reverses", "E_STATE_LATER")
        self.assertIn(paid["reference"], r.json()["errors"][0]["title"])
        self.sent(where, ("repaid", "2022-07-20", {"principal": "1000000.00"}), 201)

    def test_a_late_told_repayment_under_which_a_later_interest_could_not_have_accrued(self):
        """Interest for 60 days was told (18,250.00); repaid in between, there were 9,125.00 + 30 × 202.7777… = 15,208.33,
        with the day itself 15,411.11."""
        drawn, paid = self.named([DRAWN, ("repaid", "2022-09-03", {"interest": "18250.00"})])
        where = self.make(**THREE)
        self.sent(where, drawn, 201)
        self.sent(where, paid, 201)
        r = self.refused(where, ("repaid", "2022-08-04", {"principal": "1000000.00"}), "/on", "E_STATE_LATER")
        self.assertIn(paid["reference"], r.json()["errors"][0]["title"])
        self.sent(where, ("reversed", "2022-10-01", {"reverses": paid["reference"]}), 201)
        self.sent(where, ("repaid", "2022-08-04", {"principal": "1000000.00"}), 201)
        self.sent(where, ("repaid", "2022-09-03", {"interest": "15208.33"}), 201)

    def test_members_that_a_kind_takes_needs_or_does_not_know(self):
        where = self.make([DRAWN], **THREE)
        on = "2022-08-04"
        for event, want in ((("repriced", on, {}), ("/rate", "E_NEED")),
                            (("repriced", on, {"rate": 3.6}), ("/rate", "E_TEXT_NUMBER")),
                            (("repaid", on, {"principal": "1.00", "rate": "3.60"}), ("/rate", "E_UNWANTED")),
                            (("overdue", on, {"payer": "guarantor"}), ("/payer", "E_UNWANTED")),
                            (("repaid", on, {"principal": "1.00", "payer": "friend"}), ("/payer", "E_CHOICE")),
                            (("repaid", on, {"principal": "1.00", "reason": "x"}), ("/reason", "E_UNWANTED")),
                            (("repaid", on, {"interest": "1.00", "for_from": "2022-07-05"}), ("/for_to", "E_NEED")),
                            (("repaid", on, {"interest": "1.00", "for_to": on}), ("/for_from", "E_NEED")),
                            (("repaid", on, {"interest": "1.00", "for_from": on, "for_to": on}), ("/for_to", "E_ORDER")),
                            (("voided", on, {}), ("/reason", "E_NEED"))):
            with self.subTest(event):
                r = self.sent(where, event)
                self.assertEqual((r.status, r.codes()), (422, [want]))
        for payer in ("borrower", "guarantor", "insurer", "third_party"):
            made = self.sent(where, ("repaid", on, {"principal": "1.00", "payer": payer}), 201).json()
            self.assertEqual(made["payer"], payer)
        self.sent(where, ("repaid", on, {"interest": "1.00", "for_from": "2022-07-05", "for_to": on}), 201)

    def test_one_bad_line_of_a_file_is_told_with_its_number_and_the_rest_is_stored(self):
        where = self.make(**THREE)
        lines = self.named([("repaid", "2022-10-04", {"principal": "1000000.00"}),    # fits once drawn
                            ("repaid", "2022-09-04", {"principal": "2500000.00"}),    # on its day it fits: it comes first
                            ("disbursed", "2022-07-05", {}),
                            ("repaid", "2022-06-04", {"principal": "1.00"})])         # before the draw-down
        r = self.d.call("POST", where + "/events", "\n".join(json.dumps(e) for e in lines), self.bank, NDJSON)
        said = r.lines()
        self.assertEqual([x["outcome"] for x in said[:4]], ["refused", "created", "created", "refused"], r.body.decode())
        self.assertEqual(said[0]["errors"][0]["code"], "E_EXCEEDS")
        self.assertIn("500000.00", said[0]["errors"][0]["cure"])
        self.assertEqual(said[3]["errors"][0]["code"], "E_STATE")
        self.assertEqual(self.view(where, "2022-12-01")[:2], ("active", "500000.00"))

    def test_a_csv_of_events_with_payers_and_rates(self):
        where = self.make([DRAWN], **THREE)
        contract = self.get(where)["contract_no"]
        n = next(numbers)
        rows = ["reference,contract_no,kind,on,principal,interest,payer,rate",
                "C%d-2,%s,repaid,2022-09-03,0.00,9625.00,guarantor," % (n, contract),  # 9,125.00 + 30 × 350 = 19,625.00
                "C%d-1,%s,repriced,2022-08-04,,,,4.20" % (n, contract)]
        r = self.d.call("POST", "/v1/loan-events", "\r\n".join(rows), self.bank, {"Content-Type": "text/csv"})
        self.assertEqual([x["outcome"] for x in r.lines()[:2]], ["created", "created"], r.body.decode())
        self.assertEqual(self.interest(where, "2022-07-05", "2022-09-03")[:2], ("19625.00", "0.00"))
        self.assertEqual(self.view(where, "2022-09-03")[-1], "10000.00")


if __name__ == "__main__":
    unittest.main()
