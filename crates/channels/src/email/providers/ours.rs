//! Which of our mails a provider speaks of. Some report by an id of their own that nobody told us when we sent by SMTP:
//! there our own id travels in a header of theirs and comes back with each report.

use super::{Provider, json::text};
use meridian_domain::ids::DeliveryId;
use serde_json::{Value, json};

/// The header by which a mail carries its id to the provider and back, with its value.
pub fn header(provider: Provider, id: DeliveryId) -> Option<(&'static str, String)> {
    let id = id.to_string();
    Some(match provider {
        Provider::Smtp => return None,
        // "X-SMTPAPI: unique arguments".
        Provider::SendGrid => ("X-SMTPAPI", json!({ "unique_args": { "delivery": id } }).to_string()),
        // "Attaching data to messages".
        Provider::Mailgun => ("X-Mailgun-Variables", json!({ "delivery": id }).to_string()),
        // "Custom metadata".
        Provider::Postmark => ("X-PM-Metadata-delivery", id),
        // "Custom ID".
        Provider::Mailjet => ("X-MJ-CustomID", id),
        // "X-MSYS-API: metadata".
        Provider::SparkPost => ("X-MSYS-API", json!({ "metadata": { "delivery": id } }).to_string()),
        // "Custom headers".
        Provider::Brevo => ("X-Mailin-custom", id),
        // "Custom message metadata".
        Provider::Mandrill => ("X-MC-Metadata", json!({ "delivery": id }).to_string()),
    })
}

/// Our id in a report; none when the mail was not ours or carried none.
pub(super) fn of(provider: Provider, event: &Value) -> Option<String> {
    let told = match provider {
        Provider::Smtp => return None,
        Provider::SendGrid => &event["delivery"],
        Provider::Mailgun => &event["event-data"]["user-variables"]["delivery"],
        Provider::Postmark => &event["Metadata"]["delivery"],
        Provider::Mailjet => &event["CustomID"],
        Provider::SparkPost => {
            return event["msys"].as_object()?.values().next().and_then(|event| ours(&event["rcpt_meta"]["delivery"]));
        }
        Provider::Brevo => &event["X-Mailin-custom"],
        Provider::Mandrill => &event["msg"]["metadata"]["delivery"],
    };
    ours(told)
}

fn ours(told: &Value) -> Option<String> {
    text(told).filter(|id| id.parse::<DeliveryId>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_out_and_comes_back() {
        let id = DeliveryId(uuid::Uuid::from_u128(7));
        let sent = |provider| header(provider, id).unwrap().1;
        let read = |provider| serde_json::from_str::<Value>(&sent(provider)).unwrap();
        let back = [
            (
                Provider::SendGrid,
                json!({ "event": "delivered", "delivery": read(Provider::SendGrid)["unique_args"]["delivery"] }),
            ),
            (Provider::Mailgun, json!({ "event-data": { "user-variables": read(Provider::Mailgun) } })),
            (Provider::Postmark, json!({ "Metadata": { "delivery": sent(Provider::Postmark) } })),
            (Provider::Mailjet, json!({ "CustomID": sent(Provider::Mailjet) })),
            (
                Provider::SparkPost,
                json!({ "msys": { "message_event": { "rcpt_meta": read(Provider::SparkPost)["metadata"] } } }),
            ),
            (Provider::Brevo, json!({ "X-Mailin-custom": sent(Provider::Brevo) })),
            (Provider::Mandrill, json!({ "msg": { "metadata": read(Provider::Mandrill) } })),
        ];
        for (provider, report) in back {
            assert_eq!(of(provider, &report), Some(id.to_string()), "{provider:?}");
        }
        assert_eq!(
            (header(Provider::Smtp, id), of(Provider::Mailjet, &json!({ "CustomID": "campaign 7" }))),
            (None, None)
        );
    }
}
