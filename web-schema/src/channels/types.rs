//! Kinds of channels, their forms, and connected accounts.

use crate::{ids::id, scalars::Long};
use async_graphql::{Enum, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::App;
use meridian_domain::{
    channel::{Capabilities, ChannelKind as Kind, Input, Setting},
    platform::BotPlatform,
};
use meridian_store::{accounts, bots};
use serde_json::Value;

/// What a channel can do; grey out the rest.
#[derive(SimpleObject)]
pub(crate) struct ChannelCapabilities {
    /// Longest text of one message, as the provider counts; longer ones are split by Meridian. 0 = no limit.
    text_max: u32,
    /// Most buttons or quick replies of one message; 0 = none.
    buttons: u32,
    /// Kinds of files that can be sent: image, audio, video, document.
    media: Vec<&'static str>,
    /// Largest file that can be sent, bytes; 0 = none can.
    media_max_bytes: Long,
    /// Whether the customer can react to a message.
    reactions: bool,
    /// Whether the provider reports delivery.
    delivery_receipts: bool,
    /// Whether the provider reports reading.
    read_receipts: bool,
    /// Hours after the customer's last message in which an answer may be sent; 0 = always.
    reply_window_hours: u32,
    /// Most answers within that time until the customer writes again; 0 = any number.
    reply_window_messages: u32,
    /// Whether approved messages can be sent outside of that time: `messageTemplates` lists them.
    templates: bool,
    /// Messages of one account that the provider takes in a second: more wait for their turn. 0 = no limit.
    sends_per_second: u32,
    /// Whether the text of a message can be changed once it is sent: `messageEdit`.
    edits: bool,
    /// Whether a message can be taken back: `messageDelete`.
    deletes: bool,
    /// Hours within which it can be taken back, begun ones counted whole; 0 = always.
    #[graphql(deprecation = "Use `deleteWithinMinutes`: some providers give two minutes.")]
    delete_within_hours: u32,
    /// Minutes within which it can be taken back; 0 = always.
    delete_within_minutes: u32,
    /// Reactions that `messageReact` sends; empty = none.
    reactions_sent: Vec<&'static str>,
    /// Whether `typingShow` shows the customer that somebody types.
    typing: bool,
}

impl From<Capabilities> for ChannelCapabilities {
    fn from(can: Capabilities) -> Self {
        Self {
            text_max: can.text_max,
            buttons: can.buttons,
            media: can.media.iter().map(|kind| kind.code()).collect(),
            media_max_bytes: Long(can.media_max as i64),
            reactions: can.reactions,
            delivery_receipts: can.delivered,
            read_receipts: can.read,
            reply_window_hours: can.window_hours,
            templates: can.templates,
            sends_per_second: can.sends_per_second,
            reply_window_messages: can.window_messages,
            edits: can.edits,
            deletes: can.deletes,
            delete_within_hours: can.delete_minutes.div_ceil(60),
            delete_within_minutes: can.delete_minutes,
            reactions_sent: can.reacts.to_vec(),
            typing: can.typing,
        }
    }
}

/// What kind of value a field of the form takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ChannelFieldInput {
    /// One line.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Boolean,
    /// An http(s) address.
    Url,
    /// A list of lines.
    List,
    /// One of `choices`.
    Choice,
}

/// One field of the form that connects an account.
#[derive(SimpleObject)]
pub(crate) struct ChannelField {
    /// Name, for `settings` or `secrets`.
    name: &'static str,
    /// Name for people.
    label: &'static str,
    /// What it is and where to find it.
    help: &'static str,
    /// What a value looks like; empty when there is nothing to show.
    example: &'static str,
    /// Whether it is a secret: sealed, and never shown again.
    secret: bool,
    /// Whether the account does not work without it.
    required: bool,
    /// Whether Meridian makes it when it is left out, to be pasted at the provider.
    generated: bool,
    /// What kind of value.
    input: ChannelFieldInput,
    /// The values of a choice.
    choices: Vec<&'static str>,
}

impl ChannelField {
    fn of(setting: &Setting, locale: &str) -> Self {
        let (input, choices) = match setting.input {
            Input::Text => (ChannelFieldInput::Text, &[][..]),
            Input::Number => (ChannelFieldInput::Number, &[][..]),
            Input::Boolean => (ChannelFieldInput::Boolean, &[][..]),
            Input::Url => (ChannelFieldInput::Url, &[][..]),
            Input::List => (ChannelFieldInput::List, &[][..]),
            Input::Choice(choices) => (ChannelFieldInput::Choice, choices),
        };
        Self {
            name: setting.name,
            label: setting.label.of(locale),
            help: setting.help.of(locale),
            example: setting.example,
            secret: setting.secret,
            required: setting.required,
            generated: setting.generated.is_some(),
            input,
            choices: choices.to_vec(),
        }
    }
}

/// A kind of channel that can be connected.
#[derive(SimpleObject)]
pub(crate) struct ChannelKind {
    /// Code, like `whatsapp`.
    kind: &'static str,
    /// How it counts against an agent's capacity: voice, chat, messaging or mail.
    capacity_class: &'static str,
    /// What it can do.
    capabilities: ChannelCapabilities,
    /// The form that connects an account.
    fields: Vec<ChannelField>,
}

