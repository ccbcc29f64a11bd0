//! A mailbox that is read (IMAP4rev1, RFC 3501; IDLE, RFC 2177). Nothing in it is changed: not even that a mail was seen.
//!
//! How far it was read is `validity:uid`. A mailbox that was made anew (another validity) gives the mails of its last days
//! again; those that are known are recognised by their Message-ID.

use super::read::line;
use crate::{Http, http::error};
use async_imap::{Client, Session, types::Fetch};
use futures_util::{Stream, StreamExt};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
    time::Instant,
};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::Value;
use std::{fmt::Debug, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// The longest one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest one mail may take.
const MAIL_PATIENCE: Duration = Duration::from_mins(2);
/// Uids that are asked about at once.
const WINDOW: u32 = 500;
/// Days that are read again of a mailbox that was made anew.
const AGAIN_DAYS: i64 = 7;
/// Larger mails stay where they are; their head alone is fetched.
const LARGEST: u32 = 25 * 1024 * 1024;

/// A connection, sealed or not.
trait Wire: AsyncRead + AsyncWrite + Debug + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Wire for T {}

/// How far a mailbox was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// UIDVALIDITY.
    pub validity: u32,
    /// The last uid that was read.
    pub uid: u32,
}

impl Position {
    /// Reads what [`ToString`] wrote; `None` for a mailbox that was not read yet.
    pub fn parse(text: &str) -> Option<Self> {
        let (validity, uid) = text.split_once(':')?;
        Some(Self { validity: validity.parse().ok()?, uid: uid.parse().ok()? })
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.validity, self.uid)
    }
}

/// A mail of the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As it lies there.
    pub mail: Vec<u8>,
    /// How far the mailbox is read with it.
    pub position: Position,
}

/// A mailbox that is open for reading.
#[derive(Debug)]
pub struct Mailbox {
    session: Session<Box<dyn Wire>>,
    folder: String,
    idles: bool,
}

/// The folder that an account reads.
pub fn folder(account: &AccountConfig) -> &str {
    account.setting("imap_folder").unwrap_or("INBOX")
}

/// Whether an account's mail is read from a mailbox.
pub fn reads(account: &AccountConfig) -> bool {
    account.setting("provider") == Some("imap") && account.setting("imap_host").is_some()
}

impl Mailbox {
    /// Connects, signs in and looks for the folder.
    pub async fn open(http: &Http, account: &AccountConfig) -> Result<Self, SendError> {
        let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
        let host = account.setting("imap_host").ok_or_else(|| missing("imap_host"))?;
        let user = account.setting("imap_user").ok_or_else(|| missing("imap_user"))?;
        let password = account.secret("imap_password").ok_or_else(|| missing("imap_password"))?;
        let client = soon(connect(http, account, host)).await?;
        let session = async { client.login(user, password.expose()).await.map_err(|(failure, _)| refused(&failure)) };
        let mut session = soon(session).await?;
        let able = soon(async { session.capabilities().await.map_err(|e| refused(&e)) }).await?;
        let idles = able.has_str("IDLE");
        let mut mailbox = Self { session, folder: folder(account).to_owned(), idles };
        mailbox.look().await?;
        Ok(mailbox)
    }

    /// Validity and next uid of the folder.
    async fn look(&mut self) -> Result<(u32, u32), SendError> {
        let Self { session, folder, .. } = self;
        let seen = soon(async { session.examine(&*folder).await.map_err(|e| unreadable(folder, &e)) }).await?;
        let validity = seen.uid_validity.ok_or_else(|| error(ErrorClass::BadContent, "the mailbox has no uids"))?;
        let next = match seen.uid_next {
            Some(next) => next,
            None => self.search("ALL").await?.last().map_or(1, |last| last + 1),
        };
        Ok((validity, next))
    }

