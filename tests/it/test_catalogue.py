"""The catalogue: offers and needs, which fit each other and why, what came of it, open licences taken."""
import csv
import json
import os

from half_case import HalfCase
from harness import ROOT, firm, loan, numbers, patent

OFFERS, NEEDS, FOLLOWUPS = "/v1/catalogue-offers", "/v1/catalogue-needs", "/v1/catalogue-followups"


def offer(**over):
    record = {
        "reference": "GJ-%d" % next(numbers), "number": patent(next(numbers) % 10000000), "title": "低温烧结封装",
        "summary": "用纳米银浆在低温下把芯片焊牢", "holder_name": "示例大学", "holder_kind": "university",
        "district": "310115", "way": "licence", "licence": "ordinary", "listed_on": "2022-03-01",
        "ipc": [{"code": "H01L 21/60"}]}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


def need(**over):
    code, name = firm(next(numbers))
    record = {
        "reference": "XQ-%d" % next(numbers), "uscc": code, "name": name, "district": "310115", "industry": "C3973",
        "employees": 86, "revenue": "52000000.00", "title": "芯片封装", "summary": "需要烧结工艺", "listed_on": "2022-03-10"}
    record.update(over)
    return {k: v for k, v in record.items() if v is not None}


def open_offer(**over):
    return offer(**dict({"licence": "open", "price_from": "60000.00", "licence_years": 3, "pay_after_days": 180}, **over))


def acceptance(of, **over):
    code, name = firm(next(numbers))
    return dict({"reference": "KF-%d" % next(numbers), "offer": of, "on": "2022-05-01", "acquirer_name": name,
                 "acquirer_uscc": code, "industry": "C3973", "employees": 86, "revenue": "52000000.00",
                 "district": "310115", "evidence": "书面通知"}, **over)


def labelled():
    """[(offer or None, [need])] of the labelled set."""
    pairs = []
    with open(os.path.join(ROOT, "tests", "data", "matching.tsv"), encoding="utf-8") as f:
        for row in csv.reader((x for x in f if not x.startswith("#")), delimiter="\t"):
            if row[0] == "offer":
                pairs.append((offer(title=row[1], summary=row[2], ipc=[{"code": c} for c in row[3].split(";")]), []))
            elif row[0] == "-":
                pairs.append((None, []))
            else:
                pairs[-1][1].append(need(title=row[1], summary=row[2], industry=row[3], district="310104"))
    return pairs


