"""Histories drawn from a seed: what happens to firms and their loans, and what banks tell of it.

A history is data: schemes, credits, and acts in groups. An act of the world (`event`) carries the days on which it is told,
so that cutting a group out of a history never makes an honest bank a liar. Days are counted from the first of the batch.
"""
import json
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMES = os.path.join(HERE, "..", "data", "schemes")
LAST = 1060  # the day on which everything that was kept back has been told


def scheme_file(name):
    with open(os.path.join(SCHEMES, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def yuan(n):
    return "%d.%02d" % divmod(n, 100)


class Story:
    def __init__(self, name, seed):
        self.name, self.seed, self.dice = name, seed, random.Random("%s %s" % (name, seed))
        self.schemes, self.credits, self.entries, self.acts, self.groups = [], {}, {}, [], 0

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
        a = dict(more, day=day, what=what, group=group, n=len(self.acts))
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
        amount = dice.choice([dice.randint(30, 3000) * 1000000, dice.randint(30000000, 3000000000)])
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

    def claim(self, entry, day, desk=True, **told):
        self.act(day, "claim", entry=entry, told=told, sure=desk)
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


def story(weight):
    def keep(f):
        STORIES[f.__name__] = (weight, f)
        return f
    return keep


def draw(name, seed):
    s = Story(name, seed)
    STORIES[name][1](s, s.dice)
    s.acts.sort(key=lambda a: (a["day"], a["n"]))
    return s


def draws(count, seed):
    """The histories of a seed: every kind in turn by its weight, so that few already show all."""
    names = [name for name, (weight, _) in STORIES.items() for _ in range(weight)]
    dice = random.Random(seed)
    order = []
    while len(order) < count:
        dice.shuffle(names)
        order += sorted(STORIES) + names if not order else names
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
