"""Headings and words that other people's registers use, by the field or value of ours that they mean; the best first.

They are compared folded: without case, spaces, punctuation, and what stands in brackets.
"""

import re
from unicodedata import normalize

_EVERYWHERE = {
    "reference": "外部编号 工单号 申请编号 审批编号 留言编号 工单编号 受理编号 受理单号 登记号 登记编号 报修单号 服务单号 派工单号 报销单号 流水号 单据号 单号 案件编号 编号"
    " uniquekey issuekey number incidentnumber ticketnumber ticketno ticketid casenumber caseno caseid requestid srnumber id",
    "customer": "客户名称 客户 客户单位 单位名称 单位 用户名称 用户 用户单位 使用单位 报修单位 委托单位 公司名称 公司 甲方"
    " customername customer clientname client accountname account company organisation organization callerid caller"
    " requester agency agencyname borough",
    "channel": "渠道 受理渠道 受理方式 报修方式 来电方式 联系方式 来源 方式 channel opendatachanneltype contacttype source",
    "summary": "故障现象 故障描述 报修内容 受理内容 来电内容 投诉内容 问题描述 事由 内容 诉求 主题 描述 问题 摘要"
    " summary shortdescription description descriptor originalshorttext subject title usymptom symptom subcategory",
    "status": "状态 审批状态 单据状态 status state lastevent",
    "engineer": "工程师工号 工号 工程师 维修人员 服务人员 派工人员 报销人工号 报销人 出差人 经手人 人员 员工 姓名"
    " 发起人姓名 创建人 申请人 engineer employeeid employee staffcode staff technician traveller traveler",
    "taken_by": "受理人 登记人 接线员 接待人 客服工号 客服 经办人 takenby openedby agent operator",
    "person": "联系人 联系人姓名 来电人 报修人 来访人 contactperson contactname contact",
    "phone": "联系电话 电话 手机 手机号 手机号码 电话号码 联系方式 phone phonenumber mobile telephone tel",
    "address": "地址 单位地址 客户地址 安装地址 详细地址 address incidentaddress",
    "note": "备注 说明 用途 摘要 事由 note notes memo remark remarks comment description originalshorttext",
    "contract": "合同号 合同编号 合同 contractno contractnumber contract",
    "at": "时间 日期 登记时间 登记日期 来电时间 来电日期 受理时间 date time createdat createddate syscreatedon",
    "city": "城市 所在城市 所在地 city town",
    "place": "地点 住宿地 住宿城市 出差地点 派往 派往地 目的地 place location city",
}
_OF_TABLE = {
    "staff": {
        "code": "工号 员工号 人员编号 code employeeid employeeno staffcode",
        "name": "姓名 名字 name fullname employeename",
        "department": "部门 所属部门 科室 department team",
        "role": "岗位 职务 职位 角色 role position jobtitle",
        "home": "常驻地 驻地 所在城市 办公地 home base city",
        "wage": "月工资 工资 基本工资 wage salary",
    },
    "customer": {
        "name": "客户名称 客户 单位名称 单位 用户名称 用户单位 用户 公司名称 公司 customername customer companyname company name",
        "region": "区域 大区 片区 省份 省 region area province",
        "key": "重点 重点客户 key keyaccount",
    },
    "contract": {
        "no": "合同号 合同编号 编号 contractno contractnumber number no",
        "project": "项目名称 项目 工程名称 project projectname",
        "includes_installation": "含安装调试 含安装 包安装 安装调试 includesinstallation",
        "warranty_until": "保修至 质保至 保修期至 质保到期 质保期至 保修到期日 warrantyuntil warrantyend",
    },
    "ticket": {
        "received_at": "受理时间 登记时间 报修时间 来电时间 接报时间 接单时间 受理日期 登记日期 报修日期 来电日期 创建时间 提交时间"
        " 时间 日期 openedat createddate syscreatedon syscreatedat createdat receivedat opened created createdtime creationtime date bscstartdate",
        "kind": "类别 类型 工单类型 工单类别 服务类型 服务类别 业务类型 kind tickettype worktype type",
        "product": "产品名称 产品 设备名称 设备 产品型号 设备型号 规格型号 型号 机型"
        " product productname model equipment asset complainttype category cmdbci",
        "serial": "序列号 设备编号 出厂编号 机身号 机号 serial serialnumber serialno sn",
        "answered_at": "答复时间 回复时间 响应时间 首次答复 首次响应时间 answeredat respondedat firstresponseat",
        "on_site_by": "要求到场时间 约定到场时间 预约时间 预约上门时间 客户要求到场 onsiteby appointment",
        "closed_at": "关闭时间 办结时间 结案时间 完成时间 完工时间 关闭日期 办结日期 closedat closeddate closed resolvedat resolvedtime closedtime completiontime",
        "resolution": "处理结果 处理情况 解决办法 resolution resolutiondescription closenotes",
        "cancelled_at": "取消时间 撤单时间 cancelledat canceledat",
    },
    "dispatch": {
        "sent_at": "派工时间 派出时间 派单时间 派工日期 发起时间 申请时间 sentat dispatchedat assignedat",
        "due": "要求到场时间 应到时间 约定到场时间 due dueat",
        "departed_at": "出发时间 出发日期 开始时间 departedat departure",
        "arrived_at": "到场时间 到达时间 arrivedat arrival",
        "callback_at": "回电时间 来电时间 电告时间 callbackat",
        "left_at": "离场时间 离开时间 leftat",
        "returned_at": "返回时间 返回日期 回程时间 结束时间 returnedat return",
    },
    "service_report": {
        "filed_by": "填写人 填单人 报告人 工程师 工号 filedby author",
        "filed_at": "交单时间 填写时间 填单日期 报告日期 filedat date",
        "fault_cause": "故障原因 原因 faultcause cause rootcause",
        "solution": "解决办法 处理方法 处理措施 维修内容 solution resolution",
        "customer_opinion": "用户意见 客户意见 customeropinion feedback",
    },
    "survey": {
        "at": "调查时间 调查日期 回访时间 回访日期 date surveyedat",
        "score": "评分 得分 满意度 分数 score rating csat",
        "comment": "评语 意见 客户意见 建议 comment comments",
    },
    "complaint": {
        "at": "投诉时间 投诉日期 受理时间 date createdat createddate",
        "complainant": "投诉人 投诉人姓名 complainant",
        "about": "被投诉人 被投诉人工号 about respondent",
        "department": "责任部门 处理部门 部门 department",
    },
    "phone_check": {"at": "检查时间 拨打时间 抽查时间 时间", "result": "结果 检查结果 接听情况 result"},
    "conduct": {"at": "时间 日期 发生时间 date", "rule": "行为 类别 违反 rule", "note": "情况 说明 事实 备注 note"},
    "expense": {
        "date": "日期 费用日期 发生日期 开票日期 票据日期 报销日期 date expensedate invoicedate firstsubmitted bscstartdate",
        "amount": "金额 报销金额 费用金额 价税合计 含税金额 合计 amount cost total price sum",
        "category": "费用类别 费用类型 费用项目 费用科目 科目 类别 类型 expensetype expensecategory category",
        "from": "出发地 出发站 始发地 始发站 起点 起 自 from fromcity origin departure",
        "to": "目的地 到达地 到达站 终点 到 至 to tocity destination arrival",
        "invoice": "发票号码 发票号 发票编号 票号 票据号 票据号码 invoiceno invoicenumber invoice declarationnumber",
    },
}  # fmt: skip

