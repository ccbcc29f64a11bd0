//! Who sent a mail that came straight to us: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989) by our own look-ups. Done
//! when the mail comes, outside of any transaction, in a bounded time; the mail is taken whatever comes of it.

use super::providers::Provider;
use bytes::Bytes;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult,
    common::crypto::Algorithm,
    dkim::DkimError,
    dmarc::verify::DmarcParameters,
    hickory_resolver::{
        config::{NameServerConfig, ResolverConfig, ResolverOpts},
        system_conf::read_system_conf,
    },
    spf::verify::SpfParameters,
};
use meridian_domain::channel::{AccountConfig, ChannelKind};
use serde_json::{Value, json};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

/// All look-ups of a mail together.
const PATIENCE: Duration = Duration::from_secs(2);
/// One question to one name server; it is asked once more.
const QUESTION: Duration = Duration::from_millis(900);
/// Mails that are checked at once; a mail beyond waits, within its time.
const AT_ONCE: usize = 16;
/// Signatures that are looked at.
const MOST_SIGNATURES: usize = 8;
/// Shortest RSA key that proves anything, bits (RFC 8301 3.2).
const SHORTEST_KEY: usize = 1024;

/// Which name servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameServers {
    /// Those of the machine (`/etc/resolv.conf`).
    System,
    /// These.
    Named(Vec<SocketAddr>),
    /// None: no sender is checked.
    Off,
}

impl std::str::FromStr for NameServers {
    type Err = String;

    /// `system`, `off`, or addresses with or without a port (53), comma-separated.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "" | "system" => return Ok(Self::System),
            "off" => return Ok(Self::Off),
            _ => {}
        }
        let one = |text: &str| {
            let text = text.trim();
            let bare = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
            text.parse().or_else(|_| bare()).map_err(|_| format!("{text} is no address of a name server"))
        };
        text.split(',').map(one).collect::<Result<_, _>>().map(Self::Named)
    }
}

/// Checks senders. Cheap to clone.
#[derive(Clone)]
pub struct Checker {
    names: Option<MessageAuthenticator>,
    room: Arc<Semaphore>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").field("on", &self.is_on()).finish_non_exhaustive()
    }
}

/// The other side of an SMTP session.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// What it called itself.
    pub helo: String,
    /// Sender of the envelope; empty for reports.
    pub from: String,
    /// What we call ourselves.
    pub host: String,
}

/// What came of the checks, in the words of RFC 8601 2.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    /// SPF of the envelope's sender; `none` without a session.
    pub spf: &'static str,
    /// The best of the signatures.
    pub dkim: &'static str,
    /// Whether one of the two speaks for the domain in From.
    pub dmarc: &'static str,
    /// That domain, as it stands in DNS.
    pub from: String,
}

impl Checks {
    const UNKNOWN: Self = Self { spf: "temperror", dkim: "temperror", dmarc: "temperror", from: String::new() };
    /// Nothing was checked.
    const SKIPPED: Self = Self { spf: "skipped", dkim: "skipped", dmarc: "skipped", from: String::new() };

    /// Whether anything was checked.
    pub fn made(&self) -> bool {
        *self != Self::SKIPPED
    }

    /// What is stored beside the mail, under `checks`: no post can bring it along.
    pub fn stored(&self) -> Value {
        json!({ "spf": self.spf, "dkim": self.dkim, "dmarc": self.dmarc, "from": self.from })
    }

    /// The same as a field's value behind the server's name (RFC 8601 2.2).
    pub(super) fn field(&self) -> String {
        let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let domain: String = self.from.chars().filter(safe).take(255).collect();
        let from = if domain.is_empty() { String::new() } else { format!(" header.from={domain}") };
        format!("spf={}; dkim={}; dmarc={}{from}", self.spf, self.dkim, self.dmarc)
    }
}

/// Whether the mail of an account comes raw, from a server whose own checks were not declared to count.
pub fn checked_here(account: &AccountConfig) -> bool {
    account.kind == ChannelKind::Email
        && Provider::of(account.setting("provider")) == Provider::Smtp
        && account.setting("authserv_id").unwrap_or_default().is_empty()
}

impl Checker {
    /// Without name servers: every mail is taken, no sender is checked.
    pub fn off() -> Self {
        Self { names: None, room: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Asks these name servers.
    ///
    /// # Errors
    ///
    /// The machine names none, or their configuration cannot be read.
    pub fn new(servers: &NameServers) -> Result<Self, String> {
        let (config, mut options) = match servers {
            NameServers::Off => return Ok(Self::off()),
            NameServers::System => read_system_conf().map_err(|error| error.to_string())?,
            NameServers::Named(all) => {
                let named = all.iter().map(|at| {
                    let mut server = NameServerConfig::udp_and_tcp(at.ip());
                    server.connections.iter_mut().for_each(|connection| connection.port = at.port());
                    server
                });
                (ResolverConfig::from_name_servers(named.collect()), ResolverOpts::default())
            }
        };
        if config.name_servers().is_empty() {
            return Err("no name server is named".to_owned());
        }
        (options.timeout, options.attempts, options.cache_size) = (QUESTION, 1, 4096);
        let names = MessageAuthenticator::new(config, options).map_err(|error| error.to_string())?;
        Ok(Self { names: Some(names), ..Self::off() })
    }

    /// Whether senders are checked.
    pub fn is_on(&self) -> bool {
        self.names.is_some()
    }

    /// Checks a mail as it came, and the session that brought it where there was one. Never fails: what could not be
    /// found out in time is a `temperror`.
    pub async fn check(&self, mail: Bytes, peer: Option<Peer>) -> Checks {
        let Some(names) = self.names.clone() else { return Checks::SKIPPED };
        let until = Instant::now() + PATIENCE;
        let Ok(Ok(permit)) = timeout_at(until, Arc::clone(&self.room).acquire_owned()).await else {
            return Checks::UNKNOWN;
        };
        let runtime = tokio::runtime::Handle::current();
        // Digests of a large mail and signatures are work for the processor: not on the threads that serve sockets.
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            runtime.block_on(checks(&names, &mail, peer.as_ref(), until))
        });
        match timeout_at(until + QUESTION, work).await {
            Ok(Ok(checks)) => checks,
            Ok(Err(_)) | Err(_) => Checks::UNKNOWN,
        }
    }
}

