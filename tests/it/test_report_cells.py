"""A thousand figures of reports over the sample book, each made again from the records it links to."""
import glob
import os
import random
import subprocess
import urllib.parse
from decimal import Decimal

from harness import PLEDGED_BIN, ROOT, Case

SAMPLE = os.path.join(ROOT, "tests", "data", "sample")
QUARTERS = ["%dQ%d" % (y, q) for y in (2021, 2022, 2023) for q in (1, 2, 3, 4)]


class ReportCells(Case):
    conf = {"readers": 2}  # the ledger of the sample book

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for path in sorted(glob.glob(os.path.join(SAMPLE, "*.csv"))):
            code = os.path.basename(path)[:-len(".csv")]
            run = subprocess.run(
                [PLEDGED_BIN, "import", "--url", "http://127.0.0.1:%d" % cls.d.port, "--token",
                 cls.d.token("bank", code), path], capture_output=True, text=True, timeout=120, check=False)
            assert run.returncode == 0, (path, run.stdout, run.stderr)
        cls.tokens = [cls.d.token("finance"), cls.d.token("bank", "BANK-SH"),
                      cls.d.token("district", "DIST-310115"), cls.d.token("guarantor", "91310115QX90000225")]

    def get(self, path, token):
        r = self.d.call("GET", path, token=token)
        self.assertEqual(r.status, 200, (path, r.body))
        return r.json()

    def linked(self):
        """Every figure with a link: of all quarters for the offices, of four for three others."""
        found = []
        for token in self.tokens:
            for quarter in QUARTERS if token == self.tokens[0] else QUARTERS[2::3]:
                clock = "?basis=registered_on" if quarter == "2023Q1" else ""
                for s in self.get("/v1/reports/quarterly/%s%s" % (quarter, clock), token)["sections"]:
                    for row in s["rows"] + [s["total"]] * (s["total"] is not None):
                        found += [(c["rows"], c["value"], key, row.get("key"), token)
                                  for key, c in row["cells"].items() if "rows" in c]
        return found

    def records(self, link, token):
        items, after = [], ""
        while after is not None:
            page = self.get(link + "&limit=1000" + after, token)
            items += page["items"]
            after = "&after=" + urllib.parse.quote(page["next"]) if page["next"] else None
        return page, items

    def test_a_thousand_random_figures_are_the_sums_of_their_records(self):
        seed = random.randrange(10 ** 9)
        print("figure: report cells: seed %d" % seed)
        rng = random.Random(seed)
        found = self.linked()
        # nought is checked as well, but most are nought: nine in ten are figures that are not
        some = [x for x in found if x[1] not in (0, "0.00")]
        none = [x for x in found if x[1] in (0, "0.00")]
        chosen = rng.sample(some, 900) + rng.sample(none, 100)
        loans = {}
        for link, value, column, row, token in chosen:
            page, items = self.records(link, token)
            with self.subTest(link=link, seed=seed):
                self.assertEqual(page["value"], value)
                self.assertEqual(page["count"], len(items))
                self.assertEqual(len({(i["id"], i["type"]) for i in items}), len(items))
                if column == "firms" or row == "firms":
                    self.assertEqual(len({i["firm"] for i in items}), value)
                elif isinstance(value, int):
                    self.assertEqual(sum(i["value"] for i in items), value)
                else:
                    self.assertEqual(sum(Decimal(i["value"]) for i in items), Decimal(value))
                lent = [i for i in items if i["type"] == "loan" and i["firm"]]
                if lent:
                    one = rng.choice(lent)
                    loans[one["href"], token] = one
        self.assertGreater(len(loans), 300)
        for (href, token), item in rng.sample(sorted(loans.items()), 50):
            record = self.get(href, token)
            self.assertEqual((record["contract_no"], record["borrower_uscc"], record["version"]),
                             (item["reference"], item["firm"], item["version"]))

    def test_the_years_of_the_report_are_the_published_ones(self):
        for quarter, count, amount, yoy in (("2021Q4", 190, "7635700000.00", None),
                                            ("2022Q4", 519, "12153000000.00", "59.16"),
                                            ("2023Q4", 1370, "22760000000.00", "87.28")):
            rows = self.get("/v1/reports/quarterly/%s?section=headline" % quarter, self.tokens[0])["sections"][0]["rows"]
            cells = {r["key"]: {k: c["value"] for k, c in r["cells"].items()} for r in rows}
            self.assertEqual((cells["count"]["ytd"], cells["amount"]["ytd"], cells["amount"]["ytd_yoy"]),
                             (count, amount, yoy))
        self.assertEqual((cells["count"]["total"], cells["amount"]["total"]), (2079, "42548700000.00"))

    def test_districts_add_up_to_the_city_and_banks_see_their_row_of_it(self):
        path = "/v1/reports/quarterly/2022Q4?section=by_bank,by_district"
        districts, banks = self.get(path, self.tokens[0])["sections"]
        own = self.get(path, self.tokens[1])["sections"][1]["total"]["cells"]
        row = next(r for r in banks["rows"] if r["key"] == "BANK-SH")["cells"]
        for key in ("count", "amount", "firms", "amount_ytd", "count_total"):
            self.assertEqual(own[key]["value"], row[key]["value"], key)
        own = self.get(path, self.tokens[2])["sections"][0]["total"]["cells"]
        row = next(r for r in districts["rows"] if r["key"] == "310115")["cells"]
        for key in ("count", "amount", "firms", "amount_ytd", "count_total"):
            self.assertEqual(own[key]["value"], row[key]["value"], key)
