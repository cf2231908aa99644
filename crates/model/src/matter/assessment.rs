//! 评估考核: opened, material given, scored by others than the assessed, the
//! result confirmed, filed (`file` of the move) and put to use.

use super::Guard::{NotTheAuthor, NotTheSubject};
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS26 九; CC25 22, 26; XN25 五; LH25 六(五), 十一; CS23 19.
pub(super) const MACHINE: Machine = Machine {
    title: "评估考核",
    subjects: &[
        SubjectKind::Agreement,
        SubjectKind::Organisation,
        SubjectKind::Scenario,
        SubjectKind::Resource,
        SubjectKind::Matter,
    ],
    counterparty: None,
    running: Running::One,
    opening: &[],
    states: &[
        open("open", "已启动", "the assessed, who gives material"),
        open("material", "材料已提交", "who scores"),
        open("scored", "已评分", "who confirms the result"),
        open("result", "结果已确认", "who puts it to use"),
        open("filed", "结果已备案", "who puts it to use"),
        end("applied", "结果已运用"),
        end("accepted", "授权运营质量已验收"),
        end("cancelled", "撤销"),
    ],
    moves: &[
        row("submit_material", "提交材料", &[]),
        row("return", "退回补充材料", &[NotTheSubject]),
        row("score", "评分", &[NotTheSubject]),
        row("reopen", "退回重新评分", &[NotTheSubject]),
        row("confirm", "确认结果", &[NotTheSubject, NotTheAuthor]),
        row("file", "结果报备", &[NotTheSubject]),
        row("apply", "结果运用", &[NotTheSubject]),
        row("accept", "授权运营质量验收", &[NotTheSubject, NotTheAuthor]),
        row("cancel", "撤销", &[NotTheSubject]),
    ],
    transitions: &[
        go("open", "submit_material", "material"),
        go("open", "score", "scored"),
        go("material", "return", "open"),
        go("material", "score", "scored"),
        go("scored", "reopen", "material"),
        go("scored", "confirm", "result"),
        go("result", "file", "filed"),
        go("result", "apply", "applied"),
        go("filed", "apply", "applied"),
        go("result", "accept", "accepted"),
        go("filed", "accept", "accepted"),
        go("open", "cancel", "cancelled"),
        go("material", "cancel", "cancelled"),
    ],
};
