//! What in this software carries a clause: a text `kind:name`, of closed kinds.
//!
//! Not here: whether the thing named exists, and which tests fail when it is
//! broken (`docs/carriers.toml`, held to the sources by `tests/conformance.rs`).

use std::fmt;

use crate::matter::MatterKind;
use crate::regime::ProcedureKind;

macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(super) use words;

words! {
    /// What the code computes or does by itself, where no refusal, row or route
    /// says it. The whole list: a new one needs its line here.
    Computed {
        /// A row and its event reach the log together, in order, each once.
        LedgerAppend = "ledger.append",
        /// The log is proved again from its files alone.
        LedgerVerify = "ledger.verify",
        /// Debit and credit of a month, balanced to the fen.
        SettlementBook = "settlement.book",
        /// Uses times the price of their day; free uses nothing.
        SettlementCharge = "settlement.charge",
        /// Income less cost, to the treasury.
        SettlementSurplus = "settlement.surplus",
        /// What is at rest is encrypted under a key of its own.
        VaultSeal = "vault.seal",
        /// Whether each required control holds, by a probe of the running thing.
        ControlsProbe = "controls.probe",
        /// Unusual patterns of a day, counted from the journal and the log.
        AlertsWatch = "alerts.watch",
        /// From when to when each kind of entry is kept.
        LedgerKept = "ledger.kept",
        /// What is shown of a column.
        WorkroomMask = "workroom.mask",
        /// A keyed name that joins in one scenario only.
        WorkroomPseudonym = "workroom.pseudonym",
        /// What follows from what a matter tells: another matter, with what goes with it.
        CaseworkRaised = "casework.raised",
    }
}

words! {
    /// What the code puts together for people to read. The whole list.
    Produced {
        /// The bad rows of a landing, with line and reason.
        IntakeQuality = "intake.quality",
        /// The public page: what is authorised to whom, for what, until when.
        PageAuthorised = "page.authorised",
    }
}

words! {
    /// What somebody owes by a day (`casework::ObligationKind`, which a test there
    /// holds to this list).
    Owed {
        /// A move of a matter.
        Move = "move",
        /// A signature of a case.
        Step = "step",
        /// A copy to be filed.
        Filing = "filing",
        /// An assessment that must be begun.
        Assessment = "assessment",
        /// What becomes of an agreement that ends.
        AgreementEnd = "agreement_end",
        /// What follows the rules that end.
        RulesEnd = "rules_end",
        /// A goal of the document that has a day.
        Milestone = "milestone",
        /// A registration is renewed before it runs out; a further term is applied for.
        Renewal = "renewal",
        /// Why a review takes longer than its days.
        Explanation = "explanation",
        /// A paper of the dossier that is renewed, or made anew, by a day.
        Paper = "paper",
        /// A selection that is held anew after so many years.
        Selection = "selection",
        /// An order that is answered.
        Order = "order",
        /// Something that is looked at, at an interval.
        Supervision = "supervision",
        /// A record that was found of somebody after the choice.
        LaterRecord = "later_record",
        /// That the rules end soon.
        RulesWarning = "rules_warning",
        /// Data that is landed anew at the interval that was promised.
        Update = "update",
        /// The next version of the catalogue after a change.
        Catalogue = "catalogue",
        /// An entry of the base catalogue that is described or excluded.
        Entry = "entry",
        /// Whoever was told of a move says that they know.
        Notice = "notice",
        /// Risks that are assessed by rota.
        Risk = "risk",
        /// An agreement is amended after a change of rules, or found to need no change.
        Amendment = "amendment",
    }
}

/// What carries a clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// `control:REG-012`: a refusal that blocks the breach.
    Control(String),
    /// `procedure:scenario` or `procedure:scenario/compliance_review`.
    Procedure(ProcedureKind, Option<String>),
    /// `rule:agreement.years_max`: a value of the regime file that code enforces.
    Rule(String),
    /// `record:agreements.until_day`: a table and its column.
    Record(String, String),
    /// `event:agreement.ended`: an entry of the journal.
    Event(String),
    /// `route:GET /v1/statements/{month}`: an act over HTTP.
    Route(String, String),
    /// `calculation:settlement.charge`.
    Calculation(Computed),
    /// `report:page.authorised`.
    Report(Produced),
    /// `matter:exit` or `matter:exit/end_access`.
    Matter(MatterKind, Option<String>),
    /// `obligation:filing`: a day by which somebody owes it, in the list of all.
    Obligation(Owed),
    /// `display`: the clause asks nothing of software but to be shown.
    Display,
}