async fn checks(names: &MessageAuthenticator, mail: &[u8], peer: Option<&Peer>, until: Instant) -> Checks {
    let Some(mut message) = AuthenticatedMessage::parse(mail) else {
        return Checks { spf: "none", dkim: "none", dmarc: "none", from: String::new() };
    };
    let mut seen = 0;
    message.dkim_headers.retain(|field| {
        let signature = &field.header;
        let long = signature.a == Algorithm::Ed25519Sha256 || signature.b.len() * 8 >= SHORTEST_KEY;
        let whole = signature.l == 0 && signature.h.iter().any(|field| field.trim().eq_ignore_ascii_case("from"));
        let counts = signature.a != Algorithm::RsaSha1 && long && whole && signature.atps.is_none();
        seen += usize::from(counts);
        counts && seen <= MOST_SIGNATURES
    });
    let carried = async {
        match peer {
            Some(peer) => names.verify_spf(envelope(peer)).await,
            None => SpfOutput::new(String::new()),
        }
    };
    let (carried, signed) = tokio::join!(timeout_at(until, carried), timeout_at(until, names.verify_dkim(&message)));
    // Without an answer about the envelope a signature may still do, and the other way round.
    let envelope = peer.map(domain).unwrap_or_default();
    let carried = carried.unwrap_or_else(|_| SpfOutput::new(envelope.to_owned()).with_result(SpfResult::TempError));
    let late = signed.is_err();
    let signed = signed.unwrap_or_default();
    let policy = DmarcParameters::new(&message, &signed, envelope, &carried);
    let policy = timeout_at(until, names.verify_dmarc(policy)).await;
    let dmarc = match policy.as_ref().map(mail_auth::DmarcOutput::result) {
        Ok(DmarcResult::Pass) => "pass",
        Ok(DmarcResult::TempError(_)) | Err(_) => "temperror",
        Ok(_) if late => "temperror",
        Ok(DmarcResult::Fail(_)) => "fail",
        Ok(DmarcResult::PermError(_)) => "permerror",
        Ok(DmarcResult::None) => "none",
    };
    Checks {
        spf: word(carried.result()),
        dkim: if late { "temperror" } else { best(&signed) },
        dmarc,
        from: policy.map(mail_auth::DmarcOutput::into_domain).unwrap_or_default(),
    }
}

/// The domain that SPF speaks for: the envelope's, or for a report that of the server (RFC 7208 2.4).
fn domain(peer: &Peer) -> &str {
    peer.from.rsplit_once('@').map_or(peer.helo.as_str(), |(_, domain)| domain)
}

fn envelope(peer: &Peer) -> SpfParameters<'_> {
    SpfParameters::verify_mail_from(peer.ip.to_canonical(), &peer.helo, &peer.host, &peer.from)
}

fn word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}

/// One good signature is enough (RFC 6376 4.2); else what says most of why there is none.
fn best(signed: &[DkimOutput<'_>]) -> &'static str {
    let rank = |output: &DkimOutput<'_>| match output.result() {
        DkimResult::Pass => (0, "pass"),
        DkimResult::TempError(_) => (1, "temperror"),
        // A body that is not what was signed: in the words of RFC 8601 2.7.1 that is a failure too.
        DkimResult::Fail(_) | DkimResult::Neutral(mail_auth::Error::Dkim(DkimError::FailedBodyHashMatch)) => {
            (2, "fail")
        }
        DkimResult::PermError(_) => (3, "permerror"),
        DkimResult::Neutral(_) => (4, "neutral"),
        DkimResult::None => (5, "none"),
    };
    signed.iter().map(rank).min().map_or("none", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_read() {
        assert_eq!("".parse(), Ok(NameServers::System));
        assert_eq!("off".parse(), Ok(NameServers::Off));
        let named = |all: &[&str]| Ok(NameServers::Named(all.iter().map(|at| at.parse().unwrap()).collect()));
        assert_eq!("192.0.2.1, [2001:db8::1]:5353".parse(), named(&["192.0.2.1:53", "[2001:db8::1]:5353"]));
        assert_eq!("2001:db8::1".parse(), named(&["[2001:db8::1]:53"]));
        assert!("ns.example.org".parse::<NameServers>().is_err());
    }

    #[test]
    fn nothing_of_a_mail_becomes_a_result() {
        let checks = Checks { from: "a.example; dmarc=pass\r\nX: y".to_owned(), dmarc: "fail", ..Checks::UNKNOWN };
        assert_eq!(checks.field(), "spf=temperror; dkim=temperror; dmarc=fail header.from=a.exampledmarcpassXy");
    }

    #[tokio::test]
    async fn without_name_servers_nothing_is_checked() {
        let checks = Checker::off().check(Bytes::from_static(b"From: a@b.example\r\n\r\nx"), None).await;
        assert!(!checks.made() && checks.stored()["dmarc"] == "skipped");
    }
}
