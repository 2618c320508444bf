"""Makes the fixture of tests/it/test_upgrade.py: an installation as an earlier version left it.

    python3 tests/data/upgrade/make.py BINARY [FOLDER]

BINARY is `pledged` built from the version in question, run in the tree of that version, whose helpers tell what it
takes; the fixture here is by d5fa50d (migrations 0001 to 0025). It serves a private cluster, takes the sample book by `pledged import` and one of everything else
by HTTP, and is asked what test_upgrade.py asks again after the upgrade. `pledged verify` must be clean.
Identifiers and instants differ each time; nothing else does. FOLDER is where the files go (else here).
"""
import glob
import hashlib
import itertools
import json
import lzma
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "it"))

import harness

harness.numbers = itertools.count(700000000)  # contract numbers are alike each time

import test_benefits
import test_flags
import test_indicators
import test_insurance
import test_ip_rights
import test_measures
import test_products
import test_subsidies
from fund_case import FundCase, ago
from harness import Daemon, loan, patent

DATA = os.path.join(HERE, "..")
KEYS = ("log.key", "report-ed25519.key", "report-sm2.key")


def room(case, d):
    """The helpers of a test class, on this daemon."""
    harness.daemon = lambda conf, safe, binary: d
    case.setUpClass()
    helper = case()
    helper.setUp()
    return helper


def send(d, method, path, body, token, headers=None):
    r = d.call(method, path, body, token, headers)
    assert r.status in (200, 201), (method, path, r.status, r.body.decode())
    return r


def correct(d, path, token, **over):
    """The record at a path, corrected."""
    now = send(d, "GET", path, None, token).json()
    return send(d, "PUT", path, dict(now, reason="更正", **over), token, {"If-Match": '"%d"' % now["version"]})


# ---- what is told -------------------------------------------------------------------------------

def sample_book(d):
    for path in sorted(glob.glob(os.path.join(DATA, "sample", "*.csv"))):
        token = d.token("bank", os.path.basename(path)[:-len(".csv")])
        d.cli("import", "--url", "http://127.0.0.1:%d" % d.port, "--token", token, path)
    send(d, "PUT", "/v1/plans/sh-2021-2023/baselines", {"years": [
        {"year": 2020, "amount": "4800000000.00", "count": 160, "source": "测试假定", "assumed": True}]}, d.token("ip_office"))


def seal(d, quarter):
    send(d, "POST", "/v1/reports/quarterly/%s/seal" % quarter, {"reason": "季度会审通过"}, d.token("finance"))


def corrections(d):
    """Loans of sealed quarters, after the seal."""
    bank = d.token("bank", "BANK-PJ")
    items = send(d, "GET", "/v1/loans?quarter=2021Q1&limit=1000", None, bank).json()["items"]
    for i, item in enumerate(items[:4]):
        correct(d, "/v1/loans/" + item["id"], bank, borrower_address="示例路 %d 号" % (i + 1), amount="1%d000000.00" % i)


def loan_life(d):
    bank = d.token("bank")
    steps = (("disbursed", "2022-07-05", {"principal": "3000000.00"}), ("disbursed", "2022-07-20", {"principal": "2000000.00"}),
             ("repaid", "2022-10-08", {"principal": "500000.00", "interest": "45625.00"}),
             ("overdue", "2023-01-08", {"principal": "1000000.00"}), ("classified", "2023-03-01", {"grade": "substandard"}),
             ("extended", "2023-03-05", {"matures_on": "2024-01-01"}), ("written_off", "2023-09-01", {}),
             ("recovered", "2023-11-01", {"principal": "1000000.00"}), ("settled", "2023-12-01", {}),
             ("pledge_released", "2023-12-05", {}))
    for n in range(len(steps) + 1):  # one loan in each stage of its life
        where = send(d, "POST", "/v1/loans", loan(), bank).headers["location"]
        for kind, on, more in steps[:n]:
            send(d, "POST", where + "/events", dict(more, reference="E-%d" % next(harness.numbers), kind=kind, on=on), bank)
    where = send(d, "POST", "/v1/loans", loan(), bank).headers["location"]
    for event in ({"reference": "D", "kind": "disbursed", "on": "2022-07-05"}, {"reference": "O", "kind": "overdue", "on": "2022-09-01"},
                  {"reference": "R", "kind": "reversed", "on": "2022-09-02", "reverses": "O"}):
        send(d, "POST", where + "/events", event, bank)


