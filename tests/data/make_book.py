#!/usr/bin/env python3
"""make_book.py [FOLDER] - the sample book: synthetic loans whose yearly totals are the published ones.

Shanghai publishes counts and amounts per year, never loans. So each loan, firm, bank, patent and
trademark here is invented, while the sums per year are forced to the published figures exactly (see
YEARS). Numbers are chosen from ranges that real registers have not reached: patent serials from
9000000, trademarks from 90000000, organisation codes that begin with QX.

The same seed writes the same bytes. Dates of one loan stay within one quarter, so that counting by
contract, registration or draw-down day gives the same totals.
"""
import csv
import datetime
import io
import math
import os
import random
import sys

SEED = 20211
WAN = 10_000 * 100  # 万元 in fen


class Group:
    """Loans of one year secured by one kind of right: count and exact sum."""

    def __init__(self, count, fen, small_share):
        self.count, self.fen, self.small_share = count, fen, small_share


# 2021: 190 loans, 76.36 亿 (printed); 2022: 519 loans, 121.53 亿, of which patents 489 / 94.4 and
# trademarks 30 / 27.10; 2023: about 1,370 loans, 227.6 亿. 94.4 + 27.10 is 121.50, so the patents
# of 2022 must be 94.43 to give 121.53. Splits of 2021 and 2023 are not published: invented.
YEARS = {
    2021: {"patent": Group(178, 660_570 * WAN, 62), "trademark": Group(12, 103_000 * WAN, 30)},
    2022: {"patent": Group(489, 944_300 * WAN, 68), "trademark": Group(30, 271_000 * WAN, 30)},
    2023: {"patent": Group(1286, 1_830_000 * WAN, 72), "trademark": Group(84, 446_000 * WAN, 35)},
}
QUARTERS = {2021: (30, 42, 52, 66), 2022: (86, 115, 142, 176), 2023: (230, 310, 380, 450)}

DISTRICTS = {
    "310115": 390, "310112": 98, "310104": 84, "310117": 78, "310114": 70, "310110": 55,
    "310106": 40, "310118": 34, "310120": 34, "310113": 30, "310105": 24, "310107": 18,
    "310116": 17, "310101": 12, "310109": 10, "310151": 6,
}

# From the day on: one-year LPR in basis points.
LPR = (("2020-04-20", 385), ("2021-12-20", 380), ("2022-01-20", 370), ("2022-08-22", 365),
       ("2023-06-20", 355), ("2023-08-21", 345))


class Bank:
    """How one bank's staff export: charset, unit of money, way to write a patent, titles."""

    def __init__(self, code, name, share, charset="utf-8", wan=False, style="ZL.",
                 english=False):
        self.code, self.name, self.share = code, name, share
        self.charset, self.wan, self.style, self.english = charset, wan, style, english


BANKS = (
    Bank("BANK-PJ", "浦江示范银行", 190),
    Bank("BANK-HT", "海棠示范银行", 140, charset="gb18030"),
    Bank("BANK-YL", "玉兰示范银行", 125, charset="utf-8-sig"),
    Bank("BANK-SH", "苏河示范银行", 105, wan=True),
    Bank("BANK-WT", "外滩示范银行", 90, style="plain"),
    Bank("BANK-SS", "佘山示范银行", 80, charset="gb18030", style="plain"),
    Bank("BANK-DS", "淀山湖示范银行", 70),
    Bank("BANK-LG", "临港示范银行", 60, style="CN"),
    Bank("BANK-CM", "崇明示范银行", 50, charset="gb18030", wan=True),
    Bank("BANK-WS", "吴淞示范银行", 40, english=True),
    Bank("BANK-SJ", "松江示范农商银行", 30, style="plain"),
    Bank("BANK-JS", "金山示范村镇银行", 20),
)

# code, noun in the firm's name, persons per 万元 of revenue (thousandths)
INDUSTRIES = (
    ("I6520", "集成电路设计", 6), ("C3973", "半导体", 7), ("I6513", "软件", 14),
    ("M7340", "生物医药研发", 12), ("C2710", "制药", 8), ("C2761", "生物制品", 9),
    ("C3581", "医疗器械", 10), ("C3491", "机器人", 9), ("C4011", "自动化仪表", 10),
    ("C3612", "新能源汽车", 5), ("C3670", "汽车零部件", 8), ("C3849", "电池", 7),
    ("C2651", "新材料", 6), ("C3990", "电子", 9), ("I6450", "信息服务", 13),
    ("M7320", "工程技术", 11), ("N7722", "环保科技", 8), ("C1491", "食品", 7),
    ("F5179", "供应链", 3), ("C3569", "智能装备", 8),
)
FIRST = "曜澜岚砚珩霁玥昱翊泓澄桓屹昭晗沐栎峤芃睿擎翎朔珂岱沅骁钧煜棠"
SECOND = "衡川序禾拓微域研图序维纳构析源格谱辰桥序瞻原策算芯能"
PURPOSES = ("补充流动资金", "采购原材料", "研发投入", "扩大生产", "技术改造", "专利产业化",
            "研发投入,含试制设备", "支付委外加工费", "新产品中试", "订单备货")
