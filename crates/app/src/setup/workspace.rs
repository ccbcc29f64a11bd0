//! The way into an installation. A new workspace: the tenant, the least that a first admin goes on from under Admin, and
//! that admin.

use super::{SetupRefused, people, refused};
use crate::{App, auth, authz::Subject};
use meridian_domain::{
    ids::{AgentId, BranchId, QueueId, SiteId, TenantId},
    jobs::Job,
    people::Role,
    secret::Secret,
};
use meridian_store::{StoreError, WriteTx, agents, setup as store};
use serde_json::json;
use std::collections::BTreeMap;

/// Name of the first branch and of the first site; the admin renames them.
const PLACE: &str = "Head office";
/// Name of the first queue.
const QUEUE: &str = "General";
/// Seconds to answer an offer of the first queue.
const OFFER_SECONDS: i32 = 20;
/// Seconds during which only the agent who knows the customer is asked.
const STICKY_SECONDS: i32 = 30;

/// A workspace to make.
#[derive(Debug, Clone, Copy)]
pub struct NewWorkspace<'a> {
    /// What people type to sign in: 1 to 63 lower-case letters, digits and hyphens.
    pub slug: &'a str,
    /// Name, 1 to 100 characters.
    pub name: &'a str,
    /// IANA zone of the tenant, of its first site and of its admin.
    pub time_zone: &'a str,
    /// The admin's sign-in address.
    pub email: &'a str,
    /// The admin's name, 1 to 100 characters.
    pub admin_name: &'a str,
}

/// A workspace that was made.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The tenant.
    pub tenant: TenantId,
    /// Its workspace, as it is typed to sign in.
    pub slug: String,
    /// Its first admin.
    pub admin: AgentId,
    /// Their sign-in address, lower-cased.
    pub email: String,
    /// Their first password: known to nobody else, and only its hash is kept.
    pub password: Secret,
}

/// A workspace's slug, which stands in sign-in forms and scripts: easy to type and to quote.
fn slug(text: &str) -> Result<&str, SetupRefused> {
    let plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if plain && (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text);
    }
    let help = "a slug has 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end";
    Err(SetupRefused::Wrong("slug", help.to_owned()))
}

/// 128 random bits in letters and digits that can be read out and typed.
fn first_password() -> Secret {
    let bytes: [u8; 16] = std::array::from_fn(|_| rand::random());
    Secret::new(hex::encode(bytes))
}

/// Makes a workspace with one branch, one site, one queue and one admin, all in one transaction: what is refused leaves
/// nothing behind. The site has no hours and the queue no members yet, as the checklist under Admin says. For an operator
/// at the command line: nobody is there yet who could be asked for a permission.
///
/// Refuses a slug, name, zone or address that breaks its rule, and a slug that is taken, which the error names.
pub async fn create_workspace(app: &App, new: NewWorkspace<'_>) -> Result<Workspace, SetupRefused> {
    let (slug, label) = (slug(new.slug)?, refused::name(new.name)?);
    refused::zone(new.time_zone)?;
    let email = people::address(new.email)?;
    let admin_name = refused::name(new.admin_name)
        .map_err(|_| SetupRefused::Wrong("admin_name", "the admin's name has 1 to 100 characters".to_owned()))?;
    let password = first_password();
    let hash = people::hashed(Some(password.expose().to_owned())).await?;
    let tenant: TenantId = app.db.ids().next();
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    store::insert_tenant(&mut tx, slug, label, new.time_zone).await.map_err(|error| taken(error, slug))?;
    let (branch, site) = places(&mut tx, new.time_zone).await?;
    let admin: AgentId = tx.id();
    let row = store::NewAgent {
        id: admin,
        email: &email,
        name: admin_name,
        role: Role::Admin,
        branch,
        site: Some(site),
        time_zone: new.time_zone,
        languages: &[],
        attributes: &BTreeMap::new(),
        password_hash: hash.as_deref(),
    };
    store::agent(&mut tx, &row, people::CAPS.map(|(_, cap)| cap)).await?;
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("agent_created", "agent", Some(admin.0), json!({ "role": Role::Admin.code() }));
    tx.commit().await?;
    Ok(Workspace { tenant, slug: slug.to_owned(), admin, email, password })
}

/// Gives a person a new password and ends their sign-ins: for an operator at the command line, when nobody who could do it
/// under Admin, People can sign in. Returns the password, which is kept nowhere.
///
/// Refuses a workspace and address that no active person has.
pub async fn reset_password(app: &App, slug: &str, email: &str) -> Result<Secret, SetupRefused> {
    let email = people::address(email)?;
    let Some(login) = agents::lookup_login(&app.db, slug, &email).await? else {
        let help = format!("nobody who may sign in to `{slug}` has the address {email}");
        return Err(SetupRefused::Wrong("email", help));
    };
    let password = first_password();
    let hash = people::hashed(Some(password.expose().to_owned())).await?;
    let mut tx = app.db.write(Subject::system(login.tenant).scope()).await?;
    agents::set_password(&mut tx, login.agent, hash.as_deref().unwrap_or_default()).await?;
    auth::end_all(&mut tx, login.agent).await?;
    tx.audit("agent_changed", "agent", Some(login.agent.0), json!({ "password": true }));
    tx.commit().await?;
    Ok(password)
}

/// Says which slug is taken, where that is what the database refused.
fn taken(error: StoreError, slug: &str) -> SetupRefused {
    if error.violates("tenant_slug") {
        return SetupRefused::Wrong("slug", format!("the workspace `{slug}` is there already: nothing was made"));
    }
    error.into()
}

/// The first branch, a site of the zone, and a queue of the branch.
async fn places(tx: &mut WriteTx, time_zone: &str) -> Result<(BranchId, SiteId), StoreError> {
    let (branch, site, queue): (BranchId, SiteId, QueueId) = (tx.id(), tx.id(), tx.id());
    store::branch(tx, branch, PLACE).await?;
    store::site(tx, site, PLACE, time_zone, 0, None, &[]).await?;
    let row = store::QueueRow {
        id: queue,
        branch,
        name: QUEUE.to_owned(),
        priority_minutes: 0,
        offer_seconds: OFFER_SECONDS,
        wrap_up_seconds: 0,
        sticky_seconds: STICKY_SECONDS,
        wrap_up_code_required: false,
        decline_code_required: false,
    };
    store::queue(tx, &row).await?;
    Ok((branch, site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_easy_to_type() {
        for good in ["a", "acme", "acme-2", "x".repeat(63).as_str()] {
            assert_eq!(slug(good).unwrap(), good);
        }
        for bad in ["", "Acme", "acme shop", "acme.shop", "-acme", "acme-", "ácme", "x".repeat(64).as_str()] {
            assert_eq!(slug(bad).unwrap_err().field().as_deref(), Some("slug"), "{bad}");
        }
    }

    #[test]
    fn a_taken_slug_is_named_and_other_troubles_are_not_taken_for_it() {
        let told = taken(StoreError::Constraint("tenant_slug".to_owned()), "acme");
        assert_eq!(told.to_string(), "the workspace `acme` is there already: nothing was made");
        assert!(matches!(taken(StoreError::Interrupted, "acme"), SetupRefused::Store(StoreError::Interrupted)));
    }

    #[test]
    fn first_passwords_are_long_and_differ() {
        let (one, other) = (first_password(), first_password());
        assert_eq!(one.expose().len(), 32);
        assert_ne!(one.expose(), other.expose());
    }
}
