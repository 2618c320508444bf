"""Cover: asked for with the loan or by itself, judged at once, frozen, reserved in order; a correction suspends it."""
from fund_case import FundCase, ago
from harness import loan, numbers


class Coverage(FundCase):
    conf = {"readers": "6"}

    def test_a_loan_that_names_a_scheme_asks_for_cover_and_is_told(self):
        code = self.scheme()
        made = self.booked(code).json()
        self.assertEqual((made["coverage"]["state"], made["coverage"]["scheme"]), ("requested", code))
        self.assertEqual(made["coverage"]["terms"]["amount"], "3000000.00")
        cover = made["coverage"]["id"]
        self.assertEqual(self.cover_step(cover, "confirm", self.finance).status, 201)
        self.assertEqual(self.loan_of(made["contract_no"])["coverage"]["state"], "covered")

    def test_a_replay_tells_what_was_decided_the_same_bytes(self):
        code = self.scheme()
        record = loan(scheme=code, registered_on="2022-07-05", disbursed_on="2022-07-05")
        first = self.post("/v1/loans", record, self.bank, 201)
        self.cover_step(first.json()["coverage"]["id"], "refuse", self.finance)
        again = self.post("/v1/loans", record, self.bank, 200)
        self.assertEqual(first.body, again.body)

    def test_automatic_confirmation_covers_at_once(self):
        made = self.booked(self.scheme(confirmation="automatic")).json()
        self.assertEqual(made["coverage"]["state"], "covered")

    def test_a_scheme_that_does_not_exist_is_told_at_once(self):
        made = self.booked("NOSUCH").json()
        self.assertEqual(made["coverage"]["state"], "refused")
        self.assertEqual([e["code"] for e in made["coverage"]["errors"]], ["E_NOT_IN_SCHEME"])

    def test_all_defects_at_once_with_cures(self):
        code = self.scheme("sh-credit", ip_share_min="60.00", rate_ceiling={"lpr_spread": "0.50"}, file_within_days=30,
                           conditions={"all": [{"clause": "sme", "text": "中小微企业", "fact": "borrower.sme",
                                                "op": "eq", "value": True},
                                               {"clause": "patent", "text": "质押含专利", "fact": "loan.patents",
                                                "op": "ge", "value": 1}]})
        made = self.booked(code, drawn=500, registered_on=None, guarantor_uscc="91310101QX0101011R",
                           ip_amount="1000000.00", rate="9.99").json()
        errors = made["coverage"]["errors"]
        self.assertEqual(sorted(e["code"] for e in errors), sorted([
            "E_CONDITIONS", "E_EXCLUDED", "E_FILED_LATE", "E_FLAGGED", "E_IP_SHARE", "E_RATE_CEILING", "E_UNREGISTERED"]))
        told = next(e for e in errors if e["code"] == "E_CONDITIONS")
        self.assertIn("中小微企业", told["title"])
        self.assertTrue(all(e["cure"] for e in errors))