impl ChannelKind {
    pub(crate) fn of(app: &App, kind: Kind, locale: &str) -> Self {
        Self {
            kind: kind.code(),
            capacity_class: kind.class().code(),
            capabilities: app.providers.capabilities(kind).into(),
            fields: app.providers.form(kind).iter().map(|setting| ChannelField::of(setting, locale)).collect(),
        }
    }
}

/// Whether an account needs an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ChannelHealthState {
    /// It works, as far as anybody knows.
    Ok,
    /// It does not work, or not for long.
    NeedsAttention,
}

/// How an account is doing.
#[derive(SimpleObject)]
pub(crate) struct ChannelHealth {
    /// Whether it needs an admin.
    state: ChannelHealthState,
    /// Why, for programs: auth, account_suspended, unreachable, restricted or quality; empty when it is well.
    code: String,
    /// Why, and what to do about it; empty when it is well.
    reason: String,
    /// Since when it is in this state; null before anything happened.
    since: Option<DateTime<Utc>>,
    /// The last request from the provider with a right signature, to within half a minute.
    last_inbound_at: Option<DateTime<Utc>>,
    /// The last send or test the provider took, to within half a minute.
    last_accepted_at: Option<DateTime<Utc>>,
    /// The last send or test that was refused for the credentials.
    last_auth_failure_at: Option<DateTime<Utc>>,
    /// Sends in a row that failed for the provider's sake; five call an admin.
    consecutive_failures: i32,
}

impl From<accounts::Health> for ChannelHealth {
    fn from(health: accounts::Health) -> Self {
        let well = health.code.is_empty();
        Self {
            state: if well { ChannelHealthState::Ok } else { ChannelHealthState::NeedsAttention },
            code: health.code,
            reason: health.reason,
            since: health.since,
            last_inbound_at: health.last_inbound_at,
            last_accepted_at: health.last_accepted_at,
            last_auth_failure_at: health.last_auth_failure_at,
            consecutive_failures: health.failures,
        }
    }
}

/// A connected number, page, mailbox or widget.
#[derive(SimpleObject)]
pub(crate) struct ChannelAccount {
    /// Opaque id.
    id: ID,
    /// Channel kind, like `whatsapp`.
    kind: &'static str,
    /// Name for people.
    name: String,
    /// active, disabled or needs_attention.
    status: &'static str,
    /// Why it needs attention; empty when it does not.
    status_reason: String,
    /// How it is doing.
    health: ChannelHealth,
    /// Where the provider posts to.
    webhook_url: String,
    /// Settings by name; secrets are never shown.
    settings: Json<Value>,
    /// Addresses that belong to it; empty = any.
    addresses: Vec<String>,
    /// Where its work waits.
    queue_id: ID,
    /// The bot that answers first.
    bot_id: Option<ID>,
}

impl ChannelAccount {
    pub(crate) fn of(app: &App, account: accounts::Account) -> Self {
        let well = account.health.code.is_empty();
        Self {
            id: id(account.id),
            kind: account.kind.code(),
            webhook_url: accounts::webhook_url(&app.public_url, account.kind, account.id),
            name: account.name,
            status: match (account.active, well) {
                (false, _) => "disabled",
                (true, false) => "needs_attention",
                (true, true) => "active",
            },
            status_reason: account.health.reason.clone(),
            health: account.health.into(),
            settings: Json(account.settings),
            addresses: account.addresses,
            queue_id: id(account.queue),
            bot_id: account.bot.map(id),
        }
    }
}

/// A chatbot.
#[derive(SimpleObject)]
pub(crate) struct Bot {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
    /// Where it lives, like `native` or `dialogflow-cx`.
    platform: &'static str,
    /// Names by which it asks for a person, beside the usual ones.
    handoff_names: Vec<String>,
    /// Where its calls go: its hand-offs, or the posts of its platform; empty for an assistant, which makes none.
    call_url: String,
    /// Where its events go; empty when it reads them from `/v1/bot/events`. For an assistant the base address of its
    /// endpoint.
    url: String,
    /// Where work goes when it fails or falls silent.
    fallback_queue_id: ID,
    /// Seconds it has to act on a customer's message.
    silence_seconds: i32,
    /// active or disabled.
    status: String,
    /// The name of an assistant's model; empty for other bots.
    model: String,
    /// What an assistant is to do; empty for other bots.
    instructions: String,
}

impl Bot {
    /// A bot as the API shows it, under the installation's public address.
    pub(crate) fn of(bot: bots::Bot, public: &str) -> Self {
        Self {
            call_url: match bot.platform {
                BotPlatform::Native => format!("{public}/bots/{}/handoff", bot.id),
                BotPlatform::Assistant => String::new(),
                other => format!("{public}/bots/{}/{}", bot.id, other.code()),
            },
            id: id(bot.id),
            name: bot.name,
            platform: bot.platform.code(),
            handoff_names: bot.handoff_names,
            url: bot.url,
            fallback_queue_id: id(bot.fallback_queue),
            silence_seconds: bot.silence_seconds,
            status: bot.status,
            model: bot.model,
            instructions: bot.instructions,
        }
    }
}

/// A well-signed thing that was kept without being understood.
#[derive(SimpleObject)]
pub(crate) struct UnknownEvent {
    /// The account.
    pub account_id: ID,
    /// Why it was not understood.
    pub reason: String,
    /// What it said.
    pub event: Json<Value>,
    /// When.
    pub at: DateTime<Utc>,
}
