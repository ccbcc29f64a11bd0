//! Secrets that cannot be printed by accident.

use crate::time::Instant;
use std::{collections::BTreeMap, fmt};

/// A secret text: neither `Debug` nor `Display` nor serde shows it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself; every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing is set: such a secret must never verify anything.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One value of a secret, and until when it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The value.
    pub secret: Secret,
    /// Its end; `None` = none is set.
    pub until: Option<Instant>,
}

impl From<Secret> for Version {
    fn from(secret: Secret) -> Self {
        Self { secret, until: None }
    }
}

/// Named secrets, newest value first.
pub type Versions = BTreeMap<String, Vec<Version>>;

/// Values of one name that are kept: the newest and what is in rotation.
const KEPT: usize = 5;

/// Puts a new value in front; what was valid stays so until `overlap_ends` at the latest.
pub fn rotate(versions: &mut Vec<Version>, new: Secret, now: Instant, overlap_ends: Instant) {
    versions.retain(|version| version.until.is_none_or(|until| until > now) && version.secret != new);
    for version in versions.iter_mut() {
        version.until = Some(version.until.map_or(overlap_ends, |until| until.min(overlap_ends)));
    }
    versions.retain(|version| version.until.is_some_and(|until| until > now));
    versions.insert(0, new.into());
    versions.truncate(KEPT);
}

/// The values that are valid now, newest first.
pub fn valid(versions: Versions, now: Instant) -> BTreeMap<String, Vec<Secret>> {
    let now_valid = |all: Vec<Version>| {
        all.into_iter().filter(|v| v.until.is_none_or(|until| until > now)).map(|v| v.secret).collect::<Vec<_>>()
    };
    versions.into_iter().map(|(name, all)| (name, now_valid(all))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn an_old_value_is_valid_beside_the_new_one_until_the_overlap_ends() {
        let now: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let hours = TimeDelta::hours;
        let mut versions = vec![Version::from(Secret::new("a"))];
        rotate(&mut versions, Secret::new("b"), now, now + hours(1));
        let at = |versions: &Vec<Version>, when: Instant| -> Vec<String> {
            let all = valid(BTreeMap::from([("t".to_owned(), versions.clone())]), when);
            all["t"].iter().map(|secret| secret.expose().to_owned()).collect()
        };
        assert_eq!(at(&versions, now), ["b", "a"]);
        assert_eq!(at(&versions, now + hours(1)), ["b"]);
        // Another rotation never makes an old value live longer.
        rotate(&mut versions, Secret::new("c"), now, now + hours(9));
        assert_eq!(at(&versions, now + hours(2)), ["c", "b"]);
        // No overlap: the old ones end at once.
        rotate(&mut versions, Secret::new("d"), now, now);
        assert_eq!(at(&versions, now), ["d"]);
    }
}