def products(d):
    bank = d.token("bank")
    for firm, amount in zip(test_products.FIRMS, ("5000000.00", "8000000.00", "2000000.00")):
        send(d, "POST", "/v1/loans", loan(product="pooled_credit", facility_no="SX-1", borrower_uscc=firm,
                                          facility_amount="50000000.00", amount=amount), bank)
    send(d, "POST", "/v1/loans", loan(product="trust", trust_plan="一号", trustee="示例信托"), bank)
    send(d, "POST", "/v1/loans", loan(product="invest_loan_linkage", equity_amount="3000000.00", equity_investor="示例创投"), bank)
    issue = test_products.issue()
    where = send(d, "POST", "/v1/securitisations", issue, bank).headers["location"]
    for over in ({}, {"kind": "interest", "amount": "6080000.00"}):
        send(d, "POST", "/v1/securitisation-events", test_products.payment(issue["reference"], **over), bank)
    correct(d, where, bank, originator="示例租赁有限公司")


def schemes_and_claims(d):
    c = room(FundCase, d)
    for path in sorted(glob.glob(os.path.join(DATA, "schemes", "*.json"))):
        c.scheme(os.path.basename(path)[:-5])
    c.draft()
    code = c.scheme("zs", code="ZS-UPGRADE")
    filed = lambda: c.claimed(c.lent(code))
    filed()  # submitted
    c.step(filed(), "withdraw", c.bank)
    ways = {"accepted": ("accept",), "approved": ("accept", "approve"), "returned": ("return",), "again": ("return", "resubmit")}
    for way in ways.values():
        where = filed()
        for name in way:
            token = {"approve": c.second, "resubmit": c.bank}.get(name, c.finance)
            c.step(where, name, token, **({"owner": "赵强", "due_on": ago(-20)} if name == "return" else {}))
    c.paid(c.lent(code))
    c.recover(c.paid(c.lent(code)), "1000000.00")
    c.step(c.paid(c.lent(code)), "cure", c.bank)
    closed = c.paid(c.lent(code))
    c.recover(closed, "3000000.00")
    c.step(closed, "close", c.finance)
    c.booked(code)  # cover that waits to be confirmed
    advance = c.scheme("sh-precomp", excludes=None)
    contract = c.lent(advance)
    c.paid(contract, kind="pre_compensation", loss_principal="1000000.00")
    c.claimed(contract)
    moved = c.post("/v1/transfers", {"reference": "X-1", "debit": "fund:" + code, "credit": "appropriation:" + code,
                                     "amount": "1.00", "on": "2022-02-01", "cause": "appropriation"}, c.finance, 201).json()
    c.post("/v1/transfers/%s/reverse" % moved["id"], {"reference": "X-2", "on": "2022-02-02"}, c.finance, 201)
    c.post("/v1/accounts", {"code": "pool:T", "kind": "asset", "title": "测试", "no_overdraft": True, "opened_on": "2022-01-01"},
           c.finance, 201)


def policies(s):
    """Each published rule set, in force; a draft that was corrected, and one that has ended."""
    city = s.person("FINANCE", "李复核")
    for path in sorted(glob.glob(os.path.join(DATA, "policies", "*.json"))):
        body = test_subsidies.fixture(os.path.basename(path)[:-5])
        org = "DIST-" + body["district"] if "district" in body else None
        s.in_force(body, s.d.token("district", org) if org else s.finance, s.person(org, "李复核") if org else city)
    where = s.post("/v1/policies", test_subsidies.fixture("js-2023", code="DRAFT"), s.district).headers["location"]
    correct(s.d, where, s.district, title="更名")
    where = s.in_force(test_subsidies.fixture("js-2023", code="ENDED"))
    s.post(where + "/end", {"seen": s.get(where)["seen"], "reason": "期满", "on": "2024-06-30"}, s.district)
    s.post("/v1/policies/DRAFT/rehearsals", {"from": "2023-07-01", "to": "2023-12-31", "budget": "30000.00"}, s.district, 200)
    s.post("/v1/lpr", {"reference": "LPR-1", "on": "2025-05-20", "one_year": "3.00", "five_year": "3.50"}, s.finance)


def subsidies(d):
    s = room(test_subsidies.Subsidies, d)
    policies(s)
    s.budget("JS-2023", "500000.00", year=2023, on="2023-07-03")
    s.budget("JS-2023", "60000.00", year=2023, kind="carry_over", on="2023-12-31")
    s.budget("JS-2023", "40000.00", year=2023, kind="return", on="2023-12-31")
    s.budget("JS-2023", "100000.00")
    apply = lambda **over: s.apply("JS-2023", s.lent(**over)).headers["location"]
    steps = (("approve", s.checker, {}), ("pay", s.payer, {}), ("clawback", s.district, {"amount": "875.00"}),
             ("confirm", s.checker, {"evidence": "回单 1"}), ("clawback", s.checker, {}), ("confirm", s.district, {"evidence": "回单 2"}))
    for n in range(len(steps) + 1):  # reserved, approved, paid, a part asked back, come, the rest asked back, all of it come
        where = apply()
        for name, token, more in steps[:n]:
            s.step(where, name, token, **more)
    s.step(apply(), "refuse", s.checker)
    s.step(apply(), "withdraw", s.district)
    apply(settled=None)  # does not qualify
    for _ in range(3):
        apply()
    said = {x["state"] for x in s.get("/v1/applications?limit=1000")["items"]}
    assert said == {"reserved", "approved", "paid", "demanded", "clawed_back", "refused", "withdrawn", "queued"}, said


