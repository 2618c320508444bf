"""A credit, a firm and a right have one identity however they are written, and nobody learns of another's from it."""
import json
import unittest

from harness import loan, numbers, patent
from lives import Lives
from test_reports import firm

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u061c\u180e"


def old_patent(year, serial, kind=1):
    """An 8 + 1 number: weights 2 to 9, sum mod 11; none whose check digit is X."""
    while True:
        body = "%02d%d%05d" % (year % 100, kind, serial % 100000)
        check = sum(int(c) * (i + 2) for i, c in enumerate(body)) % 11
        if check < 10:
            return body + str(check)
        serial += 1


class Identity(Lives):
    def setUp(self):
        super().setUp()
        self.other = self.d.token("bank", "BANK-B")

    def post(self, record, status=201, token=None):
        r = self.d.call("POST", "/v1/loans", record, token or self.bank)
        self.assertEqual(r.status, status, r.body.decode())
        return r

    def firm(self):
        return firm(2000000 + next(numbers) % 1000000)

    def codes(self, said):
        return [w["code"] for w in said["warnings"]]


class Keys(Identity):
    def test_a_space_around_a_number_makes_no_second_loan(self):
        """C5: taken off, or refused; never another credit."""
        record = loan(contract_no="SP-%d" % next(numbers))
        first = self.post(record).json()
        for key in ("%s\u3000", "\u3000%s", "%s\u00a0", "%s ", "\t%s", "\u2003%s"):
            r = self.d.call("POST", "/v1/loans", dict(record, contract_no=key % record["contract_no"]), self.bank)
            if r.status == 200:
                self.assertEqual(r.json()["id"], first["id"])
            else:
                self.assertEqual((r.status, r.codes()), (422, [("/contract_no", "E_CHARS")]), repr(key))
        self.assertEqual(self.d.sql("select count(*) from submission where type = 'loan' and key ilike '%%%s%%'"
                                    % record["contract_no"]), "1")

    def test_invisible_characters_are_refused_by_their_code_point(self):
        for c in INVISIBLE:
            name = "U+%04X" % ord(c)
            for field in ("contract_no", "borrower_name"):
                for where in (0, 3, 99):
                    record = loan()
                    record[field] = record[field][:where] + c + record[field][where:]
                    r = self.post(record, 422)
                    self.assertEqual(r.codes(), [("/" + field, "E_CHARS")], name)
                    problem = r.json()["errors"][0]
                    self.assertIn(name, problem["title"] + problem["cure"])
        r = self.d.call("POST", "/v1/loans", loan(ip=[{"number": patent(1), "appraiser": "评\u200b估"}]), self.bank)
        self.assertEqual(r.codes(), [("/ip/0/appraiser", "E_CHARS")])
        # what is seen is taken: brackets of either width, an ideographic space inside, rare characters
        for name in ("上海（示例）　有限公司", "上海(示例)有限公司", "上海㐂𠮷有限公司", "Société Générale (上海)"):
            self.assertEqual(self.post(loan(borrower_name=name)).json()["borrower_name"], name)

    def test_a_zero_width_space_in_a_file(self):
        """C5: csv/28d."""
        n = next(numbers)
        text = ("贷款合同编号,贷款产品,借款企业统一社会信用代码,借款企业名称,所在区代码,贷款金额,年利率,合同签订日,到期日,质押知识产权\r\n"
                "C-\u200b%d,单一质押,91310115QX0115114N,上海示例有限公司,310115,5000000.00,3.65,2022-07-01,2023-07-01,2019195349220\r\n"
                "C-%d,单一质押,91310115QX0115114N,上海示例有限公司,310115,5000000.00,3.65,2022-07-01,2023-07-01,2019195349220\r\n" % (n, n))
        r = self.d.call("POST", "/v1/loans", text, self.bank, {"Content-Type": "text/csv; charset=utf-8"})
        said = r.lines()
        self.assertEqual([x["outcome"] for x in said[:2]], ["refused", "created"], r.body.decode())
        self.assertEqual((said[0]["errors"][0]["pointer"], said[0]["errors"][0]["code"]), ("/contract_no", "E_CHARS"))
        self.assertIn("U+200B", said[0]["errors"][0]["title"] + said[0]["errors"][0]["cure"])