# Words for our words, beside those that svcdesk itself shows for them.
_WORDS = {
    "channel": {
        "call": "来电 电话报修 热线 热线电话 phone telephone tel hotline", "letter": "信函 来信 信件 post mail",
        "visit": "上门 现场 walkin inperson directopening", "email": "邮箱 电子邮件 mailbox",
        "message": "微信 短信 在线 网络 网站 公众号 小程序 app online mobile web chat im selfservice portal sms ivr",
    },
    "ticket_kind": {
        "repair": "报修 故障 故障维修 修理 抢修 break fix breakfix incident corrective", "installation": "安装 调试 开通 install setup",
        "training": "train", "consultation": "技术咨询 询问 question inquiry enquiry request", "visit": "巡检 回访 保养 inspection",
    },
    "category": {
        "fare": "车票 火车票 机票 高铁票 交通费 差旅费 车费 train flight ticket travel transport",
        "lodging": "住宿费 房费 酒店 hotel accommodation", "allowance": "补贴 津贴 出差补助 出差补贴 餐补 伙食补助 perdiem",
        "local": "打车 打车费 出租车 市内交通费 地铁 公交 taxi", "material": "材料费 配件 备件 零件 parts part materials",
        "freight": "运输费 快递 快递费 物流 物流费 邮寄费 shipping courier", "other": "其它 杂费 misc",
    },
    "expense_status": {
        "submitted": "已提交 提交 待审 待审批 审批中 待批准 submittedbyemployee pending new",
        "approved": "批准 已批准 同意 审批通过 已审批 通过 finalapproved requestpayment",
        "rejected": "驳回 已驳回 拒绝 不同意 declined rejectedbyemployee declarationrejectedbyemployee"
        " declarationrejectedbyadministration declarationrejectedbysupervisor",
        "reimbursed": "报销 已付款 已支付 付款 paid paymenthandled settled",
    },
    "role": {
        "engineer": "维修工程师 服务工程师 技术员 technician", "agent": "客服 座席 坐席 接线员", "coordinator": "调度员 派工员 dispatcher",
        "head": "主管 经理 组长 manager supervisor", "director": "中心主任 总监",
    },
    "phone_result": {"answered": "已接 正常", "off": "无法接通 不在服务区", "refused": "拒绝 挂断"},
    "survey_via": {"paper": "书面 纸质调查表", "call": "电话回访", "message": "微信 短信 sms"},
    "late_cause": {"personal": "个人", "transport": "交通原因 堵车", "weather": "天气原因", "customer": "客户原因", "company": "公司原因"},
    "flag": {"true": "是 有 含 包含 重点 yes y 1 t", "false": "否 无 不含 no n 0 f"},
}  # fmt: skip


