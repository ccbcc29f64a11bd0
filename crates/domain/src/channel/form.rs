//! The form that connects an account: what an adapter needs to be told, and the check of what was given.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A text for people, in the languages of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

impl Words {
    /// For a language tag: Chinese for `zh` and its kin, else English.
    pub fn of(&self, locale: &str) -> &'static str {
        if locale.to_ascii_lowercase().starts_with("zh") { self.zh } else { self.en }
    }
}

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Text,
    /// A whole number from 0 to 65535.
    Number,
    /// True or false.
    Boolean,
    /// An http(s) address.
    Url,
    /// Several lines.
    List,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// How Meridian makes a secret when none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// 32 lower-case letters and digits: what all providers take (WeChat: 3 to 32 of them).
    Token,
    /// 43 letters and digits, the base64 of 32 bytes without padding (WeChat's `EncodingAESKey`).
    AesKey,
    /// `whsec_` and the base64 of 32 bytes (Standard Webhooks).
    Webhook,
}

/// One field of the form that connects an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Name in settings or secrets.
    pub name: &'static str,
    /// Its name for people.
    pub label: Words,
    /// What it is and where to find it.
    pub help: Words,
    /// What a value looks like.
    pub example: &'static str,
    /// Whether it is sealed and never shown again.
    pub secret: bool,
    /// Whether the account works without.
    pub required: bool,
    /// What kind of value.
    pub input: Input,
    /// How Meridian makes it when it is left out; for secrets that the provider takes from us.
    pub generated: Option<Generated>,
}

/// The setting that paces an account.
pub(super) const SENDS_PER_SECOND: &str = "sends_per_second";

impl Setting {
    /// An optional line of text.
    pub const fn text(name: &'static str, en: &'static str, zh: &'static str) -> Self {
        Self {
            name,
            label: Words { en, zh },
            help: Words { en: "", zh: "" },
            example: "",
            secret: false,
            required: false,
            input: Input::Text,
            generated: None,
        }
    }

    /// A sealed text that is required.
    pub const fn secret(name: &'static str, en: &'static str, zh: &'static str) -> Self {
        Self { secret: true, required: true, ..Self::text(name, en, zh) }
    }

    /// Where the provider's API is: for tests and for providers' regional addresses.
    pub const fn api_base(standard: &'static str) -> Self {
        Self::text("api_base", "API address", "API 地址")
            .takes(Input::Url)
            .help("Where the provider's API is, when not at its usual address", "服务商 API 地址，留空则使用默认地址")
            .example(standard)
    }

    /// How many messages leave in a second at most, where the provider's own limit (the example) is not the account's.
    pub const fn sends_per_second(standard: &'static str) -> Self {
        Self::text(SENDS_PER_SECOND, "Messages a second", "每秒消息数上限")
            .takes(Input::Number)
            .help(
                "Most that leave in a second, when the provider gave this account another limit; 0 = no limit",
                "每秒最多发送的消息数；服务商为此账号设定了不同上限时填写，0 表示不限",
            )
            .example(standard)
    }

    /// What it is and where to find it.
    pub const fn help(self, en: &'static str, zh: &'static str) -> Self {
        Self { help: Words { en, zh }, ..self }
    }

    /// What a value looks like.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// The account does not work without it.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The account works without it.
    pub const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// What kind of value.
    pub const fn takes(self, input: Input) -> Self {
        Self { input, ..self }
    }

    /// Meridian makes it when it is left out.
    pub const fn or_made(self, generated: Generated) -> Self {
        Self { generated: Some(generated), ..self }
    }
}

/// Longest value, characters.
const LONGEST: usize = 4000;

