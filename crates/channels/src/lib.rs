//! Channels: what is on the wire, and nothing of the tenant's business.
//!
//! An adapter is stateless. All it knows of an account comes in [`AccountConfig`]. To add a channel: one file here,
//! one line in [`registry`], one line in `domain::channel`.

pub mod bots;
mod chat;
pub mod email;
mod generic;
pub mod http;
mod json;
mod line;
pub mod lookup;
mod media;
mod messenger;
mod meta;
mod model;
mod nul;
pub mod registry;
mod signature;
mod slack;
mod sms;
mod split;
mod telegram;
#[cfg(test)]
mod testing;
pub mod webhooks;
pub mod wechat;
mod wecom;
mod whatsapp;

pub use http::{Egress, Http};
pub use media::Place;
pub use meridian_domain::channel::{Capabilities, Setting};
pub use model::{Model, complete};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::{OutboundAmendment, Whom},
    channel::{AccountConfig, ChannelKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    template::{TemplateState, Wording},
    time::Instant,
};
use serde_json::Value;
use std::panic::AssertUnwindSafe;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct InboundRequest {
    /// GET or POST.
    pub method: String,
    /// The query as sent, without `?`.
    pub query: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Bytes,
}

impl InboundRequest {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Parameters of the query, decoded.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// What is stored beside the body.
    pub fn stored_part(&self) -> Value {
        let kept = [
            "content-type",
            "webhook-id",
            "webhook-timestamp",
            "i-twilio-idempotency-token",
            "x-slack-retry-num",
            "x-slack-retry-reason",
        ];
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .filter(|(name, _)| kept.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        serde_json::json!({ "query": self.query, "headers": headers })
    }
}

/// A stored request, on its way to be parsed.
#[derive(Debug, Clone)]
pub struct StoredRequest {
    /// What [`InboundRequest::stored_part`] kept.
    pub part: Value,
    /// The raw body.
    pub body: Bytes,
    /// When it came.
    pub received_at: Instant,
}

impl StoredRequest {
    /// What was pulled, when Meridian fetched it itself: no post can look like that.
    pub fn pulled(&self) -> Option<&str> {
        self.part.get("pulled")?.as_str()
    }

    /// What is stored beside a body that was pulled.
    pub fn part_of_pull(name: &str) -> Value {
        serde_json::json!({ "pulled": name, "headers": {} })
    }

    /// A kept header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.part.get("headers")?.get(name)?.as_str()
    }
}

/// Why a request is not from whom it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// No signature where one is due.
    #[error("the signature is missing")]
    Missing,
    /// A signature of something else.
    #[error("the signature does not match")]
    Mismatch,
    /// Signed too long ago or in the future.
    #[error("the timestamp is outside the tolerance")]
    Stale,
    /// The account has no secret: it accepts nothing.
    #[error("the account has no secret")]
    NoSecret,
    /// Built to harm the reader (a document type or entities in XML), or not what the scheme asks for.
    #[error("the request is malformed")]
    Malformed,
}

/// Proof that a request was verified; made by this crate alone, needed to store a body.
#[derive(Debug)]
pub struct Verified(());

impl Verified {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// An HTTP answer to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Media type.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

impl Reply {
    pub(crate) fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body: body.into() }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self { content_type: "application/json", body: body.to_string() }
    }
}

/// What a provider handed over when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// As it came, to be stored and parsed like a post; empty = nothing waited.
    pub body: Bytes,
    /// How far it was read, in the provider's words.
    pub position: String,
    /// Whether more waits.
    pub more: bool,
}

/// What is to be pulled: what is called so by the provider, from where on, and what it said when it called.
#[derive(Debug, Clone, Copy)]
pub struct PullFrom<'a> {
    /// The provider's name of it.
    pub name: &'a str,
    /// How far it was read; empty = from the beginning.
    pub position: &'a str,
    /// What the provider said with its last call; may be empty.
    pub hint: &'a str,
}

