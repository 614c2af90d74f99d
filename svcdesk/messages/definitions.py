"""How each figure of service is worked out, printed beside it."""

TEXTS = {
    "answered_in_time": ("本期受理的工单中按时答复的；还可以按时答复的、到期前撤回的不计", "of the tickets received in the period, those answered in time; those that still can be and those withdrawn before the answer was due are left out"),
    "response_median": ("本期受理且已答复的工单，从受理到首次答复或到场的小时数，取中位数；个数为偶数时取中间两个的平均", "hours from receipt to the first reply or arrival, of the tickets received in the period and answered: the median; of an even number the mean of the two middle ones"),
    "response_p90": ("同上，九成工单不超过的小时数", "the same: the hours that nine tickets in ten do not exceed"),
    "on_time_arrival": ("本期到场或应到未到的人次中，按客户约定时间到场的；何种原因迟到、是否免罚，都算迟到", "of those who arrived in the period or were due and did not, those on site by the customer's time; late is late, whatever the cause and whether or not it was fined"),
    "first_time_fix": ("本期首次关闭的维修中，一次修好的：未重开、不是重复维修、期限内未再修", "of the repairs first closed in the period, those mended at once: not reopened, no repeat, not repeated within the window"),
    "repeat_repairs": ("本期受理的维修中，在前一次关闭后期限内再修的", "of the repairs received in the period, those that repeat one closed within the window before"),
    "survey_coverage": ("本期首次关闭且须有满意度调查表的工单中（派过人的；制度规定每张都要的，则为全部），已收到的", "of the tickets first closed in the period that need a satisfaction survey (those to which somebody was sent; under policy survey.of = all, every one), those that have one"),
    "mean_score": ("本期收到的调查表得分之和除以份数，四舍五入", "the scores of the surveys received in the period over their number, rounded half up"),
    "complaints": ("本期投诉件数，折合每百件受理工单", "the complaints of the period on a hundred tickets received in it"),
    "complaints_upheld": ("本期裁定的投诉中查实的", "of the complaints decided in the period, those upheld"),
    "reports_complete": ("期限落在本期的服务报告单中，到期时齐全的", "of the service reports due in the period, those complete at their deadline"),
    "entry_lag_median": ("本期受理的工单，从受理到录入的小时数，取中位数；导入的不计", "hours from receipt to the entry in the journal, of the tickets received in the period: the median; imported ones are left out"),
    "entered_within_day": ("同上，24 小时内录入的", "the same: those entered within 24 hours"),
}  # fmt: skip
