"""A credit, a firm and a right have one identity however they are written, and nobody learns of another's from it."""
import json
import unicodedata
import unittest
import urllib.parse

from harness import firm as a_firm
from harness import loan, numbers, patent
from lives import NDJSON, Lives
from loan_examples import THREE
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
    def variants(self, key):
        """Ways to write one key: case, width, Roman number, spaces of any kind inside."""
        yield key.lower()
        yield "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in key)
        yield key.replace("II", "\u2161")
        yield key[:3] + " " + key[3:]
        yield key[:3] + "\u00a0" + key[3:]
        yield key[:3] + "\u3000" + key[3:]

    def test_a_contract_number_is_the_same_however_it_is_written(self):
        record = loan(contract_no="PJ-II/%d" % next(numbers))
        first = self.post(record).json()
        for key in self.variants(record["contract_no"]):
            with self.subTest(key):
                self.assertEqual(unicodedata.normalize("NFKC", key).casefold().replace(" ", ""), record["contract_no"].lower())
                again = self.d.call("POST", "/v1/loans", dict(record, contract_no=key), self.bank)
                self.assertEqual((again.status, again.json().get("id")), (200, first["id"]), again.body.decode())
                r = self.post(dict(record, contract_no=key, amount="5000000.01", ip_amount="5000000.01"), 409)
                self.assertIn(("/amount", "E_KEY_REUSED"), r.codes())
                found = self.get("/v1/loans?contract_no=" + urllib.parse.quote(key))
                self.assertEqual([x["id"] for x in found["items"]], [first["id"]])
        # other banks' numbers and numbers that differ by more are others
        for key, token in ((record["contract_no"], self.other), (record["contract_no"] + "0", None),
                           (record["contract_no"].replace("-", ""), None), (record["contract_no"].replace("P", "\u0420"), None)):
            self.assertNotEqual(self.post(dict(record, contract_no=key), token=token).json()["id"], first["id"])

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

    def test_the_lines_of_a_file_are_compared_alike(self):
        key = "FL-%d" % next(numbers)
        record = loan(contract_no=key)
        lines = [record, dict(record, contract_no=key.lower()), dict(record, contract_no=key.lower(), rate="4.00")]
        r = self.d.call("POST", "/v1/loans", "\n".join(json.dumps(x) for x in lines), self.bank, NDJSON)
        self.assertEqual([x["outcome"] for x in r.lines()[:3]], ["created", "replay", "conflict"], r.body.decode())

    def test_events_find_their_loan_and_each_other(self):
        n = next(numbers)
        self.post(loan(**dict(THREE, contract_no="EV-%d" % n, disbursed_on="2022-07-05")))
        event = {"reference": "Ref-%d" % n, "contract_no": "ev-%d" % n, "kind": "repaid", "on": "2022-08-04", "principal": "1.00"}
        send = lambda **over: self.d.call("POST", "/v1/loan-events", dict(event, **over), self.bank)
        first = send()
        self.assertEqual(first.status, 201, first.body.decode())
        again = send(reference="REF-%d" % n, contract_no="EV-%d" % n)
        self.assertEqual((again.status, again.json()["id"]), (200, first.json()["id"]))
        r = send(reference="REF-%d" % n, principal="2.00")
        self.assertEqual((r.status, {c for _, c in r.codes()}), (409, {"E_KEY_REUSED"}))
        self.assertIn("/principal", [p for p, _ in r.codes()])
        undo = {"reference": "U-%d" % n, "contract_no": "EV-%d" % n, "kind": "reversed", "on": "2022-08-05", "reverses": "rEF-%d" % n}
        r = self.d.call("POST", "/v1/loan-events", undo, self.bank)
        self.assertEqual(r.status, 201, r.body.decode())

    def test_a_form_is_one_function_and_the_columns_hold_it(self):
        """What is one and what is not, worked by hand; the form of a form is itself."""
        one = (("PJ-\u2161/12", "pj-ii/12"), ("\uff30\uff2a\u3000\uff11", "pj1"), ("Stra\u00dfe", "STRASSE"),
               ("\u03a3\u03a4\u03c2", "\u03c3\u03c4\u03c3"), ("e\u0301", "\u00c9"), ("\ufb01", "FI"), ("a\u00ad\u200bb", "AB"),
               ("上海（示例）　公司", "上海(示例)公司"), ("\u212a-1", "k-1"), ("㈱示例", "(株)示例"))
        other = (("PJ-1", "PJ1"), ("P-1", "\u0420-1"), ("1/2", "1-2"), ("上海", "上诲"), ("O", "0"))
        for pairs, want in ((one, "t"), (other, "f")):
            for a, b in pairs:
                self.assertEqual(self.d.sql("select text_form('%s') = text_form('%s')" % (a, b)), want, (a, b))
                self.assertEqual(self.d.sql("select bool_and(text_form(text_form(x)) = text_form(x)) from unnest(array['%s', '%s']) x"
                                            % (a, b)), "t", (a, b))
                for text in (a, b):  # the column is made by built-in functions alone
                    made = self.post(loan(contract_no="%s %d" % (text, next(numbers)))).json() if "\u200b" not in text else None
                    if made:
                        self.assertEqual(self.d.sql("select key_form = text_form(key) from submission where id = '%s'" % made["id"]), "t")

    def test_a_reversal_finds_its_event_however_it_is_written_and_verify_agrees(self):
        n = next(numbers)
        self.post(loan(contract_no="RV-%d" % n, disbursed_on="2022-07-05"))
        send = lambda **e: self.d.call("POST", "/v1/loan-events", dict({"contract_no": "rv-%d" % n}, **e), self.bank)
        self.assertEqual(send(reference="Void-%d" % n, kind="voided", on="2022-08-01", reason="重复录入").status, 201)
        r = send(reference="Back-%d" % n, kind="reversed", on="2022-08-02", reverses="VOID-%d" % n)
        self.assertEqual(r.status, 201, r.body.decode())
        self.assertEqual(self.get("/v1/loan-events?contract_no=Rv-%d" % n)["items"][1]["reverses"], "VOID-%d" % n)  # as sent
        self.assertEqual(self.get("/v1/loans?contract_no=rV-%d" % n)["items"][0]["state"], "matured")
        number = patent(next(numbers) % 10000000)
        office = self.d.token("ip_office")
        register = lambda **e: self.d.call("POST", "/v1/ip/%s/events" % number, e, office)
        self.assertEqual(register(reference="Dj-%d" % n, kind="lapsed", on="2022-01-05").status, 201)
        r = register(reference="DJ-R-%d" % n, kind="reversed", on="2022-01-06", reverses="DJ-%d" % n)
        self.assertEqual(r.status, 201, r.body.decode())
        self.assertNotEqual(self.get("/v1/ip/" + number, office)["state"], "lapsed")

    def test_keys_of_before_that_are_one_now_are_listed_and_stay(self):
        """As an older edition left them: two loans under numbers that differ by case."""
        n = next(numbers)
        self.assertEqual(self.d.verify().stdout, "no defects\n")
        first, second = (self.post(loan(contract_no="%s-%d" % (k, n))).json() for k in ("OLD", "ALSO"))
        self.d.sql("alter table submission disable trigger user; update submission set key = 'old-%d', key_form = 'old-%d',"
                   " body = replace(body::text, 'ALSO-', 'old-')::json where id = '%s';"
                   " alter table submission enable trigger user" % (n, n, second["id"]))
        said = self.d.verify().stdout
        self.assertIn("keys that are one however they are written: BANK-A loan OLD-%d, old-%d\n" % (n, n), said)
        find = lambda key: [x["id"] for x in self.get("/v1/loans?contract_no=%s-%d" % (key, n))["items"]]
        self.assertEqual((find("OLD"), find("old")), ([first["id"], second["id"]],) * 2)
        event = lambda key, k: self.d.call("POST", "/v1/loan-events", {
            "reference": "O%d-%d" % (k, n), "contract_no": "%s-%d" % (key, n), "kind": "disbursed", "on": "2022-07-05"}, self.bank)
        for k, (key, want) in enumerate((("OLD", first), ("old", second))):  # each by its own spelling
            self.assertEqual(event(key, k).status, 201)
            self.assertEqual(self.get("/v1/loans/" + want["id"])["state"], "matured")
        self.d.sql("alter table submission disable trigger user; update submission set key = 'ALSO-%d', key_form = 'also-%d',"
                   " body = replace(body::text, 'old-', 'ALSO-')::json where id = '%s';"
                   " update submission set body = replace(body::text, 'old-', 'ALSO-')::json, subject = 'ALSO-%d' where key = 'O1-%d';"
                   " alter table submission enable trigger user" % (n, n, second["id"], n, n))
        self.assertNotIn("keys that are one", self.d.verify().stdout)

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


