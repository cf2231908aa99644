//! 既有协议: what a department or district signed with a third party: an agreement on
//! operating data, a system that somebody builds for it, development together. It is
//! filed, looked at, and signed anew here or ended; nothing is granted by it.
//!
//! What gives operating rights away opens a rectification by itself (`casework`).

use super::Guard::NotTheSubject;
use super::{Machine, Running, SubjectKind, end, go, open, row};

/// CS23 7; CS26 七(一); XN25 四(一).
pub(super) const MACHINE: Machine = Machine {
    title: "既有协议",
    subjects: &[SubjectKind::Organisation],
    counterparty: None,
    running: Running::Many,
    opening: &[],
    states: &[
        open("entered", "未报备", "who signed it"),
        open("filed", "已报备", "who decides what becomes of it"),
        end("signed_anew", "已重新签署"),
        end("ended", "已终止"),
        end("kept", "不涉及数据运营权"),
    ],
    moves: &[
        row("file", "报备", &[]),
        row("sign_anew", "重新签署", &[NotTheSubject]),
        row("end", "决定终止", &[NotTheSubject]),
        row("keep", "认定不涉及数据运营权", &[NotTheSubject]),
    ],
    transitions: &[
        go("entered", "file", "filed"),
        go("filed", "sign_anew", "signed_anew"),
        go("filed", "end", "ended"),
        go("filed", "keep", "kept"),
    ],
};
