"""What the description promises of each operation, and that the check of answers against it can fail."""
import copy
import json
import subprocess
import unittest

import openapi_check
from harness import PLEDGED_BIN

BATCHES = {
    "/v1/accounts", "/v1/budgets", "/v1/claims", "/v1/coverages", "/v1/enterprise-profiles", "/v1/indicators",
    "/v1/insurance-claims", "/v1/insurance-policies", "/v1/ip-events", "/v1/ip/{number}/events", "/v1/loan-events", "/v1/loans",
    "/v1/loans/{id}/events", "/v1/lpr", "/v1/measure-reports", "/v1/measure-rhythms", "/v1/securitisation-events",
    "/v1/securitisations", "/v1/transfers", "/v1/applications", "/v1/applications/approve",
    "/v1/applications/pay", "/v1/applications/refuse", "/v1/claims/accept", "/v1/claims/approve", "/v1/claims/pay",
    "/v1/coverages/confirm", "/v1/coverages/refuse",
    "/v1/ip-deals", "/v1/ip-deal-payments", "/v1/product-filings", "/v1/confirmations", "/v1/catalogue-offers",
    "/v1/catalogue-needs", "/v1/catalogue-followups", "/v1/offer-acceptances", "/v1/matching-events", "/v1/operation-centres",
    "/v1/portfolios", "/v1/alliances", "/v1/clusters", "/v1/service-agencies", "/v1/agency-services", "/v1/trainings",
    "/v1/ranking-weights", "/v1/benchmarks", "/v1/proposals/approve", "/v1/proposals/refuse"}
TYPED = {  # by name, wherever it is a parameter
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "dry_run": {"type": "boolean"}, "atomic": {"type": "boolean"}, "overdue": {"type": "boolean"},
    "public": {"type": "boolean"}, "year": {"type": "integer", "minimum": 2000, "maximum": 2199},
    "as_of": {"type": "string", "format": "date"}, "from": {"type": "string", "format": "date"},
    "to": {"type": "string", "format": "date"}, "matures_on": {"type": "string", "format": "date"},
    "record": {"type": "string", "format": "uuid"},
    "basis": {"type": "string", "enum": ["registered_on", "signed_on", "disbursed_on"]},
    "severity": {"type": "string", "enum": ["high", "med", "low"]},
    "part": {"type": "string", "enum": ["json", "manifest", "ed25519", "sm2"]},
    "quarter": {"type": "string", "pattern": "^[0-9]{4}Q[1-4]$"},
    "no": {"type": "integer"},
}
ANYTHING = {"info", "servers", "paths", "components"}  # of the description itself


def document():
    return json.loads(subprocess.run([PLEDGED_BIN, "openapi"], check=True, stdout=subprocess.PIPE).stdout)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = document()
        cls.operations = [(path, method, o) for path, methods in cls.document["paths"].items()
                          for method, o in methods.items()]

    def test_every_body_that_goes_out_has_a_schema(self):
        for path, method, o in self.operations:
            good = [r for status, r in o["responses"].items() if status in ("200", "201", "202")]
            self.assertTrue(good, path)
            for answer in good:
                for kind, media in answer["content"].items():
                    with self.subTest(path=path, method=method, kind=kind):
                        self.assertIn("schema", media)
                        if kind == "application/json":
                            self.assertNotEqual(media["schema"], {"type": "string"})

    def test_objects_are_closed(self):
        def walk(place, node):
            if isinstance(node, list):
                for i, part in enumerate(node):
                    walk(place + (i,), part)
            if not isinstance(node, dict):
                return
            if "properties" in node and isinstance(node["properties"], dict) and "type" in node:
                self.assertIs(node.get("additionalProperties"), False, place)
                self.assertLessEqual(set(node["required"]), set(node["properties"]), place)
                for name, member in node["properties"].items():
                    if not set(member) & {"type", "$ref", "anyOf", "description"}:
                        self.assertIn(name, ANYTHING, place)
            for key, part in node.items():
                walk(place + (key,), part)
        walk((), self.document["components"]["schemas"])

    def test_batches_are_taken_where_they_are_told_and_nowhere_else(self):
        for path, method, o in self.operations:
            taken = set(o.get("requestBody", {}).get("content", {}))
            batch = {"application/json", "application/x-ndjson", "text/csv", XLSX}
            want = batch if path in BATCHES and method == "post" else {"application/json"} if method != "get" else set()
            self.assertEqual(taken, want, (method, path))
            if want == batch:
                self.assertIn("application/x-ndjson", o["responses"]["200"]["content"], path)
                made = o["responses"].get("201") or o["responses"]["202"] # now, or when a second person agrees
                self.assertIn("application/json", made["content"], path)

    def test_parameters_have_types(self):
        for path, method, o in self.operations:
            for p in o["parameters"]:
                with self.subTest(path=path, method=method, name=p["name"]):
                    if p["name"] == "basis" and path.startswith("/v1/plans/"):  # what was registered, too
                        self.assertEqual(p["schema"]["enum"], TYPED["basis"]["enum"] + ["registered_amount"])
                    elif p["name"] in TYPED and path != "/v1/log/consistency":  # there they are sizes
                        self.assertEqual(p["schema"], TYPED[p["name"]])
                    elif p["name"] == "state":
                        self.assertTrue(p["schema"]["enum"])
                    self.assertIn(p["schema"]["type"], ("string", "integer", "boolean", "array"))

    def test_refusals_are_listed(self):
        for path, method, o in self.operations:
            want = {"400", "422", "500", "503"}
            if o["security"]:
                want |= {"401", "403"}
            if "{" in path:
                want |= {"404"}
            if method != "get":
                want |= {"409", "413", "415", "429"}
            self.assertLessEqual(want, set(o["responses"]), (method, path))


