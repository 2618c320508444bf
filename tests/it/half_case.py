"""What tests of the plan's other half share: who tells of it, and how it is told and confirmed."""
from harness import Case


class HalfCase(Case):
    def setUp(self):
        self.office, self.finance, self.district = (self.d.token(kind) for kind in ("ip_office", "finance", "district"))

    def post(self, path, body, token=None, want=201):
        r = self.d.call("POST", path, body, token or self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, None, token or self.office)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def told(self, path, body):
        """By the office, and confirmed by another."""
        made = self.post(path, body)
        where = made.headers["location"]
        self.post(where + "/confirm", {"seen": self.get(where)["seen"], "reason": "核对无误"}, self.finance)
        return made
