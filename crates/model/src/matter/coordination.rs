//! 统筹协调: what departments or levels cannot settle among themselves is raised, goes
//! to the bureau or the working group, asks who is concerned, and stays open until the
//! decision and its carrying out.

use super::Effect::Assign;
use super::Guard::NotTheAuthor;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS26 二(一); CC25 4, 6(一), 6(四); XN25 五.
pub(super) const MACHINE: Machine = Machine {
    title: "统筹协调事项",
    subjects: &SubjectKind::ALL,
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("raised", "已提出", "who puts it on the agenda"),
        open("tabled", "已列入议题", "who decides"),
        open("consulting", "征求意见中", "the body that was asked"),
        open("decided", "已议定", "the body that carries it out"),
        open("carried_out", "已落实", "who closes it"),
        end("closed", "办结"),
        end("declined", "不予列入"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("table", "列入议题", &[]),
        row("decline", "不予列入", &[]),
        row("consult", "征求意见", &[]),
        row("give_opinion", "反馈意见", &[]),
        row("decide", "议定", &[NotTheAuthor]),
        row("carry_out", "落实", &[]),
        row("close", "办结", &[]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("raised", "table", "tabled"),
        go("raised", "decline", "declined"),
        act("tabled", "consult", "consulting", &[Assign]),
        go("consulting", "give_opinion", "tabled"),
        // Whoever is asked and says nothing does not hold up the decision.
        act("tabled", "decide", "decided", &[Assign]),
        act("consulting", "decide", "decided", &[Assign]),
        go("decided", "carry_out", "carried_out"),
        go("carried_out", "close", "closed"),
        go("raised", "withdraw", "withdrawn"),
    ],
};