class Confirmed(Identity):
    """RF31: a licence that shows a code whose check digit is off."""

    def off(self):
        code = a_firm(next(numbers))[0]
        return code[:17] + ("A" if code[17] != "A" else "B")

    def test_a_code_whose_check_digit_is_off_is_taken_when_confirmed_and_flagged(self):
        code = self.off()
        record = loan(borrower_uscc=code)
        r = self.post(record, 422)
        self.assertEqual(r.codes(), [("/borrower_uscc", "E_USCC_DIGIT")])
        self.assertIn("confirmed", r.json()["errors"][0]["cure"])
        made = self.post(dict(record, confirmed=["borrower_uscc"]))
        self.assertEqual((self.codes(made.json()), made.json()["confirmed"]), (["RF31"], ["borrower_uscc"]))
        where = made.headers["location"]
        self.assertEqual(self.d.call("POST", "/v1/loans", self.get(where), self.bank).status, 200)
        self.assertEqual([x["contract_no"] for x in self.get("/v1/loans?borrower=" + code)["items"]], [record["contract_no"]])
        self.assertEqual(self.get("/v1/enterprises/" + code)["uscc"], code)

    def test_the_owner_of_a_right_too_and_in_a_file(self):
        code = self.off()
        record = loan(borrower_uscc=code, ip=[{"number": patent(next(numbers) % 10000000), "owner_uscc": code}])
        r = self.post(dict(record, confirmed=["borrower_uscc"]), 422)
        self.assertEqual(r.codes(), [("/ip/0/owner_uscc", "E_USCC_DIGIT")])
        self.post(dict(record, confirmed=["borrower_uscc", "owner_uscc"]))
        text = ("贷款合同编号,贷款产品,借款企业统一社会信用代码,借款企业名称,所在区代码,贷款金额,年利率,合同签订日,到期日,质押知识产权,已核对证照的代码\r\n"
                "CC-%d,单一质押,%s,某企业%d,310115,5000000.00,3.65,2022-07-01,2023-07-01,2019195349220,借款企业统一社会信用代码\r\n"
                % (next(numbers), self.off(), next(numbers)))
        r = self.d.call("POST", "/v1/loans", text, self.bank, {"Content-Type": "text/csv; charset=utf-8"})
        self.assertEqual(r.lines()[0]["outcome"], "created", r.body.decode())

    def test_confirming_is_no_way_round_the_check(self):
        """A right code is not confirmed; a code of no form, or whose inner digit is off, is never taken."""
        code = a_firm(next(numbers))[0]
        confirmed = {"confirmed": ["borrower_uscc"]}
        self.assertEqual(self.post(loan(borrower_uscc=code, **confirmed), 422).codes(), [("/confirmed", "E_UNWANTED")])
        inner = code[:16] + ("1" if code[16] != "1" else "2") + code[17]
        for wrong in (inner, code[:17], code[:4] + "X" + code[5:]):
            said = self.post(loan(borrower_uscc=wrong, **confirmed), 422).codes()
            self.assertEqual(said, [("/borrower_uscc", "E_USCC"), ("/confirmed", "E_UNWANTED")], wrong)
        guarantor = loan(guarantor_uscc=self.off())
        self.assertEqual(self.post(guarantor, 422).codes(), [("/guarantor_uscc", "E_USCC")])
        for words, code in (([], "E_LENGTH"), (["borrower_uscc"] * 2, "E_REPEATED"), (["amount"], "E_CHOICE"), ("borrower_uscc", "E_TYPE")):
            self.assertIn(code, [c for _, c in self.post(loan(borrower_uscc=self.off(), confirmed=words), 422).codes()], words)


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


