"""Events and what came of them; centres, portfolios, alliances, clusters, agencies, trainings."""
from half_case import HalfCase
from harness import firm, loan, numbers, patent

EVENTS = "/v1/matching-events"


def unit(kind="firm"):
    code, name = firm(next(numbers))
    return {"name": name, "kind": kind, "uscc": code}


def event(*units, **over):
    return dict({"reference": "HD-%d" % next(numbers), "kind": "bank_park", "title": "银园对接会 %d" % next(numbers),
                 "district": "310115", "held_on": "2022-03-01", "organiser": "浦东新区知识产权局",
                 "participants": list(units or [unit()])}, **over)


class Registers(HalfCase):
    def setUp(self):
        super().setUp()
        self.bank = self.d.token("bank")

    def refused(self, path, body, *problems, token=None):
        r = self.d.call("POST", path, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))

    def test_what_came_of_an_event_follows_a_stated_rule(self):
        a, b = unit(), unit()
        first, second = self.post(EVENTS, event(a, b)), self.post(EVENTS, event(a, held_on="2022-06-01"))
        # The day itself and the 180th count, the day before and the 181st do not: 2022-03-01 + 180 = 2022-08-28.
        for on, amount in (("2022-02-28", "1.00"), ("2022-03-01", "2.00"), ("2022-08-28", "4.00"), ("2022-08-29", "8.00")):
            self.post("/v1/loans", loan(borrower_uscc=b["uscc"], borrower_name=b["name"], signed_on=on, amount=amount,
                                        matures_on="2023-09-01"), self.bank)
        # What follows two events is the later one's.
        self.post("/v1/loans", loan(borrower_uscc=a["uscc"], borrower_name=a["name"], signed_on="2022-06-02", amount="16.00"), self.bank)
        deal = {"reference": "D-%d" % next(numbers), "kind": "transfer", "signed_on": "2022-04-01", "provider_name": "示例大学",
                "provider_kind": "university", "acquirer_name": a["name"], "acquirer_kind": "sme", "acquirer_uscc": a["uscc"],
                "district": "310115", "contract_value": "32.00", "evidence": "e", "ip": [{"number": patent(next(numbers) % 10000000)}]}
        made = self.post("/v1/ip-deals", deal)
        self.assertEqual(self.get(first.headers["location"])["outcome"]["deals"], 0)
        self.post(made.headers["location"] + "/confirm", {"seen": self.get(made.headers["location"])["seen"], "reason": "x"}, self.finance)
        got = self.get(first.headers["location"])["outcome"]
        self.assertEqual((got["loans"], got["loan_amount"], got["deals"], got["deal_value"], got["until"]),
                         (2, "6.00", 1, "32.00", "2022-08-28"))
        self.assertIn("180", got["rule"])
        self.assertEqual(self.get(second.headers["location"])["outcome"]["loan_amount"], "16.00")
        # A deal of two firms that met different crowds counts once, for the later event: only its seller was there.
        c = unit()
        third = self.post(EVENTS, event(c, held_on="2022-04-10"))
        sold = self.post("/v1/ip-deals", dict(deal, reference="D-%d" % next(numbers), signed_on="2022-04-20", acquirer_name=b["name"],
                         acquirer_uscc=b["uscc"], provider_name=c["name"], provider_kind="sme", provider_uscc=c["uscc"],
                         contract_value="64.00", ip=[{"number": patent(next(numbers) % 10000000)}]))
        self.post(sold.headers["location"] + "/confirm", {"seen": self.get(sold.headers["location"])["seen"], "reason": "x"}, self.finance)
        for where, value in ((first, "32.00"), (third, "64.00")):
            self.assertEqual(self.get(where.headers["location"])["outcome"]["deal_value"], value)
        # A bank does not see who came; a district sees its own events.
        self.assertEqual(self.d.call("GET", first.headers["location"], None, self.bank).status, 404)
        self.assertEqual(self.d.call("GET", first.headers["location"], None, self.d.token("district", "DIST-310116")).status, 404)
        self.get(first.headers["location"], self.district)

    def test_who_is_named_when_the_loan_is_known_is_told_apart(self):
        """An organiser who names the firms that borrowed anyway shows that he did so afterwards."""
        a, b = unit(), unit()
        made = self.post(EVENTS, event(a))
        where = made.headers["location"]
        for who in (a, b):
            self.post("/v1/loans", loan(borrower_uscc=who["uscc"], borrower_name=who["name"], signed_on="2022-03-05", amount="8.00",
                                        matures_on="2023-09-01"), self.bank)
        told = lambda: [self.get(where)["outcome"][k] for k in ("loans", "loan_amount", "named_after")]
        self.assertEqual(told(), [1, "8.00", 0])
        was = self.get(where)
        r = self.d.call("PUT", where, dict(was, reason="补报", participants=[a, b]), self.office, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual(told(), [2, "16.00", 1])

    def test_an_event_is_refused_field_by_field(self):
        there = unit()
        body = event(there)
        self.post(EVENTS, dict(body, intents=[{"uscc": there["uscc"], "kind": "loan", "amount": "5000000.00"}]))
        self.refused(EVENTS, event(intents=[{"uscc": there["uscc"], "kind": "loan"}]), ("/intents/0/uscc", "E_CONTRADICTS"))
        self.refused(EVENTS, event(there, title=body["title"]), ("/title", "E_TOLD_ALREADY"))
        self.post(EVENTS, event(there, title=body["title"], held_on="2022-03-02"))
        self.refused(EVENTS, event(held_on="2199-01-01"), ("/held_on", "E_FUTURE"))
        self.refused(EVENTS, event(kind="party"), ("/kind", "E_CHOICE"))
        self.refused(EVENTS, event(district="310116"), ("/district", "E_FIRM_DISTRICT"), token=self.district)
        self.refused(EVENTS, event(voided=True), ("/voided", "E_UNWANTED"))

    def test_a_portfolio_shows_what_it_secures(self):
        one, two = patent(next(numbers) % 10000000), patent(next(numbers) % 10000000)
        self.post("/v1/loans", loan(amount="700.00", ip=[{"number": one}]), self.bank)
        self.post("/v1/securitisations", {
            "reference": "ABS-%d" % next(numbers), "kind": "abs", "issued_on": "2022-06-30", "amount": "900.00",
            "originator": "示例融资租赁", "district": "310115", "tranches": [{"name": "A", "amount": "900.00", "matures_on": "2024-06-30"}],
            "ip": [{"number": one}, {"number": two}]}, self.bank)
        body = {"reference": "ZH-%d" % next(numbers), "name": "组合 %d" % next(numbers), "holder_name": "示例大学", "district": "310115",
                "formed_on": "2022-02-01", "ip": [{"number": one}, {"number": two}]}
        got = self.get(self.post("/v1/portfolios", body).headers["location"])
        self.assertEqual((got["loans"], got["loan_amount"], got["issues"], got["issue_amount"], got["dead"]),
                         (1, "700.00", 1, "900.00", []))
        self.refused("/v1/portfolios", dict(body, reference="again"), ("/name", "E_TOLD_ALREADY"))
        self.refused("/v1/portfolios", dict(body, reference="one", name="单件", ip=[{"number": one}]), ("/ip", "E_LENGTH"))

    def test_members_come_in_one_cell_and_go_out_so(self):
        a, b = firm(next(numbers)), firm(next(numbers))
        said = self.d.call("GET", "/v1/alliances/template.csv", token=self.office).body.decode("utf-8-sig")
        self.assertIn("成员单位(名称|类型|统一社会信用代码)", said)
        no = "LM-%d" % next(numbers)

        def send(members, reference=no, more=""):
            row = {"联盟编号": reference, "联盟名称": "示例联盟" + reference, "牵头单位": a[1], "所在区代码": "310115", "成立日": "2022年6月8日",
                   "成员单位(名称|类型|统一社会信用代码)": members}
            text = ",".join('"%s"' % row.get(title, "") for title in said.strip().split(","))
            return self.d.call("POST", "/v1/alliances" + more, (said.strip() + "\r\n" + text + "\r\n").encode(), self.office, {"Content-Type": "text/csv"})

        good = "%s|企业|%s;%s ｜ 高校；第三家|银行|" % (a[1], a[0], b[1])
        line = send(good).lines()[0]
        self.assertEqual(line["outcome"], "created", line)
        stored = self.get("/v1/alliances/" + line["id"])
        self.assertEqual(stored["members"], [{"name": a[1], "kind": "firm", "uscc": a[0]}, {"name": b[1], "kind": "university"},
                                             {"name": "第三家", "kind": "bank"}])
        r = self.d.call("GET", "/v1/alliances?format=csv&q=" + no, token=self.office)
        self.assertIn("%s|企业|%s;%s|高校;第三家|银行" % (a[1], a[0], b[1]), r.body.decode())
        again = self.d.call("POST", "/v1/alliances", r.body, self.office, {"Content-Type": "text/csv"})
        self.assertEqual(again.lines()[-1]["summary"]["replay"], 1, again.body.decode())
        for members, *problems in (("甲;乙|企业", ("/members/0/kind", "E_NEED")), ("甲|企业|坏码;乙|企业", ("/members/0/uscc", "E_USCC")),
                                   ("甲|公司;乙|企业", ("/members/0/kind", "E_CHOICE")), ("甲|企业||x;乙|企业", ("/members/0", "E_LENGTH")),
                                   ("甲|企业", ("/members", "E_LENGTH"))):
            line = send(members, no + "X", "?dry_run=true").lines()[0]
            self.assertEqual([(e["pointer"], e["code"]) for e in line["errors"]], problems, members)

    def test_the_other_registers(self):
        n = next(numbers)
        agency = unit()
        made = self.post("/v1/service-agencies", {
            "reference": "JG-%d" % n, "name": agency["name"], "uscc": agency["uscc"], "brand": True, "district": "310115",
            "chosen_on": "2022-01-05", "specialists": [{"name": "王敏", "since": "2022-01-06", "to": "示例大学"}]})
        self.refused("/v1/service-agencies", {
            "reference": "JG-x%d" % n, "name": "另一家%d" % n, "uscc": unit()["uscc"], "brand": True, "district": "310115",
            "chosen_on": "2022-01-05", "specialists": [{"name": "310115199001010011", "since": "2022-01-06"}]},
            ("/specialists/0/name", "E_CARD_NO"))
        served = {"reference": "FW-%d" % n, "kind": "visit", "agency": "JG-%d" % n, "specialist": "王敏", "served_name": "示例大学",
                  "district": "310115", "on": "2022-02-01"}
        self.post("/v1/agency-services", served)
        self.refused("/v1/agency-services", dict(served, reference="other", agency="none", on="2022-02-02"), ("/agency", "E_NO_RECORD"))
        got = self.get(made.headers["location"])
        self.assertEqual((got["services"], got["served"]), (1, 1))
        for path, body in (
                ("/v1/operation-centres", {"kind": "operation", "name": "中心%d" % n, "host": "park", "host_name": "园区",
                                           "founded_on": "2022-01-01"}),
                ("/v1/alliances", {"name": "联盟%d" % n, "lead_name": "甲", "founded_on": "2022-01-01", "members": [unit(), unit()]}),
                ("/v1/clusters", {"name": "集聚区%d" % n, "founded_on": "2022-01-01", "windows": [
                    {"name": "窗口", "service": "pledges", "opened_on": "2022-02-01"}]}),
                ("/v1/trainings", {"kind": "course", "title": "培训%d" % n, "organiser": "服务中心", "on": "2022-03-01", "attended": 80})):
            body = dict(body, reference="R-%d" % n, district="310115")
            made = self.post(path, body, self.district)
            self.assertEqual(self.get(made.headers["location"], self.bank)["reference"], "R-%d" % n)
            name = "title" if "title" in body else "name"
            self.refused(path, dict(body, reference="again"), ("/" + name, "E_TOLD_ALREADY"))
