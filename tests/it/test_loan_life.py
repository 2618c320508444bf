"""The life of a loan out of dated events: the same on every day whatever order they arrived in."""
import itertools
import json
import random

from harness import Case, loan, numbers

KINDS = ("disbursed", "repaid", "extended", "overdue", "classified", "written_off", "recovered",
         "settled", "pledge_released",
         "repriced", "transferred", "voided")
# Worked by hand from the rules: what may happen in which state.
LEGAL = {
    "signed": {"disbursed", "repriced", "voided"},
    "active": {"disbursed", "repaid", "extended", "overdue", "classified", "repriced", "written_off", "settled",
               "transferred", "pledge_released", "voided"},
    "overdue": {"repaid", "extended", "overdue", "classified", "repriced", "written_off", "settled", "transferred",
                "pledge_released", "voided"},
    "written_off": {"recovered", "settled", "transferred", "pledge_released", "voided"},
    "settled": {"pledge_released", "voided"},
    "transferred": {"pledge_released", "voided"},
}
WAY = {  # how to reach each state, on days before 2022-09-01
    "signed": [],
    "active": [("disbursed", "2022-07-05", {"principal": "3000000.00"})],
    "overdue": [("disbursed", "2022-07-05", {}), ("overdue", "2022-08-01", {"principal": "1000000.00"})],
    "written_off": [("disbursed", "2022-07-05", {}), ("written_off", "2022-08-01", {})],
    "settled": [("disbursed", "2022-07-05", {}), ("settled", "2022-08-01", {})],
    "transferred": [("disbursed", "2022-07-05", {}), ("transferred", "2022-08-01", {})],
}
MORE = {"disbursed": {"principal": "1000000.00"}, "repaid": {"principal": "1.00"},
        "recovered": {"principal": "1.00"}, "extended": {"matures_on": "2024-07-01"},
        "classified": {"grade": "doubtful"}, "repriced": {"rate": "3.00"}, "voided": {"reason": "录入错误"}}

WORDS = {"disbursed": "放款", "repaid": "还款", "extended": "展期", "overdue": "逾期", "classified": "五级分类", "written_off": "核销",
         "recovered": "核销后收回", "settled": "结清", "pledge_released": "解除质押", "reversed": "冲销", "repriced": "利率调整",
         "transferred": "不良转让", "voided": "作废"}


