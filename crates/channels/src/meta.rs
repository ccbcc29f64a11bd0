//! What WhatsApp, Messenger and Instagram share: Meta's challenge, signature, accounts and errors (Graph API
//! "Webhooks: Getting started", "Handle Errors"; Cloud API "Error codes").

use crate::{
    Http, InboundRequest, Reject, Reply, Setting, Verified,
    http::{Answer, error},
    json::text,
    signature,
};
use meridian_domain::{
    channel::{AccountConfig, Generated},
    outbound::{ErrorClass, SendError},
    secret::Secret,
};
use serde_json::Value;

pub(crate) const API_BASE: Setting = Setting::api_base("https://graph.facebook.com");
pub(crate) const API_VERSION: Setting =
    Setting::text("api_version", "API version", "API 版本").help("Default v21.0", "默认 v21.0").example("v21.0");
pub(crate) const APP_SECRET: Setting = Setting::secret("app_secret", "App secret", "应用密钥")
    .help(
        "Signs the webhooks; in the Meta app under Settings, Basic",
        "用于校验 Webhook 签名；见 Meta 应用的“设置 > 基本”",
    )
    .example("32 hexadecimal digits");
pub(crate) const VERIFY_TOKEN: Setting = Setting::secret("verify_token", "Verify token", "验证令牌")
    .help("Paste it at Meta when the webhook is connected", "在 Meta 配置 Webhook 时填写")
    .or_made(Generated::Token);
pub(crate) const ACCESS_TOKEN: Setting = Setting::secret("access_token", "Access token", "访问令牌")
    .help("Of a system user, without an end; sends messages", "系统用户的长期令牌，用于发送消息")
    .example("EAA..");

/// Answers `hub.challenge` to who knows the verify token.
pub(crate) fn challenge(account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
    let pairs = request.query_pairs();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let token = value("hub.verify_token")?;
    let known = account.secrets("verify_token").any(|s| signature::equal(s.expose().as_bytes(), token.as_bytes()));
    (value("hub.mode") == Some("subscribe") && known).then(|| Reply::text(value("hub.challenge").unwrap_or("")))
}

/// `X-Hub-Signature-256` alone counts: the older SHA-1 header is a downgrade.
pub(crate) fn verify(account: &AccountConfig, request: &InboundRequest) -> Result<Verified, Reject> {
    let header = request.header("x-hub-signature-256").ok_or(Reject::Missing)?;
    let given = header.strip_prefix("sha256=").and_then(|text| hex::decode(text).ok()).ok_or(Reject::Mismatch)?;
    signature::any(account.secrets("app_secret"), |secret| {
        signature::equal(&signature::sha256(secret.expose().as_bytes(), &[&request.body]), &given)
    })
}

/// The first value after one of the keys, by a cheap scan of the raw body.
pub(crate) fn scan(body: &[u8], keys: &[&str]) -> String {
    let find = |needle: &[u8]| body.windows(needle.len()).position(|w| w == needle).map(|at| at + needle.len());
    let after = keys.iter().find_map(|key| find(key.as_bytes()));
    let Some(rest) = after.and_then(|at| body.get(at..)) else { return String::new() };
    rest.iter()
        .skip_while(|b| matches!(b, b' ' | b'"'))
        .take_while(|b| !matches!(b, b'"' | b',' | b'}'))
        .take(40)
        .map(|b| char::from(*b))
        .collect()
}

/// Whether an address in a signed body belongs to the account: one app secret signs for every page and number of
/// the app. An account that names no address takes all.
pub(crate) fn ours(account: &AccountConfig, setting: &str, address: &str) -> bool {
    let own = account.setting(setting);
    (own.is_none() && account.addresses.is_empty())
        || own == Some(address)
        || account.addresses.iter().any(|known| known == address)
}

