#!/usr/bin/env python3
"""make_half.py [FOLDER] - sample records of the plan's other half: deals, payments, filings, catalogue, events, registers.

**Everything here is invented**: universities, firms, patents, prices, people. Firms that came to events are borrowers of
the sample book (make_book.py), which are invented as well, so that loans follow events. Growth is more than the
plan's 20 % a year. Numbers come from ranges that real registers have not reached (patent serials from 8000000, codes
that begin with QX).

The same seed writes the same bytes: one NDJSON file a type of record, in the order in which they are loaded.
"""
import csv
import datetime
import json
import os
import sys

import make_book
from make_book import Dice, patent, uscc

SEED = 20212
HERE = os.path.dirname(os.path.abspath(__file__))
YEARS = {2020: 36, 2021: 46, 2022: 58, 2023: 75}     # deals
FILINGS = {2020: 20, 2021: 26, 2022: 33, 2023: 42}
UNIVERSITIES = ("浦江示例大学", "海棠示例理工大学", "玉兰示例师范大学", "苏河示例医学院", "佘山示例科技大学")
INSTITUTES = ("示例微系统研究所", "示例有机化学研究所", "示例光机研究所")
STATE_FIRMS = ("示例电气集团", "示例船舶设计院", "示例自来水集团")
TOPICS = "封装 正极材料 水处理 靶向药 机器人 建材 语音 医用金属 光伏检测 蓄冷 涂层 废气治理 供应链 面料 育种 增材制造 磁悬浮 电表 助听 薄膜".split()
DISTRICTS = ("310115", "310112", "310104", "310117", "310114", "310110")


class World:
    def __init__(self):
        self.dice, self.serial, self.files = Dice(SEED), 0, []
        self.firms = borrowers()

    def no(self):
        self.serial += 1
        return self.serial

    def patent(self, year):
        return patent(year - self.dice.between(2, 5), int(self.dice.one("1112")), 8000000 + self.no())

    def day(self, year):
        return datetime.date(year, 1, 4) + datetime.timedelta(self.dice.below(355))

    def firm(self):
        """A small firm with the figures that show it."""
        f = self.dice.one(self.firms)
        staff = self.dice.between(8, 180)
        return dict(f, employees=staff, revenue="%d.00" % (staff * self.dice.between(40, 90) * 10000))

    def write(self, org, path, records):
        self.files.append((org, path, records))


