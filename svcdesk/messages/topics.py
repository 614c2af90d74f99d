"""What `svcdesk help TOPIC` tells: what holds for every command."""

TEXTS = {
    "times": (
        "时间怎么写\n"
        "  时刻   9:30  9：30  930  上午9点半  下午三点  9点15分\n"
        "  带日子 昨天15:00  昨天下午三点  前天 9:00  明天 9:00  后天14:00  周五 9:00  10-26 15:00  10月26日上午9点\n"
        "  距现在 -2h  +2h  -1h30m  2小时前  半小时前  三天后  现在  刚才\n"
        "  写全   2026-10-03 09:12  2026-10-03T09:12+08:00（可带秒）\n"
        "  日期   今天  昨天  下周一  10月26日  26日  2026-10-26  2026/10/26  2026年10月26日\n"
        "  月份   本月  上月  10月  2026年10月  2026-10\n"
        "没有写年的：记已发生的事取最近过去的，约定和期限取最近将来的；星期几也这样。时间要写几点，单写日子只用在要日期的地方。\n"
        "03/10/2026 这样有两种读法的不收。一律是中心所在地的时间；回执总写全日期。SVCDESK_NOW 可为演练另定现在。",
        "How a time is written\n"
        "  a clock       9:30  930  9am  3:15pm\n"
        "  with its day  yesterday 14:00  tomorrow 9:00  fri 9am  10-26 15:00  next mon 8:30  26 as a day of the month in Chinese\n"
        "  from now      -2h  +2h  -1h30m  in 2h  2 days ago  now\n"
        "  in full       2026-10-03 09:12  2026-10-03T09:12+08:00 (seconds may follow)\n"
        "  a date        today  yesterday  next mon  10-26  2026-10-26  2026/10/26\n"
        "  a month       this  last  2026-10\n"
        "Without a year, what happened is the nearest past one, what is due the nearest ahead; so are weekdays. A time needs its hour; a day alone is taken only where a date is meant.\n"
        "03/10/2026, which may be read two ways, is refused. All of it is the centre's time; a receipt says the date in full. SVCDESK_NOW sets the clock of a rehearsal.",
    ),
    "formats": (
        "输出格式（-f）\n"
        "  table     画出的表，终端上的默认；列多时按轻重略去，状态、证据、金额总在\n"
        "  plain     对齐的纯文本，不在终端时的默认\n"
        "  csv tsv   给程序：列名是英文，两种语言下都一样；空为空格，true/false，金额两位小数，时间带时差\n"
        "  json jsonl  给程序：一个数组，或一行一条\n"
        "  markdown  贴进文档\n"
        "列表还可 --columns a,b,c 选列、--sort 列（前加 - 为倒序）、--limit N 取最前、--last N 取最后。\n"
        "金额写 553.50、￥1,286.00、1286元 都行；选项和筛选可写显示的词：维修 即 repair，来电 即 call。\n"
        "数据走标准输出，其余走标准错误；NO_COLOR 或 --no-color 去颜色。终端上长的结果经 PAGER，svcdesk config set pager off 关掉。",
        "The formats of output (-f)\n"
        "  table     drawn, the default on a terminal; the least important columns go first, never status, evidence or amount\n"
        "  plain     aligned text, the default elsewhere\n"
        "  csv tsv   for programs: English names in either language; nothing is empty, true and false, two decimals, times with their offset\n"
        "  json jsonl  for programs: one array, or one record a line\n"
        "  markdown  to paste into a document\n"
        "Lists also take --columns a,b,c, --sort COLUMN (a leading - for the greatest first), --limit N for the first, --last N for the last.\n"
        "Amounts may be written 553.50 or 1,286.00 with their sign; options and filters take the words that lists show, in either language.\n"
        "Data goes to stdout, all else to stderr; NO_COLOR or --no-color take the colours off. Long results on a terminal go through PAGER; svcdesk config set pager off stops that.",
    ),
    "exit-codes": (
        "退出码\n"
        "  0    成功\n"
        "  1    结果为否：--exit-code 时有待处理的，验账查出损坏，报表逾期，或没有确认\n"
        "  2    写错了，或内容不能成立\n"
        "  3    制度不许（说明条文）\n"
        "  4    查无此项，或说的不止一个\n"
        "  5    账本或存储不能用：没有、不是账本、版本更新、正忙、只读、已满、损坏\n"
        "  70   程序自己的错\n"
        "  130  中途停下\n"
        "出错时标准错误上先是一行 error:，再是一行 hint:，写着改正的命令；账本没有动。",
        "Exit codes\n"
        "  0    done\n"
        "  1    the answer is no: something awaits a decision with --exit-code, verify found damage, a report is overdue, nothing was confirmed\n"
        "  2    bad usage, or what cannot be true\n"
        "  3    refused by a rule, which is named\n"
        "  4    no such record, or several\n"
        "  5    the ledger or the storage cannot be used: missing, not ours, newer, busy, read-only, full, damaged\n"
        "  70   a bug\n"
        "  130  interrupted\n"
        "A failure says error: in one line on stderr, then hint: with the command that mends it; nothing was written.",
    ),
    "files": (
        "文件和变量\n"
        "  账本      --ledger，其次 SVCDESK_LEDGER，其次设置文件，最后用户数据目录；只由 svcdesk init 新建\n"
        "  附件      账本.files/，按内容存放，只有本人可读\n"
        "  每日副本  账本.backups/，验过才算；份数和位置见 svcdesk policy list 的 backup 各项\n"
        "  设置      用户配置目录的 svcdesk/config.toml：ledger lang actor pager columns；svcdesk config show --origin 说明各从何来\n"
        "  未完的问答  用户状态目录的 svcdesk/answers.json，不含个人信息；--resume 接着来\n"
        "  变量      SVCDESK_LEDGER SVCDESK_LANG SVCDESK_ACTOR SVCDESK_NOW SVCDESK_LAKE PAGER NO_COLOR\n"
        "选项先于变量，变量先于设置文件。",
        "Files and variables\n"
        "  the ledger     --ledger, else SVCDESK_LEDGER, else the settings, else the user's data folder; only svcdesk init makes it\n"
        "  attachments    LEDGER.files/, by what they hold, for their owner alone\n"
        "  daily copies   LEDGER.backups/, counted once verified; how many and where: the backup keys of svcdesk policy list\n"
        "  settings       svcdesk/config.toml in the user's configuration folder: ledger lang actor pager columns; svcdesk config show --origin says where each comes from\n"
        "  questions that were stopped  svcdesk/answers.json in the user's state folder, without personal data; --resume goes on\n"
        "  variables      SVCDESK_LEDGER SVCDESK_LANG SVCDESK_ACTOR SVCDESK_NOW SVCDESK_LAKE PAGER NO_COLOR\n"
        "An option goes before a variable, a variable before the settings.",
    ),
    "regulation": (
        "制度各条和用到的命令",
        "The regulation's articles, and the commands that serve them",
    ),
    "regulation.other": ("其余各条", "Further articles"),
    "3.2": ("3.2 现场解决不了的立即报总部", "3.2 what cannot be solved on site goes to HQ at once"),
    "3.7": ("3.7 做完交服务报告单和满意度调查表", "3.7 a service report and a survey after the job"),
    "3.8": ("3.8 重大质量问题报有关部门", "3.8 major quality problems go to the departments concerned"),
    "3.9": ("3.9 来电来函、派工、费用都有登记", "3.9 a register of calls and letters, dispatches, expenses"),
    "4.1": ("4.1 投诉登记、指定、调查、裁定、补救、反馈、结案", "4.1 complaints: registered, assigned, investigated, decided, remedied, fed back, closed"),
    "5": ("第五部分 每月的统计表和项目表", "5: the month's statistics and the projects report"),
}  # fmt: skip
