//! The account an item is for.

use super::fixture::Item;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::ChannelAccountId,
    secret::Secret,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The public URL of every replayed account, for schemes that sign the URL.
pub const PUBLIC_URL: &str = "https://replay.example/hooks";

/// The adapter of a folder; mail has its own ways of replay.
pub fn kind(channel: &str) -> Option<ChannelKind> {
    match channel {
        "twilio-sms" | "twilio-signature" => Some(ChannelKind::Sms),
        "generic-webhook" => Some(ChannelKind::Generic),
        name => name.parse().ok().filter(|kind| *kind != ChannelKind::Email),
    }
}

/// Secrets of each kind under the names that adapters and recordings use.
fn secret_names(kind: ChannelKind) -> &'static [(&'static str, &'static [&'static str])] {
    match kind {
        ChannelKind::WhatsApp | ChannelKind::Messenger | ChannelKind::Instagram => {
            &[("app_secret", &["secret", "app_secret"]), ("verify_token", &["verify_token"])]
        }
        ChannelKind::Telegram => &[("secret_token", &["secret_token", "secret"])],
        ChannelKind::Line => &[("channel_secret", &["secret", "channel_secret"])],
        ChannelKind::WeChat | ChannelKind::WeCom => &[
            ("token", &["token"]),
            ("encoding_aes_key", &["encoding_aes_key", "encodingAesKey", "aes_key", "EncodingAESKey"]),
        ],
        ChannelKind::Slack | ChannelKind::Generic => &[("signing_secret", &["secret", "signing_secret"])],
        ChannelKind::Sms => &[("auth_token", &["auth_token", "secret", "token"])],
        ChannelKind::Email | ChannelKind::WebChat => &[],
    }
}

/// The account of an item, with what the item, its file or the defaults of the folder tell of it.
pub fn of(item: &Item<'_>, kind: ChannelKind) -> AccountConfig {
    let mut secrets = BTreeMap::new();
    for (name, known_as) in secret_names(kind) {
        let values = match item.find(known_as) {
            Some(Value::Array(list)) => list,
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let values = values.iter().filter_map(Value::as_str).map(Secret::new).collect();
        secrets.insert((*name).to_owned(), values);
    }
    let mut settings = Map::new();
    for (name, known_as) in [("app_id", &["app_id", "appid"][..]), ("corp_id", &["corp_id", "corpid", "receive_id"])] {
        settings.extend(item.find_text(known_as).map(|id| (name.to_owned(), json!(id))));
    }
    AccountConfig {
        id: ChannelAccountId(Uuid::nil()),
        kind,
        settings: Value::Object(settings),
        secrets,
        public_url: public_url(item),
        addresses: addresses(item, kind),
    }
}

/// The URL of the request where the item names one, without its query.
fn public_url(item: &Item<'_>) -> String {
    let stated = item.raw["request"]["url"].as_str().map(|url| url.split('?').next().unwrap_or(url).to_owned());
    stated.or_else(|| item.find_text(&["public_url"])).unwrap_or_else(|| PUBLIC_URL.to_owned())
}

/// Pages, numbers and bots of the account, as far as the item names them.
fn addresses(item: &Item<'_>, kind: ChannelKind) -> Vec<String> {
    let name = match kind {
        ChannelKind::WhatsApp => "phone_number_id",
        ChannelKind::Messenger | ChannelKind::Instagram => "id",
        ChannelKind::Line => "destination",
        _ => return Vec::new(),
    };
    let values = match &item.raw["account"][name] {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    values.iter().map(super::fixture::plain).collect()
}