PRODUCTS = ((("single_pledge", "单一质押"), 78), (("pooled_credit", "集合授信"), 13),
            (("invest_loan_linkage", "投贷联动"), 7), (("trust", "信托"), 2))

USCC_SET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_SET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def uscc(district, serial):
    """A code that passes both checks; its subject part QX… belongs to nobody."""
    subject = "QX%06d" % serial
    rest = 11 - sum(ORG_SET.index(c) * w for c, w in zip(subject, ORG_WEIGHTS)) % 11
    body = "91" + district + subject + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(USCC_SET.index(c) * w for c, w in zip(body, USCC_WEIGHTS))
    return body + USCC_SET[(31 - total % 31) % 31]


def patent(year, kind, serial):
    """12 digits and the check digit."""
    body = "%04d%d%07d" % (year, kind, serial)
    rest = sum(int(c) * w for c, w in zip(body, PATENT_WEIGHTS)) % 11
    return body + ("X" if rest == 10 else str(rest))


INSURER = uscc("310101", 900001)
GUARANTOR = uscc("310115", 900002)
OTHER_ORGS = (
    (INSURER, "insurer", "申安示范财产保险", ""),
    (GUARANTOR, "guarantor", "申信示范融资担保", ""),
    ("DIST-310115", "district", "浦东新区(示范账户)", "310115"),
    ("FINANCE-SH", "finance", "市财政(示范账户)", ""),
    ("IPO-SH", "ip_office", "市知识产权局(示范账户)", ""),
    ("AUDIT-SH", "auditor", "市审计(示范账户)", ""),
)


