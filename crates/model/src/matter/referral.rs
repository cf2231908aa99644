//! 移送: a case is handed to police, discipline or another body, with the records that
//! it rests on and a sealed list of its evidence; its receipt and outcome come back.

use super::Effect::Assign;
use super::Guard::{NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// LH25 十二; CS23 26.
pub(super) const MACHINE: Machine = Machine {
    title: "案件移送",
    subjects: &[SubjectKind::Organisation, SubjectKind::Agreement],
    counterparty: None,
    running: Running::Many,
    opening: &[NotTheSubject],
    states: &[
        open("prepared", "拟移送", "who seals the list of evidence"),
        open("sealed", "证据清单已封存", "who hands it over"),
        open("handed_over", "已移送", "the body that it was handed to"),
        open("received", "已接收", "the body that it was handed to"),
        end("concluded", "已有结果"),
        end("returned", "不予受理"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("seal", "封存证据清单", &[NotTheSubject]),
        row("hand_over", "移送", &[NotTheSubject, NotTheAuthor]),
        row("receive", "接收", &[NotTheSubject]),
        row("return", "不予受理", &[NotTheSubject]),
        row("conclude", "告知结果", &[NotTheSubject]),
        row("withdraw", "撤回", &[NotTheSubject]),
    ],
    transitions: &[
        go("prepared", "seal", "sealed"),
        act("sealed", "hand_over", "handed_over", &[Assign]),
        go("handed_over", "receive", "received"),
        go("handed_over", "return", "returned"),
        go("received", "conclude", "concluded"),
        go("prepared", "withdraw", "withdrawn"),
        go("sealed", "withdraw", "withdrawn"),
    ],
};
