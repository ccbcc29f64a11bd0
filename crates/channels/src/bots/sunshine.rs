//! Zendesk Sunshine Conversations, webhooks of version 2 (<https://docs.smooch.io/rest/#tag/Webhooks>): the webhook's secret
//! comes in `X-API-Key`; one body holds several events. `switchboard:passControl` and `offerControl` hand over, with flat
//! metadata of at most 4 KB; `releaseControl` gives back. Messages before them build the transcript, for the event itself
//! carries none.

use super::{
    Adapter, Answer, Outcome, Rules, adapter,
    read::{first_text, language, object},
};
use crate::{
    InboundRequest, Reject, Verified,
    json::{id, list, text},
};
use meridian_domain::{
    platform::{Ask, BotCall, BotPlatform, CallUser},
    secret::Secret,
    time::Instant,
};
use serde_json::{Map, Value, json};

pub(super) struct Sunshine;

/// The words of a message's content, as the platform's fallback says them where it is no text.
fn said(message: &Value) -> Option<String> {
    first_text(
        message,
        &["/content/text", "/content/textFallback", "/content/htmlText", "/content/markdownText", "/content/altText"],
    )
}

fn user(payload: &Value) -> CallUser {
    let none = Value::Null;
    let author =
        payload.pointer("/message/author").filter(|author| text(author, "/type") == Some("user")).unwrap_or(&none);
    let full = author.get("user").or_else(|| payload.get("user")).unwrap_or(&none);
    let profile = &full["profile"];
    let given = [first_text(profile, &["/givenName"]), first_text(profile, &["/surname"])];
    let name: Vec<String> = given.into_iter().flatten().collect();
    CallUser {
        id: id(author, "/userId").or_else(|| id(full, "/id")),
        external_id: id(author, "/userExternalId").or_else(|| id(full, "/externalId")),
        email: first_text(profile, &["/email"]),
        phone: None,
        name: if name.is_empty() { first_text(author, &["/displayName"]) } else { Some(name.join(" ")) },
    }
}

fn read(event: &Value) -> Option<BotCall> {
    let kind = text(event, "/type")?;
    let none = Value::Null;
    let payload = event.get("payload").unwrap_or(&none);
    let message = payload.get("message").unwrap_or(&none);
    let by_customer = text(message, "/author/type") == Some("user");
    let words = said(message);
    let metadata = object(payload.get("metadata"));
    let ask = match kind {
        "switchboard:passControl" | "switchboard:offerControl" => Ask::Handoff,
        "switchboard:acceptControl" => Ask::Accepted,
        "switchboard:releaseControl" => Ask::Released,
        _ => Ask::Nothing,
    };
    let named = |names: &[&str]| names.iter().find_map(|name| metadata.get(*name)?.as_str()).map(str::to_owned);
    let mut detail = Map::new();
    detail.insert("event_id".to_owned(), json!(id(event, "/id")));
    for (name, place) in [
        ("to", "/conversation/activeSwitchboardIntegration"),
        ("pending", "/conversation/pendingSwitchboardIntegration"),
    ] {
        detail.extend(payload.pointer(place).filter(|to| to.is_object()).map(|to| (name.to_owned(), to.clone())));
    }
    if !metadata.is_empty() {
        detail.insert("metadata".to_owned(), json!(metadata));
    }
    Some(BotCall {
        format: "sunshine",
        event: kind.to_owned(),
        delivery: id(event, "/id"),
        conversation: id(payload, "/conversation/id"),
        user: user(payload),
        text: words.clone().filter(|_| by_customer),
        said: words.into_iter().filter(|_| !by_customer).collect(),
        intent: named(&["intent"]).map(|name| meridian_domain::bot::BotIntent { name, confidence: None }),
        reason: first_text(payload, &["/reason"]).or_else(|| named(&["reason", "handoff_reason"])),
        queue: named(&["queue", "department", "group"]),
        summary: named(&["summary"]),
        slots: if ask == Ask::Handoff { metadata.clone() } else { Map::new() },
        language: language(named(&["lang", "language", "locale"]).as_deref()),
        attributes: metadata,
        ask,
        detail,
        ..BotCall::default()
    })
}

impl Adapter for Sunshine {
    fn platform(&self) -> BotPlatform {
        BotPlatform::Sunshine
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        adapter::shared(secret, request, &["x-api-key"])
    }

    fn recognises(&self, body: &Value) -> bool {
        body["events"].is_array() && (body["app"].is_object() || body["webhook"].is_object())
    }

    fn read(&self, body: &Value, _rules: Rules<'_>) -> Vec<BotCall> {
        list(body, "events").filter_map(read).collect()
    }

    fn answer(&self, _body: &Value, _outcome: &Outcome) -> Answer {
        json!({})
    }
}
