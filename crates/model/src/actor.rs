//! Who acts: a person, for an organisation, in roles.

use serde::{Deserialize, Serialize};

use crate::id::{OrganisationId, PersonId};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a person may be for the organisation that they act for. The
        /// documents' own words for each stand in the regime file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Every one.
            pub const ALL: &'static [Role] = &[$(Role::$name,)*];

            /// The word in database, JSON and regime files.
            pub fn word(self) -> &'static str {
                match self { $(Role::$name => $text,)* }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Role::$name),)* _ => None }
            }
        }
    };
}

roles! {
    /// The managing body (市数据局).
    Regulator = "regulator",
    /// The implementing body that authorises (市大数据中心).
    Agency = "agency",
    /// A department that holds data (数源单位).
    Source = "source",
    /// The chosen operator (运营机构).
    Operator = "operator",
    /// Computes on the operator's orders, where a document has such a party
    /// (数据加工主体); see `Regime::has_role`.
    Processor = "processor",
    /// A re-developer or buyer (经营主体).
    Entity = "entity",
    /// Cyberspace, police, state security, cryptography, secrets (监管部门).
    Supervisor = "supervisor",
    /// Development and reform, finance, market regulation.
    Finance = "finance",
    /// A person whom the data is about.
    Subject = "subject",
    /// Runs the platform: organisations, people, jobs. Sees no business data.
    SystemAdmin = "system_admin",
    /// Grants and withdraws roles. Sees no business data.
    SecurityAdmin = "security_admin",
    /// Reads the log. Changes nothing.
    AuditAdmin = "audit_admin",
}

impl Role {
    /// The three platform administrators, who never hold each other's powers
    /// nor any business role (三员分立, GB/T 22239-2019 8.1.5).
    pub fn is_platform_admin(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }
}

/// A person acting for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// For whom they act.
    pub organisation: OrganisationId,
    /// In which roles. Never empty for somebody signed in.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Whether they act in this role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_from_its_word() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(*role));
            assert_eq!(serde_json::to_string(role).ok(), Some(format!("\"{}\"", role.word())));
        }
    }
}
