//! Customers on every messaging channel: one text each, posted and signed as the provider's documents say.

use crate::customer::{WhatsApp, standard_webhook};
use aes::Aes256;
use anyhow::{Context, Result, bail};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use cbc::cipher::{BlockEncryptMut, KeyIvInit, block_padding::NoPadding};
use hmac::{Hmac, KeyInit, Mac};
use meridian_domain::channel::ChannelKind;
use serde_json::json;
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// A signed request.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The hook with its query.
    pub url: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: String,
}

impl Signed {
    /// Posts it; returns the HTTP status.
    pub async fn post(&self, http: &reqwest::Client) -> Result<u16> {
        let mut post = http.post(&self.url);
        for (name, value) in &self.headers {
            post = post.header(*name, value);
        }
        Ok(post.body(self.body.clone()).send().await?.status().as_u16())
    }

    /// The same with a byte of the body changed.
    pub fn tampered(&self) -> Self {
        // Forms are percent-encoded.
        let body = self.body.replacen("hello", "hallo", 1).replacen("%68%65%6C", "%68%61%6C", 1);
        Self { body: body.replacen("<Encrypt>", "<Encrypt>A", 1), ..self.clone() }
    }
}

/// One text of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// The customer's id at the provider; digits.
    pub from: &'a str,
    /// The message's number.
    pub number: u64,
    /// What is said.
    pub text: &'a str,
    /// When.
    pub unix: i64,
}

fn sha256(key: &str, message: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())?;
    mac.update(message.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// HMAC-SHA256 in hexadecimal digits.
pub fn sha256_hex(key: &str, message: &str) -> Result<String> {
    Ok(hex::encode(sha256(key, message)?))
}

pub(crate) fn sha1_hex(key: &str, message: &str) -> Result<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes())?;
    mac.update(message.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

/// Twilio signs the address and the sorted form (Twilio, "Security: validating requests").
pub fn twilio(url: &str, auth_token: &str, form: &[(&str, &str)]) -> Result<Signed> {
    let mut sorted = form.to_vec();
    sorted.sort_unstable();
    let signed: String = sorted.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes())?;
    mac.update(format!("{url}{signed}").as_bytes());
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Ok(Signed {
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("x-twilio-signature", STANDARD.encode(mac.finalize().into_bytes())),
        ],
        body: body.join("&"),
    })
}

/// A JSON body that Meta signed (Meta, "Webhooks: validate payloads").
pub fn meta(url: &str, app_secret: &str, body: &serde_json::Value) -> Result<Signed> {
    let body = body.to_string();
    let signature = format!("sha256={}", hex::encode(sha256(app_secret, &body)?));
    let headers = vec![("content-type", "application/json".to_owned()), ("x-hub-signature-256", signature)];
    Ok(Signed { url: url.to_owned(), headers, body })
}

/// A callback that WeCom sealed (WeCom "Callbacks: encryption and decryption").
pub fn wecom(url: &str, secret: &dyn Fn(&str) -> String, corp: &str, inner: &str, unix: i64) -> Result<Signed> {
    let message = format!("<xml><ToUserName>{corp}</ToUserName><CreateTime>{unix}</CreateTime>{inner}</xml>");
    let forgiving = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let named: String = secret("encoding_aes_key").chars().take(43).collect();
    let key = GeneralPurpose::new(&alphabet::STANDARD, forgiving).decode(named)?;
    let mut plain = b"0123456789abcdef".to_vec();
    plain.extend(u32::try_from(message.len())?.to_be_bytes());
    plain.extend_from_slice(message.as_bytes());
    plain.extend_from_slice(corp.as_bytes());
    let pad = 32 - plain.len() % 32;
    plain.extend(std::iter::repeat_n(u8::try_from(pad)?, pad));
    let length = plain.len();
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key, key.get(..16).context("a key")?)?;
    let sealed = cipher.encrypt_padded_mut::<NoPadding>(&mut plain, length).map_err(|e| anyhow::anyhow!("{e}"))?;
    let (sealed, unix) = (STANDARD.encode(sealed), unix.to_string());
    let mut parts = [secret("token"), unix.clone(), "n".to_owned(), sealed.clone()];
    parts.sort_unstable();
    let signature = hex::encode(Sha1::digest(parts.concat()));
    let body = format!("<xml><ToUserName>{corp}</ToUserName><Encrypt>{sealed}</Encrypt></xml>");
    let url = format!("{url}?msg_signature={signature}&timestamp={unix}&nonce=n");
    Ok(Signed { url, headers: vec![("content-type", "text/xml".to_owned())], body })
}

/// Customer service says that something waits (WeCom "Customer service: receive messages and events").
pub fn wecom_waits(url: &str, secret: &dyn Fn(&str) -> String, unix: i64) -> Result<Signed> {
    let inner = "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>pull</Token><OpenKfId>wkdemo</OpenKfId>";
    wecom(url, secret, "wwdemo", inner, unix)
}

