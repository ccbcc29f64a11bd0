//! One line a channel.

use crate::{Channel, chat::WebChat, email::Email, generic::Generic, sms::Sms, whatsapp::WhatsApp};
use meridian_domain::channel::ChannelKind;

/// The adapter of a kind.
pub fn get(kind: ChannelKind) -> &'static dyn Channel {
    match kind {
        ChannelKind::WhatsApp => &WhatsApp,
        ChannelKind::Sms => &Sms,
        ChannelKind::Email => &Email,
        ChannelKind::WebChat => &WebChat,
        ChannelKind::Generic => &Generic,
    }
}