/// The address of a node of the Graph API.
pub(crate) fn node(account: &AccountConfig, path: &str) -> String {
    let base = account.setting("api_base").unwrap_or("https://graph.facebook.com").trim_end_matches('/');
    let version = account.setting("api_version").unwrap_or("v21.0");
    format!("{base}/{version}/{path}")
}

/// What the account signs its calls with.
pub(crate) fn token(account: &AccountConfig) -> Result<&str, SendError> {
    let token = account.secret("access_token").map(Secret::expose);
    token.ok_or_else(|| error(ErrorClass::Auth, "access_token is not set"))
}

/// The answer, or what it refuses for.
pub(crate) fn accepted(answer: Answer) -> Result<Answer, SendError> {
    if answer.status < 300 { Ok(answer) } else { Err(refusal(&answer)) }
}

/// Posts JSON to a node of the Graph API.
pub(crate) async fn post(http: &Http, account: &AccountConfig, path: &str, body: &Value) -> Result<Answer, SendError> {
    accepted(http.post_json(&node(account, path), Some(token(account)?), body).await?)
}

/// Reads a node of the Graph API.
pub(crate) async fn get(http: &Http, account: &AccountConfig, path: &str) -> Result<Answer, SendError> {
    accepted(http.get_json(&node(account, path), Some(token(account)?)).await?)
}

/// Reads the number or page the account speaks for: the cheapest call that needs its token.
pub(crate) async fn check(
    http: &Http,
    account: &AccountConfig,
    setting: &str,
    fields: &str,
) -> Result<String, SendError> {
    let node = account.setting(setting).ok_or_else(|| error(ErrorClass::Auth, format!("{setting} is not set")))?;
    let answer = get(http, account, &format!("{node}?fields={fields}")).await?.json();
    let named: Vec<&str> = fields.split(',').filter_map(|field| answer.get(field)?.as_str()).collect();
    Ok(named.join(" "))
}

/// The error codes that call for a rule (Cloud API "Error codes"; Messenger Platform "Error codes": a code with its
/// subcode). What is refused for one conversation alone says nothing about the account.
pub(crate) fn class(code: i64, sub: i64) -> Option<ErrorClass> {
    Some(match (code, sub) {
        (131_047 | 470, _) | (10, 2_018_065 | 2_018_108 | 2_018_278 | 2_534_022) => ErrorClass::WindowClosed,
        (551 | 131_049 | 131_050, _) | (_, 1_545_041) => ErrorClass::BlockedByUser,
        (131_021 | 131_026 | 131_030 | 130_472 | 130_497, _)
        | (100, 2_018_001 | 2_534_014)
        // Reached by testers alone until the app is live, or only with a permission to match phone numbers.
        | (200, 2_018_021 | 2_018_027 | 2_018_028)
        // Another app has the conversation ("Conversation routing").
        | (_, 2_018_300) => ErrorClass::BadRecipient,
        (130_429 | 131_048 | 131_056 | 80_007 | 613 | 4 | 9 | 32, _) => ErrorClass::Throttled,
        (3 | 10 | 33 | 190 | 200..=299 | 131_005 | 131_045 | 133_010, _) => ErrorClass::Auth,
        (368 | 131_031 | 131_037 | 131_042, _) => ErrorClass::AccountSuspended,
        (131_016 | 131_057, _) => ErrorClass::ProviderDown,
        _ => return None,
    })
}

/// What people can do about it ("Error codes": possible solutions).
pub(crate) fn remedy(code: i64, sub: i64) -> Option<&'static str> {
    Some(match (code, sub) {
        (131_049, _) => "WhatsApp shows this customer no more marketing for now: wait a day, or until they write",
        (131_050, _) => "the customer wants no marketing from you: send it no more; other templates still arrive",
        (131_042, _) => "settle the payment method of the business account in WhatsApp Manager",
        (131_037, _) => "the display name of the number waits for its approval in WhatsApp Manager",
        (131_021, _) => "the number of the account cannot write to itself",
        (131_005, _) => "give the token whatsapp_business_messaging and the number in the business settings",
        (131_045 | 133_010, _) => "register the phone number again",
        (200, 2_018_021 | 2_018_027 | 2_018_028) => {
            "take the Meta app live with pages_messaging: it reaches testers alone"
        }
        (_, 2_018_300) => "another app has the conversation: take its control, or wait until it gives it back",
        _ => return None,
    })
}

