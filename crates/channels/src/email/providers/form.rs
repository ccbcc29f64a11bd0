//! Posted forms: `multipart/form-data` (RFC 7578) and `application/x-www-form-urlencoded`.

use crate::email::{decode, mime};
use serde_json::Value;

/// More fields are not read.
const MAX_FIELDS: usize = 2000;

/// A file of a form.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) field: String,
    pub(crate) filename: Option<String>,
    pub(crate) mime: String,
    pub(crate) content_id: Option<String>,
    pub(crate) size: u64,
    pub(crate) content: Vec<u8>,
}

/// A form, in the order it was filled.
#[derive(Debug, Default)]
pub(crate) struct Form {
    fields: Vec<(String, Vec<u8>)>,
    pub(crate) files: Vec<Upload>,
}

impl Form {
    /// Reads a form of either kind; none when the body is neither.
    pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Self> {
        let kind = content_type.trim().to_ascii_lowercase();
        if kind.starts_with("application/x-www-form-urlencoded") {
            let pairs = url::form_urlencoded::parse(body).into_owned().take(MAX_FIELDS);
            let fields = pairs.map(|(name, value)| (name, value.into_bytes())).collect();
            return Some(Self { fields, files: Vec::new() });
        }
        if !kind.starts_with("multipart/form-data") {
            return None;
        }
        // The parser of header fields is isolated here as it is for mails.
        std::panic::catch_unwind(|| Self::multipart(content_type, body)).ok()
    }

    /// A form is a container like those of mails, without its header.
    fn multipart(content_type: &str, body: &[u8]) -> Self {
        let header = content_type.replace(['\r', '\n'], " ");
        let mut whole = format!("Content-Type: {header}\r\n\r\n").into_bytes();
        whole.extend_from_slice(body);
        let mut form = Self::default();
        for part in mime::split(&whole).iter().filter(|part| part.parent == Some(0)) {
            let Some(field) = part.head.field.clone() else { continue };
            let raw = part.raw(&whole);
            if part.head.name.is_some() {
                form.files.push(Upload {
                    field,
                    filename: part.head.name.clone(),
                    mime: part.head.mime.clone(),
                    content_id: part.head.content_id.clone(),
                    size: raw.len() as u64,
                    content: raw.to_vec(),
                });
            } else {
                form.fields.push((field, raw.to_vec()));
            }
        }
        form
    }

    /// The bytes of a field, by its name in any case.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// A field as text, if it is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.text_in(name, None)
    }

    /// The same in a charset that the provider names beside it.
    pub(crate) fn text_in(&self, name: &str, charset: Option<&str>) -> Option<String> {
        self.bytes(name).map(|bytes| decode::text(bytes, charset)).filter(|text| !text.is_empty())
    }

    /// A field that holds JSON.
    pub(crate) fn json(&self, name: &str) -> Value {
        self.bytes(name).and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// All fields, sorted by name, as some providers sign them.
    pub(crate) fn sorted(&self) -> Vec<(&str, &[u8])> {
        let mut all: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_forms() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--x\r\n\
                    Content-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\n12345\r\n--x--\r\n";
        let form = Form::read("multipart/form-data; boundary=x", body.as_bytes()).unwrap();
        assert_eq!(form.text("A").as_deref(), Some("one\r\ntwo"));
        assert_eq!((form.files[0].filename.as_deref(), form.files[0].size), (Some("f.txt"), 5));
        let form = Form::read("application/x-www-form-urlencoded", b"a=1&b=%C3%A9").unwrap();
        assert_eq!(form.text("b").as_deref(), Some("é"));
        assert!(Form::read("application/json", b"{}").is_none());
    }
}
