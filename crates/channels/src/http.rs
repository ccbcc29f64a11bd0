//! The one way out: time-outs, no proxies, no blind redirects, and no private addresses unless the operator says so.

use bytes::Bytes;
use futures_util::StreamExt;
use ipnet::IpNet;
use meridian_domain::outbound::{ErrorClass, SendError};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};
use url::{Host, Url};

/// Largest answer that is read.
const LARGEST: usize = 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(3);
/// A connection is used again within this time: less than providers keep idle ones open, so that none is found closed
/// by a message on its way.
const IDLE: Duration = Duration::from_secs(15);

const PRIVATE: &str = "the address is private: see egress.allow";

/// Which private addresses may be reached after all: the operator's choice, never a tenant's.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    allow: Vec<IpNet>,
}

impl Egress {
    /// Allows CIDR ranges.
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Reads a comma-separated list of CIDR ranges.
    pub fn parse(list: &str) -> Result<Self, ipnet::AddrParseError> {
        let ranges = list.split(',').map(str::trim).filter(|range| !range.is_empty());
        Ok(Self { allow: ranges.map(str::parse).collect::<Result<_, _>>()? })
    }

    /// Whether an address is in one of the ranges.
    pub fn lists(&self, ip: IpAddr) -> bool {
        self.allow.iter().any(|range| range.contains(&canonical(ip)))
    }

    /// Whether an address may be connected to.
    pub fn permits(&self, ip: IpAddr) -> bool {
        public(ip) || self.lists(ip)
    }

    /// Resolves a host once and keeps the addresses that may be connected to.
    pub async fn vet(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, SendError> {
        let found = tokio::time::timeout(CONNECT, tokio::net::lookup_host((host, port))).await;
        let addresses: Vec<SocketAddr> = match found {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(_)) | Err(_) => return Err(error(ErrorClass::ProviderDown, "the host name does not resolve")),
        };
        if addresses.is_empty() || !addresses.iter().all(|address| self.permits(address.ip())) {
            return Err(error(ErrorClass::BadContent, PRIVATE));
        }
        Ok(addresses)
    }
}