class Numbers(Identity):
    def number(self, text, **over):
        return self.post(loan(ip=[dict({"number": text}, **over)])).json()["ip"][0]

    def test_patents_as_certificates_print_them(self):
        """C7."""
        for text in ("ZL 2021 1 9999001.9", "ZL202119999001\uff0e9", "\uff3a\uff2c\uff12\uff10\uff12\uff11\uff11\uff19\uff19"
                     "\uff19\uff19\uff10\uff10\uff11\uff0e\uff19", "zl\u00a02021\u00a01\u00a09999001.9", "ZL\u30002021\u300019999001.9",
                     "CN 2021 1 9999001.9", "2021 1 9999001.9", "ZL2021\u20091\u20099999001.9"):
            with self.subTest(text):
                self.assertEqual(self.number(text), {"number": "2021199990019", "kind": "invention"})
        self.assertEqual(self.number("ZL 95 1 15608.X"), {"number": "95115608X", "kind": "invention"})

    def test_trademarks_as_certificates_print_them(self):
        for text in ("第12345678号", "第 12345678 号", "第\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18号", "12345678"):
            with self.subTest(text):
                self.assertEqual(self.number(text), {"number": "12345678", "kind": "trademark"})

    def test_two_forms_of_one_number_are_one_right(self):
        r = self.post(loan(ip=[{"number": "ZL 2021 1 9999001.9"}, {"number": "2021199990019"}]), 422)
        self.assertEqual(r.codes(), [("/ip/1/number", "E_REPEATED")])

    def test_the_cure_shows_what_was_expected_of_this_number(self):
        for text, want in (("ZL 2017 1 0601862.4", "201710601862.3"), ("201710601862\uff0e4", "201710601862.3"),
                           ("ZL 95 1 15608.0", "95115608.X")):
            r = self.post(loan(ip=[{"number": text}]), 422)
            self.assertEqual(r.codes(), [("/ip/0/number", "E_PATENT")])
            self.assertIn(want, r.json()["errors"][0]["cure"])
        for text in ("ZL 2017 1 060186.3", "ZL 2017 1 06018622.3", "ZL 2017 1 O601862.3", "ZL 2017"):
            r = self.post(loan(ip=[{"number": text}]), 422)
            self.assertEqual(r.codes(), [("/ip/0/number", "E_PATENT")])
            self.assertNotIn("202119999001", r.json()["errors"][0]["cure"])  # an unrelated example helps nobody

    def test_short_patent_numbers_end_with_2003(self):
        for year in (1985, 1999, 2000, 2003):
            text = old_patent(year, next(numbers))
            self.assertEqual(self.number(text), {"number": text, "kind": "invention"})
        for year in (2004, 2012, 2022, 1984):
            text = old_patent(year, next(numbers))
            for form in (text, "ZL" + text[:8] + "." + text[8]):
                self.assertEqual(self.post(loan(ip=[{"number": form}]), 422).codes(), [("/ip/0/number", "E_PATENT")], form)

    def test_international_trademarks_of_five_digits(self):
        for text in ("G12345", "g123456", "G1234567"):
            self.assertEqual(self.number(text), {"number": text.upper(), "kind": "trademark"})
        for text in ("G12345678", "G"):
            self.assertEqual(self.post(loan(ip=[{"number": text}]), 422).codes(), [("/ip/0/number", "E_TRADEMARK")])


class Parties(Identity):
    def test_owners_and_pledgors_may_be_persons(self):
        record = loan(pledgors=[{"name": "上海示例有限公司", "kind": "firm", "uscc": "91310115QX0115114N"},
                                {"name": "张三", "kind": "person"}],
                      pledgee={"name": "示例融资担保有限公司", "uscc": "91310101QX0101011R"})
        record["ip"][0]["owners"] = [{"name": "张三", "kind": "person"},
                                     {"name": "上海示例有限公司", "kind": "firm", "uscc": "91310115QX0115114N"}]
        made = self.post(record)
        said = self.get(made.headers["location"])
        self.assertEqual((said["pledgors"], said["pledgee"], said["ip"][0]["owners"]),
                         (record["pledgors"], record["pledgee"], record["ip"][0]["owners"]))
        self.assertEqual(self.d.call("POST", "/v1/loans", said, self.bank).status, 200)

    def test_no_identity_card_number_is_ever_stored(self):
        before = self.d.sql("select count(*) from submission")
        card = "310101199001011237"  # 18 characters, as a card has them
        for person, pointer in (({"name": "张三", "kind": "person", "uscc": card}, "/pledgors/0/uscc"),
                                ({"name": "张三", "kind": "person", "id_no": card}, "/pledgors/0/id_no"),
                                ({"name": "张三 " + card, "kind": "person"}, "/pledgors/0/name"),
                                ({"name": "张三", "kind": "human"}, "/pledgors/0/kind"),
                                ({"kind": "person"}, "/pledgors/0/name"),
                                ({"name": "张三"}, "/pledgors/0/kind")):
            r = self.post(loan(pledgors=[person]), 422)
            self.assertEqual({p for p, _ in r.codes()}, {pointer}, r.body.decode())
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        self.post(loan(pledgors=[{"name": "张三", "kind": "person"}]))



if __name__ == "__main__":
    unittest.main()
