"""A loan as an account: the reference, from the written rules alone and with exact fractions.

An account is a contract (dict: amount, rate, signed_on, disbursed_on, matures_on, revolving, day_count) and a list
of events (dict: reference, kind, on and what the kind takes), as they travel over HTTP. Money is kept as whole fen,
rates as Fractions, days as datetime.date. Nothing here knows how the daemon does it; the rules:

* The balance of a day is what is drawn less the principal told as repaid, after all events of that day; that day bears
  its interest, so that a loan drawn on D and repaid on D + 1 has one day of interest.
* Arrears are due items. Told interest clears interest items, told principal clears principal items, oldest due
  day first; what is left of the principal lowers the balance that is not due yet.
* Interest is balance x rate of the day / day count, rounded half up once at the end of the sum it belongs to.
* All interest told as paid is at most what had accrued by the day of the payment, that day included (banks that settle
  interest on a day count it), on the day's balance after its draws and before its repayments; each payment may have
  been rounded to the fen, so half a fen more for each.
"""
from collections import namedtuple
from datetime import date, timedelta
from fractions import Fraction

RANK = ["repriced", "disbursed", "overdue", "classified", "repaid", "extended", "written_off", "recovered", "settled",
        "transferred", "pledge_released"]
ANY = {"repriced", "repaid", "overdue", "extended", "classified", "written_off", "settled", "transferred",
       "pledge_released"}
LEGAL = {
    "signed": {"disbursed", "repriced"},
    "active": ANY | {"disbursed"},
    "overdue": ANY,
    "written_off": {"recovered", "settled", "transferred", "pledge_released"},
    "settled": {"pledge_released"},
    "transferred": {"pledge_released"},
}
ENDS = ("settled", "transferred")

Stretch = namedtuple("Stretch", "start end balance rate days interest")  # interest: exact
View = namedtuple("View", "state outstanding arrears_principal arrears_interest days_overdue accrued_interest grade")


class Refused(Exception):
    """code, pointer, the event that does not fit, and the figure that would."""

    def __init__(self, code, pointer, event, most=None):
        super().__init__("%s %s %s %s" % (code, pointer, event.get("reference"), most))
        self.code, self.pointer, self.event, self.most = code, pointer, event, most


def fen(text):
    return int(Fraction(text) * 100)


def yuan(n):
    return "%d.%02d" % divmod(n, 100)


def half_up(x):
    """To whole fen; x is not negative."""
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def day(text):
    return text if isinstance(text, date) else date.fromisoformat(text)


def number_30(d):
    """30E/360 (ISDA): every month has 30 days, the last day of a month is its 30th."""
    last = (d + timedelta(days=1)).day == 1
    return 360 * d.year + 30 * d.month + (30 if last else d.day)


def days_between(start, end, day_count):
    return number_30(end) - number_30(start) if day_count == "30/360" else (end - start).days


def year_of(day_count):
    return 365 if day_count == "actual/365" else 360


