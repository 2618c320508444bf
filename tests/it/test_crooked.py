"""Deals, filings and the standing as who gains by them would tell them; beside each, what an honest hand tells."""
from half_case import HalfCase
from harness import firm, loan, numbers, patent
from test_deals import DEALS, FILINGS, deal, filing, some_patent

RANKING = "/v1/plans/sh-2021-2023/ranking"


class Crooked(HalfCase):
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

    def test_a_number_is_one_with_other_signs(self):
        """A filing, a receipt and a registration are told once, whichever hyphens stand in their numbers."""
        n = next(numbers)
        self.post(FILINGS, filing(filing_no="CP2022-31-%d" % n))
        r = self.d.call("POST", FILINGS, filing(filing_no="CP 202231%d" % n), self.office)
        self.assertEqual(r.codes(), [("/filing_no", "E_TOLD_ALREADY")])
        self.post(FILINGS, filing(filing_no="CP2022-32-%d" % n))
        of = deal(registration_no="X2022-%d" % n)
        self.post(DEALS, of)
        self.refused(deal(registration_no="X2022%d" % n), ("/reference", "E_TOLD_ALREADY"))
        pay = lambda no: {"reference": "DZ-%d" % next(numbers), "deal": of["reference"], "on": "2019-08-01", "amount": "1000.00", "receipt_no": no}
        self.post("/v1/ip-deal-payments", pay("HD-77-%d" % n))
        r = self.d.call("POST", "/v1/ip-deal-payments", pay("HD77/%d" % n), self.office)
        self.assertEqual(r.codes(), [("/receipt_no", "E_RECEIPT_TAKEN")])
        self.post("/v1/ip-deal-payments", pay("HD-78-%d" % n))

    # ---- abnormal operation ---------------------------------------------------------------------

    def flags(self, rule, made=None):
        self.post("/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": rule}, self.finance)
        return self.get("/v1/flags?code=%s&limit=1000%s" % (rule, "&record=" + made.json()["id"] if made else ""))["items"]

    def moved(self, giver, taker, on, number, **over):
        return self.post(DEALS, deal(**dict(dict(
            kind="transfer", licence=None, provider_kind="other", provider_name=giver[1], provider_uscc=giver[0], acquirer_name=taker[1],
            acquirer_uscc=taker[0], signed_on=on, ip=[{"number": number}]), **over)))

    def test_a_circle_is_one_though_a_code_is_left_out_of_it(self):
        a, b, c = (firm(next(numbers)) for _ in range(3))
        number, onwards = some_patent(), some_patent()
        self.moved(a, b, "2019-01-05", number)
        back = self.moved(b, (None, a[1].replace("(", "（")), "2019-02-05", number, acquirer_kind="state_firm", acquirer_employees=None,
                          acquirer_revenue=None, acquirer_industry=None)
        self.assertEqual(len(self.flags("RF35", back)), 1)
        self.moved(a, b, "2019-01-06", onwards)
        self.assertEqual(self.flags("RF35", self.moved(b, c, "2019-02-06", onwards)), [])

    def test_who_controls_a_firm_is_known_from_any_deal(self):
        """Of two firms of one person the deal between them says nothing; others said it."""
        a, b, c = (firm(next(numbers)) for _ in range(3))
        boss = "王一%d" % next(numbers)
        self.post(DEALS, deal(acquirer_uscc=a[0], acquirer_name=a[1], acquirer_controller=boss))
        self.post(DEALS, deal(acquirer_uscc=b[0], acquirer_name=b[1], acquirer_controller=boss))
        self.post(DEALS, deal(acquirer_uscc=c[0], acquirer_name=c[1], acquirer_controller="李二%d" % next(numbers)))
        between = self.moved(a, b, "2019-03-05", some_patent())
        self.assertEqual([(w["code"], w["pointer"]) for w in between.json()["warnings"]], [("RF32", "/acquirer_controller")])
        self.assertEqual(len(self.flags("RF32", between)), 1)
        other = self.moved(a, c, "2019-03-05", some_patent())
        self.assertEqual((other.json()["warnings"], self.flags("RF32", other)), ([], []))

    def test_what_is_gone_is_not_sold_again(self):
        """One patent to two buyers, and to one under an exclusive licence to another; who got it back may sell it again, and
        two owners may both sell."""
        a, b, c, other = (firm(next(numbers)) for _ in range(4))
        number, back, shared = some_patent(), some_patent(), some_patent()
        self.assertEqual(self.moved(a, b, "2019-01-05", number).json()["warnings"], [])
        again = self.moved(a, c, "2019-06-05", number)
        self.assertEqual([w["code"] for w in again.json()["warnings"]], ["RF39"])
        self.assertEqual(len(self.flags("RF39", again)), 1)
        self.moved(a, b, "2015-01-05", back)
        self.moved(b, a, "2017-06-05", back)
        self.assertEqual(self.moved(a, c, "2019-08-05", back).json()["warnings"], [])
        self.moved(a, c, "2019-01-05", shared)
        self.assertEqual(self.moved(other, c, "2019-01-06", shared).json()["warnings"], [])
        lent = some_patent()
        give = lambda who, kind, on, **over: self.post(DEALS, deal(provider_name=a[1], provider_kind="other", provider_uscc=a[0], acquirer_name=who[1],
                                                                   acquirer_uscc=who[0], licence=kind, signed_on=on, ip=[{"number": lent}], **over))
        self.assertEqual(give(b, "exclusive", "2019-01-05", ends_on="2019-12-31").json()["warnings"], [])
        self.assertEqual([w["code"] for w in give(c, "ordinary", "2019-07-01").json()["warnings"]], ["RF39"])
        self.assertEqual(give(other, "ordinary", "2020-01-01").json()["warnings"], [])

    def test_a_firm_without_a_loan_is_stopped_too(self):
        """RF32 on a deal of a firm that has no loan stops the subsidy of its premium; of another firm it does not."""
        bad, good = deal(provider_controller="张三", acquirer_controller="张三"), deal(provider_controller="张三", acquirer_controller="李四")
        for of in (bad, good):
            self.post(DEALS, of)
        stops = lambda of: self.d.sql("select flag_firm_stops('%s', gen_random_uuid())" % of["acquirer_uscc"])
        self.assertIn("RF32", stops(bad))
        self.assertEqual(stops(good), "{}")

    # ---- the standing ---------------------------------------------------------------------------

    def facts(self, code):
        r = self.d.call("GET", RANKING + "?as_of=2023-12-31&by=deals&unit=" + code, None, self.office)
        if r.status == 404:
            return {}
        return {p["by"]: p["value"] for p in r.json()["items"][0]["parts"]}

    def test_what_is_under_a_flag_of_abnormal_operation_does_not_raise_anybody(self):
        of = deal(signed_on="2022-02-01", provider_controller="张三", acquirer_controller="张三")
        fine = deal(signed_on="2022-02-01", contract_value="7.00")
        made, _ = self.told(DEALS, of), self.told(DEALS, fine)
        self.assertEqual(self.facts(fine["acquirer_uscc"]), {"deals": "7.00"})
        self.assertEqual(self.facts(of["acquirer_uscc"]), {})
        flag = self.get("/v1/flags?code=RF32&record=" + made.json()["id"])["items"][0]
        self.post("/v1/flags/%s/clear" % flag["id"], {"seen": self.get("/v1/flags/" + flag["id"], self.finance)["seen"],
                                                      "reason": "同名不同人,已核对身份"}, self.finance)
        self.assertEqual(self.facts(of["acquirer_uscc"]), {"deals": "300000.00"})

    def test_a_unit_is_one_under_its_code_and_its_name(self):
        name, code = "示例学院(%d)" % next(numbers), firm(next(numbers))[0]
        for over in ({"provider_uscc": code}, {"provider_name": name.replace("(", "（").replace(")", "）")}, {}):
            self.told(DEALS, deal(**dict({"signed_on": "2022-02-01", "contract_value": "5.00", "provider_name": name}, **over)))
        self.assertEqual(self.facts(code), {"deals": "15.00"})

    def test_jobs_of_a_firm_are_counted_once_over_its_products(self):
        """Five products of a firm of 86 people, each told with all of them, are 86 jobs; told by product they add up."""
        code, name = firm(next(numbers))
        for n in range(5):
            self.told(FILINGS, filing(uscc=code, name=name, filed_on="2022-03-0%d" % (n + 1), used_on="2022-03-01", sales=[{"year": 2022, "revenue": "10.00", "employees": 86}]))
        self.told(DEALS, deal(signed_on="2022-02-01", acquirer_uscc=code, acquirer_name=name, contract_value="1.00"))
        self.assertEqual(self.facts(code), {"deals": "1.00", "jobs": 86, "product_revenue": "50.00"})
        code, name = firm(next(numbers))
        for n in range(2):
            self.told(FILINGS, filing(uscc=code, name=name, filed_on="2022-03-0%d" % (n + 1), used_on="2022-03-01", sales=[{"year": 2022, "revenue": "10.00", "employees": 40}]))
        self.told(DEALS, deal(signed_on="2022-02-01", acquirer_uscc=code, acquirer_name=name, contract_value="1.00"))
        self.assertEqual(self.facts(code), {"deals": "1.00", "jobs": 80, "product_revenue": "20.00"})

    def test_one_credit_told_twice_is_one_in_the_standing(self):
        code, name = firm(next(numbers))
        one = loan(borrower_uscc=code, borrower_name=name, amount="3000000.00", signed_on="2022-05-01")
        bank = self.d.token("bank")
        self.post("/v1/loans", one, bank)
        self.told(DEALS, deal(signed_on="2022-02-01", acquirer_uscc=code, acquirer_name=name, contract_value="1.00"))
        self.assertEqual(self.facts(code)["loans"], "3000000.00")
        self.post("/v1/loans", dict(one, contract_no=one["contract_no"] + "-2"), bank)
        self.assertNotEqual(self.facts(code).get("loans"), "6000000.00")
