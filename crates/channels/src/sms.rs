//! SMS and MMS by Twilio (Twilio's webhook security and Messages resource pages).

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified,
    http::{Request, error},
    signature, split_text,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::{
        Attachment, Content, EventKind, Identifier, InboundEvent, ProviderError, ReceiptStatus, Sender, Verification,
    },
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// The adapter.
pub(crate) struct Sms;

const SETTINGS: &[Setting] = &[
    Setting { name: "account_sid", secret: false, required: true, help: "AC.." },
    Setting { name: "from", secret: false, required: true, help: "Number or messaging service (MG..)" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://api.twilio.com" },
    Setting { name: "auth_token", secret: true, required: true, help: "Signs webhooks and sends" },
];

fn form(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// The string Twilio signs: the URL, then every name with its distinct values in order.
fn base_string(url: &str, form: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in form {
        sorted.entry(name).or_default().push(value);
    }
    let mut text = url.to_owned();
    for (name, mut values) in sorted {
        values.sort_unstable();
        values.dedup();
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    text
}

/// The URL with and without its standard port: SDKs accept both.
fn url_forms(url: &str) -> Vec<String> {
    let mut forms = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let port = if scheme == "https" { ":443" } else { ":80" };
        match host.strip_suffix(port) {
            Some(bare) => forms.push(format!("{scheme}://{bare}{path}")),
            None if !host.contains(':') => forms.push(format!("{scheme}://{host}{port}{path}")),
            None => {}
        }
    }
    forms
}

impl Channel for Sms {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { text_max: 1600, delivered: true, read: false, window_hours: 0, idempotent_send: false }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-twilio-signature").ok_or(Reject::Missing)?;
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let fields = form(&request.body);
        signature::any(account.secrets("auth_token"), |secret| {
            url_forms(&format!("{}{query}", account.public_url)).iter().any(|url| {
                let mac = signature::sha1(secret.expose().as_bytes(), base_string(url, &fields).as_bytes());
                signature::equal(STANDARD.encode(mac).as_bytes(), given.as_bytes())
            })
        })
    }

    fn dedupe_key(&self, request: &InboundRequest) -> String {
        let fields = form(&request.body);
        let value = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (value("MessageSid").or(value("SmsSid")), value("MessageStatus")) {
            (Some(sid), Some(status)) => format!("status:{sid}:{status}"),
            (Some(sid), None) => format!("message:{sid}"),
            _ => signature::digest(&request.body),
        }
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        let fields = form(&request.body);
        let inbound = !fields.iter().any(|(key, _)| key == "MessageStatus");
        let name = if inbound { "From" } else { "To" };
        fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }

    fn parse(&self, _account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let fields: BTreeMap<String, String> =
            form(&request.body).into_iter().map(|(name, value)| (name, value.replace('\0', ""))).collect();
        let get = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let received = request.received_at;
        let Some(sid) = get("MessageSid").or(get("SmsSid")) else {
            let key = format!("body:{}", signature::digest(&request.body));
            let mut event = InboundEvent::new(EventKind::UnknownEvent, key, received);
            event.detail = json!({ "reason": "no MessageSid", "raw": fields });
            return vec![event];
        };
        if let Some(status) = get("MessageStatus").filter(|status| *status != "received") {
            return vec![receipt(sid, status, get("ErrorCode"), received)];
        }
        let mut event = InboundEvent::new(EventKind::Message, format!("message:{sid}"), received);
        event.external_id = Some(sid.to_owned());
        event.sender = Sender {
            ids: get("From").map(sender).into_iter().collect(),
            name: get("ProfileName").map(str::to_owned),
            locale: None,
        };
        let media: usize = get("NumMedia").and_then(|n| n.parse().ok()).unwrap_or(0).min(20);
        let attachments = (0..media).map(|n| Attachment {
            kind: get(&format!("MediaContentType{n}"))
                .and_then(|mime| mime.split('/').next())
                .unwrap_or("file")
                .to_owned(),
            mime: get(&format!("MediaContentType{n}")).map(str::to_owned),
            name: None,
            size: None,
            media_id: None,
            url: get(&format!("MediaUrl{n}")).map(str::to_owned),
            caption: None,
        });
        event.content = Some(Content {
            message_type: "text".to_owned(),
            text: get("Body").map(str::to_owned),
            attachments: attachments.collect(),
            ..Content::default()
        });
        match get("OptOutType") {
            Some("STOP") => event.detail = json!({ "opt": "out" }),
            Some("START") => event.detail = json!({ "opt": "in" }),
            _ => {}
        }
        vec![event]
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send(http, account, message))
    }

    fn accepted(&self) -> Reply {
        Reply { content_type: "text/xml; charset=utf-8", body: "<Response/>".to_owned() }
    }
}

