//! Access tokens: EdDSA only, every registered claim enforced (RFC 8725, RFC 9068).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use meridian_app::{auth::SignedIn, authz::Subject};
use meridian_domain::{
    ids::{AgentId, ChannelAccountId, SignInId, TenantId},
    people::Role,
    secret::Secret,
    time::Instant,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;

/// Seconds an agent's access token lasts.
pub(crate) const AGENT_SECONDS: i64 = 900;
/// Seconds a visitor's token lasts.
const VISITOR_SECONDS: i64 = 24 * 3600;
/// Seconds after which who comes back is another visitor.
const RETURN_SECONDS: u64 = 180 * 24 * 3600;
/// Seconds that clocks may differ.
const LEEWAY: u64 = 5;
const ISSUER: &str = "meridian";
const TYPE: &str = "at+jwt";
/// Longest token that is looked at.
const LONGEST: usize = 4096;

/// Makes and verifies access tokens.
#[derive(Clone)]
pub struct Tokens {
    signing: EncodingKey,
    /// Of the present key, then of earlier ones.
    verifying: Vec<DecodingKey>,
}

#[derive(Serialize, Deserialize)]
struct AgentClaims {
    iss: String,
    aud: String,
    sub: Uuid,
    exp: i64,
    nbf: i64,
    iat: i64,
    tenant: Uuid,
    sign_in: Uuid,
    role: String,
    version: i32,
}

/// What a visitor's token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VisitorClaims {
    iss: String,
    aud: String,
    /// The visitor.
    pub sub: Uuid,
    exp: i64,
    nbf: i64,
    iat: i64,
    /// The tenant.
    pub tenant: TenantId,
    /// The web chat account.
    pub account: ChannelAccountId,
    /// Who they are, as their site signed it; nobody known without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<SiteIdentity>,
}

/// Who a visitor is, as the tenant's site signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SiteIdentity {
    /// The customer's number at the tenant.
    pub sub: String,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone with country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Clone, Deserialize)]
struct SiteClaims {
    #[serde(flatten)]
    identity: SiteIdentity,
    exp: i64,
}

/// Longest life of a site's token, seconds.
const SITE_SECONDS: i64 = 24 * 3600;
/// How far the clock of a site may be off, seconds.
const SITE_LEEWAY: u64 = 60;

/// Reads a site's token: HS256 with one of the account's secrets, meant for the account, for a day at most.
pub(crate) fn site_identity<'a>(
    secrets: impl Iterator<Item = &'a Secret>,
    account: ChannelAccountId,
    token: &str,
    now: Instant,
) -> Option<SiteIdentity> {
    let header = token.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    if token.len() > LONGEST || header.get("crit").is_some() {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    validation.set_audience(&[account.to_string()]);
    validation.leeway = SITE_LEEWAY;
    let read = |secret: &Secret| {
        let key = DecodingKey::from_secret(secret.expose().as_bytes());
        jsonwebtoken::decode::<SiteClaims>(token, &key, &validation).ok().map(|data| data.claims)
    };
    let claims = secrets.into_iter().find_map(read)?;
    let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= 320;
    let SiteIdentity { sub, email, phone, name } = &claims.identity;
    let whole = fits(sub) && [email, phone, name].into_iter().flatten().all(|text| fits(text));
    let soon = claims.exp <= now.timestamp() + SITE_SECONDS + i64::try_from(SITE_LEEWAY).unwrap_or_default();
    (whole && soon).then_some(claims.identity)
}

/// PKCS #8 wrapping of an Ed25519 seed (RFC 8410 section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The seed of the signing key of a secret.
fn seed(secret: &Secret) -> anyhow::Result<[u8; 32]> {
    let mut seed = [0_u8; 32];
    let derived = Hkdf::<Sha256>::new(None, secret.expose().as_bytes()).expand(b"meridian token 1", &mut seed);
    anyhow::ensure!(derived.is_ok(), "the signing key cannot be derived");
    Ok(seed)
}

impl Tokens {
    /// Derives the signing key from the installation's secret. Tokens of earlier secrets are good until they are over.
    pub fn new(secret: &Secret, previous: &[Secret]) -> anyhow::Result<Self> {
        anyhow::ensure!(secret.expose().len() >= 32, "MERIDIAN_SECRET_KEY needs at least 32 characters");
        let seeds = std::iter::once(secret).chain(previous).map(seed).collect::<anyhow::Result<Vec<_>>>()?;
        let public = |seed| DecodingKey::from_ed_der(SigningKey::from_bytes(seed).verifying_key().as_bytes());
        Ok(Self {
            signing: EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], &seeds[0]].concat()),
            verifying: seeds.iter().map(public).collect(),
        })
    }

    fn sign(&self, claims: &impl Serialize) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        Ok(jsonwebtoken::encode(&header, claims, &self.signing)?)
    }

    fn verify<T: DeserializeOwned + Clone>(&self, token: &str, audience: &str, leeway: u64) -> Option<T> {
        if token.len() > LONGEST {
            return None;
        }
        // The library does not look at `typ` and lets unknown `crit` pass.
        let header: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?).ok()?;
        if header.get("typ")? != TYPE || header.get("alg")? != "EdDSA" || header.get("crit").is_some() {
            return None;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.validate_nbf = true;
        validation.leeway = leeway;
        let read = |key| jsonwebtoken::decode::<T>(token, key, &validation).ok().map(|data| data.claims);
        self.verifying.iter().find_map(read)
    }

    /// An agent's access token.
    pub fn agent(&self, signed_in: &SignedIn, now: Instant) -> anyhow::Result<String> {
        let at = now.timestamp();
        self.sign(&AgentClaims {
            iss: ISSUER.to_owned(),
            aud: "agent".to_owned(),
            sub: signed_in.agent.0,
            exp: at + AGENT_SECONDS,
            nbf: at,
            iat: at,
            tenant: signed_in.tenant.0,
            sign_in: signed_in.sign_in.0,
            role: signed_in.role.code().to_owned(),
            version: signed_in.token_version,
        })
    }

    /// The subject of an agent's token, with the token's version.
    pub fn verify_agent(&self, token: &str) -> Option<(Subject, i32)> {
        let claims: AgentClaims = self.verify::<AgentClaims>(token, "agent", LEEWAY)?;
        let role = Role::from_code(&claims.role)?;
        let (tenant, agent) = (TenantId(claims.tenant), AgentId(claims.sub));
        Some((Subject::agent(tenant, agent, role, SignInId(claims.sign_in)), claims.version))
    }

    /// A visitor's token.
    pub(crate) fn visitor(
        &self,
        tenant: TenantId,
        account: ChannelAccountId,
        visitor: Uuid,
        identity: Option<SiteIdentity>,
        now: Instant,
    ) -> anyhow::Result<String> {
        let at = now.timestamp();
        self.sign(&VisitorClaims {
            iss: ISSUER.to_owned(),
            aud: "visitor".to_owned(),
            sub: visitor,
            exp: at + VISITOR_SECONDS,
            nbf: at,
            iat: at,
            tenant,
            account,
            identity,
        })
    }

    /// What a visitor's token says.
    pub(crate) fn verify_visitor(&self, token: &str) -> Option<VisitorClaims> {
        self.verify(token, "visitor", LEEWAY)
    }

    /// The same of one that may be over by now: it opens nothing, but who shows it is the visitor of then.
    pub(crate) fn visitor_before(&self, token: &str) -> Option<VisitorClaims> {
        self.verify(token, "visitor", RETURN_SECONDS)
    }
}

