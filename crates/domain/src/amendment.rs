//! What is done to a message that is already there: it is edited, withdrawn or reacted to.

use crate::{
    channel::{Capabilities, ChannelKind},
    event::{EventKind, Identifier},
    ids::ItemId,
    time::Instant,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Reactions that every channel with reactions of ours takes (Bot API "ReactionTypeEmoji"; Slack's standard names;
/// WhatsApp takes any emoji).
pub const REACTIONS: &[&str] = &["👍", "👎", "❤", "🎉", "🙏", "👏", "👌", "😢", "💯", "👀"];

/// The key under which our own reaction stands among those of a message.
pub const OUR_REACTION: &str = "us";

/// A change of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Amendment {
    /// Other words.
    Edit {
        /// The new text.
        text: String,
    },
    /// It is taken back.
    Delete,
    /// Our reaction; `None` takes it away.
    React {
        /// One of [`REACTIONS`].
        emoji: Option<String>,
    },
}

impl Amendment {
    /// The stored text.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Edit { .. } => "edit",
            Self::Delete => "delete",
            Self::React { .. } => "react",
        }
    }
}

/// Where a change stands. Each can be carried out twice and does the same, so none is ever in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentState {
    /// Committed; not yet at the provider.
    Queued,
    /// The customer has it.
    Done,
    /// It was refused: the message stands as it was.
    Failed,
}

impl AmendmentState {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// The newest change of a message, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amending {
    /// What is done.
    #[serde(flatten)]
    pub what: Amendment,
    /// Where it stands.
    pub state: AmendmentState,
    /// Attempts so far.
    #[serde(default)]
    pub attempt: i32,
    /// When it was asked for or last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Instant>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Instant>,
}

impl Amending {
    /// A change that is to be made.
    pub fn new(what: Amendment) -> Self {
        Self { what, state: AmendmentState::Queued, attempt: 0, tried_at: None, error: None, done_at: None }
    }

    /// Whether it is on its way at a time: it waits, and was tried within the time that the slowest next try takes. Later it
    /// is forgotten, as jobs are that were lost with the broker, and another change may take its place.
    pub fn under_way(&self, now: Instant, slowest: TimeDelta) -> bool {
        self.state == AmendmentState::Queued && self.tried_at.is_some_and(|tried| now - tried < slowest)
    }

    /// Whether what a provider tells of our own side at a time is this change, come back in the provider's form.
    pub fn comes_back(&self, kind: EventKind, at: Instant) -> bool {
        let same = match self.what {
            Amendment::Edit { .. } => kind == EventKind::Edit,
            Amendment::Delete => kind == EventKind::Delete,
            Amendment::React { .. } => kind == EventKind::Reaction,
        };
        let near = self.done_at.is_some_and(|done| (at - done).abs() < TimeDelta::minutes(1));
        same && (self.state == AmendmentState::Queued || near)
    }
}

/// A change on its way to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundAmendment {
    /// The message.
    pub item: ItemId,
    /// The provider's names of it, one a part.
    pub targets: Vec<String>,
    /// Whose conversation it is, best identifier first.
    pub to: Vec<Identifier>,
    /// Provider thread, if the session has one.
    pub thread: Option<String>,
    /// What is done.
    pub what: Amendment,
    /// Our reaction of before.
    pub reaction: Option<String>,
}

/// Whom something is shown to that is no message: that somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// The customer, best identifier first.
    pub to: Vec<Identifier>,
    /// Provider thread, if the session has one.
    pub thread: Option<String>,
    /// External id of the customer's last message.
    pub last: Option<String>,
}

/// The message as it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// We sent it.
    pub ours: bool,
    /// The provider has it.
    pub arrived: bool,
    /// It was withdrawn.
    pub withdrawn: bool,
    /// It is text alone, without files, buttons or a template.
    pub bare: bool,
    /// Messages it went out in.
    pub parts: usize,
    /// An earlier change is on its way.
    pub changing: bool,
    /// How old it is.
    pub age: TimeDelta,
}

/// Why a change cannot be made, and what helps; `None` when it can.
pub fn refusal(kind: ChannelKind, can: &Capabilities, what: &Amendment, now: &Standing) -> Option<String> {
    let said = |why: String| Some(why);
    if now.withdrawn {
        return said("the message was withdrawn".to_owned());
    }
    if now.changing {
        return said("an earlier change of this message is on its way: try again in a moment".to_owned());
    }
    let react = matches!(what, Amendment::React { .. });
    if !react && !now.ours {
        return said("only what was sent from here can be changed".to_owned());
    }
    if now.ours && !now.arrived {
        return said("the provider does not have this message (yet): nothing can be changed about it".to_owned());
    }
    match what {
        Amendment::Edit { .. } if !can.edits => {
            said(format!("{kind} lets no message be edited once it is sent: write another one"))
        }
        Amendment::Edit { .. } if !now.bare => {
            said("only a message of text alone can be edited: write another one".to_owned())
        }
        Amendment::Edit { text } if now.parts > 1 || too_long(can, text) => {
            said("a text that goes out in several messages cannot be edited: write another one".to_owned())
        }
        Amendment::Delete if !can.deletes => said(format!("{kind} lets no message be withdrawn once it is sent")),
        Amendment::Delete if can.delete_minutes > 0 && now.age >= TimeDelta::minutes(i64::from(can.delete_minutes)) => {
            let minutes = can.delete_minutes;
            if minutes.is_multiple_of(60) {
                said(format!("{kind} lets a message be withdrawn within {} hours, which are over", minutes / 60))
            } else {
                said(format!("{kind} lets a message be withdrawn within {minutes} minutes, which are over"))
            }
        }
        Amendment::React { .. } if can.reacts.is_empty() => said(format!("{kind} takes no reactions from here")),
        Amendment::React { emoji: Some(emoji) } if !can.reacts.contains(&emoji.as_str()) => {
            said(format!("{kind} takes these reactions from here: {}", can.reacts.join(" ")))
        }
        _ => None,
    }
}

