//! Counting calls over all processes. Redis may be lost with its counts: then everybody begins anew.

use crate::{Hints, hints::TIMEOUT};
use std::time::Duration;

/// Calls in the present window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many, this one included.
    pub calls: u64,
    /// Until the window ends.
    pub left: Duration,
}

impl Hints {
    /// Counts a call under a name, in fixed windows; `None` when Redis does not answer.
    pub async fn count(&self, name: &str, window: Duration) -> Option<Counted> {
        let mut connection = self.connection().await?;
        let key = format!("{}rate.{name}", self.prefix);
        let mut pipe = redis::pipe();
        pipe.atomic();
        pipe.cmd("INCR").arg(&key);
        pipe.cmd("EXPIRE").arg(&key).arg(window.as_secs()).arg("NX").ignore();
        pipe.cmd("PTTL").arg(&key);
        let asked = tokio::time::timeout(TIMEOUT, pipe.query_async::<(u64, i64)>(&mut connection)).await;
        let (calls, left) = asked.ok()?.ok()?;
        Some(Counted { calls, left: Duration::from_millis(left.max(0).unsigned_abs()).min(window) })
    }
}
