//! SMS and MMS by Twilio, and what comes through Twilio from WhatsApp and Messenger (Twilio "Webhooks security",
//! "Webhook request parameters", "Messages resource", "Outbound message status").

mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified, signature,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Input, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The adapter.
pub(crate) struct Sms;

const SETTINGS: &[Setting] = &[
    Setting::text("account_sid", "Account SID", "账户 SID")
        .required()
        .help("On the front page of the Twilio console", "见 Twilio 控制台首页")
        .example("AC.."),
    Setting::text("from", "Sender", "发送方")
        .required()
        .help("Number, messaging service (MG..) or whatsapp: and a number", "号码、消息服务（MG..）或 whatsapp: 加号码")
        .example("+442079460100"),
    Setting::secret("auth_token", "Auth token", "认证令牌").help("Signs webhooks and sends", "用于校验签名与发送"),
    Setting::text("mms", "Sends MMS", "支持彩信")
        .takes(Input::Boolean)
        .help("The number can send multimedia; otherwise files go as links", "号码支持彩信；否则文件以链接发送"),
    Setting::api_base("https://api.twilio.com"),
    Setting::sends_per_second("0"),
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
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        // User info has colons of its own, and stays in the string.
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let port = if scheme == "https" { ":443" } else { ":80" };
        match authority.strip_suffix(port) {
            Some(bare) => forms.push(format!("{scheme}://{bare}{path}")),
            None if !host.contains(':') => forms.push(format!("{scheme}://{authority}{port}{path}")),
            None => {}
        }
    }
    forms
}

/// The hash of a body that is no form, where Twilio states one in the query ("Validating JSON requests").
fn body_hash(request: &InboundRequest) -> Option<String> {
    let form = "application/x-www-form-urlencoded";
    if request.header("content-type").is_some_and(|kind| kind.starts_with(form)) {
        return None;
    }
    request.query_pairs().into_iter().find(|(name, _)| name == "bodySHA256").map(|(_, hash)| hash)
}

impl Channel for Sms {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }

    fn capabilities(&self) -> Capabilities {
        let media_max = 25 * 1024 * 1024;
        Capabilities { text_max: 1600, media: MediaKind::ALL, media_max, delivered: true, ..Capabilities::default() }
    }

    /// WhatsApp's own rules hold for its senders (Twilio "WhatsApp: key concepts", customer service window).
    fn capabilities_of(&self, account: &AccountConfig) -> Capabilities {
        let usual = self.capabilities();
        if account.setting("from").is_some_and(|from| from.starts_with("whatsapp:")) {
            return Capabilities { window_hours: 24, read: true, ..usual };
        }
        usual
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// Over the public URL as configured: behind a proxy the `Host` header tells nothing.
    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-twilio-signature").ok_or(Reject::Missing)?;
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let fields = match body_hash(request) {
            Some(hash) => {
                let actual = hex::encode(Sha256::digest(&request.body));
                if !signature::equal(hash.to_lowercase().as_bytes(), actual.as_bytes()) {
                    return Err(Reject::Mismatch);
                }
                Vec::new()
            }
            None => form(&request.body),
        };
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
        vec![parse::event(request)]
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        let phone = text.trim();
        let number = phone.strip_prefix('+').and_then(crate::json::digits);
        number.map(|_| Identifier::channel("phone_e164", phone, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(send::check(http, account))
    }

    fn media<'a>(
        &'a self,
        _: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(async move { crate::media::twilio(account, file) })
    }

    fn receipt_error(&self, code: &str) -> Option<ErrorClass> {
        send::class(code.parse().ok()?)
    }

    fn remedy(&self, code: &str) -> Option<&'static str> {
        send::remedy(code.parse().ok()?)
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }

    fn accepted(&self, _: &InboundRequest) -> Reply {
        Reply { content_type: "text/xml; charset=utf-8", body: "<Response/>".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, now, post, survives};

    #[test]
    fn the_signed_string_sorts_names_and_drops_repeated_values() {
        let fields = form(b"b=2&a=1&b=1&b=2&C=x+y");
        assert_eq!(base_string("https://h/p?q=1", &fields), "https://h/p?q=1Cx ya1b1b2");
    }

    #[test]
    fn the_standard_port_may_be_there_or_not() {
        assert_eq!(url_forms("https://h:443/p")[1], "https://h/p");
        assert_eq!(url_forms("https://h/p?x=1")[1], "https://h:443/p?x=1");
        assert_eq!(url_forms("http://h:8080/p").len(), 1);
        assert_eq!(url_forms("https://user:pass@h/p")[1], "https://user:pass@h:443/p");
    }

    #[test]
    fn json_bodies_are_signed_by_their_hash_in_the_query() {
        let body = r#"{"property":"value"}"#;
        let query = format!("bodySHA256={}", hex::encode(Sha256::digest(body.as_bytes())));
        let account = account(&Sms, serde_json::json!({}), &[("auth_token", "old"), ("auth_token", "12345")]);
        let mac = signature::sha1(b"12345", format!("{}?{query}", account.public_url).as_bytes());
        let mut request = post(body, &[("x-twilio-signature", STANDARD.encode(mac))]);
        request.query = query;
        let verify = |request: &InboundRequest| Sms.verify(&account, request, now()).map(|_| ());
        assert_eq!(verify(&request), Ok(()));
        request.body = "{}".into();
        assert_eq!(verify(&request), Err(Reject::Mismatch));
    }

    #[test]
    fn changed_bodies_do_no_harm() {
        let body =
            "MessageSid=SM1&From=whatsapp%3A%2B442079460018&Body=hi&NumMedia=1&MediaUrl0=u&Latitude=1&Longitude=2";
        let account = account(&Sms, serde_json::json!({}), &[("auth_token", "12345")]);
        survives(&Sms, &account, &[body, "MessageSid=SM1&MessageStatus=sent&ErrorCode=1"]);
    }
}
