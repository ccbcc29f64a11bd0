//! Sending (Twilio "Messages resource").

use crate::{
    Http,
    http::{Answer, Request, error, partial},
    json::text,
    media::linked,
    split::{Unit, split},
};
use meridian_domain::{
    channel::AccountConfig,
    event::Identifier,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::Value;
use std::time::Duration;

/// Sends a text in parts of 1600 characters. Twilio has no idempotency key: a lost answer stays in doubt.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let sid = account.setting("account_sid").ok_or_else(|| missing("account_sid"))?;
    let from = account.setting("from").ok_or_else(|| missing("from"))?;
    let token = account.secret("auth_token").ok_or_else(|| missing("auth_token"))?;
    let to = address(from, &message.to).map_err(|words| error(ErrorClass::BadRecipient, words))?;
    let base = account.setting("api_base").unwrap_or("https://api.twilio.com").trim_end_matches('/');
    let url = format!("{base}/2010-04-01/Accounts/{sid}/Messages.json");
    let carried = carries(account, from, &message.files);
    let (with, links) = if carried { (&message.files[..], &[][..]) } else { (&[][..], &message.files[..]) };
    let said = linked(&message.text, links.iter());
    let mut parts = split(&said, 1600, Unit::Chars);
    if parts.is_empty() {
        parts.push(String::new());
    }
    let mut external_ids = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let media = if n + 1 == parts.len() { with } else { &[] };
        let body = form(from, &to, part, &account.public_url, media);
        let request = Request {
            url: &url,
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            basic: Some((sid, token.expose())),
            body: body.into_bytes(),
            timeout: Duration::from_secs(15),
        };
        let answer = http.post(request).await.map_err(|failure| partial(n, failure))?;
        if answer.status >= 300 {
            return Err(partial(n, refusal(&answer)));
        }
        let json = answer.json();
        let id = text(&json, "/sid").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without a sid"))?;
        external_ids.push(id.to_owned());
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

fn form(from: &str, to: &str, text: &str, callback: &str, media: &[OutboundFile]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair(if from.starts_with("MG") { "MessagingServiceSid" } else { "From" }, from)
        .append_pair("To", to)
        .append_pair("Body", text)
        .append_pair("StatusCallback", callback);
    for file in media {
        form.append_pair("MediaUrl", &file.url);
    }
    form.finish()
}

/// Bytes of the files of one multimedia message ("Messages resource": `MediaUrl`).
const MEDIA: usize = 5 * 1024 * 1024;

/// Whether the files go along: numbers of North America and WhatsApp senders can, others send links.
fn carries(account: &AccountConfig, from: &str, files: &[OutboundFile]) -> bool {
    let able = account.settings.get("mms").and_then(Value::as_bool).unwrap_or(false) || from.starts_with("whatsapp:");
    able && files.iter().map(|file| file.content.len()).sum::<usize>() <= MEDIA
}

/// Whose token it is ("Fetch an account").
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let sid = account.setting("account_sid").ok_or_else(|| missing("account_sid"))?;
    let token = account.secret("auth_token").ok_or_else(|| missing("auth_token"))?;
    let base = account.setting("api_base").unwrap_or("https://api.twilio.com").trim_end_matches('/');
    let url = format!("{base}/2010-04-01/Accounts/{sid}.json");
    let basic = Some((sid, token.expose()));
    let timeout = Duration::from_secs(10);
    let answer = http.get(Request { url: &url, headers: Vec::new(), basic, body: Vec::new(), timeout }).await?;
    if answer.status >= 300 {
        return Err(refusal(&answer));
    }
    Ok(text(&answer.json(), "/friendly_name").unwrap_or_default().to_owned())
}

