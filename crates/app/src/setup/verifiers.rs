//! Settings of identity: who checks outside that somebody is who they say, and what tags in mail addresses mean.

use super::{SetupRefused, refused::name};
use crate::{App, authz::Subject, identity};
use meridian_domain::{
    identity::{
        SubAddresses,
        verifier::{InvalidSignal, Kind, Thresholds, check_hours},
    },
    ids::VerifierId,
    people::Permission,
    time::Instant,
};
use meridian_store::{
    recognition,
    signals::{self, Verifier},
};
use serde_json::json;

/// A verifier to register or to change.
#[derive(Debug, Clone)]
pub struct NewVerifier<'a> {
    /// The one to change.
    pub id: Option<VerifierId>,
    /// Name.
    pub name: &'a str,
    /// How it checks; of a registered one it stays.
    pub kind: Kind,
    /// When a check passes, and when it failed.
    pub thresholds: Thresholds,
    /// For how long a check counts when it does not say, hours; as long as its kind allows when left out.
    pub hours: Option<i64>,
    /// Whether its checks count.
    pub enabled: bool,
}

fn field(wrong: InvalidSignal) -> SetupRefused {
    let field = if matches!(wrong, InvalidSignal::Hours(_)) { "hours" } else { "accept_from" };
    SetupRefused::Wrong(field, wrong.to_string())
}

/// Registers a verifier, or changes one. Checks keep the thresholds they were judged by; those of one that is switched
/// off count no more, and what was suggested because of them is looked at again.
pub async fn save_verifier(
    app: &App,
    subject: &Subject,
    new: &NewVerifier<'_>,
    now: Instant,
) -> Result<VerifierId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(new.name)?;
    let thresholds = new.thresholds.check().map_err(field)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let known = match new.id {
        Some(id) => Some(signals::verifier(&mut tx, id).await?.ok_or(SetupRefused::NotFound("verifier"))?),
        None => None,
    };
    let kind = known.as_ref().map_or(new.kind, |known| known.kind);
    let hours = check_hours(kind, new.hours.unwrap_or(kind.longest_hours())).map_err(field)?;
    let verifier = Verifier {
        id: known.as_ref().map_or_else(|| tx.id(), |known| known.id),
        name: label.to_owned(),
        kind,
        thresholds,
        hours: i16::try_from(hours).unwrap_or(i16::MAX),
        enabled: new.enabled,
        created_at: known.as_ref().map_or(now, |known| known.created_at),
    };
    signals::save_verifier(&mut tx, &verifier).await?;
    if known.is_some_and(|known| known.enabled != verifier.enabled) {
        let checks = signals::of_verifier(&mut tx, verifier.id).await?;
        identity::forget_pairs(&mut tx, &checks).await?;
    }
    let detail = json!({ "kind": kind.code(), "enabled": verifier.enabled, "hours": hours });
    tx.audit("identity_verifier_saved", "identity_verifier", Some(verifier.id.0), detail);
    tx.commit().await?;
    Ok(verifier.id)
}

/// Says whether mail addresses with different tags behind a plus sign are different mailboxes. All customers are compared
/// again by a run, if that is news and none is on.
pub async fn save_sub_addresses(app: &App, subject: &Subject, tags: SubAddresses) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !recognition::set_sub_addresses(&mut tx, tags).await? {
        return Ok(());
    }
    tx.audit("identity_settings_saved", "tenant", None, json!({ "sub_addresses_apart": tags == SubAddresses::Apart }));
    identity::compare_all(&mut tx).await?;
    Ok(tx.commit().await?)
}
