//! Checklists of next steps: what they may hold, which one is suggested in a conversation, and what of it is open.

use crate::{
    ids::{AgentId, ChecklistId, KnowledgeArticleId},
    time::Instant,
    understanding::intent::OUT_OF_SCOPE,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most checklists of a tenant that are in use at once: they are chosen from a list.
pub const MOST: usize = 200;
/// Most steps of a checklist.
pub const MOST_STEPS: usize = 30;
/// Most intents of a checklist.
pub const MOST_INTENTS: usize = 50;
/// Longest title, in characters.
pub const TITLE: usize = 100;
/// Longest text of a step, in characters.
pub const TEXT: usize = 300;
/// Longest remark beside a step, and longest reason for leaving steps open, in characters.
pub const REMARK: usize = 500;

/// A step of a checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// What is to be done.
    pub text: String,
    /// The same in Chinese; empty = as `text`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text_zh: String,
    /// What tells how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<KnowledgeArticleId>,
    /// Whether it must be done before the conversation is resolved.
    pub required: bool,
}

/// What somebody last said of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Whether it is done.
    pub done: bool,
    /// Who said so, when a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<AgentId>,
    /// When.
    pub at: Instant,
    /// Beside it; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// What was said of steps, by their place from 1.
pub type Marks = BTreeMap<usize, Mark>;

/// What was answered to a checklist in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Its steps are done.
    Followed,
    /// It is left, or was put away.
    Ignored,
}

impl Answer {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::Ignored => "ignored",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Followed, Self::Ignored].into_iter().find(|answer| answer.code() == code)
    }
}

/// What was answered before, as far as it decides what is suggested.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The checklist.
    pub checklist: ChecklistId,
    /// The last word.
    pub answer: Answer,
    /// Intents it was ignored for.
    pub ignored_for: &'a [String],
}

/// What breaks a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Wrong {
    /// A path like `steps.2.text`, counted from 0.
    pub place: String,
    /// In words.
    pub problem: String,
}

fn refused<T>(problem: impl Into<String>, place: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { place: place.into(), problem: problem.into() })
}

fn told(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// Checks what a checklist says; texts are trimmed already.
pub fn check(title: &str, title_zh: &str, intents: &[String], steps: &[Step]) -> Result<(), Wrong> {
    for (place, text, needed) in [("title", title, true), ("titleZh", title_zh, false)] {
        if (needed && text.is_empty()) || !told(text, TITLE) {
            return refused(format!("a title has 1 to {TITLE} characters"), place);
        }
    }
    if intents.is_empty() || intents.len() > MOST_INTENTS {
        return refused(format!("a checklist has 1 to {MOST_INTENTS} intents"), "intents");
    }
    let mut seen = BTreeSet::new();
    for (n, intent) in intents.iter().enumerate() {
        if intent == OUT_OF_SCOPE {
            return refused("what is out of scope has no next steps", format!("intents.{n}"));
        }
        if !seen.insert(intent) {
            return refused("this intent is named twice", format!("intents.{n}"));
        }
    }
    if steps.is_empty() || steps.len() > MOST_STEPS {
        return refused(format!("a checklist has 1 to {MOST_STEPS} steps"), "steps");
    }
    for (n, step) in steps.iter().enumerate() {
        if step.text.is_empty() || !told(&step.text, TEXT) {
            return refused(format!("a step has 1 to {TEXT} characters"), format!("steps.{n}.text"));
        }
        if !told(&step.text_zh, TEXT) {
            return refused(format!("a step has 1 to {TEXT} characters"), format!("steps.{n}.textZh"));
        }
    }
    Ok(())
}

/// What the customer asked for, newest first: by each engagement, the one used last first, with its intents the newest
/// last; then what the brief says.
pub fn asked<'a>(heard: &'a [Vec<String>], brief: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    heard.iter().flat_map(|intents| intents.iter().rev().map(String::as_str)).chain(brief)
}

/// The checklist to suggest: that of what the customer asks for now, unless it is followed, or was ignored for it.
pub fn suggested(now: Option<&str>, kept: &[(String, ChecklistId)], answers: &[Answered<'_>]) -> Option<ChecklistId> {
    let now = now?;
    let (_, checklist) = kept.iter().find(|(intent, _)| intent == now)?;
    let settled = |one: &Answered<'_>| {
        one.checklist == *checklist
            && (one.answer == Answer::Followed || one.ignored_for.iter().any(|intent| intent == now))
    };
    (!answers.iter().any(settled)).then_some(*checklist)
}

