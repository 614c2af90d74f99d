"""The words of the field: kinds and states, money in fen, ids. Imports nothing of ours but the errors."""

import re
from typing import Any, Literal, NamedTuple, get_args

from svcdesk.errors import BadInput

Record = dict[str, Any]

Channel = Literal["call", "letter", "visit", "email", "message"]
ComplaintChannel = Literal["call", "letter", "visit"]
TicketKind = Literal["repair", "installation", "training", "consultation", "visit"]
TicketStatus = Literal["open", "answered", "on_hold", "closed", "cancelled"]
DispatchKind = Literal["installation", "service"]
DispatchStatus = Literal["sent", "travelling", "on_site", "left", "returned", "cancelled"]
AttachmentKind = Literal["scan", "photo", "invoice", "recording", "other"]
LateCause = Literal["personal", "transport", "weather", "customer", "company", "other"]
AskedBy = Literal["customer", "us"]
Role = Literal["engineer", "agent", "coordinator", "head", "director"]
SurveyVia = Literal["paper", "call", "message"]
ComplaintFinding = Literal["upheld", "partly", "not_upheld", "unverifiable"]
ComplaintCause = Literal["quarrel", "solicitation", "untimely", "repeat_repair", "other"]
ComplaintStatus = Literal["registered", "assigned", "investigating", "decided", "remedied", "fed_back", "closed"]
PhoneResult = Literal["answered", "off", "refused"]
ConductRule = Literal[
    "disobedience", "quarrel", "solicitation", "confidentiality", "off_post", "swapped_post", "substituted",
    "unrelated_activity", "evasion", "conflict", "discourtesy", "discrimination", "dress", "dangerous_goods", "hygiene",
    "privacy", "absence", "other",
]  # fmt: skip
Category = Literal["fare", "lodging", "allowance", "local", "material", "freight", "other"]
ExpenseStatus = Literal["submitted", "approved", "rejected", "reimbursed", "falsified"]
Line = Literal["installation", "dispatch", "material", "transport"]
FraudSanction = Literal["demerit", "major_demerit", "dismissal"]
SanctionKind = Literal["warning", "fine", "demerit", "major_demerit", "dismissal", "notice", "open", "none"]
# What somebody may propose where the article names no measure of its own (S4 7.2, S3 10).
ProposedSanction = Literal["warning", "notice", "fine", "demerit", "major_demerit", "dismissal"]
PenaltyStatus = Literal["proposed", "confirmed", "waived", "appealed", "overturned", "settled"]
SettledVia = Literal["payroll", "cash", "allowance"]
PlanKind = Literal["visit", "inspection", "training", "review"]
Anchor = Literal["done", "calendar"]
PlanStatus = Literal["open", "ended"]
InspectionKind = Literal["safety", "hygiene", "dress", "attitude", "process"]
Level = Literal["minor", "general", "major"]
RectificationStatus = Literal["open", "done", "closed", "cancelled"]
Way = Literal["on_site", "call", "message"]
Aspect = Literal["design", "function", "quality", "service", "documents", "other"]
SuggestionAnswer = Literal["accepted", "declined", "later"]
SuggestionStatus = Literal["open", "sent", "answered", "told", "closed"]
PromiseKind = Literal["commissioning", "user_training", "other"]
PromiseStatus = Literal["open", "kept", "dropped"]
ProblemStatus = Literal["open", "sent", "answered", "verified", "closed"]

# The values of each kind of word, by the name that registers use for it.
WORDS: dict[str, tuple[str, ...]] = {
    name: get_args(values)
    for name, values in {
        "channel": Channel, "ticket_kind": TicketKind, "ticket_status": TicketStatus, "dispatch_kind": DispatchKind,
        "dispatch_status": DispatchStatus, "late_cause": LateCause, "asked_by": AskedBy, "role": Role,
        "survey_via": SurveyVia, "complaint_finding": ComplaintFinding, "complaint_cause": ComplaintCause,
        "complaint_status": ComplaintStatus, "phone_result": PhoneResult, "conduct_rule": ConductRule,
        "category": Category, "expense_status": ExpenseStatus, "line": Line, "sanction": SanctionKind,
        "penalty_status": PenaltyStatus, "settled_via": SettledVia, "attachment_kind": AttachmentKind,
        "plan_kind": PlanKind, "anchor": Anchor, "plan_status": PlanStatus, "inspection_kind": InspectionKind,
        "level": Level, "rectification_status": RectificationStatus, "way": Way, "aspect": Aspect,
        "suggestion_answer": SuggestionAnswer, "suggestion_status": SuggestionStatus,
        "promise_kind": PromiseKind, "promise_status": PromiseStatus, "problem_status": ProblemStatus,
    }.items()
}  # fmt: skip

LINES: tuple[str, ...] = get_args(Line)


class Kept(NamedTuple):
    """How a table's records are known: the file of registers/ that declares it, the letter or two of its ids, its noun.

    The noun stands here where the register is flat: made, listed and shown by what is declared, and by no other verb.
    """

    declared_in: str
    letters: str = ""
    noun: str = ""