def insurance(d):
    insurer = d.token("insurer")
    first = test_insurance.policy(ip=[{"number": "2021199990019"}])
    where = send(d, "POST", "/v1/insurance-policies", first, insurer).headers["location"]
    correct(d, where, insurer, premium="41000.00")
    gone = test_insurance.policy(kind="trademark", cancelled_on="2022-10-01")
    send(d, "POST", "/v1/insurance-policies", gone, insurer)
    for over in ({}, {"outcome": "paid", "decided_on": "2022-12-20", "paid": "300000.00"}):
        send(d, "POST", "/v1/insurance-claims", test_insurance.claim(first["policy_no"], **over), insurer)


def rights(d):
    r = room(test_ip_rights.IpRights, d)
    numbers = [patent(n) for n in range(9000001, 9000004)]
    for number in numbers:
        r.granted(number)
    r.event(numbers[1], "lapsed", "2022-05-06")
    r.event(numbers[1], "restored", "2022-12-01")
    wrong = r.event(numbers[2], "lapsed", "2022-08-10").json()["reference"]
    r.event(numbers[2], "reversed", "2022-08-11", reverses=wrong)
    return numbers[1]


def figures(d):
    office = d.token("ip_office")
    for period, count in (("2020", 60), ("2021", 72), ("2022Q1", 10), ("2022Q2", 8)):
        where = send(d, "POST", "/v1/indicators", test_indicators.indicator(period, count=count), office).headers["location"]
    correct(d, where, office, count=9)
    for year, over in ((2021, {"employees": 25}), (2022, {"employees": 40, "revenue": "9000000.00"})):
        where = send(d, "POST", test_benefits.PATH, test_benefits.profile(test_benefits.A, year, **over), office).headers["location"]
    correct(d, where, office, employees=41)
    send(d, "POST", "/v1/measure-rhythms", {"reference": "JZ-1", "measure": 20, "effective_from": "2022-01-01", "every": "year",
                                            "due_days": 30}, office)
    for body in (test_measures.report(12, figure="37", unit="单", evidence="保险机构报表"), test_measures.report(13)):
        where = send(d, "POST", "/v1/measure-reports", body, office).headers["location"]
    correct(d, where, office, on="2022-04-20")
    send(d, "POST", "/v1/measure-reports", test_measures.report(13, "310115"), d.token("district"))


def flags(d):
    f = room(test_flags.Flags, d)
    for _ in range(2):
        f.flagged()
    f.clear(f.flagged()["id"])
    f.scan()
    f.post("/v1/flag-thresholds", {"reference": "Y-1", "rule": "RF15", "threshold": "warn", "value": "62.50", "reason": "试点",
                                   "effective_from": d.sql("select today()")}, f.office)


# ---- what is asked ------------------------------------------------------------------------------

DISTRICT = "district:DIST-310116"
EACH = (("finance", "/v1/claims"), (DISTRICT, "/v1/applications"), ("finance", "/v1/schemes"), ("finance", "/v1/policies"),
        ("finance", "/v1/flags"), ("bank", "/v1/securitisations"), ("insurer", "/v1/insurance-policies"),
        ("insurer", "/v1/insurance-claims"), ("auditor", "/v1/measure-reports"))


def token_of(d, who):
    kind, _, code = who.partition(":")
    return d.token(kind, code or None)


def ids(d, path, who):
    """Of all that somebody lists; but not claims that were returned, whose age in days grows."""
    items = send(d, "GET", path, None, token_of(d, who)).json()["items"]
    return [x["id"] for x in items if x.get("state") != "returned"]