fn canonical(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

fn public(ip: IpAddr) -> bool {
    match canonical(ip) {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

/// Only global unicast, without the ranges that carry an IPv4 address inside (NAT64, 6to4, Teredo) or are for
/// documentation (IANA special-purpose registry).
fn public_v6(ip: Ipv6Addr) -> bool {
    let [s0, s1, ..] = ip.segments();
    (s0 & 0xe000) == 0x2000 && s0 != 0x2002 && !(s0 == 0x2001 && (s1 < 0x0200 || s1 == 0x0db8)) && s0 != 0x3fff
}

pub(crate) fn error(class: ErrorClass, detail: impl Into<String>) -> SendError {
    SendError { class, detail: detail.into(), retry_after_s: None }
}

/// A failure after so many parts of a message went out.
pub(crate) fn partial(sent: usize, failure: SendError) -> SendError {
    match failure.class {
        _ if sent == 0 => failure,
        // Perhaps that part arrived as well.
        ErrorClass::Ambiguous => failure,
        _ => error(ErrorClass::Partial, format!("part {}: {}", sent + 1, failure.detail)),
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// `Retry-After` in seconds, when given.
    pub retry_after_s: Option<u32>,
    /// At most 1 MiB.
    pub body: Bytes,
}

impl Answer {
    /// The answer, if it is not larger than it may be.
    fn whole(self) -> Result<Self, SendError> {
        if self.body.len() > LARGEST {
            return Err(error(ErrorClass::Ambiguous, "the answer is larger than 1 MiB"));
        }
        Ok(self)
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What an HTTP status alone tells: throttled, provider down, refused.
    pub fn class(&self) -> ErrorClass {
        match self.status {
            429 => ErrorClass::Throttled,
            401 | 403 => ErrorClass::Auth,
            // A gateway time-out: the provider may have carried it out.
            408 | 504 => ErrorClass::Ambiguous,
            500..=599 => ErrorClass::ProviderDown,
            _ => ErrorClass::BadContent,
        }
    }
}

/// A request that leaves the house.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where to.
    pub url: &'a str,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Basic authentication.
    pub basic: Option<(&'a str, &'a str)>,
    /// Body.
    pub body: Vec<u8>,
    /// Whole time.
    pub timeout: Duration,
}

/// Names resolve to vetted addresses alone, so a connection leads nowhere else, whatever a name says a moment later.
struct Guard(Egress);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let egress = self.0.clone();
        Box::pin(async move {
            // The port is the address's own.
            let found = egress.vet(name.as_str(), 0).await.map_err(Refused)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Why a name was not resolved, on its way through the HTTP library.
#[derive(Debug)]
struct Refused(SendError);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.detail)
    }
}

impl Error for Refused {}

/// The outbound client. Clones share its connections.
#[derive(Debug, Clone, Default)]
pub struct Http {
    egress: Egress,
    client: Arc<OnceLock<reqwest::Client>>,
}

impl Http {
    /// A client behind a guard.
    pub fn new(egress: Egress) -> Self {
        Self { egress, client: Arc::default() }
    }

    /// The guard, for protocols other than HTTP.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Posts a body to a vetted address; redirects are not followed. An error before the request could leave is
    /// `provider_down`; one after is `ambiguous`.
    pub async fn post(&self, request: Request<'_>) -> Result<Answer, SendError> {
        self.request(reqwest::Method::POST, request, LARGEST).await?.whole()
    }

    /// The same, but no more than `most` bytes of the answer and one more are read: by that one it is known to be larger.
    pub(crate) async fn post_for(&self, request: Request<'_>, most: usize) -> Result<Answer, SendError> {
        self.request(reqwest::Method::POST, request, most).await
    }

    /// Gets an address, behind the same guard.
    pub async fn get(&self, request: Request<'_>) -> Result<Answer, SendError> {
        self.request(reqwest::Method::GET, request, LARGEST).await?.whole()
    }

    /// Whether a request to an address may leave.
    pub async fn reaches(&self, url: &str) -> Result<(), SendError> {
        let url = Url::parse(url).map_err(|_| error(ErrorClass::BadContent, "not a URL"))?;
        self.vet(&url)?;
        match url.host() {
            Some(Host::Domain(name)) => self.egress.vet(name, 0).await.map(|_| ()),
            _ => Ok(()),
        }
    }

    async fn request(&self, method: reqwest::Method, request: Request<'_>, most: usize) -> Result<Answer, SendError> {
        let url = Url::parse(request.url).map_err(|_| error(ErrorClass::BadContent, "not a URL"))?;
        let mut post = self.begin(method, url, request.timeout)?.body(request.body);
        for (name, value) in request.headers {
            post = post.header(name, value);
        }
        if let Some((user, password)) = request.basic {
            post = post.basic_auth(user, Some(password));
        }
        let response = post.send().await.map_err(|failure| classify(&failure))?;
        read(response, most).await
    }

    /// A request to an address that may be asked, as far as its spelling tells; names are vetted as they resolve.
    pub(crate) fn begin(
        &self,
        method: reqwest::Method,
        url: Url,
        timeout: Duration,
    ) -> Result<reqwest::RequestBuilder, SendError> {
        self.vet(&url)?;
        Ok(self.client()?.request(method, url).timeout(timeout))
    }

    fn client(&self) -> Result<&reqwest::Client, SendError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Guard(self.egress.clone()))
            .build()
            .map_err(|_| error(ErrorClass::OwnTrouble, "no HTTP client can be made"))?;
        Ok(self.client.get_or_init(|| made))
    }

    /// What the address alone tells: a plain one, and not a private number.
    fn vet(&self, url: &Url) -> Result<(), SendError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Err(error(ErrorClass::BadContent, "not a plain http(s) URL"));
        }
        let permitted = match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(ip)) => self.egress.permits(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => self.egress.permits(IpAddr::V6(ip)),
            None => return Err(error(ErrorClass::BadContent, "no host")),
        };
        if permitted { Ok(()) } else { Err(error(ErrorClass::BadContent, PRIVATE)) }
    }

    /// Posts JSON with a ten-second limit; the answer whatever its status.
    pub(crate) async fn post_json(
        &self,
        url: &str,
        bearer: Option<&str>,
        body: &serde_json::Value,
    ) -> Result<Answer, SendError> {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(bearer.map(|token| ("authorization", format!("Bearer {token}"))));
        let body = body.to_string().into_bytes();
        self.post(Request { url, headers, basic: None, body, timeout: Duration::from_secs(10) }).await
    }

    /// Gets an address with a ten-second limit; the answer whatever its status.
    pub(crate) async fn get_json(&self, url: &str, bearer: Option<&str>) -> Result<Answer, SendError> {
        let headers = bearer.map(|token| ("authorization", format!("Bearer {token}"))).into_iter().collect();
        self.get(Request { url, headers, basic: None, body: Vec::new(), timeout: Duration::from_secs(10) }).await
    }
}