class LoanLife(Case):
    def setUp(self):
        self.bank = self.d.token("bank")

    def make(self, **over):
        r = self.d.call("POST", "/v1/loans", loan(**over), self.bank)
        self.assertEqual(r.status, 201, r.body)
        return r.headers["location"]

    def event(self, kind, on, **more):
        return dict({"reference": "EV-%d" % next(numbers), "kind": kind, "on": on}, **more)

    def send(self, where, event, query=""):
        return self.d.call("POST", where + "/events" + query, event, self.bank)

    def happen(self, where, kind, on, **more):
        r = self.send(where, self.event(kind, on, **more))
        self.assertEqual(r.status, 201, r.body)
        return r.json()

    def life(self, where, as_of="2023-01-01", token=None):
        r = self.d.call("GET", "%s?as_of=%s" % (where, as_of), token=token or self.bank)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def short(self, where, as_of="2023-01-01"):
        x = self.life(where, as_of)
        return x["state"], x["outstanding"], x["days_overdue"], x["grade"]

    def test_from_the_first_drawing_to_the_recovery_after_write_off(self):
        where = self.make()
        for step in (("disbursed", "2022-07-05", {"principal": "3000000.00"}),
                     ("disbursed", "2022-07-20", {"principal": "2000000.00"}),
                     ("repaid", "2022-10-08", {"principal": "500000.00", "interest": "45625.00"}),
                     ("overdue", "2023-01-08", {"principal": "1000000.00"}),
                     ("classified", "2023-03-01", {"grade": "substandard"}),
                     ("repaid", "2023-03-10", {"principal": "400000.00"}),
                     ("written_off", "2023-09-01", {}),
                     ("recovered", "2023-11-01", {"principal": "1000000.00"}),
                     ("settled", "2023-12-01", {}),
                     ("pledge_released", "2023-12-05", {})):
            self.happen(where, step[0], step[1], **step[2])
        for as_of, said in (("2022-07-04", ("signed", "0.00", 0, "normal")),
                            ("2022-07-05", ("active", "3000000.00", 0, "normal")),
                            ("2022-10-08", ("active", "4500000.00", 0, "normal")),
                            ("2023-02-08", ("overdue", "4500000.00", 31, "normal")),
                            ("2023-03-31", ("overdue", "4100000.00", 82, "substandard")),
                            ("2023-09-01", ("written_off", "4100000.00", 236, "substandard")),
                            ("2023-11-30", ("written_off", "3100000.00", 326, "substandard")),
                            ("2023-12-31", ("settled", "0.00", 0, "substandard"))):
            with self.subTest(as_of):
                self.assertEqual(self.short(where, as_of), said)
        self.assertEqual(self.life(where, "2023-12-31")["pledge_released_on"], "2023-12-05")

    def test_full_matrix_of_states_and_events(self):
        for state, way in WAY.items():
            for kind in KINDS:
                with self.subTest(state=state, kind=kind):
                    where = self.make()
                    for step in way:
                        self.happen(where, step[0], step[1], **step[2])
                    self.assertEqual(self.life(where)["state"], state)
                    r = self.send(where, self.event(kind, "2022-09-01", **MORE.get(kind, {})))
                    if kind in LEGAL[state]:
                        self.assertEqual(r.status, 201, r.body)
                        continue
                    self.assertEqual((r.status, r.codes()), (409, [("/kind", "E_STATE")]), r.body)
                    for legal in LEGAL[state]:
                        self.assertIn(WORDS[legal], r.json()["errors"][0]["cure"])
                    said = set(self.life(where)["legal_events"])
                    self.assertEqual(said, LEGAL[state])

    def test_any_order_of_arrival_gives_the_same_life_on_every_day(self):
        events = [("disbursed", "2022-07-05", {"principal": "5000000.00"}),
                  ("repaid", "2022-08-01", {"principal": "1000000.00"}),
                  ("overdue", "2022-09-01", {"principal": "500000.00"}),
                  ("repaid", "2022-09-20", {"principal": "500000.00"}),
                  ("extended", "2022-10-01", {"matures_on": "2024-01-01"}),
                  ("overdue", "2022-11-01", {}),
                  ("classified", "2022-12-01", {"grade": "doubtful"}),
                  ("written_off", "2022-12-20", {}),
                  ("recovered", "2022-12-28", {"principal": "1.23"})]
        days = [e[1] for e in events] + ["2022-07-01", "2022-09-10", "2023-05-05"]
        lives, dice = set(), random.Random(17)
        for _ in range(40):
            where = self.make()
            todo = events[:]
            dice.shuffle(todo)
            for _ in range(len(events)):  # what is refused for now is sent again, as a bank does
                late = []
                for e in todo:
                    r = self.send(where, self.event(e[0], e[1], **e[2]))
                    self.assertIn(r.status, (201, 409, 422), r.body)
                    if r.status != 201:
                        late.append(e)
                todo = late
            self.assertEqual(todo, [])
            lives.add(tuple(self.short(where, day) for day in days))
        self.assertEqual(len(lives), 1)
        self.assertIn(("overdue", "3500000.00", 30, "doubtful"),
                      {self.short(where, "2022-12-01")})
        self.assertEqual(self.short(where, "2023-05-05"), ("written_off", "3499998.77", 185, "doubtful"))

    def test_several_events_of_one_day_count_alike_in_every_order(self):
        day = [("disbursed", {"principal": "5000000.00"}), ("repaid", {"principal": "100.00"}),
               ("classified", {"grade": "special_mention"})]
        seen = set()
        for order in itertools.permutations(day):
            where = self.make()
            todo = list(order)
            for _ in day:
                todo = [x for x in todo if self.send(where, self.event(
                    x[0], "2022-07-05", **x[1])).status != 201]
            self.assertEqual(todo, [])
            seen.add(self.short(where))
        self.assertEqual(seen, {("active", "4999900.00", 0, "special_mention")})

    def test_a_wrong_event_is_reversed_and_the_rest_stands(self):
        where = self.make(disbursed_on="2022-07-05")
        wrong = self.happen(where, "overdue", "2022-08-01")
        self.assertEqual(self.short(where)[0], "overdue")
        self.happen(where, "reversed", "2022-08-02", reverses=wrong["reference"])
        self.assertEqual(self.short(where), ("active", "5000000.00", 0, "normal"))
        r = self.send(where, self.event("reversed", "2022-08-03", reverses=wrong["reference"]))
        self.assertEqual((r.status, r.codes()), (422, [("/reverses", "E_NO_EVENT")]))

    def test_what_a_later_event_rests_on_cannot_be_reversed_first(self):
        where = self.make()
        drawn = self.happen(where, "disbursed", "2022-07-05")
        self.happen(where, "repaid", "2022-08-05", principal="1.00")
        r = self.send(where, self.event("reversed", "2022-09-01", reverses=drawn["reference"]))
        self.assertEqual((r.status, r.codes()), (409, [("/reverses", "E_STATE_LATER")]))
        self.assertIn("还款 2022-08-05", r.json()["errors"][0]["title"])

    def test_known_at_shows_the_life_as_it_was_known(self):
        where = self.make(disbursed_on="2022-07-05")
        at = self.happen(where, "repaid", "2022-08-05", principal="1000000.00")["recorded_at"]
        self.happen(where, "overdue", "2022-08-01", principal="2000000.00")  # told late
        path = "%s?as_of=2022-09-01&known_at=%s" % (where, at.replace("+", "%2B"))
        then = self.d.call("GET", path, token=self.bank).json()
        self.assertEqual((then["state"], then["outstanding"]), ("active", "4000000.00"))
        self.assertEqual(self.short(where, "2022-09-01"), ("overdue", "4000000.00", 31, "normal"))

    def test_amounts_and_days_that_cannot_be_are_refused(self):
        where = self.make(disbursed_on="2022-07-05")
        for event, code in (
                (("repaid", "2022-08-05", {"principal": "5000000.01"}), ("/principal", "E_EXCEEDS")),
                (("settled", "2022-08-05", {"principal": "4999999.99"}),
                 ("/principal", "E_OUTSTANDING")),
                (("disbursed", "2022-07-05", {"principal": "5000000.01"}), ("/principal", "E_EXCEEDS")),
                (("extended", "2022-08-05", {"matures_on": "2023-07-01"}), ("/matures_on", "E_ORDER")),
                (("overdue", "2022-06-30", {}), ("/kind", "E_STATE")),
                (("disbursed", "2022-06-30", {}), ("/on", "E_ORDER")),
                (("overdue", "2199-06-30", {}), ("/on", "E_FUTURE")),
                (("classified", "2022-08-05", {}), ("/grade", "E_NEED")),
                (("repaid", "2022-08-05", {}), ("/principal", "E_NEED")),
                (("overdue", "2022-08-05", {"grade": "loss"}), ("/grade", "E_UNWANTED")),
                (("repaid", "2022-08-05", {"principal": "0.00"}), ("/principal", "E_RANGE"))):
            with self.subTest(event):
                r = self.send(where, self.event(event[0], event[1], **event[2]))
                self.assertEqual(r.codes(), [code])
        self.assertEqual(self.d.call("GET", where + "/events", token=self.bank).json()["items"], [])

    def test_retries_replay_and_other_content_conflicts(self):
        where = self.make(disbursed_on="2022-07-05")
        event = self.event("repaid", "2022-08-05", principal="5000000.00")
        first, again = self.send(where, event), self.send(where, event)
        self.assertEqual((first.status, again.status, first.body), (201, 200, again.body))
        r = self.send(where, dict(event, principal="4000000.00"))
        self.assertEqual((r.status, r.codes()), (409, [("/principal", "E_KEY_REUSED")]))
        got = self.d.call("GET", first.headers["location"], token=self.bank)
        self.assertEqual((got.status, got.body), (200, first.body))

    def test_a_batch_over_many_loans_and_its_csv(self):
        made = [self.make(disbursed_on="2022-07-05") for _ in range(3)]
        numbers_of = [self.d.call("GET", w, token=self.bank).json()["contract_no"] for w in made]
        rows = ["事件编号,贷款合同编号,事件种类,发生日,本金(万元)"]
        rows += ["CSV-%d,%s,还款,2022-08-05,%s" % (next(numbers), no, amount)
                 for no, amount in zip(numbers_of, ("100", "0.0001", "500.0001"))]
        r = self.d.call("POST", "/v1/loan-events", "\r\n".join(rows).encode("gb18030"), self.bank,
                        {"Content-Type": "text/csv; charset=gb18030"})
        lines = r.lines()
        self.assertEqual([x.get("outcome") for x in lines[:3]], ["created", "created", "refused"])
        self.assertEqual(lines[2]["errors"][0]["code"], "E_EXCEEDS")
        self.assertEqual([self.short(w)[1] for w in made], ["4000000.00", "4999999.00", "5000000.00"])
        r = self.d.call("GET", "/v1/loan-events/template.csv", token=self.bank)
        self.assertIn("贷款合同编号", r.body.decode())

    def test_a_csv_of_one_loans_events_needs_no_contract_number(self):
        where = self.make(disbursed_on="2022-07-05")
        rows = "事件编号,事件种类,发生日,本金(元)\r\nCSV-%d,还款,2022-08-05,7.00\r\n" % next(numbers)
        r = self.d.call("POST", where + "/events", rows, self.bank, {"Content-Type": "text/csv"})
        self.assertEqual(r.lines()[0]["outcome"], "created", r.body)
        self.assertEqual(self.short(where)[1], "4999993.00")

    def test_lines_of_one_batch_see_each_other(self):
        where = self.make(disbursed_on="2022-07-05")
        events = [self.event("repaid", "2022-08-05", principal="3000000.00") for _ in range(2)]
        body = "".join(json.dumps(e) + "\n" for e in events)
        send = lambda query: self.d.call("POST", where + "/events" + query, body, self.bank,
                                         {"Content-Type": "application/x-ndjson"})
        self.assertEqual(send("?atomic=true").status, 422)
        self.assertEqual(self.short(where)[1], "5000000.00")
        self.assertEqual([x.get("outcome") for x in send("").lines()[:2]], ["created", "refused"])

    def test_dry_run_judges_and_stores_nothing(self):
        where = self.make(disbursed_on="2022-07-05")
        event = self.event("settled", "2022-08-05")
        self.assertEqual(self.send(where, event, "?dry_run=true").json()["outcome"], "created")
        r = self.send(where, dict(event, principal="1.00"), "?dry_run=true")
        self.assertEqual(r.codes(), [("/principal", "E_OUTSTANDING")])
        self.assertEqual(self.short(where)[0], "active")

    def test_another_banks_loan_does_not_exist(self):
        where = self.make(disbursed_on="2022-07-05")
        other = self.d.token("bank", "BANK-B")
        r = self.d.call("POST", where + "/events", self.event("overdue", "2022-08-01"), other)
        self.assertEqual(r.status, 404)
        self.assertEqual(self.d.call("GET", where + "/events", token=other).status, 404)
        r = self.d.call("POST", "/v1/loan-events", self.event(
            "overdue", "2022-08-01", contract_no="NOPE"), self.bank)
        self.assertEqual(r.codes(), [("/contract_no", "E_NO_LOAN")])
        r = self.send(where, self.event("overdue", "2022-08-01", contract_no="NOPE"))
        self.assertEqual(r.codes(), [("/contract_no", "E_PATH")])

    def test_everyone_who_sees_the_loan_sees_the_same_life(self):
        where = self.make(disbursed_on="2022-07-05", district="310115")
        self.happen(where, "overdue", "2022-08-01")
        for kind in ("district", "finance", "ip_office", "auditor"):
            said = self.life(where, token=self.d.token(kind))
            self.assertEqual((said["state"], said["days_overdue"]), ("overdue", 153), kind)

    def test_lists_filter_by_the_state_on_a_day(self):
        firm = "91310104QX0104028H"
        for step in ((), ("overdue",), ("settled",)):
            where = self.make(disbursed_on="2022-07-05", borrower_uscc=firm)
            for kind in step:
                self.happen(where, kind, "2022-08-01")
        for state, n in (("active", 1), ("overdue", 1), ("settled", 1), ("written_off", 0)):
            r = self.d.call("GET", "/v1/loans?borrower=%s&state=%s&as_of=2022-09-01" % (firm, state),
                            token=self.bank).json()
            self.assertEqual([x["state"] for x in r["items"]], [state] * n)

    def test_an_answer_kept_by_a_client_is_not_taken_for_the_present_one(self):
        where = self.make(disbursed_on="2022-07-05")
        tag = self.d.call("GET", where, token=self.bank).headers["etag"]
        same = lambda t: self.d.call("GET", where, token=self.bank, headers={"If-None-Match": t})
        self.assertEqual(same(tag).status, 304)
        self.happen(where, "overdue", "2022-08-01")
        now = same(tag)
        self.assertEqual((now.status, now.json()["state"]), (200, "overdue"))
        self.assertEqual(same(now.headers["etag"]).status, 304)
        put = self.d.call("PUT", where, dict(now.json(), purpose="x", reason="更正"), self.bank,
                          {"If-Match": now.headers["etag"]})
        self.assertEqual((put.status, put.json()["version"]), (200, 2))

    def test_events_are_in_the_signed_log_and_cannot_be_changed(self):
        where = self.make(disbursed_on="2022-07-05")
        made = self.happen(where, "overdue", "2022-08-01")
        r = self.d.call("GET", "/v1/receipts/" + made["id"], token=self.bank)
        self.assertEqual(r.status, 200, r.body)
        for sql in ("update loan_event set on_day = on_day + 1", "delete from loan_event",
                    "truncate loan_event", "delete from loan_transition"):
            with self.assertRaises(Exception):
                self.d.sql(sql)