class Check(unittest.TestCase):
    """A wrong answer is found, whatever is wrong with it."""
    ask = {"method": "GET", "path": "/v1/accounts", "body": False, "type": "", "query": []}
    account = {"code": "fund:1", "kind": "asset", "title": "专户", "no_overdraft": True, "balance": "5.00", "version": 3,
               "opened_on": "2022-07-01"}

    def found(self, ask=None, status=200, kind="application/json", text=None, **members):
        account = {k: v for k, v in dict(self.account, **members).items() if v is not None}
        body = text or json.dumps({"items": [account], "next": None}).encode()
        check = openapi_check.Description(document())
        return check.problems_of(dict(self.ask, **(ask or {})), {"status": status, "type": kind, "body": body})[1]

    def test_a_true_answer_passes(self):
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(held="1.00", available="4.00"), [])

    def test_members_are_held_to_their_description(self):
        for members in ({"colour": "red"}, {"title": None}, {"balance": "5"}, {"balance": 5}, {"version": "3"},
                        {"kind": "cash"}, {"no_overdraft": "true"}, {"opened_on": "2022-02-30"}):
            self.assertEqual(len(self.found(**members)), 1, members)

    def test_operations_statuses_and_types_must_be_described(self):
        self.assertEqual(self.found({"path": "/v1/secrets"}), ["the operation is not described"])
        self.assertEqual(self.found({"method": "PUT"}), ["the operation is not described"])
        self.assertEqual(self.found(status=418), ["the status is not described"])
        self.assertEqual(self.found(kind="text/plain"), ["a body of text/plain is not described"])

    def test_what_is_taken_must_be_described(self):
        self.assertEqual(self.found({"query": ["sort"]}), ["?sort is taken and not described"])
        made = copy.deepcopy(document()["paths"]["/v1/schemes"]["post"])
        asked = dict(self.ask, method="POST", path="/v1/schemes", body=True, type="text/csv")
        check = openapi_check.Description(document())
        self.assertEqual(list(check.request_problems(made, asked)), ["a body of text/csv is taken and not described"])

    def test_refusals_are_problems(self):
        wrong = {"kind": "application/problem+json", "text": b'{"wrong":true}'}
        all_of_them = 6  # one member too many; without type, title, status, request_id and errors
        self.assertEqual(len(self.found(status=422, **wrong)), all_of_them)
        self.assertEqual(len(self.found({"path": "/nowhere"}, 404, **wrong)), all_of_them)
        self.assertEqual(self.found({"path": "/nowhere"}, 404), ["a refusal of application/json is not described"])


if __name__ == "__main__":
    unittest.main()
