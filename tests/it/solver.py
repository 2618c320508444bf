"""What linear relations leave of unknowns: exact linear programs for whoever attacks what was published."""
from fractions import Fraction

ZERO = Fraction(0)


class Relations:
    """Equations and bounds over unknowns that are not below nought."""

    def __init__(self):
        self.all = []  # ({unknown: factor}, is it an equation, value): their sum is the value, or at most that
        self.known = {}
        self.part = {}

    def equal(self, factors, value):
        self.all.append((factors, True, Fraction(value)))

    def at_most(self, factors, value):
        self.all.append((factors, False, Fraction(value)))

    def settle(self):
        """Equations of one unknown tell it; what they leave falls into parts that have nothing in common."""
        before = -1
        while len(self.known) != before:
            before, rest = len(self.known), []
            for factors, equal, value in self.all:
                left = {k: f for k, f in factors.items() if f and k not in self.known}
                value -= sum(f * self.known[k] for k, f in factors.items() if k in self.known)
                if equal and len(left) == 1:
                    (k, f), = left.items()
                    self.known[k] = value / f
                elif left:
                    rest.append((left, equal, value))
                else:
                    assert value == 0 if equal else value >= 0, "what was published contradicts itself"
            self.all = rest
        self.part = {}
        for one in self.all:
            meets = {id(self.part[k]): self.part[k] for k in one[0] if k in self.part}.values()
            whole = Part([one, *(x for p in meets for x in p.relations)])
            self.part.update((k, whole) for x in whole.relations for k in x[0])

    def bounds(self, k):
        """The least and the most that the unknown may be; None: without end."""
        if k in self.known:
            return self.known[k], self.known[k]
        return self.part[k].bounds(k) if k in self.part else (ZERO, None)


class Part:
    """A linear program: a dictionary (Chvátal) of what stands at nought and what follows from it; Bland's rule."""

    def __init__(self, relations):
        self.relations, self.row = relations, None  # row: {basic: [value, {at nought: factor}]}

    def bounds(self, k):
        if self.row is None:
            self.begin()
        least = self.most({k: Fraction(-1)})
        return -least, self.most({k: Fraction(1)})

    def begin(self):
        """A point that satisfies all, by way of one more unknown that everything is let off by."""
        self.row = {}
        for factors, equal, value in self.relations:
            for sign in (1, -1) if equal else (1,):
                self.row["slack", len(self.row)] = [sign * value, {k: -sign * Fraction(f) for k, f in factors.items()}]
        worst = min(self.row, key=lambda r: self.row[r][0])
        if self.row[worst][0] < 0:
            for r in self.row.values():
                r[1]["let off"] = Fraction(1)
            self.pivot("let off", worst)
            assert self.most({"let off": Fraction(-1)}) == 0, "what was published contradicts itself"
            if "let off" in self.row:
                self.pivot(next(iter(self.row["let off"][1])), "let off")
            for r in self.row.values():
                r[1].pop("let off", None)

    def pivot(self, enter, leave):
        value, factors = self.row.pop(leave)
        f = factors.pop(enter)
        new = [-value / f, {k: -x / f for k, x in factors.items()}]
        new[1][leave] = 1 / f
        for r in self.row.values():
            self.put(r, enter, new)
        self.row[enter] = new

    @staticmethod
    def put(row, name, what):
        """In place of an unknown what it follows from."""
        f = row[1].pop(name, ZERO)
        if f:
            row[0] += f * what[0]
            for k, x in what[1].items():
                x = row[1].get(k, ZERO) + f * x
                if x:
                    row[1][k] = x
                else:
                    row[1].pop(k, None)

    def most(self, aim):
        aim = [ZERO, dict(aim)]
        for k in [k for k in aim[1] if k in self.row]:
            self.put(aim, k, self.row[k])
        while True:
            better = [k for k, f in aim[1].items() if f > 0]
            if not better:
                return aim[0]
            enter = min(better, key=str)
            stops = [(-r[0] / r[1][enter], str(k), k) for k, r in self.row.items() if r[1].get(enter, ZERO) < 0]
            if not stops:
                return None
            self.pivot(enter, min(stops)[2])
            self.put(aim, enter, self.row[enter])
