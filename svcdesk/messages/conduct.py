"""What each rule of conduct says, in our own words, with its article: S1 to S9 are the samples of the regulation."""

TEXTS = {
    "disobedience": ("4.8 客服人员听从中心的统一指挥", "4.8: follow the centre's unified command"),
    "quarrel": ("2.1、4.2 不与用户争执", "2.1, 4.2: no quarrel with customers"),
    "solicitation": ("2.2、4.2 不向用户索要财物", "2.2, 4.2: ask customers for nothing"),
    "confidentiality": ("S1 7 保守公司秘密和客户信息", "S1 7: keep the company's secrets and what is known of customers"),
    "off_post": ("S1 10、S4 5.1 未经同意不得离开岗位", "S1 10, S4 5.1: nobody leaves the post without leave"),
    "swapped_post": ("S1 10 不得到别人的岗位上去", "S1 10: nobody goes over to another's post"),
    "substituted": ("S1 10 不得私下替人当班", "S1 10: nobody stands in for another on their own account"),
    "unrelated_activity": ("S1 11、S4 5.2 上班时间不做与工作无关的事，如玩手机、上网、打游戏", "S1 11, S4 5.2: nothing at work that is no work, such as games or the telephone"),
    "evasion": ("S4 5.1 分内的事不推诿", "S4 5.1: nobody evades what is theirs to do"),
    "conflict": ("S4 5.3 与同事协作，不起冲突", "S4 5.3: work together, without conflict"),
    "discourtesy": ("S4 6.1 待客有礼、热情，及时把事办准", "S4 6.1: be polite and friendly to customers, prompt and exact"),
    "discrimination": ("S4 6.2 对客户不歧视，不说不当的话", "S4 6.2: no discrimination of customers, no improper words"),
    "dress": ("S4 3.1、3.2 着装整洁得体，合公司规定", "S4 3.1, 3.2: neat and proper clothes, as the company asks"),
    "dangerous_goods": ("S4 4.2 不带易燃、易爆、有毒的东西进中心", "S4 4.2: nothing inflammable, explosive or poisonous is brought in"),
    "hygiene": ("S1 6、S4 4.1 保持场所整洁卫生（只整改，不处分）", "S1 6, S4 4.1: keep the place clean (put right, not punished)"),
    "privacy": ("S4 6.3 不泄露客户的隐私", "S4 6.3: let nothing private of customers out"),
    "absence": ("S1 9 遵守考勤，不旷工", "S1 9: keep the hours, stay away from no work"),
}  # fmt: skip


def listed() -> tuple[str, str]:
    """Return the rules in both languages, a line each, as the help of recording one shows them."""
    zh, en = ("\n".join(f"  {rule:<19}{texts[place]}" for rule, texts in TEXTS.items()) for place in (0, 1))
    return f"行为：\n{zh}", f"Rules:\n{en}"
