"""What a ticket lacks before it may be closed."""

TEXTS = {
    "to_close_answer": ("答复", "the answer"),
    "to_close_return": ("D{dispatch} {engineer} 的返回", "the return of {engineer} from D{dispatch}"),
    "to_close_report": ("D{dispatch} 的服务报告单", "the service report of D{dispatch}"),
    "to_close_survey": ("满意度调查表", "the survey"),
}  # fmt: skip
