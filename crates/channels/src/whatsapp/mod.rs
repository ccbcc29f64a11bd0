//! WhatsApp Cloud API (Meta's "Cloud API: Webhooks", "Messages" and "Error codes").

mod amend;
mod content;
mod news;
mod parse;
mod send;
mod templates;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified,
    json::{body, body_key, digits, list, unknown},
    meta,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::{OutboundAmendment, REACTIONS, Whom},
    channel::{AccountConfig, ChannelKind, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    template::{TemplateState, Wording},
    time::Instant,
};

/// The adapter.
pub(crate) struct WhatsApp;

const SETTINGS: &[Setting] = &[
    Setting::text("phone_number_id", "Phone number id", "电话号码 ID")
        .required()
        .help("Id of the number, from the Meta app under WhatsApp, API setup", "见 Meta 应用“WhatsApp > API 设置”")
        .example("106540352242922"),
    Setting::text("waba_id", "Business account id", "WhatsApp 企业账号 ID")
        .help("Of the WhatsApp Business Account; lists its message templates", "用于读取该账号的消息模板列表")
        .example("102290129340398"),
    meta::APP_SECRET,
    meta::VERIFY_TOKEN,
    meta::ACCESS_TOKEN,
    meta::API_BASE,
    meta::API_VERSION,
    Setting::sends_per_second("80"),
];

impl Channel for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WhatsApp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 4096,
            buttons: 10,
            media: MediaKind::ALL,
            media_max: 16 * 1024 * 1024,
            reactions: true,
            delivered: true,
            read: true,
            window_hours: 24,
            templates: true,
            // "Throughput" of the Cloud API, before a number is upgraded.
            sends_per_second: 80,
            reacts: REACTIONS,
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

    fn address(&self, text: &str) -> Option<Identifier> {
        digits(text).map(|phone| Identifier::channel("wa_id", phone, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(meta::check(http, account, "phone_number_id", "display_phone_number,verified_name"))
    }

    fn media<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(crate::media::whatsapp(http, account, file))
    }

    fn templates<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
    ) -> BoxFuture<'a, Result<Vec<(Wording, TemplateState)>, SendError>> {
        Box::pin(templates::list(http, account))
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
        Box::pin(send::send(http, account, message))
    }

    fn amend<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        amendment: &'a OutboundAmendment,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(amend::react(http, account, amendment))
    }

    fn typing<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        whom: &'a Whom,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(amend::typing(http, account, whom))
    }
}

#[cfg(test)]
mod tests;