/// A code as a receipt states it.
pub(crate) fn stated(code: &str) -> Option<ErrorClass> {
    class(code.parse().ok()?, 0)
}

/// An answer that refuses.
pub(crate) fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let number = |path: &str| json.pointer(path).and_then(Value::as_i64).unwrap_or(0);
    let (code, sub) = (number("/error/code"), number("/error/error_subcode"));
    let title = text(&json, "/error/message").unwrap_or("no reason given");
    let remedy = remedy(code, sub).map(|words| format!(" ({words})")).unwrap_or_default();
    let class = class(code, sub).unwrap_or_else(|| answer.class());
    SendError { class, detail: format!("{code} {title}{remedy}"), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn provider_errors_name_their_remedy() {
        let answer = |code: i64, sub: i64, status| Answer {
            status,
            retry_after_s: None,
            body: json!({ "error": { "code": code, "error_subcode": sub } }).to_string().into(),
        };
        for (code, sub, status, class) in [
            (131_047, 0, 400, ErrorClass::WindowClosed),
            (10, 2_018_278, 400, ErrorClass::WindowClosed),
            (190, 0, 401, ErrorClass::Auth),
            (131_056, 0, 400, ErrorClass::Throttled),
            (368, 0, 400, ErrorClass::AccountSuspended),
            (551, 0, 400, ErrorClass::BlockedByUser),
            (100, 2_018_001, 400, ErrorClass::BadRecipient),
            (0, 0, 503, ErrorClass::ProviderDown),
            (0, 0, 504, ErrorClass::Ambiguous),
            (100, 0, 400, ErrorClass::BadContent),
            // Of this conversation alone, whatever the status.
            (10, 2_018_065, 403, ErrorClass::WindowClosed),
            (10, 2_018_108, 403, ErrorClass::WindowClosed),
            (200, 2_018_028, 403, ErrorClass::BadRecipient),
            (200, 1_545_041, 403, ErrorClass::BlockedByUser),
            (200, 0, 403, ErrorClass::Auth),
            (131_049, 0, 400, ErrorClass::BlockedByUser),
            (131_050, 0, 400, ErrorClass::BlockedByUser),
            (131_042, 0, 400, ErrorClass::AccountSuspended),
            (131_021, 0, 400, ErrorClass::BadRecipient),
            (131_005, 0, 403, ErrorClass::Auth),
        ] {
            assert_eq!(refusal(&answer(code, sub, status)).class, class, "{code}/{sub}");
        }
    }

    #[test]
    fn receipts_and_refusals_share_a_table() {
        assert_eq!(stated("131049"), Some(ErrorClass::BlockedByUser));
        assert_eq!(stated("131047"), Some(ErrorClass::WindowClosed));
        assert_eq!((stated("1"), stated("x")), (None, None));
        let body = json!({ "error": { "code": 131_042, "message": "payment" } }).to_string().into();
        let told = refusal(&Answer { status: 400, retry_after_s: None, body }).detail;
        assert!(told.starts_with("131042 payment (settle the payment method"), "{told}");
    }

    #[test]
    fn the_scan_finds_texts_and_numbers() {
        assert_eq!(scan(br#"{"sender": {"id": 123, "x":1}}"#, &["\"sender\": {\"id\":"]), "123");
        assert_eq!(scan(br#"{"from":"4477"}"#, &["\"none\":", "\"from\":"]), "4477");
        assert_eq!(scan(b"{}", &["\"from\":"]), "");
    }
}
