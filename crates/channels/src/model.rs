//! An endpoint that completes chats as `POST {base}/chat/completions` does in `OpenAI`'s API reference; many servers speak
//! it. Time-boxed, behind the one way out.

use crate::{
    Http,
    http::{Request, error},
};
use meridian_domain::{
    outbound::{ErrorClass, SendError},
    secret::Secret,
};
use serde_json::json;
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

impl Model {
    /// Asks once; the text of the first choice.
    pub async fn ask(&self, http: &Http, system: &str, user: &str) -> Result<String, SendError> {
        let url = format!("{}/chat/completions", self.url.trim_end_matches('/'));
        let body = json!({
            "model": self.name, "temperature": 0, "max_tokens": 600, "response_format": { "type": "json_object" },
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
        });
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.key.as_ref().map(|key| ("authorization", format!("Bearer {}", key.expose()))));
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let request = Request { url: &url, headers, basic: None, body, timeout: self.patience };
        // The time-out of the client covers each wait; this one the whole.
        let answer = tokio::time::timeout(self.patience, http.post(request)).await;
        let answer = answer.map_err(|_| error(ErrorClass::ProviderDown, "the model took too long"))??;
        if !(200..300).contains(&answer.status) {
            return Err(error(answer.class(), format!("the model answered HTTP {}", answer.status)));
        }
        let text = answer.json()["choices"][0]["message"]["content"].as_str().map(str::to_owned);
        text.ok_or_else(|| error(ErrorClass::ProviderDown, "the model's answer has no message"))
    }
}
