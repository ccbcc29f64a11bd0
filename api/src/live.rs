//! Hints from Redis as watches for subscriptions.

use meridian_bus::Hub;
use meridian_domain::{ids::TenantId, live::Topic};
use meridian_web_schema::{LiveSource, Watch};

/// The hub as the contract sees it.
pub(crate) struct Live(pub Hub);

impl LiveSource for Live {
    fn watch(&self, tenant: TenantId, topics: &[Topic]) -> Watch {
        let watches: Vec<_> = topics.iter().map(|topic| self.0.watch(tenant.0, &topic.to_string())).collect();
        Watch {
            receivers: watches.iter().map(meridian_bus::hints::TopicWatch::receiver).collect(),
            guard: Box::new(watches),
        }
    }
}
