"""Accounts, transfers and the journal: every fen is somewhere, and other people's programs agree."""
import csv
import io
import json
import os
import re
import random
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from harness import Case, numbers


class Fund(Case):
    conf = {"readers": "5"}  # a ledger of its own

    def setUp(self):
        self.finance = self.d.token("finance")
        n = next(numbers)
        self.fund, self.source = "pool:T%d" % n, "grant:T%d" % n
        for code, kind, guarded in ((self.fund, "asset", True), (self.source, "income", False)):
            r = self.post("/v1/accounts", {"code": code, "kind": kind, "title": "测试 %s" % kind,
                                           "no_overdraft": guarded, "opened_on": "2022-01-01"})
            self.assertEqual(r.status, 201, r.body)

    def post(self, path, body, token=None):
        return self.d.call("POST", path, body, token or self.finance)

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.finance)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def transfer(self, amount, on="2022-01-05", out=False, **over):
        pair = (self.source, self.fund) if out else (self.fund, self.source)
        return dict({"reference": "TR-%d" % next(numbers), "debit": pair[0], "credit": pair[1],
                     "amount": amount, "on": on, "cause": "adjustment" if out else "appropriation"},
                    **over)

    def move(self, *args, **over):
        r = self.post("/v1/transfers", self.transfer(*args, **over))
        self.assertEqual(r.status, 202, r.body)
        self.d.agreed(r)
        return self.get("/v1/transfers/" + r.json()["id"])

    def second(self):
        if "second" not in self.d.tokens:
            self.d.tokens["second"] = self.d.given("token", "add", "--org", "FINANCE", "--person", "李华")
        return self.d.tokens["second"]

    def seen(self, ids):
        """What the second person sees of these proposals."""
        shown, after = {}, ""
        while after is not None:
            page = self.get("/v1/proposals?waiting=true&limit=1000" + after, self.second())
            shown.update((x["id"], x["seen"]) for x in page["items"])
            after = page["next"] and "&after=" + page["next"]
        return [{"id": i, "seen": shown[i], "reason": "核对无误"} for i in ids]

    def approve(self, steps):
        """Many at once: the verdicts, line by line."""
        return self.d.call("POST", "/v1/proposals/approve", steps, self.second()).lines()[:-1]

    def balance(self, query="", code=None):
        return self.get("/v1/accounts/%s%s" % (code or self.fund, query))["balance"]

    def test_a_transfer_moves_money_once_and_a_retry_moves_none(self):
        sent = self.transfer("40000000.00")
        first, again = self.post("/v1/transfers", sent), self.post("/v1/transfers", sent)
        self.assertEqual((first.status, again.status, first.body), (202, 200, again.body))
        self.assertEqual(self.balance(), "0.00")  # nothing takes effect before
        self.d.agreed(first)
        again = self.post("/v1/transfers", sent)
        self.assertEqual((again.status, first.body), (200, again.body))
        self.assertEqual((self.balance(), self.balance(code=self.source)),
                         ("40000000.00", "40000000.00"))
        r = self.post("/v1/transfers", dict(sent, amount="1.00"))
        self.assertEqual((r.status, r.codes()), (409, [("/amount", "E_KEY_REUSED")]))

    def test_no_account_goes_below_zero_by_one_fen(self):
        self.move("100.00")
        r = self.post("/v1/transfers", self.transfer("100.01", out=True))
        self.assertEqual((r.status, r.codes()), (409, [("/amount", "E_OVERDRAFT")]))
        self.assertIn("100.00", r.json()["title"])
        self.move("100.00", out=True)
        self.assertEqual(self.balance(), "0.00")

    def test_64_payers_at_once_never_overdraw_one_fund(self):
        self.move("10.00")
        ids = [self.post("/v1/transfers", self.transfer("0.30", out=True)).json()["id"] for _ in range(64)]
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda x: self.post("/v1/proposals/%s/approve" % x.pop("id"), x, self.second()),
                                    self.seen(ids)))
        self.assertEqual(sorted(r.status for r in answers), [201] * 33 + [409] * 31)
        self.assertEqual({tuple(r.codes()) for r in answers if r.status == 409}, {(("/amount", "E_OVERDRAFT"),)})
        self.assertEqual(self.balance(), "0.10")

    def test_sessions_that_post_at_once_in_the_database_neither_overdraw_nor_wait_for_each_other(self):
        self.move("100.00")
        other = "pool:U%d" % next(numbers)
        self.post("/v1/accounts", {"code": other, "kind": "asset", "title": "另一", "no_overdraft": True,
                                   "opened_on": "2022-01-01"})
        script = "".join(
            "select set_config('pledged.person', 'p', false) is null; select transfer_post(array[row("
            "gen_random_uuid(), 'c', '%s', '%s', 7, '2022-02-02', 'adjustment', null, null, null)::posting,"
            " row(gen_random_uuid(), 'd', '%s', '%s', 3, '2022-02-02', 'adjustment', null, null, null)"
            "::posting]);" % (pair + pair[::-1]) for pair in [(self.source, self.fund), (other, self.fund),
                                                              (self.source, other)] * 20)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.d.sql, [script] * 8))  # a deadlock would raise
        balance = lambda code: round(float(self.balance(code=code)) * 100)
        self.assertGreaterEqual(min(balance(self.fund), balance(other)), 0)
        self.assertEqual(balance(self.fund) + balance(other), balance(self.source))

    def test_in_a_batch_the_lines_that_are_covered_pass(self):
        self.move("1.00")
        lines = [self.transfer(a, out=True) for a in ("0.60", "0.60", "0.40")]
        body = "".join(json.dumps(x) + "\n" for x in lines)
        r = self.d.call("POST", "/v1/transfers", body, self.finance,
                        {"Content-Type": "application/x-ndjson"})
        self.assertEqual([x.get("outcome") for x in r.lines()[:3]], ["created"] * 3)
        told = self.approve(self.seen([x["id"] for x in r.lines()[:3]]))
        self.assertEqual([x["outcome"] for x in told], ["created", "refused", "created"])
        self.assertEqual(self.balance(), "0.00")

    def test_a_thousand_in_one_call_run_through_the_account_one_by_one(self):
        body = "".join(json.dumps(self.transfer("0.01", on="2022-01-%02d" % (1 + i % 28))) + "\n"
                       for i in range(1000))
        r = self.d.call("POST", "/v1/transfers", body, self.finance,
                        {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 1000)
        told = self.approve(self.seen([x["id"] for x in r.lines()[:-1]]))
        self.assertEqual({x["outcome"] for x in told}, {"created"})
        self.assertEqual(self.balance(), "10.00")
        self.assertEqual(self.get("/v1/accounts/" + self.fund)["version"], 1000)
        self.assertEqual(self.balance("?as_of=2022-01-01"), "0.36")  # 36 of 1,000 fall on day 1

    def batch(self, lines):
        r = self.d.call("POST", "/v1/transfers", "".join(json.dumps(x) + "\n" for x in lines), self.finance,
                        {"Content-Type": "application/x-ndjson"})
        return r.lines()[:-1]

    def mixed_lines(self, dice, size):
        """Sound ones, uncovered ones, wrong ones, and keys that come again."""
        bad = ({"debit": "pool:nowhere"}, {"on": "2199-01-01"},
               {"reverses": "01a20a1d-5130-7204-b3a8-67f55b05ce9f", "debit": None, "credit": None,
                "amount": None, "cause": None})
        lines = []
        for _ in range(size):
            line = self.transfer("0.%02d" % dice.randint(1, 40), out=dice.random() < 0.6)
            line.update(dice.choice(bad) if dice.random() < 0.2 else {})
            lines.append({k: v for k, v in line.items() if v is not None})
            if dice.random() < 0.2:
                lines.append(dict(dice.choice(lines), **dice.choice(({}, {"memo": "x"}))))
        return lines

    def test_16_batches_at_once_spend_one_fund_to_the_fen(self):
        self.move("2.00")
        ids = [x["id"] for _ in range(16) for x in self.batch([self.transfer("0.01", out=True) for _ in range(30)])]
        steps = self.seen(ids)
        with ThreadPoolExecutor(16) as pool:
            told = [x for lines in pool.map(self.approve, [steps[i::16] for i in range(16)]) for x in lines]
        refused = [[e["code"] for e in x["errors"]] for x in told if x["outcome"] == "refused"]
        self.assertEqual([len(told), sum(x["outcome"] == "created" for x in told)], [480, 200])
        self.assertEqual(refused, [["E_OVERDRAFT"]] * 280)
        self.assertEqual((self.balance(), self.get("/v1/accounts/" + self.fund)["version"]), ("0.00", 201))

    def test_a_batch_with_bad_lines_says_what_its_lines_say_one_by_one(self):
        dice = random.Random(11)
        for size in (2, 3, 5, 61):
            self.setUp()
            self.move("0.50")
            here, lines = (self.fund, self.source), self.mixed_lines(dice, size)
            alone = [self.post("/v1/transfers", x) for x in lines]
            self.setUp()
            self.move("0.50")
            twin = dict(zip(here, (self.fund, self.source)))
            twins = [dict({k: twin.get(v, v) for k, v in x.items()}, reference="B" + x["reference"])
                     for x in lines]
            told = self.batch(twins)
            expected = [({202: "created", 200: "replay"}.get(
                             r.status, "conflict" if "E_KEY_REUSED" in str(r.body) else "refused"),
                         r.codes() if r.status >= 400 else []) for r in alone]
            self.assertEqual([(x["outcome"], [(e["pointer"], e["code"]) for e in x["errors"]])
                              for x in told], expected)
            for field in ("balance", "version"):
                self.assertEqual(*[[self.get("/v1/accounts/" + code)[field] for code in pair]
                                   for pair in (twin.keys(), twin.values())])
            for x, line in zip(told, twins):
                if x["outcome"] == "created":
                    again = self.post("/v1/transfers", line)
                    self.assertEqual((again.status, again.json()["id"]), (200, x["id"]))
        self.assertEqual({o for o, _ in expected}, {"created", "replay", "conflict", "refused"})
        self.assertEqual(self.d.verify().stdout, "no defects\n")

    def test_bad_transfers_are_refused_with_the_nearest_account(self):
        wrong = self.fund.replace("pool", "pol")
        for over, codes in (
                ({"debit": wrong}, [("/debit", "E_ACCOUNT")]),
                ({"credit": self.fund}, [("/credit", "E_SAME")]),
                ({"amount": "0.00"}, [("/amount", "E_RANGE")]),
                ({"amount": "-1.00"}, [("/amount", "E_RANGE")]),
                ({"on": "2199-01-01"}, [("/on", "E_FUTURE")]),
                ({"debit": "a b"}, [("/debit", "E_ACCOUNT_CODE")]),
                ({"cause": "gift"}, [("/cause", "E_CHOICE")])):
            with self.subTest(over):
                r = self.post("/v1/transfers", dict(self.transfer("1.00"), **over))
                self.assertEqual(r.codes(), codes)
        r = self.post("/v1/transfers", self.transfer("1.00", debit=wrong))
        self.assertIn(self.fund, r.json()["detail"])
        r = self.post("/v1/accounts", {"code": self.fund.upper(), "kind": "asset", "title": "x",
                                       "no_overdraft": True, "opened_on": "2022-01-01"})
        self.assertEqual(r.codes(), [("/code", "E_KEY_REUSED"), ("/title", "E_KEY_REUSED")])  # one key by its form

    def test_a_reversal_is_linked_and_happens_once_also_in_a_race(self):
        made = self.move("5.00")
        where = "/v1/transfers/%s/reverse" % made["id"]
        asked = [self.post(where, {"reference": "RV-%d" % next(numbers), "on": "2022-02-01"}) for _ in range(16)]
        self.assertEqual({r.status for r in asked}, {202})
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda x: self.post("/v1/proposals/%s/approve" % x.pop("id"), x, self.second()),
                                    self.seen([r.json()["id"] for r in asked])))
        self.assertEqual(sorted(r.status for r in answers), [201] + [409] * 15)
        self.assertEqual({tuple(r.codes()) for r in answers if r.status == 409},
                         {(("/reverses", "E_REVERSED"),)})
        self.assertEqual((self.balance(), self.balance("?as_of=2022-01-31")), ("0.00", "5.00"))
        shown = self.get("/v1/transfers/" + made["id"])
        back = self.get("/v1/transfers/" + shown["reversed_by"])
        self.assertEqual((back["debit"], back["credit"], back["amount"], back["cause"]),
                         (self.source, self.fund, "5.00", "reversal"))
        self.assertEqual(self.post("/v1/transfers/%s/reverse" % back["id"], {
            "reference": "RV-%d" % next(numbers), "on": "2022-02-02"}).codes(),
            [("/reverses", "E_NO_TRANSFER")])

    def test_what_is_dated_back_must_have_been_covered_ever_since(self):
        self.move("10.00", on="2022-03-01")
        self.move("10.00", on="2022-05-01", out=True)
        self.move("10.00", on="2022-06-01")
        for on, day in (("2022-02-01", "2022-02-01"), ("2022-04-01", "2022-05-01")):
            for query in ("", "?dry_run=true"):
                r = self.d.call("POST", "/v1/transfers" + query, self.transfer("1.00", on=on, out=True),
                                self.finance)
                self.assertEqual((r.status, r.codes()), (409, [("/amount", "E_OVERDRAFT")]), (on, query))
                self.assertIn("%s %s" % (self.fund, day), r.json()["title"])
        self.move("1.00", on="2022-06-01", out=True)
        made = self.move("2.00", on="2022-07-01")
        r = self.post("/v1/transfers/%s/reverse" % made["id"], {"reference": "RV-%d" % next(numbers),
                                                                "on": "2022-06-30"})
        self.assertEqual(r.codes(), [("/on", "E_ORDER")])

    def test_names_of_schemes_and_claims_are_reserved(self):
        for code in ("fund:Z", "FUND:Z", "paid:Z:BANK-A", "Recovered:Z:B", "appropriation:Z", "adjustment:Z"):
            r = self.post("/v1/accounts", {"code": code, "kind": "asset", "title": "x", "no_overdraft": False,
                                           "opened_on": "2022-01-01"})
            self.assertEqual(r.codes(), [("/code", "E_RESERVED")], code)

    def test_held_and_available_are_told_of_now_alone(self):
        self.assertIn("available", self.get("/v1/accounts/" + self.fund))
        past = self.get("/v1/accounts/%s?as_of=2022-01-01" % self.fund)
        self.assertFalse({"held", "available"} & set(past))

    def test_a_spreadsheet_runs_no_formula_of_the_journal(self):
        self.move("1.00", memo="=1+1")
        self.assertIn('"\'=1+1"', self.journal("csv"))

    def test_two_clocks(self):
        self.move("1.00", on="2022-01-05")
        known = self.move("2.00", on="2022-03-05")["recorded_at"].replace("+", "%2B")
        self.move("4.00", on="2022-02-05")  # told late
        for query, value in (("", "7.00"), ("?as_of=2022-02-28", "5.00"), ("?as_of=2021-12-31", "0.00"),
                             ("?known_at=" + known, "3.00"),
                             ("?as_of=2022-02-28&known_at=" + known, "1.00")):
            self.assertEqual(self.balance(query), value, query)

    def test_why_a_balance_is_what_it_is(self):
        for amount, on, out in (("1.00", "2022-01-05", False), ("8.00", "2022-02-10", False),
                                ("3.00", "2022-02-20", True), ("5.00", "2022-03-01", False)):
            self.move(amount, on=on, out=out)
        page = self.get("/v1/accounts/%s/entries?from=2022-02-01&to=2022-02-28" % self.fund)
        self.assertEqual((page["opening"], page["closing"]), ("1.00", "6.00"))
        self.assertEqual([(x["on"], x["amount"], x["after"]) for x in page["items"]],
                         [("2022-02-10", "8.00", "9.00"), ("2022-02-20", "-3.00", "6.00")])
        all_of = self.get("/v1/accounts/%s/entries?limit=3" % self.fund)
        rest = self.get("/v1/accounts/%s/entries?after=%s" % (
            self.fund, all_of["next"].replace(" ", "%20")))
        self.assertEqual([x["after"] for x in all_of["items"] + rest["items"]],
                         ["1.00", "9.00", "6.00", "11.00"])

    def test_an_amount_below_zero_goes_out_as_a_number_and_a_formula_as_a_text(self):
        code = "pool:N%d" % next(numbers)
        r = self.post("/v1/accounts", {"code": code, "kind": "asset", "title": "-1+1", "no_overdraft": False, "opened_on": "2022-01-01"})
        self.assertEqual(r.status, 201, r.body)
        self.move("8.00", credit=code)
        out = self.d.call("GET", "/v1/accounts?format=csv&limit=1000", token=self.finance).body.decode("utf-8-sig")
        told = {x["账户代码"]: x for x in csv.DictReader(io.StringIO(out, newline=""))}
        self.assertEqual([(told[x]["余额"], told[x]["账户名称"]) for x in (code, self.fund)],
                         [("-8.00", "'-1+1"), ("8.00", "测试 asset")])

    def test_who_may_see_and_who_may_post(self):
        made = self.move("1.00")
        bank = self.d.token("bank")
        self.assertEqual(self.post("/v1/transfers", self.transfer("1.00"), bank).status, 403)
        self.assertEqual(self.get("/v1/accounts", bank)["items"], [])
        self.assertEqual(self.d.call("GET", "/v1/accounts/" + self.fund, token=bank).status, 404)
        self.assertEqual(self.d.call("GET", "/v1/transfers/" + made["id"], token=bank).status, 404)
        self.assertEqual(self.get("/v1/journal", bank)["transfers"], [])
        self.assertEqual(self.balance(), self.get("/v1/accounts/" + self.fund,
                                                  self.d.token("auditor"))["balance"])

    def test_nobody_changes_what_was_posted(self):
        self.move("1.00")
        for sql in ("update transfer set amount_fen = 1", "delete from transfer", "truncate transfer cascade",
                    "update account set title = 'x'", "delete from hold"):
            with self.assertRaises(subprocess.CalledProcessError):
                self.d.sql(sql)

    def test_dry_run_says_so_and_posts_nothing(self):
        self.move("1.00")
        r = self.d.call("POST", "/v1/transfers?dry_run=true", self.transfer("1.01", out=True), self.finance)
        self.assertEqual(r.codes(), [("/amount", "E_OVERDRAFT")])
        r = self.d.call("POST", "/v1/transfers?dry_run=true", self.transfer("1.00", out=True), self.finance)
        self.assertEqual(r.json()["outcome"], "created")
        self.assertEqual(self.balance(), "1.00")

    # ---- journal -------------------------------------------------------------------------------

    PROGRAMS = {"hledger": ["hledger", "check", "--strict", "-f"],
                "ledger": ["ledger", "--strict", "--pedantic", "bal", "-f"],
                "beancount": ["bean-check"]}

    def journal(self, name):
        r = self.d.call("GET", "/v1/journal?format=" + name, token=self.finance)
        self.assertEqual(r.status, 200)
        return r.body.decode()

    def accepts(self, name, text):
        with tempfile.TemporaryDirectory() as folder:  # bean-check writes a cache beside the file
            path = os.path.join(folder, "journal.beancount")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return subprocess.run(self.PROGRAMS[name] + [path], capture_output=True, check=False,
                                  env=dict(os.environ, LC_ALL="C.UTF-8")).returncode == 0

    def test_hledger_ledger_and_beancount_accept_the_journal_and_see_one_fen(self):
        self.move("40000000.00", memo='年度拨款; "一"|二 \\ 三')
        self.move("0.07", out=True, on="2022-05-05")
        made = self.move("3.00", on="2022-06-06")
        self.d.agreed(self.post("/v1/transfers/%s/reverse" % made["id"], {
            "reference": "RV-%d" % next(numbers), "on": "2022-06-07", "memo": "错账"}))
        for name in self.PROGRAMS:
            text = self.journal(name)
            with self.subTest(name):
                self.assertTrue(self.accepts(name, text))
                amounts = [m for m in re.finditer(r"(?<![\d.])40000000\.00(?= CNY\n)", text)]
                off = text[:amounts[0].start()] + "40000000.01" + text[amounts[0].end():]
                self.assertFalse(self.accepts(name, off))
                place = text.rindex("39999999.93")
                off = text[:place] + "39999999.94" + text[place + 11:]
                self.assertFalse(self.accepts(name, off))

    def test_their_sums_are_our_balances(self):
        self.move("123.45")
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as f:
            f.write(self.journal("hledger"))
            f.flush()
            out = subprocess.run(["hledger", "-f", f.name, "bal", "-N", "-O", "csv"], check=True, text=True,
                                 capture_output=True, env=dict(os.environ, LC_ALL="C.UTF-8")).stdout
        theirs = {a.split(":", 1)[1].lower(): b for a, b in re.findall(r'"(\S+)","(-?[\d.]+) CNY"', out)}
        for account in self.get("/v1/accounts?limit=1000")["items"]:
            ours = account["balance"]
            if account["kind"] == "income" and ours != "0.00":
                ours = ours[1:] if ours[0] == "-" else "-" + ours
            self.assertEqual(theirs.get(account["code"].lower(), "0.00"), ours, account["code"])

    def test_csv_and_json_carry_every_transfer(self):
        made = self.move("9.99")
        self.assertIn(made["id"], self.journal("csv"))
        told = json.loads(self.journal("json"))
        mine = [t for t in told["transfers"] if t["id"] == made["id"]]
        self.assertEqual([(t["amount"], t["debit"]) for t in mine], [("9.99", self.fund)])
        self.assertEqual(self.d.call("GET", "/v1/journal?format=xls", token=self.finance).codes(),
                         [("?format", "E_CHOICE")])
