"""What a subsidy is truly worth: worked with fractions from the policy's own text and from what happened in the world.

Nothing here asks the daemon. A case is a credit (truth.Credit) or an insurance as it stood on a day, the firm as it truly is,
and the invoices that it truly paid. What others had of the same money is told by whoever asks: days of interest, awards,
invoices and premiums are given once, limits of a loan, a firm or a bank are less by what they have had.
"""
import datetime
from fractions import Fraction

from account import days_between, fen, half_up, year_of
from truth import months_later, share_of

ONE_YEAR = [  # as published: the day, and the rate that holds from it
    ("2021-12-20", "3.80"), ("2022-01-20", "3.70"), ("2022-08-22", "3.65"), ("2023-06-20", "3.55"), ("2023-08-21", "3.45"),
    ("2024-07-22", "3.35"), ("2024-10-21", "3.10"),
]
AWARDS = ("principal_award", "lender_award")
COMPARE = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "in": lambda a, b: a in b,
    "between": lambda a, b: b[0] <= a <= b[1],
}


def lpr_of(day):
    return Fraction([rate for on, rate in ONE_YEAR if on <= str(day)][-1])


def first_of_month(day):
    return day.replace(day=1)


LPR_DAYS = {  # which day's rate a bound asks for
    "disbursed_on": lambda case: case.fact("loan.disbursed_on"),
    "signed_on": lambda case: case.fact("loan.signed_on"),
    "settled_month": lambda case: months_later(first_of_month(case.fact("loan.settled_on")), 1) - datetime.timedelta(days=1),
    "month_before_signed": lambda case: first_of_month(case.fact("loan.signed_on")) - datetime.timedelta(days=1),
}


def bound_of(rule, case):
    """The most that a rate may be; None: no bound."""
    if not rule:
        return None
    return lpr_of(LPR_DAYS[rule["at"]](case)) * Fraction(rule.get("multiplier", "1")) + Fraction(rule.get("spread", "0"))


class Case:
    """A credit, or an insurance, on a day: what was true then."""

    def __init__(self, day, firm, credit=None, insurance=None, invoices=()):
        self.day, self.firm, self.credit, self.insurance = day, firm, credit, insurance
        self.invoices = list(invoices)  # {item, amount (fen)}
        self.account = credit and credit.upto(day)

    def fact(self, name):
        """None: it is not so, or nobody can know."""
        subject, word = name.split(".", 1)
        if subject == "borrower":
            return self.firm.get(word)
        if subject == "insurance":
            value = self.insurance and self.insurance.get(word)
            return Fraction(value, 100) if word == "premium" and value is not None else value
        return getattr(self, word)() if self.credit and not self.voided() else None

    def voided(self):
        void = self.credit.contract.get("void_on")
        return void is not None and void <= str(self.day)

    def events(self, *kinds):
        return [e for e in self.account.standing if e["kind"] in kinds]

    def amount(self):
        return Fraction(self.credit.contract["amount"])

    def drawn(self):
        return Fraction(self.account.drawn, 100)

    def ip_amount(self):
        return Fraction(self.credit.contract.get("ip_amount") or self.credit.contract["amount"])

    def ip_share(self):
        return Fraction(int(self.ip_amount() * 1000000 / self.amount()), 10000)

    def rate(self):
        return Fraction(self.credit.contract["rate"])

    def signed_on(self):
        return datetime.date.fromisoformat(self.credit.contract["signed_on"])

    def disbursed_on(self):
        return self.account.first() if self.drawn() else None

    def matures_on(self):
        return self.account.matures

    def term_days(self):
        return (self.account.matures - self.disbursed_on()).days

    def registered_on(self):
        on = self.credit.contract.get("registered_on")
        return datetime.date.fromisoformat(on) if on else None

    def settled_on(self):
        ends = self.events("settled")
        return datetime.date.fromisoformat(ends[-1]["on"]) if ends else None

    def settled_on_time(self):
        """By the borrower himself: what another paid for him was not repaid by him."""
        others = [e for e in self.events("repaid", "recovered", "settled") if e.get("payer", "borrower") != "borrower"]
        return self.settled_on() is not None and not others and self.settled_on() <= self.matures_on()

    def overdue_ever(self):
        return bool(self.events("overdue", "written_off"))

    def guaranteed(self):
        return bool(self.credit.contract.get("guaranteed"))

    def insured(self):
        return bool(self.credit.contract.get("insured"))

    def owner_is_borrower(self):
        return True

    def first_pledge(self):
        return not self.credit.contract.get("pledged_before", False)

    def pledgee(self):
        return "bank"


