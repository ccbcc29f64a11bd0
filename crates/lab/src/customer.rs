//! Customers, through their providers: posts signed as the providers sign them.

use anyhow::Result;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

fn hmac(key: &[u8], message: &[u8]) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// A WhatsApp number connected to Meridian, as Meta sees it.
#[derive(Clone)]
pub struct WhatsApp {
    /// Where the webhook lives.
    pub url: String,
    /// The app's secret.
    pub app_secret: String,
    /// Id of the number.
    pub phone_number_id: String,
}

impl WhatsApp {
    /// Posts a body as Meta does; returns the HTTP status.
    pub async fn post(&self, http: &reqwest::Client, body: &Value) -> Result<u16> {
        let body = body.to_string();
        let signature = hex::encode(hmac(self.app_secret.as_bytes(), body.as_bytes())?);
        let post = http.post(&self.url).header("x-hub-signature-256", format!("sha256={signature}"));
        Ok(post.header("content-type", "application/json").body(body).send().await?.status().as_u16())
    }

    fn envelope(&self, mut value: Value) -> Value {
        value["messaging_product"] = json!("whatsapp");
        value["metadata"] = json!({ "display_phone_number": "442079460100", "phone_number_id": self.phone_number_id });
        json!({ "object": "whatsapp_business_account",
                "entry": [{ "id": "100", "changes": [{ "field": "messages", "value": value }] }] })
    }

    /// A text message of a customer.
    pub fn text(&self, from: &str, name: &str, id: &str, text: &str, unix: i64) -> Value {
        self.envelope(json!({
            "contacts": [{ "wa_id": from, "profile": { "name": name } }],
            "messages": [{ "id": id, "from": from, "timestamp": unix.to_string(), "type": "text", "text": { "body": text } }],
        }))
    }

    /// A reaction to one of the customer's or our messages.
    pub fn reaction(&self, from: &str, id: &str, target: &str, emoji: &str, unix: i64) -> Value {
        self.envelope(json!({
            "contacts": [{ "wa_id": from }],
            "messages": [{ "id": id, "from": from, "timestamp": unix.to_string(), "type": "reaction",
                           "reaction": { "message_id": target, "emoji": emoji } }],
        }))
    }

    /// A status of a message of ours.
    pub fn status(&self, id: &str, status: &str, unix: i64) -> Value {
        self.envelope(json!({ "statuses": [{ "id": id, "status": status, "timestamp": unix.to_string() }] }))
    }
}

/// Headers of a post signed after Standard Webhooks.
pub fn standard_webhook(secret: &str, id: &str, unix: i64, body: &str) -> Result<Vec<(&'static str, String)>> {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_"))?;
    let signature = STANDARD.encode(hmac(&key, format!("{id}.{unix}.{body}").as_bytes())?);
    Ok(vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", unix.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
        ("content-type", "application/json".to_owned()),
    ])
}

/// A token of a tenant's site that says who its visitor is (JWT, HS256).
pub fn site_token(secret: &str, claims: &Value) -> Result<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(hmac(secret.as_bytes(), signed.as_bytes())?);
    Ok(format!("{signed}.{signature}"))
}
