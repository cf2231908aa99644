//! 数据需求与供给: a demand for data, an interface, an update or masking, or a task to
//! supply; matched, put to who has it, supplied or refused with a reason, confirmed.
//! What a ministry or the province holds is sought there and waited for (回流).

use super::Effect::Assign;
use super::{Machine, Running, SubjectKind, act, end, go, open, row};

/// CS26 二(二), 二(三); CC25 7; XN25 二, 三; LH25 六(二), 十(一)4, 十(二)3; CS23 12(三), 14.
pub(super) const MACHINE: Machine = Machine {
    title: "数据需求与供给",
    subjects: &[SubjectKind::Organisation, SubjectKind::Scenario, SubjectKind::Resource],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("entered", "已提出", "who matches demand and supply"),
        open("put", "已转供给单位", "the body that it was put to"),
        open("accepted", "已接受", "the body that it was put to"),
        open("sought", "已向上级争取", "who seeks it above"),
        open("supplied", "已供给", "who asked for it"),
        open("declined", "供给单位不予提供", "who matches demand and supply"),
        end("met", "已满足"),
        end("refused", "不予满足"),
        end("withdrawn", "撤回"),
    ],
    moves: &[
        row("put", "转供给单位", &[]),
        row("accept", "接受", &[]),
        row("decline", "说明不能提供", &[]),
        row("seek", "向上级部门争取回流", &[]),
        row("supply", "供给", &[]),
        row("return", "退回补正", &[]),
        row("confirm", "确认满足", &[]),
        row("refuse", "不予满足", &[]),
        row("withdraw", "撤回", &[]),
    ],
    transitions: &[
        act("entered", "put", "put", &[Assign]),
        act("declined", "put", "put", &[Assign]),
        go("put", "accept", "accepted"),
        go("put", "decline", "declined"),
        go("accepted", "decline", "declined"),
        go("entered", "seek", "sought"),
        go("put", "seek", "sought"),
        go("accepted", "seek", "sought"),
        go("put", "supply", "supplied"),
        go("accepted", "supply", "supplied"),
        go("sought", "supply", "supplied"),
        go("supplied", "return", "accepted"),
        go("supplied", "confirm", "met"),
        go("entered", "refuse", "refused"),
        go("declined", "refuse", "refused"),
        go("sought", "refuse", "refused"),
        go("entered", "withdraw", "withdrawn"),
        go("put", "withdraw", "withdrawn"),
    ],
};
