//! The one way out: time-outs, no proxies, no blind redirects, and no private addresses unless the operator says so.

use bytes::Bytes;
use futures_util::StreamExt;
use ipnet::IpNet;
use meridian_domain::outbound::{ErrorClass, SendError};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use url::{Host, Url};

/// Largest answer that is read.
const LARGEST: usize = 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(3);

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
            return Err(error(ErrorClass::BadContent, "the address is private: see egress.allow"));
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

/// A failure after the first part of a text went out: the rest must not go again by itself.
pub(crate) fn partial(sent: usize, failure: SendError) -> SendError {
    if sent > 0 { error(ErrorClass::Ambiguous, failure.detail) } else { failure }
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

/// The outbound client.
#[derive(Debug, Clone, Default)]
pub struct Http {
    egress: Egress,
}

impl Http {
    /// A client behind a guard.
    pub fn new(egress: Egress) -> Self {
        Self { egress }
    }

    /// The guard, for protocols other than HTTP.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Posts a body. The address is vetted and the connection pinned to it; redirects are not followed. An error
    /// before the request could leave is `provider_down`; one after is `ambiguous`.
    pub async fn post(&self, request: Request<'_>) -> Result<Answer, SendError> {
        self.request(reqwest::Method::POST, request).await
    }

    /// Gets an address, behind the same guard.
    pub async fn get(&self, request: Request<'_>) -> Result<Answer, SendError> {
        self.request(reqwest::Method::GET, request).await
    }

    /// Whether a request to an address may leave.
    pub async fn reaches(&self, url: &str) -> Result<(), SendError> {
        let url = Url::parse(url).map_err(|_| error(ErrorClass::BadContent, "not a URL"))?;
        self.client(&url, CONNECT).await.map(|_| ())
    }

    async fn request(&self, method: reqwest::Method, request: Request<'_>) -> Result<Answer, SendError> {
        let url = Url::parse(request.url).map_err(|_| error(ErrorClass::BadContent, "not a URL"))?;
        let client = self.client(&url, request.timeout).await?;
        let mut post = client.request(method, url).body(request.body);
        for (name, value) in request.headers {
            post = post.header(name, value);
        }
        if let Some((user, password)) = request.basic {
            post = post.basic_auth(user, Some(password));
        }
        let response = post.send().await.map_err(|failure| classify(&failure))?;
        read(response).await
    }

    /// A client that can reach the host of an address and nothing else.
    pub(crate) async fn client(&self, url: &Url, timeout: Duration) -> Result<reqwest::Client, SendError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Err(error(ErrorClass::BadContent, "not a plain http(s) URL"));
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let (host, addresses) = match url.host() {
            Some(Host::Domain(name)) => (name.to_owned(), self.egress.vet(name, port).await?),
            Some(Host::Ipv4(ip)) => (ip.to_string(), self.vet_literal(IpAddr::V4(ip), port)?),
            Some(Host::Ipv6(ip)) => (ip.to_string(), self.vet_literal(IpAddr::V6(ip), port)?),
            None => return Err(error(ErrorClass::BadContent, "no host")),
        };
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(timeout)
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(|_| error(ErrorClass::ProviderDown, "no client"))
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

    fn vet_literal(&self, ip: IpAddr, port: u16) -> Result<Vec<SocketAddr>, SendError> {
        if self.egress.permits(ip) {
            Ok(vec![SocketAddr::new(ip, port)])
        } else {
            Err(error(ErrorClass::BadContent, "the address is private: see egress.allow"))
        }
    }
}

pub(crate) fn classify(failure: &reqwest::Error) -> SendError {
    if failure.is_connect() || failure.is_builder() {
        error(ErrorClass::ProviderDown, "no connection")
    } else {
        error(ErrorClass::Ambiguous, "the answer was lost")
    }
}

async fn read(response: reqwest::Response) -> Result<Answer, SendError> {
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(|value| value.parse().ok());
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| error(ErrorClass::Ambiguous, "the answer was cut off"))?;
        if body.len() + chunk.len() > LARGEST {
            return Err(error(ErrorClass::Ambiguous, "the answer is larger than 1 MiB"));
        }
        body.extend_from_slice(&chunk);
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
}