/// Phone numbers are proved by the carrier; short codes and names are no phone numbers.
fn sender(from: &str) -> Identifier {
    let phone = from.starts_with('+') && from.len() >= 8 && from[1..].bytes().all(|b| b.is_ascii_digit());
    Identifier {
        scheme: if phone { "phone_e164" } else { "sms_sender" }.to_owned(),
        value: from.to_owned(),
        scope: String::new(),
        verified: Verification::Channel,
        derived: false,
    }
}

fn receipt(sid: &str, status: &str, code: Option<&str>, received: Instant) -> InboundEvent {
    let key = format!("status:{sid}:{status}");
    let known = match status {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        "failed" | "undelivered" | "canceled" => ReceiptStatus::Failed,
        // queued, accepted, sending: on its way, nothing to tell.
        _ => return InboundEvent::new(EventKind::IgnoredEvent, key, received),
    };
    let mut event = InboundEvent::new(EventKind::Receipt, key, received);
    event.target = Some(sid.to_owned());
    event.status = Some(known);
    event.errors = code.map(|code| ProviderError { code: code.to_owned(), title: String::new() }).into_iter().collect();
    event
}

async fn send(http: &Http, account: &AccountConfig, message: &OutboundMessage) -> Result<Accepted, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let sid = account.setting("account_sid").ok_or_else(|| missing("account_sid"))?;
    let from = account.setting("from").ok_or_else(|| missing("from"))?;
    let token = account.secret("auth_token").ok_or_else(|| missing("auth_token"))?;
    let to = message.to.iter().find(|id| matches!(id.scheme.as_str(), "phone_e164" | "sms_sender"));
    let to = to.ok_or_else(|| error(ErrorClass::BadRecipient, "no phone number"))?;
    let base = account.setting("api_base").unwrap_or("https://api.twilio.com").trim_end_matches('/');
    let url = format!("{base}/2010-04-01/Accounts/{sid}/Messages.json");
    let mut external_ids = Vec::new();
    for part in split_text(&message.text, 1600) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(if from.starts_with("MG") { "MessagingServiceSid" } else { "From" }, from)
            .append_pair("To", &to.value)
            .append_pair("Body", &part)
            .append_pair("StatusCallback", &account.public_url)
            .finish();
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let request = Request {
            url: &url,
            headers,
            basic: Some((sid, token.expose())),
            body: body.into_bytes(),
            timeout: Duration::from_secs(15),
        };
        let answer = http.post(request).await;
        let answer = match answer {
            Ok(answer) if answer.status < 300 => answer,
            Ok(answer) => {
                let code = answer.json().get("code").and_then(Value::as_i64).unwrap_or(0);
                let class = match code {
                    _ if !external_ids.is_empty() => ErrorClass::Ambiguous,
                    21_610 => ErrorClass::BlockedByUser,
                    21_211 | 21_614 | 21_408 | 21_612 => ErrorClass::BadRecipient,
                    20_429 => ErrorClass::Throttled,
                    _ => answer.class(),
                };
                return Err(SendError { class, detail: format!("{code}"), retry_after_s: answer.retry_after_s });
            }
            Err(failure) if !external_ids.is_empty() => return Err(error(ErrorClass::Ambiguous, failure.detail)),
            Err(failure) => return Err(failure),
        };
        let id = answer.json().get("sid").and_then(Value::as_str).map(str::to_owned);
        external_ids.push(id.ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without a sid"))?);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_string_sorts_names_and_drops_repeated_values() {
        let fields = form(b"b=2&a=1&b=1&b=2&C=x+y");
        assert_eq!(base_string("https://h/p?q=1", &fields), "https://h/p?q=1Cx ya1b1b2");
        assert_eq!(url_forms("https://h:443/p")[1], "https://h/p");
        assert_eq!(url_forms("https://h/p?x=1")[1], "https://h:443/p?x=1");
        assert_eq!(url_forms("http://h:8080/p").len(), 1);
    }

    #[test]
    fn short_codes_are_no_phone_numbers() {
        assert_eq!(sender("+442079460018").scheme, "phone_e164");
        assert_eq!(sender("72345").scheme, "sms_sender");
        assert_eq!(sender("whatsapp:+442079460018").scheme, "sms_sender");
    }
}