/// The kinds, as they stand before the colon.
pub const CARRIER_KINDS: [&str; 10] =
    ["control", "procedure", "matter", "rule", "record", "event", "route", "calculation", "report", "obligation"];

impl Carrier {
    /// Reads `kind:name`. What is wrong with it comes back as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "display" {
            return Ok(Self::Display);
        }
        let Some((kind, name)) = text.split_once(':') else {
            return Err(format!("the carrier `{text}` is neither `display` nor `kind:name`"));
        };
        match kind {
            "control" => {
                is_code(name).then(|| Self::Control(name.to_owned())).ok_or("a code like `REG-012`".to_owned())
            }
            "procedure" => procedure(name),
            "matter" => matter(name),
            "obligation" => Owed::parse(name)
                .map(Self::Obligation)
                .ok_or_else(|| format!("one of {}", listed(Owed::ALL.iter().map(|known| known.word())))),
            "rule" => is_dotted(name).then(|| Self::Rule(name.to_owned())).ok_or("`section.value`".to_owned()),
            "record" => pair(name)
                .map(|(table, column)| Self::Record(table.to_owned(), column.to_owned()))
                .ok_or("`table.column`".to_owned()),
            "event" => pair(name).map(|_| Self::Event(name.to_owned())).ok_or("`noun.happened`".to_owned()),
            "route" => route(name).ok_or("`METHOD /path`".to_owned()),
            "calculation" => Computed::parse(name)
                .map(Self::Calculation)
                .ok_or_else(|| format!("one of {}", listed(Computed::ALL.iter().map(|known| known.word())))),
            "report" => Produced::parse(name)
                .map(Self::Report)
                .ok_or_else(|| format!("one of {}", listed(Produced::ALL.iter().map(|known| known.word())))),
            _ => return Err(format!("`{text}` is of no known kind ({})", CARRIER_KINDS.join(", "))),
        }
        .map_err(|expected| format!("the carrier `{text}` does not name {expected}"))
    }

    /// Under which key the newest event that shows this carrier at work is
    /// looked up in the evidence. `None` for what leaves no event of its own.
    ///
    /// - `REG-012`: the newest event that holds this code among its reasons;
    /// - `agreement.ended`: the newest event with this action;
    /// - `scenario`: the newest `case.approved` whose facts name this procedure;
    /// - `scenario/compliance_review`: the newest `case.step_completed` or
    ///   `case.approved` whose facts name this procedure and this step;
    /// - `matter:exit`: the newest `matter.opened` or `matter.moved` whose facts
    ///   name this kind;
    /// - `matter:exit/end_access`: the newest `matter.moved` whose facts name this
    ///   kind and this move.
    pub fn evidence_key(&self) -> Option<String> {
        match self {
            Self::Control(name) | Self::Event(name) => Some(name.clone()),
            Self::Procedure(kind, None) => Some(kind.word().to_owned()),
            Self::Procedure(kind, Some(step)) => Some(format!("{}/{step}", kind.word())),
            // With its kind before it: a procedure may have the same word.
            Self::Matter(..) => Some(self.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for Carrier {
    /// As it stands in the files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(name) => write!(f, "control:{name}"),
            Self::Procedure(kind, None) => write!(f, "procedure:{}", kind.word()),
            Self::Procedure(kind, Some(step)) => write!(f, "procedure:{}/{step}", kind.word()),
            Self::Rule(name) => write!(f, "rule:{name}"),
            Self::Record(table, column) => write!(f, "record:{table}.{column}"),
            Self::Event(name) => write!(f, "event:{name}"),
            Self::Route(method, path) => write!(f, "route:{method} {path}"),
            Self::Calculation(known) => write!(f, "calculation:{}", known.word()),
            Self::Report(known) => write!(f, "report:{}", known.word()),
            Self::Matter(kind, None) => write!(f, "matter:{}", kind.word()),
            Self::Matter(kind, Some(name)) => write!(f, "matter:{}/{name}", kind.word()),
            Self::Obligation(known) => write!(f, "obligation:{}", known.word()),
            Self::Display => f.write_str("display"),
        }
    }
}

fn procedure(name: &str) -> Result<Carrier, String> {
    let (kind, step) = name.split_once('/').map_or((name, None), |(kind, step)| (kind, Some(step)));
    let Some(known) = ProcedureKind::parse(kind) else {
        return Err(format!("one of {}", listed(ProcedureKind::ALL.iter().map(|known| known.word()))));
    };
    if step.is_some_and(|step| !is_word(step)) {
        return Err("a step, `procedure/step`".to_owned());
    }
    Ok(Carrier::Procedure(known, step.map(str::to_owned)))
}

fn matter(name: &str) -> Result<Carrier, String> {
    let (kind, by) = name.split_once('/').map_or((name, None), |(kind, by)| (kind, Some(by)));
    let Some(known) = MatterKind::parse(kind) else {
        return Err(format!("one of {}", listed(MatterKind::ALL.iter().map(|known| known.word()))));
    };
    let moves = known.machine().moves;
    if by.is_some_and(|by| !moves.iter().any(|row| row.word == by)) {
        return Err(format!("a move of `{kind}`: {}", listed(moves.iter().map(|row| row.word))));
    }
    Ok(Carrier::Matter(known, by.map(str::to_owned)))
}

fn route(name: &str) -> Option<Carrier> {
    let (method, path) = name.split_once(' ')?;
    let is_one = matches!(method, "GET" | "POST" | "PUT" | "DELETE") && path.starts_with('/') && !path.contains(' ');
    is_one.then(|| Carrier::Route(method.to_owned(), path.to_owned()))
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_dotted(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_word)
}

fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('.').filter(|(before, after)| is_word(before) && is_word(after))
}

