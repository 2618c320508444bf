"""Histories of subsidies drawn from a seed: what firms truly pay, and what they, banks, insurers and clerks say of it.

As in stories.py a history is data. Premiums, invoices and payments are those of the world; an application names them, once
or oftener, in this spelling or that one.
"""
import json
import os

import account
import stories
from stories import story, words, yuan
from town import day_of

POLICIES = os.path.join(stories.HERE, "..", "data", "policies")
OFFICE_FACTS = ["borrower.bad_record", "borrower.high_tech", "borrower.tech_sme", "borrower.kind", "borrower.operating_district",
                "borrower.tax_district", "insurance.high_value_patents", "insurance.belt_and_road", "insurance.domestic_only"]
PAYS_INTEREST = ["js-2023", "nansha", "huangpu", "beijing", "x1", "qingdao", "hangzhou", "zhongguancun", "lingang", "shandong"]
MONEY = 100000000000
ALWAYS = {"clause": "any", "text": "有借款或投保企业", "fact": "borrower.uscc", "op": "exists", "value": True}


def policy_file(name):
    with open(os.path.join(POLICIES, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


class AidStory(stories.Story):
    anew = True  # what was decided on facts that changed is asked for anew

    def body(self, k=0):
        return self.schemes[k]["body"] if self.schemes else {}

    # ---- policies ----------------------------------------------------------------------------------

    def policy(self, name=None, district="310116", money=MONEY, version_of=None, **over):
        """A rule set as published, its dates and place those of the story; without a name one made of the arguments."""
        body = policy_file(name) if name else {"title": "测试补贴", "legal_ref": "测试", "eligible": ALWAYS}
        body.update(effective_from="2020-01-01", effective_to=None, district=district, declared=OFFICE_FACTS)
        body.update(over)
        for leaf in self.leaves(body["eligible"]):
            if leaf["fact"].endswith("district"):
                leaf.update({"value": district} if district else {"op": "exists", "value": True})
            elif leaf["op"] == "between":
                leaf["value"] = ["2022-01-01", "2025-12-31"]
        body = {k: v for k, v in body.items() if v is not None}
        self.policies.append({"body": json.loads(json.dumps(body)), "money": money, "version_of": version_of})
        return len(self.policies) - 1

    def leaves(self, condition):
        import aid
        return aid.leaves(condition)

    def interest(self, share="50", **more):
        return [dict({"item": "interest", "share": share}, **more)]

    # ---- firms, credits, papers ------------------------------------------------------------------------

    def firm(self, key="F1", **facts):
        self.firms[key] = dict({
            "uscc": key, "district": "310116", "operating_district": "310116", "tax_district": "310116", "bad_record": False,
            "high_tech": True, "tech_sme": True, "kind": "enterprise", "size": "small", "sme": True,
            "revenue": account.Fraction(15000000)}, **facts)
        return key

    def loan(self, key="L1", firm=None, draw=True, **over):
        """A credit of a firm, booked at once; registered before it was drawn."""
        firm = firm or (key if key in self.firms else self.firm("F" + key))
        over = dict({"firm": firm, "ip_amount": None, "first_loan": False, "district": self.firms[firm]["district"],
                     "profile": True, "start": self.dice.randint(20, 120), "amount": self.dice.choice([
                         self.dice.randint(30, 900) * 1000000, self.dice.randint(30000000, 900000000)])}, **over)
        over.setdefault("signed", over["start"] - self.dice.randint(2, 5))
        over.setdefault("registered", over["start"] - 1)
        c = self.credit(key, **over)
        c["owed"], c["paid"] = c["amount"], 0
        if not draw:
            self.acts.pop()
        self.entry(key)
        return c

    def entry(self, of, entry=None, bank="BANK-1", day=None, code_of=None, **over):
        """An entry of the ledger for a credit."""
        entry = entry or of
        self.entries[entry] = {"of": of, "bank": bank, "code_of": code_of, "honest": self.name.startswith("honest")}
        self.act(self.credits[of]["start"] if day is None else day, "book", entry=entry, scheme=None, over=over, twice=False)

    def so_far(self, of, day):
        """The credit's account as it truly is after what the story has told of the world."""
        c = self.credits[of]
        contract = {"amount": yuan(c["amount"]), "rate": c["rate"], "signed_on": str(day_of(c["signed"])),
                    "matures_on": str(day_of(c["matures"])), "day_count": c["day_count"]}
        events = []
        for a in self.acts:
            if a["what"] == "event" and a["of"] == of and a["day"] <= day:
                events.append(dict(words(a["more"]), reference="%04d" % a["n"], kind=a["kind"], on=str(day_of(a["day"]))))
        return account.Account(contract, events)

    def interest_due(self, of, day):
        a = self.so_far(of, day)
        return account.half_up(a.accrued(a.first(), day_of(day))) - a.paid

    def pay(self, of, day, principal=0, payer=None, **more):
        """All interest that has run, and some principal."""
        due = self.interest_due(of, day)
        told = {"interest": due} if due > 0 else {}
        if principal:
            told["principal"] = principal
            self.credits[of]["owed"] -= principal
        if payer:
            told["payer"] = payer
        return self.event(of, day, "repaid", **dict({"lag": 0}, **told), **more)

    def settle(self, of, day=None, lag=0, interest=True, **more):
        c = self.credits[of]
        day = c["matures"] - self.dice.randint(0, 20) if day is None else day
        due = self.interest_due(of, day) if interest else 0
        if due > 0:
            more["interest"] = due
        self.event(of, day, "settled", lag=lag, **more)
        c["settled"] = day
        return day + lag

    def instalments(self, of, every=None):
        """Equal parts of the principal, with the interest of each period; settled with the last."""
        c = self.credits[of]
        count = self.dice.choice([4, 6, 12]) if every is None else every
        part, term = c["amount"] // count, c["matures"] - c["start"]
        for n in range(1, count):
            self.pay(of, c["start"] + term * n // count, part)
        return self.settle(of, c["matures"] - 1)

    def bill(self, key, of, item="guarantee_fee", amount=None, **more):
        c = self.credits[of]
        self.invoices[key] = dict({"of": of, "item": item, "amount": amount or self.dice.randint(100000, 3000000),
                                   "seller": "上海示例担保(集团)有限公司", "series": "NO", "paid": c["start"] + 2}, **more)
        return key, {}

    def group_of(self, what):
        """Of the first act of a kind: what is put right goes with it when a history is cut down, else a lie would stay."""
        return next(a for a in self.acts if a["what"] == what)["group"]

    def true_words(self, of):
        """What its bank would say of a credit."""
        c = self.credits[of]
        return {"amount": yuan(c["amount"]), "ip_amount": yuan(c["ip_amount"]), "rate": c["rate"], "disbursed_on": c["start"],
                "matures_on": c["matures"]}

    def insurance(self, key, firm, kind="enforcement", starts=30, of=None, entry=None, **more):
        self.insurances[key] = dict({"firm": firm, "kind": kind, "premium": self.dice.randint(1000000, 30000000),
                                     "sum": 200000000, "starts": starts, "ends": starts + 364, "of": of, "entry": entry,
                                     "district": self.firms[firm]["district"], "uscc": firm, "high_value_patents": False,
                                     "belt_and_road": False, "domestic_only": False}, **more)
        self.act(starts, "insure", key=key)

    # ---- applications ----------------------------------------------------------------------------------

    def apply(self, entry, day, policy=0, sure=False, desk=True, **more):
        a = self.act(day, "apply", entry=entry, policy=policy, sure=sure, **more)
        if desk:
            self.offices(day)
        return a

    def offices(self, day):
        if self.dice.random() < 0.5:
            self.act(day + 2, "office", steps=2)
        else:
            for later in (1, 4):
                self.act(day + later, "office", steps=1)


    def reckoning(self):
        """What came out after the money was paid: the flags of the night, and the office that looks at them."""
        self.act(stories.LAST + 1, "flag_scan")
        self.act(stories.LAST + 2, "office", steps=1)


def aid(weight):
    return story(weight, AidStory)


# ---- honest firms -----------------------------------------------------------------------------------------

@aid(3)
def honest_aid_interest(s, dice):
    """A published rule, and a loan repaid at its end or in instalments, before its day, with arrears, extended, repriced."""
    name = dice.choice(PAYS_INTEREST)
    s.policy(name, district=None if name in ("beijing", "x1", "qingdao", "hangzhou") and dice.random() < 0.5 else "310116")
    c = s.loan(rate="%.2f" % dice.uniform(3.2, 4.2))
    if dice.random() < 0.5:
        c["ip_amount"] = c["amount"] * dice.randint(40, 100) // 100
    how = dice.choice(["end", "instalments", "prepaid", "quarters", "repriced", "extended", "arrears"])
    first = c["start"]
    if how == "prepaid":
        s.pay("L1", first + dice.randint(20, 100), c["amount"] * dice.randint(10, 90) // 100)
    elif how == "quarters":
        for n in (1, 2, 3):
            s.pay("L1", first + 91 * n)
    elif how == "repriced":
        s.event("L1", first + dice.randint(30, 170), "repriced", lag=0, rate="%.2f" % dice.uniform(3.0, 4.2))
        s.pay("L1", first + 200)
    elif how == "extended":
        s.pay("L1", first + 300)
        c["longer"] = c["matures"] + 100
        s.event("L1", c["matures"] - 10, "extended", lag=0, matures_on=c["longer"])
    elif how == "arrears":
        due = s.interest_due("L1", first + 100)
        s.event("L1", first + 100, "overdue", lag=0, interest=due)
        s.event("L1", first + 130, "repaid", lag=0, interest=due)
    if how == "instalments":
        told = s.instalments("L1")
    else:
        told = s.settle("L1", c.get("longer", c["matures"]) - dice.randint(0, 20), lag=dice.choice([0, 0, 3]))
    s.apply("L1", told + dice.randint(0, 30), sure=True, twice=dice.random() < 0.2)


@aid(1)
def honest_aid_two_draws(s, dice):
    s.policy(items=s.interest(dice.choice(["50", "60", "100"]), months=dice.choice([6, 12])))
    c = s.loan(draw=False)
    s.acts[-1]["over"]["disbursed_on"] = None
    part = c["amount"] * dice.randint(20, 80) // 100
    s.event("L1", c["start"], "disbursed", lag=0, principal=part)
    s.event("L1", c["start"] + dice.randint(10, 150), "disbursed", lag=0, principal=c["amount"] - part)
    s.pay("L1", c["start"] + 185)
    s.apply("L1", s.settle("L1") + 3, sure=True)


@aid(2)
def honest_aid_two_windows(s, dice):
    """Six months, and then the rest of the year, under two rules; or twice under one while the loan goes on."""
    two = dice.random() < 0.5
    s.policy(items=s.interest("50", **({"months": 6} if two else {})))
    if two:
        s.policy(items=s.interest("60", months=12))
    c = s.loan(matures=500, start=60)
    day = c["start"] + 183
    s.pay("L1", day)
    s.apply("L1", day, 0, sure=True)
    s.pay("L1", c["start"] + 300)
    s.apply("L1", s.settle("L1", c["start"] + 366) + 5, 1 if two else 0, sure=True)
    s.entries["L1"]["cleared"] = ["RF07"]  # a second person finds that they are other days


@aid(2)
def honest_aid_premium(s, dice):
    """The premium of each year, with the kinds and limits of Shandong; another firm beside it."""
    s.policy("shandong-insurance", caps=None if dice.random() < 0.5 else policy_file("shandong-insurance")["caps"])
    s.firm("F1")
    s.firm("F2")
    s.insurance("I1", "F1", dice.choice(["enforcement", "overseas_liability"]), high_value_patents=dice.random() < 0.5)
    s.insurance("I2", "F1", dice.choice(["enforcement", "overseas_liability"]), starts=395)
    s.insurance("I3", "F2", "infringement_liability", starts=50)
    for key in ("I1", "I3", "I2"):
        s.apply(None, s.insurances[key]["starts"] + dice.randint(3, 40), insurance=key, sure=True)


@aid(2)
def honest_aid_fees(s, dice):
    """Fees by invoice, two of a kind, up to a limit of the loan."""
    limited = dice.choice([{"share": "50"}, {"of_loan": "0.50"}, {"share": "100", "cap": "20000.00"}, {"amount": "3000.00"}])
    s.policy(items=[dict({"item": "guarantee_fee"}, **limited), {"item": "valuation_fee", "share": "50"}])
    c = s.loan(amount=dice.randint(300, 900) * 1000000, guaranteed=True)
    bills = [s.bill("A", "L1", amount=dice.randint(100000, 500000)), s.bill("B", "L1", "valuation_fee")]
    s.apply("L1", c["start"] + 10, invoices=bills, sure=True)
    s.apply("L1", c["start"] + 60, invoices=[s.bill("C", "L1", "valuation_fee", seller="上海示例评估有限公司")], sure=True)
    if "share" in limited and "cap" not in limited:
        s.apply("L1", c["start"] + 90, invoices=[s.bill("D", "L1", series="2431")], sure=True)


@aid(1)
def honest_aid_award(s, dice):
    """An award on what was drawn, to the firm and to the bank, up to what a bank may have in a year; by tiers, a fixed one, of
    the part that rights secure, raised for high tech."""
    high = {"clause": "high-tech", "text": "高新技术企业", "fact": "borrower.high_tech", "op": "eq", "value": True}
    one = dice.choice([None, {"tiers": [{"from": "2000000.00", "share": "1"}, {"from": "4000000.00", "amount": "45000.00"}]},
                       {"amount": "20000.00"}, {"share": "1.25", "ip_part_only": True},
                       {"share": "1", "uplifts": [{"share": "0.50", "when": high}]}])
    s.policy("shuangliu", caps=dice.choice([None, [{"per": "bank", "period": "year", "amount": "300000.00"}]]),
             **({"items": [dict(one, item="principal_award")]} if one else {}))
    for n in range(2):
        key = "L%d" % (n + 1)
        amount = dice.randint(300, 600) * 1000000
        c = s.loan(key, start=30 + 10 * n, amount=amount, ip_amount=amount * dice.randint(30, 100) // 100)
        s.firms["F" + key]["high_tech"] = dice.random() < 0.5
        s.apply(key, c["start"] + 15, sure=True)


@aid(1)
def honest_aid_file(s, dice):
    """Applications of several firms as a file."""
    s.policy("js-2023")
    keys = ["L%d" % n for n in range(1, dice.randint(3, 5))]
    for key in keys:
        s.loan(key, amount=dice.randint(100, 300) * 1000000, start=40, matures=405)
        s.settle(key, 400)
    s.act(410, "apply_many", policy=0, many=[{"entry": key, "sure": True} for key in keys])
    for day, step in ((412, "approve"), (414, "pay")):
        s.act(day, "step_many", policy=0, step=step)
    s.act(420, "apply", entry=keys[0], policy=0, sure=False)


@aid(2)
def honest_aid_corrected(s, dice):
    """A name, or what decides nothing, is put right while the application is on its way; what decides is asked for anew."""
    decides = dice.random() < 0.4
    s.policy("js-2023")
    c = s.loan(amount=dice.randint(100, 280) * 1000000)
    if decides:
        c["ip_amount"] = c["amount"] * 8 // 10
        s.acts[-1]["over"]["ip_amount"] = yuan(c["amount"] * 9 // 10)
    told = s.settle("L1")
    s.apply("L1", told + 3, sure=not decides, sure_anew=decides, desk=False)
    s.act(told + 4, "correct", entry="L1", over={"ip_amount": yuan(c["ip_amount"])} if decides else dice.choice([
        {"purpose": "流动资金"}, {"borrower_name": "更名后的示例企业%d" % s.seed}]))
    s.act(told + 6, "office", steps=2)
    s.act(told + 8, "office", steps=2)


@aid(1)
def honest_aid_moves_later(s, dice):
    """Paid, and moved to another district afterwards: nothing was told wrongly, nothing is asked back."""
    s.policy("js-2023")
    s.loan(amount=dice.randint(100, 280) * 1000000)
    told = s.settle("L1")
    s.apply("L1", told + 3, sure=True)
    s.act(told + 30, "correct", entry="L1", over={"district": "310115"})
    s.reckoning()


@aid(1)
def honest_aid_later_event(s, dice):
    """Six months are paid for while the loan goes on: what is paid for the months after them stops nothing."""
    s.policy(items=s.interest("50", months=6))
    c = s.loan()
    day = c["start"] + 184
    s.pay("L1", day)
    s.apply("L1", day + 1, sure=True, desk=False)
    s.pay("L1", day + 3)
    s.act(day + 5, "office", steps=2)


@aid(2)
def honest_aid_limits(s, dice):
    """Several loans of a firm up to its limit of a year; or a budget that is used up, waits, and is filled again."""
    how = dice.choice(["firm", "budget"])
    if how == "firm":
        s.policy("js-2023", caps=[{"per": "enterprise", "period": "year", "amount": "40000.00"}])
        s.firm("F1")
        for n, share in enumerate((30, 32, 34)):
            key = "L%d" % (n + 1)
            s.loan(key, "F1", start=30 + 40 * n, amount=(share + 40 * n) * 10000000, matures=400, rights=["R%d" % n], rate="3.45")
            s.settle(key, 395)
            s.entries[key]["cleared"] = ["RF29"]
            s.apply(key, 400 + 5 * n, sure=n < 2)
        return
    s.policy("js-2023", money=4500000)
    for n in range(3):
        key = "L%d" % (n + 1)
        s.loan(key, start=30, amount=300000000, matures=400, rate="3.45", day_count="30/360", ip_amount=None)
        s.settle(key, 395)
        s.apply(key, 400 + n, sure=True, within=60)
    s.act(430, "appropriate", policy=0, money=10000000)
    s.act(431, "office", steps=2)


@aid(1)
def honest_aid_versions(s, dice):
    """The version of the day of draw-down governs, or that of the application, whatever came since."""
    by = dice.choice(["draw_down", "application", "settlement"])
    s.policy(items=s.interest("100", months=3), effective_to="2022-06-30", version_by=by)
    s.policy(items=s.interest("50", months=6), effective_from="2022-07-01", version_by=by, version_of=0)
    c = s.loan(start=dice.choice([40, 100, 200, 260]))
    s.pay("L1", c["start"] + 190)
    s.apply("L1", s.settle("L1", c["start"] + 300) + 3, sure=True)


# ---- careless ones ------------------------------------------------------------------------------------------

@aid(1)
def careless_aid_told_late(s, dice):
    """Applied before the bank has told of the payment: nothing then, all of it afterwards."""
    s.policy(items=s.interest("50"))
    c = s.loan()
    day = c["start"] + 250
    due = s.interest_due("L1", day)
    s.event("L1", day, "settled", told=[day + 20], interest=due)
    s.apply("L1", day + 5)
    s.apply("L1", day + 21, sure=True)


@aid(2)
def careless_aid_wrong_then_right(s, dice):
    """Too much, or too little, told and taken back between application and payment."""
    s.policy(items=s.interest(dice.choice(["50", "100"])))
    c = s.loan()
    day = c["start"] + 200
    due = s.interest_due("L1", day)
    wrong = dice.choice([due // 2, due - 1])
    s.lie("L1", day, "repaid", day, taken_back=day + 6, interest=wrong)
    a = s.event("L1", day, "repaid", told=[day + 7], interest=due)
    s.apply("L1", day + 3, desk=False, sure_anew=True)
    s.act(day + 4, "office", steps=1)
    s.act(day + 8, "office", steps=2)
    s.act(day + 10, "office", steps=2)
    s.apply("L1", day + 60, group=a["group"])


@aid(1)
def careless_aid_twice(s, dice):
    """Everything twice: the same words, and other references."""
    s.policy("nansha")
    s.loan(guaranteed=True)
    s.acts[-1]["twice"] = True
    bills = [s.bill("A", "L1")]
    told = s.settle("L1")
    s.apply("L1", told + 1, invoices=bills, sure=True, twice=True)
    for later in (2, 9, 40):
        s.apply("L1", told + later, invoices=bills)
        s.apply("L1", told + later)


# ---- crooked firms, banks and clerks ---------------------------------------------------------------------------

@aid(2)
def crook_aid_unpaid(s, dice):
    """Interest that ran and fell due, and that nobody paid, or only in part, or another than the borrower."""
    s.policy(dice.choice(["huangpu", "nansha", "lingang"]))
    c = s.loan()
    day = c["start"] + 200
    due = s.interest_due("L1", day)
    how = dice.choice(["nobody", "part", "guarantor", "third_party", "insurer"])
    s.event("L1", day, "overdue", lag=0, interest=due)
    if how == "part":
        s.event("L1", day + 5, "repaid", lag=0, interest=due // 10)
    elif how != "nobody":
        s.event("L1", day + 5, "repaid", lag=0, interest=due, payer=how)
    s.apply("L1", day + 10)
    s.settle("L1", day + 100, interest=False, payer=how if how not in ("nobody", "part") else "borrower")
    s.apply("L1", day + 110)


@aid(2)
def crook_aid_payer(s, dice):
    """The guarantor's payment told as the borrower's, put right between two steps or after the money was paid."""
    s.policy(items=s.interest(dice.choice(["50", "100"])))
    c = s.loan(guaranteed=True)
    day = c["start"] + 200
    due = s.interest_due("L1", day)
    late = dice.choice([day + 4, day + 60])
    s.anew = False
    s.lie("L1", day, "repaid", day, taken_back=late, interest=due)
    s.event("L1", day, "repaid", told=[late + 1], interest=due, payer="guarantor")
    s.apply("L1", day + 2, desk=False)
    s.act(day + 3, "office", steps=1)
    s.act(day + 6, "office", steps=2)
    s.act(late + 5, "office", steps=2)
    s.reckoning()


@aid(4)
def crook_aid_twin(s, dice):
    """One credit under another contract number, by another bank, of the firm's second code, in another district, under the
    city's rule: entered beside the first, or when the first was paid or voided."""
    s.policy("js-2023")
    s.policy("js-2023", district=dice.choice(["310115", None]))
    c = s.loan(amount=dice.randint(100, 280) * 1000000)
    settled = s.settle("L1")
    k = dice.choice([0, 1])
    place = {"district": s.policies[1]["body"].get("district", "310116")} if k else {}
    over = {"amount": yuan(c["amount"] - dice.choice([0, 1, c["amount"] // 200]))}
    if dice.random() < 0.3:
        over["signed_on"] = c["signed"] - dice.choice([1, 3])
    when = dice.choice([c["start"] + 3, settled + 15])
    s.entry("L1", "L2", bank=dice.choice(["BANK-1", "BANK-2"]), day=when, code_of=dice.choice([None, "FX"]), **dict(over, **place))
    if s.entries["L2"]["code_of"] and dice.random() < 0.4:
        s.acts[-1]["over"]["borrower_name"] = "另一家示例企业%d" % s.seed
    if when > settled:
        for a in [a for a in s.acts if a["what"] == "event" and a["kind"] != "disbursed"]:
            s.act(when + 1, "tell", a["group"], of="L1", kind=a["kind"], on=a["day"], more=a["more"], entries=["L2"])
    s.apply("L1", settled + 4)
    if dice.random() < 0.3 and not place:  # what is left says nothing wrong that nobody can know
        s.act(settled + 14, "void", entry="L1")
    s.apply("L2", settled + 20, k)
    s.apply("L2", settled + 40, 0)


@aid(3)
def crook_aid_invoice(s, dice):
    """One invoice twice: in another spelling, under another rule, for another firm or loan, as another fee."""
    s.policy(items=[{"item": "guarantee_fee", "share": "60"}, {"item": "valuation_fee", "share": "60"}])
    s.policy(items=[{"item": "guarantee_fee", "share": "50"}], district=dice.choice([None, "310115"]))
    c = s.loan(amount=900000000, guaranteed=True)
    other = s.loan("L2", start=c["start"] + 30, amount=300000000, guaranteed=True)
    key, _ = s.bill("A", "L1", series=dice.choice(["NO", "发票", "2431"]))
    spellings = [{}, {"seller": "上海示例担保\uff08集团\uff09有限公司"}, {"seller": "上海示例担保集团有限公司"},
                 {"amount": "99999.00"}, {"item": "valuation_fee"}]
    day = other["start"] + 10
    s.apply("L1", day, invoices=[(key, {})])
    for later, over in enumerate(dice.sample(spellings, 3)):
        s.apply(dice.choice(["L1", "L2"]), day + 8 + 8 * later, dice.choice([0, 1]), invoices=[(key, over)])
    s.apply("L1", day + 50, invoices=[(key, {}), (key, {"seller": "上海示例担保集团有限公司"})])


@aid(2)
def crook_aid_premium(s, dice):
    """One premium thrice: on the policy, as a fee of the loan, under the city's rule; or the premium raised in between."""
    s.policy(items=[{"item": "premium", "share": "60"}])
    s.policy(items=[{"item": "premium", "share": "50"}], district=dice.choice([None, "310115"]))
    s.policy(items=[{"item": "insurance_fee", "share": "50"}])
    c = s.loan(amount=900000000, insured=True)
    s.insurance("I1", "FL1", "loan_guarantee", starts=c["start"], of="L1", entry="L1", premium=2000000)
    bill = s.bill("A", "L1", "insurance_fee", amount=2000000, insurance="I1")
    order = [lambda d: s.apply(None, d, 0, insurance="I1"), lambda d: s.apply(None, d, 1, insurance="I1"),
             lambda d: s.apply("L1", d, 2, invoices=[bill])]
    dice.shuffle(order)
    for n, ask in enumerate(order):
        ask(c["start"] + 5 + 10 * n)
    if dice.random() < 0.3:
        order[0](c["start"] + 50)


@aid(1)
def crook_aid_premium_raised(s, dice):
    """The insurer tells more than the premium, before the application or after it, and puts it right before it is paid."""
    s.policy(items=[{"item": "premium", "share": dice.choice(["60", "100"])}])
    s.firm("F1")
    s.insurance("I1", "F1", starts=dice.randint(20, 60))
    start = s.insurances["I1"]["starts"]
    s.anew = False
    first = dice.random() < 0.5
    lie = s.act(start + (2 if first else 5), "reinsure", key="I1", version=1, over={"premium": "900000.00"})
    s.apply(None, start + 3, insurance="I1", desk=False)
    s.act(start + 4, "office", steps=dice.choice([0, 1]))
    s.act(start + 6, "reinsure", lie["group"], key="I1", version=2, over={})
    s.act(start + 8, "office", steps=2)
    s.apply(None, start + 20, insurance="I1")


@aid(2)
def crook_aid_undrawn(s, dice):
    """Never drawn, or a part of it; an award, or interest, on the whole."""
    s.policy(dice.choice(["shuangliu", "huangpu", "suzhou"]), **({"eligible": ALWAYS} if dice.random() < 0.5 else {}))
    c = s.loan(draw=False)
    s.acts[-1]["over"]["disbursed_on"] = None
    if dice.random() < 0.5:
        s.event("L1", c["start"], "disbursed", lag=0, principal=c["amount"] // 10)
        s.pay("L1", c["start"] + 100)
    s.apply("L1", c["start"] + 20)
    s.apply("L1", c["start"] + 110)


@aid(2)
def crook_aid_void(s, dice):
    """A contract that fell through is voided between two steps, or after the money was paid; or a good one is, and entered
    anew."""
    s.policy(items=[{"item": "principal_award", "share": "2"}])
    s.anew = False
    c = s.loan()
    day = c["start"] + 5
    s.apply("L1", day, desk=False)
    s.act(day + 1, "office", steps=1)
    void = day + dice.choice([2, 10])
    s.act(void, "void", entry="L1")
    s.act(day + 4, "office", steps=2)
    if dice.random() < 0.5:
        c["void"] = void
        return
    s.entry("L1", "L2", day=day + 15)
    s.apply("L2", day + 20)
    s.act(day + 40, "office", steps=2)


@aid(2)
def crook_aid_facts(s, dice):
    """The applicant tells what the ledger tells, or what the office states without its paper."""
    s.policy(dice.choice(["shuangliu", "zhongguancun", "hangzhou"]), declared=None)
    c = s.loan(registered=None)
    s.firms["FL1"].update(high_tech=False, tech_sme=False)
    told = s.settle("L1")
    lies = [{"loan.registered_on": str(day_of(c["start"]))}, {"fee.guarantee": "20000.00"}, {"borrower.high_tech": True},
            {"borrower.tech_sme": True}, {"loan.interest_paid": "900000.00"}, {"loan.drawn": "90000000.00"}]
    for n, lie in enumerate(dice.sample(lies, 4)):
        s.apply("L1", told + 4 * n, facts=lie, papers=False)


@aid(3)
def crook_aid_raise(s, dice):
    """Amount, covered part, rate or days are corrected while the application is on its way, or before another one."""
    s.policy("js-2023", items=[{"item": "interest", "share": "50", "ip_part_only": True, "months": 6, "day_count": "30/360"}])
    c = s.loan(amount=dice.randint(100, 250) * 1000000)
    c["ip_amount"] = c["amount"] // 2
    settled = s.settle("L1")
    over = dice.choice([{"amount": yuan(c["amount"] * 10), "ip_amount": yuan(c["amount"] * 10)}, {"ip_amount": yuan(c["amount"])},
                        {"rate": "9.99"}, {"disbursed_on": c["signed"]}, {"matures_on": c["matures"] + 400}])
    s.anew = False
    first = dice.random() < 0.5  # the lie is there when it is applied, and taken back when it was decided
    lie = s.act(settled + (1 if first else 4), "correct", entry="L1", over=over)
    s.apply("L1", settled + 2, desk=False)
    s.act(settled + 3, "office", steps=dice.choice([0, 1]))
    if first:
        s.act(settled + 5, "correct", lie["group"], entry="L1", over=s.true_words("L1"))
    s.act(settled + 6, "office", steps=2)
    s.act(settled + 20, "correct", lie["group"], entry="L1", over=s.true_words("L1"))
    s.apply("L1", settled + 30)


@aid(2)
def crook_aid_window(s, dice):
    """Interest of a whole year told as that of the months that count."""
    s.policy(items=s.interest("100", months=dice.choice([3, 6])))
    c = s.loan()
    year = c["start"] + 360
    due = s.interest_due("L1", year)
    s.event("L1", year, "repaid", lag=0, interest=due)
    s.apply("L1", year + 3)
    s.apply("L1", year + 20)


@aid(1)
def crook_aid_too_soon(s, dice):
    """Applied before the loan was settled, or when it was settled after its day, or by its guarantor."""
    s.policy("js-2023")
    c = s.loan(guaranteed=True)
    how = dice.choice(["never", "late", "guarantor"])
    if how == "late":
        s.settle("L1", c["matures"] + 9)
    elif how == "guarantor":
        s.pay("L1", c["matures"] - 9)
        s.settle("L1", c["matures"] - 5, payer="guarantor")
    s.apply("L1", c["matures"] - 8)
    s.apply("L1", c["matures"] + 20)


@aid(2)
def crook_aid_limit(s, dice):
    """A firm beyond its limit: under two codes, at several banks, in pieces; a bank beyond its own."""
    per = dice.choice(["enterprise", "bank"])
    s.policy(items=[{"item": "principal_award" if per == "enterprise" else "lender_award", "share": "2"}],
             caps=[{"per": per, "period": dice.choice(["year", "lifetime"]) if per == "enterprise" else "year",
                    "amount": "50000.00"}])
    s.firm("F1")
    for n in range(4):
        key = "L%d" % (n + 1)
        bank = "BANK-%d" % (n % 2 + 1) if per == "enterprise" else "BANK-1"
        s.loan(key, "F1", start=30 + 20 * n, amount=(120 + 40 * n) * 1000000, rights=["R%d" % n])
        s.entries[key].update(bank=bank, cleared=["RF29"], code_of="FX" if n % 2 and per == "enterprise" else None)
        s.apply(key, 45 + 20 * n)


@aid(1)
def crook_aid_moves(s, dice):
    """A firm that moves: its loan was subsidised in one district, and is asked for in the next, and by the city."""
    s.policy("js-2023")
    s.policy("js-2023", district="310115", excludes=["city_policy"])
    award = [{"item": "principal_award", "share": "1"}]
    s.policy("js-2023", district=None, **({"items": award} if dice.random() < 0.5 else {}))
    s.loan(amount=dice.randint(100, 280) * 1000000)
    told = s.settle("L1")
    order = dice.choice([[0, 1, 2], [2, 0, 1], [2, 1, 0]])
    for n, k in enumerate(order):
        day = told + 3 + 20 * n
        if "district" in s.policies[k]["body"]:
            s.act(day - 1, "correct", entry="L1", over={"district": s.policies[k]["body"]["district"]})
        s.apply("L1", day, k)


@aid(1)
def crook_aid_clerk(s, dice):
    """One person of an office applies, approves and pays."""
    s.policy(items=[{"item": "principal_award", "share": "1"}])
    c = s.loan()
    s.apply("L1", c["start"] + 5, desk=False)
    s.act(c["start"] + 6, "approve_own")


@aid(1)
def crook_aid_budget(s, dice):
    """More is asked for than there is; one that is small tries to overtake."""
    s.policy(items=[{"item": "principal_award", "share": "1"}], money=5000000)
    for n, amount in enumerate((300, 280, 30, 260)):
        key = "L%d" % (n + 1)
        s.loan(key, start=30, amount=amount * 1000000)
        s.apply(key, 40 + n)
    s.act(60, "office", steps=2)


@aid(1)
def crook_aid_version(s, dice):
    """The same days under the version of before and under that of after."""
    s.policy(items=s.interest("100"), effective_to="2022-09-30", version_by="application")
    s.policy(items=s.interest("60", months=12), effective_from="2022-10-01", version_by="application", version_of=0)
    c = s.loan(start=dice.randint(20, 60))
    s.pay("L1", c["start"] + 180)
    s.apply("L1", c["start"] + 181)
    s.apply("L1", 280)
    s.apply("L1", s.settle("L1", c["start"] + 360) + 3)


@aid(1)
def crook_aid_award(s, dice):
    """An award again and again: in two districts, by the city, under another reference."""
    s.policy("shuangliu")
    s.policy("shuangliu", district=dice.choice([None, "310115"]))
    c = s.loan()
    for later, k in enumerate((0, 1, 0)):
        s.apply("L1", c["start"] + 5 + 10 * later, k)


@aid(1)
def crook_aid_loan_limit(s, dice):
    """What a loan may have of a fee, in pieces: one invoice after the other."""
    fee = dice.choice([{"of_loan": "0.50"}, {"share": "100", "cap": "15000.00"}, {"share": "100", "max_of_loan": "0.50"}])
    s.policy(items=[dict({"item": "guarantee_fee"}, **fee)])
    c = s.loan(amount=300000000, guaranteed=True)
    for n, key in enumerate("ABC"):
        s.apply("L1", c["start"] + 5 + 8 * n, invoices=[s.bill(key, "L1", amount=1000000)])


@aid(2)
def crook_aid_found_late(s, dice):
    """What was told wrongly comes out after the money was paid: a payment was half as large, or for other days; a part or a
    premium was smaller, an insurance was cancelled."""
    how, s.anew = dice.choice(["half", "part", "premium", "shifted", "cancelled"]), False
    if how == "cancelled":  # what was not covered was given back
        s.policy(items=[{"item": "premium", "share": "60"}])
        s.firm("F1")
        s.insurance("I1", "F1")
        own, days = s.insurances["I1"], dice.choice([1, 30, 100])
        own["premium"] *= 365
        told = {"premium": yuan(own["premium"])}
        own["premium"] = own["premium"] * days // 365
        s.acts[-1]["over"] = told
        s.apply(None, 35, insurance="I1")
        s.act(140, "reinsure", s.group_of("insure"), key="I1", version=1, over=dict(told, cancelled_on=str(day_of(own["starts"] + days))))
        return s.reckoning()
    if how == "premium":
        s.policy(items=[{"item": "premium", "share": "60"}])
        s.firm("F1")
        s.insurance("I1", "F1")
        lie = s.act(32, "reinsure", key="I1", version=1, over={"premium": "900000.00"})
        s.apply(None, 35, insurance="I1")
        s.act(80, "reinsure", lie["group"], key="I1", version=2, over={})
        return s.reckoning()
    s.policy(items=s.interest("50", ip_part_only=True, **({"months": 3} if how == "shifted" else {})))
    c = s.loan()
    c["ip_amount"] = c["amount"] // 2
    day = c["start"] + 200
    if how == "shifted":
        due = s.interest_due("L1", c["start"] + 90)
        s.lie("L1", day, "repaid", day, taken_back=day + 60, interest=due, for_from=c["start"], for_to=c["start"] + 90)
        s.event("L1", day, "repaid", told=[day + 61], interest=due, for_from=c["start"] + 100, for_to=day)
        s.apply("L1", day + 2)
        return s.reckoning()
    due = s.interest_due("L1", day)
    if how == "half":
        s.lie("L1", day, "repaid", day, taken_back=day + 60, interest=due)
        s.event("L1", day, "repaid", told=[day + 61], interest=due // 2)
    else:
        s.acts[-1]["over"]["ip_amount"] = yuan(c["amount"])
        s.event("L1", day, "repaid", lag=0, interest=due)
    s.apply("L1", day + 2)
    if how == "part":
        s.act(day + 60, "correct", s.group_of("book"), entry="L1", over={"ip_amount": yuan(c["ip_amount"])})
    s.reckoning()


@aid(1)
def crook_aid_city(s, dice):
    """A district's rule gives nothing beside the city's aid, of whatever kind that was; the loan is asked for all the same."""
    s.policy(items=[{"item": "principal_award", "share": "1"}], district=None)
    s.policy("lingang", excludes=["city_policy"])
    c = s.loan()
    s.apply("L1", c["start"] + 5)
    s.pay("L1", c["start"] + 100)
    s.apply("L1", c["start"] + dice.choice([101, 250]), 1)


@aid(1)
def crook_aid_insured_limit(s, dice):
    """A firm beyond its limit by its insurances: under two codes of one name."""
    s.policy(items=[{"item": "premium", "share": "60"}], caps=[{"per": "enterprise", "period": "year", "amount": "50000.00"}])
    s.firm("F1")
    for n in range(3):
        s.insurance("I%d" % (n + 1), "F1", starts=30 + 10 * n, premium=dice.randint(4000000, 9000000),
                    code_of="FX" if n % 2 else None)
        s.apply(None, 40 + 10 * n, insurance="I%d" % (n + 1))
