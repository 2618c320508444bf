"""Deals, filings and the standing as who gains by them would tell them; beside each, what an honest hand tells."""
from harness import Case, ORGS, firm, loan, numbers, patent
from test_deals import DEALS, FILINGS, deal, filing, some_patent

RANKING = "/v1/plans/sh-2021-2023/ranking"


class Crooked(Case):
    def setUp(self):
        self.office, self.finance = self.d.token("ip_office"), self.d.token("finance")
        self.district = self.d.token("district")

    def post(self, path, body, token=None, want=201):
        r = self.d.call("POST", path, body, token or self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def get(self, path, token=None):
        r = self.d.call("GET", path, None, token or self.office)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def told(self, path, body):
        made = self.post(path, body)
        self.post(made.headers["location"] + "/confirm", {"seen": self.get(made.headers["location"])["seen"], "reason": "x"}, self.finance)
        return made

    def refused(self, body, *problems, token=None):
        r = self.d.call("POST", DEALS, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))

    # ---- one deal told twice --------------------------------------------------------------------

    def test_a_deal_is_one_with_and_without_the_code_of_who_takes(self):
        """The district tells it with the code, the office by the name alone, in other signs."""
        of = deal(acquirer_kind="state_firm", acquirer_name="示例(集团)%d有限公司" % next(numbers))
        self.post(DEALS, of, self.district)
        again = dict(of, reference="XK-%d" % next(numbers), acquirer_name=of["acquirer_name"].replace("(", "（").replace(")", "）"))
        del again["acquirer_uscc"]
        self.refused(again, ("/reference", "E_TOLD_ALREADY"))
        self.post(DEALS, dict(again, acquirer_name="另一家%d" % next(numbers)))

    def test_a_deal_is_one_though_a_patent_more_stands_in_it(self):
        of = deal(ip=[{"number": some_patent()}, {"number": some_patent()}])
        self.post(DEALS, of)
        wider = dict(of, reference="XK-%d" % next(numbers), ip=of["ip"] + [{"number": some_patent()}])
        self.refused(wider, ("/reference", "E_TOLD_ALREADY"))
        self.refused(dict(wider, ip=of["ip"][:1]), ("/reference", "E_TOLD_ALREADY"))
        self.post(DEALS, dict(wider, ip=[{"number": some_patent()}]))  # another patent, the same day

    def test_a_patent_is_not_bought_twice_by_who_has_it(self):
        of = deal(kind="transfer", licence=None)
        self.post(DEALS, of)
        later = dict(of, reference="XK-%d" % next(numbers), signed_on="2019-07-08")
        self.refused(later, ("/reference", "E_TOLD_ALREADY"))
        # He sold it on and buys it back; a licence that ended is taken anew.
        code, name = firm(next(numbers))
        self.post(DEALS, dict(later, reference="XK-%d" % next(numbers), acquirer_uscc=code, acquirer_name=name, signed_on="2019-08-01",
                              provider_name=of["acquirer_name"], provider_kind="sme", provider_uscc=of["acquirer_uscc"]))
        self.post(DEALS, dict(later, reference="XK-%d" % next(numbers), signed_on="2019-09-01",
                              provider_name=name, provider_kind="sme", provider_uscc=code))
        lent = deal(ends_on="2020-06-30")
        self.post(DEALS, lent)
        self.refused(dict(lent, reference="XK-%d" % next(numbers), signed_on="2020-01-01", ends_on="2022-06-30"), ("/reference", "E_TOLD_ALREADY"))
        self.post(DEALS, dict(lent, reference="XK-%d" % next(numbers), signed_on="2020-07-01", ends_on="2022-06-30"))
        self.post(DEALS, dict(lent, reference="XK-%d" % next(numbers), signed_on="2020-01-02", licence="exclusive", ends_on="2022-06-30"))
