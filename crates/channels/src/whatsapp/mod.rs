//! WhatsApp Cloud API (Meta's "Cloud API: Webhooks", "Messages" and "Error codes").

mod content;
mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified,
    json::{body, body_key, list, unknown},
    meta,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct WhatsApp;

const SETTINGS: &[Setting] = &[
    Setting { name: "phone_number_id", secret: false, required: true, help: "Id of the number, from the Meta app" },
    meta::API_BASE,
    meta::API_VERSION,
    meta::APP_SECRET,
    meta::VERIFY_TOKEN,
    meta::ACCESS_TOKEN,
];

impl Channel for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WhatsApp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 4096,
            buttons: 3,
            media: true,
            reactions: true,
            typing: true,
            delivered: true,
            read: true,
            window_hours: 24,
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
        meta::scan(&request.body, &["\"from\":", "\"recipient_id\":"])
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let received = request.received_at;
        let body = match body(request) {
            Ok(body) => body,
            Err(kept) => return kept,
        };
        let mut events = Vec::new();
        for entry in list(&body, "entry") {
            for change in list(entry, "changes") {
                parse::change(account, entry, change, received, &mut events);
            }
        }
        if events.is_empty() {
            events.push(unknown(body_key(request), received, "nothing known in the body", &body));
        }
        events
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }
}

#[cfg(test)]
mod tests;
