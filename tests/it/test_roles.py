"""Who may do what: each kind of organisation on each route, and the database's own answer to it."""
import re
import subprocess

from harness import Case, loan, soon

ALL = ("bank", "insurer", "guarantor", "district", "finance", "ip_office", "auditor")
BASELINE = {"years": [{"year": 2020, "amount": "4800000000.00", "count": 160, "source": "假定",
                       "assumed": True}]}
# method, path, body, the kinds that may
OFFICES = ("district", "finance")
ISSUERS = ("bank", "insurer", "guarantor", "ip_office")
READERS = ("district", "finance", "ip_office", "auditor")
CLAIMANTS = ("bank", "guarantor")
CONFIRMERS = ("district", "finance", "ip_office")
TELLERS = ("district", "ip_office")
MATRIX = [
    ("GET", "/v1/access-log", None, ("auditor",)),
    ("GET", "/v1/verifications", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/loans", None, ALL),
    ("GET", "/v1/loans/template.csv", None, ALL),
    ("POST", "/v1/loans?dry_run=true", "loan", ("bank",)),
    ("PUT", "/v1/loans/00000000-0000-7000-8000-000000000000", "loan", ("bank",)),
    ("GET", "/v1/plans/sh-2021-2023/targets", None, ALL),
    ("GET", "/v1/plans/sh-2021-2023/backtest", None, ALL),
    ("GET", "/v1/plans/sh-2021-2023/forecast", None, ALL),
    ("GET", "/v1/measures", None, ALL),
    ("GET", "/v1/measures/overdue", None, ALL),
    ("GET", "/v1/measures/evaluation", None, ALL),
    ("GET", "/v1/measures/X", None, ALL),
    ("GET", "/v1/plans/sh-2021-2023/baselines", None, ALL),
    ("PUT", "/v1/plans/sh-2021-2023/baselines", BASELINE, ("ip_office",)),
    ("GET", "/v1/loans/%s", None, ALL),
    ("GET", "/v1/policies", None, READERS + ("bank",)),
    ("GET", "/v1/policies/%s", None, READERS + ("bank",)),
    ("GET", "/v1/policies/%s/history", None, READERS),
    ("GET", "/v1/policies/%s/diff?against=%s", None, READERS + ("bank",)),
    ("GET", "/v1/policies/%s/budget", None, READERS),
    ("POST", "/v1/policies", {}, OFFICES),
    ("PUT", "/v1/policies/%s", {}, OFFICES),
    ("POST", "/v1/policies/%s/approve", {}, OFFICES),
    ("POST", "/v1/policies/%s/end", {}, OFFICES),
    ("POST", "/v1/policies/%s/rehearsals", {}, OFFICES),
    ("POST", "/v1/eligibility-checks", {}, READERS + ("bank",)),
    ("POST", "/v1/budgets", {}, OFFICES),
    ("GET", "/v1/budgets", None, READERS),
    ("GET", "/v1/budgets/%s", None, READERS),
    ("POST", "/v1/applications", {}, OFFICES),
    ("GET", "/v1/applications", None, READERS + ("bank", "insurer", "guarantor")),
    ("GET", "/v1/applications/%s", None, READERS + ("bank", "insurer", "guarantor")),
    ("POST", "/v1/applications/approve", [], OFFICES),
    ("POST", "/v1/claims/accept", [], ("finance",)),
    ("POST", "/v1/claims/approve", [], ("finance",)),
    ("POST", "/v1/claims/pay", [], ("finance",)),
    ("POST", "/v1/coverages/confirm", [], ("finance",)),
    ("POST", "/v1/coverages/refuse", [], ("finance",)),
    ("POST", "/v1/applications/pay", [], OFFICES),
    ("POST", "/v1/applications/refuse", [], OFFICES),
    ("GET", "/v1/eligibility-checks?loan=X", None, READERS + ("bank",)),
    ("GET", "/v1/applications/%s/letter", None, READERS + ("bank", "insurer", "guarantor")),
    ("POST", "/v1/applications/%s/approve", {}, OFFICES),
    ("POST", "/v1/applications/%s/pay", {}, OFFICES),
    ("POST", "/v1/applications/%s/refuse", {}, OFFICES),
    ("POST", "/v1/applications/%s/withdraw", {}, OFFICES),
    ("POST", "/v1/applications/%s/clawback", {}, OFFICES),
    ("POST", "/v1/applications/%s/confirm", {}, OFFICES),
    ("GET", "/v1/facts", None, ALL),
    ("GET", "/v1/districts", None, ALL),
    ("POST", "/v1/districts", {}, ("ip_office",)),
    ("POST", "/v1/webhooks", {}, ALL),
    ("GET", "/v1/webhooks", None, ALL),
    ("GET", "/v1/webhooks/%s", None, ALL),
    ("POST", "/v1/webhooks/%s/disable", {}, ALL),
    ("GET", "/v1/budget-closings", None, READERS),
    ("POST", "/v1/budget-closings", {}, OFFICES),
    ("GET", "/v1/proposals", None, ALL),
    ("GET", "/v1/proposals/%s", None, ALL),
    ("POST", "/v1/proposals/%s/approve", {}, READERS[:3]),
    ("POST", "/v1/proposals/%s/refuse", {}, ALL),
    ("POST", "/v1/proposals/approve", [], READERS[:3]),
    ("POST", "/v1/proposals/refuse", [], READERS[:3]),
    ("POST", "/v1/approval-tiers", {}, ("finance",)),
    ("GET", "/v1/approval-tiers", None, ALL),
    ("POST", "/v1/organisations", {}, ("ip_office",)),
    ("GET", "/v1/organisations", None, ALL),
    ("GET", "/v1/organisations/X/history", None, ("ip_office", "auditor")),
    ("GET", "/v1/persons/%s/history", None, ("ip_office", "auditor")),
    ("POST", "/v1/organisations/X/rename", {}, ("ip_office",)),
    ("POST", "/v1/organisations/X/disable", {}, ("ip_office",)),
    ("POST", "/v1/organisations/X/enable", {}, ("ip_office",)),
    ("POST", "/v1/persons", {}, ("ip_office",)),
    ("GET", "/v1/persons", None, ("ip_office", "auditor")),
    ("POST", "/v1/persons/%s/disable", {}, ("ip_office",)),
    ("POST", "/v1/persons/%s/enable", {}, ("ip_office",)),
    ("POST", "/v1/persons/%s/same-as", {}, ("ip_office",)),
    ("POST", "/v1/tokens", {}, ("ip_office",)),
    ("GET", "/v1/tokens", None, ALL),
    ("GET", "/v1/tokens/%s/history", None, ALL),
    ("POST", "/v1/tokens/%s/rotate", {}, ALL),
    ("POST", "/v1/tokens/%s/revoke", {}, ALL),
    ("GET", "/v1/tasks", None, ALL),
    ("GET", "/v1/me", None, ALL),
    ("GET", "/v1/quarters", None, ALL),
    ("POST", "/v1/lpr", {}, ("finance", "ip_office")),
    ("GET", "/v1/lpr", None, ALL),
    ("GET", "/v1/flag-rules", None, ALL),
    ("POST", "/v1/flag-thresholds", {}, ("finance", "ip_office")),
    ("GET", "/v1/flag-thresholds", None, ("finance", "ip_office", "auditor")),
    ("POST", "/v1/flag-scans", {}, ("finance", "ip_office")),
    ("GET", "/v1/flag-scans", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/flag-scans/%s", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/flags", None, ALL),
    ("GET", "/v1/flags/%s", None, ALL),
    ("POST", "/v1/flags/%s/clear", {}, ("finance", "ip_office")),
    ("GET", "/v1/loans/%s/history", None, ALL),
    ("POST", "/v1/loans/%s/events", {}, ("bank",)),
    ("GET", "/v1/loans/%s/events", None, ALL),
    ("POST", "/v1/loan-events", {}, ("bank",)),
    ("GET", "/v1/loan-events", None, ALL),
    ("GET", "/v1/loan-events/template.csv", None, ALL),
    ("GET", "/v1/loan-events/%s", None, ALL),
    ("GET", "/v1/loans/%s/interest?from=2022-07-01&to=2022-08-01", None, ALL),
    ("GET", "/v1/enterprises", None, ALL),
    ("GET", "/v1/enterprises/91310115QX0115114N", None, ALL),
    ("GET", "/v1/ip/2019100000019", None, ALL),
    ("GET", "/v1/facilities/%s", None, ALL),
    ("POST", "/v1/ip/2019100000019/events", {}, ("ip_office",)),
    ("GET", "/v1/ip/2019100000019/events", None, ALL),
    ("POST", "/v1/ip-events", {}, ("ip_office",)),
    ("GET", "/v1/ip-events", None, ALL),
    ("GET", "/v1/ip-events/template.csv", None, ALL),
    ("GET", "/v1/ip-events/%s", None, ALL),
    ("GET", "/v1/receipts/%s", None, ALL),
    ("GET", "/v1/log/witnesses", None, ALL),
    ("GET", "/v1/operator-acts", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/operator-acts/%s", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/log/tile/entries/000", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/log/tile/entries/x001/000", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/log/tile/entries/x001/x001/000", None, ("finance", "ip_office", "auditor")),
    ("GET", "/v1/log/tile/entries/x001/x001/x001/000", None, ("finance", "ip_office", "auditor")),
    ("POST", "/v1/accounts", {}, ("finance",)),
    ("GET", "/v1/accounts", None, ALL),
    ("GET", "/v1/accounts/fund:X", None, ALL),
    ("GET", "/v1/accounts/fund:X/entries", None, ALL),
    ("POST", "/v1/transfers", {}, ("finance",)),
    ("GET", "/v1/transfers", None, ALL),
    ("GET", "/v1/transfers/%s", None, ALL),
    ("POST", "/v1/transfers/%s/reverse", {}, ("finance",)),
    ("GET", "/v1/journal", None, ALL),
    ("GET", "/v1/changes", None, ALL),
    ("POST", "/v1/reports/quarterly/2022Q3/publish", {}, ("finance",)),
    ("GET", "/v1/reports/quarterly/2022Q3/publication", None, ALL),
    ("POST", "/v1/plans", {}, ("ip_office",)),
    ("GET", "/v1/plans", None, ALL),
    ("GET", "/v1/plans/%s", None, ALL),
    ("PUT", "/v1/plans/%s", {}, ("ip_office",)),
    ("GET", "/v1/plans/%s/history", None, ALL),
    ("POST", "/v1/plans/%s/approve", {}, ("finance",)),
    ("GET", "/v1/plans/sh-2021-2023/text", None, ALL),
    ("POST", "/v1/schemes", {}, ("ip_office",)),
    ("GET", "/v1/schemes", None, ALL),
    ("GET", "/v1/schemes/%s", None, ALL),
    ("PUT", "/v1/schemes/%s", {}, ("ip_office",)),
    ("GET", "/v1/schemes/%s/history", None, ALL),
    ("POST", "/v1/schemes/%s/approve", {}, ("finance",)),
    ("GET", "/v1/schemes/X/statement", None, ("finance", "ip_office", "auditor")),
    ("POST", "/v1/reports/quarterly/2022Q3/seal", {"unknown": 1}, ("finance",)),
    ("GET", "/v1/reports/quarterly/2022Q3/seal", None, ALL),
    ("GET", "/v1/reports/quarterly/2022Q3/diff", None, ALL),
    ("GET", "/v1/insurance-totals", None, ALL),
    ("GET", "/v1/reports/quarterly/2022Q3", None, ALL),
    ("GET", "/v1/reports/quarterly/2022Q3/rows?section=by_kind&column=count", None, ALL),
    ("POST", "/v1/claims", {}, CLAIMANTS),
    ("GET", "/v1/claims", None, ALL),
    ("GET", "/v1/claims/%s", None, ALL),
    ("GET", "/v1/claims/template.csv", None, ALL),
    ("GET", "/v1/coverages/template.csv", None, ALL),
    ("GET", "/v1/accounts/template.csv", None, ALL),
    ("GET", "/v1/transfers/template.csv", None, ALL),
    ("GET", "/v1/lpr/template.csv", None, ALL),
    ("GET", "/v1/budgets/template.csv", None, READERS),
    ("GET", "/v1/applications/template.csv", None, READERS + ("bank", "insurer", "guarantor")),
    ("POST", "/v1/coverages", {}, ("bank",)),
    ("GET", "/v1/coverages", None, ALL),
    ("GET", "/v1/coverages/%s", None, ALL),
    ("POST", "/v1/coverages/%s/confirm", {}, ("finance",)),
    ("POST", "/v1/coverages/%s/refuse", {}, ("finance",)),
    ("POST", "/v1/coverages/%s/end", {}, ("bank", "finance")),
    ("POST", "/v1/ip-deals/%s/confirm", {}, CONFIRMERS),
    ("POST", "/v1/ip-deal-payments/%s/confirm", {}, CONFIRMERS),
    ("POST", "/v1/product-filings/%s/confirm", {}, CONFIRMERS),
    ("POST", "/v1/confirmations", {}, CONFIRMERS),
    ("POST", "/v1/ranking-weights/%s/confirm", {}, ("finance",)),
    ("POST", "/v1/indicators/%s/confirm", {}, ("finance",)),
    ("POST", "/v1/benchmarks/%s/confirm", {}, CONFIRMERS),
    ("GET", "/v1/plans/sh-2021-2023/ranking", None, READERS),
    ("GET", "/v1/benchmarks/%s/page", None, ALL),
    ("POST", "/v1/offer-acceptances/%s/confirm", {}, CONFIRMERS),
    ("POST", "/v1/catalogue-offers/%s/accept", {}, TELLERS),
    ("GET", "/v1/catalogue-offers/%s/matches", None, ALL),
    ("GET", "/v1/catalogue-needs/%s/matches", None, ALL),
    ("GET", "/v1/confirmations", None, READERS),
    ("GET", "/v1/confirmations/template.csv", None, READERS),
    ("GET", "/v1/confirmations/%s", None, READERS),
    ("GET", "/v1/plans/sh-2021-2023/figures?side=sme_acquisition&figure=count&period=2022", None, ALL),
] + [route for base, writers, readers in (
    ("/v1/insurance-policies", ("insurer",), ALL), ("/v1/insurance-claims", ("insurer",), ALL),
    ("/v1/securitisations", ISSUERS, ALL), ("/v1/securitisation-events", ISSUERS, ALL),
    ("/v1/indicators", ("ip_office",), ALL), ("/v1/measure-rhythms", ("ip_office",), ALL),
    ("/v1/measure-reports", ("district", "finance", "ip_office"), ALL),
    ("/v1/enterprise-profiles", ("bank", "district", "ip_office"), ALL),
    ("/v1/catalogue-offers", TELLERS, ALL), ("/v1/catalogue-needs", TELLERS + ("bank",), ALL),
    ("/v1/catalogue-followups", TELLERS + ("bank",), ALL), ("/v1/offer-acceptances", TELLERS, ALL),
    ("/v1/matching-events", TELLERS, ALL), ("/v1/operation-centres", TELLERS, ALL), ("/v1/portfolios", TELLERS, ALL),
    ("/v1/alliances", TELLERS, ALL), ("/v1/clusters", TELLERS, ALL), ("/v1/service-agencies", TELLERS, ALL),
    ("/v1/agency-services", TELLERS, ALL), ("/v1/trainings", TELLERS, ALL),
    ("/v1/ranking-weights", ("ip_office",), ALL), ("/v1/benchmarks", ("ip_office",), ALL),
    ("/v1/ip-deals", TELLERS, ALL), ("/v1/ip-deal-payments", TELLERS, ALL), ("/v1/product-filings", TELLERS, ALL),
) for route in (
    ("POST", base, {}, writers), ("PUT", base + "/%s", {}, writers), ("GET", base, None, readers),
    ("GET", base + "/template.csv", None, readers), ("GET", base + "/%s", None, readers),
    ("GET", base + "/%s/history", None, readers),
)] + [("POST", "/v1/claims/%s/" + step, {}, takers) for step, takers in (
    ("accept", ("finance",)), ("return", ("finance",)), ("approve", ("finance",)),
    ("pay", ("finance",)), ("close", ("finance",)), ("confirm", ("finance",)), ("renew", ("finance",)),
    ("release", ("finance",)), ("accept_costs", ("finance",)), ("receive", ("finance",)),
    ("refuse", ("finance",)), ("resubmit", CLAIMANTS), ("withdraw", CLAIMANTS),
    ("recover", CLAIMANTS + ("finance",)), ("cure", CLAIMANTS + ("finance",)))]
NOBODYS = "00000000-0000-7000-8000-000000000000"


class Roles(Case):
    def test_every_kind_on_every_route(self):
        for method, path, body, may in MATRIX:
            path = path.replace("%s", NOBODYS)
            for kind in ALL:
                sent = loan() if body == "loan" else body
                r = self.d.call(method, path, sent, self.d.token(kind))
                with self.subTest(method=method, path=path, kind=kind):
                    if kind in may:
                        self.assertNotIn(r.status, (401, 403))
                    else:
                        self.assertEqual((r.status, r.codes()), (403, [("", "E_ROLE")]))

    def test_the_matrix_names_every_route_that_needs_a_token(self):
        routes = {(method.upper(), re.sub(r"\{.*?\}", "{}", path))
                  for path, methods in self.d.call("GET", "/openapi.json").json()["paths"].items()
                  for method, what in methods.items() if what["security"]}
        named = {(method, re.sub(r"(?<=/)(%s|2022Q3|fund:X|X|sh-2021-2023|9131\w+|2019\d+|0000\S{32}|x?0\d\d)(?=/|$)", "{}",
                                 path.split("?")[0])) for method, path, _, _ in MATRIX}
        self.assertEqual(routes, named)

    def test_without_a_good_token_nobody_gets_in(self):
        for headers in ({}, {"Authorization": "Bearer plg_wrong"}, {"Authorization": "Basic eA=="},
                        {"Authorization": "Bearer "}):
            r = self.d.call("GET", "/v1/loans", headers=headers)
            self.assertEqual((r.status, r.headers["www-authenticate"]), (401, "Bearer"))

    def test_a_revoked_or_expired_token_stops_at_once(self):
        org = self.d.org("bank", "BANK-R")
        token = self.d.given("token", "add", "--org", org, "--person", "甲")
        self.assertEqual(self.d.call("GET", "/v1/loans", token=token).status, 200)
        self.d.cli("token", "revoke", "--org", org, "--person", "甲")
        self.assertEqual(soon(lambda: self.d.call("GET", "/v1/loans", token=token).status, 401), 401)
        token = self.d.cli("token", "add", "--org", org, "--person", "乙",
                           "--expires-days", "0").stdout.strip()
        self.assertEqual(self.d.call("GET", "/v1/loans", token=token).status, 401)

    def test_only_the_hash_of_a_token_is_stored(self):
        token = self.d.token("bank")
        self.assertEqual(self.d.sql("select count(*) from token where sha256 ="
                                    " sha256(convert_to('%s', 'UTF8'))" % token), "1")
        self.assertGreaterEqual(len(token), 43)

    def test_who_sees_a_loan(self):
        bank = self.d.token("bank")
        made = self.d.call("POST", "/v1/loans", loan(
            guarantor_uscc="91310101QX0101011R"), bank)
        where = made.headers["location"]
        sees = {"bank": 200, "insurer": 404, "guarantor": 200, "district": 200, "finance": 200,
                "ip_office": 200, "auditor": 200}
        for kind, status in sees.items():
            r = self.d.call("GET", where, token=self.d.token(kind))
            self.assertEqual(r.status, status, kind)
        for token in (self.d.token("bank", "BANK-B"), self.d.token("district", "DIST-310116")):
            self.assertEqual(self.d.call("GET", where, token=token).status, 404)
            ids = [x["id"] for x in self.d.call("GET", "/v1/loans?limit=1000", token=token)
                   .json()["items"]]
            self.assertNotIn(made.json()["id"], ids)

    def test_whom_a_correction_takes_a_loan_away_from_no_longer_sees_it(self):
        bank = self.d.token("bank")
        record = loan(guarantor_uscc="91310101QX0101011R", district="310115",
                      borrower_uscc="91310104QX0104028H")
        where = self.d.call("POST", "/v1/loans", record, bank).headers["location"]
        lost = [self.d.token("district"), self.d.token("guarantor")]
        number = record["ip"][0]["number"]
        views = [where, "/v1/enterprises/91310104QX0104028H", "/v1/ip/" + number]
        for token in lost:
            self.assertEqual([self.d.call("GET", v, token=token).status for v in views], [200] * 3)
        moved = dict(record, district="310104", reason="区划有误")
        del moved["guarantor_uscc"]
        r = self.d.call("PUT", where, moved, bank, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200)
        for token in lost:
            self.assertEqual([self.d.call("GET", v, token=token).status for v in views], [404] * 3)
            page = self.d.call("GET", "/v1/loans?borrower=91310104QX0104028H", token=token)
            self.assertEqual(page.json()["items"], [])
        self.assertEqual(self.d.call("GET", where, token=bank).json()["district"], "310104")

    def test_the_database_itself_keeps_tenants_apart(self):
        self.d.call("POST", "/v1/loans", loan(), self.d.token("bank"))
        self.d.token("bank", "BANK-B")
        run = lambda sql, role="pledged_app": subprocess.run(
            ["psql", "-qAtX", "-h", self.d.data + "/run", "-U", role, "pledged", "-c", sql],
            capture_output=True, text=True, check=False)
        self.assertEqual(run("select count(*) from submission").stdout.strip(), "0")
        self.assertEqual(run("select count(*) from loan").stdout.strip(), "0")
        mine = "begin; " + self.d.identity("BANK-B", "bank")
        count = mine + "select count(*) = count(*) filter (where org_id = my_org()) from submission"
        self.assertEqual(run(count).stdout.strip().split("\n")[-1], "t")
        self.assertIn("permission denied", run("update submission set key = 'x'").stderr)
        self.assertIn("permission denied", run("delete from loan").stderr)
        self.assertIn("permission denied", run("set role pledged_owner").stderr)
        forged = (mine + "insert into loan_event (id, loan_id, org_id, parties, district, reference, kind, on_day,"
                  " recorded_at) values (gen_random_uuid(), gen_random_uuid(), my_org() + 1000, '{}', '', 'X', 'settled',"
                  " now(), now())")
        self.assertIn("row-level security", run(forged, "pledged_lane").stderr)
        self.assertIn("permission denied", run(forged).stderr)
        for table in ("flag", "flag_record", "flag_clearing"): # nobody raises or clears by hand
            for role in ("pledged_app", "pledged_lane"):
                self.assertIn("permission denied", run("insert into %s select from %s" % (table, table), role).stderr)

    def test_nobody_changes_history_not_even_the_owner(self):
        for table in ("submission", "loan", "loan_ip", "log_leaf", "log_head", "flag", "flag_record", "flag_clearing",
                      "flag_threshold_value", "baseline", "claim_step", "coverage_step"):
            for sql in ("update %s set %s = %s", "delete from %s", "truncate %s"):
                column = self.d.sql("select attname from pg_attribute where attrelid = '%s'::regclass"
                                    " and attnum = 1" % table)
                text = sql % ((table, column, column) if "set" in sql else table)
                with self.assertRaises(subprocess.CalledProcessError) as failed:
                    self.d.sql(text)
                self.assertIn("append-only", failed.exception.stderr, text)

    def test_verify_finds_the_ledger_sound(self):
        out = self.d.verify()
        self.assertEqual((out.returncode, out.stdout.strip()), (0, "no defects"), out.stdout)
