"""The states: every verb in every state, against a table written by hand from the regulation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Refused
from svcdesk.model import WORDS
from svcdesk.regulation.states import (
    ALLOWED,
    STEPS,
    after_feedback,
    allow,
    dispatch_status,
    missing_to_close,
    moves_target,
    progress,
)

# For each record, the states in a row, and for each verb where it is allowed (x) and refused (.).
EXPECTED = {
    "ticket": (
        "open answered on_hold closed cancelled",
        {
            "answer":   "x x x . .",
            "escalate": "x x x . .",
            "hand-over": "x x x . .", "hold":     "x x . . .",
            "resume":   ". . x . .",
            "appoint":  "x x x . .",
            "send":     "x x . . .",
            "close":    "x x . . .",
            "reopen":   ". . . x .",
            "cancel":   "x x x . .",
            "survey":   "x x x x .",
        },
    ),
    "dispatch": (
        "sent travelling on_site left returned cancelled",
        {
            "step":   "x x x x x .",
            "cancel": "x . . . . .",
        },
    ),
    "complaint": (
        "registered assigned investigating decided remedied fed_back closed",
        {
            "assign":      "x x . . . . .",
            "investigate": ". x x . . . .",
            "decide":      ". . x . . . .",
            "remedy":      ". . . x . . .",
            "feedback":    ". . . x x . .",
            "close":       ". . . . . x .",
        },
    ),
    "problem": (
        "open sent answered verified closed",
        {
            "send":   "x x x x .",
            "answer": ". x . . .",
            "join":   "x x x x .",
            "verify": ". . x . .",
            "close":  "x x x x .",
        },
    ),
    "promise": (
        "open kept dropped",
        {
            "keep": "x . .",
            "move": "x x .",
            "drop": "x . .",
        },
    ),
    "expense": (
        "submitted approved rejected reimbursed falsified",
        {
            "approve":   "x . . . .",
            "reject":    "x x . . .",
            "reimburse": ". x . . .",
            "refund":    "x x . x .",
            "falsified": "x x x x .",
        },
    ),
    "plan": (
        "open ended",
        {
            "skip":       "x .",
            "move":       "x .",
            "done":       "x .",
            "end":        "x .",
            "visit":      "x .",
            "inspection": "x .",
        },
    ),
    "rectification": (
        "open done closed cancelled",
        {
            "extend": "x . . .",
            "done":   "x . . .",
            "verify": ". x . .",
            "cancel": "x x . .",
        },
    ),
    "suggestion": (
        "open sent answered told closed",
        {
            "send":   "x . . . .",
            "answer": ". x . . .",
            "tell":   ". . x . .",
            "close":  ". . . x .",
        },
    ),
    "penalty": (
        "proposed confirmed waived appealed overturned settled",
        {
            # confirming once more is how somebody decides after the facts have changed
            "confirm": "x x . . . .",
            "waive":   "x . . . . .",
            "appeal":  ". x . . . .",
            "decide":  ". . . x . .",
            "settle":  ". x . . . .",
        },
    ),
}  # fmt: skip

CASES = [
    (kind, verb, state, mark == "x")
    for kind, (states, verbs) in EXPECTED.items()
    for verb, marks in verbs.items()
    for state, mark in zip(states.split(), marks.split(), strict=True)
]


def test_the_table_is_whole():
    assert {kind: set(verbs) for kind, verbs in ALLOWED.items()} == {
        kind: set(verbs) for kind, (_, verbs) in EXPECTED.items()
    }
    for kind, (states, _) in EXPECTED.items():
        assert set(states.split()) == set(WORDS[f"{kind}_status"])


@pytest.mark.parametrize(("kind", "verb", "state", "allowed"), CASES)
def test_every_verb_in_every_state(kind, verb, state, allowed):
    record = {"id": 7, "status": state}
    if allowed:
        allow(kind, record, verb)
        return
    with pytest.raises(Refused) as refused:
        allow(kind, record, verb)
    assert refused.value.exit_code == 3
    assert refused.value.values["article"]
    assert state not in refused.value.values["states"]


def member(dispatch=1, code="W01", **times):
    """A crew row; each step is None but those given."""
    fields = ("departed_at", "arrived_at", "callback_at", "left_at", "returned_at")
    return {"dispatch_id": dispatch, "code": code, **{name: times.get(name) for name in fields}}


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ({}, "sent"),
        ({"departed_at": "t"}, "travelling"),
        ({"departed_at": "t", "callback_at": "t"}, "travelling"),
        ({"departed_at": "t", "arrived_at": "t"}, "on_site"),
        ({"departed_at": "t", "arrived_at": "t", "left_at": "t"}, "left"),
        ({"departed_at": "t", "arrived_at": "t", "left_at": "t", "returned_at": "t"}, "returned"),
        ({"departed_at": "t", "returned_at": "t"}, "returned"),
    ],
)
def test_how_far_an_engineer_has_come(times, status):
    assert progress(member(**times)) == status


def test_a_dispatch_has_come_as_far_as_its_last():
    gone = member(departed_at="t", arrived_at="t", left_at="t", returned_at="t")
    assert dispatch_status([gone, member()]) == "sent"
    assert dispatch_status([gone, member(departed_at="t")]) == "travelling"
    assert dispatch_status([gone, gone]) == "returned"


@given(st.lists(st.sampled_from(["sent", "travelling", "on_site", "left", "returned"]), min_size=1, max_size=4))
def test_a_dispatch_never_goes_back_when_one_goes_on(states):
    steps = ("departed_at", "arrived_at", "left_at", "returned_at")
    order = ("sent", "travelling", "on_site", "left", "returned")
    crew = [member(**dict.fromkeys(steps[: order.index(state)], "t")) for state in states]
    before = order.index(dispatch_status(crew))
    assert before == min(order.index(state) for state in states)
    for row in crew:
        going = next((step for step in steps if row[step] is None), None)
        if going:
            row[going] = "t"
            assert order.index(dispatch_status(crew)) >= before
            row[going] = None


def test_each_step_waits_for_one_that_stands_earlier():
    fields = [field for field, _ in STEPS.values()]
    for field, before in STEPS.values():
        assert before is None or fields.index(before) < fields.index(field)


BACK = {"departed_at": "t", "arrived_at": "t", "left_at": "t", "returned_at": "t"}
ANSWERED, UNANSWERED = {"id": 5, "answered_at": "t"}, {"id": 5, "answered_at": None}


@pytest.mark.parametrize(
    ("ticket", "crews", "reported", "surveyed", "no_survey", "missing"),
    [
        (ANSWERED, [], set(), False, None, []),
        (UNANSWERED, [], set(), False, None, ["answer"]),
        (ANSWERED, [member(**BACK)], {1}, True, None, []),
        (ANSWERED, [member(**BACK)], {1}, False, None, ["survey"]),
        (ANSWERED, [member(**BACK)], {1}, False, "客户拒填", []),
        (ANSWERED, [member(**BACK)], {1}, False, "", ["survey"]),
        (ANSWERED, [member(**BACK)], set(), True, None, ["report"]),
        (ANSWERED, [member(**BACK)], {2}, True, None, ["report"]),
        (ANSWERED, [member(departed_at="t")], {1}, True, None, ["return"]),
        (ANSWERED, [member(departed_at="t")], set(), True, None, ["return", "report"]),
        (ANSWERED, [member()], set(), True, None, ["return"]),  # sent, not departed: cancel it or let it go
        (UNANSWERED, [member(departed_at="t")], set(), False, None, ["answer", "return", "report", "survey"]),
        (ANSWERED, [member(**BACK), member(code="W02", departed_at="t")], {1}, True, None, ["return"]),
        (ANSWERED, [member(**BACK), member(dispatch=2, **BACK)], {1}, True, None, ["report"]),
    ],
)
def test_what_a_ticket_lacks_before_it_closes(ticket, crews, reported, surveyed, no_survey, missing):
    found = missing_to_close(ticket, crews, reported, surveyed, no_survey)
    assert [item["code"] for item in found] == missing


def test_what_is_missing_names_the_dispatch_and_the_engineer():
    crews = [member(**BACK), member(code="W02", departed_at="t")]
    assert missing_to_close(ANSWERED, crews, set(), True, None) == [
        {"code": "return", "dispatch": 1, "engineer": "W02"},
        {"code": "report", "dispatch": 1, "engineer": "W01"},
    ]


def test_an_unsatisfied_complainant_opens_another_round():
    assert after_feedback(True, 1) == {"status": "fed_back"}
    assert after_feedback(False, 1) == {"status": "assigned", "round": 2}


@pytest.mark.parametrize(
    ("asked_by", "at", "previous", "moves"),
    [
        ("customer", 5, None, True),
        ("customer", 5, 6, True),
        ("customer", 5, 5, True),  # at the very time it has not passed
        ("customer", 6, 5, False),
        ("us", 5, 6, False),
        ("us", 5, None, False),
    ],
)
def test_only_the_customer_and_only_in_time_moves_the_target(asked_by, at, previous, moves):
    assert moves_target(asked_by, at, previous) is moves
