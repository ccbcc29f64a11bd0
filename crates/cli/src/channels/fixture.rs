//! A folder of recorded requests.

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// `index.json` and where it lies.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    /// The channel's name.
    pub channel: String,
    /// Holds for every item that says nothing else.
    pub defaults: Value,
    /// The items.
    pub items: Vec<Value>,
}

impl Folder {
    /// Reads the index.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join("index.json");
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let mut index: Value = serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?;
        let items = match index["fixtures"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        Ok(Self {
            dir: dir.to_owned(),
            channel: index["channel"].as_str().unwrap_or_default().to_owned(),
            defaults: index["defaults"].take(),
            items,
        })
    }
}

/// One item with its body.
#[derive(Debug)]
pub struct Item<'a> {
    /// The folder.
    pub folder: &'a Folder,
    /// The item as the index describes it.
    pub raw: &'a Value,
    /// The bytes of its file.
    pub body: Bytes,
}

impl<'a> Item<'a> {
    /// Reads the item's file.
    pub fn new(folder: &'a Folder, raw: &'a Value) -> Result<Self> {
        let body = match raw["file"].as_str() {
            Some(name) => std::fs::read(folder.dir.join(name)).with_context(|| format!("read {name}"))?.into(),
            None => Bytes::new(),
        };
        Ok(Self { folder, raw, body })
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.raw["id"].as_str().map_or_else(|| self.raw["id"].to_string(), str::to_owned)
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        self.raw["kind"].as_str().unwrap_or_default()
    }

    /// Items of the same sequence run in order in one account.
    pub fn sequence(&self) -> Option<String> {
        match &self.raw["sequence"] {
            Value::Null => None,
            Value::String(name) => Some(format!("sequence {name}")),
            Value::Object(map) => Some(format!("sequence {}", map.get("id").or(map.get("name"))?)),
            other => Some(format!("sequence {other}")),
        }
    }

    /// The file as a description of a request; null where the file is the very body of one.
    pub fn described(&self) -> Value {
        let body = self.kind() == "webhook";
        if body { Value::Null } else { serde_json::from_slice(&self.body).unwrap_or_default() }
    }

    /// A value of the item's signature or account, of the described file, or of the folder's defaults, in this order.
    pub fn find(&self, names: &[&str]) -> Option<Value> {
        let described = self.described();
        let places = [&self.raw["signature"], &self.raw["account"], &described, &self.folder.defaults];
        let found = places.iter().flat_map(|place| names.iter().map(|name| place.get(*name)));
        found.flatten().find(|value| !value.is_null()).cloned()
    }

    /// The same as text.
    pub fn find_text(&self, names: &[&str]) -> Option<String> {
        match self.find(names)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Header names in lower case, the item's before the defaults'.
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for place in [&self.raw["request"]["headers"], &self.folder.defaults["headers"]] {
            for (name, value) in place.as_object().into_iter().flatten() {
                let name = name.to_lowercase();
                // The item says what it sends; a default never fills in a header it left out of a list of its own.
                if self.raw["request"]["headers"].is_object() && place == &self.folder.defaults["headers"] {
                    continue;
                }
                if let Some(text) = value.as_str().filter(|_| !found.iter().any(|(known, _)| *known == name)) {
                    found.push((name, text.to_owned()));
                }
            }
        }
        if !found.iter().any(|(name, _)| name == "content-type") {
            let kind = self.folder.defaults["content_type"].as_str().unwrap_or("application/json");
            found.push(("content-type".to_owned(), kind.to_owned()));
        }
        found
    }
}

/// A query, encoded; as it stands where it is a text.
pub fn query(place: &Value) -> String {
    match place {
        Value::String(text) => text.trim_start_matches('?').to_owned(),
        Value::Object(map) => {
            let pairs = map.iter().map(|(name, value)| (name.as_str(), plain(value)));
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
        }
        _ => String::new(),
    }
}

/// A value as it stands in a form.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
