//! The contract as data: documents written from the schema itself, so that a new field is asked for without anybody
//! thinking of it.

use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Asks for the schema.
pub const INTROSPECTION: &str = "{ __schema { types { kind name
    fields(includeDeprecated: true) { name args { name type { ...T } defaultValue } type { ...T } }
    inputFields { name type { ...T } } enumValues { name } possibleTypes { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Longest path of fields below a root.
const DEEPEST: usize = 8;

/// What the schema says.
pub struct Contract {
    types: BTreeMap<String, Value>,
}

/// Finds an id for an argument: the field or input it belongs to, and its own name.
pub type Known<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

fn named(t: &Value) -> &str {
    t["name"].as_str().unwrap_or_else(|| named(&t["ofType"]))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}

impl Contract {
    /// From the answer to [`INTROSPECTION`].
    pub fn read(answer: &Value) -> Result<Self> {
        let types = answer["__schema"]["types"].as_array().context("types")?;
        let ours = types.iter().filter(|t| !name(t).starts_with("__"));
        Ok(Self { types: ours.map(|t| (name(t).to_owned(), t.clone())).collect() })
    }

    /// Every `Type.field` that can be answered.
    pub fn fields(&self) -> BTreeSet<String> {
        let objects = self.types.values().filter(|t| t["kind"] == "OBJECT");
        objects.flat_map(|t| list(t, "fields").iter().map(|f| format!("{}.{}", name(t), name(f)))).collect()
    }

    /// Names of the fields of a root type.
    pub fn roots(&self, root: &str) -> Vec<&str> {
        list(&self.types[root], "fields").iter().map(name).collect()
    }

    /// The members of a union.
    pub fn members(&self, union: &str) -> BTreeSet<String> {
        list(&self.types[union], "possibleTypes").iter().map(|t| name(t).to_owned()).collect()
    }

    /// One document for each field of a root type, as `(field, document)`; what they ask for is added to `asked`.
    pub fn documents(&self, root: &str, known: Known<'_>, asked: &mut BTreeSet<String>) -> Vec<(String, String)> {
        let operation = root.to_lowercase();
        let fields = list(&self.types[root], "fields");
        fields
            .iter()
            .map(|field| {
                asked.insert(format!("{root}.{}", name(field)));
                let mut path = vec![root.to_owned()];
                let text = self.field(field, known, &mut path, asked);
                (name(field).to_owned(), format!("{operation} {{ {text} }}"))
            })
            .collect()
    }

    fn field(&self, field: &Value, known: Known<'_>, path: &mut Vec<String>, asked: &mut BTreeSet<String>) -> String {
        let arguments: Vec<String> = list(field, "args")
            .iter()
            .filter_map(|arg| {
                Some(format!("{}: {}", name(arg), self.value(name(field), name(arg), &arg["type"], known)?))
            })
            .collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        format!("{}{arguments}{}", name(field), self.selection(named(&field["type"]), known, path, asked))
    }

    /// A value for an argument; optional ones are left out unless they name something.
    fn value(&self, owner: &str, argument: &str, wanted: &Value, known: Known<'_>) -> Option<String> {
        let required = wanted["kind"] == "NON_NULL";
        let kind = named(wanted);
        if kind == "ID" {
            return known(owner, argument).map(|id| format!("\"{id}\""));
        }
        if argument == "first" {
            return Some("2".to_owned());
        }
        if !required {
            return None;
        }
        let t = &self.types[kind];
        Some(match (t["kind"].as_str().unwrap_or_default(), kind) {
            ("ENUM", _) => name(list(t, "enumValues").first()?).to_owned(),
            ("INPUT_OBJECT", _) => {
                let inputs = list(t, "inputFields").iter();
                let inner = inputs
                    .filter_map(|f| Some(format!("{}: {}", name(f), self.value(kind, name(f), &f["type"], known)?)));
                format!("{{ {} }}", inner.collect::<Vec<_>>().join(", "))
            }
            (_, "Int") => "1".to_owned(),
            (_, "Float") => "1.0".to_owned(),
            (_, "DateTime") => "\"2026-01-01T00:00:00Z\"".to_owned(),
            (_, "Boolean") => "false".to_owned(),
            _ => "\"x\"".to_owned(),
        })
    }

    fn selection(&self, of: &str, known: Known<'_>, path: &mut Vec<String>, asked: &mut BTreeSet<String>) -> String {
        let t = &self.types[of];
        match t["kind"].as_str().unwrap_or_default() {
            "OBJECT" if path.iter().any(|p| p == of) || path.len() > DEEPEST => " { __typename }".to_owned(),
            "OBJECT" => {
                path.push(of.to_owned());
                let inner: Vec<String> = list(t, "fields")
                    .iter()
                    .map(|field| {
                        asked.insert(format!("{of}.{}", name(field)));
                        self.field(field, known, path, asked)
                    })
                    .collect();
                path.pop();
                format!(" {{ __typename {} }}", inner.join(" "))
            }
            "UNION" | "INTERFACE" => {
                let members = list(t, "possibleTypes").iter();
                let inner: Vec<String> = members
                    .map(|m| format!("... on {}{}", name(m), self.selection(name(m), known, path, asked)))
                    .collect();
                format!(" {{ __typename {} }}", inner.join(" "))
            }
            _ => String::new(),
        }
    }
}
