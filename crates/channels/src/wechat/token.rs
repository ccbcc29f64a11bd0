//! Access tokens of the WeChat family.
//!
//! Both providers answer every process with the same valid token (official accounts: "Get stable access token" in its
//! normal mode; WeCom: "Get access_token" repeats the valid one), so processes need not share theirs; each keeps it for
//! a while, because asking too often is refused.

use crate::{
    Http,
    http::{Answer, Request, error},
    media::{Form, not_said},
    signature,
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{ErrorClass, OutboundFile, SendError},
    time::{Clock, Instant, SystemClock},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
    time::Duration,
};

static KEPT: LazyLock<Mutex<BTreeMap<String, (String, Instant)>>> = LazyLock::new(Mutex::default);

/// Seconds before the end at which a token counts as spent.
const MARGIN: i64 = 300;

/// Which provider, and where its token comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Issuer {
    /// Official accounts.
    WeChat,
    /// WeCom.
    WeCom,
}

/// Posts to an API with the account's token; a token that died early is fetched anew, once.
pub(crate) async fn post(
    http: &Http,
    account: &AccountConfig,
    issuer: Issuer,
    path: &str,
    body: &Value,
) -> Result<Value, SendError> {
    let base = base(account, issuer);
    for fresh in [false, true] {
        let token = token(http, account, issuer, fresh).await?;
        let answer = http.post_json(&format!("{base}{path}?access_token={token}"), None, body).await?;
        let json = answer.json();
        match json.get("errcode").and_then(Value::as_i64) {
            Some(40_001 | 40_014 | 42_001) if !fresh => {}
            Some(0) => return Ok(json),
            _ => return Err(refusal(&answer)),
        }
    }
    Err(error(ErrorClass::Auth, "the token is refused"))
}

fn base(account: &AccountConfig, issuer: Issuer) -> &str {
    let standard = match issuer {
        Issuer::WeChat => "https://api.weixin.qq.com",
        Issuer::WeCom => "https://qyapi.weixin.qq.com",
    };
    account.setting("api_base").unwrap_or(standard).trim_end_matches('/')
}

/// Uploads a temporary file, which lives three days ("New temporary media" of both providers); its id.
pub(crate) async fn upload(
    http: &Http,
    account: &AccountConfig,
    issuer: Issuer,
    kind: &str,
    file: &OutboundFile,
) -> Result<String, SendError> {
    let base = base(account, issuer);
    for fresh in [false, true] {
        let token = token(http, account, issuer, fresh).await?;
        let url = format!("{base}/cgi-bin/media/upload?access_token={token}&type={kind}");
        let answer = http.post_form(&url, None, Form::new().file("media", file)).await.map_err(not_said)?;
        let json = answer.json();
        match (json.get("media_id").and_then(Value::as_str), json.get("errcode").and_then(Value::as_i64)) {
            (Some(id), _) => return Ok(id.to_owned()),
            (None, Some(40_001 | 40_014 | 42_001)) if !fresh => {}
            _ => return Err(refusal(&answer)),
        }
    }
    Err(error(ErrorClass::Auth, "the token is refused"))
}

/// The address of a temporary file ("Get temporary media").
pub(crate) async fn media(http: &Http, account: &AccountConfig, issuer: Issuer, id: &str) -> Result<String, SendError> {
    let token = token(http, account, issuer, false).await?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", &token)
        .append_pair("media_id", id)
        .finish();
    Ok(format!("{}/cgi-bin/media/get?{query}", base(account, issuer)))
}

/// Fetches a token anew: whoever gets one has the right secret.
pub(crate) async fn check(http: &Http, account: &AccountConfig, issuer: Issuer) -> Result<String, SendError> {
    token(http, account, issuer, true).await.map(|_| String::new())
}

