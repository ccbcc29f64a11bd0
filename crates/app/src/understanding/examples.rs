//! Examples of intents: added by hand, many at once, and removed.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    ids::IntentExampleId,
    people::Permission,
    understanding::intent::{LONGEST, Refused, digest, intent_name},
};
use meridian_store::{
    StoreError,
    intents::{self, NewExample},
};
use serde_json::json;
use std::collections::HashMap;

/// Examples added at once.
const MOST_AT_ONCE: usize = 1000;
/// Examples of a tenant.
pub(super) const MOST: i64 = 50_000;
/// Intents of a tenant.
const MOST_INTENTS: usize = 500;
/// What is said when there are more.
const FULL: &str = "there are at most 50,000 examples of 500 intents";
/// What is said of a text that will not do.
const WORDS: &str = "a text has words, and at most 1,000 characters";

/// An example that will not do, with the place named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("example {}: {problem}", .number + 1)]
pub struct InvalidExample {
    /// Its place in the list, from 0; the message counts from 1.
    pub number: usize,
    /// intent or text.
    pub field: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// Why examples, a training or a model were refused.
#[derive(Debug, thiserror::Error)]
pub enum TeachRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is none.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// One of the examples will not do.
    #[error(transparent)]
    Example(#[from] InvalidExample),
    /// There are too many, or none.
    #[error("{0}")]
    Bounds(String),
    /// The examples there are cannot be learned from.
    #[error(transparent)]
    Untrainable(#[from] Refused),
    /// One is on.
    #[error("a model is being trained: look at its progress")]
    Training,
    /// The version cannot be used.
    #[error("this version cannot be used: look at its state, and train again")]
    Unusable,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TeachRefused {
    /// The field of the input that is meant, in the words of the code.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Example(InvalidExample { number, field, .. }) => Some(format!("examples.{number}.{field}")),
            Self::Bounds(_) => Some("examples".to_owned()),
            Self::NotFound("version") | Self::Unusable => Some("version".to_owned()),
            Self::NotFound("example") => Some("intent_example_id".to_owned()),
            _ => None,
        }
    }
}

/// A text and its intent.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// The intent; `oos` for none of the intents.
    pub intent: String,
    /// What was said.
    pub text: String,
}

/// An example as it is kept.
struct Kept<'a> {
    label: &'a str,
    text: &'a str,
    digest: [u8; 32],
}

fn checked(examples: &[Labelled]) -> Result<Vec<Kept<'_>>, TeachRefused> {
    if examples.is_empty() || examples.len() > MOST_AT_ONCE {
        return Err(TeachRefused::Bounds("between 1 and 1,000 examples are added at once".to_owned()));
    }
    let (mut kept, mut seen) = (Vec::with_capacity(examples.len()), HashMap::new());
    for (number, example) in examples.iter().enumerate() {
        let wrong = |field, problem: &str| InvalidExample { number, field, problem: problem.to_owned() };
        let (label, text) = (example.intent.trim(), example.text.trim());
        if !intent_name(label) {
            let names = "intent: 1 to 64 lower-case letters, digits, dots, hyphens and underscores";
            return Err(wrong("intent", names).into());
        }
        if text.chars().count() > LONGEST {
            return Err(wrong("text", WORDS).into());
        }
        let digest = digest(text).ok_or_else(|| wrong("text", WORDS))?;
        if let Some(before) = seen.insert(digest, number) {
            return Err(wrong("text", &format!("it repeats example {}", before + 1)).into());
        }
        kept.push(Kept { label, text, digest });
    }
    Ok(kept)
}

/// Adds examples, all of them or none. Returns how many there are then.
pub async fn add_examples(app: &App, subject: &Subject, examples: &[Labelled]) -> Result<i64, TeachRefused> {
    subject.require(Permission::Administer)?;
    let kept = checked(examples)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let digests: Vec<Vec<u8>> = kept.iter().map(|one| one.digest.to_vec()).collect();
    let known = intents::known(&mut tx, &digests).await?;
    for (number, one) in kept.iter().enumerate() {
        if let Some(label) = known.get(one.digest.as_slice()) {
            let problem = format!("this text is an example of {label} already");
            return Err(InvalidExample { number, field: "text", problem }.into());
        }
    }
    let there = intents::labels(&mut tx).await?;
    let count = there.iter().map(|(_, examples, _)| examples).sum::<i64>() + kept.len() as i64;
    if count > MOST {
        return Err(TeachRefused::Bounds(FULL.to_owned()));
    }
    let mut names: Vec<&str> =
        there.iter().map(|(name, ..)| name.as_str()).chain(kept.iter().map(|k| k.label)).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MOST_INTENTS {
        return Err(TeachRefused::Bounds(FULL.to_owned()));
    }
    let new: Vec<NewExample<'_>> =
        kept.iter().map(|one| NewExample { label: one.label, text: one.text, digest: &one.digest }).collect();
    intents::insert(&mut tx, &new).await?;
    tx.audit("intent_examples_added", "intent_example", None, json!({ "examples": new.len() }));
    tx.commit().await?;
    Ok(count)
}

/// Removes an example.
pub async fn remove_example(app: &App, subject: &Subject, id: IntentExampleId) -> Result<(), TeachRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !intents::remove(&mut tx, id).await? {
        return Err(TeachRefused::NotFound("example"));
    }
    tx.audit("intent_example_removed", "intent_example", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(pairs: &[(&str, &str)]) -> Vec<Labelled> {
        let one = |(intent, text): &(&str, &str)| Labelled { intent: (*intent).to_owned(), text: (*text).to_owned() };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn what_is_wrong_with_an_example_is_told_with_its_place() {
        let refused =
            |pairs: &[(&str, &str)]| checked(&labelled(pairs)).err().map(|error| (error.to_string(), error.field()));
        assert_eq!(refused(&[("refund", "money back"), ("tracking", "where is it")]), None);
        let (text, field) = refused(&[("refund", "money back"), ("refund", "Money  back")]).unwrap();
        assert_eq!((text.as_str(), field.as_deref()), ("example 2: it repeats example 1", Some("examples.1.text")));
        assert_eq!(refused(&[("Refund!", "x")]).unwrap().1.as_deref(), Some("examples.0.intent"));
        assert_eq!(refused(&[("refund", "!")]).unwrap().1.as_deref(), Some("examples.0.text"));
        assert_eq!(refused(&[("refund", &"x".repeat(1001))]).unwrap().1.as_deref(), Some("examples.0.text"));
        assert_eq!(refused(&[]).unwrap().1.as_deref(), Some("examples"));
    }
}
