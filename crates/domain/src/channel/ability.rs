//! What a channel can do, and until when its provider takes free text.

use crate::time::Instant;
use chrono::TimeDelta;

/// Kinds of files a message can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A film.
    Video,
    /// Anything else.
    Document,
}

impl MediaKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Image, Self::Audio, Self::Video, Self::Document];

    /// The text shown to clients.
    pub fn code(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// The kind of a media type.
    pub fn of(content_type: &str) -> Self {
        match content_type.split('/').next() {
            // A drawing with scripts in it, and a codec no messenger shows.
            Some("image") if !content_type.contains("svg") && !content_type.contains("tiff") => Self::Image,
            Some("audio") => Self::Audio,
            Some("video") => Self::Video,
            _ => Self::Document,
        }
    }
}

/// What a channel can do; the console greys out the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Longest text of one message, as the provider counts (characters, UTF-16 units or bytes: see the adapter); longer
    /// texts are split. 0 = no limit.
    pub text_max: u32,
    /// Most buttons or quick replies of one message; 0 = none.
    pub buttons: u32,
    /// Kinds of files that can be sent.
    pub media: &'static [MediaKind],
    /// Largest file that can be sent, bytes; 0 = none can.
    pub media_max: u64,
    /// Whether the customer can react to a message.
    pub reactions: bool,
    /// Whether the provider reports delivery.
    pub delivered: bool,
    /// Whether the provider reports reading.
    pub read: bool,
    /// Hours after the customer's last message in which free text may be sent; 0 = always.
    pub window_hours: u32,
    /// Most messages that may be sent in the window; 0 = any number.
    pub window_messages: u32,
    /// Whether approved messages can be sent outside of the window.
    pub templates: bool,
    /// Messages of one account that the provider takes in a second; 0 = as many as come, or it keeps them in line itself.
    pub sends_per_second: u32,
    /// Whether the text of a message of ours can be changed once it is sent.
    pub edits: bool,
    /// Whether a message of ours can be taken back.
    pub deletes: bool,
    /// Minutes within which it can be taken back; 0 = always.
    pub delete_minutes: u32,
    /// Reactions that we can send; empty = none.
    pub reacts: &'static [&'static str],
    /// Whether the customer can be shown that somebody types.
    pub typing: bool,
}

impl Capabilities {
    /// When the provider stops taking free text; `None` = never. Before a message of the customer it is closed.
    pub fn open_until(&self, last_customer_at: Option<Instant>) -> Option<Instant> {
        let hours = TimeDelta::hours(i64::from(self.window_hours));
        (self.window_hours > 0).then(|| last_customer_at.map_or(Instant::UNIX_EPOCH, |at| at + hours))
    }

    /// Whether free text may be sent.
    pub fn open(&self, last_customer_at: Option<Instant>, now: Instant) -> bool {
        self.open_until(last_customer_at).is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_closes_to_the_second_and_is_closed_before_the_first_message() {
        let day = Capabilities { window_hours: 24, ..Capabilities::default() };
        let at: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let after = |seconds: i64| day.open(Some(at), at + TimeDelta::seconds(seconds));
        assert!(after(0) && after(86_399) && !after(86_400));
        assert!(!day.open(None, at));
        assert!(Capabilities::default().open(None, at) && Capabilities::default().open_until(None).is_none());
    }

    #[test]
    fn media_types_fall_into_kinds() {
        for (content_type, kind) in [
            ("image/png", MediaKind::Image),
            ("image/svg+xml", MediaKind::Document),
            ("audio/ogg", MediaKind::Audio),
            ("video/mp4", MediaKind::Video),
            ("application/pdf", MediaKind::Document),
            ("", MediaKind::Document),
        ] {
            assert_eq!(MediaKind::of(content_type), kind, "{content_type}");
        }
    }
}
