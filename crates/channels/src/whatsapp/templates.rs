//! Approved messages: the provider's list, and how one is sent (Business Management API "Message templates"; Cloud API
//! "Message templates: components").

use crate::{
    Http,
    http::error,
    json::{list as items, text},
    meta,
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
    template::{Filled, Header, OutboundTemplate, TemplateState, Wording},
};
use serde_json::{Value, json};

/// Pages of the list that are read, of a hundred templates each.
const PAGES: usize = 20;

/// Reads the list of the business account.
pub(super) async fn list(http: &Http, account: &AccountConfig) -> Result<Vec<(Wording, TemplateState)>, SendError> {
    let missing = "waba_id is not set: the id of the WhatsApp Business Account, in the settings of the channel";
    let waba = account.setting("waba_id").ok_or_else(|| error(ErrorClass::BadContent, missing))?;
    let mut found = Vec::new();
    let mut after = String::new();
    for _ in 0..PAGES {
        let page = meta::get(http, account, &page_after(waba, &after)).await?.json();
        found.extend(items(&page, "data").filter_map(template));
        match text(&page, "/paging/cursors/after").filter(|_| page.pointer("/paging/next").is_some()) {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    Ok(found)
}

fn page_after(waba: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("fields", "name,language,status,category,components").append_pair("limit", "100");
    if !after.is_empty() {
        query.append_pair("after", after);
    }
    format!("{waba}/message_templates?{}", query.finish())
}

/// One template of the list; `None` for those that cannot be sent from here (carousels, flows without a text).
fn template(raw: &Value) -> Option<(Wording, TemplateState)> {
    let state = match text(raw, "/status")? {
        "APPROVED" => TemplateState::Approved,
        "REJECTED" => TemplateState::Rejected,
        "PENDING" | "IN_APPEAL" => TemplateState::Pending,
        _ => TemplateState::Paused,
    };
    let part = |kind: &str| items(raw, "components").find(|part| text(part, "/type") == Some(kind));
    let head = part("HEADER");
    let header = match head.and_then(|part| text(part, "/format")) {
        Some("TEXT") => Header::Text,
        Some("IMAGE") => Header::Image,
        Some("VIDEO") => Header::Video,
        Some("DOCUMENT") => Header::Document,
        _ => Header::None,
    };
    let line = head.filter(|_| header == Header::Text).and_then(|part| text(part, "/text")).unwrap_or_default();
    let wording = Wording {
        name: text(raw, "/name")?.to_owned(),
        language: text(raw, "/language")?.to_owned(),
        category: text(raw, "/category").unwrap_or_default().to_lowercase(),
        header,
        header_text: line.to_owned(),
        body: part("BODY").and_then(|part| text(part, "/text"))?.to_owned(),
        footer: part("FOOTER").and_then(|part| text(part, "/text")).unwrap_or_default().to_owned(),
    };
    Some((wording, state))
}

/// What is sent of a template; `file` is the media id of what stands above it.
pub(super) fn body(template: &OutboundTemplate, file: Option<(&str, &str)>) -> Value {
    let mut components = Vec::new();
    let above = match file {
        Some((id, name)) => {
            let kind = template.header.code();
            let mut media = json!({ "id": id });
            if template.header == Header::Document {
                media["filename"] = json!(name);
            }
            vec![json!({ "type": kind, kind: media })]
        }
        None => template.header_values.iter().map(parameter).collect(),
    };
    if !above.is_empty() {
        components.push(json!({ "type": "header", "parameters": above }));
    }
    if !template.values.is_empty() {
        let parameters: Vec<Value> = template.values.iter().map(parameter).collect();
        components.push(json!({ "type": "body", "parameters": parameters }));
    }
    json!({ "name": template.name, "language": { "code": template.language }, "components": components })
}

/// Places with names say theirs, numbered ones are known by their order.
fn parameter(value: &Filled) -> Value {
    let mut parameter = json!({ "type": "text", "text": value.value });
    if value.place.parse::<u32>().is_err() {
        parameter["parameter_name"] = json!(value.place);
    }
    parameter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_and_what_cannot_be_sent_is_left_out() {
        let listed = json!({ "name": "order_update", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
            "components": [{ "type": "HEADER", "format": "IMAGE", "example": {} },
                { "type": "BODY", "text": "Dear {{first_name}}" }, { "type": "FOOTER", "text": "Bye" }] });
        let (wording, state) = template(&listed).unwrap();
        assert_eq!((wording.header, wording.footer.as_str(), state), (Header::Image, "Bye", TemplateState::Approved));
        let carousel =
            json!({ "name": "a", "language": "en", "status": "PAUSED", "components": [{ "type": "CAROUSEL" }] });
        assert!(template(&carousel).is_none());
    }

    #[test]
    fn values_stand_in_their_components() {
        let filled = |place: &str| Filled { place: place.to_owned(), value: "Ida".to_owned() };
        let template = OutboundTemplate {
            name: "order_update".into(),
            language: "en_US".into(),
            header: Header::Document,
            header_values: vec![],
            values: vec![filled("first_name"), filled("1")],
        };
        let sent = body(&template, Some(("m1", "a.pdf")));
        assert_eq!(
            sent["components"][0]["parameters"][0],
            json!({ "type": "document", "document": { "id": "m1", "filename": "a.pdf" } })
        );
        assert_eq!(sent["components"][1]["parameters"][0]["parameter_name"], "first_name");
        assert_eq!(sent["components"][1]["parameters"][1], json!({ "type": "text", "text": "Ida" }));
        assert_eq!(sent["language"]["code"], "en_US");
    }
}