class Account:
    def __init__(self, contract, events=()):
        self.contract = contract
        self.amount = fen(contract["amount"])
        self.rate = Fraction(contract["rate"])
        self.day_count = contract.get("day_count", "actual/360")
        self.revolving = contract.get("revolving", False)
        self.told = list(events)
        self.voided = False
        self.steps = []  # (day, balance, rate) after each event, in order
        self.payments = []  # (day, start, end, fen of interest, payer)
        self.standing = self.order()
        self.fold(date.max)
        self.voided = any(e["kind"] == "voided" for e in self.kept)

    # ---- which events count, and in which order ------------------------------------------------

    def order(self):
        gone = {e["reverses"] for e in self.told if e["kind"] == "reversed"}
        self.kept = [e for e in self.told if e["kind"] != "reversed" and e["reference"] not in gone]
        kept = [e for e in self.kept if e["kind"] != "voided"]
        if self.contract.get("disbursed_on") and not any(e["kind"] == "disbursed" for e in kept):
            kept.append({"reference": "", "kind": "disbursed", "on": self.contract["disbursed_on"]})
        return sorted(kept, key=lambda e: (e["on"], RANK.index(e["kind"]), e["reference"]))

    # ---- the fold ------------------------------------------------------------------------------

    def fold(self, until):
        """Runs through the events up to a day; raises Refused at the first that does not fit."""
        self.state, self.balance, self.drawn, self.grade = "signed", 0, 0, "normal"
        self.matures = day(self.contract["matures_on"])
        self.due = []  # [due day, kind, fen left], oldest first, interest before principal of one day
        self.bad_from = None  # the oldest unpaid due day when the loan was written off
        self.paid, self.payments_told, self.dues_told = 0, 0, 0
        self.released = False
        self.now_rate = self.rate
        self.peak = None, 0  # a day, and its balance after its draws and before its repayments
        self.steps, self.payments = [], []
        for n, e in enumerate(self.standing):
            on = day(e["on"])
            if on > until:
                break
            if e["kind"] not in LEGAL[self.state] or (e["kind"] == "pledge_released" and self.released):
                raise Refused("E_STATE", "/kind", e)
            if on < day(self.contract["signed_on"]):
                raise Refused("E_ORDER", "/on", e)
            if on != self.peak[0]:
                self.peak = on, self.balance
            getattr(self, e["kind"])(e, on)
            last_of_day = n + 1 == len(self.standing) or self.standing[n + 1]["on"] != e["on"]
            if last_of_day and self.revolving and self.balance > self.amount:
                last = next(x for x in reversed(self.standing[:n + 1]) if x["kind"] == "disbursed")
                over = self.balance - self.amount
                raise Refused("E_EXCEEDS", "/principal", last, fen(last.get("principal", yuan(self.amount))) - over)
            if self.state in ("active", "overdue"):
                self.state = "overdue" if self.due else "active"
            self.steps.append((on, self.balance, self.now_rate))

    def repriced(self, e, on):
        self.now_rate = Fraction(e["rate"])

    def disbursed(self, e, on):
        if on > self.matures and e["reference"]:  # the day that the loan itself tells is no event
            raise Refused("E_MATURED", "/on", e)
        sum_ = fen(e["principal"]) if "principal" in e else self.amount
        if sum_ == 0:
            raise Refused("E_RANGE", "/principal", e)
        if self.grade in ("substandard", "doubtful", "loss"):
            raise Refused("E_REDRAW", "/kind", e)
        if not self.revolving and self.drawn + sum_ > self.amount:
            raise Refused("E_EXCEEDS", "/principal", e, self.amount - self.drawn)
        self.drawn += sum_
        self.balance += sum_
        self.peak = on, self.balance
        self.state = "active" if self.state == "signed" else self.state

    def overdue(self, e, on):
        room = self.balance - self.arrears("principal")
        told = "principal" in e or "interest" in e
        principal = fen(e.get("principal", "0")) if told else room
        interest = fen(e.get("interest", "0"))
        if principal > room or principal + interest == 0:
            raise Refused("E_EXCEEDS", "/principal", e, room)
        self.dues_told += interest > 0
        most = self.interest_left(on, self.dues_told) - self.arrears("interest")
        if interest > most:
            raise Refused("E_EXCEEDS", "/interest", e, most)
        self.due += [[on, "interest", interest]] * (interest > 0) + [[on, "principal", principal]] * (principal > 0)
        self.due.sort(key=lambda x: x[:2])

    def repaid(self, e, on):
        principal = fen(e.get("principal", "0"))
        if principal > self.balance:
            raise Refused("E_EXCEEDS", "/principal", e, self.balance)
        if principal + fen(e.get("interest", "0")) == 0:
            raise Refused("E_NEED", "/principal", e)
        self.pay_interest(e, on)
        self.clear("principal", principal)
        self.balance -= principal

    recovered = repaid

    def settled(self, e, on):
        if "principal" in e and fen(e["principal"]) != self.balance:
            raise Refused("E_OUTSTANDING", "/principal", e, self.balance)
        self.pay_interest(e, on)
        self.balance, self.due, self.state = 0, [], e["kind"]

    def transferred(self, e, on):
        self.balance, self.due, self.state = 0, [], "transferred"

    def written_off(self, e, on):
        if "principal" in e and fen(e["principal"]) != self.balance:
            raise Refused("E_OUTSTANDING", "/principal", e, self.balance)
        self.bad_from = self.due[0][0] if self.due else None
        self.state = "written_off"

    def extended(self, e, on):
        if day(e["matures_on"]) <= self.matures:
            raise Refused("E_ORDER", "/matures_on", e)
        self.matures = day(e["matures_on"])
        self.due = [x for x in self.due if x[1] == "interest"]  # the principal is carried to the new term

    def classified(self, e, on):
        self.grade = e["grade"]

    def pledge_released(self, e, on):
        self.released = True

    # ---- money ---------------------------------------------------------------------------------

    def arrears(self, kind):
        return sum(x[2] for x in self.due if x[1] == kind)

    def clear(self, kind, money):
        for item in self.due:
            if item[1] == kind:
                part = min(item[2], money)
                item[2] -= part
                money -= part
        self.due = [x for x in self.due if x[2]]

    def interest_left(self, on, roundings):
        """The most interest that can be told on a day, in whole fen."""
        balance = self.peak[1] if self.peak[0] == on else self.balance
        days = days_between(on, on + timedelta(days=1), self.day_count)
        own = balance * self.now_rate * days / 100 / year_of(self.day_count)
        return int(self.accrued(self.first(), on) + own + Fraction(roundings, 2)) - self.paid

    def pay_interest(self, e, on):
        interest = fen(e.get("interest", "0"))
        if not interest:
            return
        self.payments_told += 1
        most = self.interest_left(on, self.payments_told)
        if interest > most:
            raise Refused("E_EXCEEDS", "/interest", e, most)
        earlier = [end for told, _, end, _, _ in self.payments if told < on]
        start = day(e["for_from"]) if "for_from" in e else max(earlier, default=self.first())
        end = day(e["for_to"]) if "for_to" in e else on
        if "for_to" in e and not start < end <= on:
            raise Refused("E_ORDER", "/for_to", e)
        self.payments.append((on, start, end, interest, e.get("payer", "borrower")))
        self.paid += interest
        self.clear("interest", interest)

    def first(self):
        return next((day(e["on"]) for e in self.standing if e["kind"] == "disbursed"), date.max)

    # ---- interest of any window ----------------------------------------------------------------

    def stretches(self, start, end):
        """Days on which balance and rate are the same, as one; start inclusive, end exclusive."""
        out = []
        if self.voided:
            return out
        marks = [(on, balance, rate) for on, balance, rate in self.steps if on < end]
        for n, (on, balance, rate) in enumerate(marks):
            a = max(on, start)
            b = min(marks[n + 1][0] if n + 1 < len(marks) else end, end)
            if a >= b or balance == 0:
                continue
            if out and out[-1][1] == a and out[-1][2:] == [balance, rate]:
                out[-1][1] = b
            else:
                out.append([a, b, balance, rate])
        return [Stretch(a, b, balance, rate, n, balance * rate * n / 100 / year_of(self.day_count))
                for a, b, balance, rate in out
                for n in [days_between(a, b, self.day_count)]]

    def accrued(self, start, end):
        return sum((s.interest for s in self.stretches(start, end)), Fraction(0))

    def paid_by_borrower(self, start, end):
        """What the borrower paid for the days of a window; a period partly inside counts by the interest of the part."""
        total = Fraction(0)
        for _, a, b, interest, payer in () if self.voided else self.payments:
            lo, hi = max(a, start), min(b, end)
            if payer != "borrower" or lo >= hi:
                continue
            whole, part = self.accrued(a, b), self.accrued(lo, hi)
            if not whole:
                whole, part = (b - a).days, (hi - lo).days
            total += Fraction(interest) * part / whole
        return half_up(total)

    # ---- what is shown as of a day -------------------------------------------------------------

    def view(self, as_of):
        if self.voided:
            return View("voided", 0, 0, 0, 0, 0, "normal")
        then = Account.__new__(Account)
        then.__dict__.update(self.__dict__)
        then.fold(as_of)
        left = 0
        if then.state not in ENDS and then.state != "signed":
            left = max(half_up(then.accrued(then.first(), as_of)) - then.paid, 0)
        oldest = then.bad_from if then.state == "written_off" else then.due[0][0] if then.due else None
        state = "matured" if then.state == "active" and then.matures < as_of else then.state
        return View(state, then.balance, then.arrears("principal"), then.arrears("interest"),
                    (as_of - oldest).days if oldest else 0, left, then.grade)
