//! Messages a provider has approved, which may be sent outside of its reply window: what must be filled in, and what comes
//! out of it.

use serde::{Deserialize, Serialize};

/// Longest value that is filled in, characters (WhatsApp Cloud API "Template components": 1024 in a body).
const LONGEST: usize = 1024;

/// What stands above the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// Nothing.
    #[default]
    None,
    /// A line.
    Text,
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A file.
    Document,
}

impl Header {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::None, Self::Text, Self::Image, Self::Video, Self::Document];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|header| header.code() == code)
    }

    /// Whether a file goes with it.
    pub fn is_file(self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }
}

/// Where a template stands at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateState {
    /// It may be sent.
    Approved,
    /// The provider looks at it.
    Pending,
    /// The provider refused it.
    Rejected,
    /// The provider stopped it, for now or for good.
    Paused,
}

impl TemplateState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Approved, Self::Pending, Self::Rejected, Self::Paused];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The words of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// Its name at the provider.
    pub name: String,
    /// Its language as the provider writes it (`en_US`, `zh_CN`).
    pub language: String,
    /// marketing, utility, authentication; empty when not known.
    pub category: String,
    /// What stands above the text.
    pub header: Header,
    /// The line above the text, for [`Header::Text`].
    pub header_text: String,
    /// The text, with places like `{{1}}` or `{{first_name}}`.
    pub body: String,
    /// The line below the text.
    pub footer: String,
}

/// A value in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// What the place is called: a number or a name.
    pub place: String,
    /// What stands there.
    pub value: String,
}

/// A template on its way to a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundTemplate {
    /// Its name at the provider.
    pub name: String,
    /// Its language.
    pub language: String,
    /// What stands above the text; its file is the message's first.
    pub header: Header,
    /// Values of the line above the text.
    #[serde(default)]
    pub header_values: Vec<Filled>,
    /// Values of the text.
    #[serde(default)]
    pub values: Vec<Filled>,
}

/// The places of a text: numbers in their order, names in the order in which they come first.
pub fn places(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        let name = name.trim();
        let fits = !name.is_empty() && name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if fits && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
        rest = if fits { behind } else { after };
    }
    if found.iter().all(|name| name.parse::<u32>().is_ok()) {
        found.sort_by_key(|name| name.parse::<u32>().unwrap_or(0));
    }
    found
}

