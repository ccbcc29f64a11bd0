//! Why a change of the set-up was not made.

use crate::authz::Forbidden;
use meridian_domain::{
    calendar,
    red::InvalidRule,
    routing::{InvalidLender, InvalidPlan},
};
use meridian_store::StoreError;

/// Why a change of the set-up was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetupRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something it names is not of this tenant.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A value breaks a rule, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The value of one field of the input breaks a rule, told in words.
    #[error("{1}")]
    Wrong(&'static str, String),
    /// A name or address is taken.
    #[error("this {0} is taken")]
    Taken(&'static str),
    /// Other parts of the set-up, or work, need it.
    #[error("this {0} is in use by {1}: change those first")]
    InUse(&'static str, String),
    /// It changed since it was read.
    #[error("it changed meanwhile: look again")]
    Stale,
    /// A plan cannot work.
    #[error(transparent)]
    Plan(#[from] InvalidPlan),
    /// A rule cannot work.
    #[error(transparent)]
    Rule(#[from] InvalidRule),
    /// A queue cannot lend its people.
    #[error(transparent)]
    Lender(#[from] InvalidLender),
    /// The database.
    #[error("{0}")]
    Store(StoreError),
}

impl SetupRefused {
    /// The field of the input that is meant, in the words of the code.
    pub fn field(&self) -> Option<String> {
        let place = |list: &str, n: usize, field: &str| match field {
            "steps" | "rules" => format!("{list}.{n}"),
            "sites" => format!("{list}.{n}.site_ids"),
            "branches" => format!("{list}.{n}.branch_ids"),
            "agents" => format!("{list}.{n}.agent_ids"),
            "queues" => format!("{list}.{n}.queue_ids"),
            "manager" | "deputy" => format!("{list}.{n}.{field}_id"),
            _ => format!("{list}.{n}.{field}"),
        };
        match self {
            Self::Plan(plan) => return Some(place("steps", plan.step, plan.field)),
            Self::Lender(lender) => return Some(place("lenders", lender.lender, lender.field)),
            Self::Rule(rule) => return Some(place("rules", rule.rule, rule.field)),
            _ => {}
        }
        self.plain_field().map(str::to_owned)
    }

    fn plain_field(&self) -> Option<&'static str> {
        match self {
            Self::Wrong(field, _) => Some(field),
            Self::Taken("address") => Some("email"),
            Self::Taken(_) => Some("name"),
            Self::NotFound("branch") => Some("branch_id"),
            Self::NotFound("site") => Some("site_id"),
            Self::NotFound("agent") => Some("agent_ids"),
            Self::NotFound("skill") => Some("skills"),
            Self::NotFound("queue" | "plan in shadow") => Some("queue_id"),
            Self::NotFound("work item") => Some("work_item_id"),
            Self::NotFound("code") => Some("work_code_id"),
            Self::NotFound("customer") => Some("customer_id"),
            Self::NotFound("version") => Some("version"),
            Self::NotFound("comparison") => Some("what_if_id"),
            Self::NotFound("verifier") => Some("verifier_id"),
            _ => None,
        }
    }
}

impl From<StoreError> for SetupRefused {
    fn from(error: StoreError) -> Self {
        let StoreError::Constraint(name) = &error else { return Self::Store(error) };
        match name.as_str() {
            "agent_tenant_id_email_key" => Self::Taken("address"),
            "work_code_name"
            | "queue_tenant_id_name_key"
            | "skill_tenant_id_name_key"
            | "bot_tenant_id_name_key"
            | "identity_verifier_tenant_id_name_key"
            | "site_name"
            | "branch_name"
            | "team_name" => Self::Taken("name"),
            _ => Self::Store(error),
        }
    }
}

/// A name for people: trimmed, 1 to 100 characters, no control characters.
pub(super) fn name(text: &str) -> Result<&str, SetupRefused> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(SetupRefused::Wrong("name", "a name has 1 to 100 characters".to_owned()));
    }
    Ok(text)
}

/// A number within its bounds, named for the one who reads the refusal.
pub(super) fn within(
    what: &'static str,
    value: i32,
    bounds: std::ops::RangeInclusive<i32>,
) -> Result<i32, SetupRefused> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    Err(SetupRefused::Wrong(what, format!("{what} goes from {} to {}", bounds.start(), bounds.end())))
}

/// A time zone of the IANA data base.
pub(super) fn zone(text: &str) -> Result<(), SetupRefused> {
    let known = calendar::zone(text).map(|_| ());
    known.ok_or_else(|| SetupRefused::Wrong("time_zone", "time_zone is an IANA name like Europe/Lisbon".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_checked_and_constraints_told_in_words() {
        assert_eq!(name("  Lisbon ").unwrap(), "Lisbon");
        assert!(name(" ").is_err() && name("a\nb").is_err() && name(&"x".repeat(101)).is_err());
        assert_eq!(within("offer_seconds", 0, 1..=600).unwrap_err().to_string(), "offer_seconds goes from 1 to 600");
        assert_eq!(within("offer_seconds", 0, 1..=600).unwrap_err().field().as_deref(), Some("offer_seconds"));
        let taken = SetupRefused::from(StoreError::Constraint("site_name".to_owned()));
        assert_eq!(taken.to_string(), "this name is taken");
        assert_eq!(taken.field().as_deref(), Some("name"));
    }
}
