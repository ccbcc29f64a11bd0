//! Channel kinds and what an adapter needs to know of a connected account.

mod ability;
pub mod form;
pub mod health;
pub mod news;
mod silence;

pub use ability::{Capabilities, MediaKind};
pub use form::{Generated, Input, Setting};
pub use silence::Silence;

use crate::{ids::ChannelAccountId, secret::Secret};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// How a channel engages an agent: the unit in which capacity is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelClass {
    /// A live call: one at a time by default.
    Voice,
    /// A live chat in a browser or app.
    Chat,
    /// Asynchronous messaging: SMS, WhatsApp and friends.
    Messaging,
    /// E-mail and letters.
    Mail,
}

impl ChannelClass {
    /// All classes, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Voice, Self::Chat, Self::Messaging, Self::Mail];

    /// The text used in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Chat => "chat",
            Self::Messaging => "messaging",
            Self::Mail => "mail",
        }
    }

    /// Index into [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $class:ident;)*) => {
        /// The kind of a channel account.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ChannelKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ChannelKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The text used in the database and in URLs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// How this kind counts against an agent's capacity.
            pub fn class(self) -> ChannelClass {
                match self { $(Self::$name => ChannelClass::$class,)* }
            }
        }

        impl FromStr for ChannelKind {
            type Err = UnknownKind;
            fn from_str(text: &str) -> Result<Self, UnknownKind> {
                match text { $($code => Ok(Self::$name),)* _ => Err(UnknownKind) }
            }
        }
    };
}

/// No channel of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel kind")]
pub struct UnknownKind;

kinds! {
    /// WhatsApp Cloud API.
    WhatsApp = "whatsapp", Messaging;
    /// Facebook Messenger.
    Messenger = "messenger", Messaging;
    /// Instagram direct messages.
    Instagram = "instagram", Messaging;
    /// A Telegram bot.
    Telegram = "telegram", Messaging;
    /// A LINE official account.
    Line = "line", Messaging;
    /// A WeChat official account.
    WeChat = "wechat", Messaging;
    /// WeCom, with its customer service.
    WeCom = "wecom", Messaging;
    /// A Slack app.
    Slack = "slack", Messaging;
    /// SMS and MMS by Twilio.
    Sms = "sms", Messaging;
    /// E-mail.
    Email = "email", Mail;
    /// The web chat widget.
    WebChat = "webchat", Chat;
    /// The generic signed webhook (Standard Webhooks).
    Generic = "generic", Messaging;
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A connected account with its secrets opened: all an adapter ever learns of the tenant.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// The account, also the opaque id in its webhook URL.
    pub id: ChannelAccountId,
    /// Its kind.
    pub kind: ChannelKind,
    /// Settings by name (phone_number_id, from, api_base ..); documented by each adapter.
    pub settings: serde_json::Value,
    /// Secrets by name; several values of one name are all valid (rotation), newest first.
    pub secrets: BTreeMap<String, Vec<Secret>>,
    /// The public URL of this account's webhook, for schemes that sign the URL.
    pub public_url: String,
    /// Addresses (phone number ids, pages, mailboxes) that belong to this account; empty = any.
    pub addresses: Vec<String>,
}

impl AccountConfig {
    /// A text setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty())
    }

    /// Messages that leave in a second at most: as set for the account, else what the provider takes. 0 = no limit.
    pub fn sends_per_second(&self, can: &Capabilities) -> u32 {
        let own = self.settings.get(form::SENDS_PER_SECOND).and_then(serde_json::Value::as_u64);
        own.and_then(|own| u32::try_from(own).ok()).unwrap_or(can.sends_per_second)
    }

    /// The secrets of a name that are fit for use, newest first.
    pub fn secrets(&self, name: &str) -> impl Iterator<Item = &Secret> {
        self.secrets.get(name).into_iter().flatten().filter(|secret| !secret.is_empty())
    }

    /// The newest secret of a name.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets(name).next()
    }
}