def holds(cond, case):
    """What is not known does not pass, also not negated."""
    if "all" in cond:
        return all(holds(c, case) for c in cond["all"])
    if "any" in cond:
        return any(holds(c, case) for c in cond["any"])
    if "not" in cond:
        return all(case.fact(c["fact"]) is not None for c in leaves(cond["not"])) and not holds(cond["not"], case)
    have = case.fact(cond["fact"])
    if cond["op"] == "exists":
        return (have is not None) == cond["value"]
    want = case.fact(cond["than"]) if "than" in cond else cond["value"]
    if have is None or want is None:
        return False
    return COMPARE[cond["op"]](have, as_kind(want, have, case))


def leaves(cond):
    below = cond.get("all") or cond.get("any") or ([cond["not"]] if "not" in cond else None)
    return [leaf for c in below for leaf in leaves(c)] if below else [cond]


def as_kind(want, have, case):
    """A rule writes days, money and rates as text; a bound on a rate by the LPR."""
    if isinstance(want, list):
        return [as_kind(w, have, case) for w in want]
    if isinstance(want, dict):
        return bound_of(want, case)
    if isinstance(have, datetime.date) and isinstance(want, str):
        return datetime.date.fromisoformat(want)
    return Fraction(want) if isinstance(have, Fraction) else want


class Policy:
    """had: what earlier ones took: {"days": [(first, end)] of the credit, "units": {awards, invoices, premiums},
    "loan": {item: fen} of this policy, "firm": {item or None: fen} in the year, "bank": fen in the year}."""

    def __init__(self, body):
        self.body = body

    def eligible(self, case):
        return not (case.credit and case.voided()) and holds(self.body["eligible"], case)

    def give(self, case, had=None):
        """Fen by item, after all limits."""
        had = dict({"days": [], "units": set(), "loan": {}, "firm": {}, "bank": 0}, **(had or {}))
        if not self.eligible(case):
            return [0] * len(self.body["items"])
        given = [self.item(i, case, had) for i in self.body["items"]]
        for cap in self.body.get("caps", ()):
            if "when" not in cap or holds(cap["when"], case) or not self.known(cap["when"], case):
                self.cut(given, cap, fen(cap["amount"]) - self.used(cap, had))
        return given

    def known(self, cond, case):
        return all(case.fact(c["fact"]) is not None for c in leaves(cond))

    def used(self, cap, had):
        if cap["per"] == "loan":
            return had["loan"].get(cap["item"], 0) if "item" in cap else sum(had["loan"].values())
        if cap["per"] == "bank":
            return had["bank"]
        return had["firm"].get(cap["item"], 0) if "item" in cap else sum(had["firm"].values())

    def cut(self, given, cap, left):
        left = max(left, 0)
        for i, item in enumerate(self.body["items"]):
            if cap.get("item", item["item"]) == item["item"]:
                given[i] = min(given[i], left)
                left -= given[i]

    def item(self, item, case, had):
        if "when" in item and not holds(item["when"], case):
            return 0
        kind = item["item"]
        if kind == "interest":
            amount = self.interest(item, case, had["days"])
        elif kind in AWARDS:
            amount = 0 if kind in had["units"] else self.award(item, case)
        elif kind == "premium":
            paid = case.insurance["premium"] if case.insurance and "premium" not in had["units"] else 0
            amount = min(half_up(paid * self.share(item, case)), paid)
        else:
            amount = self.fee(item, case, had)
        rest = had["loan"].get(kind, 0)
        if "max_of_loan" in item and case.credit:
            amount = min(amount, max(half_up(case.account.drawn * share_of(item["max_of_loan"])) - rest, 0))
        if "cap" in item:
            amount = min(amount, max(fen(item["cap"]) - rest, 0))
        return amount

    def share(self, item, case):
        more = [share_of(u["share"]) for u in item.get("uplifts", ()) if holds(u["when"], case)]
        return min(share_of(item.get("share", "100")) + sum(more), Fraction(1))

    # ---- interest ---------------------------------------------------------------------------------

    def months(self, item):
        return item.get("months", 12 * item["years"] if "years" in item else 0)

    def window(self, item, case):
        """The days that an item pays for: from the first draw, as long as money was owed and as long as it says."""
        first = case.disbursed_on()
        months = self.months(item)
        end = months_later(first, months) if months else datetime.date.max
        last = max((s.end for s in case.account.stretches(first, case.day)), default=first)
        return first, min(end, last), end

    def rates(self, item, case):
        """What a stretch's rate counts as."""
        bound = bound_of(item.get("rate_ceiling"), case)
        fixed = Fraction(item["points"]) if "points" in item else bound if item.get("rate_basis") == "lpr" else None
        return lambda rate: min(fixed if fixed is not None else rate, bound if bound is not None else 10 ** 9)

    def accrued(self, item, case, first, end):
        """By the policy's own count of days and rates, of the part that it counts; exact."""
        count = item.get("day_count") or case.account.day_count
        part = case.ip_amount() / case.amount() if item.get("ip_part_only") else Fraction(1)
        rate = self.rates(item, case)
        return sum((s.balance * part * rate(s.rate) * days_between(s.start, s.end, count) / 100 / year_of(count)
                    for s in case.account.stretches(first, end)), Fraction(0))

    def days_left(self, item, case, taken):
        """What earlier ones have left of the window, in one piece; None: nothing."""
        start, end, _ = self.window(item, case)
        for a, b in sorted(taken):
            if start < a < end:
                return None
            if a <= start < b:
                start = b
        return (start, end) if start < end else None

    def interest(self, item, case, taken):
        left = self.days_left(item, case, taken) if case.drawn() else None
        if left is None:
            return 0
        (start, end), (first, _, nominal) = left, self.window(item, case)
        paid = case.account.paid_by_borrower(first, nominal)
        if start > first:
            paid = max(paid - half_up(case.account.accrued(first, start)), 0)
        most = min(half_up(self.accrued(item, case, start, end)), paid)
        return min(half_up(most * self.share(item, case)), paid)

    # ---- fees and awards ---------------------------------------------------------------------------

    def fixed(self, item, case):
        """A fixed amount or that of a tier; None: neither."""
        if "amount" in item:
            return fen(item["amount"])
        if "tiers" not in item:
            return None
        reached = [t for t in item["tiers"] if fen(t["from"]) <= case.account.drawn]
        if not reached:
            return 0
        return fen(reached[-1]["amount"]) if "amount" in reached[-1] else half_up(case.account.drawn * share_of(reached[-1]["share"]))

    def award(self, item, case):
        drawn = case.account.drawn
        fixed = self.fixed(item, case)
        if fixed is not None:
            return fixed if drawn else 0
        if item.get("ip_part_only"):
            drawn = half_up(drawn * case.ip_amount() / case.amount())
        return half_up(drawn * self.share(item, case))

    def fee(self, item, case, had):
        paid = sum(i["amount"] for i in case.invoices if i["item"] == item["item"])
        limited = self.fixed(item, case)
        if "of_loan" in item:
            limited = half_up(case.account.drawn * share_of(item["of_loan"]))
        if limited is None:
            return min(half_up(paid * self.share(item, case)), paid)
        return min(max(limited - had["loan"].get(item["item"], 0), 0), paid)