# Every register by its table, in the order in which an empty ledger takes them back.
REGISTERS: dict[str, Kept] = {
    "staff": Kept("people"),
    "customer": Kept("people"),
    "contract": Kept("people"),
    "equipment": Kept("equipment"),
    "ticket": Kept("service", "T"),
    "dispatch": Kept("service", "D"),
    "service_report": Kept("service", "R"),
    "survey": Kept("service", "S"),
    "complaint": Kept("complaints", "C"),
    "contact": Kept("service", "L"),
    "phone_check": Kept("complaints", "H", "phone-check"),
    "conduct": Kept("complaints", "B", "conduct"),
    "expense": Kept("expenses", "E"),
    "penalty": Kept("penalties", "P"),
    "policy": Kept("settings"),
    "appointment": Kept("service"),
    "problem": Kept("problems", "QP"),
    "escalation": Kept("service"),
    "hold": Kept("service"),
    "reopening": Kept("service"),
    "hand_over": Kept("service"),
    "plan": Kept("plans", "PL"),
    "inspection": Kept("plans", "IN"),
    "rectification": Kept("plans", "RC"),
    "promise": Kept("promises", "PM"),
    "visit": Kept("visits", "VS"),
    "suggestion": Kept("visits", "SG"),
    "cause_alias": Kept("problems"),
    "equipment_move": Kept("equipment"),
    "submission": Kept("settings"),
    "attachment": Kept("settings"),
    "accepted_entry": Kept("settings"),
    "centre": Kept("settings"),
}
LETTERS = {table: kept.letters for table, kept in REGISTERS.items() if kept.letters}
FLAT = {kept.noun: table for table, kept in REGISTERS.items() if kept.noun}
# The noun of the command line, where it is not the table's name.
_NOUNS = {"rectification": "rectify"}

_AMOUNT = r"\d{1,9}(\.\d{1,2})?"
_GROUPED = r"\d{1,3}(,\d{3})+(\.\d+)?"
_WIDE = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")
_DESTROYED = r"\d(\.\d+)?[eE]\+?\d+"
# As spreadsheets write a number they destroyed: 2.4112E+19. A serial such as 1E5 is none.
_DESTROYED_NAME = r"\d(\.\d+)?[eE]\+\d{2,3}"
# What lists and exports show in place of personal data.
_MASKED = {"name": r".\*", "phone": r"(\d{3})?\*{4}.*", "address": r".{0,3}\*{4}", "wage": r"\*{4}", "score": r"\*"}


LONGEST_TEXT, LONGEST_NOTE = 2_000, 10_000  # characters
# What may be as long as a note: notes, and what a report on a job tells.
_NOTES = ("note", "notes", "text", "fault_cause", "solution", "customer_opinion", "resolution", "comment", "statement")


def bounded(name: str, text: str) -> None:
    """Refuse a text that no list, report or workbook could show. Raises BadInput."""
    most = LONGEST_NOTE if name in _NOTES else LONGEST_TEXT
    if len(text) > most:
        raise BadInput("too_long", name=name, length=len(text), most=most)


# With these a text begins that a spreadsheet takes for a formula.
LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def fen(text: str) -> int:
    """Read an amount of CNY, at most two decimals, as integer fen; as lists and papers show it too: ￥1,286.00.

    Raises BadInput for any other form.
    """
    digits = text if re.fullmatch(_AMOUNT, text, re.ASCII) else unmarked(text)
    if not re.fullmatch(_AMOUNT, digits, re.ASCII):
        raise BadInput("amount", text=text)
    yuan, _, cents = digits.partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0"))


def unmarked(text: str) -> str:
    """Write an amount without what it is shown with: ￥ or 元, full-width digits, thousands where rightly grouped."""
    digits = text.translate(_WIDE).removeprefix("¥").removesuffix("元")
    return digits.replace(",", "") if re.fullmatch(_GROUPED, digits, re.ASCII) else digits


class Fen(int):
    """An amount of CNY in integer fen, which people and machines read with two decimals: 55350 is 553.50."""

    def __str__(self) -> str:
        return yuan(self)

    __format__ = object.__format__


def yuan(amount_fen: int) -> str:
    """Write integer fen as CNY with two decimals: 55350 -> '553.50'."""
    sign, value = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{value // 100}.{value % 100:02d}"


def number_of(table: str, text: str) -> int:
    """Read an id of the table: 'T12', 't12' or '12' is 12. Raises BadInput for any other form."""
    letters = LETTERS.get(table, "")
    digits = text[len(letters) :] if text[: len(letters)].upper() == letters else text
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 12):
        if other := table_of(text):
            command = f"{noun_of(other)} show {text}"
            raise BadInput("id_of_other", text=text, letter=letters, command=command)
        raise BadInput("id", text=text, letter=letters)
    return int(digits)


def noun_of(table: str) -> str:
    """Return the noun of the command line for a table's records."""
    return _NOUNS.get(table, table.replace("_", "-"))