    /// Uids that match, in order.
    async fn search(&mut self, query: &str) -> Result<Vec<u32>, SendError> {
        let session = &mut self.session;
        let found = soon(async { session.uid_search(query).await.map_err(|e| refused(&e)) }).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// Where reading goes on from. A mailbox that was never read is read from now on; one that was made anew from some days
    /// ago on.
    pub async fn start(&mut self, position: &str, now: Instant) -> Result<Position, SendError> {
        let (validity, next) = self.look().await?;
        let uid = match Position::parse(position) {
            None => next.saturating_sub(1),
            Some(known) if known.validity == validity => known.uid,
            Some(_) => {
                let since = (now - chrono::Duration::days(AGAIN_DAYS)).format("%d-%b-%Y");
                let first = self.search(&format!("SINCE {since}")).await?.first().copied();
                first.unwrap_or(next).saturating_sub(1)
            }
        };
        Ok(Position { validity, uid })
    }

    /// The mails after a position: their uids and sizes, the oldest first; and how far the mailbox was looked through.
    pub async fn after(&mut self, position: Position) -> Result<(Vec<(u32, u32)>, Position), SendError> {
        let (validity, next) = self.look().await?;
        if validity != position.validity {
            return Ok((Vec::new(), Position { validity, uid: position.uid }));
        }
        let mut from = position.uid.saturating_add(1);
        while from < next {
            let to = from.saturating_add(WINDOW - 1).min(next - 1);
            let listed = self.list(from, to).await?;
            if !listed.is_empty() {
                return Ok((listed, Position { validity, uid: to }));
            }
            from = to.saturating_add(1);
        }
        Ok((Vec::new(), Position { validity, uid: next.saturating_sub(1).max(position.uid) }))
    }

    async fn list(&mut self, from: u32, to: u32) -> Result<Vec<(u32, u32)>, SendError> {
        let session = &mut self.session;
        let asked = async {
            let answers =
                session.uid_fetch(format!("{from}:{to}"), "(UID RFC822.SIZE)").await.map_err(|e| refused(&e))?;
            let fetched = all(answers).await?;
            Ok(fetched.iter().filter_map(|one| Some((one.uid?, one.size?))).collect::<Vec<_>>())
        };
        let mut listed = soon(asked).await?;
        listed.retain(|(uid, _)| (from..=to).contains(uid));
        listed.sort_unstable();
        Ok(listed)
    }

    /// One mail; `None` when it was taken away meanwhile.
    pub async fn fetch(&mut self, uid: u32, size: u32) -> Result<Option<Vec<u8>>, SendError> {
        let whole = size <= LARGEST;
        let session = &mut self.session;
        let what = if whole { "(UID BODY.PEEK[])" } else { "(UID BODY.PEEK[HEADER])" };
        let asked = async {
            let answers = session.uid_fetch(uid.to_string(), what).await.map_err(|e| refused(&e))?;
            let fetched = all(answers).await?;
            let one = fetched.iter().find(|one| one.uid == Some(uid));
            Ok(one.and_then(|one| if whole { one.body() } else { one.header() }).map(<[u8]>::to_vec))
        };
        let found = tokio::time::timeout(MAIL_PATIENCE, asked).await.map_err(|_| slow())??;
        Ok(found.map(|mail| if whole { mail } else { head_alone(&mail, size) }))
    }

    /// Waits until the server says that something is new, or a time is over; a server that cannot tell is asked by then.
    pub async fn wait(mut self, patience: Duration) -> Result<Self, SendError> {
        if !self.idles {
            tokio::time::sleep(patience).await;
            return Ok(self);
        }
        let mut handle = self.session.idle();
        soon(async { handle.init().await.map_err(|e| refused(&e)) }).await?;
        let (news, _stop) = handle.wait_with_timeout(patience);
        // The time-out of the library counts from the last keep-alive; this one the whole.
        if let Ok(news) = tokio::time::timeout(patience, news).await {
            news.map_err(|e| refused(&e))?;
        }
        self.session = soon(async { handle.done().await.map_err(|e| refused(&e)) }).await?;
        Ok(self)
    }

    /// Signs out.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(3), self.session.logout()).await;
    }
}

/// Signs in to the mailbox and looks at the folder.
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<(), SendError> {
    Mailbox::open(http, account).await?.close().await;
    Ok(())
}

async fn all(answers: impl Stream<Item = async_imap::error::Result<Fetch>>) -> Result<Vec<Fetch>, SendError> {
    let mut answers = pin!(answers);
    let mut found = Vec::new();
    while let Some(one) = answers.next().await {
        found.push(one.map_err(|e| refused(&e))?);
    }
    Ok(found)
}