class Dice:
    """Only random() is used: its sequence is the same in every Python 3."""

    def __init__(self, seed):
        self.next = random.Random(seed).random

    def below(self, n):
        return int(self.next() * n)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def one(self, items):
        return items[self.below(len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]

    def log_between(self, low, high):
        return math.exp(math.log(low) + self.next() * (math.log(high) - math.log(low)))


def deal(weights, n):
    """n items by weight, largest remainder: a list of keys."""
    total = sum(w for _, w in weights)
    parts = [[n * w // total, n * w % total, i] for i, (_, w) in enumerate(weights)]
    for part in sorted(parts, key=lambda p: (-p[1], p[2]))[: n - sum(p[0] for p in parts)]:
        part[0] += 1
    return [weights[i][0] for count, _, i in parts for _ in range(count)]


class Loan:
    """One row before it is written; money in fen."""

    def __init__(self, year, kind, fen):
        self.year, self.kind, self.fen = year, kind, fen
        self.is_small = fen <= 1000 * WAN


def draw_amounts(dice, group):
    """Steps of 10 万元, log-uniform up to 1,000 and beyond it; the latter scaled to the sum."""
    small_count = group.count * group.small_share // 100
    small = [round(dice.log_between(10, 100)) * 10 for _ in range(small_count)]
    large = [dice.log_between(10, 1500) for _ in range(group.count - small_count)]
    over = group.fen // WAN - sum(small) - 1000 * len(large)
    scale = over / sum(large)
    large = sorted(1010 + round(x * scale / 10) * 10 for x in large)
    large[-1] += group.fen // WAN - sum(small) - sum(large)
    return [x * WAN for x in small + large]


def odd_fen(dice, amounts):
    """Some contracts are not round: move odd sums between neighbours, which keeps the total."""
    for i in range(1, len(amounts), 17):
        delta = dice.between(100_01, 9_999_99)
        if amounts[i - 1] > 100 * WAN and amounts[i - 1] - delta > 0:
            amounts[i - 1] -= delta
            amounts[i] += delta
    return amounts


def draw_year(dice, year):
    loans = []
    for kind, group in YEARS[year].items():
        amounts = odd_fen(dice, draw_amounts(dice, group))
        assert sum(amounts) == group.fen and min(amounts) > 0
        loans += [Loan(year, kind, fen) for fen in amounts]
    for is_small in (True, False):
        members = [loan for loan in loans if loan.is_small == is_small]
        spread(dice, members, "district", list(DISTRICTS.items()))
        spread(dice, members, "bank", [(bank, bank.share) for bank in BANKS])
        spread(dice, members, "quarter", list(enumerate(QUARTERS[year])))
    settle_quarters(loans, QUARTERS[year])
    return loans


def spread(dice, loans, name, weights):
    values = deal(weights, len(loans))
    dice.shuffle(values)
    for loan, value in zip(loans, values):
        setattr(loan, name, value)


def settle_quarters(loans, counts):
    """Rounding by size class may leave a quarter one off: move small loans."""
    for _ in range(len(loans)):
        have = [sum(loan.quarter == q for loan in loans) for q in range(4)]
        over = [q for q in range(4) if have[q] > counts[q]]
        under = [q for q in range(4) if have[q] < counts[q]]
        if not over:
            return
        next(x for x in loans if x.is_small and x.quarter == over[0]).quarter = under[0]


def weekdays(year, quarter):
    day = datetime.date(year, quarter * 3 + 1, 1)
    end = datetime.date(year + quarter // 3, (quarter * 3 + 3) % 12 + 1, 1)
    out = []
    while day < end:
        if day.weekday() < 5:
            out.append(day)
        day += datetime.timedelta(1)
    return out


def draw_dates(dice, loan):
    days = weekdays(loan.year, loan.quarter)
    signed = dice.below(len(days) - 8)
    registered = signed + dice.between(1, 4)
    loan.signed = days[signed]
    loan.registered = days[registered]
    loan.disbursed = days[registered + dice.below(4)]
    term = dice.one((1, 1, 1, 1, 1, 1, 2, 2, 3))
    loan.matures = same_day(loan.disbursed, term) - datetime.timedelta(1)


def same_day(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 2, 28)


class Firm:
    def __init__(self, name, code, district, industry, revenue):
        self.name, self.code, self.district, self.revenue = name, code, district, revenue
        self.industry, _, self.staff = industry
        self.loans = []


class Registry:
    """Firms and rights given out so far; nothing is given out twice."""

    def __init__(self, dice):
        self.dice, self.firms, self.names = dice, {}, set()
        self.count, self.rights = 0, set()

    def name(self, noun):
        while True:
            name = "上海%s%s示例%s有限公司" % (self.dice.one(FIRST), self.dice.one(SECOND), noun)
            if name not in self.names:
                self.names.add(name)
                return name

    def new_firm(self, loan):
        self.count += 1
        industry = self.dice.one(INDUSTRIES)
        # Most codes carry the district; some the city or the free-trade zone that registered them.
        office = loan.district if self.dice.chance(80) else self.dice.one(("310000", "310141"))
        name = self.name(industry[1])
        if self.count == 7:
            name = name.replace("示例", "䶮示例")  # four bytes in GB18030
        revenue = loan.fen * self.dice.between(13, 90) // 10
        firm = Firm(name, uscc(office, 200000 + self.count), loan.district, industry, revenue)
        self.firms.setdefault((loan.district, loan.is_small), []).append(firm)
        return firm

    def firm_for(self, loan):
        known = self.firms.get((loan.district, loan.is_small), [])
        if known and self.dice.chance(26):
            return self.dice.one(known)
        return self.new_firm(loan)

    def unused(self, draw):
        while True:
            number = draw()
            if number not in self.rights:
                self.rights.add(number)
                return number

    def new_patent(self, loan):
        kind = self.dice.one("1111111122223889")
        # Utility models last 10 years and designs filed before June 2021 too; at most 3 years of
        # age, 2 until a second pledge and 3 of term stay inside.
        age = self.dice.between(2, 9) if kind in "18" else self.dice.between(1, 3)
        year = loan.year - age
        return self.unused(lambda: patent(year, int(kind), self.dice.between(9000000, 9999999)))

    def new_trademark(self):
        return self.unused(lambda: str(self.dice.between(90000000, 98999999)))


def draw_rights(dice, registry, loan, firm):
    """Rights of a loan that has ended are pledged again; never two live pledges of one right."""
    for earlier in firm.loans:
        if earlier.kind == loan.kind and not earlier.renewed and earlier.matures < loan.signed:
            earlier.renewed = True
            return list(earlier.rights)
    most = 3 if loan.is_small else 8
    count = dice.between(1, most)
    if loan.kind == "trademark":
        return [registry.new_trademark() for _ in range(count)]
    return [registry.new_patent(loan) for _ in range(count)]


def lpr(day):
    return [rate for since, rate in LPR if since <= day.isoformat()][-1]


def fill(dice, registry, loan, serial):
    firm = registry.firm_for(loan)
    loan.firm, loan.renewed = firm, False
    loan.rights = draw_rights(dice, registry, loan, firm)
    loan.is_first = not firm.loans and dice.chance(45)
    firm.loans.append(loan)
    loan.revenue = max(firm.revenue * (100 + 12 * (loan.year - 2021)) // 100, loan.fen * 12 // 10)
    loan.revenue -= loan.revenue % (WAN // 10)
    loan.assets = loan.revenue * dice.between(70, 230) // 100
    loan.assets -= loan.assets % (WAN // 10)
    loan.employees = max(3, loan.revenue // WAN * firm.staff // 1000 + dice.between(0, 15))
    loan.has_metrics = not dice.chance(4)
    loan.basis_points = lpr(loan.signed) + 5 * dice.between(-6, 12)
    loan.product = dice.one(deal(list(PRODUCTS), 100))
    loan.purpose = dice.one(PURPOSES)
    loan.guarantor = GUARANTOR if loan.year > 2021 and dice.chance(12) else ""
    loan.insurer = INSURER if not loan.guarantor and loan.year > 2021 and dice.chance(9) else ""
    if loan.kind == "patent":
        loan.pledge_no = "Y%d%s%07d" % (loan.year, dice.one(("31", "98")), 100 + serial)
    else:
        loan.pledge_no = "商质%d-%04d" % (loan.year, serial)


def draw_book(seed):
    dice = Dice(seed)
    registry, book = Registry(dice), []
    for year in YEARS:
        loans = draw_year(dice, year)
        dice.shuffle(loans)
        for loan in loans:
            draw_dates(dice, loan)
        loans.sort(key=lambda loan: loan.signed)
        for serial, loan in enumerate(loans, 1):
            fill(dice, registry, loan, serial)
        book += loans
    return book


def yuan(fen):
    return "%d.%02d" % divmod(fen, 100)


def wan_text(fen):
    """Exact 万元: 500, 1234.567891."""
    whole, rest = divmod(fen, WAN)
    return ("%d.%06d" % (whole, rest)).rstrip("0").rstrip(".")


def right_text(number, style):
    if len(number) != 13 or style == "plain":
        return number
    if style == "CN":
        return "CN" + number[:12] + "." + number[12]
    return "ZL" + number[:12] + "." + number[12]


def columns(bank):
    """Name, title and the text of a loan below it."""
    money, unit = (wan_text, "(万元)") if bank.wan else (yuan, "")
    return (
        ("contract_no", "贷款合同编号", lambda x: x.contract_no),
        ("product", "贷款产品", lambda x: x.product[not bank.english]),
        ("borrower_uscc", "借款企业统一社会信用代码", lambda x: x.firm.code),
        ("borrower_name", "借款企业名称", lambda x: x.firm.name),
        ("district", "所在区代码", lambda x: x.district),
        ("industry", "行业代码", lambda x: x.firm.industry),
        ("employees", "从业人员数", lambda x: str(x.employees) if x.has_metrics else ""),
        ("revenue", "营业收入" + unit, lambda x: money(x.revenue) if x.has_metrics else ""),
        ("assets", "资产总额" + unit, lambda x: money(x.assets) if x.has_metrics else ""),
        ("first_loan", "是否首贷", lambda x: "是" if x.is_first else "否"),
        ("amount", "贷款金额" + unit, lambda x: money(x.fen)),
        ("rate", "年利率", lambda x: "%d.%02d" % divmod(x.basis_points, 100)),
        ("signed_on", "合同签订日", lambda x: x.signed.isoformat()),
        ("pledge_no", "质权登记号", lambda x: x.pledge_no),
        ("registered_on", "质权登记日", lambda x: x.registered.isoformat()),
        ("disbursed_on", "放款日", lambda x: x.disbursed.isoformat()),
        ("matures_on", "到期日", lambda x: x.matures.isoformat()),
        ("purpose", "贷款用途", lambda x: x.purpose),
        ("guarantor_uscc", "担保机构统一社会信用代码", lambda x: x.guarantor),
        ("insurer_uscc", "保险机构统一社会信用代码", lambda x: x.insurer),
        ("ip", "质押知识产权", lambda x: ";".join(right_text(n, bank.style) for n in x.rights)),
    )


def write_bank(folder, bank, loans):
    table, out = columns(bank), io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n" if bank.charset == "utf-8" else "\r\n")
    writer.writerow([name if bank.english else title for name, title, _ in table])
    for serial, loan in enumerate(loans, 1):
        loan.contract_no = "%s-%d-%06d" % (bank.code[5:], loan.year, serial)
        writer.writerow([text(loan) for _, _, text in table])
    with open(os.path.join(folder, bank.code + ".csv"), "wb") as file:
        file.write(out.getvalue().encode(bank.charset))


def write_orgs(folder):
    with open(os.path.join(folder, "orgs.tsv"), "w", encoding="utf-8") as file:
        for bank in BANKS:
            file.write("%s\tbank\t%s\t\n" % (bank.code, bank.name))
        for row in OTHER_ORGS:
            file.write("\t".join(row) + "\n")


def main(folder):
    book = draw_book(SEED)
    os.makedirs(folder, exist_ok=True)
    for bank in BANKS:
        write_bank(folder, bank, [loan for loan in book if loan.bank is bank])
    write_orgs(folder)


if __name__ == "__main__":
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sample")
    main(sys.argv[1] if len(sys.argv) > 1 else here)
