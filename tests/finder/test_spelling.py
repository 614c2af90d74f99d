"""Names in pinyin: the few phrases that are loaded spell every name as all of them would."""

import json
import random
import subprocess
import sys

ALL = "import sys, json, pypinyin; json.dump([pypinyin.lazy_pinyin(name) for name in json.load(sys.stdin)], sys.stdout)"
SOME = """
import sys, json
from svcdesk.finder import spelling
names = json.load(sys.stdin)
spelling.learn(names[::2])
told = [spelling.of(name) for name in names]
from pypinyin.constants import PHRASES_DICT
json.dump([told, len(PHRASES_DICT)], sys.stdout)
"""
PHRASES = "from pypinyin.constants import PHRASES_DICT; import json, sys; json.dump(list(PHRASES_DICT), sys.stdout)"
NAMES = [
    "重庆重型机床",
    "长春行长",
    "银行行政",
    "乐清音乐厅",
    "厦门大厦",
    "单县单位",
    "abc重",
    "重",
    "甲 重庆-乙",
    "1",
    "东莞ＡＢ厂",
]


def told(script, names=()):
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(names), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_few_phrases_spell_as_all_of_them():
    chance, phrases = random.Random(3), told(PHRASES)
    signs = "".join(phrases)
    for _ in range(400):
        whole, at = chance.choice(phrases), chance.randrange(1, 4)
        NAMES.append(chance.choice(signs) + whole[:at] + chance.choice(phrases) + chance.choice(["", "厂", "A1"]))
    (spelt, loaded), full = told(SOME, NAMES), told(ALL, NAMES)
    assert [one for one, _ in spelt] == ["".join(each) for each in full]
    assert loaded < len(phrases) / 4


def test_one_name_loads_few_phrases():
    spelt, loaded = told(SOME, ["重庆机床"])
    assert spelt == [["chongqingjichuang", "cqjc"]] and loaded < 50