def number_in(key: str) -> int:
    """Return the number of the record that a natural key begins with: 12 of T12, T12@1 and RC12@2026-03-31."""
    found = re.match(r"[A-Z]{1,2}(\d{1,12})", key, re.ASCII)
    return int(found[1]) if found else 0


def named(table: str, row: int) -> str:
    """Name a row as people do: E8; a row without a letter by its table."""
    return f"{LETTERS[table]}{row}" if table in LETTERS else f"{table} {row}"


def table_of(text: str) -> str | None:
    """Name the table of an id that has its letters: 'T12' is a ticket; None where a text is no such id."""
    said = text.upper()
    front = said.rstrip("0123456789")
    is_id = front and 0 < len(said) - len(front) <= 12
    return next((table for table, letters in LETTERS.items() if is_id and front == letters), None)


def invoice(text: str | None) -> str | None:
    """Read an invoice number. Raises BadInput for one that a spreadsheet destroyed (2.4112E+19)."""
    if text is None or not text.strip():
        return None
    if ("e" in text or "E" in text) and re.fullmatch(_DESTROYED, text.strip()):
        raise BadInput("invoice_destroyed", text=text)
    from unicodedata import normalize

    return normalize("NFKC", text).strip()  # full-width digits are digits


def whole(name: str, text: str) -> str:
    """Read a number that is a name (a serial, a phone). Raises BadInput for one that a spreadsheet destroyed."""
    if ("e" in text or "E" in text) and re.fullmatch(_DESTROYED_NAME, text.strip(), re.ASCII):
        raise BadInput("number_destroyed", name=name, text=text)
    return text


CENTRE_CODE = r"[A-Z0-9][A-Z0-9_-]{0,15}"


def centre_code(text: str) -> str:
    """Read a centre's code in the company. Raises BadInput for what could be no name of a folder."""
    code = text.strip().upper()
    if not re.fullmatch(CENTRE_CODE, code, re.ASCII):
        raise BadInput("centre_code", text=text)
    return code


def unmasked(kind: str, text: str) -> str:
    """Read personal data. Raises BadInput for what was masked: taken in, it would pass for the real thing."""
    if "*" in text and re.fullmatch(_MASKED[kind], text, re.DOTALL):
        raise BadInput("masked", text=text)
    return whole("phone", text) if kind == "phone" else text


def city(name: str) -> str:
    """Name a city as it is compared: without 市, a station for its city (北京南 -> 北京, 汉口 -> 武汉)."""
    short = name.strip().removesuffix("站").removesuffix("市")
    return STATIONS.get(short, short)


_SIDES = "东西南北"
_MANY_STATIONS = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "南京",
    "杭州",
    "成都",
    "武汉",
    "西安",
    "郑州",
    "长沙",
    "沈阳",
    "哈尔滨",
    "长春",
    "大连",
    "济南",
    "青岛",
    "合肥",
    "福州",
    "厦门",
    "南昌",
    "昆明",
    "贵阳",
    "南宁",
    "海口",
    "兰州",
    "西宁",
    "银川",
    "太原",
    "石家庄",
    "唐山",
    "苏州",
    "无锡",
    "常州",
    "徐州",
    "温州",
    "宁波",
    "嘉兴",
    "金华",
    "绍兴",
    "佛山",
    "东莞",
    "珠海",
    "桂林",
    "柳州",
    "洛阳",
    "开封",
    "宜昌",
    "襄阳",
    "岳阳",
    "衡阳",
    "株洲",
    "烟台",
    "潍坊",
    "威海",
    "临沂",
    "淄博",
    "泰安",
    "保定",
    "邯郸",
    "秦皇岛",
    "大同",
    "包头",
    "鞍山",
    "抚顺",
    "吉林",
    "芜湖",
    "蚌埠",
    "九江",
    "遵义",
    "曲靖",
    "大理",
    "丽江",
    "咸阳",
    "宝鸡",
    "延安",
    "镇江",
    "扬州",
    "南通",
    "昆山",
    "义乌",
    "湖州",
    "承德",
    "张家口",
]

# Stations that do not carry their city's name, and the four sides of those that do.
STATIONS = {
    "汉口": "武汉", "武昌": "武汉", "虹桥": "上海", "上海虹桥": "上海", "浦东": "上海", "首都机场": "北京",
    "大兴机场": "北京", "丰台": "北京", "北京丰台": "北京", "北京朝阳": "北京", "清河": "北京", "福田": "深圳",
    "深圳坪山": "深圳", "光明城": "深圳", "禄口": "南京", "萧山": "杭州", "双流": "成都", "天府机场": "成都",
    "咸阳机场": "西安", "滨海": "天津", "滨海国际": "天津", "白云机场": "广州", "宝安机场": "深圳", "江北机场": "重庆",
    "天河机场": "武汉", "沙坪坝": "重庆", "菜园坝": "重庆", "胶东机场": "青岛", "红岛": "青岛",
} | {name + side: name for name in _MANY_STATIONS for side in _SIDES}  # fmt: skip
