//! How often a key may call: counted in Redis over all processes, here alone while Redis is away. Told in the fields of
//! the IETF draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).

use crate::Edge;
use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue, RETRY_AFTER},
    web,
};
use meridian_bus::Counted;
use meridian_domain::ids::ApiKeyId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Calls of one key in one window.
const QUOTA: u64 = 600;
const WINDOW: Duration = Duration::from_mins(1);
/// Keys remembered without Redis.
const MOST_KEYS: usize = 10_000;

/// Counts of this process, for when Redis does not answer.
#[derive(Default)]
pub(crate) struct Local(Mutex<HashMap<ApiKeyId, (Instant, u64)>>);

impl Local {
    fn count(&self, key: ApiKeyId) -> Counted {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if keys.len() >= MOST_KEYS {
            keys.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        let (since, calls) = keys.entry(key).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *calls) = (now, 0);
        }
        *calls += 1;
        Counted { calls: *calls, left: WINDOW.saturating_sub(now.duration_since(*since)) }
    }
}

/// What is left of a key's rate.
pub(crate) struct Rate(Counted);

/// Counts a call.
pub(crate) async fn count(edge: &web::Data<Edge>, key: ApiKeyId) -> Rate {
    let hints = edge.hints.clone();
    let counted = edge.run(async move { hints.count(&key.to_string(), WINDOW).await }).await.flatten();
    Rate(counted.unwrap_or_else(|| edge.local_rates.count(key)))
}

impl Rate {
    pub(crate) fn exceeded(&self) -> bool {
        self.0.calls > QUOTA
    }

    fn seconds(&self) -> u64 {
        self.0.left.as_millis().div_ceil(1000).try_into().unwrap_or(WINDOW.as_secs())
    }

    /// `RateLimit-Policy` and `RateLimit`.
    pub(crate) fn tell(&self, answer: &mut HttpResponse) {
        let policy = format!("\"default\";q={QUOTA};w={}", WINDOW.as_secs());
        let left = format!("\"default\";r={};t={}", QUOTA.saturating_sub(self.0.calls), self.seconds());
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }

    /// `Retry-After`, when there is nothing left.
    pub(crate) fn tell_when(&self, answer: &mut HttpResponse) {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.seconds()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_a_quota_and_the_headers_say_what_is_left() {
        let (local, key) = (Local::default(), ApiKeyId(uuid::Uuid::from_u128(1)));
        let mut last = Rate(local.count(key));
        let mut answer = HttpResponse::Ok().finish();
        last.tell(&mut answer);
        assert_eq!(answer.headers().get("ratelimit-policy").unwrap(), "\"default\";q=600;w=60");
        assert_eq!(answer.headers().get("ratelimit").unwrap(), "\"default\";r=599;t=60");
        for _ in 1..QUOTA {
            last = Rate(local.count(key));
        }
        assert!(!last.exceeded());
        assert!(Rate(local.count(key)).exceeded());
        assert!(!Rate(local.count(ApiKeyId(uuid::Uuid::from_u128(2)))).exceeded());
    }
}
