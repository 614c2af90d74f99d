"""What cures a bad row of an import: the rule to add or the command to run, under the key of the error."""

TEXTS = {
    "unknown_customer": ("客户“{text}”还没有登记：在规则的 [options] 写 new_customers = true，或先 svcdesk customer add", "customers such as “{text}” are not registered: new_customers = true under [options] makes them, or svcdesk customer add"),
    "unknown_staff": ("没有工号“{text}”：写的是姓名就在 [match] 写 {field_name} = \"name\"；新人在 [options] 写 new_staff = true，或先 svcdesk staff add", "no staff code “{text}”: if these are names, {field_name} = \"name\" under [match]; for new people new_staff = true under [options], or svcdesk staff add"),
    "unknown_name": ("没有叫“{text}”的人：在 [options] 写 new_staff = true，或先 svcdesk staff add", "nobody is called “{text}”: new_staff = true under [options], or svcdesk staff add"),
    "unknown_contract": ("合同“{text}”还没有登记：svcdesk contract add", "the contract “{text}” is not registered: svcdesk contract add"),
    "name_of_two": ("重名的人在该行写工号", "write the code on these rows instead of the name"),
    "time": ("在 [times] 写 format，例如 format = [\"%Y/%m/%d %H:%M\", \"chinese\"]（见 svcdesk import --help）", "name the form under [times], such as format = [\"%Y/%m/%d %H:%M\", \"chinese\"] (see svcdesk import --help)"),
    "date": ("在 [times] 写 format，例如 format = [\"%Y/%m/%d\", \"chinese\"]（见 svcdesk import --help）", "name the form under [times], such as format = [\"%Y/%m/%d\", \"chinese\"] (see svcdesk import --help)"),
    "time_format": ("在 [times] 的 format 里再加一种，依次试读，例如 \"chinese\"、\"iso\"", "add a further form to format under [times]; they are tried in order: \"chinese\", \"iso\""),
    "date_serial": ("这一列是表格软件的日期序号时，在 [options] 写 dates = \"serial\"", "where a column holds a spreadsheet's numbers for days, dates = \"serial\" under [options]"),
    "amount": ("千分位或小数点不同时写 [numbers] thousands、decimal；小数多于两位写 round = \"half_up\"", "where other signs are used, [numbers] thousands and decimal; for more than two decimals, round = \"half_up\" under [options]"),
    "not_a_word": ("在 [values.{field_name}] 写明“{text}”对应什么，其余用 \"*\"", "say under [values.{field_name}] what “{text}” means; \"*\" stands for the rest"),
    "cell_empty": ("{field_name} 为空时用什么，写在 [defaults]；合计、小计行用 [options] skip 略去", "say under [defaults] what an empty {field_name} is; rows of totals are left out by skip under [options]"),
    "known_differs": ("要改成文件里的，加 --update", "to take the file's values, add --update"),
    "known_in_file": ("同一编号只留一行；以最后一行为准则写 last_row_wins = true", "keep one row of each reference; where the last one counts, last_row_wins = true"),
    "ragged": ("多出的分隔符用引号括起来", "quote the cell that holds a delimiter of its own"),
    "masked": ("用 svcdesk export --reveal 重新导出", "export it again with svcdesk export --reveal"),
}  # fmt: skip
