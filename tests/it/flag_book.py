"""A seeded book of loans with planted cases of red flags, and near misses just under each threshold.

What is planted is known here and nowhere else: the rules are written again in words beside each plant, with numbers
worked by hand, and share nothing with the SQL that looks for them. Loans that are not planted keep clear of every
rule: own firm, address and right, moderate rates and valuations.
"""
import datetime
import json
import random

LPR_DAY, LPR = "2022-03-01", 370  # 3.70 % from 2022-02-21 to 2022-08-21
BANKS = ["BK-%d" % n for n in range(1, 7)]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUE = {c: i for i, c in enumerate(ALPHABET)}
WEIGHTS = [pow(3, i, 31) for i in range(17)]
DISTRICTS = ("310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113", "310114", "310115",
             "310116", "310117", "310118", "310120", "310151")


def organisation_check(body):
    """GB 11714: weights 3 7 9 10 5 8 4 2, letters from 10."""
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2)))
    return "0X987654321"[total % 11]


def uscc(n):
    """A synthetic, valid credit code: GB 32100-2015, weights 3^i mod 31."""
    subject = "Q%07d" % n
    body = "91310115" + subject + organisation_check(subject)
    total = sum(VALUE[c] * w for c, w in zip(body, WEIGHTS))
    return body + ALPHABET[(31 - total % 31) % 31]


def patent(serial, year=2015, kind=1):
    body = "%04d%d%07d" % (year, kind, serial)
    total = sum(int(c) * (i % 8 + 2) for i, c in enumerate(body))
    return body + "0123456789X"[total % 11]


