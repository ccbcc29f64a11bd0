//! Amazon Connect (<https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html>): a contact flow
//! calls a function, which posts the event here with the bot's secret as bearer token. The flow calls it to hand over; the
//! answer is flat, texts only, within 8 s, as the flow's external attributes want it.

use super::{
    Adapter, Answer, Outcome, Rules,
    read::{first_text, language, object},
};
use crate::json::{id, text};
use meridian_domain::platform::{Ask, BotCall, BotPlatform, CallUser};
use serde_json::{Map, Value, json};

pub(super) struct AmazonConnect;

impl Adapter for AmazonConnect {
    fn platform(&self) -> BotPlatform {
        BotPlatform::AmazonConnect
    }

    fn recognises(&self, body: &Value) -> bool {
        body.pointer("/Details/ContactData").is_some_and(Value::is_object)
    }

    fn read(&self, body: &Value, _rules: Rules<'_>) -> Vec<BotCall> {
        let Some(contact) = body.pointer("/Details/ContactData").filter(|contact| contact.is_object()) else {
            return Vec::new();
        };
        let attributes = object(contact.get("Attributes"));
        let mut slots = attributes.clone();
        slots.extend(object(body.pointer("/Details/Parameters")));
        let address = first_text(contact, &["/CustomerEndpoint/Address"]);
        let phone = matches!(text(contact, "/CustomerEndpoint/Type"), Some("TELEPHONE_NUMBER"));
        let named = |name: &str| slots.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut detail = Map::new();
        for (name, place) in
            [("contact_id", "/ContactId"), ("channel", "/Channel"), ("initiation", "/InitiationMethod")]
        {
            detail.extend(text(contact, place).map(|value| (name.to_owned(), json!(value))));
        }
        vec![BotCall {
            format: "amazon-connect",
            event: text(body, "/Name").unwrap_or_default().to_owned(),
            delivery: id(contact, "/ContactId").map(|contact| format!("contact:{contact}")),
            session: id(contact, "/ContactId"),
            user: CallUser {
                id: (!phone).then(|| address.clone()).flatten(),
                external_id: named("customerId"),
                email: named("email"),
                phone: address.filter(|_| phone),
                name: first_text(contact, &["/CustomerEndpoint/DisplayName"])
                    .or_else(|| named("customerName"))
                    .or_else(|| first_text(contact, &["/Name"])),
            },
            reason: named("reason"),
            summary: named("summary"),
            slots,
            attributes,
            language: language(text(contact, "/LanguageCode")),
            queue: first_text(contact, &["/Queue/Name"]),
            ask: Ask::Handoff,
            detail,
            ..BotCall::default()
        }]
    }

    fn answer(&self, _body: &Value, outcome: &Outcome) -> Answer {
        json!({
            "handoff": outcome.handoff.as_deref().unwrap_or_default(),
            "conversation": outcome.conversation.as_deref().unwrap_or_default(),
            "position": outcome.position.to_string(),
        })
    }
}