async fn token(http: &Http, account: &AccountConfig, issuer: Issuer, fresh: bool) -> Result<String, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let (id_name, secret_name) = match issuer {
        Issuer::WeChat => ("app_id", "app_secret"),
        Issuer::WeCom => ("corp_id", "corp_secret"),
    };
    let id = account.setting(id_name).ok_or_else(|| missing(id_name))?;
    let secret = account.secret(secret_name).ok_or_else(|| missing(secret_name))?;
    let key = signature::digest(format!("{} {id} {}", account.id, secret.expose()).as_bytes());
    let now = SystemClock.now();
    let kept = KEPT.lock().ok().and_then(|kept| kept.get(&key).cloned());
    if let Some((token, _)) = kept.filter(|(_, until)| !fresh && *until > now) {
        return Ok(token);
    }
    let base = base(account, issuer);
    let answer = match issuer {
        Issuer::WeChat => {
            let body = json!({ "grant_type": "client_credential", "appid": id, "secret": secret.expose() });
            http.post_json(&format!("{base}/cgi-bin/stable_token"), None, &body).await?
        }
        Issuer::WeCom => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("corpid", id)
                .append_pair("corpsecret", secret.expose())
                .finish();
            let url = format!("{base}/cgi-bin/gettoken?{query}");
            let timeout = Duration::from_secs(10);
            http.get(Request { url: &url, headers: Vec::new(), basic: None, body: Vec::new(), timeout }).await?
        }
    };
    let json = answer.json();
    let Some(token) = json.get("access_token").and_then(Value::as_str) else { return Err(refusal(&answer)) };
    let seconds = json.get("expires_in").and_then(Value::as_i64).unwrap_or(7200);
    let until = now + chrono::Duration::seconds((seconds - MARGIN).max(0));
    if let Ok(mut kept) = KEPT.lock() {
        kept.retain(|_, (_, until)| *until > now);
        kept.insert(key, (token.to_owned(), until));
    }
    Ok(token.to_owned())
}

/// The codes that call for a rule ("Global return codes" of both providers).
pub(crate) fn class(code: i64) -> Option<ErrorClass> {
    Some(match code {
        // Customer service of WeCom: five messages, 48 hours, an ended session, one that others have.
        45_015 | 45_047 | 95_001 | 95_002 | 95_011 | 95_018 => ErrorClass::WindowClosed,
        45_009 | 45_011 => ErrorClass::Throttled,
        40_001 | 40_013 | 40_014 | 40_125 | 40_164 | 41_002 | 41_004 | 42_001 | 48_001 | 60_020
        // The customer service account of the settings is none, is not the app's, or the service is not in use.
        | 95_000 | 95_004 | 95_010 | 95_017 => ErrorClass::Auth,
        43_004 | 43_101 => ErrorClass::BlockedByUser,
        40_003 | 46_004 | 60_111 | 81_013 | 84_061 => ErrorClass::BadRecipient,
        50_002 | 48_004 => ErrorClass::AccountSuspended,
        _ => return None,
    })
}

/// What people can do about it.
pub(crate) fn remedy(code: i64) -> Option<&'static str> {
    Some(match code {
        45_047 | 95_001 => "as many messages were sent as the provider allows: the customer must write again",
        45_015 | 95_002 | 95_011 => "the reply window is over: the customer must write again",
        95_018 => {
            "the session waits in WeCom's own queue, is another servicer's or ended: the customer must write again"
        }
        95_000 | 95_004 | 95_010 | 95_017 => {
            "check the customer service account (open_kfid) and the app's right to use it"
        }
        _ => return None,
    })
}

/// HTTP is always 200: `errcode` tells.
fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let code = json.get("errcode").and_then(Value::as_i64).unwrap_or(-1);
    let class = match class(code) {
        None if code == -1 && answer.status < 400 => ErrorClass::Throttled,
        class => class.unwrap_or_else(|| answer.class()),
    };
    let words = json.get("errmsg").and_then(Value::as_str).unwrap_or("no reason given");
    let remedy = remedy(code).map(|words| format!(" ({words})")).unwrap_or_default();
    SendError { class, detail: format!("{code} {words}{remedy}"), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_their_remedy() {
        let class = |code: i64| {
            let body = json!({ "errcode": code, "errmsg": "x" }).to_string().into();
            refusal(&Answer { status: 200, retry_after_s: None, body }).class
        };
        assert_eq!(class(45_015), ErrorClass::WindowClosed);
        assert_eq!((class(95_001), class(95_002)), (ErrorClass::WindowClosed, ErrorClass::WindowClosed));
        assert_eq!((class(95_018), class(95_004)), (ErrorClass::WindowClosed, ErrorClass::Auth));
        assert_eq!((class(45_009), class(-1)), (ErrorClass::Throttled, ErrorClass::Throttled));
        assert_eq!(class(40_013), ErrorClass::Auth);
        assert_eq!(class(40_003), ErrorClass::BadRecipient);
        assert_eq!(class(44_004), ErrorClass::BadContent);
    }
}
