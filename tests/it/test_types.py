"""Types of the database that stand for what is submitted have the members that the API has, of the same kinds.

A member that a type lacked would be read as not told, for ever and by everybody.
"""
import glob
import json
import os
import re

from harness import ROOT, Case

TOLD = {"scheme_terms": "scheme", "claim_told": "claim", "claim_step_told": "claim_step"}
PLAIN = {"integer": "integer", "boolean": "boolean"}


class Told(Case):
    def members(self, name):
        """member -> its type, of a composite type"""
        rows = self.d.sql("select json_object_agg(attname, format_type(atttypid, atttypmod)) from pg_attribute"
                          " where attrelid = '%s'::regclass and attnum > 0 and not attisdropped" % name)
        return json.loads(rows)

    def assert_alike(self, name, schema):
        members = self.members(name)
        self.assertEqual(sorted(members), sorted(schema["properties"]), name)
        for member, of in schema["properties"].items():
            with self.subTest("%s.%s" % (name, member)):
                self.assert_kind(members[member], of)

    def assert_kind(self, kind, of):
        if of["type"] == "array":
            self.assertTrue(kind.endswith("[]"), kind)
            self.assert_alike(kind[:-2], of["items"])
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
