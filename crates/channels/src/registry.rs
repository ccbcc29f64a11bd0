//! One line a channel.

use crate::{
    Channel, chat::WebChat, email::Email, generic::Generic, line::Line, messenger::Messenger, slack::Slack, sms::Sms,
    telegram::Telegram, wechat::WeChat, wecom::WeCom, whatsapp::WhatsApp,
};
use meridian_domain::channel::ChannelKind;

/// The adapter of a kind.
pub fn get(kind: ChannelKind) -> &'static dyn Channel {
    match kind {
        ChannelKind::WhatsApp => &WhatsApp,
        ChannelKind::Messenger => &Messenger::PAGE,
        ChannelKind::Instagram => &Messenger::INSTAGRAM,
        ChannelKind::Telegram => &Telegram,
        ChannelKind::Line => &Line,
        ChannelKind::WeChat => &WeChat,
        ChannelKind::WeCom => &WeCom,
        ChannelKind::Slack => &Slack,
        ChannelKind::Sms => &Sms,
        ChannelKind::Email => &Email,
        ChannelKind::WebChat => &WebChat,
        ChannelKind::Generic => &Generic,
    }
}
