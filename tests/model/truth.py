"""What truly happened to a credit, and what a fund owes for it: worked with fractions from the scheme's text alone.

Nothing here asks the daemon. A credit's events are those of the world (drawn, paid, fallen due), whoever told of them, when
and how; its account is account.py's. A claim is known by its days only: of receipt and of payment.
"""
import calendar
import datetime
from fractions import Fraction

from account import Account, fen, half_up

NEVER = datetime.date.max
BAD = ("substandard", "doubtful", "loss")
GRADES = ("normal", "special_mention") + BAD


def share_of(text):
    return Fraction(text) / 100


def months_later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def largest_remainder(loss, shares):
    exact = [loss * s for s in shares]
    parts = [int(x) for x in exact]
    odd = loss - sum(parts)
    for i in sorted(range(len(shares)), key=lambda i: (parts[i] - exact[i], i))[:odd]:
        parts[i] += 1
    return parts


class Credit:
    """contract: amount, rate, signed_on, matures_on, registered_on, ip_amount, first_loan, guaranteed (as they truly are)."""

    def __init__(self, contract, events, released=None):
        self.contract, self.events, self.released = contract, sorted(events, key=lambda e: e["on"]), released

    def upto(self, day):
        members = ("amount", "rate", "signed_on", "matures_on", "revolving", "day_count")
        known = {k: v for k, v in self.contract.items() if k in members}
        return Account(known, [e for e in self.events if e["on"] <= str(day)])

    def bad_since(self, day):
        """Since when, without a break, the bank's grade was bad; a write-off is."""
        since = None
        for e in self.events:
            if e["on"] > str(day):
                break
            if e["kind"] == "written_off" or e["kind"] == "classified" and e["grade"] in BAD:
                since = since or datetime.date.fromisoformat(e["on"])
            elif e["kind"] in ("settled", "transferred") or e["kind"] == "classified":
                since = None
        return since

    def due_since(self, day):
        v = self.upto(day).view(day)
        is_due = v.days_overdue or v.arrears_principal or v.arrears_interest
        return day - datetime.timedelta(days=v.days_overdue) if is_due else None

    def default(self, day):
        """The day on which the credit went bad, as seen on a day; None: it is not bad."""
        return min((d for d in (self.due_since(day), self.bad_since(day), self.unpaid_since(day)) if d), default=None)

    def unpaid_since(self, day):
        """Its term, as extended, has ended and something is owed."""
        ended = self.upto(day).matures
        return ended + datetime.timedelta(days=1) if ended < day and self.owed(day) else None

    def owed(self, day):
        return self.upto(day).view(day).outstanding

    def drawn_on(self):
        return min((datetime.date.fromisoformat(e["on"]) for e in self.events if e["kind"] == "disbursed"), default=None)

    def first_default(self, day):
        return next((datetime.date.fromisoformat(e["on"]) for e in self.events if e["on"] <= str(day) and (
            e["kind"] in ("overdue", "written_off") or e.get("grade") in BAD)), None)

    def payments_by(self, who, since, until):
        return [e for e in self.events if e.get("payer") == who and e["kind"] in ("repaid", "recovered", "settled")
                and str(since) <= e["on"] <= str(until)]

    def paid_by(self, who, since, until):
        """Principal that somebody else than the borrower paid."""
        return sum(fen(e.get("principal", "0")) for e in self.payments_by(who, since, until))

    def last_paid_by(self, who, since, until):
        return max((datetime.date.fromisoformat(e["on"]) for e in self.payments_by(who, since, until)), default=None)

    def came_back(self, after):
        """Principal that anybody paid after a day."""
        a, b = self.upto(after), self.upto(NEVER)
        return (b.drawn - b.balance) - (a.drawn - a.balance)


