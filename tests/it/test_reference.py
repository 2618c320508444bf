"""The reference of the account (tests/model/account.py) against the examples worked by hand: without a daemon."""
import itertools
import os
import random
import sys
import unittest

from loan_examples import EXAMPLES, THREE, life

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "model"))
import account  # noqa: E402

SIGNED = {"signed_on": "2022-01-04"}


def money(view):
    """As an answer shows it: amounts as text."""
    return tuple(account.yuan(x) if name in ("outstanding", "arrears_principal", "arrears_interest", "accrued_interest")
                 else x for name, x in zip(view._fields, view))


def percent(rate):
    """As an answer shows it: at least two decimals."""
    text = "%.4f" % float(rate)
    return text[:-2] if text.endswith("00") else text[:-1] if text.endswith("0") else text


def refusal(loan, *events):
    try:
        account.Account(dict(SIGNED, **loan), life(*events))
    except account.Refused as r:
        return r.code, r.pointer, r.event["reference"], None if r.most is None else account.yuan(r.most)
    return None


class Reference(unittest.TestCase):
    def test_every_example_to_the_fen(self):
        for x in EXAMPLES:
            a = account.Account(dict(SIGNED, **x.loan), x.events)
            for as_of, want in x.views.items():
                with self.subTest(x.name, as_of=as_of):
                    self.assertEqual(money(a.view(account.day(as_of)))[:6], want)
            for (start, end), (accrued, paid, stretches) in x.windows.items():
                with self.subTest(x.name, start=start, end=end):
                    start, end = account.day(start), account.day(end)
                    self.assertEqual(account.yuan(account.half_up(a.accrued(start, end))), accrued)
                    self.assertEqual(account.yuan(a.paid_by_borrower(start, end)), paid)
                    if stretches is not None:
                        self.assertEqual([(str(s.start), str(s.end), account.yuan(s.balance), percent(s.rate), s.days,
                                           account.yuan(account.half_up(s.interest)))
                                          for s in a.stretches(start, end)], stretches)

    def test_the_order_of_the_list_does_not_matter(self):
        dice = random.Random(15)
        for x in EXAMPLES:
            mixed = x.events[:]
            dice.shuffle(mixed)
            one, other = (account.Account(dict(SIGNED, **x.loan), e) for e in (x.events, mixed))
            self.assertEqual((one.steps, one.payments), (other.steps, other.payments), x.name)

    def test_windows_add_up(self):
        for x in EXAMPLES:
            a = account.Account(dict(SIGNED, **x.loan), x.events)
            days = [account.day(d) for d in ("2022-01-01", "2022-08-31", "2023-02-28", "2024-02-29", "2024-12-31")]
            parts = sum(a.accrued(p, q) for p, q in itertools.pairwise(days))
            self.assertEqual(parts, a.accrued(days[0], days[-1]), x.name)

    def test_refusals_name_the_event_and_what_would_do(self):
        drawn = ("disbursed", "2022-07-05", {})
        pay = lambda **over: ("repaid", "2022-08-04", over)  # 30 days 9,125.00, 31 days 9,429.1666…
        for want, loan, events in (
                (("E_EXCEEDS", "/interest", "01", "9429.17"), THREE, [drawn, pay(interest="9429.18")]),
                (None, THREE, [drawn, pay(interest="9429.17")]),
                (("E_EXCEEDS", "/principal", "01", "3000000.00"), THREE, [drawn, pay(principal="3000000.01")]),
                (("E_EXCEEDS", "/principal", "01", "0.00"), THREE, [drawn, ("disbursed", "2022-08-04", {"principal": "0.01"})]),
                (("E_STATE", "/kind", "00", None), THREE, [pay(principal="1.00"), drawn][:1]),
                (("E_EXCEEDS", "/principal", "02", "2000000.00"), THREE,
                 [drawn, ("overdue", "2022-08-04", {"principal": "1000000.00"}),
                  ("overdue", "2022-08-05", {"principal": "2000000.01"})]),
                (("E_OUTSTANDING", "/principal", "01", "3000000.00"), THREE,
                 [drawn, ("settled", "2022-08-04", {"principal": "2999999.99"})]),
                (("E_ORDER", "/for_to", "01", None), THREE,
                 [drawn, pay(interest="1.00", for_from="2022-07-05", for_to="2022-08-05")])):
            self.assertEqual(refusal(loan, *events), want)


if __name__ == "__main__":
    unittest.main()
