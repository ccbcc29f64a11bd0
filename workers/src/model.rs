//! The language model, when one is configured, as the use cases see it.

use futures_util::future::BoxFuture;
use meridian_app::bots::Writer;
use meridian_channels::{Http, Model};
use meridian_domain::handoff::Question;

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