impl Clone for AgentClaims {
    fn clone(&self) -> Self {
        Self { iss: self.iss.clone(), aud: self.aud.clone(), role: self.role.clone(), ..*self }
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &actix_web::HttpRequest) -> Option<&str> {
    request.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(&Secret::new(secret), &[]).unwrap()
    }

    fn signed_in() -> SignedIn {
        SignedIn {
            tenant: TenantId(Uuid::from_u128(1)),
            agent: AgentId(Uuid::from_u128(2)),
            role: Role::Agent,
            sign_in: SignInId(Uuid::from_u128(3)),
            token_version: 4,
            refresh_token: String::new(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the library compares with the machine's clock")]
    fn now() -> Instant {
        chrono::Utc::now()
    }

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_is_good_for_its_key_audience_and_time_only() {
        let ours = tokens(SECRET);
        let token = ours.agent(&signed_in(), now()).unwrap();
        let (subject, version) = ours.verify_agent(&token).unwrap();
        assert_eq!((subject.agent_id(), version), (Some(AgentId(Uuid::from_u128(2))), 4));
        assert!(ours.verify_visitor(&token).is_none());
        assert!(tokens("another secret of thirty-two chars!").verify_agent(&token).is_none());
        let minutes = chrono::TimeDelta::minutes;
        assert!(ours.verify_agent(&ours.agent(&signed_in(), now() - minutes(16)).unwrap()).is_none());
        assert!(ours.verify_agent(&ours.agent(&signed_in(), now() + minutes(5)).unwrap()).is_none());
    }

    #[test]
    fn a_visitor_who_comes_back_is_the_same_for_half_a_year() {
        let ours = tokens(SECRET);
        let of = |days: i64| {
            let account = ChannelAccountId(Uuid::from_u128(5));
            let at = now() - chrono::TimeDelta::days(days);
            ours.visitor(TenantId(Uuid::from_u128(1)), account, Uuid::from_u128(6), None, at).unwrap()
        };
        assert!(ours.verify_visitor(&of(0)).is_some());
        assert!(ours.verify_visitor(&of(2)).is_none());
        assert_eq!(ours.visitor_before(&of(2)).unwrap().sub, Uuid::from_u128(6));
        assert!(ours.visitor_before(&of(182)).is_none());
        let other = "another secret of thirty-two chars!";
        assert!(tokens(other).visitor_before(&of(2)).is_none());
        let rotated = Tokens::new(&Secret::new(other), &[Secret::new(SECRET)]).unwrap();
        assert!(rotated.verify_visitor(&of(0)).is_some() && rotated.visitor_before(&of(2)).is_some());
    }

    #[test]
    fn tampered_headers_and_bodies_are_refused() {
        let ours = tokens(SECRET);
        let token = ours.agent(&signed_in(), now()).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        let header = |json: &str| format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(json));
        for json in [
            r#"{"typ":"at+jwt","alg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"HS256"}"#,
            r#"{"typ":"JWT","alg":"EdDSA"}"#,
            r#"{"typ":"at+jwt","alg":"EdDSA","crit":["x"]}"#,
        ] {
            assert!(ours.verify_agent(&header(json)).is_none(), "{json}");
        }
        assert!(ours.verify_agent(&format!("{head}.{body}.")).is_none());
        let other = URL_SAFE_NO_PAD.encode(r#"{"iss":"meridian","aud":"agent"}"#);
        assert!(ours.verify_agent(&format!("{head}.{other}.{signature}")).is_none());
        assert!(ours.verify_agent(&"x".repeat(10_000)).is_none());
        assert!(Tokens::new(&Secret::new("short"), &[]).is_err());
    }
}
