//! An endpoint that completes chats as `POST {base}/chat/completions` does in `OpenAI`'s API reference; many servers speak
//! it. Time-boxed, behind the one way out.

use crate::{
    Http,
    http::{Request, error},
};
use meridian_domain::{
    assistant::{Ask, Completed},
    outbound::{ErrorClass, SendError},
    secret::Secret,
};
use serde_json::{Value, json};
use std::time::Duration;

/// A configured endpoint.
#[derive(Debug, Clone)]
pub struct Model {
    /// Address of the API, ending in `/v1` for most.
    pub url: String,
    /// Sent as bearer token, when there is one.
    pub key: Option<Secret>,
    /// Name of the model.
    pub name: String,
    /// The longest it may take.
    pub patience: Duration,
}

/// Asks the endpoint of an assistant once.
pub async fn complete(http: &Http, ask: Ask<'_>) -> Completed {
    let model = Model {
        url: ask.url.to_owned(),
        key: Some(ask.key.clone()).filter(|key| !key.is_empty()),
        // The body names it.
        name: String::new(),
        patience: ask.patience,
    };
    let begun = tokio::time::Instant::now();
    let done = model.complete(http, ask.body).await;
    Completed { status: done.status, took: begun.elapsed(), answer: done.answer }
}

/// What one call of an endpoint came to.
#[derive(Debug, Clone)]
pub struct Completion {
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// The body of a good answer, or why there is none.
    pub answer: Result<Value, SendError>,
}

impl Completion {
    fn failed(status: Option<u16>, error: SendError) -> Self {
        Self { status, answer: Err(error) }
    }
}

impl Model {
    /// Asks once; the text of the first choice.
    pub async fn ask(&self, http: &Http, system: &str, user: &str) -> Result<String, SendError> {
        let body = json!({
            "model": self.name, "temperature": 0, "max_tokens": 600, "response_format": { "type": "json_object" },
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
        });
        let answer = self.complete(http, &body).await.answer?;
        let text = answer["choices"][0]["message"]["content"].as_str().map(str::to_owned);
        text.ok_or_else(|| error(ErrorClass::ProviderDown, "the model's answer has no message"))
    }

    /// Posts a question as it is; the whole answer.
    pub async fn complete(&self, http: &Http, body: &Value) -> Completion {
        let url = format!("{}/chat/completions", self.url.trim_end_matches('/'));
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.key.as_ref().map(|key| ("authorization", format!("Bearer {}", key.expose()))));
        let body = serde_json::to_vec(body).unwrap_or_default();
        // The client's own time-out says less than the one around it.
        let request = Request { url: &url, headers, basic: None, body, timeout: 2 * self.patience };
        let answer = match tokio::time::timeout(self.patience, http.post(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => return Completion::failed(None, failure),
            Err(_) => {
                return Completion::failed(None, error(ErrorClass::ProviderDown, "the model took too long"));
            }
        };
        let status = Some(answer.status);
        if !(200..300).contains(&answer.status) {
            let detail = format!("the model answered HTTP {}", answer.status);
            let failure = SendError { class: answer.class(), detail, retry_after_s: answer.retry_after_s };
            return Completion::failed(status, failure);
        }
        match serde_json::from_slice(&answer.body) {
            Ok(body) => Completion { status, answer: Ok(body) },
            Err(_) => Completion::failed(status, error(ErrorClass::ProviderDown, "the model's answer is not JSON")),
        }
    }
}