/// What is shown of a mail that is not fetched.
fn head_alone(head: &[u8], size: u32) -> Vec<u8> {
    // What the head says of the body is not true any more.
    let mut kept = Vec::with_capacity(head.len() + 200);
    let mut dropping = false;
    for field in head.split_inclusive(|byte| *byte == b'\n') {
        let folded = field.starts_with(b" ") || field.starts_with(b"\t");
        let lower = field.to_ascii_lowercase();
        dropping = if folded { dropping } else { lower.starts_with(b"content-") };
        if !dropping && !field.trim_ascii().is_empty() {
            kept.extend_from_slice(field);
        }
    }
    let text = format!("\r\n[{} MiB: the mail is too large to be fetched and stays in the mailbox]\r\n", size >> 20);
    kept.extend_from_slice(text.as_bytes());
    kept
}

async fn connect(http: &Http, account: &AccountConfig, host: &str) -> Result<Client<Box<dyn Wire>>, SendError> {
    let mode = account.setting("imap_tls").unwrap_or("tls");
    let standard = if mode == "tls" { 993 } else { 143 };
    let port = account.settings.get("imap_port").and_then(Value::as_u64).unwrap_or(standard) as u16;
    let addresses = http.egress().vet(host, port).await?;
    let down = |_| error(ErrorClass::ProviderDown, "no connection to the mailbox server");
    let plain = TcpStream::connect(&*addresses).await.map_err(down)?;
    if mode == "tls" {
        return greeted(Client::new(seal(host, plain).await?)).await;
    }
    let mut client = greeted(Client::new(Box::new(plain) as Box<dyn Wire>)).await?;
    if mode == "none" {
        return Ok(client);
    }
    client.run_command_and_check_ok("STARTTLS", None).await.map_err(|e| refused(&e))?;
    Ok(Client::new(seal(host, client.into_inner()).await?))
}

async fn greeted(mut client: Client<Box<dyn Wire>>) -> Result<Client<Box<dyn Wire>>, SendError> {
    match client.read_response().await {
        Ok(Some(_)) => Ok(client),
        _ => Err(error(ErrorClass::ProviderDown, "the mailbox server does not greet")),
    }
}

async fn seal(host: &str, plain: impl Wire + 'static) -> Result<Box<dyn Wire>, SendError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| error(ErrorClass::BadContent, "imap_host is no host name"))?;
    let sealed = TlsConnector::from(Arc::new(config)).connect(name, plain).await;
    let sealed = sealed.map_err(|e| error(ErrorClass::ProviderDown, line(&format!("no TLS: {e}"))))?;
    Ok(Box::new(sealed))
}

async fn soon<T>(work: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
    tokio::time::timeout(PATIENCE, work).await.map_err(|_| slow())?
}

fn slow() -> SendError {
    error(ErrorClass::ProviderDown, "the mailbox server takes too long")
}

/// A refusal is about who asks; anything else about the connection.
fn refused(failure: &async_imap::error::Error) -> SendError {
    let class = match failure {
        async_imap::error::Error::No(_) | async_imap::error::Error::Validate(_) => ErrorClass::Auth,
        _ => ErrorClass::ProviderDown,
    };
    error(class, line(&failure.to_string()))
}

fn unreadable(folder: &str, failure: &async_imap::error::Error) -> SendError {
    let told = refused(failure);
    SendError { detail: format!("the folder {}: {}", line(folder), told.detail), ..told }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back() {
        let position = Position { validity: 7, uid: 4_294_967_295 };
        assert_eq!(Position::parse(&position.to_string()), Some(position));
        assert_eq!((Position::parse(""), Position::parse("7"), Position::parse("x:1")), (None, None, None));
    }

    #[test]
    fn a_mail_that_is_too_large_is_shown_by_its_head() {
        let head = b"Subject: big\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nFrom: a@b.example\r\n\r\n";
        let shown = String::from_utf8(head_alone(head, 40 << 20)).unwrap();
        assert!(shown.starts_with("Subject: big\r\nFrom: a@b.example\r\n\r\n[40 MiB"), "{shown}");
        let mail = crate::email::read(shown.as_bytes());
        assert!(mail.readable().unwrap_or_default().contains("stays in the mailbox"));
    }
}
