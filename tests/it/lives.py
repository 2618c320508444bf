"""Loans in the daemon and what happens to them, for the tests of the account."""
import datetime

from harness import Case, loan, numbers

MEMBERS = ("state", "outstanding", "arrears_principal", "arrears_interest", "days_overdue", "accrued_interest")
DRAWN = ("disbursed", "2022-07-05", {})
NDJSON = {"Content-Type": "application/x-ndjson"}


def today():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()


class Lives(Case):
    """Makes loans and lets things happen to them."""

    def setUp(self):
        self.bank = self.d.token("bank")

    def make(self, events=(), token=None, **over):
        """A loan with these events told; its address."""
        record = loan(**dict({"signed_on": "2022-01-04"}, **over))
        r = self.d.call("POST", "/v1/loans", record, token or self.bank)
        self.assertEqual(r.status, 201, r.body.decode())
        where = r.headers["location"]
        for e in self.named(events):
            self.sent(where, e, 201, token)
        return where

    def named(self, events):
        """Events of an example, or (kind, on, members), with references of their own that keep their order."""
        n = next(numbers)
        events = [e if isinstance(e, dict) else dict(e[2], kind=e[0], on=e[1], reference="%02d" % k)
                  for k, e in enumerate(events)]
        return [dict(e, reference="A%d-%s" % (n, e["reference"])) for e in events]

    def sent(self, where, event, status=None, token=None, query=""):
        event = event if isinstance(event, dict) else self.named([event])[0]
        r = self.d.call("POST", where + "/events" + query, event, token or self.bank)
        if status:
            self.assertEqual(r.status, status, r.body.decode())
        return r

    def refused(self, where, event, pointer, code, cure=None):
        """The event is refused, the cure says what would do, and nothing of it stays."""
        before = self.get(where + "?as_of=2026-01-01")
        r = self.sent(where, event)
        self.assertIn(r.status, (409, 422), r.body.decode())
        self.assertEqual(r.codes(), [(pointer, code)], r.body.decode())
        if cure:
            self.assertIn(cure, r.json()["errors"][0]["cure"] + r.json()["errors"][0]["title"])
        self.assertEqual(self.get(where + "?as_of=2026-01-01"), before)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, token=token or self.bank)
        self.assertEqual(r.status, 200, r.body.decode())
        return r.json()

    def view(self, where, as_of, query=""):
        said = self.get("%s?as_of=%s%s" % (where, as_of, query))
        return tuple(said[m] for m in MEMBERS)

    def interest(self, where, start, end, token=None):
        said = self.get("%s/interest?from=%s&to=%s" % (where, start, end), token)
        stretches = [tuple(s[m] for m in ("from", "to", "balance", "rate", "days", "interest")) for s in said["stretches"]]
        return said["accrued"], said["paid"], stretches

    def check(self, where, example):
        for as_of, want in example.views.items():
            with self.subTest(example.name, as_of=as_of):
                self.assertEqual(self.view(where, as_of), want)
        for (start, end), (accrued, paid, stretches) in example.windows.items():
            with self.subTest(example.name, start=start, end=end):
                said = self.interest(where, start, end)
                self.assertEqual(said[:2], (accrued, paid))
                if stretches is not None:
                    self.assertEqual(said[2], stretches)
