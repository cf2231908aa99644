//! 行政复议、行政诉讼: whoever an act of the administration hits turns to the law; the
//! course of it is recorded on the act. The body of law decides elsewhere; what it
//! decided is told here with its paper.

use super::{Machine, Running, SubjectKind, end, go, open, row};

/// LH25 十(二)4.
pub(super) const MACHINE: Machine = Machine {
    title: "行政复议与行政诉讼",
    subjects: &[SubjectKind::Case, SubjectKind::Matter, SubjectKind::Agreement],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("filed", "已提起", "who tells whether it was accepted"),
        open("accepted", "已受理", "who tells how it ended"),
        end("rejected", "不予受理"),
        end("upheld", "维持或驳回"),
        end("annulled", "撤销、变更或确认违法"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("accept", "受理", &[]),
        row("reject", "不予受理", &[]),
        row("uphold", "维持或驳回", &[]),
        row("annul", "撤销、变更或确认违法", &[]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("filed", "accept", "accepted"),
        go("filed", "reject", "rejected"),
        go("accepted", "uphold", "upheld"),
        go("accepted", "annul", "annulled"),
        go("filed", "withdraw", "withdrawn"),
        go("accepted", "withdraw", "withdrawn"),
    ],
};
