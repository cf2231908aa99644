//! 实施方案: drafted, reviewed, decided, in force, changed, expired. Filing is no
//! state: a copy is due after the approval (`file` of the move).

use super::Effect::Forget;
use super::Guard::{NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS26 三(一), CC25 13-14, CS23 17, XN25 and LH25 preambles.
pub(super) const MACHINE: Machine = Machine {
    title: "实施方案",
    subjects: &[SubjectKind::Organisation],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("draft", "编制", "who drafts it"),
        open("review", "审核", "who reviews it"),
        open("collective_decision", "集体决策", "who refers it to the government"),
        open("government_decision", "政府审议", "who records the government's decision"),
        open("returned", "退回修改", "who drafts it"),
        open("effective", "施行", "who may propose a change, or the day on which it expires"),
        open("change_pending", "变更待审", "who drafts the change"),
        end("expired", "到期失效"),
        end("repealed", "废止"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("submit", "提交审核", &[]),
        row("decide_collectively", "“三重一大”集体决策", &[NotTheAuthor]),
        row("refer", "报请政府审议", &[]),
        row("approve", "审议通过", &[NotTheAuthor]),
        row("approve_directly", "主管部门审批", &[NotTheAuthor, NotTheSubject]),
        row("return", "退回修改", &[]),
        row("propose_change", "提出较大变更", &[]),
        row("drop_change", "撤回变更", &[]),
        row("expire", "到期失效", &[]),
        row("repeal", "废止", &[]),
        row("publish", "在公共交易平台发布", &[]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("draft", "submit", "review"),
        go("returned", "submit", "review"),
        go("change_pending", "submit", "review"),
        go("draft", "decide_collectively", "collective_decision"),
        go("review", "decide_collectively", "collective_decision"),
        go("review", "refer", "government_decision"),
        go("collective_decision", "refer", "government_decision"),
        go("government_decision", "approve", "effective"),
        go("review", "approve_directly", "effective"),
        go("review", "return", "returned"),
        go("collective_decision", "return", "returned"),
        go("government_decision", "return", "returned"),
        go("effective", "propose_change", "change_pending"),
        // A change that is dropped leaves the scheme as it was approved.
        act("change_pending", "drop_change", "effective", &[Forget]),
        go("effective", "expire", "expired"),
        go("change_pending", "expire", "expired"),
        go("effective", "publish", "effective"),
        go("effective", "repeal", "repealed"),
        go("draft", "withdraw", "withdrawn"),
        go("returned", "withdraw", "withdrawn"),
    ],
};