/// A channel.
pub trait Channel: Send + Sync {
    /// Its kind.
    fn kind(&self) -> ChannelKind;
    /// What it can do.
    fn capabilities(&self) -> Capabilities;
    /// What an account of it can do, where that depends on its settings.
    fn capabilities_of(&self, _account: &AccountConfig) -> Capabilities {
        self.capabilities()
    }
    /// The form that connects an account.
    fn settings(&self) -> &'static [Setting];
    /// Answers the provider's challenge, if it asks one.
    fn challenge(&self, _account: &AccountConfig, _request: &InboundRequest) -> Option<Reply> {
        None
    }
    /// Verifies a request over its raw bytes. Fails closed.
    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject>;
    /// The same for the same request sent again.
    fn dedupe_key(&self, request: &InboundRequest) -> String {
        signature::digest(&request.body)
    }
    /// The sender, by a cheap scan: what must stay in order. Empty = the whole account.
    fn order_key(&self, _request: &InboundRequest) -> String {
        String::new()
    }
    /// Reads a stored request. Never fails: what is not understood becomes an `unknown_event` that says why.
    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent>;
    /// Sends a message.
    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>>;
    /// Changes a message that was sent: edits it, takes it back, reacts to it. The same twice does the same.
    fn amend<'a>(
        &'a self,
        _http: &'a Http,
        _account: &'a AccountConfig,
        _amendment: &'a OutboundAmendment,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async { Err(http::error(ErrorClass::BadContent, "this channel changes no message")) })
    }
    /// Shows the customer that somebody types, for as long as the provider does.
    fn typing<'a>(
        &'a self,
        _http: &'a Http,
        _account: &'a AccountConfig,
        _whom: &'a Whom,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(async { Err(http::error(ErrorClass::BadContent, "this channel shows nobody typing")) })
    }
    /// The address of a customer as an admin writes it down, to send a test message to; `None` when it is none.
    fn address(&self, text: &str) -> Option<Identifier>;
    /// Checks the account's credentials by the provider's cheapest call; says whom they belong to.
    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>>;
    /// Where a file of a message can be fetched from; asks the provider for the address where that is how it is done.
    fn media<'a>(
        &'a self,
        _http: &'a Http,
        _account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(async move { Place::open(file) })
    }
    /// The approved messages that the provider lists for an account.
    fn templates<'a>(
        &'a self,
        _http: &'a Http,
        _account: &'a AccountConfig,
    ) -> BoxFuture<'a, Result<Vec<(Wording, TemplateState)>, SendError>> {
        Box::pin(async { Err(http::error(ErrorClass::BadContent, "this channel has no templates")) })
    }
    /// Fetches what waits at a provider that only says that something waits.
    fn pull<'a>(
        &'a self,
        _http: &'a Http,
        _account: &'a AccountConfig,
        _from: PullFrom<'a>,
    ) -> BoxFuture<'a, Result<Pulled, SendError>> {
        Box::pin(async { Err(http::error(ErrorClass::BadContent, "nothing is pulled on this channel")) })
    }
    /// The bytes of a file that came in the request itself; `external_id` and `position` name message and file.
    fn inside(
        &self,
        _account: &AccountConfig,
        _request: &StoredRequest,
        _external_id: Option<&str>,
        _position: usize,
    ) -> Option<Vec<u8>> {
        None
    }
    /// Why a receipt says that a message failed, by the table that refusals of a send use; `code` is that of a
    /// [`meridian_domain::event::ProviderError`]. `None` where the provider's code calls for no rule.
    fn receipt_error(&self, _code: &str) -> Option<ErrorClass> {
        None
    }
    /// What people can do about an error code of the provider, in a sentence.
    fn remedy(&self, _code: &str) -> Option<&'static str> {
        None
    }
    /// Reads a stored request, and what its errors stand for; what it gives can be stored.
    fn read(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        // A panic would come again at each attempt, and hold up all that came behind.
        let parsed = std::panic::catch_unwind(AssertUnwindSafe(|| self.parse(account, request)));
        let mut events = parsed.unwrap_or_else(|_| {
            let reason = "a fault of ours: the request could not be read";
            vec![json::unknown(json::body_key(request), request.received_at, reason, &Value::Null)]
        });
        events.iter_mut().for_each(nul::strip);
        for error in events.iter_mut().flat_map(|event| &mut event.errors) {
            error.class = self.receipt_error(&error.code);
            error.remedy = self.remedy(&error.code).map(str::to_owned);
        }
        events
    }
    /// The 2xx body the provider wants.
    fn accepted(&self, _request: &InboundRequest) -> Reply {
        Reply::text("")
    }
}
