//! The look-up of customers in the tenant's own system: set up and tried.

use super::{SetupRefused, integrations::webhook_secret, refused::within, webhooks::address};
use crate::{App, authz::Subject, lookup};
use meridian_domain::{
    identity::normalise,
    ids::CustomerId,
    lookup::{self as rules, Answer, BUDGET, Exchange, FRESH_SECONDS, Fault, MOST, Question, Sent, sendable},
    people::Permission,
    time::Instant,
};
use meridian_store::lookups::{self as store, Wanted};
use serde_json::{Value, json};
use uuid::Uuid;

/// Plain HTTP is for the operator's own net, which the guard of the way out lets through or not.
fn encrypted(address: &str) -> bool {
    let Ok(parsed) = url::Url::parse(address) else { return false };
    let home = match parsed.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    parsed.scheme() == "https" || home
}

/// Each scheme once, all of them fit to be sent.
fn schemes(wanted: &[String]) -> Result<Vec<String>, SetupRefused> {
    let mut all: Vec<String> = Vec::new();
    for scheme in wanted.iter().map(|scheme| scheme.trim()) {
        if !sendable(scheme) {
            let shown: String = scheme.chars().filter(|c| !c.is_control()).take(40).collect();
            let text = format!("identifiers of the scheme `{shown}` are not one person's and never sent");
            return Err(SetupRefused::Wrong("schemes", text));
        }
        if !all.iter().any(|known| known == scheme) {
            all.push(scheme.to_owned());
        }
    }
    if all.is_empty() || all.len() > MOST {
        return Err(SetupRefused::Wrong("schemes", format!("schemes: choose 1 to {MOST}")));
    }
    Ok(all)
}

/// Sets the look-up up and tells its signing secret, or changes it and tells none.
pub async fn save_lookup(app: &App, subject: &Subject, new: Wanted<'_>) -> Result<Option<String>, SetupRefused> {
    subject.require(Permission::Administer)?;
    within("fresh_seconds", new.fresh_seconds, FRESH_SECONDS)?;
    let schemes = schemes(new.schemes)?;
    let url = address(app, new.url).await?;
    if !encrypted(&url) {
        let text = "url is an https address: plain http is for private addresses alone";
        return Err(SetupRefused::Wrong("url", text.to_owned()));
    }
    let wanted = Wanted { url: &url, schemes: &schemes, ..new };
    let secret = webhook_secret();
    let mut tx = app.db.write(subject.scope()).await?;
    let tenant = tx.scope().tenant();
    let sealed = app.sealer.seal(tenant, tenant.0, &secret);
    let fresh = store::insert(&mut tx, &wanted, &sealed).await?;
    if !fresh {
        store::update(&mut tx, &wanted).await?;
    }
    let detail = json!({ "enabled": wanted.enabled, "schemes": schemes });
    tx.audit("customer_lookup_saved", "customer_lookup", Some(tenant.0), detail);
    tx.commit().await?;
    Ok(fresh.then_some(secret))
}

/// Gives the look-up a new secret. For the hours of overlap every request is signed with both.
pub async fn rotate_lookup_secret(app: &App, subject: &Subject, overlap_hours: i32) -> Result<String, SetupRefused> {
    subject.require(Permission::Administer)?;
    within("overlap_hours", overlap_hours, 0..=168)?;
    let secret = webhook_secret();
    let mut tx = app.db.write(subject.scope()).await?;
    let tenant = tx.scope().tenant();
    let sealed = app.sealer.seal(tenant, tenant.0, &secret);
    if !store::rotate(&mut tx, &sealed, overlap_hours).await? {
        return Err(SetupRefused::NotFound("look-up"));
    }
    let detail = json!({ "overlap_hours": overlap_hours });
    tx.audit("customer_lookup_rotated", "customer_lookup", Some(tenant.0), detail);
    tx.commit().await?;
    Ok(secret)
}

/// A look-up that was tried.
#[derive(Debug)]
pub struct LookupTrial {
    /// The body that was sent.
    pub body: Value,
    /// What came back.
    pub exchange: Exchange,
    /// What it says; none when the customer is not known there.
    pub outcome: Result<Option<Answer>, Fault>,
}

/// Asks about an identifier that the admin writes down, also while the look-up is off. Nothing of the answer is kept; how
/// the system fares is.
pub async fn test_lookup(
    app: &App,
    subject: &Subject,
    scheme: &str,
    value: &str,
    locale: &str,
    now: Instant,
) -> Result<LookupTrial, SetupRefused> {
    subject.require(Permission::Administer)?;
    let value = normalise(scheme, value).map_err(|wrong| SetupRefused::Wrong("value", wrong.to_string()))?;
    let mut tx = app.db.read(subject.scope()).await?;
    let setting = store::setting(&mut tx).await?.ok_or(SetupRefused::NotFound("look-up"))?;
    if !setting.schemes.iter().any(|known| known == scheme) {
        let text = "identifiers of this scheme are not sent: allow it first";
        return Err(SetupRefused::Wrong("scheme", text.to_owned()));
    }
    let secrets = store::secrets(&mut tx, &app.sealer).await?;
    drop(tx);
    let sent = [Sent { scheme: scheme.to_owned(), value, scope: String::new() }];
    let body = rules::request(&CustomerId(Uuid::nil()).to_string(), &sent, &rules::locale(locale));
    let id = format!("lkp_{}", app.db.ids().next::<Uuid>().simple());
    let question = Question { url: &setting.url, secrets: &secrets, id: &id, body: &body, now, patience: BUDGET };
    let exchange = app.providers.look_up(question).await;
    let outcome = rules::understand(&exchange);
    let mut tx = app.db.write(subject.scope()).await?;
    lookup::fares(&mut tx, &outcome, exchange.took, exchange.retry_after_s).await?;
    let tenant = tx.scope().tenant();
    let told = outcome.as_ref().err().map_or("answered", |fault| fault.kind.code());
    tx.audit("customer_lookup_tested", "customer_lookup", Some(tenant.0), json!({ "outcome": told }));
    tx.commit().await?;
    Ok(LookupTrial { body, exchange, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_private_addresses_and_schemes_are_told_once() {
        for good in
            ["https://crm.example/x", "http://127.0.0.1:9/", "http://10.1.2.3/", "http://localhost/", "http://[::1]/"]
        {
            assert!(encrypted(good), "{good}");
        }
        for bad in ["http://crm.example/", "http://8.8.8.8/", "http://localhost.example/", "nonsense"] {
            assert!(!encrypted(bad), "{bad}");
        }
        let of = |list: &[&str]| schemes(&list.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["email", " email ", "crm_id"]).unwrap(), ["email", "crm_id"]);
        assert_eq!(of(&[]).unwrap_err().field().as_deref(), Some("schemes"));
        assert!(of(&["name"]).unwrap_err().to_string().contains("`name`"));
    }
}