def borrowers():
    """Firms of two banks of the sample book."""
    found = {}
    for bank in ("BANK-PJ", "BANK-DS"):
        with open(os.path.join(HERE, "sample", bank + ".csv"), encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                code = row["借款企业统一社会信用代码"]
                found[code] = {"uscc": code, "name": row["借款企业名称"], "district": row["所在区代码"], "industry": row["行业代码"]}
    return [found[k] for k in sorted(found)]


def provider(w):
    kind = w.dice.one(("university",) * 6 + ("institute",) * 2 + ("state_firm", "other"))
    name = w.dice.one({"university": UNIVERSITIES, "institute": INSTITUTES, "state_firm": STATE_FIRMS, "other": ("示例科技股份",)}[kind])
    return kind, name


def deals(w):
    told, paid = [], []
    for year, count in YEARS.items():
        for _ in range(count):
            kind, name = provider(w)
            f, n = w.firm(), w.no()
            way = w.dice.one(("transfer",) * 5 + ("licence",) * 6 + ("contribution",))
            value = w.dice.between(3, 90) * 10000 * (year - 2015) // 5
            signed = w.day(year)
            d = {"reference": "示例-%d-%03d" % (year, n), "kind": way, "signed_on": signed.isoformat(), "provider_name": name,
                 "provider_kind": kind, "acquirer_name": f["name"], "acquirer_kind": "sme", "acquirer_uscc": f["uscc"],
                 "acquirer_industry": f["industry"], "acquirer_employees": f["employees"], "acquirer_revenue": f["revenue"],
                 "acquirer_assets": f["revenue"], "district": f["district"], "contract_value": "%d.00" % value,
                 "registration_no": "示例备%d%05d" % (year, n), "registered_on": min(signed + datetime.timedelta(12), datetime.date(year, 12, 31)).isoformat(),
                 "evidence": "示例数据:技术合同登记证明", "ip": [{"number": w.patent(year)} for _ in range(w.dice.between(1, 3))]}
            if way == "licence":
                d["licence"] = w.dice.one(("ordinary", "ordinary", "ordinary", "sole"))
            if way == "contribution":
                d["share"] = "%d" % w.dice.between(5, 20)
            told.append(d)
            if w.dice.chance(80):
                on = min(signed + datetime.timedelta(w.dice.between(5, 60)), datetime.date(2023, 12, 31))
                paid.append({"reference": "到账-" + d["reference"], "deal": d["reference"], "on": on.isoformat(),
                             "amount": "%d.00" % (value * w.dice.one((3, 5, 10)) // 10), "receipt_no": "示例回单%06d" % w.no()})
    w.write("IPO-SH", "ip-deals", told)
    w.write("IPO-SH", "ip-deal-payments", paid)


def filings(w):
    told = []
    for year, count in FILINGS.items():
        for _ in range(count):
            f, n, filed = w.firm(), w.no(), w.day(year)
            sales = [{"year": y, "revenue": "%d.00" % (w.dice.between(80, 900) * 10000), "employees": w.dice.between(2, f["employees"])}
                     for y in range(year, 2024)]
            told.append({"reference": "备案-%d-%03d" % (year, n), "uscc": f["uscc"], "name": f["name"], "district": f["district"],
                         "industry": f["industry"], "employees": f["employees"], "revenue": f["revenue"], "assets": f["revenue"],
                         "product": "示例%s产品" % w.dice.one(TOPICS), "filing_no": "示例产备%d%05d" % (year, n), "filed_on": filed.isoformat(),
                         "used_on": filed.isoformat(), "sales": sales, "evidence": "示例数据:备案证明",
                         "ip": [{"number": w.patent(year)} for _ in range(w.dice.between(1, 2))]})
    w.write("IPO-SH", "product-filings", told)


def catalogue(w):
    """The labelled set, and open licences."""
    offers, needs = [], []
    with open(os.path.join(HERE, "matching.tsv"), encoding="utf-8", newline="") as f:
        for row in csv.reader((x for x in f if not x.startswith("#")), delimiter="\t"):
            n = w.no()
            if row[0] == "offer":
                name = w.dice.one(UNIVERSITIES)
                o = {"reference": "供给-%03d" % n, "number": w.patent(2021), "title": row[1], "summary": row[2], "field": row[1][:10],
                     "team": name + "课题组", "holder_name": name, "holder_kind": "university", "district": w.dice.one(DISTRICTS),
                     "way": "licence", "licence": "ordinary", "price_from": "%d0000.00" % w.dice.between(3, 30), "listed_on": w.day(2022).isoformat(),
                     "ipc": [{"code": c} for c in row[3].split(";")]}
                if w.dice.chance(60):
                    o["dormant_since"] = "2018-0%d-01" % w.dice.between(1, 9)
                if w.dice.chance(40):
                    o.update(licence="open", licence_years=3, pay_after_days=180)
                offers.append(o)
            elif row[0] == "need":
                f = w.firm()
                needs.append({"reference": "需求-%03d" % n, "uscc": f["uscc"], "name": f["name"], "district": f["district"], "industry": row[3],
                              "title": row[1], "summary": row[2], "budget": "%d0000.00" % w.dice.between(2, 60), "listed_on": w.day(2022).isoformat()})
    w.write("IPO-SH", "catalogue-offers", offers)
    w.write("IPO-SH", "catalogue-needs", needs)
    taken = []
    for o in offers:
        if o["licence"] == "open":
            f = w.firm()
            taken.append({"reference": "开放-" + o["reference"], "offer": o["reference"], "on": "2023-0%d-15" % w.dice.between(1, 9),
                          "acquirer_name": f["name"], "acquirer_uscc": f["uscc"], "industry": f["industry"], "employees": f["employees"],
                          "revenue": f["revenue"], "assets": f["revenue"], "district": f["district"], "evidence": "示例数据:书面通知"})
    w.write("IPO-SH", "offer-acceptances", taken)
    w.write("IPO-SH", "catalogue-followups", [
        {"reference": "进展-%03d" % w.no(), "offer": o["reference"], "kind": kind, "on": "2023-0%d-20" % (i % 9 + 1)}
        for i, o in enumerate(offers) for kind in (("visit", "intent") if i % 2 else ("visit",))] + [
        {"reference": "进展-%03d" % w.no(), "offer": a["offer"], "kind": "deal", "on": a["on"], "deal": a["reference"]} for a in taken])


def events(w):
    told = []
    for year in (2021, 2022, 2023):
        for quarter in range(4):
            for kind in ("park_visit", "bank_enterprise", "bank_park", "promotion"):
                held = datetime.date(year, quarter * 3 + w.dice.between(1, 3), w.dice.between(2, 27))
                there = {f["uscc"]: f for f in (w.firm() for _ in range(w.dice.between(6, 14)))}
                units = [{"name": f["name"], "kind": "firm", "uscc": f["uscc"]} for f in there.values()]
                told.append({"reference": "活动-%03d" % w.no(), "kind": kind, "title": "示例对接活动 %s" % held, "district": w.dice.one(DISTRICTS),
                             "held_on": held.isoformat(), "organiser": "示例知识产权服务中心", "attended": len(units) * 3,
                             "participants": units, "evidence": "示例数据:签到表",
                             "intents": [{"uscc": u["uscc"], "kind": "loan", "amount": "%d00000.00" % w.dice.between(5, 50)} for u in units[:3]]})
    w.write("IPO-SH", "matching-events", told)


def registers(w):
    d = lambda: w.dice.one(DISTRICTS)
    w.write("IPO-SH", "operation-centres", [
        {"reference": "中心-%d" % i, "kind": kind, "name": "示例%s%s" % (t, "运营中心" if kind == "operation" else "高价值专利培育中心"),
         "host": host, "host_name": "示例单位", "field": t, "district": d(), "founded_on": w.day(2021 + i % 3).isoformat()}
        for i, (t, kind, host) in enumerate(zip(TOPICS, ("operation", "cultivation") * 5, ("university", "park", "leading_firm", "platform", "institute") * 2))])
    w.write("IPO-SH", "portfolios", [
        {"reference": "组合-%d" % i, "name": "示例%s专利组合" % t, "holder_name": w.dice.one(UNIVERSITIES), "field": t, "bottleneck": i % 2 == 0,
         "district": d(), "formed_on": w.day(2022).isoformat(), "ip": [{"number": w.patent(2021)} for _ in range(w.dice.between(3, 9))]}
        for i, t in enumerate(TOPICS[:8])])
    w.write("IPO-SH", "alliances", [
        {"reference": "联盟-%d" % i, "name": "示例%s产业知识产权联盟" % t, "lead_name": "示例科技股份", "field": t, "district": d(), "founded_on":
         w.day(2022).isoformat(), "members": [{"name": f["name"], "kind": "firm", "uscc": f["uscc"]} for f in {
             x["uscc"]: x for x in (w.firm() for _ in range(6))}.values()]}
        for i, t in enumerate(TOPICS[:5])])
    w.write("IPO-SH", "clusters", [
        {"reference": "集聚区-%d" % i, "name": "示例%s集聚区" % p, "park": p, "district": d(), "founded_on": "2022-0%d-08" % (i + 1),
         "windows": [{"name": p + "窗口", "service": s, "opened_on": "2022-1%d-08" % (i % 3)} for s in ("deals", "pledges")]}
        for i, p in enumerate(("示例张园", "示例漕园", "示例临园", "示例松园"))])
    agencies = [{"reference": "机构-%d" % i, "name": "示例%s知识产权服务有限公司" % t, "uscc": uscc("310115", 700001 + i), "brand": i % 2 == 0,
                 "district": d(), "chosen_on": "2021-0%d-10" % (i % 9 + 1),
                 "specialists": [{"name": "示例特派员%d-%d" % (i, k), "since": "2021-1%d-08" % (k % 3), "to": w.dice.one(UNIVERSITIES)} for k in range(3)]}
                for i, t in enumerate(TOPICS[:10])]
    w.write("IPO-SH", "service-agencies", agencies)
    w.write("IPO-SH", "agency-services", [
        {"reference": "服务-%03d" % i, "kind": w.dice.one(("visit", "visit", "matching", "product", "catalogue", "portfolio")),
         "agency": "机构-%d" % (i % 10), "specialist": "示例特派员%d-%d" % (i % 10, i % 3), "served_name": f["name"], "uscc": f["uscc"],
         "district": f["district"], "on": w.day(2021 + i % 3).isoformat(), "result": "示例数据"}
        for i, f in enumerate(w.firm() for _ in range(90))])
    w.write("IPO-SH", "trainings", [
        {"reference": "培训-%02d" % i, "kind": ("course", "seminar")[i % 2], "title": "示例专利运营培训第 %d 期" % (i + 1), "organiser":
         "示例知识产权服务中心", "district": d(), "on": w.day(2021 + i % 3).isoformat(), "attended": w.dice.between(30, 160)} for i in range(18)])
    w.write("IPO-SH", "ranking-weights", [
        {"reference": "权重-2021", "effective_from": "2021-01-01", "deals": "40", "product_revenue": "30", "jobs": "15", "loans": "15"}])
    w.write("IPO-SH", "benchmarks", [
        {"reference": "标杆-%d" % i, "kind": "unit", "name": n, "named_on": "2023-12-20", "text": "示例数据:向中小企业许可、转让专利"}
        for i, n in enumerate(UNIVERSITIES[:3])])
    w.write("IPO-SH", "indicators", [
        {"period": "2020", "side": "sme_acquisition", "way": way, "count": n, "contract_value": "%d00000.00" % n, "cash_received": "%d0000.00" % (n * 6),
         "source": "示例统计", "evidence": "示例数据", "assumed": True} for way, n in (("transfer", 31), ("licence", 37), ("contribution", 6))])


def make(folder):
    w = World()
    for part in (deals, filings, catalogue, events, registers):
        part(w)
    os.makedirs(folder, exist_ok=True)
    for i, (org, path, records) in enumerate(w.files):
        with open(os.path.join(folder, "%02d.%s.%s.ndjson" % (i, org, path)), "w", encoding="utf-8", newline="\n") as f:
            for r in records:
                f.write(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    make(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "half"))
