"""Histories drawn from a seed: what happens to firms and their loans, and what banks tell of it.

A history is data: schemes, credits, and acts in groups. An act of the world (`event`) carries the days on which it is told,
so that cutting a group out of a history never makes an honest bank a liar. Days are counted from the first of the batch.
"""
import json
import os
import random

from town import day_of

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMES = os.path.join(HERE, "..", "data", "schemes")
LAST = 1060  # the day on which everything that was kept back has been told


def scheme_file(name):
    with open(os.path.join(SCHEMES, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def yuan(n):
    return "%d.%02d" % divmod(n, 100)


def words(more):
    """The members of an event as they travel: money and days as text."""
    return {k: yuan(v) if k in ("principal", "interest") else str(day_of(v)) if isinstance(v, int) else v
            for k, v in more.items()}


class Story:
    def __init__(self, name, seed):
        self.name, self.seed, self.dice = name, seed, random.Random("%s %s" % (name, seed))
        self.schemes, self.credits, self.entries, self.acts, self.groups = [], {}, {}, [], 0
        self.policies, self.firms, self.insurances, self.invoices = [], {}, {}, {}

    # ---- schemes -----------------------------------------------------------------------------------

    def scheme(self, name=None, money=4000000000000, **over):
        dice = self.dice
        name = name or dice.choice(["zs", "sz", "cd-2008", "wh-2024", "hk-2023", "gz-2023", "sh-credit", "ah", "sh-deposit"])
        body = scheme_file(name)
        body.update({"effective_from": "2020-01-01", "effective_to": None, "excludes": None})
        if name == "gz-2023":
            body.update(cap_per_loan=None, cap_per_enterprise=None, cap_fund_year=None)  # limits have histories of their own
        if dice.random() < 0.3:
            body["loss_base"] = "principal_and_interest"
        if dice.random() < 0.3:
            body["claim_window_days"] = dice.choice([60, 90, 180])
        if dice.random() < 0.2:
            body["confirmation"] = "automatic"
        if dice.random() < 0.15:
            body["recovery_order"] = dice.choice(["fund_first", "bank_first"])
        body.update(over)
        body = {k: v for k, v in body.items() if v is not None}
        self.schemes.append({"body": body, "money": money})
        return len(self.schemes) - 1

    def body(self, k=0):
        return self.schemes[k]["body"]

    # ---- acts --------------------------------------------------------------------------------------

    def act(self, day, what, group=None, **more):
        if group is None:
            self.groups += 1
            group = self.groups
        a = dict(more, day=day, what=what, group=group, n=max((x["n"] for x in self.acts), default=-1) + 1)
        self.acts.append(a)
        return a

    def event(self, of, day, kind, lag=None, told=None, entries=None, **more):
        """Something happens to a credit; told on days (the same words each time), None: with a lag."""
        if told is None:
            told = [day + (self.dice.choice([0, 0, 1, 3, 10]) if lag is None else lag)]
        return self.act(day, "event", of=of, kind=kind, told=told, entries=entries, more=more)

    def lie(self, entry, day, kind, on, taken_back=None, **more):
        return self.act(day, "lie", entry=entry, kind=kind, on=on, taken_back=taken_back, more=more)

    # ---- a credit and its life ---------------------------------------------------------------------

    def credit(self, key="L1", start=None, **over):
        dice = self.dice
        start = dice.randint(10, 200) if start is None else start
        amount = over.get("amount") or dice.choice([dice.randint(30, 3000) * 1000000, dice.randint(30000000, 3000000000)])
        c = {"amount": amount, "ip_amount": None, "rate": "%.2f" % dice.uniform(3.2, 4.4), "signed": start - dice.randint(0, 5),
             "start": start, "registered": start - dice.randint(0, 1), "matures": start + dice.choice([365, 540]),
             "first_loan": dice.random() < 0.3, "guaranteed": False, "firm": key, "rights": [key], "parts": 1, "day_count":
             dice.choice(["actual/360", "actual/360", "actual/365", "30/360"])}
        c["registered"] = max(c["registered"], c["signed"])
        if dice.random() < 0.4 or "ip_share_min" in self.body():
            c["ip_amount"] = amount * dice.randint(60, 100) // 100
        c.update(over)
        self.credits[key] = c
        self.event(key, c["start"], "disbursed", told=[])  # in the loan's own record
        return c

    def book(self, of, entry=None, lag=None, bank="BANK-1", scheme=0, day=None, twice=False, **over):
        """The bank records a credit as an entry of the ledger and asks for cover; finance looks at it."""
        c = self.credits[of]
        entry = entry or of
        day = c["start"] + (self.dice.choice([0, 1, 5, 20]) if lag is None else lag) if day is None else day
        self.entries[entry] = {"of": of, "bank": bank}
        self.act(day, "book", entry=entry, scheme=scheme, over=over, twice=twice)
        if scheme is not None:
            self.act(day + self.dice.randint(1, 4), "desk")
        return day

    def grade(self, of, day, grade="substandard", lag=0, **more):
        return self.event(of, day, "classified", lag=lag, grade=grade, **more)

    def life(self, of="L1", honest=True):
        """Interest paid, perhaps arrears that are cured; then a default. Returns the day on which the trigger is reached."""
        dice, c = self.dice, self.credits[of]
        day = c["start"] + 40
        owed = c["amount"]
        paid = 0
        for _ in range(dice.randint(0, 2)):
            day += dice.randint(20, 60)
            if dice.random() < 0.5:
                due = owed * (day - c["start"]) // 100000 - paid  # about what accrued: never more
                if due > 0:
                    self.event(of, day, "repaid", interest=due)
                    paid += due
            else:
                part = owed * dice.randint(1, 30) // 100
                self.event(of, day, "repaid", principal=part)
                owed -= part
        if dice.random() < 0.3:
            day += 20
            short = max(owed // 1000, 1)
            self.event(of, day, "overdue", principal=short)
            day += dice.randint(3, 60)
            self.event(of, day, "repaid", principal=short)
            owed -= short
        day += dice.randint(30, 90)
        c["default"], c["owed"] = day, owed
        self.go_bad(of, day)
        return self.trigger_day(of)

    def go_bad(self, of, day, **more):
        dice, c = self.dice, self.credits[of]
        told = None
        if dice.random() < 0.1:
            told = [day + 2, day + 4]  # sent twice
        if dice.random() < 0.25:
            self.event(of, day, "overdue", told=told, principal=max(c["owed"] // 4, 1), **more)
            self.event(of, day + 30, "overdue", principal=max(c["owed"] // 4, 1), **more)
        else:
            self.event(of, day, "overdue", told=told, **more)
        c["graded"] = day + dice.choice([0, 30, 60, 91])
        if {"min_grade", "non_performing_months"} & set(self.body()["trigger"]) or dice.random() < 0.5:
            self.grade(of, c["graded"], dice.choice(["substandard", "doubtful"]), **more)
        if self.body()["trigger"].get("written_off"):
            c["graded"] += 100
            self.event(of, c["graded"], "written_off", lag=0, **more)

    def trigger_day(self, of):
        c, rule = self.credits[of], self.body()["trigger"]
        days = [c["default"] + 12]
        if "days_overdue" in rule:
            days.append(c["default"] + rule["days_overdue"])
        if "min_grade" in rule or rule.get("written_off"):
            days.append(c["graded"])
        if "non_performing_months" in rule:
            days.append(c["graded"] + 31 * rule["non_performing_months"])
        return max(days)

    def claim(self, entry, day, desk=True, who="bank", **told):
        self.act(day, "claim", entry=entry, told=told, sure=desk, who=who)
        if desk:
            self.through(day)
        return day

    def through(self, day):
        """Finance takes a claim's three steps, at once or over some days."""
        if self.dice.random() < 0.5:
            self.act(day + 2, "desk", steps=3)
        else:
            for later in (1, 4, 8):
                self.act(day + later, "desk", steps=1, stale=self.dice.random() < 0.3)

    def back(self, of, day, share=None, payer=None, costs=(), lag=None, kind="repaid", remit=True, **more):
        """Money comes back after the claim was paid; an honest bank tells the event and remits it."""
        c = self.credits[of]
        principal = c["owed"] * (share or self.dice.randint(5, 30)) // 100
        c["owed"] -= principal
        payer = payer or self.dice.choice(["borrower", "borrower", "guarantor", "insurer", "third_party"])
        a = self.event(of, day, kind, lag=lag, principal=principal, payer=payer, **more)
        if remit:
            a["remit"] = True
            a["costs"] = list(costs)
            if costs:
                self.act(max(a["told"]) + 3, "desk", group=a["group"])
        return a

    def honest(self, *entries):
        for e in entries:
            self.entries[e]["honest"] = True


STORIES = {}


def story(weight, kind=Story):
    def keep(f):
        STORIES[f.__name__] = (weight, f, kind)
        return f
    return keep


def draw(name, seed):
    s = STORIES[name][2](name, seed)
    STORIES[name][1](s, s.dice)
    s.acts.sort(key=lambda a: (a["day"], a["n"]))
    return s


def draws(count, seed, only=()):
    """The histories of a seed: every kind (or only some) in turn by its weight, so that few already show all."""
    names = [name for name, (weight, _, _) in STORIES.items() for _ in range(weight) if not only or name in only]
    dice = random.Random(seed)
    order = []
    while len(order) < count:
        dice.shuffle(names)
        order += sorted(set(names)) + names if not order else names
    return [draw(name, seed * 100000 + n) for n, name in enumerate(order[:count])]


# ---- honest banks -----------------------------------------------------------------------------------

@story(6)
def honest(s, dice):
    s.scheme()
    s.credit()
    s.book("L1", twice=dice.random() < 0.2)
    c = s.claim("L1", s.life() + dice.randint(0, 5))
    if dice.random() < 0.3:  # between receipt and payment
        part = s.credits["L1"]["owed"] // dice.randint(3, 20)
        s.event("L1", c + dice.randint(0, 9), "repaid", lag=0, principal=part)
        s.act(c + 14, "desk", steps=3)
        s.credits["L1"]["owed"] -= part
    day = c + 20
    for _ in range(dice.randint(0, 3)):
        day += dice.randint(5, 60)
        s.back("L1", day, costs=[(dice.randint(1, 5000), True)] if dice.random() < 0.3 else ())
    s.honest("L1")


@story(2)
def honest_wrong_then_right(s, dice):
    """A payment, a default and a rate that were told wrongly and put right in time."""
    s.scheme()
    s.credit()
    booked = s.book("L1", lag=1, rate="4.99")
    s.act(booked + 6, "correct", entry="L1", over={"rate": s.credits["L1"]["rate"]})
    s.act(booked + 9, "desk")
    wrong = s.credits["L1"]["start"] + 30
    s.lie("L1", wrong, "repaid", wrong, taken_back=wrong + 4, principal=s.credits["L1"]["amount"] // 2)
    s.lie("L1", wrong + 6, "overdue", wrong + 5, taken_back=wrong + 8)
    due = s.life()
    s.claim("L1", due + 3)
    s.back("L1", due + 40)
    s.honest("L1")


@story(1)
def honest_correction_before_default(s, dice):
    """The registration comes after the draw; the cover that was refused is asked for again, before any default."""
    s.scheme(confirmation="finance")
    c = s.credit()
    c["registered"] = c["start"] + 6
    s.book("L1", lag=0, registered_on=None)
    s.act(c["start"] + 7, "correct", entry="L1", over={"registered_on": c["registered"]})
    s.act(c["start"] + 7, "cover", entry="L1", scheme=0)
    s.act(c["start"] + 10, "desk")
    s.entries["L1"]["covered"] = c["start"] + 7
    s.claim("L1", s.life() + 2)
    s.honest("L1")


STAFF = {"all": [{"clause": "staff", "text": "从业人员不超过 300 人", "fact": "borrower.employees", "op": "le", "value": 300},
                 {"clause": "good", "text": "未曾逾期", "fact": "loan.overdue_ever", "op": "eq", "value": False}]}


@story(2)
def honest_staff(s, dice):
    """What the conditions read is corrected within them, or wrongly and right again, before and after the default."""
    s.scheme(conditions=STAFF)
    c = s.credit(staff=dice.randint(10, 290))
    s.book("L1", lag=0)
    due = s.life()
    for day in (c["start"] + dice.randint(8, 30), due):
        wrong = s.act(day, "correct", entry="L1", over=dice.choice([
            {"employees": dice.randint(1, 300)}, {"purpose": "补充流动资金"}, {"employees": 3000}, {"employees": None}]))
        s.act(day + dice.randint(0, 1), "correct", wrong["group"], entry="L1", over={"employees": c["staff"]})
    s.claim("L1", due + 2)
    s.honest("L1")


@story(1)
def honest_paper(s, dice):
    """Cover that was granted on paper before the ledger knew of it: two persons of finance find the paper."""
    s.scheme()
    c = s.credit()
    day = s.book("L1", scheme=None, lag=15)
    s.act(day + 1, "cover", entry="L1", scheme=0, on=c["start"] + 1, paper=True)
    s.act(day + 3, "desk")
    s.entries["L1"]["paper"] = True
    s.claim("L1", s.life() + 2)
    s.back("L1", s.trigger_day("L1") + 60)
    s.honest("L1")


@story(2)
def honest_second_tranche(s, dice):
    """Two draws on one right, each its own contract: both are paid when a second person has cleared them."""
    s.scheme()
    a = s.credit("L1", rights=["R1"], amount=dice.randint(100, 900) * 1000000)
    s.credit("L2", start=a["start"] + dice.randint(20, 60), rights=["R1"], firm="L1", first_loan=False,
             amount=dice.randint(1000, 2000) * 1000000)
    for key in ("L1", "L2"):
        day = s.book(key, lag=0)
        s.entries[key]["cleared"] = ["RF29"]
        s.act(day + 6, "desk")
    s.act(s.credits["L2"]["start"] + 10, "cover", entry="L2", scheme=0)
    s.entries["L2"]["covered"] = s.credits["L2"]["start"] + 10
    s.act(s.credits["L2"]["start"] + 12, "desk")
    for key in ("L1", "L2"):
        s.claim(key, s.life(key) + 2)
    s.honest("L1", "L2")


@story(2)
def honest_written_off(s, dice):
    """Written off, and money that comes back afterwards, also after the claim was closed."""
    s.scheme(dice.choice(["zs", "cd-2008", "sz"]), trigger={"written_off": True})
    s.credit()
    s.book("L1")
    c = s.claim("L1", s.life() + 2)
    s.back("L1", c + 40, kind="recovered")
    s.act(c + 55, "close")
    s.back("L1", c + 90, kind="recovered", costs=[(dice.randint(1, 900), True)])
    s.honest("L1")


@story(1)
def honest_cure(s, dice):
    """The borrower pays all arrears after the fund has paid: the share goes back."""
    s.scheme(dice.choice(["zs", "cd-2008"]))
    c = s.credit()
    s.book("L1")
    day = c["start"] + 100
    c["default"] = day
    part = c["amount"] // 5
    s.event("L1", day, "overdue", principal=part)
    s.claim("L1", day + 92)
    cured = s.event("L1", day + 150, "repaid", lag=0, principal=part)
    s.act(day + 152, "step", entry="L1", name="cure", group=cured["group"])
    s.honest("L1")


@story(1)
def honest_advance(s, dice):
    """An advance on a part, then the final claim."""
    s.scheme("sh-precomp", loss_base="principal", recovery_order=None)
    s.credit()
    s.book("L1")
    due = s.life()
    owed = s.credits["L1"]["owed"]
    s.claim("L1", due + 1, desk=False, kind="pre_compensation", loss_principal=owed // 3)
    s.through(due + 1)
    s.claim("L1", due + 40, desk=False)
    s.through(due + 40)
    s.back("L1", due + 90)


@story(1)
def honest_returned(s, dice):
    """A claim that finance sends back for a paper and that comes again keeps its window."""
    s.scheme("zs", claim_window_days=10)
    s.credit()
    s.book("L1")
    due = s.life()
    s.act(due, "claim", entry="L1", told={}, sure=True)
    s.act(due + 1, "step", entry="L1", name="return", by="finance", more={"owner": "赵强", "due_on": due + 14})
    s.act(due + 12, "step", entry="L1", name="resubmit")
    s.act(due + 14, "desk", steps=3)
    s.honest("L1")


@story(1)
def honest_costs_before(s, dice):
    """Money that came back before the claim, with costs that were true."""
    s.scheme(dice.choice(["zs", "cd-2008", "sz"]))
    c = s.credit()
    s.book("L1", lag=0)
    c["default"], c["owed"] = c["start"] + 90, c["amount"]
    s.event("L1", c["default"], "overdue")
    c["graded"] = c["default"] + 20
    s.grade("L1", c["graded"])
    if "written_off" in s.body()["trigger"]:
        s.event("L1", c["graded"], "written_off")
    due = s.trigger_day("L1")
    part = c["owed"] // 3
    s.event("L1", due - 5, "repaid", lag=1, principal=part)
    c["owed"] -= part
    s.claim("L1", due + 2, true_costs=[(min(dice.randint(100, 90000), part), True)])
    s.honest("L1")


# ---- late ones, who get nothing or less though they mean no harm --------------------------------------------

@story(1)
def late_claim(s, dice):
    s.scheme("zs", claim_window_days=60)
    s.credit()
    s.book("L1")
    s.claim("L1", s.life() + 61 + dice.randint(1, 30), desk=False)
    s.through(stories_end(s))


@story(1)
def too_early(s, dice):
    """Claims day after day before the trigger; the first that holds is paid."""
    s.scheme(dice.choice(["zs", "cd-2008", "hk-2023"]))
    s.credit()
    s.book("L1")
    c = s.credits["L1"]
    c["default"], c["owed"] = c["start"] + 80, c["amount"]
    s.event("L1", c["default"], "overdue", lag=0)
    for before in (60, 89):
        s.claim("L1", c["default"] + before, desk=False)
    s.claim("L1", c["default"] + 90)
    s.honest("L1")


def stories_end(s):
    """A day after all that is planned so far."""
    return max(max([a["day"]] + a.get("told", []) if a["what"] == "event" else [a["day"]]) for a in s.acts) + 2


# ---- crooked banks: each tries to be paid more than its share of what it truly lost ---------------------------

@story(2)
def crook_settled(s, dice):
    """Claims a loan that was settled in full; tells it at once, between two steps, or long after it was paid."""
    s.scheme()
    s.credit()
    s.book("L1")
    due = s.life()
    settled = due - 5
    told = dice.choice([due - 5, due + 3, due + 5, due + 40, due + 200])
    s.acts = [a for a in s.acts if a["what"] != "event" or a["day"] <= settled]  # nothing falls due after it
    s.event("L1", settled, "settled", told=[told])
    s.claim("L1", due, desk=False)
    s.through(due)
    if told > due + 20 and dice.random() < 0.5:
        s.act(due + 15, "close")


@story(4)
def crook_twin(s, dice):
    """One credit twice: under another contract number, a fen less, another bank, a day later; both claimed."""
    s.scheme()
    c = s.credit()
    s.book("L1", lag=0)
    other = dice.choice(["BANK-1", "BANK-2"])
    over = {"amount": yuan(c["amount"] - dice.choice([0, 1, c["amount"] // 200]))}
    if dice.random() < 0.4:
        over["signed_on"] = c["signed"] - dice.choice([1, 3])
    day = dice.choice([c["start"] + 2, c["start"] + 60])
    when = dice.choice(["early", "after"])
    if when == "early":
        s.book("L1", "L1b", bank=other, day=day, **over)
    due = s.life()
    s.claim("L1", due + 2, desk=False)
    s.through(due + 2)
    if when == "after":
        s.book("L1", "L1b", bank=other, day=due + 20, **over)
        for a in [a for a in s.acts if a["what"] == "event"]:
            if a["kind"] != "disbursed":
                s.act(due + 26, "tell", a["group"], of="L1", kind=a["kind"], on=a["day"], more=a["more"], entries=["L1b"])
    s.claim("L1b", due + 30, desk=False)
    s.through(due + 30)


@story(2)
def crook_undrawn(s, dice):
    """A hundredth of the contract was drawn, or nothing; the whole is claimed."""
    s.scheme()
    c = s.credit()
    s.acts.clear()
    s.book("L1", lag=0, disbursed_on=None)
    if dice.random() < 0.6:
        s.event("L1", c["start"], "disbursed", lag=0, principal=c["amount"] // 100)
        c["default"], c["owed"] = c["start"] + 70, c["amount"] // 100
        s.go_bad("L1", c["default"])
        due = s.trigger_day("L1")
    else:
        due = c["start"] + 200
        s.lie("L1", c["start"] + 70, "overdue", c["start"] + 70)
        s.lie("L1", c["start"] + 80, "classified", c["start"] + 80, grade="loss")
    for told in ({"loss_principal": c["amount"]}, {}):
        s.claim("L1", due + 3, desk=False, **told)
    s.through(due + 4)


@story(3)
def crook_raise(s, dice):
    """Amount, rate, covered part or first day are corrected upwards once the loan is bad; finance confirms what it is shown."""
    s.scheme()
    c = s.credit()
    s.book("L1", lag=0)
    told_late = dice.random() < 0.5
    due = s.life()
    if told_late:  # the default is told after the correction
        for a in s.acts:
            if a["what"] == "event" and a["day"] >= c["default"]:
                a["told"] = [max(due, a["day"])]
    day = c["default"] + 1 if told_late else due
    over = dice.choice([{"amount": yuan(c["amount"] * 10)}, {"rate": "9.99"}, {"disbursed_on": c["signed"] - 0},
                        {"signed_on": c["signed"] - 300, "disbursed_on": c["signed"] - 300}, {"first_loan": True},
                        {"ip_amount": yuan(c["amount"])}])
    if "amount" in over and c["ip_amount"]:
        over["ip_amount"] = yuan(c["amount"] * 10)
    s.act(day, "correct", entry="L1", over=over)
    s.act(day + 1, "desk")
    s.claim("L1", max(due, day) + 3, desk=False)
    s.through(max(due, day) + 3)


@story(3)
def crook_hidden_payment(s, dice):
    """Borrower, guarantor or insurer paid; it is told between two steps, after payment, or after the claim was closed."""
    s.scheme()
    s.credit()
    s.book("L1")
    due = s.life()
    for _ in range(dice.randint(1, 3)):
        paid = dice.randint(s.credits["L1"]["graded"], due + 60)
        paid = max(paid, s.credits["L1"]["default"] + 31)  # what fell due by then is more than is left after it
        s.back("L1", paid, share=dice.randint(10, 60), lag=dice.choice([2, 20, 100, 300]), remit=False)
    s.claim("L1", due + 1, desk=False)
    s.through(due + 1)
    if dice.random() < 0.5:
        s.act(due + 70, "close")


@story(2)
def crook_costs(s, dice):
    """Costs invented with a recovery, as much as came back; and costs invented in the claim."""
    s.scheme(costs_max_share=dice.choice([None, "20.00"]))
    c = s.credit()
    s.book("L1")
    due = s.life()
    s.claim("L1", due + 1, desk=False, true_costs=[(c["amount"], False)])
    s.through(due + 1)
    for day in (30, 60):
        a = s.back("L1", due + day, share=30, lag=0)
        a["costs"] = [(a["more"]["principal"], False)]
        s.act(due + day + 3, "desk", group=a["group"])


@story(2)
def crook_kept_back(s, dice):
    """What came back is kept until the claim is closed, and told long after; nothing is remitted."""
    s.scheme()
    s.credit()
    s.book("L1")
    due = s.life()
    s.claim("L1", due + 1, desk=False)
    s.through(due + 1)
    s.act(due + 14, "close")
    for day in (20, 50):
        s.back("L1", due + day, share=40, lag=200, remit=False)
    s.act(due + 300, "close")


@story(2)
def crook_registered_late(s, dice):
    """Registered after the default, or never, with an earlier day told; or the credit entered anew with it."""
    s.scheme()
    c = s.credit()
    c["registered"] = None
    s.book("L1", lag=0, registered_on=None)
    due = s.life()
    day = c["default"] + 15
    if dice.random() < 0.5:
        c["registered"] = day
        s.act(day, "correct", entry="L1", over={"registered_on": c["start"]})
        s.act(day, "cover", entry="L1", scheme=0)
        claimed = "L1"
    else:
        s.book("L1", "L1b", day=day, registered_on=c["start"])
        claimed = "L1b"
    s.act(day + 3, "desk")
    s.claim(claimed, due + 5, desk=False)
    s.claim("L1", due + 5, desk=False)
    s.through(due + 5)


@story(2)
def crook_no_cover(s, dice):
    """A scheme that was never asked, or after the default, or with a day of before it and a paper that nobody has."""
    s.scheme()
    c = s.credit()
    s.book("L1", lag=0, scheme=None)
    due = s.life()
    how = dice.choice(["never", "after", "invented"])
    if how == "after":
        told = dice.random() < 0.5
        for a in s.acts:
            if not told and a["what"] == "event" and a["day"] >= c["default"]:
                a["told"] = [max(due - 1, a["day"])]
        s.act(c["default"] + 11, "cover", entry="L1", scheme=0)
        s.act(c["default"] + 12, "desk")
    elif how == "invented":
        s.act(c["default"] + 11, "cover", entry="L1", scheme=0, on=c["start"])
        s.act(c["default"] + 12, "desk")
    s.claim("L1", due + 5, desk=False)
    s.through(due + 5)


@story(1)
def crook_backdates(s, dice):
    """A claim after its window, with days of the past."""
    s.scheme("cd-2008", claim_window_days=30)
    s.credit()
    s.book("L1")
    due = s.life()
    s.claim("L1", due + 65, desk=False, on=due + 3)
    s.claim("L1", due + 65, desk=False, received_on=due + 3, evidence="收文")
    s.claim("L1", due + 66, desk=False, received_on=due + 3)
    s.through(due + 66)


@story(2)
def crook_two_schemes(s, dice):
    """One loan, two schemes: paid by the first, moved to the second."""
    s.scheme()
    s.scheme(excludes=[0] if dice.random() < 0.5 else None)
    c = s.credit()
    s.book("L1", lag=0)
    due = s.life()
    order = dice.random() < 0.5
    if order:
        s.claim("L1", due + 1, desk=False)
        s.through(due + 1)
        s.act(due + 12, "close")
    s.act(due + 14, "endcover", entry="L1")
    s.act(due + 15, "correct", entry="L1", over={"scheme": "%1"})
    s.act(due + 15, "cover", entry="L1", scheme=1)
    s.act(due + 15, "cover", entry="L1", scheme=1, on=c["start"])
    s.act(due + 17, "desk")
    s.claim("L1", due + 20, desk=False)
    s.through(due + 20)


@story(1)
def crook_moves_before_default(s, dice):
    """The loan is moved to a second scheme before its default: one of them pays, not both."""
    s.scheme()
    s.scheme()
    c = s.credit()
    s.book("L1", lag=0)
    s.act(c["start"] + 8, "endcover", entry="L1")
    s.act(c["start"] + 9, "cover", entry="L1", scheme=1)
    s.act(c["start"] + 11, "desk")
    due = max(s.life(), s.credits["L1"]["graded"] + 62)
    for day in (due + 2, due + 30):
        s.claim("L1", day, desk=False)
        s.through(day)


@story(1)
def crook_default_first(s, dice):
    """Already in arrears when it was entered and covered; the arrears are told afterwards, with their true day."""
    s.scheme()
    c = s.credit()
    c["default"], c["owed"] = c["start"] + 40, c["amount"]
    s.go_bad("L1", c["default"])
    booked = c["default"] + 10
    s.book("L1", day=booked)
    for a in s.acts:
        if a["what"] == "event" and a["kind"] != "disbursed":
            a["told"] = [max(booked + 8, a["day"])]
    s.claim("L1", s.trigger_day("L1") + 10, desk=False)
    s.through(s.trigger_day("L1") + 10)


@story(1)
def crook_after_term(s, dice):
    """The term ended unpaid, of which nothing was told; covered then, graded bad, and claimed."""
    s.scheme(dice.choice(["sz", "gz-2023", "sh-credit", "sh-deposit"]), file_within_days=None, claim_window_days=None,
             confirmation=dice.choice(["automatic", "finance"]))
    c = s.credit(start=30, matures=dice.randint(90, 150))
    late = c["matures"] + dice.choice([1, 1, 10])
    s.book("L1", day=late)
    c["default"], c["owed"] = late + 1, c["amount"]
    if dice.random() < 0.5:  # extended, it says, and takes it back once there is cover
        s.lie("L1", late, "extended", c["matures"], taken_back=late + 2, matures_on=c["matures"] + 400)
        s.act(late, "cover", entry="L1", scheme=0)
        s.act(late + 1, "desk")
    c["graded"] = late + 2
    s.grade("L1", c["graded"])
    due = s.trigger_day("L1") + 5
    s.claim("L1", due, desk=False)
    s.through(due)


@story(2)
def crook_split(s, dice):
    """A large loan in pieces below the cap of a loan: the cap of the firm holds them together."""
    caps = {"cap_per_loan": "500000.00", "cap_per_enterprise": "1200000.00"}
    s.scheme(dice.choice(["sz", "cd-2008", "zs"]), recovery_order=None, **caps)
    for n in range(4):
        key = "L%d" % (n + 1)
        s.credit(key, start=20 + 20 * n, amount=(dice.randint(900, 1100) + 150 * n) * 100000, firm="L1", rights=["R%d" % n],
                 first_loan=False, ip_amount=None)
        s.book(key, lag=0)
        s.entries[key]["cleared"] = ["RF29"]
        s.act(s.credits[key]["start"] + 6, "desk")
        s.claim(key, s.life(key) + 3, desk=False)
        s.through(s.trigger_day(key) + 3)


@story(1)
def crook_cured(s, dice):
    """Arrears of interest that were paid, or an instalment: no default, but claimed as one."""
    s.scheme(dice.choice(["zs", "cd-2008", "hk-2023"]))
    c = s.credit()
    s.book("L1")
    day = c["start"] + 60
    part = max(c["amount"] // 5000, 1)
    kind = dice.choice(["principal", "interest"])
    s.event("L1", day, "overdue", lag=0, **{kind: part})
    s.event("L1", day + 7, "repaid", told=[day + dice.choice([7, 95, 100])], **{kind: part})
    s.claim("L1", day + 93, desk=False)
    s.through(day + 93)


@story(2)
def crook_graded(s, dice):
    """Nothing is in arrears, or its term was extended; its bank calls it bad and claims the whole balance."""
    s.scheme(dice.choice(["gz-2023", "sh-credit", "sh-deposit", "sz"]))
    c = s.credit(matures=dice.choice([700, 220]))
    s.book("L1", lag=0)
    c["default"], c["owed"] = c["start"] + 60, c["amount"]
    s.grade("L1", c["default"], dice.choice(["substandard", "loss"]))
    if c["matures"] == 220:
        s.event("L1", 219, "extended", lag=0, matures_on=700)
    s.claim("L1", max(c["default"], 220) + 70, desk=False)
    s.through(max(c["default"], 220) + 70)


@story(1)
def crook_released(s, dice):
    """The pledge was released before the default, or after it to please the firm."""
    s.scheme()
    c = s.credit()
    s.book("L1", lag=0)
    due = s.life()
    s.act(dice.choice([c["default"] - 5, due]), "released", of="L1")
    s.claim("L1", due + 3, desk=False)
    s.through(due + 3)


@story(1)
def crook_redraw(s, dice):
    """A loan that was nearly repaid is called a line, what was repaid is told as drawn again, and all of it is claimed."""
    s.scheme(dice.choice(["zs", "cd-2008", "sz"]), recovery_order=None)
    c = s.credit(matures=900)
    s.book("L1", lag=0)
    s.entries["L1"]["untrue"] = True  # finance finds no such line
    s.lie("L1", c["start"], "disbursed", c["start"], principal=c["amount"])
    day = c["start"] + dice.randint(20, 60)
    part = c["amount"] * dice.randint(70, 99) // 100
    s.event("L1", day, "repaid", lag=0, principal=part)
    s.act(day + 2, "correct", entry="L1", over={"revolving": True})
    s.act(day + 3, "desk")
    s.lie("L1", day + 4, "disbursed", day + 4, principal=part)
    c["default"], c["owed"] = day + dice.randint(20, 60), c["amount"] - part
    s.go_bad("L1", c["default"])
    due = s.trigger_day("L1") + 2
    s.claim("L1", due, desk=False)
    s.through(due)
    s.event("L1", due + 30, "repaid", lag=0, principal=c["owed"] // 2)
    s.lie("L1", due + 40, "repaid", due + 40, principal=part // 2)


@story(2)
def crook_conditions(s, dice):
    """What the scheme does not take: guaranteed, little of it secured by IP, too dear, filed late."""
    how = dice.choice(["guaranteed", "ip_share", "rate", "late"])
    if how == "guaranteed":
        s.scheme("sh-credit")
        s.credit(guaranteed=True)
    elif how == "ip_share":
        s.scheme("wh-2024")
        c = s.credit()
        c["ip_amount"] = c["amount"] * 49 // 100
    elif how == "rate":
        s.scheme("zs", rate_ceiling={"lpr_spread": "0.50"})
        s.credit(rate="7.50", most_rate="4.30")
    else:
        s.scheme("zs", file_within_days=15)
        s.credit()
    s.book("L1", lag=25)
    s.claim("L1", s.life() + 3, desk=False)
    s.through(stories_end(s))


@story(2)
def crook_staff(s, dice):
    """A firm far beyond the conditions is told as a small one, and as what it is once there is cover: at any time before pay."""
    s.scheme(conditions=STAFF)
    c = s.credit(staff=dice.randint(301, 9000))
    s.book("L1", lag=0, employees=dice.randint(1, 300))
    due = s.life()
    day = dice.choice([c["start"] + 10, c["default"] + 1, due, due + 3])
    over = {"employees": c["staff"]}
    if dice.random() < 0.3:  # beside what finance confirms
        over["rate"] = "%.2f" % (float(c["rate"]) + 0.05)
    s.act(day, "correct", entry="L1", over=over)
    s.act(day, "desk")
    s.claim("L1", due + 3, desk=False)
    s.through(due + 3)


@story(2)
def crook_breaker(s, dice):
    """Most of what a bank has covered is bad; a large good loan is recorded afterwards to water that down."""
    s.scheme("cd-2008", npl_breaker="40.00", recovery_order=None)
    due = 0
    for n in range(3):
        key = "L%d" % (n + 1)
        s.credit(key, start=20 + 5 * n, amount=dice.randint(900, 1100) * 1000000, matures=900, ip_amount=None)
        s.book(key, lag=0)
        if n < 2:
            c = s.credits[key]
            c["default"], c["owed"] = 150 + n, c["amount"]
            s.event(key, 150 + n, "overdue", lag=0)
            due = 150 + n + 92
        s.entries[key]["barred"] = "breaker"
    s.credit("L9", start=due, amount=90000000000, matures=900, ip_amount=None)
    s.book("L9", lag=0)
    for key in ("L1", "L2"):
        s.claim(key, due + 10, desk=False)
    s.through(due + 10)


@story(1)
def crook_void(s, dice):
    """Half of what a bank has covered is bad; it voids one of the bad loans and claims for the other."""
    s.scheme("cd-2008", npl_breaker="40.00", recovery_order=None)
    for n in range(4):
        key = "L%d" % (n + 1)
        c = s.credit(key, start=20 + 5 * n, amount=dice.randint(900, 1100) * 1000000, matures=900, ip_amount=None)
        s.book(key, lag=0)
        if n < 2:
            c["default"], c["owed"] = 150 + n, c["amount"]
            s.event(key, 150 + n, "overdue", lag=0)
        s.entries[key]["barred"] = "breaker"
    s.act(dice.randint(160, 250), "void", entry="L1")
    s.claim("L2", 255, desk=False)
    s.through(255)


@story(2)
def limits(s, dice):
    """Several honest claims on a fund of which the limit of a year, or its money, is soon used up."""
    how = dice.choice(["cap_fund_year", "cap_bank_year", "pool"])
    if how == "pool":
        s.scheme("hk-2023", money=70000000, leverage_limit=None, recovery_order=None)
    else:
        s.scheme(dice.choice(["sz", "zs"]), recovery_order=None, **{how: "700000.00"})
    for n in range(3):
        key = "L%d" % (n + 1)
        s.credit(key, start=15 + 4 * n, amount=dice.randint(700, 1200) * 100000)
        s.book(key, lag=0)
        s.claim(key, s.life(key) + 3)
        s.honest(key)


@story(1)
def crook_twice(s, dice):
    """Everything sent twice: the claim under two references, an advance that the scheme does not know, a cure and again."""
    s.scheme(dice.choice(["zs", "cd-2008"]))
    s.credit()
    s.book("L1", twice=True)
    due = s.life()
    s.claim("L1", due + 1, desk=False, kind="pre_compensation")
    for day in (1, 1, 2, 14):
        s.claim("L1", due + day, desk=False)
    s.through(due + 2)
    s.through(due + 14)
    s.act(due + 30, "step", entry="L1", name="cure")
    s.claim("L1", due + 31, desk=False)
    s.through(due + 31)
    s.claim("L1", due + 60, desk=False)
    s.through(due + 60)


@story(1)
def late_word_bank_first(s, dice):
    """Where the bank is served first, a repayment that is told only after payment goes to it and not into a smaller loss."""
    s.scheme("zs", loss_base="principal", claim_window_days=None, recovery_order="bank_first")
    c = s.credit(amount=300000000, ip_amount=None)
    s.book("L1", lag=0)
    c["default"] = c["start"] + 60
    s.event("L1", c["default"], "overdue", lag=0)
    s.event("L1", c["default"] + 50, "repaid", told=[c["default"] + 120], principal=100000000)
    s.claim("L1", c["default"] + 91, desk=False)
    s.act(c["default"] + 93, "desk", steps=3)


# ---- guarantors, layers, several funds, limits of cover -------------------------------------------------------------

TWO_CLAIM = [{"party": "fund", "share": "50.00"}, {"party": "bank", "share": "50.00"},
             {"party": "fund", "share": "20.00", "claimant": "guarantor"},
             {"party": "guarantor", "share": "80.00", "claimant": "guarantor"}]


def guarantors(s, **over):
    s.scheme("ah", layers=TWO_CLAIM, claimants=["bank", "guarantor"], public_max_share=None, uplifts=None, loss_base="principal",
             **over)
    return s.credit(guaranteed=True)


@story(2)
def honest_guarantor(s, dice):
    """The guarantor pays a part after the default and claims it; the bank claims what it is still owed."""
    guarantors(s, claim_window_days=dice.choice([None, 120]))
    s.book("L1", lag=0)
    c = s.credits["L1"]
    c["default"], c["owed"] = c["start"] + dice.randint(40, 120), c["amount"]
    s.event("L1", c["default"], "overdue")
    paid = c["default"] + dice.randint(20, 90)
    s.back("L1", paid, share=dice.randint(20, 70), payer="guarantor", lag=0, remit=False)
    for n, who in enumerate(dice.sample(["bank", "guarantor"], 2)):
        s.claim("L1", c["default"] + 92 + 12 * n, who=who)
    s.honest("L1")


@story(2)
def honest_guarantor_instalments(s, dice):
    """The guarantor pays in instalments and claims each when it has paid it."""
    guarantors(s, claim_window_days=dice.choice([None, 40]))
    s.book("L1", lag=0)
    c = s.credits["L1"]
    c["default"], c["owed"] = c["start"] + dice.randint(40, 120), c["amount"]
    s.event("L1", c["default"], "overdue")
    day = c["default"] + 20
    for _ in range(dice.randint(2, 3)):
        s.back("L1", day, share=dice.randint(10, 30), payer="guarantor", lag=0, remit=False)
        s.claim("L1", day + dice.randint(1, 12), who="guarantor")
        day += dice.randint(45, 70)
    s.honest("L1")


@story(2)
def honest_line_twice(s, dice):
    """A line fails, all of it comes back, it is drawn again and fails again: each loss is claimed."""
    how = dice.choice(["recover", "cure"])
    s.scheme(dice.choice(["zs", "cd-2008"]), claim_window_days=dice.choice([None, 60]),
             **({"loss_base": "principal"} if how == "recover" else {}))
    c = s.credit(revolving=True)
    c["matures"] = c["start"] + 900
    s.acts.clear()
    s.book("L1", lag=0, disbursed_on=None)
    s.event("L1", c["start"], "disbursed", lag=0, principal=c["amount"])
    c["default"], c["owed"] = c["start"] + dice.randint(40, 120), c["amount"]
    day = c["default"]
    s.event("L1", day, "overdue", lag=0, principal=c["amount"])
    s.claim("L1", day + 91)
    if how == "recover":
        s.back("L1", day + 120, share=100, payer="borrower", lag=0)
    else:
        cured = s.event("L1", day + 120, "repaid", lag=0, principal=c["amount"])
        s.act(day + 122, "step", entry="L1", name="cure", group=cured["group"])
    s.act(day + 125, "close")
    again = c["owed"] = c["amount"] * dice.randint(20, 100) // 100
    s.event("L1", day + 140, "disbursed", lag=0, principal=again)
    s.event("L1", day + 170, "overdue", lag=0, principal=again)
    last = s.claim("L1", day + 170 + 91)
    for n in range(dice.randint(0, 2)):
        s.back("L1", last + 20 + 10 * n)
    s.honest("L1")


@story(3)
def crook_again(s, dice):
    """Claims again what was claimed: as another kind, on other days, after a part of it or more than the account shows came
    back, in pieces."""
    how = dice.choice(["kinds", "off", "shown", "pieces"])
    s.scheme(dice.choice(["zs", "cd-2008", "sz"]), pre_compensation=True,
             recovery_order=dice.choice([None, "fund_first", "bank_first"]))
    s.credit()
    s.book("L1", lag=0)
    due = s.life()
    c = s.credits["L1"]
    s.claim("L1", due + 1, desk=False, **({"loss_principal": max(c["owed"] // 3, 1)} if how == "pieces" else {}))
    s.through(due + 1)
    if how == "off":
        a = s.back("L1", due + 14, share=dice.randint(10, 60), payer="borrower", remit=False)
        a["told"] = []  # remitted, but no event ever tells of it
        s.act(due + 14, "step", entry="L1", name="recover", more={"amount": yuan(a["more"]["principal"])})
    elif how == "shown":
        s.back("L1", due + 14, share=dice.randint(10, 60), payer="borrower", lag=0)
    for n in range(4):
        day = due + 20 + 12 * n
        s.claim("L1", day, desk=False, kind=dice.choice(["compensation", "pre_compensation"]))
        s.through(day)


@story(2)
def crook_told(s, dice):
    """Tells that money came back, or that the loan is good again, pays nothing in, and claims anew upon it."""
    how = dice.choice(["recover", "cure"])
    s.scheme(dice.choice(["zs", "cd-2008"]), loss_base="principal")
    c = s.credit()
    c["matures"] = c["start"] + 900
    s.book("L1", lag=0)
    c["default"], c["owed"] = c["start"] + dice.randint(40, 120), c["amount"]
    day, part = c["default"], c["amount"] // 5
    s.event("L1", day, "overdue", lag=0, principal=part)
    s.claim("L1", day + 91, desk=False)
    s.through(day + 91)
    if how == "cure":
        s.event("L1", day + 115, "repaid", lag=0, principal=part)
        s.act(day + 117, "step", entry="L1", name="cure", money=False)
        s.event("L1", day + 140, "overdue", lag=0, principal=part)
    else:
        s.act(day + 117, "step", entry="L1", name="recover", money=False, more={"amount": yuan(c["amount"] // 2)})
    for later in (118, 140 + 91, 140 + 110):
        s.claim("L1", day + later, desk=False)
        s.through(day + later)


@story(2)
def crook_guarantor(s, dice):
    """A guarantor claims twice, before the trigger, what the borrower paid, what was taken back, is told anew or long past."""
    how = dice.choice(["twice", "borrower", "taken_back", "late", "early", "anew"])
    guarantors(s, claim_window_days=60 if how == "late" else None)
    s.book("L1", lag=0)
    due = s.life()
    c = s.credits["L1"]
    paid = max(c["default"] + 31, due - 20)
    principal = c["owed"] * dice.randint(20, 60) // 100
    if how in ("borrower", "taken_back", "anew"):
        taken_back = max(due, paid) + {"borrower": 4, "anew": 14, "taken_back": 60}[how]
        s.lie("L1", paid, "repaid", paid, taken_back=taken_back, principal=principal, payer="guarantor")
        if how != "taken_back":
            s.event("L1", paid, "repaid", told=[taken_back + 1], principal=principal,
                    **({"payer": "guarantor"} if how == "anew" else {}))
    else:
        s.back("L1", paid, share=30, payer="guarantor", lag=0, remit=False)
    if how == "late":
        s.back("L1", max(due, paid) + 70, share=1, payer="guarantor", lag=0, remit=False)
    first = c["default"] + 33 if how == "early" else max(due, paid) + (75 if how == "late" else 1)
    for day in (first, first + 1, first + 20):
        s.claim("L1", day, desk=False, who="guarantor")
        s.through(day)


@story(2)
def honest_layers(s, dice):
    """A deductible and a cap of the fund's layer, a floor of the insurer's; money comes back over all of them."""
    fund = {"party": "fund", "share": "80.00", "deductible": yuan(dice.randint(1, 3000) * 10000)}
    if dice.random() < 0.5:
        fund["cap"] = yuan(dice.randint(30, 600) * 1000000)
    insurer = {"party": "insurer", "share": "10.00", "floor": yuan(dice.randint(1, 3000) * 1000000)}
    s.scheme("cd-2008", layers=[fund, insurer, {"party": "bank", "share": "10.00"}])
    s.credit(amount=dice.randint(100, 3000) * 1000000)
    s.book("L1")
    due = s.life()
    c = s.claim("L1", due + 2)
    for n in range(dice.randint(0, 3)):
        s.back("L1", c + 25 + 10 * n)
    s.honest("L1")


@story(1)
def floor_of_a_layer(s, dice):
    """A loss at the floor of the fund's layer is paid in full, one a fen below it not at all."""
    amount, at = dice.randint(100, 3000) * 1000000, dice.random() < 0.5
    s.scheme("cd-2008", loss_base="principal", layers=[
        {"party": "fund", "share": "80.00", "floor": yuan(amount + (0 if at else 1))}, {"party": "bank", "share": "20.00"}])
    c = s.credit(amount=amount, ip_amount=None)
    s.book("L1", lag=0)
    c["default"], c["owed"] = c["start"] + 60, amount
    s.event("L1", c["default"], "overdue", lag=0)
    s.grade("L1", c["default"] + 1)
    s.claim("L1", c["default"] + 92, desk=at)
    s.through(c["default"] + 92)
    s.honest("L1")


@story(2)
def honest_two_funds(s, dice):
    """The city's fund bears a layer of the district's scheme, each from its own account."""
    layers = [{"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
              {"party": "fund", "share": "30.00", "account": "%1"}]
    dice.shuffle(layers)
    s.scheme("cd-2008", layers=layers)
    s.scheme("cd-2008")
    s.credit()
    s.book("L1")
    c = s.claim("L1", s.life() + 2)
    for n in range(dice.randint(0, 3)):
        s.back("L1", c + 25 + 10 * n)
    s.honest("L1")


@story(1)
def crook_two_funds(s, dice):
    """What came back is kept from both funds; or one loan is claimed again of the other fund's own scheme."""
    layers = [{"party": "fund", "share": "50.00"}, {"party": "bank", "share": "20.00"},
              {"party": "fund", "share": "30.00", "account": "%1"}]
    s.scheme("cd-2008", layers=layers)
    s.scheme("cd-2008")
    s.credit()
    s.book("L1")
    due = s.life()
    s.claim("L1", due + 1, desk=False)
    s.through(due + 1)
    s.back("L1", due + 30, share=40, lag=dice.choice([0, 60]), remit=False)
    s.act(due + 32, "endcover", entry="L1")
    s.act(due + 33, "cover", entry="L1", scheme=1)
    s.act(due + 34, "desk")
    s.claim("L1", due + 40, desk=False)
    s.through(due + 40)


@story(2)
def crook_paused(s, dice):
    """Most of what a bank has covered is bad: what it books afterwards is not covered, whatever it calls it."""
    pause = dice.choice([{"npl_ratio": "40.00"}, {"amount": "5000000.00"}])
    s.scheme("zs", pause=pause, recovery_order=None)
    for n in range(2):
        key = "L%d" % (n + 1)
        s.credit(key, start=20 + 5 * n, amount=dice.randint(900, 1100) * 1000000, matures=900, ip_amount=None)
        s.book(key, lag=0)
    c = s.credits["L1"]
    c["default"], c["owed"] = 120, c["amount"]
    s.event("L1", 120, "overdue", lag=0)
    s.claim("L1", 120 + 92, desk=True)
    s.honest("L1")
    s.credit("L3", start=215, amount=dice.randint(500, 900) * 1000000, matures=900, ip_amount=None)
    s.book("L3", lag=0)
    s.act(230, "cover", entry="L3", scheme=0)
    s.act(232, "desk")
    s.entries["L3"]["barred"] = "paused"
    c = s.credits["L3"]
    c["default"], c["owed"] = 300, c["amount"]
    s.event("L3", 300, "overdue", lag=0)
    s.claim("L3", 395, desk=False)
    s.through(395)


@story(2)
def crook_leverage(s, dice):
    """The fund answers for twice what was given to it, in the order of recording: who comes later has no room, whatever he
    asks for; who came first keeps his."""
    s.scheme("hk-2023", money=1000000000, leverage_limit=2, pool_balance_limits_liability=None, recovery_order=None)
    for n, amount in enumerate((800, 900, dice.randint(301, 900))):
        key = "L%d" % (n + 1)
        s.credit(key, start=20 + 3 * n, amount=amount * 1000000, ip_amount=None)
        s.book(key, lag=0, bank="BANK-%d" % (n % 2 + 1))
    s.act(60, "cover", entry="L3", scheme=0)
    s.act(62, "desk")
    s.entries["L3"]["barred"] = "leverage"
    for key in ("L1", "L2", "L3"):
        s.claim(key, s.life(key) + 3, desk=key != "L3")
        s.through(s.trigger_day(key) + 3)
    s.honest("L1", "L2")
