//! 投诉、异议、申诉: filed against a body, received, investigated, decided, told,
//! remedied. The body complained against does not decide, unless the rules say so.

use super::Effect::Reopen;
use super::Guard::{NotTheAuthor, NotTheCounterparty};
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// XN25 五; LH25 十(二)4; CS26 二(三)-(五); CC25 21.
pub(super) const MACHINE: Machine = Machine {
    title: "投诉、异议、申诉",
    subjects: &SubjectKind::ALL,
    counterparty: Some("the body complained against"),
    running: Running::Many,
    opening: &[],
    states: &[
        open("filed", "已提出", "who receives it"),
        open("received", "已受理", "who investigates"),
        open("investigating", "调查中", "who decides"),
        open("decided", "已决定", "who tells the parties"),
        open("notified", "已告知", "who closes it or orders a remedy"),
        open("remedy", "责令改正", "the body complained against, then who closes it"),
        end("closed", "办结"),
        end("declined", "不予受理"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("receive", "受理", &[NotTheCounterparty]),
        row("decline", "不予受理", &[NotTheCounterparty]),
        row("investigate", "调查", &[NotTheCounterparty]),
        row("decide", "决定", &[NotTheCounterparty, NotTheAuthor]),
        row("overturn", "撤销原决定", &[NotTheCounterparty, NotTheAuthor]),
        row("notify", "告知", &[]),
        row("order_remedy", "责令改正", &[NotTheCounterparty]),
        row("close", "办结", &[NotTheCounterparty]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        go("filed", "receive", "received"),
        go("filed", "decline", "declined"),
        go("received", "investigate", "investigating"),
        go("received", "decide", "decided"),
        go("investigating", "decide", "decided"),
        act("received", "overturn", "decided", &[Reopen]),
        act("investigating", "overturn", "decided", &[Reopen]),
        go("decided", "notify", "notified"),
        go("notified", "order_remedy", "remedy"),
        go("notified", "close", "closed"),
        go("remedy", "close", "closed"),
        go("filed", "withdraw", "withdrawn"),
        go("received", "withdraw", "withdrawn"),
        go("investigating", "withdraw", "withdrawn"),
    ],
};
