//! Files of messages: fetched from providers, read for sending.

use crate::Settings;
use meridian_app::media::{self, Fetch};
use meridian_bus::Outcome;
use meridian_channels::{StoredRequest, registry};
use meridian_domain::{
    ids::{AttachmentId, TenantId},
    media::{LARGEST, judge, key},
    outbound::{ErrorClass, OutboundMessage, SendError},
};
use meridian_files::{Files, FilesError, sniff};
use meridian_store::StoreError;
use meridian_telemetry::point;

/// Attempts before a file counts as lost: about an hour and a half on the tiers below.
const ATTEMPTS: u32 = 6;

/// Fetches a file, judges it by its bytes and keeps it.
pub(crate) async fn fetch(
    settings: &Settings,
    tenant: TenantId,
    id: AttachmentId,
    attempt: u32,
) -> Result<Outcome, StoreError> {
    let app = &settings.app;
    let Some(fetch) = media::claim(app, tenant, id).await? else { return Ok(Outcome::Done) };
    let kind = fetch.account.kind.code();
    let result = |result: &'static str| {
        metrics::counter!("meridian_media_total", "kind" => kind, "result" => result).increment(1);
    };
    let bytes = match bytes_of(settings, &fetch).await {
        Ok(bytes) => bytes,
        Err(error) if error.class.retryable() && attempt < ATTEMPTS => {
            let after = [5, 30, 300, 300, 1800, 1800][usize::try_from(attempt).unwrap_or(5).min(5)];
            return Ok(Outcome::Retry(error.retry_after_s.unwrap_or(after)));
        }
        Err(error) => {
            result("failed");
            media::failed(app, tenant, id, false, &error.detail).await?;
            return Ok(Outcome::Done);
        }
    };
    let declared = fetch.source.told.mime.as_deref();
    let content_type = match judge(&bytes, sniff(&bytes), declared, &fetch.name) {
        Ok(content_type) => content_type,
        Err(reason) => {
            result("refused");
            media::failed(app, tenant, id, true, &reason).await?;
            return Ok(Outcome::Done);
        }
    };
    if let Err(error) = settings.files.put(&key(tenant, id), bytes.clone()).await {
        tracing::error!(%error, %tenant, attachment = %id, "a file cannot be kept");
        return Ok(Outcome::Retry([5, 30, 300][usize::try_from(attempt).unwrap_or(2).min(2)]));
    }
    point("media.kept");
    media::kept(app, tenant, id, &content_type, &bytes).await?;
    result("stored");
    Ok(Outcome::Done)
}

async fn bytes_of(settings: &Settings, fetch: &Fetch) -> Result<bytes::Bytes, SendError> {
    let channel = registry::get(fetch.account.kind);
    if let Some(raw) = &fetch.raw {
        let request =
            StoredRequest { part: raw.request.clone(), body: raw.body.clone().into(), received_at: raw.received_at };
        let external = fetch.source.external_id.as_deref();
        if let Some(bytes) = channel.inside(&fetch.account, &request, external, fetch.source.position.into()) {
            return Ok(bytes.into());
        }
    }
    let place = channel.media(&settings.http, &fetch.account, &fetch.source.told).await?;
    settings.http.fetch(&place, LARGEST).await
}

/// Reads the files of a message that is about to leave.
pub(crate) async fn load(files: &Files, message: &mut OutboundMessage) -> Result<(), SendError> {
    for file in &mut message.files {
        let failed = |class, detail: String| SendError { class, detail, retry_after_s: None };
        file.content = match files.get(&file.key).await {
            Ok(bytes) => bytes.to_vec(),
            Err(FilesError::Missing) => return Err(failed(ErrorClass::BadContent, "the file is gone".to_owned())),
            Err(error) => return Err(failed(ErrorClass::OwnTrouble, error.to_string())),
        };
    }
    Ok(())
}
