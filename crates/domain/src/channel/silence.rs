//! What a person said about messages from an account.

use super::ChannelKind;
use crate::event::EventKind;

/// Messages that a person does not want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// They blocked the account or left it: nothing arrives until they come back.
    Left,
    /// They asked for silence. On SMS that is everything (carriers and Twilio refuse to send after STOP); elsewhere
    /// advertisements: WhatsApp and Messenger know no other opt-out, and a mail's answer is not one.
    Asked,
}

impl Silence {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Asked => "silence",
        }
    }

    /// Back from it.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Left, Self::Asked].into_iter().find(|silence| silence.code() == code)
    }

    /// What an event says: nothing, a wish, or that an earlier one is taken back.
    pub fn said_by(kind: EventKind) -> Option<Option<Self>> {
        match kind {
            EventKind::Unsubscribe => Some(Some(Self::Left)),
            EventKind::OptOut => Some(Some(Self::Asked)),
            EventKind::Subscribe | EventKind::OptIn => Some(None),
            _ => None,
        }
    }

    /// Whether a message may not leave; of a template its category counts, as the provider names it.
    pub fn forbids(self, kind: ChannelKind, category: Option<&str>) -> bool {
        match self {
            Self::Left => true,
            Self::Asked => {
                kind == ChannelKind::Sms || category.is_some_and(|name| name.eq_ignore_ascii_case("marketing"))
            }
        }
    }

    /// Why nothing leaves and what helps, for people.
    pub fn words(self, kind: ChannelKind) -> String {
        match self {
            Self::Left => {
                format!(
                    "the customer left {kind} or blocked you: reach them on another channel, or wait until they write"
                )
            }
            Self::Asked if kind == ChannelKind::Sms => {
                "the customer asked for silence (STOP): reach them on another channel, or wait for their START"
                    .to_owned()
            }
            Self::Asked => "the customer wants no advertisements: choose a template of another category".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_kept_where_it_was_asked_for() {
        assert!(Silence::Left.forbids(ChannelKind::Telegram, None));
        assert!(Silence::Asked.forbids(ChannelKind::Sms, None));
        assert!(!Silence::Asked.forbids(ChannelKind::WhatsApp, None));
        assert!(!Silence::Asked.forbids(ChannelKind::WhatsApp, Some("UTILITY")));
        assert!(Silence::Asked.forbids(ChannelKind::WhatsApp, Some("MARKETING")));
        assert_eq!(Silence::said_by(EventKind::Subscribe), Some(None));
        assert_eq!(Silence::said_by(EventKind::Message), None);
        for silence in [Silence::Left, Silence::Asked] {
            assert_eq!(Silence::from_code(silence.code()), Some(silence));
        }
    }
}
