//! One engagement with a bot, as Meridian would have it.

use anyhow::{Result, ensure};
use meridian_channels::{Egress, Http, bots};
use meridian_domain::{
    bot::{Answered, BotEvent, Posting, told::Wrote, wants_person},
    ids::{ConversationId, ItemId, SessionId},
    outbound::SendError,
    secret::Secret,
    time::{Clock, Instant, SystemClock},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A bot and the way to it.
pub struct Bot {
    url: String,
    secret: Secret,
    http: Http,
}

impl Bot {
    /// The bot at an address. One's own machine may be reached.
    pub fn at(url: &str, secret: String) -> Result<Self> {
        let secret = Secret::new(secret);
        ensure!(
            bots::sign(&secret, "id", SystemClock.now(), b"").is_some(),
            "the secret is not whsec_ and base64: take the one that was shown when the bot was registered, or make one \
             with: echo whsec_$(head -c 24 /dev/urandom | base64)"
        );
        let http = Http::new(Egress::parse("0.0.0.0/0,::/0")?);
        Ok(Self { url: url.to_owned(), secret, http })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Posts an event, signed at a time.
    pub async fn post(&self, id: &str, event: &BotEvent, now: Instant) -> Result<Answered, SendError> {
        self.signed(&self.secret, id, event, now).await
    }

    /// Posts an event as somebody who does not know the secret would.
    pub async fn forge(&self, id: &str, event: &BotEvent, now: Instant) -> Result<Answered, SendError> {
        let other = Secret::new(format!("whsec_{}", "Zm9yZ2Vk".repeat(4)));
        self.signed(&other, id, event, now).await
    }

    async fn signed(&self, secret: &Secret, id: &str, event: &BotEvent, now: Instant) -> Result<Answered, SendError> {
        bots::post(&self.http, Posting { url: &self.url, secret, webhook_id: id, event, now }).await.answer
    }
}

/// An engagement: its session, and how many events it had.
pub struct Session {
    id: SessionId,
    conversation: ConversationId,
    sequence: i64,
}

impl Session {
    /// A new one.
    pub fn open() -> Self {
        Self { id: SessionId(fresh()), conversation: ConversationId(fresh()), sequence: 0 }
    }

    /// The next event.
    pub fn event(&mut self, kind: &str, data: Value) -> BotEvent {
        self.sequence += 1;
        BotEvent {
            kind: kind.to_owned(),
            session: self.id.to_string(),
            conversation: self.conversation.to_string(),
            sequence: self.sequence,
            at: SystemClock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            data,
        }
    }
}

fn fresh() -> Uuid {
    Uuid::from_u128(rand::random())
}

/// A `webhook-id` nobody had.
pub fn webhook_id() -> String {
    format!("evt_{}", fresh().simple())
}

/// The data of `message.created` for a line that the customer typed.
pub fn message(text: &str, choice: Option<Value>) -> Value {
    let said = choice.as_ref().and_then(|choice| choice["title"].as_str()).unwrap_or(text);
    Wrote {
        item: ItemId(fresh()),
        kind: Some(if choice.is_some() { "interactive" } else { "text" }),
        text: Some(text).filter(|_| choice.is_none()),
        choice: &json!(choice),
        attachments: &json!([]),
        wants_person: wants_person(said),
        channel: "web_chat",
        name: Some("You"),
        locale: Some("en"),
    }
    .data()
}
