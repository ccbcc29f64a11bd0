//! Bodies of `/v1/bot`, as its document describes them.

use meridian_app::{
    bots::{Page, Standing},
    knowledge::Found,
};
use meridian_domain::{actor::Actor, button::Button, work::ItemKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// A question to the knowledge base.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Asked {
    /// The question, in any words: 1 to 1,000 characters.
    pub q: String,
    /// Only texts in this language, like `en`; `zh` finds `zh-Hans`.
    pub language: Option<String>,
    /// How many, 1 to 20; 5 when left out.
    pub limit: Option<i32>,
}

/// A published text that fits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Article {
    /// The article.
    pub id: String,
    /// BCP 47.
    pub language: String,
    /// The published revision.
    pub revision: i32,
    /// Title.
    pub title: String,
    /// The passage that fits best.
    pub excerpt: String,
    /// The whole text.
    pub body: String,
    /// How much of the question it holds, 0 to 1.
    pub share: f64,
}

/// What was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Knowledge {
    /// The texts.
    pub articles: Vec<Article>,
}

impl From<Vec<Found>> for Knowledge {
    fn from(found: Vec<Found>) -> Self {
        let article = |one: Found| Article {
            id: one.hit.article.to_string(),
            language: one.hit.language,
            revision: one.hit.revision,
            title: one.hit.title,
            excerpt: one.excerpt,
            body: one.hit.body,
            share: one.hit.share,
        };
        Self { articles: found.into_iter().map(article).collect() }
    }
}

/// Who may speak to the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Control {
    /// bot, queue or agent.
    pub holder: &'static str,
    /// Whether it is this bot.
    pub mine: bool,
    /// Rises with every change; answers to events of an older one are not sent.
    pub epoch: i64,
}

/// How a session stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionState {
    /// The session: one engagement on one channel.
    pub session: String,
    /// Its conversation, which may span channels.
    pub conversation: String,
    /// Channel kind, like `whatsapp`.
    pub channel: &'static str,
    /// open, snoozed or resolved.
    pub lifecycle: &'static str,
    /// The control token.
    pub control: Control,
    /// RFC 3339.
    pub opened_at: String,
    /// RFC 3339; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
    /// Since when the customer waits for this bot, RFC 3339; absent when nobody waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_waits_since: Option<String>,
}

impl From<Standing> for SessionState {
    fn from(standing: Standing) -> Self {
        let Standing { session, conversation, mine } = standing;
        Self {
            session: session.id.to_string(),
            conversation: conversation.id.to_string(),
            channel: session.kind.code(),
            lifecycle: conversation.lifecycle.code(),
            control: Control { holder: session.control.code(), mine, epoch: session.control_epoch },
            opened_at: session.opened_at.to_rfc3339(),
            closed_at: session.closed_at.map(|at| at.to_rfc3339()),
            customer_waits_since: session.bot_waits_since.map(|at| at.to_rfc3339()),
        }
    }
}

/// One line of a transcript.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// The timeline item.
    pub id: String,
    /// Place in the conversation.
    pub seq: i64,
    /// message or handoff.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// customer, bot, agent or system.
    pub from: &'static str,
    /// When it was placed, RFC 3339.
    pub at: String,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A page of a transcript, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transcript {
    /// The lines.
    pub items: Vec<Line>,
    /// Give it as `after` to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

impl From<Page> for Transcript {
    fn from(page: Page) -> Self {
        let line = |item: meridian_store::items::Item| Line {
            id: item.id.to_string(),
            seq: item.seq,
            kind: if item.kind == ItemKind::Handoff { "handoff" } else { "message" },
            from: match item.actor {
                Actor::Customer(_) => "customer",
                Actor::Bot(_) => "bot",
                Actor::Agent(_) => "agent",
                Actor::ApiKey(_) | Actor::System => "system",
            },
            at: item.placed_at.to_rfc3339(),
            text: item.text,
        };
        Self { items: page.items.into_iter().map(line).collect(), next: page.next }
    }
}

/// Where a page of a transcript begins.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct From_ {
    /// Lines after this place; from the beginning when left out.
    pub after: Option<i64>,
    /// How many items are looked at, 1 to 200.
    pub limit: Option<i64>,
}