pub(crate) fn classify(failure: &reqwest::Error) -> SendError {
    let mut causes = std::iter::successors(failure.source(), |cause| (*cause).source());
    if let Some(Refused(refused)) = causes.find_map(|cause| cause.downcast_ref()) {
        return refused.clone();
    }
    if failure.is_connect() || failure.is_builder() {
        error(ErrorClass::ProviderDown, "no connection")
    } else {
        error(ErrorClass::Ambiguous, "the answer was lost")
    }
}

async fn read(response: reqwest::Response, most: usize) -> Result<Answer, SendError> {
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(|value| value.parse().ok());
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| error(ErrorClass::Ambiguous, "the answer was cut off"))?;
        let room = (most + 1).saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() > most {
            break;
        }
    }
    Ok(Answer { status, retry_after_s, body: body.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused_in_every_spelling() {
        let guard = Http::default();
        let host = |text: &str| match Url::parse(text).ok()?.host()? {
            Host::Ipv4(ip) => Some(guard.egress.permits(IpAddr::V4(ip))),
            Host::Ipv6(ip) => Some(guard.egress.permits(IpAddr::V6(ip))),
            Host::Domain(_) => None,
        };
        for spelling in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0x7f.1",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "10.255.1.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.254",
            "192.0.0.8",
            "198.18.0.1",
            "198.19.255.255",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
            "[2001:db8::1]",
            "[100::1]",
            "[::127.0.0.1]",
            "[3fff::1]",
        ] {
            assert_eq!(host(&format!("http://{spelling}/")), Some(false), "{spelling}");
        }
        for open in ["1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "[2606:4700::1111]", "[2a00:1450::1]"] {
            assert_eq!(host(&format!("http://{open}/")), Some(true), "{open}");
        }
        let dev = Egress::parse("127.0.0.0/8, 10.1.0.0/16").unwrap();
        assert!(
            dev.permits([127, 0, 0, 1].into())
                && dev.permits([10, 1, 9, 9].into())
                && !dev.permits([10, 2, 0, 1].into())
        );
        assert!(Egress::parse("loopback").is_err());
    }

    fn request(url: &str) -> Request<'_> {
        Request { url, headers: vec![], basic: None, body: b"{}".to_vec(), timeout: Duration::from_secs(5) }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused_in_words_and_connections_are_used_again() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut heard = [0; 4096];
                    while stream.read(&mut heard).await.is_ok_and(|read| read > 0) {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                    }
                });
            }
        });
        let refused = Http::default().post(request(&url)).await.unwrap_err();
        assert_eq!((refused.class, refused.detail.as_str()), (ErrorClass::BadContent, PRIVATE));
        assert_eq!(Http::default().reaches(&url).await.unwrap_err().detail, PRIVATE);
        assert_eq!(connections.load(Ordering::Relaxed), 0);
        let home = Http::new(Egress::parse("127.0.0.0/8, ::1/128").unwrap());
        for _ in 0..3 {
            assert_eq!(home.clone().post(request(&url)).await.unwrap().status, 200);
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
        let nowhere = home.post(request("http://nowhere.invalid/")).await.unwrap_err();
        assert_eq!(
            (nowhere.class, nowhere.detail.as_str()),
            (ErrorClass::ProviderDown, "the host name does not resolve")
        );
    }
}
