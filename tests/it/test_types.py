"""Types of the database that stand for what is submitted have the members that the API has, of the same kinds.

A member that a type lacked would be read as not told, for ever and by everybody.
"""
import glob
import json
import os
import re

from harness import ROOT, Case, loan

TOLD = {"scheme_terms": "scheme", "claim_told": "claim", "claim_step_told": "claim_step"}
PLAIN = {"integer": "integer", "boolean": "boolean"}
# Told in a form of its own, which the program checks, and lists of which the sum alone is read.
OWN_FORM = {"conditions": "json", "when": "json", "claimants": "text[]", "costs": "json"}


class Types(Case):
    def members(self, name):
        """member -> its type, of a composite type"""
        rows = self.d.sql("select json_object_agg(attname, format_type(atttypid, atttypmod)) from pg_attribute"
                          " where attrelid = '%s'::regclass and attnum > 0 and not attisdropped" % name)
        return json.loads(rows)


class Told(Types):
    def assert_alike(self, name, schema):
        members = self.members(name)
        self.assertEqual(sorted(members), sorted(schema["properties"]), name)
        for member, of in schema["properties"].items():
            with self.subTest("%s.%s" % (name, member)):
                if member in OWN_FORM:
                    self.assertEqual((members[member], of.get("type", "array")), (OWN_FORM[member], "array"))
                else:
                    self.assert_kind(members[member], of)

    def assert_kind(self, kind, of):
        if of["type"] == "array":
            self.assertTrue(kind.endswith("[]"), kind)
            self.assert_kind(kind[:-2], of["items"])
        elif of["type"] == "object":
            self.assert_alike(kind, of)
        elif of["type"] in PLAIN:
            self.assertEqual(kind, PLAIN[of["type"]])
        elif of.get("format") == "date":
            self.assertEqual(kind, "date")
        elif of.get("pattern", "").endswith("[0-9]{1,2})?$"):
            self.assertEqual(kind, "yuan")
        elif of.get("pattern", "").endswith("[0-9]{1,4})?$"):
            self.assertEqual(kind, "percent")
        else:
            self.assertIn(kind, ("text", "uuid"))

    def test_types_have_the_members_of_what_is_submitted(self):
        schemas = self.d.call("GET", "/openapi.json").json()["components"]["schemas"]
        for name, of in TOLD.items():
            self.assert_alike(name, schemas[of])

    def test_terms_of_a_scheme_are_not_read_from_its_text(self):
        schemas = self.d.call("GET", "/openapi.json").json()["components"]["schemas"]
        others = {m for name, of in schemas.items() if not name.startswith("scheme") for m in of.get("properties", ())}
        own = set(schemas["scheme"]["properties"]) - others
        self.assertIn("npl_breaker", own)
        for folder in ("migrations/functions", "ledger/sql", "reports/sql"):
            for path in glob.glob(os.path.join(ROOT, folder, "*.sql")):
                with open(path, encoding="utf-8") as f:
                    self.assertEqual(set(re.findall(r"->>? '(\w+)'", f.read())) & own, set(), path)

    def test_terms_of_a_scheme_are_read_as_they_were_told(self):
        told = ('{"code":"T","effective_from":"2022-01-01","trigger":{"days_overdue":90},"ip_share_min":"50.00",'
                '"layers":[{"party":"fund","share":"54.00","cap":"1.50"},{"party":"bank","share":"46.0001"}],'
                '"cap_per_loan":"10000000.00","leverage_limit":10,"rate_ceiling":{"lpr_spread":"-1.50"}}')
        self.assertEqual(self.d.sql(
            "select t.ip_share_min, percent_ppm(t.ip_share_min), (t.trigger).days_overdue, (t.layers)[2].share,"
            " percent_ppm((t.layers)[2].share), yuan_fen((t.layers)[1].cap), yuan_fen(t.cap_per_loan), t.leverage_limit,"
            " percent_ppm((t.rate_ceiling).lpr_spread), t.npl_breaker is null, t.excludes is null"
            " from scheme_terms_of('%s') t" % told),
            "50.00|500000|90|46.0001|460001|150|1000000000|10|-15000|t|t")

    def test_a_ceiling_without_members_is_that_of_the_lpr(self):
        for told, expected in (("{}", "f"), ('{"rate_ceiling":{}}', "t"), ('{"rate_ceiling":{"lpr_spread":"1.00"}}', "t")):
            self.assertEqual(self.d.sql("select (scheme_terms_of('%s')).rate_ceiling is distinct from null" % told), expected)

    def test_money_that_could_not_be_written_is_no_money(self):
        self.assertEqual(self.d.sql("select yuan_text(999999999999999999::fen)"), "9999999999999999.99")
        for value in ("1000000000000000000::fen", "0.001::yuan", "50.00001::percent"):
            with self.assertRaises(Exception):
                self.d.sql("select " + value)

    def test_grades_are_ranked_and_the_last_three_are_bad(self):
        self.assertEqual(self.d.sql("select string_agg(g || grade_rank(g) || grade_is_bad(g), ' ' order by grade_rank(g)) from"
                                    " unnest(array['loss', 'normal', 'doubtful', 'special_mention', 'substandard']) g"),
                         "normal1false special_mention2false substandard3true doubtful4true loss5true")