class Scheme:
    """who: the one that claims, in whose layers the loss is shared; a layer may be another fund's, its `account`."""

    def __init__(self, body, who="bank"):
        self.body, self.who = body, who
        self.layers = [y for y in body["layers"] if y.get("claimant", "bank") == who]
        self.parties = [y["party"] for y in self.layers]

    def fund_at(self):
        return next(i for i, y in enumerate(self.layers) if y["party"] == "fund" and "account" not in y)

    def funds(self):
        """The layers of public money: (whose account, None: the scheme's own; its place)."""
        return [(y.get("account"), i) for i, y in enumerate(self.layers) if y["party"] == "fund"]

    def shares(self, credit):
        shares = [share_of(y["share"]) for y in self.layers]
        if self.who != "bank":
            return shares
        raised = share_of(self.body.get("first_loan_uplift", "0")) if credit.contract.get("first_loan") else Fraction(0)
        raised += sum((share_of(u["share"]) for u in self.body.get("uplifts", ())), Fraction(0))  # of AH: any right raises it
        bank = self.parties.index("bank")
        raised = min(raised, shares[bank])
        shares[self.fund_at()] += raised
        shares[bank] -= raised
        return shares

    def reached(self, credit, day):
        """The day on which the last condition of the trigger came true, as seen on a day; None: one does not hold."""
        rule, days = self.body["trigger"], []
        due, bad = credit.due_since(day), credit.bad_since(day)
        days.append(self.lost_since(credit, day))
        if "days_overdue" in rule:
            days.append(due and due + datetime.timedelta(days=rule["days_overdue"]))
        if "min_grade" in rule:
            grade = credit.upto(day).view(day).grade
            good = GRADES.index(grade) < GRADES.index(rule["min_grade"]) and not self.written_off(credit, day)
            days.append(None if good else bad)
        if "non_performing_months" in rule:
            days.append(bad and months_later(bad, rule["non_performing_months"]))
        if rule.get("written_off"):
            days.append(self.written_off(credit, day))
        return None if None in days or max(days) > day else max(days)

    def lost_since(self, credit, day):
        """A loan that is current or was extended is not a loss, whatever its bank calls it: since when something is in arrears,
        the term has ended or it is written off."""
        ended = credit.upto(day).matures
        days = (credit.due_since(day), self.written_off(credit, day), ended + datetime.timedelta(days=1) if ended < day else None)
        return min((d for d in days if d), default=None)

    def default_of(self, credit, day):
        """A guarantor is called upon by a default, whatever became of it since by its payment."""
        return credit.default(day) or (credit.first_default(day) if self.who == "guarantor" else None)

    def written_off(self, credit, day):
        return next((datetime.date.fromisoformat(e["on"]) for e in credit.events
                     if e["kind"] == "written_off" and e["on"] <= str(day)), None)

    def part(self, credit):
        """The covered part: what is secured by IP, unless nothing is said."""
        whole = fen(credit.contract["amount"])
        return Fraction(min(fen(credit.contract.get("ip_amount") or credit.contract["amount"]), whole), whole)

    def why_not(self, credit, covered, received, paid):
        """Why a claim is owed nothing, in one word; None: it is owed its share. covered: the day on which its cover began."""
        b, c = self.body, credit.contract
        default = self.default_of(credit, received)
        reached = self.reached(credit, received)
        if covered is None or default is None or default < covered:
            return "cover"
        if c.get("registered_on") is None or c["registered_on"] > str(default):
            return "registration"
        if credit.released and credit.released <= (default if self.who == "guarantor" else paid):
            return "release"
        if self.who == "guarantor":
            reached = credit.last_paid_by("guarantor", default, received)
        elif self.reached(credit, paid) is None:
            reached = None
        if reached is None:
            return "trigger"
        if "claim_window_days" in b and received > reached + datetime.timedelta(days=b["claim_window_days"]):
            return "window"
        if b.get("excludes_guaranteed") and c.get("guaranteed"):
            return "guaranteed"
        if fen(c.get("ip_amount") or c["amount"]) < fen(c["amount"]) * share_of(b.get("ip_share_min", "0")):
            return "ip_share"
        if "file_within_days" in b and covered > credit.drawn_on() + datetime.timedelta(days=b["file_within_days"]):
            return "filed"
        if "most_rate" in c and Fraction(c["rate"]) > Fraction(c["most_rate"]):
            return "rate"
        if c.get("staff", 0) > self.most_staff():
            return "staff"
        return None

    def most_staff(self):
        """Of the firms that its conditions take."""
        clauses = self.body.get("conditions", {}).get("all", ())
        return min((x["value"] for x in clauses if x["fact"] == "borrower.employees"), default=float("inf"))

    def guaranteed(self, credit, received, paid):
        """The payments of a guarantor that a claim is for: since the default, within the window."""
        since = self.default_of(credit, received) or NEVER
        if "claim_window_days" in self.body:
            since = max(since, received - datetime.timedelta(days=self.body["claim_window_days"]))
        return credit.payments_by("guarantor", since, paid)

    def loss(self, credit, received, paid, costs=0, before=()):
        """Of the whole credit when it was paid: principal, interest up to the receipt where it counts, costs that were true; of
        a guarantor what it paid. before: days of its claims that were paid earlier; each payment is lost once."""
        if self.who == "guarantor":
            lost = {e["reference"]: e for days in [*before, (received, paid)] for e in self.guaranteed(credit, *days)}
            return sum(fen(e.get("principal", "0")) for e in lost.values())
        whole = credit.owed(paid)
        if self.body["loss_base"] == "principal_and_interest":
            then, now = credit.upto(received), credit.upto(paid)
            whole += max(half_up(then.accrued(then.first(), received)) - now.paid, 0)
        return whole + costs

    def net_loss(self, credit, received, paid, costs=0, before=()):
        return half_up(self.loss(credit, received, paid, costs, before) * self.part(credit))

    def bear(self, credit, loss, amounts, rounded):
        """Below its floor a layer bears nothing, a deductible goes off before its share, its cap after; the claimant has the rest."""
        bearer = self.parties.index(self.who)
        for i, (y, share) in enumerate(zip(self.layers, self.shares(credit))):
            due = amounts[i]
            if i != bearer and loss < fen(y.get("floor", "0")):
                due = 0
            elif i != bearer and "deductible" in y:
                due = rounded(max(loss - fen(y["deductible"]), 0) * share)
            if i != bearer and "cap" in y:
                due = min(due, fen(y["cap"]))
            amounts[bearer] += amounts[i] - due
            amounts[i] = due
        return amounts

    def split(self, credit, net_loss):
        """To the fen."""
        return self.bear(credit, net_loss, largest_remainder(net_loss, self.shares(credit)), half_up)

    def fund_shares(self, credit, net_loss):
        parts = self.split(credit, net_loss)
        return {account: parts[i] for account, i in self.funds()}

    def fair(self, credit, received, paid, end, costs_before=0, costs_after=0, before=()):
        """The most that each fund may be out of pocket on a day: its share of the loss less its share of what came back."""
        if self.reached(credit, paid) is None and self.who == "bank":
            return {account: Fraction(0) for account, _ in self.funds()}
        at_payment = self.loss(credit, received, paid, costs_before, before) * self.part(credit)
        back = max(credit.came_back(paid) - costs_after, 0) * self.part(credit) if self.who == "bank" else Fraction(0)
        last = credit.upto(end).view(end)
        if last.state in ("active", "matured") and credit.bad_since(end) is None and self.who == "bank":
            back = at_payment  # good again: all of it
        bore = self.bear(credit, at_payment, [at_payment * s for s in self.shares(credit)], Fraction)
        back = min(back, at_payment)
        return {account: self.left(bore[i], bore, back, at_payment) for account, i in self.funds()}

    def left(self, fund, bore, back, at_payment):
        bank, funds = bore[self.parties.index(self.who)], sum(bore[i] for _, i in self.funds())
        order = self.body.get("recovery_order", "pro_rata")
        if order == "fund_first":
            return fund - min(back, funds) * fund / funds if funds else fund
        if order == "bank_first":
            rest = max(back - bank, 0)
            others = at_payment - bank
            return fund - rest * fund / others if others else fund
        return fund - back * fund / at_payment if at_payment else Fraction(0)
