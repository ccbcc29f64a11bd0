//! E-mail and password in, a rotating refresh token out; a new password. Access tokens are made at the edge from what
//! this returns.

use super::password::{self, WeakPassword, hash_password};
use crate::{App, authz::Subject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meridian_domain::{
    actor::Actor,
    ids::{AgentId, Id, SignInId, TenantId},
    live::{Change, Topic},
    people::Role,
};
use meridian_store::{
    StoreError, TenantScope, WriteTx,
    agents::{self, Login},
    keys,
};
use rand::Rng;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;

/// Days a sign-in lasts without being refreshed.
const DAYS: i32 = 14;

/// Seconds for which a refresh token that was exchanged is answered again. A hidden tab's timers run once a minute.
const LENIENT_SECONDS: f64 = 90.0;

/// Seconds somebody waits for a turn to have a password checked: who tries many must not have all others wait for long.
const TURN: Duration = Duration::from_secs(10);

/// Passwords checked or hashed at the same time.
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
    /// The new password is too easy.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The new password is the one in force.
    #[error("the new password is the one you have")]
    SamePassword,
    /// The password could not be hashed now.
    #[error("try again")]
    Busy,
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

/// A transaction of a person whose password was found right. Until it ends nobody changes the password or ends their
/// sign-ins: what was found right stays so.
async fn hold(app: &App, login: &Login) -> Result<WriteTx, Refused> {
    let mut tx = app.db.write(&TenantScope::acting(login.tenant, Actor::Agent(login.agent))).await?;
    let stands = agents::lock_login(&mut tx, login.agent, login.password_hash.as_deref()).await?;
    if stands { Ok(tx) } else { Err(Refused::Credentials) }
}

/// The person whose workspace, address and password these are.
async fn proven(app: &App, workspace: &str, email: &str, password: &str) -> Result<Login, Refused> {
    let email = email.trim().to_lowercase();
    let login = agents::lookup_login(&app.db, workspace.trim(), &email).await?;
    let stored = login.as_ref().and_then(|login| login.password_hash.clone());
    let given = password.to_owned();
    let matches = hashing(move || password::verify(&given, stored.as_deref())).await?;
    login.filter(|_| matches).ok_or(Refused::Credentials)
}

/// Does what takes 19 MiB and a core: more at a time than cores would only take more memory.
async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refused> {
    let _turn = tokio::time::timeout(TURN, CHECKS.acquire()).await.map_err(|_| Refused::Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Refused::Busy)
}

/// Begins a sign-in.
async fn begin(tx: &mut WriteTx, agent: AgentId) -> Result<SignedIn, Refused> {
    let (tenant, agent) = (tx.scope().tenant(), agents::find(tx, agent).await?.ok_or(Refused::Credentials)?);
    let (id, secret) = (tx.id::<SignInId>(), random_token());
    agents::insert_sign_in(tx, id, agent.id, &hash(&secret), DAYS).await?;
    Ok(SignedIn {
        tenant,
        agent: agent.id,
        role: agent.role,
        sign_in: id,
        token_version: agent.token_version,
        refresh_token: carried(tenant, id, &secret),
    })
}

/// Signs a person in.
pub async fn sign_in(app: &App, workspace: &str, email: &str, password: &str) -> Result<SignedIn, Refused> {
    let login = proven(app, workspace, email, password).await?;
    let mut tx = hold(app, &login).await?;
    let signed_in = begin(&mut tx, login.agent).await?;
    tx.audit("sign_in", "agent", Some(signed_in.agent.0), json!({}));
    tx.commit().await?;
    Ok(signed_in)
}

/// Sets another password for who knows the one in force. Every sign-in of theirs ends and a new one begins.
///
/// Refuses a password that is too short, and the one in force.
pub async fn change_password(
    app: &App,
    workspace: &str,
    email: &str,
    password: &str,
    new: &str,
) -> Result<SignedIn, Refused> {
    let login = proven(app, workspace, email, password).await?;
    if password == new {
        return Err(Refused::SamePassword);
    }
    let given = new.to_owned();
    let stored = hashing(move || hash_password(&given)).await??;
    let mut tx = hold(app, &login).await?;
    agents::set_password(&mut tx, login.agent, &stored).await?;
    end_all(&mut tx, login.agent).await?;
    let signed_in = begin(&mut tx, login.agent).await?;
    tx.audit("password_changed", "agent", Some(signed_in.agent.0), json!({}));
    tx.commit().await?;
    Ok(signed_in)
}

/// A refresh token as it is carried: where it belongs, and its secret.
fn carried(tenant: TenantId, sign_in: SignInId, secret: &str) -> String {
    format!("{}.{}.{secret}", tenant.0.simple(), sign_in.0.simple())
}

fn parse(token: &str) -> Option<(TenantId, SignInId, &str)> {
    let mut parts = token.splitn(3, '.');
    let mut id = || parts.next().and_then(|hex| Uuid::try_parse(hex).ok());
    let (tenant, sign_in) = (id()?, id()?);
    Some((tenant.into(), sign_in.into(), parts.next()?))
}

/// The secret that follows another: the same whenever it is asked for, and known to nobody without our key.
fn following(app: &App, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(app.sealer.tag(&[b"refresh ", secret.as_bytes()].concat()))
}

/// Exchanges a refresh token. The one before the newest is answered again with the newest for a minute and a half:
/// the answer was lost on the way, or the tab was duplicated and both ask. Any other token that was exchanged before
/// revokes the whole sign-in: somebody copied it (RFC 9700, section 4.14.2).
pub async fn refresh(app: &App, token: &str) -> Result<SignedIn, Refused> {
    let (tenant, sign_in, secret) = parse(token).ok_or(Refused::Token)?;
    let mut tx = app.db.write(&TenantScope::acting(tenant, Actor::System)).await?;
    let next = following(app, secret);
    match agents::rotate(&mut tx, sign_in, &hash(secret), &hash(&next), DAYS, LENIENT_SECONDS).await? {
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
                refresh_token: carried(tenant, sign_in, &next),
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
pub async fn end_all(tx: &mut WriteTx, agent: AgentId) -> Result<(), StoreError> {
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