class Loans(Types):
    """The typed row of a loan takes over by itself what bears the same name."""

    FIELDS = {
        "industry": "C3973", "employees": 86, "revenue": "52000000.01", "assets": "61000000.02", "first_loan": True,
        "amount": "5000000.03", "ip_amount": "4000000.04", "rate": "3.6512", "disbursed_on": "2022-07-08",
        "purpose": "补充流动资金", "pledge_no": "Y2022310000123", "registered_on": "2022-07-05", "scheme": "SH-NONE",
        "guarantor_uscc": "91310101QX0101011R", "insurer_uscc": "91310104QX0104028H", "borrower_address": "示例路 1 号",
        "borrower_contact": "021-00000000", "controller": "张三", "account_manager": "李四", "branch": "张江支行",
        "registered_amount": "6000000.07", "revolving": True, "day_count": "30/360",
    }
    COLUMNS = {
        "borrower": "91310115QX0115114N", "borrower_name": "上海示例有限公司", "district": "310115",
        "industry": "C3973", "size": "small", "employees": 86, "revenue_fen": 5200000001,
        "assets_fen": 6100000002, "first_loan": True, "amount_fen": 500000003, "ip_amount_fen": 400000004,
        "rate_ppm": 36512, "signed_on": "2022-07-01", "disbursed_on": "2022-07-08", "matures_on": "2023-07-01",
        "registered_on": "2022-07-05", "scheme": "SH-NONE", "patents": 1, "trademarks": 1,
        "guarantor": "91310101QX0101011R", "insurer": "91310104QX0104028H", "purpose": "补充流动资金",
        "pledge_no": "Y2022310000123", "address": "示例路 1 号", "contact": "021-00000000", "controller": "张三",
        "account_manager": "李四", "branch": "张江支行", "registered_fen": 600000007, "revolving": True,
        "day_count": "30/360",
    }
    # product: its own fields, and their columns
    PRODUCTS = {
        "pooled_credit": ({"facility_no": "SX-TYPES", "facility_amount": "50000000.05"},
                          {"facility_no": "SX-TYPES", "facility_fen": 5000000005}),
        "invest_loan_linkage": ({"equity_amount": "3000000.06", "equity_investor": "示例创业投资基金"},
                                {"equity_fen": 300000006, "equity_investor": "示例创业投资基金"}),
        "trust": ({"trust_plan": "示例知识产权信托计划1号", "trustee": "示例信托有限责任公司"},
                  {"trust_plan": "示例知识产权信托计划1号", "trustee": "示例信托有限责任公司"}),
    }

    def test_every_field_of_a_loan_has_a_column_or_another_name(self):
        schema = self.d.call("GET", "/openapi.json").json()["components"]["schemas"]["loan"]["properties"]
        columns, renamed = set(self.members("loan")), set(self.members("loan_told"))
        # The key of the record, and lists and objects but lists of words, stand in the record alone.
        alone = {m for m, of in schema.items() if of["type"] in ("array", "object")} | {"contract_no"}
        self.assertEqual(set(schema) - columns - renamed, alone - {"ip", "confirmed"})
        self.assertEqual(renamed - set(schema), set())
        self.assertEqual(renamed & columns, set())

    def test_each_field_stands_in_its_column(self):
        for product, (fields, columns) in self.PRODUCTS.items():
            body = loan(product=product, borrower_uscc=self.COLUMNS["borrower"], borrower_name=self.COLUMNS["borrower_name"],
                        **self.FIELDS, **fields)
            body["ip"] = body["ip"] + [{"number": "12345678", "kind": "trademark"}]
            r = self.d.call("POST", "/v1/loans", body, self.d.token("bank"))
            self.assertEqual(r.status, 201, r.body)
            row = json.loads(self.d.sql("select json_strip_nulls(row_to_json(l)) from loan l where id = '%s'" % r.json()["id"]))
            ours = {k: v for k, v in row.items() if k not in ("id", "version", "org_id", "parties", "recorded_at")}
            self.assertEqual(ours, dict(self.COLUMNS, product=product, **columns))
            self.assertEqual((row["version"], sorted(row["parties"])), (1, ["91310101QX0101011R", "91310104QX0104028H"]))
