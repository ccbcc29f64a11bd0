//! The XML of callbacks as a tree of texts. No document types, no entities but the five of XML, bounded size and depth.

use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

/// Largest document, bytes.
const LARGEST: usize = 1024 * 1024;
/// Deepest nesting.
const DEEPEST: usize = 32;
/// Most elements.
const MOST: usize = 20_000;

/// Why a document was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlError {
    /// Not XML, or cut off.
    Broken,
    /// A document type, an unknown entity, or beyond the bounds: made to harm the reader.
    Hostile,
}

struct Element {
    name: String,
    children: Map<String, Value>,
    text: String,
}

/// Reads the children of the root: texts, objects, and arrays where a name repeats.
pub(crate) fn read(body: &[u8]) -> Result<Value, XmlError> {
    if body.len() > LARGEST {
        return Err(XmlError::Hostile);
    }
    let body = std::str::from_utf8(body).map_err(|_| XmlError::Broken)?;
    let mut reader = Reader::from_str(body.trim_start_matches('\u{feff}').trim_start());
    let mut open: Vec<Element> = Vec::new();
    let mut seen = 0;
    loop {
        match reader.read_event().map_err(|_| XmlError::Broken)? {
            Event::Start(tag) => {
                seen += 1;
                if open.len() >= DEEPEST || seen > MOST {
                    return Err(XmlError::Hostile);
                }
                open.push(element(tag.name().as_ref()));
            }
            Event::Empty(tag) => {
                seen += 1;
                if seen > MOST {
                    return Err(XmlError::Hostile);
                }
                let empty = element(tag.name().as_ref());
                let Some(parent) = open.last_mut() else { return Ok(Value::Object(Map::new())) };
                add(&mut parent.children, empty.name, Value::String(String::new()));
            }
            Event::End(_) => {
                let closed = open.pop().ok_or(XmlError::Broken)?;
                match open.last_mut() {
                    Some(parent) => add(&mut parent.children, closed.name.clone(), closed.value()),
                    None => return Ok(Value::Object(closed.children)),
                }
            }
            Event::Text(text) => push(&mut open, &text.decode().map_err(|_| XmlError::Broken)?),
            Event::CData(text) => push(&mut open, &text.decode().map_err(|_| XmlError::Broken)?),
            Event::GeneralRef(entity) => {
                let name = entity.decode().map_err(|_| XmlError::Broken)?;
                let known = match name.as_ref() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => entity.resolve_char_ref().ok().flatten(),
                };
                let known = known.ok_or(XmlError::Hostile)?;
                push(&mut open, known.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(XmlError::Hostile),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return Err(XmlError::Broken),
        }
    }
}

impl Element {
    fn value(self) -> Value {
        if self.children.is_empty() { Value::String(self.text.trim().to_owned()) } else { Value::Object(self.children) }
    }
}

fn element(name: &[u8]) -> Element {
    Element { name: String::from_utf8_lossy(name).into_owned(), children: Map::new(), text: String::new() }
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(&text.replace('\0', ""));
    }
}

fn add(children: &mut Map<String, Value>, name: String, value: Value) {
    match children.get_mut(&name) {
        None => {
            children.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(one) => {
            let first = one.take();
            *one = Value::Array(vec![first, value]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_callback_becomes_a_tree_of_texts() {
        let body =
            "<?xml version='1.0'?><xml><A><![CDATA[x <y>]]></A><B>1 &amp; &#50;</B><L><i>1</i><i>2</i></L><E/></xml>";
        assert_eq!(read(body.as_bytes()), Ok(json!({ "A": "x <y>", "B": "1 & 2", "L": { "i": ["1", "2"] }, "E": "" })));
    }

    #[test]
    fn bombs_are_refused_and_wrecks_are_no_panic() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><xml><A>&b;</A></xml>";
        assert_eq!(read(bomb.as_bytes()), Err(XmlError::Hostile));
        assert_eq!(read(b"<xml><A>&file;</A></xml>"), Err(XmlError::Hostile));
        assert_eq!(read("<a>".repeat(100).as_bytes()), Err(XmlError::Hostile));
        for broken in ["", "hello", "<xml><A>", "<xml></A></xml>", "<xml", "\u{0}"] {
            assert!(read(broken.as_bytes()).is_err(), "{broken}");
        }
        assert_eq!(read(&[0xff, 0xfe]), Err(XmlError::Broken));
    }
}