fn fill(text: &str, values: &[Filled]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let named = after.split_once("}}");
        let value = named.and_then(|(name, _)| values.iter().find(|value| value.place == name.trim()));
        filled.push_str(before);
        if let (Some((_, behind)), Some(value)) = (named, value) {
            filled.push_str(&value.value);
            rest = behind;
        } else {
            filled.push_str("{{");
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

impl Wording {
    /// Places of the line above the text, then those of the text: the order in which values are given.
    pub fn places(&self) -> (Vec<String>, Vec<String>) {
        let above = if self.header == Header::Text { places(&self.header_text) } else { Vec::new() };
        (above, places(&self.body))
    }

    /// Checks a template that is kept by hand; all faults at once.
    pub fn check(&self) -> Result<(), String> {
        let mut faults = Vec::new();
        let fits = |text: &str| {
            (1..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if !fits(&self.name) {
            faults.push("the name has letters, digits and underscores, as at the provider");
        }
        if !fits(&self.language) || self.language.len() > 15 {
            faults.push("the language is written as at the provider: en_US, zh_CN");
        }
        if self.body.trim().is_empty() || self.body.chars().count() > 4096 {
            faults.push("the text has 1 to 4096 characters");
        }
        if (self.header == Header::Text) == self.header_text.trim().is_empty() {
            faults.push("a line above the text belongs to the header `text`, and to no other");
        }
        if self.header_text.chars().count() > 200 || self.footer.chars().count() > 200 {
            faults.push("the lines above and below the text have at most 200 characters");
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    /// Fills in values in the order of [`Self::places`]; the faults name what is missing. Line breaks and tabs become blanks,
    /// for the provider takes none in a value ("Template components").
    pub fn filled(&self, given: &[String]) -> Result<OutboundTemplate, String> {
        let (above, inside) = self.places();
        let wanted = above.len() + inside.len();
        let tidy: Vec<String> =
            given.iter().map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let mut faults = Vec::new();
        for (n, place) in above.iter().chain(&inside).enumerate() {
            match tidy.get(n) {
                None => faults.push(format!("{{{{{place}}}}} is missing")),
                Some(value) if value.is_empty() => faults.push(format!("{{{{{place}}}}} is empty")),
                Some(value) if value.chars().count() > LONGEST => {
                    faults.push(format!("{{{{{place}}}}} has more than {LONGEST} characters"));
                }
                Some(_) => {}
            }
        }
        if given.len() > wanted {
            faults.push(format!("{} takes {wanted} values, not {}", self.name, given.len()));
        }
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let mut values = above.iter().chain(&inside).cloned().zip(tidy).map(|(place, value)| Filled { place, value });
        let header_values = values.by_ref().take(above.len()).collect();
        Ok(OutboundTemplate {
            name: self.name.clone(),
            language: self.language.clone(),
            header: self.header,
            header_values,
            values: values.collect(),
        })
    }

    /// What the customer reads.
    pub fn shown(&self, filled: &OutboundTemplate) -> String {
        let above =
            if self.header == Header::Text { fill(&self.header_text, &filled.header_values) } else { String::new() };
        let parts = [above, fill(&self.body, &filled.values), self.footer.clone()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wording(header_text: &str, body: &str) -> Wording {
        let header = if header_text.is_empty() { Header::None } else { Header::Text };
        Wording {
            name: "order_update".into(),
            language: "en_US".into(),
            header,
            header_text: header_text.into(),
            body: body.into(),
            footer: "Bye".into(),
            ..Wording::default()
        }
    }

    fn given(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn places_are_found_in_their_order() {
        assert_eq!(places("{{2}} of {{1}}, {{2}} again"), ["1", "2"]);
        assert_eq!(places("Dear {{first_name}}, {{ order }}"), ["first_name", "order"]);
        assert_eq!(places("{{}} {{a b}} {{ {{3}} {{"), ["3"]);
    }

    #[test]
    fn values_go_to_their_places_and_missing_ones_are_named() {
        let template = wording("Order {{1}}", "Dear {{1}}, {{2}} leaves today.");
        let filled = template.filled(&given(&["A-7", "Ida", "a\nkettle"])).unwrap();
        assert_eq!(template.shown(&filled), "Order A-7\nDear Ida, a kettle leaves today.\nBye");
        assert_eq!((filled.header_values.len(), filled.values.len()), (1, 2));
        let told = template.filled(&given(&["A-7", " "])).unwrap_err();
        assert_eq!(told, "{{1}} is empty; {{2}} is missing");
        assert!(template.filled(&given(&["a", "b", "c", "d"])).unwrap_err().contains("takes 3 values, not 4"));
        assert!(template.filled(&given(&["a", "b", &"c".repeat(1025)])).unwrap_err().contains("more than 1024"));
    }

    #[test]
    fn a_template_kept_by_hand_is_checked() {
        assert_eq!(wording("Order {{1}}", "x").check(), Ok(()));
        let bad = Wording {
            name: "a b".into(),
            language: String::new(),
            body: " ".into(),
            header: Header::Text,
            ..Wording::default()
        };
        let told = bad.check().unwrap_err();
        for part in ["the name", "the language", "the text has", "a line above"] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
    }

    proptest! {
        #[test]
        fn what_is_filled_in_is_never_taken_for_a_place(value in "[a-z{}0-9 ]{1,20}", body in "[a-z {}0-9]{0,40}") {
            let template = wording("", &body);
            let (_, inside) = template.places();
            if let Ok(filled) = template.filled(&vec![value; inside.len()]) {
                let shown = template.shown(&filled);
                let again = template.shown(&filled);
                prop_assert_eq!(shown, again);
            }
        }
    }
}