fn is_code(text: &str) -> bool {
    text.split_once('-').is_some_and(|(letters, digits)| {
        letters.len() == 3
            && letters.bytes().all(|b| b.is_ascii_uppercase())
            && digits.len() == 3
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_as_it_was_written() {
        for text in [
            "control:REG-012",
            "procedure:scenario",
            "procedure:scenario/compliance_review",
            "rule:agreement.years_max",
            "record:agreements.until_day",
            "event:agreement.ended",
            "route:GET /v1/statements/{month}",
            "calculation:settlement.surplus",
            "report:page.authorised",
            "matter:exit",
            "matter:exit/end_access",
            "display",
        ] {
            assert_eq!(Carrier::parse(text).map(|carrier| carrier.to_string()), Ok(text.to_owned()));
        }
        for known in Computed::ALL {
            assert_eq!(Carrier::parse(&format!("calculation:{}", known.word())), Ok(Carrier::Calculation(*known)));
        }
        for known in Owed::ALL {
            assert_eq!(Carrier::parse(&format!("obligation:{}", known.word())), Ok(Carrier::Obligation(*known)));
        }
        for known in Produced::ALL {
            assert_eq!(Carrier::parse(&format!("report:{}", known.word())), Ok(Carrier::Report(*known)));
        }
    }

    #[test]
    fn what_is_no_carrier_is_told_what_it_should_be() {
        for (text, expected) in [
            ("", "neither `display` nor `kind:name`"),
            ("displayed", "neither `display` nor `kind:name`"),
            ("magic:wand", "no known kind (control, procedure"),
            ("control:REG-12", "a code like `REG-012`"),
            ("control:reg-012", "a code like `REG-012`"),
            ("procedure:wedding", "one of `resource_registration`"),
            ("procedure:scenario/", "a step"),
            ("procedure:scenario/Two words", "a step"),
            ("rule:years_max", "`section.value`"),
            ("rule:agreement.", "`section.value`"),
            ("record:agreements", "`table.column`"),
            ("record:a.b.c", "`table.column`"),
            ("event:ended", "`noun.happened`"),
            ("route:/v1/me", "`METHOD /path`"),
            ("route:PATCH /v1/me", "`METHOD /path`"),
            ("route:GET v1/me", "`METHOD /path`"),
            ("calculation:tea.leaves", "one of `ledger.append`"),
            ("report:gossip", "one of `intake.quality`"),
            ("matter:taste", "one of `scheme`"),
            ("matter:exit/dance", "a move of `exit`: `negotiate`"),
            ("matter:exit/", "a move of `exit`"),
            ("obligation:thanks", "one of `move`"),
        ] {
            let said = Carrier::parse(text).err().unwrap_or_default();
            assert!(said.contains(expected), "{text:?} was told {said:?}");
        }
    }

    #[test]
    fn only_what_leaves_an_event_has_a_key_and_no_two_kinds_share_one() {
        for (text, key) in [
            ("control:REG-012", Some("REG-012")),
            ("event:agreement.ended", Some("agreement.ended")),
            ("procedure:scenario", Some("scenario")),
            ("procedure:scenario/compliance_review", Some("scenario/compliance_review")),
            ("matter:exit", Some("matter:exit")),
            ("matter:exit/end_access", Some("matter:exit/end_access")),
            ("obligation:filing", None),
            ("record:agreements.until_day", None),
            ("route:GET /v1/me", None),
            ("display", None),
        ] {
            let carrier = Carrier::parse(text).unwrap();
            assert_eq!(carrier.evidence_key().as_deref(), key, "{text}");
        }
    }
}