# ---- the most that all together may have ------------------------------------------------------------------


def interest_bound(policies, case):
    """Of one credit's interest, whatever policies, districts, versions and contracts: each day once, at the best share that
    one of them gives for it, and no more in all than the borrower paid."""
    if not case.drawn():
        return Fraction(0)
    items = [(p, i) for p in policies for i in p.body["items"] if i["item"] == "interest" and p.eligible(case)]
    windows = [p.window(i, case)[:2] for p, i in items]
    marks = sorted({day for w in windows for day in w})
    total = Fraction(0)
    for a, b in zip(marks, marks[1:]):
        total += max((p.accrued(i, case, a, b) * p.share(i, case) for (p, i), w in zip(items, windows)
                      if w[0] <= a and b <= w[1]), default=Fraction(0))
    paid = Fraction(case.account.paid_by_borrower(case.disbursed_on(), datetime.date.max)) if items else Fraction(0)
    return min(total, paid)


def award_bound(policies, case):
    """Each kind of award once."""
    return sum((Fraction(max((p.award(i, case) for p in policies for i in p.body["items"]
                              if i["item"] == kind and p.eligible(case)), default=0)) for kind in AWARDS), Fraction(0))


def paper_bound(policies, item, amount, case):
    """Of one invoice, or one premium: the best share of it, once."""
    return max((Fraction(min(amount, half_up(amount * p.share(i, case))) if "share" in i else amount)
                for p in policies for i in p.body["items"] if i["item"] == item and p.eligible(case)), default=Fraction(0))