class OneCredit(Identity):
    """Two loans that may be one credit: told to the bank, flagged, and nobody learns of another bank's."""

    def setUp(self):
        super().setUp()
        self.finance = self.d.token("finance")

    def pair(self, one=None, two=None, token=None):
        """Two loans of one firm, of one amount and day unless told otherwise; the answers."""
        code, name = a_firm(next(numbers))
        base = {"borrower_uscc": code, "borrower_name": name, "amount": "3000000.00"}
        return (self.post(loan(**{**base, **(one or {})})).json(),
                self.post(loan(**{**base, **(two or {})}), token=token).json())

    def flags(self, made, token=None):
        items = self.get("/v1/flags?code=RF29&limit=1000", token or self.finance)["items"]
        return [f for f in items if any(x["id"] == made["id"] for x in f["records"])]

    def assert_one(self, first, second, told=True):
        self.assertIn("RF29", self.codes(second))
        (flag,) = self.flags(second)
        self.assertEqual((flag["severity"], flag["state"], {x["id"] for x in flag["records"]}),
                         ("high", "open", {first["id"], second["id"]}))
        for mine, other in ((first, second), (second, first)) if told else ():
            self.assertEqual(self.get("/v1/loans/" + mine["id"])["same_credit"], [other["contract_no"]])

    def assert_two(self, first, second, token=None):
        self.assertNotIn("RF29", self.codes(second))
        self.assertEqual(self.flags(second), [])
        self.assertNotIn("same_credit", self.get("/v1/loans/" + second["id"], token))

    def test_one_amount_and_week_or_one_right_is_one_credit(self):
        for one, two in (({}, {}),
                         ({}, {"amount": "2999999.99"}),  # A3: one fen less
                         ({}, {"amount": "2970000.00", "signed_on": "2022-07-08"}),  # 1 % and 7 days, both included
                         ({}, {"amount": "3030303.03", "signed_on": "2022-06-24"})):
            self.assert_one(*self.pair(one, two))
        right = [{"number": patent(next(numbers) % 10000000)}]
        self.assert_one(*self.pair({"ip": right}, {"ip": right, "amount": "900000.00", "signed_on": "2022-10-01"}))
        text = right[0]["number"]
        printed = [{"number": "ZL %s %s %s.%s" % (text[:4], text[4], text[5:12], text[12])}]
        self.assert_one(*self.pair({"ip": right}, {"ip": printed, "amount": "900000.00", "signed_on": "2022-10-01"}))

    def test_a_firm_with_two_codes_and_one_name_is_one(self):
        name = "上海（示例）%d　有限公司" % next(numbers)
        one, two = a_firm(next(numbers)), a_firm(next(numbers))
        first = self.post(loan(borrower_uscc=one[0], borrower_name=name)).json()
        second = self.post(loan(borrower_uscc=two[0], borrower_name=name.replace("（", "(").replace("）", ")").replace("　", " "))).json()
        self.assert_one(first, second)

    def test_two_credits_of_one_firm_are_two(self):
        """Honest borrowers near it: another amount, a week and a day later, after the end of the first, another firm."""
        for two in ({"amount": "2969999.99"}, {"signed_on": "2022-07-09"}, {"amount": "3030303.04"},
                    {"signed_on": "2023-07-01", "matures_on": "2024-07-01"}):
            self.assert_two(*self.pair({}, two))
        right = [{"number": patent(next(numbers) % 10000000)}]
        self.assert_two(*self.pair({"ip": right}, {"ip": right, "signed_on": "2023-07-01", "matures_on": "2024-07-01"}))
        first, second = self.post(loan()).json(), self.post(loan()).json()
        self.assert_two(first, second)

    def test_a_loan_that_was_settled_makes_room_for_its_refinancing(self):
        code, name = a_firm(next(numbers))
        right = [{"number": patent(next(numbers) % 10000000)}]
        base = {"borrower_uscc": code, "borrower_name": name, "ip": right, "amount": "3000000.00"}
        made = self.post(loan(disbursed_on="2022-07-05", **base))
        where = made.headers["location"]
        r = self.sent(where, ("settled", "2023-01-10", {}), 201)
        second = self.post(loan(signed_on="2023-01-10", matures_on="2024-01-10", **base)).json()
        self.assert_two(made.json(), second)
        # the settlement is taken back: both live
        self.sent(where, ("reversed", "2023-01-11", {"reverses": r.json()["reference"]}), 201)
        third = self.post(loan(signed_on="2023-02-01", matures_on="2024-02-01", **dict(base, amount="100000.00"))).json()
        self.assertIn("RF29", self.codes(third))
        self.assertEqual(self.get("/v1/loans/" + third["id"])["same_credit"],
                         sorted([made.json()["contract_no"], second["contract_no"]]))

    def test_arrears_keep_a_credit_open_until_they_are_paid(self):
        paid = ("repaid", "2022-10-20", {"principal": "0.00", "interest": "8000.00"})
        for arrears, asserted in ((), self.assert_one), ((paid,), self.assert_two):
            code, name = a_firm(next(numbers))
            base = {"borrower_uscc": code, "borrower_name": name, "ip": [{"number": patent(next(numbers) % 10000000)}]}
            made = self.post(loan(disbursed_on="2022-07-05", **base))
            for event in (("overdue", "2022-10-13", {"interest": "8000.00"}), *arrears):
                self.sent(made.headers["location"], event, 201)
            later = self.post(loan(signed_on="2023-07-01", matures_on="2024-07-01", **base))  # the term of the first is over
            asserted(made.json(), later.json())

    def test_a_file_that_says_one_credit_twice(self):
        code, name = a_firm(next(numbers))
        lines = [loan(borrower_uscc=code, borrower_name=name) for _ in range(2)] + [loan()]
        r = self.d.call("POST", "/v1/loans", "\n".join(json.dumps(x) for x in lines), self.bank, NDJSON)
        said = r.lines()
        self.assertEqual([x["outcome"] for x in said[:3]], ["created"] * 3)
        self.assertEqual([[w["code"] for w in x.get("warnings", [])] for x in said[:3]], [["RF29"], ["RF29"], []])
        self.assert_one(*(self.get("/v1/loans/" + x["id"]) for x in said[:2]))

    def test_a_correction_can_make_and_end_a_double(self):
        first, second = self.pair({}, {"amount": "900000.00"})
        self.assert_two(first, second)
        put = lambda record, **over: self.d.call("PUT", "/v1/loans/" + record["id"], dict(record, reason="更正", **over), self.bank,
                                                 {"If-Match": '"%d"' % record["version"]})
        r = put(self.get("/v1/loans/" + second["id"]), amount="3000000.00", ip_amount="3000000.00")
        self.assertEqual(r.status, 200, r.body.decode())
        self.assert_one(first, r.json())
        put(self.get("/v1/loans/" + second["id"]), amount="900000.00", ip_amount="900000.00")
        self.assertNotIn("same_credit", self.get("/v1/loans/" + first["id"]))

    def test_another_banks_loan_is_found_and_not_told(self):
        first, second = self.pair(token=self.other)
        self.assert_one(first, second, told=False)
        for mine, theirs, token in ((first, second, self.bank), (second, first, self.other)):
            self.assertNotIn("same_credit", self.get("/v1/loans/" + mine["id"], token))
            (flag,) = [f for f in self.get("/v1/flags?code=RF29&limit=1000", token)["items"]
                       if any(x["id"] == mine["id"] for x in f["records"])]
            self.assertEqual((len(flag["records"]), flag["records_of_others"]), (1, 1))
            for secret in (theirs["id"], theirs["contract_no"]):
                self.assertNotIn(secret, json.dumps(flag))

    def test_a_second_person_clears_it_until_what_decides_changes(self):
        first, second = self.pair()
        (flag,) = self.flags(second)
        self.d.call("POST", "/v1/flags/%s/clear" % flag["id"], {"reason": "同一授信项下第二次放款", "seen": flag["seen"]}, self.finance)
        self.assertEqual(self.flags(second)[0]["state"], "cleared")
        for made in (first, second):
            self.assertNotIn("same_credit", self.get("/v1/loans/" + made["id"]))
        was = self.get("/v1/loans/" + second["id"])
        put = lambda **over: self.d.call("PUT", "/v1/loans/" + second["id"], dict(was, reason="更正", **over), self.bank,
                                         {"If-Match": '"%d"' % self.get("/v1/loans/" + second["id"])["version"]})
        self.assertEqual(put(purpose="采购").status, 200)  # decides nothing
        self.assertNotIn("same_credit", self.get("/v1/loans/" + second["id"]))
        self.assertEqual(put(amount="2999000.00", ip_amount="2999000.00").status, 200)
        self.assertEqual(self.get("/v1/loans/" + second["id"])["same_credit"], [first["contract_no"]])
        self.assertEqual(sorted(f["state"] for f in self.flags(second)), ["cleared", "open"])

    def test_shares_of_a_right_add_up_to_the_whole(self):
        def pledged(number, share, token, **over):
            return self.post(loan(ip=[{"number": number, "share": share}], **over), token=token).json()
        third = self.d.token("bank", "BANK-C")
        number = patent(next(numbers) % 10000000)
        self.assertNotIn("RF01", self.codes(pledged(number, "60.00", self.bank)))
        self.assertNotIn("RF01", self.codes(pledged(number, "40.00", self.other)))
        self.assertIn("RF01", self.codes(pledged(number, "0.01", third)))
        # one after the other they take the same part
        number = patent(next(numbers) % 10000000)
        pledged(number, "50.00", self.bank, signed_on="2022-01-01", matures_on="2022-06-30")
        pledged(number, "50.00", self.bank, signed_on="2022-07-10", matures_on="2022-12-31")
        self.assertNotIn("RF01", self.codes(pledged(number, "50.00", self.other, signed_on="2022-01-01", matures_on="2022-12-31")))
        self.d.call("POST", "/v1/flags/scan", {"rule": "RF01"}, self.finance)
        self.assertEqual([f for f in self.get("/v1/flags?code=RF01&limit=1000", self.finance)["items"]
                          if any(number in json.dumps(x["facts"]) for x in f["records"])], [])
        # no share told is the whole right
        number = patent(next(numbers) % 10000000)
        pledged(number, "0.01", self.bank)
        self.assertIn("RF01", self.codes(self.post(loan(ip=[{"number": number}]), token=self.other).json()))

    def test_an_amount_a_hundredfold_off_is_told(self):
        for one, two, told in (("30000.00", "3000000.00", True), ("3000000.00", "30000.00", True),
                               ("30000.01", "3000000.00", False), ("3000000.00", "30000.01", False)):
            _, second = self.pair({"signed_on": "2022-01-04", "amount": one}, {"amount": two})
            self.assertEqual("RF30" in self.codes(second), told, (one, two))

    def test_what_other_banks_lent_is_not_learnt_from_what_is_told_of_an_amount(self):
        first, second = self.pair({"signed_on": "2022-01-04", "amount": "30000.00"}, {"amount": "3000000.00"}, self.other)
        self.assertNotIn("RF30", self.codes(second))
        found = lambda token: [f for f in self.get("/v1/flags?code=RF30&limit=1000", token)["items"]
                               if any(x["id"] == second["id"] for x in f["records"])]
        self.assertEqual((found(self.other), found(self.finance)), ([], []))
        r = self.d.call("POST", "/v1/flag-scans", {"reference": "SM-%d" % next(numbers), "rule": "RF30"}, self.d.token("ip_office"))
        self.assertEqual(r.status, 201, r.body.decode())
        self.assertEqual(len(found(self.finance)), 1)  # offices see it by night

    def test_what_the_register_knows_of_a_right_is_told_at_once(self):
        office = self.d.token("ip_office")
        n = next(numbers)
        dead, sold, fine = (patent((n + k * 1000) % 10000000) for k in range(3))
        for number, kind, more in ((dead, "lapsed", {}), (sold, "transferred", {"owner_uscc": a_firm(n + 7)[0]}), 
                                   (fine, "granted", {"owner_uscc": a_firm(n)[0], "filed_on": "2019-01-04"})):
            r = self.d.call("POST", "/v1/ip/%s/events" % number, dict({"reference": "DJ-%s" % number, "kind": kind, "on": "2022-01-05"},
                                                                      **more), office)
            self.assertEqual(r.status, 201, r.body.decode())
        code, name = a_firm(n)
        said = self.post(loan(borrower_uscc=code, borrower_name=name, ip=[{"number": x} for x in (dead, sold, fine)])).json()
        self.assertEqual([(w["code"], w["pointer"]) for w in said["warnings"]], [("RF02", "/ip/0/number"), ("RF04", "/ip/1/number")])


if __name__ == "__main__":
    unittest.main()
