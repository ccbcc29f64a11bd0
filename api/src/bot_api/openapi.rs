//! The description of `/v1/bot` (OpenAPI 3.1).

use super::{
    actions, events, knowledge,
    types::{
        Ack, Acked, Article, Control, Envelope, HandedOver, Handoff, Intent, Knowledge, Line, Problem, Reason, Resolve,
        Said, Say, SessionState, Target, Transcript,
    },
};
use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Meridian bot API",
        version = "1",
        license(name = "see the installation"),
        description = "What a bot does by call. Keys are made with `apiKeyCreate` and name one bot; their scopes are \
                       `bot:read` and `bot:act`. Errors are problem+json (RFC 9457). `RateLimit` and `RateLimit-Policy` \
                       say what is left."
    ),
    paths(
        actions::standing,
        actions::transcript,
        actions::say,
        actions::hand_off,
        actions::pass_back,
        actions::resolve,
        events::stream,
        events::acknowledge,
        knowledge::search
    ),
    components(schemas(
        Ack, Acked, Article, Control, Envelope, HandedOver, Handoff, Intent, Knowledge, Line, Problem, Reason, Resolve,
        Said, Say, SessionState, Target, Transcript
    )),
    modifiers(&Keys),
    tags(
        (name = "sessions", description = "Read what concerns the bot"),
        (name = "actions", description = "Only the holder of a session may act in it"),
        (name = "events", description = "For bots without an address"),
        (name = "knowledge", description = "What is published for bots")
    )
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("mrd_").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(key));
    }
}

/// The document; needs no key.
pub(super) async fn document() -> HttpResponse {
    match Document::openapi().to_json() {
        Ok(text) => HttpResponse::Ok().content_type("application/json").body(text),
        Err(error) => {
            tracing::error!(%error, "the OpenAPI document cannot be written");
            crate::problem::unavailable()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_domain::bot::HandoffRequest;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    #[test]
    fn the_document_is_openapi_3_1_and_names_every_route() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        assert_eq!(paths.len(), 9, "{paths:?}");
        assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        let text = document.to_string();
        for named in text.match_indices("#/components/schemas/").map(|(at, found)| &text[at + found.len()..]) {
            let name = named.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
        }
    }

    #[test]
    fn a_hand_off_is_described_as_it_is_read() {
        let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        let read = fields(&json!(HandoffRequest::default()));
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert_eq!(fields(&document["components"]["schemas"]["Handoff"]["properties"]), read);
    }
}
