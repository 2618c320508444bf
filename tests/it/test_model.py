"""The model of the truth (tests/model): what a fund and what offices paid, judged by what truly happened and not by the
ledger's answers.

The seed is printed; PLEDGED_MODEL_SEED and PLEDGED_MODEL_HISTORIES choose others. Thousands: tests/model/play.py.
"""
import collections
import os
import sys
import time
import unittest

from harness import RELEASE_BIN, ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "model"))
import clock  # noqa: E402
import play  # noqa: E402
import stories  # noqa: E402

SEED = int(os.environ.get("PLEDGED_MODEL_SEED", "1"))
HISTORIES = int(os.environ.get("PLEDGED_MODEL_HISTORIES", "160"))
KEPT = [  # histories that showed a defect: their story and seed
    ("crook_settled", 200102), ("crook_cured", 200144), ("crook_hidden_payment", 200070), ("crook_hidden_payment", 300109),
    ("crook_raise", 300242), ("crook_settled", 200242), ("crook_settled", 200124),
    ("crook_aid_found_late", 910000), ("crook_aid_found_late", 910001), ("crook_aid_found_late", 910003),
    ("crook_aid_found_late", 910009), ("honest", 500006),
]


@unittest.skipUnless(clock.library(), "libfaketime is not installed")
class Model(unittest.TestCase):
    def test_funds_and_offices_pay_their_share_of_the_truth_and_no_more(self):
        began = time.monotonic()
        drawn = [stories.draw(*x) for x in KEPT] + stories.draws(HISTORIES - len(KEPT), SEED)
        results = play.play(drawn, RELEASE_BIN)
        kinds = collections.Counter(run.s.name for run, _ in results)
        print("figure: %d histories of %d kinds over three years, seed %d, %.0f s" % (
            len(results), len(kinds), SEED, time.monotonic() - began))
        self.assertEqual(set(kinds), {name for name, (weight, _, _) in stories.STORIES.items() if weight})
        paid = collections.Counter(run.s.name for run, _ in results if any(c["paid"] is not None for c in run.claims + run.apps))
        self.assertTrue(all(paid[name] for name in stories.STORIES if name.startswith("honest")), paid)
        bad = [(run, wrong) for run, wrong in results if wrong]
        for run, wrong in bad[:2]:
            ((again, still),) = play.play([play.shorten(run.s, RELEASE_BIN)], RELEASE_BIN)
            print(play.tell(again, still))
        self.assertEqual([(run.s.name, run.s.seed, wrong) for run, wrong in bad], [])

    def test_each_rule_that_is_taken_out_is_still_there_to_be_taken(self):
        import bites
        for name, (_, sql, kinds) in bites.RULES.items():
            with self.subTest(name):
                self.assertTrue(sql())
                self.assertLessEqual(set(kinds), set(stories.STORIES))

    def test_a_history_that_fails_is_cut_down_to_what_matters(self):
        """With the costs of a recovery counted before anybody accepted them, a crook of costs needs few acts."""
        import bites
        broken = "begin; set check_function_bodies = off; %s commit" % bites.RULES["costs"][1]()
        whole = stories.draw("crook_costs", 7)
        short = play.shorten(whole, RELEASE_BIN, broken)
        ((run, wrong),) = play.play([short], RELEASE_BIN, broken)
        self.assertTrue(wrong)
        self.assertLess(len(short.acts), len(whole.acts))
        self.assertIn("books L1", run.script())
        self.assertIn("recovers L1", run.script())


if __name__ == "__main__":
    unittest.main()