/// The intent that an answer to a checklist is about: the newest one asked for that it is kept for. None when it was
/// chosen by hand.
pub fn meant<'a>(mut asked: impl Iterator<Item = &'a str>, kept_for: &[String]) -> Option<&'a str> {
    asked.find(|intent| kept_for.iter().any(|kept| kept == intent))
}

fn done(marks: &Marks, place: usize) -> bool {
    marks.get(&place).is_some_and(|mark| mark.done)
}

/// How many steps are done.
pub fn done_count(steps: &[Step], marks: &Marks) -> usize {
    (1..=steps.len()).filter(|place| done(marks, *place)).count()
}

/// Whether every step is done.
pub fn complete(steps: &[Step], marks: &Marks) -> bool {
    done_count(steps, marks) == steps.len()
}

/// Steps that must be done before the conversation is resolved, and are not.
pub fn open<'a>(steps: &'a [Step], marks: &'a Marks) -> impl Iterator<Item = &'a Step> {
    let left = |(place, step): &(usize, &Step)| step.required && !done(marks, *place);
    (1..).zip(steps).filter(left).map(|(_, step)| step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn list(n: u128) -> ChecklistId {
        ChecklistId(Uuid::from_u128(n))
    }

    fn step(text: &str, required: bool) -> Step {
        Step { text: text.to_owned(), required, ..Step::default() }
    }

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    fn mark(done: bool) -> Mark {
        Mark { done, by: None, at: DateTime::UNIX_EPOCH, remark: String::new() }
    }

    #[test]
    fn what_a_checklist_says_is_checked_place_by_place() {
        let good = [step("Look up the order", true), step("Refund it", false)];
        let refund = words(&["refund"]);
        assert_eq!(check("Refunds", "退款", &refund, &good), Ok(()));
        let place =
            |title: &str, intents: &[String], steps: &[Step]| check(title, "", intents, steps).unwrap_err().place;
        assert_eq!(place("", &refund, &good), "title");
        assert_eq!(place("a\nb", &refund, &good), "title");
        assert_eq!(place("T", &[], &good), "intents");
        assert_eq!(place("T", &words(&["refund", "oos"]), &good), "intents.1");
        assert_eq!(place("T", &words(&["refund", "refund"]), &good), "intents.1");
        assert_eq!(place("T", &refund, &[]), "steps");
        assert_eq!(place("T", &refund, &vec![step("x", false); MOST_STEPS + 1]), "steps");
        assert_eq!(place("T", &refund, &[step("x", false), step("", true)]), "steps.1.text");
        assert_eq!(place("T", &refund, &[step(&"x".repeat(TEXT + 1), false)]), "steps.0.text");
        let zh = Step { text_zh: "字".repeat(TEXT + 1), ..step("x", false) };
        assert_eq!(place("T", &refund, &[zh]), "steps.0.textZh");
        assert_eq!(check("T", &"字".repeat(TITLE + 1), &refund, &good).unwrap_err().place, "titleZh");
    }

    #[test]
    fn what_was_asked_for_is_told_newest_first_and_the_brief_last() {
        let heard = [words(&["tracking", "refund"]), words(&["warranty"])];
        let all: Vec<&str> = asked(&heard, Some("complaint")).collect();
        assert_eq!(all, ["refund", "tracking", "warranty", "complaint"]);
        assert_eq!(asked(&[], Some("complaint")).next(), Some("complaint"));
        assert_eq!(asked(&[], None).next(), None);
        assert_eq!(meant(asked(&heard, None), &words(&["warranty", "tracking"])), Some("tracking"));
        assert_eq!(meant(asked(&heard, None), &words(&["billing"])), None);
    }

    #[test]
    fn what_is_followed_or_was_ignored_for_this_is_not_suggested_again() {
        let kept = [("refund".to_owned(), list(1)), ("return".to_owned(), list(1)), ("tracking".to_owned(), list(2))];
        assert_eq!(suggested(Some("refund"), &kept, &[]), Some(list(1)));
        assert_eq!(suggested(Some("warranty"), &kept, &[]), None);
        assert_eq!(suggested(None, &kept, &[]), None);
        let refund = words(&["refund"]);
        let left = Answered { checklist: list(1), answer: Answer::Ignored, ignored_for: &refund };
        assert_eq!(suggested(Some("refund"), &kept, &[left]), None);
        assert_eq!(suggested(Some("return"), &kept, &[left]), Some(list(1)), "it was ignored for refunds alone");
        assert_eq!(suggested(Some("tracking"), &kept, &[left]), Some(list(2)));
        let followed = Answered { answer: Answer::Followed, ..left };
        assert_eq!(suggested(Some("return"), &kept, &[followed]), None, "it is there already");
    }

    #[test]
    fn only_required_steps_hold_a_conversation_up() {
        let steps = [step("a", true), step("b", false), step("c", true)];
        let left = |marks: &Marks| open(&steps, marks).map(|step| step.text.clone()).collect::<Vec<_>>();
        let mut marks = Marks::new();
        assert_eq!(left(&marks), ["a", "c"]);
        marks.insert(1, mark(true));
        marks.insert(3, mark(false));
        assert_eq!((left(&marks), done_count(&steps, &marks)), (words(&["c"]), 1));
        marks.insert(3, mark(true));
        assert!(left(&marks).is_empty() && !complete(&steps, &marks));
        marks.insert(2, mark(true));
        assert!(complete(&steps, &marks));
        let kept = serde_json::to_value(&marks).unwrap();
        assert_eq!(serde_json::from_value::<Marks>(kept).unwrap(), marks, "marks are read back as they were kept");
    }

    fn intents() -> impl Strategy<Value = Vec<Vec<String>>> {
        prop::collection::vec(prop::collection::vec("[a-e]", 0..4), 0..3)
    }

    proptest! {
        /// Whatever was said and answered: what is suggested is kept for the newest intent, is not followed, and was
        /// not ignored for it; and what nobody answered is suggested whenever it is asked for.
        #[test]
        fn a_suggestion_fits_the_newest_intent_and_nobody_has_answered_it(
            heard in intents(), brief in prop::option::of("[a-e]"), lists in prop::collection::btree_map("[a-e]", 0..4u128, 0..5),
            said in prop::collection::vec((0..4u128, any::<bool>(), prop::collection::vec("[a-e]", 0..3)), 0..4),
        ) {
            let kept: Vec<_> = lists.iter().map(|(intent, n)| (intent.clone(), list(*n))).collect();
            let answers: Vec<_> = said.iter().map(|(n, followed, ignored_for)| Answered {
                checklist: list(*n),
                answer: if *followed { Answer::Followed } else { Answer::Ignored },
                ignored_for,
            }).collect();
            let now = asked(&heard, brief.as_deref()).next();
            let found = suggested(now, &kept, &answers);
            let fits = now.and_then(|now| lists.get(now)).map(|n| list(*n));
            let of = |one: &&Answered<'_>| Some(one.checklist) == fits;
            let settled = answers.iter().filter(of).any(|one| {
                one.answer == Answer::Followed || now.is_some_and(|now| one.ignored_for.iter().any(|i| i == now))
            });
            prop_assert_eq!(found, if settled { None } else { fits });
            // An answer to a suggestion is about the very intent it was made for, so that it is not made again.
            if let (Some(found), Some(now)) = (found, now) {
                let kept_for: Vec<String> = lists.iter().filter(|(_, n)| list(**n) == found).map(|(i, _)| i.clone()).collect();
                prop_assert_eq!(meant(asked(&heard, brief.as_deref()), &kept_for), Some(now));
                for (answer, ignored_for) in [(Answer::Followed, Vec::new()), (Answer::Ignored, vec![now.to_owned()])] {
                    let mut after = answers.clone();
                    after.push(Answered { checklist: found, answer, ignored_for: &ignored_for });
                    prop_assert_eq!(suggested(Some(now), &kept, &after), None);
                }
            }
        }

        /// Ticking a step and taking it back leaves what is open as it was.
        #[test]
        fn a_tick_is_undone_without_a_trace_in_what_is_open(
            required in prop::collection::vec(any::<bool>(), 1..8), ticked in prop::collection::btree_set(1..8usize, 0..8), place in 1..8usize,
        ) {
            let steps: Vec<Step> = required.iter().enumerate().map(|(n, must)| step(&n.to_string(), *must)).collect();
            let mut marks: Marks = ticked.iter().filter(|at| **at != place).map(|at| (*at, mark(true))).collect();
            let before: Vec<Step> = open(&steps, &marks).cloned().collect();
            let count = done_count(&steps, &marks);
            marks.insert(place, mark(true));
            let fewer = steps.get(place - 1).is_some_and(|step| step.required);
            prop_assert_eq!(open(&steps, &marks).count() + usize::from(fewer), before.len());
            prop_assert_eq!(done_count(&steps, &marks), count + usize::from(place <= steps.len()));
            marks.insert(place, mark(false));
            prop_assert_eq!(open(&steps, &marks).cloned().collect::<Vec<_>>(), before);
            prop_assert_eq!(complete(&steps, &marks), count == steps.len());
        }
    }
}
