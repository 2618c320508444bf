#!/usr/bin/env python3
"""load_half.py URL TOKENS PLEDGED [QUARTERS] - what the quickstart loads beside the sample book: the plan's other half (half/, made by
make_half.py), then one case each of what only happens between offices: insurance, an issue, a covered loan that goes bad and is
compensated, a subsidy that is paid, and the sealed quarters of the first year (or so many of them).

**All of it is invented.** TOKENS: lines of code, kind, token, as the quickstart writes them. Persons who must be others
than the first get tokens by PLEDGED token add. Days of the case of the fund are days before today: a claim's day is the
ledger's.
"""
import datetime
import glob
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from make_book import INSURER, patent, uscc  # noqa: E402

SECOND_LOOK = ("ip-deals", "ip-deal-payments", "product-filings", "offer-acceptances", "ranking-weights", "benchmarks",
               "indicators")
TODAY = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


class Ledger:
    def __init__(self, url, tokens, pledged):
        self.url, self.pledged = url, pledged
        with open(tokens, encoding="utf-8") as f:
            self.tokens = {row[0]: row[2] for row in (line.rstrip("\n").split("\t") for line in f) if len(row) == 3}

    def person(self, org, name, kind=None, district=None):
        """The token of one more person of an organisation, which is made when it is not there."""
        if kind:
            subprocess.run([self.pledged, "org", "add", "--code", org, "--kind", kind, "--name", name] +
                           (["--district", district] if district else []), check=True, stdout=subprocess.DEVNULL)
        return subprocess.run([self.pledged, "token", "add", "--org", org, "--person", name], check=True,
                              capture_output=True, text=True).stdout.strip()

    def call(self, method, path, body, token, kind="application/json"):
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        ask = urllib.request.Request(self.url + path, data, {
            "Authorization": "Bearer " + token, "Content-Type": kind, "Accept-Language": "zh"}, method=method)
        try:
            with urllib.request.urlopen(ask) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            raise SystemExit("%s %s: %s %s" % (method, path, e.code, e.read().decode()[:2000]))

    def post(self, path, body, token):
        _, headers, got = self.call("POST", path, body, token)
        return headers.get("Location"), json.loads(got)

    def get(self, path, token):
        return json.loads(self.call("GET", path, None, token)[2])

    def agreed(self, path, body, token, second):
        """What one person proposes another approves."""
        where, _ = self.post(path, body, token)
        self.post(where + "/approve", {"seen": self.get(where, second)["seen"], "reason": "示例:核对无误"}, second)

    def lines(self, path, body, token):
        """A batch: every line is stored, or the first that is not is told."""
        got = [json.loads(x) for x in self.call("POST", path, body, token, "application/x-ndjson")[2].splitlines()]
        bad = [x for x in got[:-1] if x["outcome"] not in ("created", "replay")]
        if bad:
            raise SystemExit("%s: %d of %d lines refused, the first: %s" % (
                path, len(bad), len(got) - 1, json.dumps(bad[0], ensure_ascii=False)))
        return len(got) - 1

    def every(self, path, token):
        after = ""
        while True:
            page = self.get("%s?limit=1000%s" % (path, after), token)
            yield from page["items"]
            if not page["next"]:
                return
            after = "&after=" + page["next"]

    def step(self, where, name, token, **more):
        seen = self.get(where, token)["seen"]
        return self.post("%s/%s" % (where, name), dict({"seen": seen, "reason": "示例:材料齐全"}, **more), token)


def half(d):
    finance = d.tokens["FINANCE-SH"]
    for path in sorted(glob.glob(os.path.join(HERE, "half", "*.ndjson"))):
        _, org, name, _ = os.path.basename(path).split(".")
        with open(path, "rb") as f:
            print("  %s: %d" % (name, d.lines("/v1/" + name, f.read(), d.tokens[org])))
        if name in SECOND_LOOK:
            told = [r for r in d.every("/v1/" + name, finance) if r["state"] == "told"]
            if name == "ip-deals":
                told = told[:-5]  # some wait for their second look
            d.lines("/v1/confirmations", b"".join(json.dumps(
                {"record": r["id"], "seen": r["seen"], "reason": "示例:已核对"}).encode() + b"\n" for r in told), finance)


def insurance(d):
    for i, kind in enumerate(("enforcement", "infringement_liability", "trademark", "patent_transaction", "overseas_liability")):
        for year in (2022, 2023):
            d.post("/v1/insurance-policies", {
                "policy_no": "示例保单-%d-%d" % (year, i), "kind": kind, "insured_uscc": uscc("310115", 200001 + i), "district": "310115",
                "sum_insured": "%d00000.00" % (5 + i), "premium": "%d000.00" % (5 + i), "starts_on": "%d-11-%02d" % (year, i + 1),
                "ends_on": "%d-11-%02d" % (year + 1, i + 1), "ip": [{"number": patent(2020, 1, 7900000 + i)}]}, d.tokens[INSURER])
    d.post("/v1/insurance-claims", {
        "claim_no": "示例赔案-1", "policy_no": "示例保单-2022-1", "loss_on": "2023-10-08", "filed_on": "2023-10-12", "claimed":
        "200000.00", "outcome": "paid", "decided_on": "2023-12-01", "paid": "150000.00"}, d.tokens[INSURER])


