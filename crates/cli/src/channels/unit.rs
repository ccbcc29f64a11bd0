//! Vectors of signatures and ciphers, without a message.

use super::{
    account,
    fixture::{Item, plain, query},
    webhook,
};
use meridian_channels::{InboundRequest, registry, wechat::crypto::decrypt};
use meridian_domain::channel::ChannelKind;
use serde_json::{Value, json};

fn told(valid: bool) -> Value {
    json!({ "verdict": if valid { "valid" } else { "invalid" } })
}

/// A signature: of the file's bytes, or of the request that the file describes.
pub fn signature(item: &Item<'_>) -> Option<Value> {
    let kind = account::kind(&item.folder.channel)?;
    if kind == ChannelKind::Sms {
        return Some(twilio(item));
    }
    let request = InboundRequest {
        method: "POST".to_owned(),
        query: query(&item.raw["request"]["query"]),
        headers: item.headers(),
        body: item.body.clone(),
    };
    let now = webhook::clock(item, &request);
    Some(told(registry::get(kind).verify(&account::of(item, kind), &request, now).is_ok()))
}

/// URL with parameters or body, token and signature as the SDKs' own tests give them.
fn twilio(item: &Item<'_>) -> Value {
    let described = item.described();
    let url = described["url"].as_str().unwrap_or_default();
    let (base, asked) = url.split_once('?').unwrap_or((url, ""));
    let params = described["params"].as_object();
    let pairs = params.into_iter().flatten().flat_map(|(name, value)| {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        values.into_iter().map(move |value| (name.as_str(), plain(&value)))
    });
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let body = ["body", "raw_body"].iter().find_map(|name| described[*name].as_str()).map_or(form, str::to_owned);
    let mut account = account::of(item, ChannelKind::Sms);
    base.clone_into(&mut account.public_url);
    let kind = if params.is_some() { "application/x-www-form-urlencoded" } else { "application/json" };
    let mut headers = item.headers();
    headers.retain(|(name, _)| name != "content-type");
    headers.push(("content-type".to_owned(), kind.to_owned()));
    let given = described["x_twilio_signature"].as_str().or_else(|| described["signature"].as_str());
    headers.extend(given.map(|given| ("x-twilio-signature".to_owned(), given.to_owned())));
    let request = InboundRequest { method: "POST".to_owned(), query: asked.to_owned(), headers, body: body.into() };
    let now = webhook::clock(item, &request);
    told(registry::get(ChannelKind::Sms).verify(&account, &request, now).is_ok())
}

/// A sealed text of the WeChat family: it opens with this key, for this receiver, and says this.
pub fn crypto(item: &Item<'_>) -> Value {
    let described = item.described();
    let text = |names: &[&str]| item.find_text(names).unwrap_or_default();
    let sealed = text(&["ciphertext_base64", "ciphertext", "encrypt", "Encrypt"]);
    let receiver = text(&["app_id", "corp_id", "receive_id"]);
    let opened = decrypt(&text(&["encoding_aes_key"]), &receiver, &sealed);
    let expected = described["plaintext"].as_str();
    told(opened.is_some_and(|opened| expected.is_none_or(|expected| opened == expected)))
}
