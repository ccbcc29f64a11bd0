//! What waits at a provider that only says that something waits.

use crate::Settings;
use meridian_app::pulls::{self, PulledRaw};
use meridian_bus::Outcome;
use meridian_channels::{PullFrom, StoredRequest, registry};
use meridian_domain::ids::{CursorId, TenantId};
use meridian_store::StoreError;
use meridian_telemetry::point;

/// Pulls of one job; more waits for the next.
const ROUNDS: usize = 50;
/// Attempts before the provider's next call is waited for: about two hours on the tiers below.
const ATTEMPTS: u32 = 10;

/// Pulls until nothing more waits.
pub(crate) async fn run(
    settings: &Settings,
    tenant: TenantId,
    id: CursorId,
    attempt: u32,
) -> Result<Outcome, StoreError> {
    let app = &settings.app;
    let Some((mut cursor, account)) = pulls::standing(app, tenant, id).await? else { return Ok(Outcome::Done) };
    let (channel, kind) = (registry::get(account.kind), account.kind.code());
    for _ in 0..ROUNDS {
        let from = PullFrom { name: &cursor.name, position: &cursor.position, hint: &cursor.hint };
        let pulled = match channel.pull(&settings.http, &account, from).await {
            Ok(pulled) => pulled,
            Err(error) => {
                metrics::counter!("meridian_pulls_total", "kind" => kind, "result" => "failed").increment(1);
                tracing::warn!(class = error.class.code(), %tenant, kind, attempt, "a pull failed");
                pulls::failed(app, tenant, account.id, &error).await?;
                let after = [5, 30, 300, 300, 1800][usize::try_from(attempt).unwrap_or(4).min(4)];
                let last = attempt >= ATTEMPTS;
                return Ok(if last { Outcome::Done } else { Outcome::Retry(error.retry_after_s.unwrap_or(after)) });
            }
        };
        metrics::counter!("meridian_pulls_total", "kind" => kind, "result" => "done").increment(1);
        point("pull.answered");
        let key = format!("pull:{}:{}", cursor.name, pulled.position);
        let part = StoredRequest::part_of_pull(&cursor.name);
        let raw = PulledRaw { account: account.id, dedupe_key: &key, request: &part, body: &pulled.body };
        let new = if pulled.body.is_empty() { &[][..] } else { std::slice::from_ref(&raw) };
        let position = pulled.position.clone();
        let kept = pulls::keep(app, tenant, &mut cursor, new, &position).await?;
        if !kept || !pulled.more {
            pulls::answered(app, tenant, account.id).await?;
            return Ok(Outcome::Done);
        }
    }
    Ok(Outcome::Retry(1))
}