/// Something to say to the customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Say {
    /// Plain text, 1 to 10,000 characters.
    pub text: String,
    /// What the customer may choose instead of writing, at most 10: titles of 1 to 20 characters, payloads of at most 64
    /// bytes. A channel without buttons shows a numbered list.
    #[serde(default)]
    #[schema(value_type = Vec<SayButton>)]
    pub buttons: Vec<Button>,
}

/// A button of a message.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the wire: `Button` reads it")]
pub(crate) struct SayButton {
    /// What the customer sees.
    pub title: String,
    /// What comes back when it is chosen; the title when left out.
    pub payload: Option<String>,
}

/// What was taken on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Said {
    /// The timeline item.
    pub message: String,
}

/// Why a bot hands over.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// requested, low_confidence, policy, failure, after_form, vip.
    pub code: String,
    /// In words.
    pub text: String,
}

/// What the bot understood.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Intent {
    /// Its name of the intent.
    pub name: String,
    /// 0 to 1.
    pub confidence: Option<f64>,
}

/// Where the work should go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Target {
    /// A queue by name or id.
    pub queue: Option<String>,
}

/// A callback that the customer takes instead of waiting for people; `{}` is the rest of their day, or the next one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Callback {
    /// The day in the customer's zone, with `from_minute` and `until_minute`.
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<String>,
    /// From so many minutes after midnight.
    pub from_minute: u16,
    /// Until so many, at most 1440.
    pub until_minute: u16,
    /// IANA name; the customer's known zone, or the tenant's, when left out.
    pub time_zone: Option<String>,
    /// What it is about.
    pub note: String,
}

/// A hand-off: everything is optional, and everything given reaches the agent's brief.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Handoff {
    /// Taken from the path.
    #[schema(read_only)]
    pub session: Option<String>,
    /// Why.
    pub reason: Reason,
    /// What it understood.
    pub intent: Option<Intent>,
    /// Facts it collected, by name; at most 200.
    #[schema(value_type = Object)]
    pub slots: Map<String, Value>,
    /// BCP 47.
    pub language: Option<String>,
    /// Skills it asks for, by name.
    pub skills: Vec<String>,
    /// Where to.
    pub target: Target,
    /// -1 to 1.
    pub sentiment: Option<f64>,
    /// Minutes of head start in the queue, at most 240.
    pub urgency_minutes: Option<u32>,
    /// The customer would rather be called back than wait.
    pub callback: Option<Callback>,
    /// The bot's own summary.
    pub summary: Option<String>,
    /// What was said where Meridian did not hear it: `[{id, at, from, text}]`, at most 500.
    #[schema(value_type = Vec<Object>)]
    pub transcript: Vec<Value>,
    /// Identifiers the bot verified or was told: `[{scheme, value, verified}]`.
    #[schema(value_type = Vec<Object>)]
    pub customer: Vec<Value>,
    /// Opaque, at most 64 KB, given back on return.
    #[schema(value_type = Object)]
    pub context: Value,
}

/// A hand-off that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandedOver {
    /// Its id.
    pub handoff: String,
    /// The conversation, which goes on.
    pub conversation: String,
    /// Place in the queue, from 1.
    pub position: i64,
}

/// How it ended.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Resolve {
    /// A wrap-up code; `bot_resolved` when left out.
    pub disposition: Option<String>,
}

/// How far the bot has the stream.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ack {
    /// The `id` of the last event it has: all up to it are settled.
    pub cursor: i64,
}

/// What was settled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Acked {
    /// How many events.
    pub settled: u64,
}

/// Data of one event of the stream: what a bot with an address gets as headers and body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope {
    /// The ledger entry, the same over all attempts.
    #[serde(rename = "webhook-id")]
    pub id: String,
    /// Seconds since 1970.
    #[serde(rename = "webhook-timestamp")]
    pub timestamp: String,
    /// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
    #[serde(rename = "webhook-signature")]
    pub signature: String,
    /// The event as JSON text, byte for byte what is signed.
    pub body: String,
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:meridian:` and a stable code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and what would be right.
    pub detail: String,
}
