//! The language model, when one is configured, as the use cases see it.

use futures_util::future::BoxFuture;
use meridian_app::bots::{self, Writer};
use meridian_channels::{Http, Model, complete};
use meridian_domain::{
    assistant::{Ask, Completed, usage},
    handoff::Question,
};
use meridian_telemetry::point;

/// Writes with the endpoint.
pub(crate) struct Endpoint<'a> {
    pub http: &'a Http,
    pub model: &'a Model,
}

impl Writer for Endpoint<'_> {
    fn write<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async move {
            let answer = self.model.ask(self.http, &question.system, &question.dialogue).await;
            answer.map_err(|error| error.detail)
        })
    }
}

/// The way to the endpoints of assistants.
pub(crate) struct Endpoints<'a> {
    pub http: &'a Http,
}

impl bots::Endpoint for Endpoints<'_> {
    fn complete<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Completed> {
        Box::pin(async move {
            let done = complete(self.http, ask).await;
            point("assistant.answered");
            metrics::histogram!("meridian_assistant_seconds").record(done.took.as_secs_f64());
            let result = if done.answer.is_ok() { "answered" } else { "failed" };
            metrics::counter!("meridian_assistant_calls_total", "result" => result).increment(1);
            let (asked, said) = done.answer.as_ref().map_or((None, None), usage);
            for (kind, tokens) in [("prompt", asked), ("completion", said)] {
                metrics::counter!("meridian_assistant_tokens_total", "kind" => kind)
                    .increment(tokens.unwrap_or(0).into());
            }
            done
        })
    }
}
