//! E-mail and password in, a rotating refresh token out. Access tokens are made at the edge from what this returns.

use super::password;
use crate::{App, authz::Subject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meridian_domain::{
    actor::Actor,
    ids::{AgentId, Id, SignInId, TenantId},
    live::{Change, Topic},
    people::Role,
};
use meridian_store::{StoreError, TenantScope, agents, keys};
use rand::Rng;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Days a sign-in lasts without being refreshed.
const DAYS: i32 = 14;

/// Password checks at the same time.
static CHECKS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Unknown workspace, address or password: one answer for all.
    #[error("workspace, e-mail or password is wrong")]
    Credentials,
    /// The refresh token is unknown, expired, revoked or was used before.
    #[error("sign in again")]
    Token,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Someone who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their tenant.
    pub tenant: TenantId,
    /// They.
    pub agent: AgentId,
    /// Their role.
    pub role: Role,
    /// The sign-in.
    pub sign_in: SignInId,
    /// Carried by access tokens; older ones are refused.
    pub token_version: i32,
    /// For the next refresh, good once.
    pub refresh_token: String,
}

fn random_token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Signs a person in.
pub async fn sign_in(app: &App, workspace: &str, email: &str, password: &str) -> Result<SignedIn, Refused> {
    let email = email.trim().to_lowercase();
    let login = agents::lookup_login(&app.db, workspace.trim(), &email).await?;
    let stored = login.as_ref().and_then(|login| login.password_hash.clone());
    let given = password.to_owned();
    // Each check takes 19 MiB and a core: more at a time than cores would only take more memory.
    let _turn = CHECKS.acquire().await;
    let matches = tokio::task::spawn_blocking(move || password::verify(&given, stored.as_deref())).await;
    let Some(login) = login.filter(|_| matches.unwrap_or(false)) else { return Err(Refused::Credentials) };
    let scope = TenantScope::acting(login.tenant, Actor::Agent(login.agent));
    let mut tx = app.db.write(&scope).await?;
    let agent = agents::find(&mut tx, login.agent).await?.ok_or(Refused::Credentials)?;
    let (id, secret) = (tx.id::<SignInId>(), random_token());
    agents::insert_sign_in(&mut tx, id, agent.id, &hash(&secret), DAYS).await?;
    tx.audit("sign_in", "agent", Some(agent.id.0), json!({}));
    tx.commit().await?;
    Ok(SignedIn {
        tenant: login.tenant,
        agent: agent.id,
        role: agent.role,
        sign_in: id,
        token_version: agent.token_version,
        refresh_token: format!("{}.{}.{secret}", login.tenant.0.simple(), id.0.simple()),
    })
}

fn parse(token: &str) -> Option<(TenantId, SignInId, &str)> {
    let mut parts = token.splitn(3, '.');
    let mut id = || parts.next().and_then(|hex| Uuid::try_parse(hex).ok());
    let (tenant, sign_in) = (id()?, id()?);
    Some((tenant.into(), sign_in.into(), parts.next()?))
}

/// Exchanges a refresh token. A token that was exchanged before revokes the whole sign-in: somebody copied it.
pub async fn refresh(app: &App, token: &str) -> Result<SignedIn, Refused> {
    let (tenant, sign_in, secret) = parse(token).ok_or(Refused::Token)?;
    let mut tx = app.db.write(&TenantScope::acting(tenant, Actor::System)).await?;
    let next = random_token();
    match agents::rotate(&mut tx, sign_in, &hash(secret), &hash(&next)).await? {
        agents::Rotation::Refused => Err(Refused::Token),
        agents::Rotation::Reused(agent) => {
            tx.audit("refresh_token_reused", "agent", Some(agent.0), json!({ "sign_in": sign_in.to_string() }));
            tx.live(&[Topic::Agent(agent)], Change::Revoked { agent });
            tx.commit().await?;
            tracing::warn!(%agent, %sign_in, prefix = SignInId::PREFIX, "a refresh token was used twice, sign-in revoked");
            Err(Refused::Token)
        }
        agents::Rotation::Rotated(id) => {
            let agent = agents::find(&mut tx, id).await?.ok_or(Refused::Token)?;
            tx.commit().await?;
            Ok(SignedIn {
                tenant,
                agent: id,
                role: agent.role,
                sign_in,
                token_version: agent.token_version,
                refresh_token: format!("{}.{}.{next}", tenant.0.simple(), sign_in.0.simple()),
            })
        }
    }
}

/// Ends the sign-in behind a subject; its sockets close.
pub async fn sign_out(app: &App, subject: &Subject) -> Result<(), StoreError> {
    let (Some(agent), Some(sign_in)) = (subject.agent_id(), subject.sign_in()) else { return Ok(()) };
    let mut tx = app.db.write(subject.scope()).await?;
    agents::revoke_sign_ins(&mut tx, agent, Some(sign_in)).await?;
    tx.audit("sign_out", "agent", Some(agent.0), json!({}));
    tx.live(&[Topic::Agent(agent)], Change::Revoked { agent });
    tx.commit().await
}

/// Ends every sign-in of a person (disabled, role changed, device lost).
pub async fn end_all(tx: &mut meridian_store::WriteTx, agent: AgentId) -> Result<(), StoreError> {
    agents::revoke_sign_ins(tx, agent, None).await?;
    tx.live(&[Topic::Agent(agent)], Change::Revoked { agent });
    Ok(())
}

/// Whether a verified token still stands: asked for each request.
pub async fn stands(app: &App, subject: &Subject, token_version: i32) -> Result<bool, StoreError> {
    let asked = [(subject.clone(), token_version)];
    Ok(all_stand(app, subject.scope().tenant(), &asked).await? == [true])
}

/// Whether what several subjects of one tenant rest on still stands, each with the version of its token.
pub async fn all_stand(app: &App, tenant: TenantId, asked: &[(Subject, i32)]) -> Result<Vec<bool>, StoreError> {
    let key = |subject: &Subject| match subject.scope().actor() {
        Actor::ApiKey(key) => Some(key.0),
        _ => None,
    };
    let sign_ins: Vec<Uuid> = asked.iter().filter_map(|(s, _)| s.sign_in()).map(|id| id.0).collect();
    let keys: Vec<Uuid> = asked.iter().filter_map(|(s, _)| key(s)).collect();
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let people = if sign_ins.is_empty() { Vec::new() } else { agents::standing(&mut tx, &sign_ins).await? };
    let keys = if keys.is_empty() { Vec::new() } else { keys::still_standing(&mut tx, &keys).await? };
    let stands = |(subject, version): &(Subject, i32)| match (subject.agent_id(), subject.sign_in()) {
        (Some(agent), Some(sign_in)) => people.contains(&(sign_in, agent, *version)),
        _ => key(subject).is_some_and(|id| keys.contains(&id)),
    };
    Ok(asked.iter().map(stands).collect())
}