def yuan(fen):
    return "%d.%02d" % (fen // 100, fen % 100)


class Book:
    def __init__(self, size, seed):
        self.random = random.Random(seed)
        self.loans = {}   # contract number -> (bank, record)
        self.events = []  # (bank, loan event)
        self.registers = []  # events of rights
        self.cases = []   # (rule, severity, contract numbers)
        self.serial = 0
        for plant in sorted(n for n in dir(self) if n.startswith("rf_")):
            getattr(self, plant)()
        while len(self.loans) < size:
            self.ordinary()
        self.credits()

    # ---- ordinary loans --------------------------------------------------------------------------

    def next(self):
        self.serial += 1
        return self.serial

    def firm(self):
        return uscc(self.next())

    def right(self, **over):
        return dict({"number": patent(self.next())}, **over)

    def lend(self, bank=None, **over):
        """An ordinary loan with this and that set; its contract number."""
        n = self.next()
        amount = self.random.randrange(50000000, 900000000, 100)
        record = {
            "contract_no": "RB-%06d" % n, "product": "single_pledge", "borrower_uscc": over.get("borrower_uscc") or uscc(n),
            "borrower_name": "示例企业%06d" % n, "district": self.random.choice(DISTRICTS), "amount": yuan(amount),
            "rate": LPR_RATE(self.random), "signed_on": LPR_DAY, "matures_on": "2023-02-28"}
        record.update(over)
        record.setdefault("ip", [self.right()])
        record = {k: v for k, v in record.items() if v is not None}
        bank = bank or self.random.choice(BANKS)
        self.loans[record["contract_no"]] = (bank, record)
        return record["contract_no"]

    def ordinary(self):
        r = self.random
        signed = datetime.date(2021, 1, 1) + datetime.timedelta(r.randrange(1095))
        amount = r.randrange(50000000, 900000000, 100)
        over = {"signed_on": str(signed), "amount": yuan(amount), "matures_on": str(signed + datetime.timedelta(365)),
                "disbursed_on": str(signed + datetime.timedelta(r.randrange(6)))}
        if r.random() < .6:
            over["registered_on"] = str(signed + datetime.timedelta(r.randrange(28)))
        if r.random() < .5:
            over["revenue"] = yuan(amount * r.randrange(200, 1000) // 100)
        if r.random() < .3:
            over["borrower_address"] = "示例路 %d 号" % self.next()
            over["borrower_contact"] = "021-%08d" % self.next()
            over["controller"] = "控制人%d" % self.next()
        n = self.next()
        firm = uscc(n)
        right = self.right()
        over["borrower_uscc"] = firm
        if r.random() < .5:
            right["owner_uscc"] = firm
        if r.random() < .3:
            over["account_manager"] = "客户经理%d" % r.randrange(200)
        elif r.random() < .5:
            right.update(valuation=yuan(r.randrange(400000000, 900000000)), appraiser="评估机构%d" % r.randrange(20))
        self.lend(ip=[right], **over)

    def case(self, rule, severity, *contracts):
        self.cases.append((rule, severity, frozenset(contracts)))

    def event(self, contract, kind, day, **more):
        self.events.append((self.loans[contract][0], dict({"reference": "EV-%d" % self.next(), "contract_no": contract,
                                                           "kind": kind, "on": day}, **more)))

    def register(self, number, kind, day, **more):
        self.registers.append(dict({"reference": "DJ-%d" % self.next(), "number": number, "kind": kind, "on": day}, **more))

    # ---- plants: what fires, and beside it what just does not ------------------------------------

    def rf_01(self):
        term = {"signed_on": "2022-01-10", "matures_on": "2022-12-31"}
        for _ in range(12):
            ip = self.right()  # two banks, one day in common
            self.case("RF01", "high", self.lend("BK-1", ip=[ip], **term),
                      self.lend("BK-2", ip=[ip], signed_on="2022-12-31", matures_on="2023-12-30"))
            ip = self.right()  # one bank, two firms
            self.case("RF01", "high", self.lend("BK-3", ip=[ip], **term), self.lend("BK-3", ip=[ip], **term))
            ip, firm = self.right(), self.firm()  # one firm and bank, two registrations
            self.case("RF01", "high", *(self.lend("BK-3", ip=[ip], borrower_uscc=firm, pledge_no=no, **term)
                                        for no in ("Y2022310000%03d" % (self.next() % 1000), "Y2021310000001")))
            ip = self.right()  # the day after
            self.lend("BK-1", ip=[ip], **term)
            self.lend("BK-2", ip=[ip], signed_on="2023-01-01", matures_on="2023-12-31")
            ip = self.right()  # released before
            first = self.lend("BK-1", ip=[ip], disbursed_on="2022-01-10", **term)
            self.event(first, "pledge_released", "2022-08-01")
            self.lend("BK-2", ip=[ip], signed_on="2022-08-01", matures_on="2023-07-31")
            ip = self.right()  # one facility
            for _ in range(2):
                self.lend("BK-4", ip=[ip], product="pooled_credit", facility_no="SX-%s" % ip["number"],
                          facility_amount="90000000.00", **term)
            ip = self.right()  # one facility by its number, whose amount the two are beyond
            self.case("RF01", "high", *(self.lend("BK-4", ip=[ip], product="pooled_credit", facility_no="SX-%s" % ip["number"],
                                                  amount="5000000.00", facility_amount="9999999.99", **term) for _ in range(2)))
            ip, firm = self.right(), self.firm()  # one pledge for two loans of one firm
            for _ in range(2):
                self.lend("BK-4", ip=[ip], borrower_uscc=firm, pledge_no="Y2020310000009", **term)

    def rf_02(self):
        for _ in range(15):
            ip = self.right()  # dead at the end of a quarter
            self.register(ip["number"], "lapsed", "2022-05-01")
            self.case("RF02", "high", self.lend(ip=[ip], signed_on="2022-01-10", disbursed_on="2022-01-10", matures_on="2022-12-31"))
            ip = self.right()  # dead when the money was drawn: the register told of it later
            self.register(ip["number"], "lapsed", "2021-12-31")
            self.case("RF02", "high", self.lend(ip=[ip], signed_on="2022-01-10", disbursed_on="2022-01-10", matures_on="2022-03-20"))
            ip = self.right()  # never existed
            self.register(ip["number"], "granted", "2017-01-01", owner_uscc=self.firm(), filed_on="2015-01-01")
            firm = self.registers[-1]["owner_uscc"]
            self.register(ip["number"], "invalidated", "2024-05-01")
            self.case("RF02", "high", self.lend(ip=[ip], borrower_uscc=firm, signed_on="2022-01-10", matures_on="2022-12-31"))
            ip = self.right()  # after the end
            self.register(ip["number"], "lapsed", "2023-01-01")
            self.lend(ip=[ip], signed_on="2022-01-10", disbursed_on="2022-01-10", matures_on="2022-12-31")
            ip = self.right()  # between two ends of quarters, and back
            self.register(ip["number"], "lapsed", "2022-04-10")
            self.register(ip["number"], "restored", "2022-06-20")
            self.lend(ip=[ip], signed_on="2022-01-10", disbursed_on="2022-01-10", matures_on="2022-12-31")

    def rf_03(self):
        for _ in range(20):
            self.case("RF03", "high", self.lend(matures_on="2023-02-28", ip=[self.right(expires_on="2023-02-27")]))
            self.lend(matures_on="2023-02-28", ip=[self.right(expires_on="2023-02-28")])
            # a utility model lasts ten years from filing: to the day before the anniversary
            model = {"number": patent(self.next(), 2013, 2), "filed_on": "2013-02-28"}
            self.case("RF03", "high", self.lend(matures_on="2023-02-28", ip=[model]))
            self.lend(matures_on="2023-02-28", ip=[{"number": patent(self.next(), 2013, 2), "filed_on": "2013-03-01"}])
            # an invention of 2002, filed on its last day at the latest
            self.case("RF03", "high", self.lend(matures_on="2022-12-31", ip=[{"number": old_patent(self.next())}]))
            self.lend(matures_on="2022-12-30", ip=[{"number": old_patent(self.next())}])

    def rf_04(self):
        for _ in range(20):
            firm = self.firm()
            self.case("RF04", "high", self.lend(ip=[self.right(owner_uscc=self.firm())]))
            self.lend(borrower_uscc=firm, ip=[self.right(owner_uscc=firm)])
            ip = self.right()  # the register names another
            self.register(ip["number"], "granted", "2017-01-01", owner_uscc=self.firm(), filed_on="2015-01-01")
            self.case("RF04", "high", self.lend(ip=[ip]))

    def rf_05(self):
        for _ in range(10):
            self.case("RF05", "med", self.lend(ip=[{"number": patent(self.next(), 2015), "filed_on": "2016-01-04"}]))
            self.case("RF05", "med", self.lend(ip=[{"number": patent(self.next(), 2015), "filed_on": "2014-12-31"}]))
            self.case("RF05", "med", self.lend(ip=[{"number": patent(self.next(), 2023)}], signed_on=LPR_DAY))
            self.lend(ip=[{"number": patent(self.next(), 2015, 8), "filed_on": "2014-12-31"}])  # from abroad
            self.lend(ip=[{"number": patent(self.next(), 2022), "filed_on": LPR_DAY}], signed_on=LPR_DAY)
            ip = self.right()  # granted after the pledge
            firm = self.firm()
            self.register(ip["number"], "granted", "2022-06-01", owner_uscc=firm, filed_on="2015-01-01")
            self.case("RF05", "med", self.lend(ip=[ip], borrower_uscc=firm, signed_on=LPR_DAY))

    def rf_09(self):
        for _ in range(12):
            a, b, c = self.firm(), self.firm(), self.firm()
            for chain, owner, fires in (
                    ((("2021-03-01", b), ("2023-02-28", a)), a, True),     # back within 24 months
                    ((("2021-01-27", b), ("2023-02-28", a)), a, False),    # after 25
                    ((("2022-03-01", b), ("2023-02-28", c)), c, True),     # a, b and c within twelve
                    ((("2022-02-27", b), ("2023-02-28", c)), c, False)):   # a had sold a day too early
                ip = self.right()
                self.register(ip["number"], "granted", "2017-01-01", owner_uscc=a, filed_on="2015-01-01")
                for day, firm in chain:
                    self.register(ip["number"], "transferred", day, owner_uscc=firm)
                lent = self.lend(ip=[ip], borrower_uscc=owner, signed_on="2023-08-01", matures_on="2024-07-31")
                if fires:
                    self.case("RF09", "high", lent)

    def rf_10(self):
        for _ in range(15):
            for day, fires in (("2021-12-01", True), ("2021-11-30", False)):  # 90 and 91 days before 2022-03-01
                ip, firm = self.right(), self.firm()
                self.register(ip["number"], "transferred", day, owner_uscc=firm)
                lent = self.lend(ip=[ip], borrower_uscc=firm, signed_on="2022-03-01")
                if fires:
                    self.case("RF10", "med", lent)

    def rf_11(self):
        for _ in range(15):
            for released, again, fires in (("2022-04-30", True, True), ("2022-05-01", True, False), ("2022-04-30", False, False)):
                ip, firm = self.right(), self.firm()
                first = self.lend("BK-5", ip=[ip], borrower_uscc=firm, signed_on="2022-02-10", disbursed_on="2022-02-10",
                                  matures_on="2023-02-09")
                self.event(first, "pledge_released", released)
                if again:
                    second = self.lend("BK-5", ip=[ip], borrower_uscc=firm, signed_on="2022-06-01", matures_on="2023-05-31")
                if fires:
                    self.case("RF11", "med", first, second)

    def rf_13(self):
        for n in range(12):
            for field, value in (("borrower_address", "同号路 %d 号 3 室"), ("borrower_contact", "021-5555 %04d"), ("controller", "同一人%d")):
                text = value % self.next()
                self.case("RF13", "high", *(self.lend(**{field: t}) for t in (text, text.replace(" ", ""), text)))
                text = value % self.next()  # two firms, one of them twice
                firm = self.firm()
                for over in ({"borrower_uscc": firm}, {"borrower_uscc": firm}, {}):
                    self.lend(**{field: text}, **over)
            who = "经理组%d" % n
            valued = lambda name: [self.right(appraiser=name, valuation="6000000.00")]
            self.case("RF13", "med", *(self.lend("BK-6", account_manager=who, ip=valued("评估%d" % n)) for _ in range(3)))
            for bank in ("BK-5", "BK-4", "BK-3"):  # of three banks
                self.lend(bank, account_manager=who, ip=valued("评估%d" % n))
            for k in range(3):  # one manager, three appraisers
                self.lend("BK-2", account_manager=who, ip=valued("评估%d-%d" % (n, k)))

    def rf_15(self):
        for _ in range(20):
            for revenue, purpose, severity in (
                    ("7692307.69", None, "med"),            # 5,000,000 are 65 %
                    ("9999999.99", "流动资金", "med"),       # a hair above 50 %
                    ("10000000.00", "流动资金", None),       # 50 %
                    ("5555555.55", "日常经营周转", "high"),  # a hair above 90 %
                    ("5555555.56", None, "med"),            # a hair below
                    ("5263157.89", "研发投入", None)):       # no working capital
                lent = self.lend(amount="5000000.00", revenue=revenue, purpose=purpose)
                if severity:
                    self.case("RF15", severity, lent)

    def rf_16(self):
        valued = lambda fen, **over: [self.right(valuation=yuan(fen), **over)]
        for _ in range(15):
            # ordinary valuations lie between 4 and 9 million, so does their median
            self.case("RF16", "med", self.lend(ip=valued(9000000100)))
            self.lend(ip=valued(3999999900))
            for later, value, fires in (("2023-01-10", 1000000001, True), ("2023-01-10", 1000000000, False),
                                        ("2023-01-11", 1000000001, False)):  # from 5,000,000.00, within twelve months
                ip, firm = self.right(), self.firm()
                first = self.lend("BK-1", borrower_uscc=firm, signed_on="2022-01-10", matures_on="2022-12-31",
                                  ip=[dict(ip, valuation="5000000.00")])
                second = self.lend("BK-1", borrower_uscc=firm, signed_on=later, matures_on="2023-12-31",
                                   ip=[dict(ip, valuation=yuan(value))])
                if fires:
                    self.case("RF16", "med", first, second)

    def rf_17(self):
        for bank, most, fires in (("AP-1", 16, True), ("AP-2", 15, False), ("AP-3", 19, False)):
            total = 19 if bank == "AP-3" else 25  # 19 loans are too few to tell
            lent = [self.lend(bank, ip=[self.right(valuation=yuan(500000000 + n), appraiser="独家评估" if n < most else "评估%d" % n)])
                    for n in range(total)]
            if fires:
                self.case("RF17", "low", *lent[:most])

    def rf_18(self):
        many = lambda n, value: [self.right(valuation=yuan(value(k))) for k in range(n)]
        for _ in range(12):
            for n, value, amount, fires in (
                    (10, lambda k: 999900 + k, "1000000.00", True),       # 9,999.04 on the average
                    (10, lambda k: 50000000, "900000.00", True),          # all alike
                    (9, lambda k: 50000000, "900000.00", False),
                    (10, lambda k: 999900 + k * 25, "1000000.00", False),  # 10,000.12 on the average
                    (10, lambda k: 50000000, "1000000.01", False)):
                lent = self.lend(amount=amount, ip=many(n, value))
                if fires:
                    self.case("RF18", "low", lent)

    def rf_19(self):
        for _ in range(15):
            for amounts, days, fires in ((("9990000.00", "9500000.00"), (LPR_DAY,) * 2, True),
                                         (("9990000.00", "9499999.99"), (LPR_DAY,) * 2, False),
                                         (("9990000.00", "10000000.00"), (LPR_DAY,) * 2, False),
                                         (("9990000.00", "9990000.00"), (LPR_DAY, "2022-03-02"), False)):
                firm = self.firm()
                lent = [self.lend(bank, borrower_uscc=firm, amount=amount, signed_on=day)
                        for bank, amount, day in zip(("BK-1", "BK-2"), amounts, days)]
                if fires:
                    self.case("RF19", "med", *lent)

    def rf_20(self):
        for _ in range(15):
            for registered, kind, more, fires in (("2022-12-02", "settled", {}, True), ("2022-12-01", "settled", {}, False),
                                                  ("2022-12-02", "classified", {"grade": "substandard"}, True),
                                                  ("2022-12-02", "classified", {"grade": "special_mention"}, False)):
                lent = self.lend(signed_on="2022-11-20", disbursed_on="2022-11-20", registered_on=registered, matures_on="2023-11-19")
                self.event(lent, kind, "2022-12-01", **more)
                if fires:
                    self.case("RF20", "high", lent)

    def rf_21(self):
        for _ in range(20):
            self.case("RF21", "med", self.lend(disbursed_on=LPR_DAY, registered_on="2022-04-01"))  # 31 days
            self.lend(disbursed_on=LPR_DAY, registered_on="2022-03-31")

    def rf_22(self):
        for _ in range(20):
            for rate, fires in (("5.19", True), ("5.18", False), ("0.99", True), ("1.00", False)):  # 3.70 × 1.40 = 5.18
                lent = self.lend(rate=rate)
                if fires:
                    self.case("RF22", "low", lent)

    def rf_23(self):
        for bank, others, day, released, fires in (
                ("QE-1", "3999999.99", "2022-06-26", "2022-09-30", True),
                ("QE-2", "4000000.00", "2022-06-26", "2022-09-30", False),   # half is not more than half
                ("QE-3", "3999999.99", "2022-06-25", "2022-09-30", False),   # the sixth day before the end
                ("QE-4", "3999999.99", "2022-06-26", "2022-10-01", False)):  # a quarter later
            self.lend(bank, amount=others, signed_on="2022-05-10")
            late = [self.lend(bank, amount="2000000.00", signed_on=day, disbursed_on=day, matures_on="2023-06-25") for _ in range(2)]
            for contract in late:
                self.event(contract, "pledge_released", released)
            if fires:
                self.case("RF23", "med", *late)

    def rf_28(self):
        for _ in range(12):
            for other, fires in (("2014-05-06", True), ("2014-05-07", False)):
                firm = self.firm()
                model = self.lend(borrower_uscc=firm, ip=[{"number": patent(self.next(), 2014, 2), "owner_uscc": firm, "filed_on": "2014-05-06"}])
                self.lend(borrower_uscc=firm, ip=[{"number": patent(self.next(), 2014, 1), "owner_uscc": firm, "filed_on": other}])
                if fires:
                    self.case("RF28", "low", model)

    def rf_29(self):
        """Pairs that are one credit and pairs that are not; which are is worked out by credits() over the whole book."""
        for _ in range(6):
            right = self.right()
            for one, two in (({"amount": "3000000.00"}, {"amount": "2970000.00", "signed_on": "2022-03-08"}),  # 1 %, a week
                             ({"amount": "3000000.00"}, {"amount": "2969999.99", "signed_on": "2022-03-08"}),
                             ({"amount": "3000000.00"}, {"amount": "3000000.00", "signed_on": "2022-03-09"}),
                             ({"amount": "3000000.00", "ip": [right]}, {"amount": "500000.00", "ip": [right], "signed_on": "2022-09-01"}),
                             ({"amount": "3000000.00", "matures_on": "2022-03-05"}, {"amount": "3000000.00", "signed_on": "2022-03-05"})):
                base = {"borrower_uscc": self.firm(), "signed_on": "2022-03-01"}
                for over in (one, two):
                    self.lend("BK-1", **dict(base, **over))
                right = self.right()

    def rf_30(self):
        for _ in range(6):
            for amount, fires in (("3000000.00", True), ("2999999.99", False)):
                firm = self.firm()
                lent = [self.lend("BK-1", borrower_uscc=firm, amount=x, signed_on=day)
                        for x, day in (("30000.00", "2022-03-01"), (amount, "2022-06-01"))]
                if fires:
                    for contract in lent:
                        self.case("RF30", "med", contract)

    # ---- one credit: by its definition, over all pairs of loans of one firm ------------------------

    def credits(self):
        order = [c for bank in self.banks() for c, (b, _) in self.loans.items() if b == bank]  # as they are recorded
        firms = {}
        for contract in order:
            firms.setdefault(self.loans[contract][1]["borrower_uscc"], []).append(contract)
        for lent in firms.values():
            for k, later in enumerate(lent):
                earlier = [c for c in lent[:k] if self.is_one(c, later)]
                assert len(earlier) <= 5
                if earlier:
                    self.case("RF29", "high", later, *earlier)

    def is_one(self, a, b):
        x, y = self.loans[a][1], self.loans[b][1]
        fen = sorted(int(r["amount"].replace(".", "")) for r in (x, y))
        days = abs((datetime.date.fromisoformat(x["signed_on"]) - datetime.date.fromisoformat(y["signed_on"])).days)
        shared = {i["number"] for i in x["ip"]} & {i["number"] for i in y["ip"]}
        return (y["signed_on"] < self.ends(a, b) and x["signed_on"] < self.ends(b, b)
                and bool(shared or (fen[0] * 100 >= fen[1] * 99 and days <= 7)))

    def ends(self, contract, later):
        """When a credit ended, by what its bank had told when the later one was recorded: banks report one after another."""
        bank, record = self.loans[contract]
        told = [e for b, e in self.events if e["contract_no"] == contract and b < self.loans[later][0]]
        over = [e["on"] for e in told if e["kind"] in ("settled", "transferred")]
        if over:
            return min(over)
        if any(e["kind"] in ("overdue", "written_off") for e in told):
            return "9999-12-31"
        return max([record["matures_on"]] + [e["matures_on"] for e in told if e["kind"] == "extended"])

    # ---- as files --------------------------------------------------------------------------------

    def banks(self):
        return sorted({bank for bank, _ in self.loans.values()})

    def lines(self, bank):
        return "\n".join(json.dumps(r, ensure_ascii=False) for b, r in self.loans.values() if b == bank)

    def event_lines(self, bank):
        return "\n".join(json.dumps(e, ensure_ascii=False) for b, e in self.events if b == bank)


def LPR_RATE(r):
    return "%d.%02d" % divmod(r.randrange(320, 460), 100)


def old_patent(serial):
    """An eight-digit number of 2002: weights 2 to 9."""
    body = "021%05d" % (serial % 100000)
    total = sum(int(c) * (i + 2) for i, c in enumerate(body))
    return body + "0123456789X"[total % 11]