def issue(d):
    body = {"reference": "示例-ABS-1", "kind": "abs", "title": "示例知识产权资产支持专项计划", "assets": "licence_fees", "issued_on": "2023-11-15",
            "amount": "200000000.00", "originator": "示例融资租赁有限公司", "district": "310115", "tranches": [
                {"name": "优先级", "amount": "190000000.00", "rate": "3.20", "matures_on": "2025-11-15"},
                {"name": "次级", "amount": "10000000.00", "matures_on": "2025-11-15"}], "ip": [{"number": patent(2020, 1, 7850001)}]}
    d.post("/v1/securitisations", body, d.tokens["IPO-SH"])
    d.post("/v1/securitisation-events", {"reference": "示例-DF-1", "securitisation": "示例-ABS-1", "tranche": "优先级", "kind": "principal",
                                         "on": "2023-12-15", "amount": "5000000.00"}, d.tokens["IPO-SH"])


def lent(d, bank, no, district, drawn, matures, firm, right):
    body = {"contract_no": no, "product": "single_pledge", "borrower_uscc": firm, "borrower_name": "示例%s有限公司" % no,
            "district": district, "industry": "C3973", "employees": 60, "revenue": "30000000.00", "assets": "20000000.00",
            "amount": "3000000.00", "rate": "3.45", "signed_on": drawn, "disbursed_on": drawn, "registered_on": drawn,
            "matures_on": matures, "ip": [{"number": right, "owner_uscc": firm}]}
    return d.post("/v1/loans", body, bank)[0]


def fund(d):
    """A loan of 3,000,000.00, covered on paper, goes bad; the fund bears 54 % of what is lost."""
    bank, finance = d.tokens["BANK-PJ"], d.tokens["FINANCE-SH"]
    second = d.person("FINANCE-SH", "复核")
    with open(os.path.join(HERE, "schemes", "zs.json"), encoding="utf-8") as f:
        where, _ = d.post("/v1/schemes", json.load(f), d.tokens["IPO-SH"])
    d.step(where, "approve", finance, on="2016-01-05")
    d.agreed("/v1/transfers", {"reference": "示例拨款-1", "debit": "fund:ZS", "credit": "appropriation:ZS",
                               "amount": "40000000.00", "on": "2022-01-05", "cause": "appropriation"}, finance, second)
    loan = lent(d, bank, "示例-补偿-1", "310115", ago(400), ago(35), uscc("310115", 699001), patent(2020, 1, 7800001))
    cover = d.post("/v1/coverages", {"reference": "示例备案-1", "loan": "示例-补偿-1", "scheme": "ZS", "on": ago(400),
                                     "evidence": "示例备案表"}, bank)[1]["id"]
    for token in (finance, second):
        d.step("/v1/coverages/" + cover, "confirm", token)
    for n, (kind, more) in enumerate((("overdue", {}), ("classified", {"grade": "substandard"}))):
        d.post(loan + "/events", dict({"reference": "示例事件-%d" % n, "kind": kind, "on": ago(200)}, **more), bank)
    claim, _ = d.post("/v1/claims", {"reference": "示例理赔-1", "loan": "示例-补偿-1", "kind": "compensation"}, bank)
    for name, token in (("accept", finance), ("approve", second), ("pay", finance)):
        d.step(claim, name, token)


def subsidy(d):
    """Interest of a loan that was repaid in time, subsidised by a district's policy out of this year's budget."""
    bank = d.tokens["BANK-PJ"]
    maker, checker = (d.person("DIST-310116", n, "district", "310116") for n in ("金山经办", "金山复核"))
    payer = d.person("DIST-310116", "金山支付")
    with open(os.path.join(HERE, "policies", "js-2023.json"), encoding="utf-8") as f:
        where, _ = d.post("/v1/policies", json.load(f), maker)
    d.step(where, "approve", checker, on="2023-06-20")
    d.agreed("/v1/budgets", {"reference": "示例预算-1", "policy": "JS-2023", "year": TODAY.year, "kind": "appropriation",
                             "amount": "1000000.00", "on": str(TODAY)}, maker, checker)
    # Signed before the plan's base year: the sample book alone makes the published totals.
    loan = lent(d, bank, "示例-贴息-1", "310116", "2019-12-16", "2023-12-15", uscc("310116", 699002), patent(2017, 1, 7800002))
    # 3,000,000.00 at 3.45 % over 1,460 days of 360.
    d.post(loan + "/events", {"reference": "示例还款-1", "kind": "settled", "on": "2023-12-15", "interest": "419750.00"}, bank)
    application, _ = d.post("/v1/applications", {"reference": "示例申请-1", "policy": "JS-2023", "loan": "示例-贴息-1",
                                                 "facts": {"borrower.bad_record": False}}, maker)
    for name, token in (("approve", checker), ("pay", payer)):
        d.step(application, name, token)


def seal(d, years=(2021,), quarters=(1, 2, 3, 4)):
    """Quarters are sealed in their order."""
    second = d.person("FINANCE-SH", "复核")
    for year in years:
        for quarter in quarters:
            d.agreed("/v1/reports/quarterly/%dQ%d/seal" % (year, quarter), {"reason": "示例:季度会审通过"},
                     d.tokens["FINANCE-SH"], second)


def main(url, tokens, pledged, quarters="4"):
    d = Ledger(url, tokens, pledged)

    def load(parts):
        for part in parts:
            part(d)
            print("  %s: done" % part.__name__)
    with ThreadPoolExecutor(2) as hands:  # neither asks for what the other tells
        list(hands.map(load, ((half,), (insurance, issue, fund, subsidy))))
    seal(d, quarters=range(1, int(quarters) + 1))
    print("  seal: done")


if __name__ == "__main__":
    main(*sys.argv[1:5])