/// Settings as given, checked: unknown names, wrong kinds and missing ones are told, all at once. Texts are trimmed,
/// empty ones left out.
pub fn settings(form: &[Setting], given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut faults = Vec::new();
    let mut kept = Map::new();
    for (name, value) in given {
        match form.iter().find(|setting| setting.name == name) {
            None => faults.push(format!("{}: no such setting", shown(name))),
            Some(setting) if setting.secret => faults.push(format!("{name} is a secret: give it as one")),
            Some(setting) => match value_of(setting, value) {
                Ok(Some(value)) => drop(kept.insert(name.clone(), value)),
                Ok(None) => {}
                Err(fault) => faults.push(format!("{name} {fault}")),
            },
        }
    }
    let missing = form.iter().filter(|s| s.required && !s.secret && !kept.contains_key(s.name));
    faults.extend(missing.map(|setting| format!("{} is required", setting.name)));
    if faults.is_empty() { Ok(kept) } else { Err(faults.join("; ")) }
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn value_of(setting: &Setting, value: &Value) -> Result<Option<Value>, String> {
    let line = |text: &str| -> Result<Option<String>, String> {
        let text = text.trim();
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(format!("is one line of at most {LONGEST} characters"));
        }
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    };
    match (setting.input, value) {
        (_, Value::Null) => Ok(None),
        (Input::Text, Value::String(text)) => Ok(line(text)?.map(Value::from)),
        (Input::Text, _) => Err("is a text".to_owned()),
        (Input::Number, _) => {
            let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
            match number.filter(|n| *n <= 65_535) {
                Some(number) => Ok(Some(number.into())),
                None if value.as_str().is_some_and(|text| text.trim().is_empty()) => Ok(None),
                None => Err("is a whole number from 0 to 65535".to_owned()),
            }
        }
        (Input::Boolean, Value::Bool(flag)) => Ok(Some((*flag).into())),
        (Input::Boolean, _) => Err("is true or false".to_owned()),
        (Input::Url, Value::String(text)) => {
            let text = line(text)?;
            let rest =
                text.as_deref().map(|text| text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")));
            match rest {
                None => Ok(None),
                Some(Some(rest)) if !rest.is_empty() && !rest.contains(['@', ' ']) => Ok(text.map(Value::from)),
                Some(_) => Err(format!("is an http(s) address like {}", setting.example)),
            }
        }
        (Input::Url, _) => Err("is an address".to_owned()),
        (Input::List, Value::Array(list)) => {
            let lines = list.iter().map(|one| one.as_str().ok_or("is a list of texts".to_owned()).and_then(line));
            let lines: Vec<String> = lines.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
            if lines.len() > 100 {
                return Err("has at most 100 entries".to_owned());
            }
            Ok(Some(lines.into()).filter(|list: &Value| list.as_array().is_some_and(|list| !list.is_empty())))
        }
        (Input::List, _) => Err("is a list of texts".to_owned()),
        (Input::Choice(known), Value::String(text)) if text.trim().is_empty() || known.contains(&text.trim()) => {
            Ok(line(text)?.map(Value::from))
        }
        (Input::Choice(known), _) => Err(format!("is one of {}", known.join(", "))),
    }
}

/// Secrets that were given, and those that are to be made.
pub type Checked = (BTreeMap<String, String>, Vec<(&'static str, Generated)>);

/// Secrets as given, checked, and what is to be made: an empty secret is refused, for it would verify anybody.
pub fn secrets(form: &[Setting], given: &BTreeMap<String, String>) -> Result<Checked, String> {
    let mut faults = Vec::new();
    let mut kept = BTreeMap::new();
    for (name, value) in given {
        match secret(form, name, value) {
            Ok(value) => drop(kept.insert(name.clone(), value)),
            Err(fault) => faults.push(fault),
        }
    }
    let mut made = Vec::new();
    for setting in form.iter().filter(|s| s.secret && !given.contains_key(s.name)) {
        match setting.generated {
            Some(generated) if setting.required => made.push((setting.name, generated)),
            _ if setting.required => faults.push(format!("{} is required", setting.name)),
            _ => {}
        }
    }
    if faults.is_empty() { Ok((kept, made)) } else { Err(faults.join("; ")) }
}

/// One secret, checked.
pub fn secret(form: &[Setting], name: &str, value: &str) -> Result<String, String> {
    let setting = form.iter().find(|setting| setting.secret && setting.name == name);
    let setting = setting.ok_or_else(|| format!("{}: no such secret", shown(name)))?;
    let value = value.trim();
    if value.is_empty() {
        return Err(format!("{name} is empty"));
    }
    if value.chars().count() > LONGEST {
        return Err(format!("{name} has at most {LONGEST} characters"));
    }
    let plain = value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric());
    match setting.generated {
        Some(Generated::AesKey) if !plain => Err(format!("{name} has 43 letters and digits")),
        Some(Generated::Webhook) if !value.starts_with("whsec_") && !value.starts_with("whpk_") => {
            Err(format!("{name} starts with whsec_ (or whpk_, a public key)"))
        }
        _ => Ok(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FORM: &[Setting] = &[
        Setting::text("from", "From", "发件人").required().example("+44.."),
        Setting::text("port", "Port", "端口").takes(Input::Number),
        Setting::text("tls", "TLS", "加密").takes(Input::Choice(&["tls", "none"])),
        Setting::text("origins", "Sites", "站点").takes(Input::List),
        Setting::api_base("https://api.example"),
        Setting::secret("token", "Token", "令牌").or_made(Generated::Token),
        Setting::secret("key", "Key", "密钥"),
        Setting::secret("aes", "AES key", "AES 密钥").optional().or_made(Generated::AesKey),
    ];

    fn given(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn good_settings_are_tidied_and_every_fault_is_told_at_once() {
        let good = json!({ "from": " +4420 ", "port": "587", "tls": "tls", "origins": ["https://a.example", ""], "api_base": "" });
        let kept = settings(FORM, &given(good)).unwrap();
        assert_eq!(
            Value::from(kept),
            json!({ "from": "+4420", "port": 587, "tls": "tls", "origins": ["https://a.example"] })
        );
        let bad = json!({ "port": 70000, "tls": "ssl", "token": "x", "none": 1, "api_base": "ftp://x" });
        let told = settings(FORM, &given(bad)).unwrap_err();
        for part in [
            "port is a whole",
            "tls is one of tls, none",
            "token is a secret",
            "none: no such",
            "from is required",
            "api_base is an http",
        ] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
        assert!(settings(FORM, &given(json!({ "from": "a\r\nBcc: b" }))).is_err());
        assert!(settings(FORM, &given(json!({ "from": "a", "api_base": "http://user@host" }))).is_err());
    }

    #[test]
    fn empty_secrets_are_refused_and_missing_ones_made_where_we_may() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let (kept, made) = secrets(FORM, &map(&[("key", " k ")])).unwrap();
        assert_eq!((kept["key"].as_str(), made), ("k", vec![("token", Generated::Token)]));
        assert_eq!(secrets(FORM, &map(&[])).unwrap_err(), "key is required");
        let told = secrets(FORM, &map(&[("key", "  "), ("token", ""), ("other", "x"), ("aes", "short")])).unwrap_err();
        for part in ["key is empty", "token is empty", "other: no such secret", "aes has 43"] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
    }
}