# Endings of headings, for those that no list has in full: 留言时间, 报修用户, Creation time, Company name.
_ENDINGS = {
    "reference": "编号 单号 id key", "customer": "用户 客户 单位 公司 companyname customername clientname",
    "summary": "主题 标题 内容 事由 描述 详情 subject summary description", "received_at": "时间 日期 time date",
    "at": "时间 日期 time date", "date": "日期 时间 date time", "amount": "金额 费用 amount cost", "engineer": "姓名",
    "channel": "渠道 方式 channel", "kind": "类型 类别", "category": "类型 类别", "closed_at": "完成时间 办结时间 解决时间 关闭时间",
    "answered_at": "答复时间 回复时间 响应时间", "sent_at": "时间 time", "place": "目的地 地点", "note": "备注 说明",
}  # fmt: skip

# What a register is about by words in its headings, and which of ours keeps that; the first that fits.
_KINDS: tuple[tuple[str, tuple[str, ...], int, str | None], ...] = (
    ("attendance", ("打卡", "考勤", "班次", "旷工"), 2, None),
    ("leave", ("请假", "假期"), 1, None),
    ("overtime", ("加班",), 1, None),
    ("hazards", ("隐患", "整改"), 2, "rectifications"),
    ("travel", ("出差", "同行人", "交通工具"), 2, "dispatches"),
    ("training", ("trainingdate", "trainingprogramname", "培训"), 1, None),
    ("appraisal", ("perfscore", "performancereview", "绩效", "考核"), 1, None),
)  # fmt: skip


def suffixes(field: str) -> list[str]:
    """List the endings of headings that mean a field."""
    return _ENDINGS.get(field, "").split()


def kinds_of(names: list[str]) -> list[tuple[str, list[str], str | None]]:
    """Return what a register is about: the kind, the headings that say so, and the register of ours that keeps it."""
    for kind, words, least, table in _KINDS:
        found = [name for name in names if any(word in folded(name) for word in words)]
        if len({word for word in words for name in found if word in folded(name)}) >= least:
            return [(kind, found[:4], table)]
    return []


def folded(text: str) -> str:
    """Fold a heading or word for comparison: NFKC, no case, no punctuation, nothing in brackets beside a name."""
    plain = normalize("NFKC", text).lower()
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", plain)
    return re.sub(r"[\W_]", "", bare) or re.sub(r"[\W_]", "", plain)


def headings(table: str, field: str) -> list[str]:
    """List the folded headings that mean a field of a table, the best first."""
    known = f"{_OF_TABLE.get(table, {}).get(field, '')} {_EVERYWHERE.get(field, '')}".split()
    return list(dict.fromkeys([folded(field), *known]))


def meanings(kind: str, words: tuple[str, ...], shown: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Map folded words to ours: our own, those that are ``shown`` for them in either language, those of others."""
    found: dict[str, str] = {}
    for word in words:
        others = _WORDS.get(kind, {}).get(word, "").split()
        for name in (word, *shown.get(word, ()), *others):
            found.setdefault(folded(name), word)
    return found