class Catalogue(HalfCase):
    def refused(self, path, body, *problems, token=None):
        before = self.d.sql("select count(*) from submission")
        r = self.d.call("POST", path, body, token or self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))
        self.assertEqual(self.d.sql("select count(*) from submission"), before)

    def test_an_offer_is_stored_with_the_words_that_it_is_found_by(self):
        made = self.post(OFFERS, offer())
        got = self.get(made.headers["location"])
        for word in ("纳米", "芯片", "封装"):
            self.assertIn(word, got["words"].split())
        self.assertEqual((got["state"], got["ipc"]), ("live", [{"code": "H01L 21/60"}]))
        self.assertEqual(self.d.call("POST", OFFERS, got, self.office).status, 200)
        # Nobody is found by words that he did not write; fewer are his own business.
        self.refused(OFFERS, offer(words="芯片 区块链"), ("/words", "E_CONTRADICTS"))
        self.post(OFFERS, offer(words="芯片"))
        for over, *problems in (
                ({"ipc": [{"code": "H01"}]}, ("/ipc/0/code", "E_IPC")),
                ({"licence": None}, ("/licence", "E_NEED")),
                ({"way": "transfer"}, ("/licence", "E_UNWANTED")),
                ({"licence": "open"}, ("/price_from", "E_NEED"), ("/licence_years", "E_NEED")),
                ({"price_from": "2.00", "price_to": "1.00"}, ("/price_to", "E_CONTRADICTS")),
                ({"number": "12345678"}, ("/number", "E_PATENT")),
                ({"number": got["number"]}, ("/number", "E_TAKEN"))):
            self.refused(OFFERS, offer(**over), *problems)
        self.refused(OFFERS, offer(district="310116"), ("/district", "E_FIRM_DISTRICT"), token=self.district)
        self.post(OFFERS, offer(ipc=[{"code": "h01l21/60"}], way="transfer", licence=None))

    def test_an_offer_leaves_by_itself_when_its_patent_does(self):
        body = offer(number=patent(next(numbers) % 10000000, 2020))
        made = self.post(OFFERS, body)
        where = made.headers["location"]
        event = {"number": body["number"], "kind": "granted", "on": "2021-02-01", "filed_on": "2020-01-02",
                 "owner_name": "示例大学"}
        self.post("/v1/ip-events", dict(event, reference="E-%d" % next(numbers)))
        self.post("/v1/ip-events", {"reference": "E-%d" % next(numbers), "number": body["number"], "kind": "lapsed", "on": "2022-06-01"})
        got = self.get(where)
        self.assertEqual((got["state"], got["since"]), ("lapsed", "2022-06-01"))
        self.assertEqual(self.get(where + "?as_of=2022-05-31")["state"], "live")
        self.refused(OFFERS, {k: v for k, v in dict(body, reference="again", listed_on="2022-07-01", way="transfer").items() if k != "licence"}, ("/number", "E_RIGHT_DEAD"))
        # Sold or licensed exclusively, it is gone; licensed ordinarily it is not.
        for kind, licence, state in (("licence", "ordinary", "live"), ("licence", "exclusive", "dealt"), ("transfer", None, "dealt")):
            made = self.post(OFFERS, offer())
            code, name = firm(next(numbers))
            deal = {"reference": "D-%d" % next(numbers), "kind": kind, "signed_on": "2022-04-01", "provider_name": "示例大学",
                    "provider_kind": "university", "acquirer_name": name, "acquirer_kind": "sme", "acquirer_uscc": code,
                    "district": "310115", "contract_value": "1.00", "evidence": "e", "ip": [{"number": made.json()["number"]}]}
            self.post("/v1/ip-deals", dict(deal, **({"licence": licence} if licence else {})))
            self.assertEqual(self.get(made.headers["location"])["state"], state)
        listed = [x["state"] for x in self.get(OFFERS + "?state=live&limit=1000")["items"]]
        self.assertEqual(set(listed), {"live"})

    def test_a_patent_that_was_gone_before_is_not_on_offer(self):
        """Sold before it was listed, or in another's name on the register though nobody told of a deal; a licence that has ended
        and a patent that its holder has bought are offered."""
        holder, (code, name) = firm(next(numbers)), firm(next(numbers))
        def dealt(number, **over):
            self.post("/v1/ip-deals", dict({
                "reference": "D-%d" % next(numbers), "kind": "transfer", "signed_on": "2021-04-01", "provider_name": holder[1],
                "provider_kind": "other", "provider_uscc": holder[0], "acquirer_name": name, "acquirer_kind": "sme",
                "acquirer_uscc": code, "district": "310115", "contract_value": "1.00", "evidence": "e", "ip": [{"number": number}]},
                **over))
        state = lambda **over: self.get(self.post(OFFERS, offer(
            number=number, holder_name=holder[1], holder_kind="other", holder_uscc=holder[0], **over)).headers["location"])["state"]
        number = patent(next(numbers) % 10000000, 2018)
        dealt(number)
        self.assertEqual(state(), "dealt")
        number = patent(next(numbers) % 10000000, 2018)
        dealt(number, kind="licence", licence="exclusive", ends_on="2021-12-31")
        self.assertEqual(state(), "live")
        number = patent(next(numbers) % 10000000, 2018)
        dealt(number, provider_uscc=code, provider_name=name, acquirer_uscc=holder[0], acquirer_name=holder[1])
        self.assertEqual(state(), "live")

    def test_matching_finds_what_people_would(self):
        """Recall and precision on the labelled set, both ways."""
        pairs = labelled()
        self.assertGreaterEqual(sum(len(n) for o, n in pairs if o), 60)
        path = {}
        for o, needs in pairs:
            for base, records in ((OFFERS, [o] if o else []), (NEEDS, needs)):
                for x in records:
                    path[x["reference"]] = self.post(base, x).headers["location"]
        mine = set(path)
        hits = first = asked = 0
        for o, needs in pairs:
            for n in needs:
                found = [x["offer_reference"] for x in self.get(path[n["reference"]] + "/matches")["items"]
                         if x["offer_reference"] in mine]
                if o is None:
                    first -= bool(found)  # something was proposed to whom nothing fits
                    continue
                asked += 1
                hits += o["reference"] in found[:3]
                first += found[:1] == [o["reference"]]
        wanted = right = told = 0
        for o, needs in ((o, n) for o, n in pairs if o):
            found = [x["need_reference"] for x in self.get(path[o["reference"]] + "/matches?limit=10")["items"]
                     if x["need_reference"] in mine]
            wanted += len(needs)
            told += len(found)
            right += len({n["reference"] for n in needs} & set(found))
        shown = "needs: %d of %d among the first three, %d first; offers: recall %d/%d, precision %d/%d" % (
            hits, asked, first, right, wanted, right, told)
        print(shown)
        self.assertGreaterEqual(hits * 100, asked * 90, shown)
        self.assertGreaterEqual(first * 100, asked * 80, shown)
        self.assertGreaterEqual(right * 100, wanted * 80, shown)
        self.assertGreaterEqual(right * 100, told * 60, shown)

    def test_reasons_are_words_that_a_reader_can_check(self):
        o = self.post(OFFERS, open_offer(title="磁悬浮轴承", summary="离心压缩机无油高速运转", price_from="60000.00",
                                         ipc=[{"code": "F16C 32/04"}]))
        n = self.post(NEEDS, need(title="无油压缩机", summary="考虑磁悬浮轴承", industry="C3442", budget="59999.99",
                                  ipc=[{"code": "F16C 32/00"}]))
        got = [x for x in self.get(o.headers["location"] + "/matches")["items"] if x["need"] == n.json()["id"]][0]
        reasons = {r["code"]: r for r in got["reasons"]}
        self.assertEqual(reasons["ipc"]["text"], "同属 IPC 小类 F16C")
        self.assertEqual(reasons["industry"]["text"], "企业行业 C3442 对应 IPC F16C")
        self.assertIn("轴承", reasons["words"]["text"])
        self.assertEqual((reasons["price"]["text"], reasons["price"]["points"]), ("报价超出预算", -10))
        self.assertEqual(got["score"], sum(r["points"] for r in got["reasons"]))
        back = [x for x in self.get(n.headers["location"] + "/matches", self.d.token("bank"))["items"] if x["offer"] == o.json()["id"]]
        self.assertEqual({r["code"] for r in back[0]["reasons"]}, set(reasons))
        self.assertEqual(self.d.call("GET", OFFERS + "/" + n.json()["id"] + "/matches", None, self.office).status, 404)

    def test_what_came_of_a_match_is_linked(self):
        o, n = self.post(OFFERS, offer(dormant_since="2019-01-01")), self.post(NEEDS, need())
        said = {"reference": "JZ-%d" % next(numbers), "offer": o.json()["reference"], "need": n.json()["reference"],
                "kind": "visit", "on": "2022-04-02"}
        self.refused(FOLLOWUPS, dict(said, on="2022-02-28"), ("/on", "E_ORDER"))
        self.refused(FOLLOWUPS, dict(said, kind="deal"), ("/deal", "E_NEED"))
        self.refused(FOLLOWUPS, dict(said, offer="none"), ("/offer", "E_NO_RECORD"))
        self.post(FOLLOWUPS, said)
        deal = {"reference": "D-%d" % next(numbers), "kind": "licence", "licence": "ordinary", "signed_on": "2022-05-01",
                "provider_name": "示例大学", "provider_kind": "university", "acquirer_name": n.json()["name"], "acquirer_kind": "sme",
                "acquirer_uscc": n.json()["uscc"], "district": "310115", "contract_value": "1.00", "evidence": "e",
                "ip": [{"number": patent(next(numbers) % 10000000)}]}
        self.post("/v1/ip-deals", deal)
        done = dict(said, reference="JZ-%d" % next(numbers), kind="deal", on="2022-05-01", deal=deal["reference"])
        self.refused(FOLLOWUPS, done, ("/deal", "E_CONTRADICTS"))  # it is of another patent
        before = dict(deal, reference="D-%d" % next(numbers), signed_on="2022-02-01", ends_on="2022-02-28", ip=[{"number": o.json()["number"]}])
        self.post("/v1/ip-deals", before)
        self.refused(FOLLOWUPS, dict(done, deal=before["reference"]), ("/deal", "E_ORDER"))  # nobody had listed it
        bank = self.d.token("bank")
        own = loan(borrower_uscc=n.json()["uscc"], borrower_name=n.json()["name"], signed_on="2022-05-05")
        early = dict(own, contract_no=own["contract_no"] + "-0", signed_on="2022-02-20", amount="1.00", ip=loan()["ip"])
        strange = loan(signed_on="2022-05-05")
        for record in (own, early, strange):
            self.post("/v1/loans", record, bank)
        lent = lambda record: dict(said, reference="JZ-%d" % next(numbers), kind="loan", on="2022-05-06", loan=record["contract_no"])
        self.refused(FOLLOWUPS, lent(strange), ("/loan", "E_CONTRADICTS"))
        self.refused(FOLLOWUPS, lent(early), ("/loan", "E_ORDER"))
        self.post(FOLLOWUPS, lent(own))
        right = dict(deal, reference="D-%d" % next(numbers), ip=[{"number": o.json()["number"]}])
        made = self.post("/v1/ip-deals", right)
        self.post(FOLLOWUPS, dict(done, deal=right["reference"]))
        got = self.get(n.headers["location"])
        self.assertEqual((got["state"], [f["kind"] for f in got["followups"]], got["followups"][1]["deal"]),
                         ("met", ["visit", "deal", "loan"], made.json()["id"]))

    def test_an_open_licence_is_taken_in_one_step_and_is_a_deal(self):
        made = self.post(OFFERS, open_offer())
        where, no = made.headers["location"], made.json()["number"]
        body = acceptance(made.json()["reference"])
        taken = self.post(where + "/accept", {k: v for k, v in body.items() if k != "offer"}, self.district)
        got = self.get(taken.headers["location"])
        self.assertEqual((got["number"], got["contract_value"], got["ends_on"], got["counts_for"], got["dues"]),
                         (no, "60000.00", "2025-04-30", ["T4", "T5"], [{"due_on": "2022-10-28", "amount": "60000.00"}]))
        self.assertEqual((got["state"], got["overdue"]), ("told", "60000.00"))
        self.post(taken.headers["location"] + "/confirm", {"seen": got["seen"], "reason": "已核对"}, self.office)
        self.post("/v1/ip-deal-payments", {"reference": "P-%d" % next(numbers), "deal": got["reference"], "on": "2022-10-20",
                                           "amount": "60000.00", "receipt_no": "HD-%d" % next(numbers)}, self.district)
        self.assertNotIn("overdue", self.get(taken.headers["location"]))
        rows = self.get("/v1/plans/sh-2021-2023/figures?side=sme_acquisition&figure=contract_value&way=licence&period=2022Q2")
        self.assertEqual([(x["type"], x["value"]) for x in rows["items"] if x["id"] == got["id"]], [("offer_acceptance", "60000.00")])
        # The price that was accepted stays, whatever the offer says later.
        r = self.d.call("PUT", where, dict(self.get(where), reason="调价", price_from="90000.00"), self.office, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.assertEqual(self.get(taken.headers["location"])["contract_value"], "60000.00")
        # Nor does another offer take its place; it is voided, and another taken.
        other = self.post(OFFERS, open_offer()).json()["reference"]
        now = self.get(taken.headers["location"])
        r = self.d.call("PUT", taken.headers["location"], dict(now, reason="换", offer=other), self.district, {"If-Match": '"1"'})
        self.assertEqual(r.codes(), [("/offer", "E_CONTRADICTS")])
        path = "/v1/offer-acceptances"
        self.refused(path, acceptance(got["offer"], acquirer_uscc=got["acquirer_uscc"]), ("/offer", "E_TOLD_ALREADY"))
        self.refused(path, acceptance(got["offer"], employees=2000, revenue="900000000.00"), ("/size", "E_NOT_SME"))
        self.refused(path, acceptance(got["offer"], industry=None) | {"industry": "J6620"}, ("/size", "E_NOT_SME"))
        self.refused(path, acceptance(got["offer"], on="2022-02-28"), ("/on", "E_ORDER"))
        self.refused(path, acceptance(self.post(OFFERS, offer()).json()["reference"]), ("/offer", "E_OFFER"))
        self.refused(path, acceptance(got["offer"], district="310116"), ("/district", "E_FIRM_DISTRICT"), token=self.district)
        self.post(path, acceptance(got["offer"]))

    def test_catalogues_come_as_files(self):
        o = [offer(), offer()]
        head = "供给编号,专利号,技术名称(技术语言),技术简介(技术语言),持有人名称,持有人类型,所在区代码,交易方式,许可种类,发布日,IPC 分类\r\n"
        text = head + "".join("%s,%s,%s,%s,示例大学,高校,310115,许可,普通,2022-03-01,H01L 21/60;H01L23/488\r\n" % (
            x["reference"], x["number"], x["title"], x["summary"]) for x in o)
        r = self.d.call("POST", OFFERS, text.encode(), self.office, {"Content-Type": "text/csv"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], 2, r.body)
        out = self.d.call("GET", OFFERS + "?format=csv", None, self.d.token("auditor"))
        self.assertIn(o[0]["reference"], out.body.decode())

    def test_offers_and_needs_are_everybodys_and_tellers_are_few(self):
        made = self.post(NEEDS, need(), self.district)
        self.assertEqual(self.d.call("GET", made.headers["location"], None, self.d.token("insurer")).status, 200)
        bank = self.d.token("bank")
        self.refused(NEEDS, need(), ("/uscc", "E_FIRM_STRANGER"), token=bank)
        n = need()
        self.post("/v1/loans", {"contract_no": "C-%d" % next(numbers), "product": "single_pledge", "borrower_uscc": n["uscc"],
                                "borrower_name": n["name"], "district": "310115", "amount": "1.00", "rate": "3.65", "signed_on":
                                "2022-07-01", "matures_on": "2023-07-01", "ip": [{"number": patent(next(numbers) % 10000000)}]}, bank)
        self.post(NEEDS, n, bank)
        self.assertTrue(json.dumps(n))