fn generic(url: &str, secret: &str, said: Text<'_>) -> Result<Signed> {
    let Text { from, number, text, unix } = said;
    let body = json!({ "kind": "message", "external_id": format!("in-{number}"),
        "sender": { "name": "Ida", "ids": [{ "scheme": "crm_id", "value": from, "verified": "channel" }] },
        "content": { "message_type": "text", "text": text } })
    .to_string();
    let headers = standard_webhook(secret, &format!("msg_{number}"), unix, &body)?;
    Ok(Signed { url: url.to_owned(), headers, body })
}

/// A text on a channel; `secret` tells the account's secrets by name.
pub fn text(kind: ChannelKind, url: &str, secret: &dyn Fn(&str) -> String, said: Text<'_>) -> Result<Signed> {
    let Text { from, number, text, unix } = said;
    let json = |headers: Vec<(&'static str, String)>, body: String| {
        let headers = [headers, vec![("content-type", "application/json".to_owned())]].concat();
        Signed { url: url.to_owned(), headers, body }
    };
    Ok(match kind {
        ChannelKind::Messenger | ChannelKind::Instagram => {
            let object = if kind == ChannelKind::Messenger { "page" } else { "instagram" };
            let message = json!({ "sender": { "id": from }, "recipient": { "id": "500600700" }, "timestamp": unix * 1000,
                                  "message": { "mid": format!("mid.in{number}"), "text": text } });
            let entry = json!({ "id": "500600700", "time": unix * 1000, "messaging": [message] });
            meta(url, &secret("app_secret"), &json!({ "object": object, "entry": [entry] }))?
        }
        ChannelKind::Telegram => {
            let id: i64 = from.parse()?;
            let person = json!({ "id": id, "is_bot": false, "first_name": "Ida" });
            let chat = json!({ "id": id, "type": "private", "first_name": "Ida" });
            let message = json!({ "message_id": number, "from": person, "chat": chat, "date": unix, "text": text });
            let body = json!({ "update_id": 9000 + number, "message": message }).to_string();
            json(vec![("x-telegram-bot-api-secret-token", secret("secret_token"))], body)
        }
        ChannelKind::Line => {
            let event = json!({ "type": "message", "mode": "active", "timestamp": unix * 1000,
                "webhookEventId": format!("01LINE{number:020}"), "deliveryContext": { "isRedelivery": false },
                "source": { "type": "user", "userId": format!("U{from:0>32}") }, "replyToken": format!("r{number}"),
                "message": { "id": format!("5{number:018}"), "type": "text", "text": text, "quoteToken": "q" } });
            let body = json!({ "destination": "Udestination", "events": [event] }).to_string();
            let signature = STANDARD.encode(sha256(&secret("channel_secret"), &body)?);
            json(vec![("x-line-signature", signature)], body)
        }
        ChannelKind::Slack => {
            let event = json!({ "type": "message", "channel_type": "im", "channel": format!("D{from}"),
                "user": format!("U{from}"), "text": text, "ts": format!("{unix}.{number:06}"), "event_ts": format!("{unix}.{number:06}") });
            let body = json!({ "type": "event_callback", "team_id": "T1", "api_app_id": "A1",
                "event_id": format!("Ev{number}"), "event_time": unix, "event": event })
            .to_string();
            let signature = hex::encode(sha256(&secret("signing_secret"), &format!("v0:{unix}:{body}"))?);
            let signed = ("x-slack-signature", format!("v0={signature}"));
            json(vec![("x-slack-request-timestamp", unix.to_string()), signed], body)
        }
        ChannelKind::WeChat => {
            let (unix, nonce) = (unix.to_string(), format!("{number}"));
            let mut parts = [secret("token"), unix.clone(), nonce.clone()];
            parts.sort_unstable();
            let signature = hex::encode(Sha1::digest(parts.concat()));
            let body = format!(
                "<xml><ToUserName><![CDATA[gh_demo]]></ToUserName><FromUserName><![CDATA[o{from}]]></FromUserName>\
                 <CreateTime>{unix}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>\
                 <MsgId>{}</MsgId></xml>",
                23_000_000_000_u64 + number
            );
            let url = format!("{url}?signature={signature}&timestamp={unix}&nonce={nonce}");
            Signed { url, headers: vec![("content-type", "text/xml".to_owned())], body }
        }
        ChannelKind::Sms => {
            let (sid, from) = (format!("SM{number:032x}"), format!("+{from}"));
            let form = [
                ("MessageSid", sid.as_str()),
                ("AccountSid", "ACdemo"),
                ("From", &from),
                ("To", "+442079460100"),
                ("Body", text),
                ("NumMedia", "0"),
            ];
            twilio(url, &secret("auth_token"), &form)?
        }
        ChannelKind::WhatsApp => {
            let number_of_ours = "100200300".to_owned();
            let meta_side =
                WhatsApp { url: url.to_owned(), app_secret: secret("app_secret"), phone_number_id: number_of_ours };
            let body = meta_side.text(from, "Ida", &format!("wamid.in{number}"), text, unix);
            meta(url, &meta_side.app_secret, &body)?
        }
        ChannelKind::Generic => generic(url, &secret("signing_secret"), said)?,
        // What was said is pulled afterwards.
        ChannelKind::WeCom => wecom_waits(url, secret, unix)?,
        other => bail!("no sender for {other}"),
    })
}
