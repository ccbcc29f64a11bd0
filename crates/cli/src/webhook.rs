//! `meridian webhook`: a receiver for trying webhooks on one's own machine.

use anyhow::{Context, Result};
use clap::Subcommand;
use meridian_channels::{InboundRequest, webhooks};
use meridian_domain::{
    secret::Secret,
    time::{Clock, Instant, SystemClock},
};
use meridian_lab::provider::{Recorded, receive};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Chores with webhooks.
#[derive(Subcommand)]
pub enum Webhook {
    /// Print every webhook that comes in, one line of JSON each, and verify its signature: 204 for a good one, 401 for
    /// others. Ends with Ctrl-C.
    Listen {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:9100")]
        listen: String,
        /// The signing secret, `whsec_...`; several during a rotation.
        #[arg(long, env = "WEBHOOK_SECRET", value_delimiter = ',', required = true, hide_env_values = true)]
        secret: Vec<String>,
        /// Answer good ones with this status instead, to see what is done about failures.
        #[arg(long, default_value_t = 204)]
        status: u16,
    },
}

/// What is printed of a request, and whether it is from whom it says.
fn told(request: &Recorded, secrets: &[Secret], now: Instant) -> (Value, bool) {
    let inbound = InboundRequest {
        method: "POST".to_owned(),
        query: String::new(),
        headers: request.headers.clone(),
        body: request.body.clone().into(),
    };
    let verdict = webhooks::verify(secrets, &inbound, now);
    let body: Value = serde_json::from_slice(&request.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&request.body).into_owned()));
    let line = json!({
        "verified": verdict.is_ok(),
        "error": verdict.as_ref().err().map(ToString::to_string),
        "webhook-id": request.header("webhook-id"),
        "path": request.path,
        "body": body,
    });
    (line, verdict.is_ok())
}

impl Webhook {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        let Self::Listen { listen, secret, status } = self;
        let secrets: Vec<Secret> = secret.into_iter().map(Secret::new).collect();
        let listener = TcpListener::bind(&listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        eprintln!("listening on http://{}, Ctrl-C ends", listener.local_addr()?);
        let serving = receive(listener, |request| {
            let (line, good) = told(request, &secrets, SystemClock.now());
            println!("{line}");
            if good { status } else { 401 }
        });
        tokio::select! {
            ended = serving => ended,
            stopped = tokio::signal::ctrl_c() => Ok(stopped?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_lab::customer;

    #[test]
    fn a_good_signature_is_told_from_a_forged_one() {
        let secret = format!("whsec_{}", "A".repeat(32));
        let now = SystemClock.now();
        let body = r#"{"type":"webhook.test"}"#;
        let signed = customer::standard_webhook(&secret, "evt_1", now.timestamp(), body).unwrap();
        let headers = signed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let request = Recorded { path: "/".to_owned(), headers, body: body.as_bytes().to_vec() };
        let (line, good) = told(&request, &[Secret::new(secret.clone())], now);
        assert!(good && line["body"]["type"] == "webhook.test" && line["webhook-id"] == "evt_1", "{line}");
        let forged = Recorded { body: b"{}".to_vec(), ..request };
        let (line, good) = told(&forged, &[Secret::new(secret)], now);
        assert!(!good && line["error"] == "the signature does not match", "{line}");
    }
}
