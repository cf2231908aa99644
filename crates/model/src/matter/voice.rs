//! 公众来信、应征与意见: what somebody says to a body that must answer: a report of the
//! public, an idea for a scheme, an answer to a call, a comment on a draft. Whoever has
//! no account is represented by the platform's own party 社会公众 and follows it by a
//! number and a secret word (`casework::voices`).

use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS26 二(三), 二(四), 二(五); CC25 21, 27; XN25 五; CS23 公告, 17.
pub(super) const MACHINE: Machine = Machine {
    title: "公众来信、应征与意见",
    subjects: &[SubjectKind::Organisation, SubjectKind::Matter],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("received", "已收到", "the body that it is addressed to"),
        open("considered", "办理中", "the body that it is addressed to"),
        end("answered", "已答复"),
        end("declined", "不予办理"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("consider", "受理", &[]),
        row("answer", "答复", &[]),
        row("decline", "不予办理", &[]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("received", "consider", "considered"),
        go("received", "answer", "answered"),
        go("considered", "answer", "answered"),
        go("received", "decline", "declined"),
        go("considered", "decline", "declined"),
        go("received", "withdraw", "withdrawn"),
        go("considered", "withdraw", "withdrawn"),
    ],
};