def questions(d, right):
    """(who, path): whatever the day on which it is asked, the answer is the same."""
    known_at = send(d, "GET", "/v1/reports/quarterly/2021Q4", None, d.token("finance")).json()["known_at"]
    at = "as_of=2023-12-31&known_at=" + known_at.replace("+", "%2B")
    yield from (("bank", "/v1/loans?limit=1000&" + at), ("district", "/v1/loans?limit=20&" + at), ("finance", "/v1/loan-events?limit=50"))
    for who, query in (("finance", "quarter=2021Q1&limit=6"), ("bank", "limit=20")):
        for loan_id in ids(d, "/v1/loans?" + query, who):
            yield from ((who, "/v1/loans/%s?%s" % (loan_id, at)), (who, "/v1/loans/%s/history" % loan_id),
                        (who, "/v1/receipts/" + loan_id))
    for who, path in EACH:
        for record_id in ids(d, path + "?limit=1000", who):
            yield who, "%s/%s" % (path, record_id)
    yield from (
        (DISTRICT, "/v1/policies/JS-2023/budget?year=2023"), (DISTRICT, "/v1/policies/JS-2023/budget?year=2024"),
        ("finance", "/v1/accounts?limit=1000&" + at), ("finance", "/v1/accounts/fund:ZS-UPGRADE/entries"),
        ("finance", "/v1/schemes/ZS-UPGRADE/statement?from=2022-01-01&to=2023-12-31"), ("auditor", "/v1/journal?format=hledger"),
        ("bank", "/v1/facilities/SX-1"), ("finance", "/v1/insurance-totals?from=2022-01-01&to=2023-12-31"),
        ("ip_office", "/v1/enterprises/" + test_benefits.A), ("bank", "/v1/ip/%s?%s" % (right, at)),
        ("bank", "/v1/ip/%s/events" % right), ("ip_office", "/v1/measures?" + at), ("bank", "/v1/measures/12?" + at),
        ("finance", "/v1/measures/evaluation?from=2021-01-01&to=2023-12-31"), ("bank", "/v1/indicators?period=2022Q2"),
        ("finance", "/v1/lpr"), ("ip_office", "/v1/flag-rules"), ("finance", "/v1/flag-scans"), ("auditor", "/v1/log/key"),
        ("bank", "/v1/plans/sh-2021-2023/targets?quarter=2023Q4&" + at), ("finance", "/v1/plans/sh-2021-2023/baselines"),
        ("bank", "/v1/plans/sh-2021-2023/forecast?quarter=2022Q4&" + at.replace("2023", "2022")),
        ("finance", "/v1/reports/quarterly/2022Q3?" + at.replace("2023-12-31", "2022-09-30")),
        ("bank", "/v1/reports/quarterly/2022Q3?format=csv&" + at.replace("2023-12-31", "2022-09-30")),
        ("finance", "/v1/reports/quarterly/2021Q1/diff"),
        ("finance", "/v1/reports/quarterly/2021Q2/rows?section=headline&row=amount&column=quarter"))
    for quarter in ("2021Q1", "2021Q2"):
        yield "auditor", "/v1/reports/quarterly/%s/seal" % quarter
        for form in ("json", "csv", "html", "xlsx"):
            yield "finance", "/v1/reports/quarterly/%s?format=%s" % (quarter, form)


def ask(d, who, path):
    """What a GET says: JSON as it is, else the digest of its bytes. Sealed reports are compared as bytes."""
    r = d.call("GET", path, token=token_of(d, who))
    plain = "x-seal" in r.headers or "json" not in r.headers["content-type"]
    return {"who": who, "path": path, "status": r.status,
            **({"sha256": hashlib.sha256(r.body).hexdigest()} if plain else {"body": r.json()})}


def answers(d, right):
    found = [ask(d, who, path) for who, path in questions(d, right)]
    bad = [(x["path"], x["status"]) for x in found if x["status"] != 200]
    assert not bad, bad
    return found


# ---- the files ----------------------------------------------------------------------------------

def write(folder, name, data):
    with lzma.open(os.path.join(folder, name), "wb", preset=9 | lzma.PRESET_EXTREME) as f:
        f.write(data)


def fill(d):
    sample_book(d)
    seal(d, "2021Q1")
    seal(d, "2021Q2")
    corrections(d)
    for part in (loan_life, products, schemes_and_claims, subsidies, insurance, figures, flags):
        part(d)
    return rights(d)


def main(binary, folder=HERE):
    d = Daemon(binary=os.path.abspath(binary))
    try:
        right = fill(d)
        said = answers(d, right)
        print(d.cli("verify").stdout.strip())
        run = os.path.join(d.data, "run")
        dump = subprocess.run(["pg_dump", "-h", run, "-U", "pledged_owner", "--no-owner", "pledged"], check=True,
                              capture_output=True).stdout
        write(folder, "ledger.sql.xz", dump)
        write(folder, "answers.json.xz", json.dumps(said, ensure_ascii=False, indent=0).encode())
        for key in KEYS:
            shutil.copy(os.path.join(d.data, key), folder)
    finally:
        d.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
