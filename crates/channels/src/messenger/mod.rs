//! Messenger and Instagram direct messages (Messenger Platform "Webhooks reference", "Send API"; Instagram Messaging).

mod amend;
mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified,
    json::{body, body_key, digits, id, list, unknown},
    meta, signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::{OutboundAmendment, REACTIONS, Whom},
    channel::{AccountConfig, ChannelKind, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter of both: they differ in names and limits.
pub(crate) struct Messenger {
    kind: ChannelKind,
    /// Scheme of a customer's id; it is valid in one page or account only.
    scheme: &'static str,
    text_max: u32,
}

impl Messenger {
    /// Facebook pages.
    pub(crate) const PAGE: Self = Self { kind: ChannelKind::Messenger, scheme: "fb_psid", text_max: 2000 };
    /// Instagram accounts.
    pub(crate) const INSTAGRAM: Self = Self { kind: ChannelKind::Instagram, scheme: "ig_sid", text_max: 1000 };
}

const SETTINGS: &[Setting] = &[
    Setting::text("page_id", "Page or account id", "主页或账号 ID")
        .required()
        .help("Id of the page or Instagram account", "Facebook 主页或 Instagram 账号的 ID")
        .example("104555000000001"),
    meta::APP_SECRET,
    meta::VERIFY_TOKEN,
    meta::ACCESS_TOKEN,
    meta::API_BASE,
    meta::API_VERSION,
    Setting::sends_per_second("40"),
];

impl Channel for Messenger {
    fn kind(&self) -> ChannelKind {
        self.kind
    }

    /// Instagram fetches files from a public address, and takes fewer types: the others are linked.
    fn capabilities(&self) -> Capabilities {
        let page = self.kind == ChannelKind::Messenger;
        Capabilities {
            text_max: self.text_max,
            buttons: 13,
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            reactions: true,
            delivered: page,
            read: true,
            window_hours: 24,
            // The Send API takes 300, but above 40 a page's inbox stops ("Rate limits", high-volume messaging).
            sends_per_second: if page { 40 } else { 300 },
            // A page takes any emoji, an Instagram account its heart alone.
            reacts: if page { REACTIONS } else { &[amend::HEART] },
            typing: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn challenge(&self, account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
        meta::challenge(account, request)
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        meta::verify(account, request)
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        meta::scan(&request.body, &["\"sender\":{\"id\":", "\"sender\": {\"id\":"])
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let received = request.received_at;
        let body = match body(request) {
            Ok(body) => body,
            Err(kept) => return kept,
        };
        let mut events = Vec::new();
        for entry in list(&body, "entry") {
            let page = id(entry, "/id").unwrap_or_default();
            if meta::ours(account, "page_id", &page) {
                let place = parse::Place { scheme: self.scheme, page: &page, entry, received };
                place.entry(&mut events);
            } else {
                let key = format!("foreign:{}", signature::digest(entry.to_string().as_bytes()));
                events.push(unknown(key, received, "a page of another account", entry));
            }
        }
        if events.is_empty() {
            events.push(unknown(body_key(request), received, "nothing known in the body", &body));
        }
        events
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        digits(text).map(|id| Identifier::channel(self.scheme, id, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(meta::check(http, account, "page_id", "name"))
    }

    fn media<'a>(
        &'a self,
        _: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(async move { crate::media::meta(account, file) })
    }

    fn receipt_error(&self, code: &str) -> Option<ErrorClass> {
        meta::stated(code)
    }

    fn remedy(&self, code: &str) -> Option<&'static str> {
        meta::remedy(code.parse().ok()?, 0)
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(self, http, account, message))
    }

    fn amend<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        amendment: &'a OutboundAmendment,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(amend::react(self, http, account, amendment))
    }

    fn typing<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        whom: &'a Whom,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(send::typing(self, http, account, whom))
    }
}

#[cfg(test)]
mod tests;