/// The customer on the network the account sends from, or why there is no way to them (both ends are of one channel:
/// Twilio error 21910).
fn address(from: &str, to: &[Identifier]) -> Result<String, &'static str> {
    let find = |scheme: &str| to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    let phone = || find("phone_e164").ok_or("no phone number of this customer is known: choose another channel");
    match from.split_once(':').map_or("", |(network, _)| network) {
        "whatsapp" => find("wa_id").map(|id| format!("whatsapp:+{id}")).ok_or(
            "this customer is not known on WhatsApp by a number: they must write there first, or choose another channel",
        ),
        "rcs" => phone().map(|phone| format!("rcs:{phone}")),
        _ => find("phone_e164").or_else(|| find("sms_sender")).map_or_else(|| phone().map(str::to_owned), |to| Ok(to.to_owned())),
    }
}

/// The error codes that call for a rule, of answers and of status callbacks (Twilio "Error and warning dictionary").
pub(super) fn class(code: i64) -> Option<ErrorClass> {
    Some(match code {
        21_610 | 30_004 | 63_033 | 63_049 => ErrorClass::BlockedByUser,
        21_211 | 21_614 | 21_408 | 21_612 | 21_217 | 30_003 | 30_005 | 30_006 | 63_003 | 63_024 | 63_032 => {
            ErrorClass::BadRecipient
        }
        20_429 | 63_018 | 14_107 | 30_001 | 30_022 | 30_023 | 63_038 => ErrorClass::Throttled,
        63_016 => ErrorClass::WindowClosed,
        30_007 | 63_005 | 63_013 => ErrorClass::BadContent,
        20_003 | 20_403 | 63_001 | 63_007 => ErrorClass::Auth,
        20_005 | 30_002 | 30_032 | 30_034 => ErrorClass::AccountSuspended,
        30_008 | 30_410 => ErrorClass::ProviderDown,
        _ => return None,
    })
}

/// What people can do about it.
pub(super) fn remedy(code: i64) -> Option<&'static str> {
    Some(match code {
        30_007 => "the carrier took it for spam: write it otherwise, and without shortened links",
        30_032 | 30_034 => "register the sender at Twilio (toll-free verification, A2P 10DLC)",
        21_610 => "the customer wrote STOP: only their START allows messages again",
        63_049 => "WhatsApp shows this customer no more marketing for now: wait a day, or until they write",
        63_007 => "the sender is not one of this Twilio account",
        _ => return None,
    })
}

fn refusal(answer: &Answer) -> SendError {
    let code = answer.json().get("code").and_then(Value::as_i64).unwrap_or(0);
    let remedy = remedy(code).map(|words| format!(" ({words})")).unwrap_or_default();
    let class = class(code).unwrap_or_else(|| answer.class());
    SendError { class, detail: format!("{code}{remedy}"), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_ends_are_of_one_network() {
        let id = |scheme: &str, value: &str| Identifier::channel(scheme, value, "");
        let (phone, scoped) = (id("phone_e164", "+15558675310"), id("wa_bsuid", "GB.7"));
        let wa = id("wa_id", "15558675310");
        assert_eq!(address("+1555", &[scoped.clone(), phone.clone()]).as_deref(), Ok("+15558675310"));
        assert_eq!(address("whatsapp:+1555", &[wa, phone.clone()]).as_deref(), Ok("whatsapp:+15558675310"));
        assert!(address("whatsapp:+1555", &[scoped, phone.clone()]).unwrap_err().contains("write there first"));
        assert_eq!(address("rcs:brand", &[phone]).as_deref(), Ok("rcs:+15558675310"));
        assert_eq!(address("MG1", &[id("sms_sender", "72345")]).as_deref(), Ok("72345"));
        assert!(address("MG1", &[]).is_err());
    }

    #[test]
    fn codes_name_their_remedy() {
        let refused = |code: i64| {
            let body = json!({ "code": code }).to_string().into();
            refusal(&Answer { status: 400, retry_after_s: None, body }).class
        };
        assert_eq!(refused(21_610), ErrorClass::BlockedByUser);
        assert_eq!(refused(63_016), ErrorClass::WindowClosed);
        assert_eq!(refused(21_617), ErrorClass::BadContent);
        // What a status callback names.
        assert_eq!(class(30_003), Some(ErrorClass::BadRecipient));
        assert_eq!(class(30_007), Some(ErrorClass::BadContent));
        assert_eq!(class(12_345), None);
    }
}