/// Counted in the largest unit a provider counts in, so that nothing is cut.
fn too_long(can: &Capabilities, text: &str) -> bool {
    can.text_max > 0 && text.encode_utf16().count() > can.text_max as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Capabilities = Capabilities {
        text_max: 10,
        buttons: 0,
        media: &[],
        media_max: 0,
        reactions: true,
        delivered: false,
        read: false,
        window_hours: 0,
        window_messages: 0,
        templates: false,
        sends_per_second: 0,
        edits: true,
        deletes: true,
        delete_minutes: 48 * 60,
        reacts: REACTIONS,
        typing: false,
    };

    #[test]
    fn a_change_is_refused_with_its_reason_before_anything_leaves() {
        let ours = Standing { ours: true, arrived: true, bare: true, parts: 1, ..Standing::default() };
        let why =
            |what: &Amendment, now: Standing| refusal(ChannelKind::Telegram, &ALL, what, &now).unwrap_or_default();
        let edit = Amendment::Edit { text: "hello".into() };
        let (delete, react) = (Amendment::Delete, Amendment::React { emoji: Some("👍".into()) });
        for what in [&edit, &delete, &react] {
            assert_eq!(why(what, ours), "");
            assert!(why(what, Standing { withdrawn: true, ..ours }).contains("withdrawn"));
            assert!(why(what, Standing { changing: true, ..ours }).contains("on its way"));
            assert!(why(what, Standing { arrived: false, ..ours }).contains("does not have"));
            let none = Capabilities { edits: false, deletes: false, reacts: &[], ..ALL };
            assert!(refusal(ChannelKind::Line, &none, what, &ours).is_some_and(|why| why.starts_with("line")));
        }
        let theirs = Standing { ours: false, arrived: false, ..ours };
        assert!(why(&edit, theirs).contains("sent from here") && why(&delete, theirs).contains("sent from here"));
        assert_eq!(why(&react, theirs), "");
        assert!(why(&edit, Standing { bare: false, ..ours }).contains("text alone"));
        assert!(why(&edit, Standing { parts: 2, ..ours }).contains("several"));
        assert!(why(&Amendment::Edit { text: "x".repeat(11) }, ours).contains("several"));
        assert!(why(&delete, Standing { age: TimeDelta::hours(48), ..ours }).contains("48 hours"));
        assert_eq!(why(&delete, Standing { age: TimeDelta::hours(47), ..ours }), "");
        let brief = Capabilities { delete_minutes: 2, ..ALL };
        let after = |seconds| {
            let now = Standing { age: TimeDelta::seconds(seconds), ..ours };
            refusal(ChannelKind::WeCom, &brief, &delete, &now).unwrap_or_default()
        };
        assert!(after(119).is_empty() && after(120).contains("2 minutes"));
        assert!(why(&Amendment::React { emoji: Some("🦖".into()) }, ours).contains("👍"));
        assert_eq!(why(&Amendment::React { emoji: None }, ours), "");
    }

    #[test]
    fn a_change_that_nobody_tries_any_more_gives_way() {
        let at: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let slowest = TimeDelta::minutes(40);
        let queued = Amending { tried_at: Some(at), ..Amending::new(Amendment::Delete) };
        assert!(queued.under_way(at + TimeDelta::minutes(39), slowest));
        assert!(!queued.under_way(at + TimeDelta::minutes(40), slowest));
        assert!(!Amending { state: AmendmentState::Done, ..queued }.under_way(at, slowest));
    }

    #[test]
    fn our_own_change_is_known_when_it_comes_back() {
        let at: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let queued = Amending::new(Amendment::Delete);
        assert!(queued.comes_back(EventKind::Delete, at) && !queued.comes_back(EventKind::Edit, at));
        let done = Amending { state: AmendmentState::Done, done_at: Some(at), ..queued };
        assert!(done.comes_back(EventKind::Delete, at + TimeDelta::seconds(59)));
        assert!(!done.comes_back(EventKind::Delete, at + TimeDelta::seconds(60)));
    }

    #[test]
    fn a_change_is_kept_as_it_is_read() {
        let kept = serde_json::to_value(Amending::new(Amendment::React { emoji: None })).unwrap();
        assert_eq!(kept["kind"], "react");
        let back: Amending = serde_json::from_value(kept).unwrap();
        assert_eq!(back, Amending::new(Amendment::React { emoji: None }));
    }
}
