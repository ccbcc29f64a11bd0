//! A mailbox that is read (IMAP4rev1, RFC 3501; IDLE, RFC 2177). Nothing in it is changed: not even that a mail was seen.
//!
//! How far it was read is `validity:uid`. A mailbox that was made anew (another validity) gives the mails of its last days
//! again; those that are known are recognised by their Message-ID.

use super::read::line;
use crate::{Http, http::error};
use async_imap::{
    Client, Session,
    error::Error as Failure,
    imap_proto::{AttributeValue, MailboxDatum, MessageSection, Response, SectionPath, Status},
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
    time::Instant,
};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::Value;
use std::{fmt::Debug, sync::Arc, time::Duration};
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

/// How much of a mail is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it, when it is not too large.
    Whole,
    /// Its head alone: the server does not hand the rest out.
    Head,
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
        let mut uids = Vec::new();
        let command = format!("UID SEARCH {query}");
        let asked = ask(&mut self.session, &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = answer {
                uids.extend_from_slice(found);
            }
        });
        soon(asked).await?;
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
        let mut listed = Vec::new();
        let command = format!("UID FETCH {from}:{to} (UID RFC822.SIZE)");
        soon(ask(&mut self.session, &command, |answer| listed.extend(sized(answer)))).await?;
        listed.retain(|(uid, _)| (from..=to).contains(uid));
        listed.sort_unstable();
        Ok(listed)
    }

    /// One mail, or what stands for it; `None` when it was taken away meanwhile.
    pub async fn fetch(&mut self, uid: u32, size: u32, part: Part) -> Result<Option<Vec<u8>>, SendError> {
        let whole = part == Part::Whole && size <= LARGEST;
        let what = if whole { "BODY.PEEK[]" } else { "BODY.PEEK[HEADER]" };
        let command = format!("UID FETCH {uid} (UID {what})");
        let mut found = None;
        let asked = ask(&mut self.session, &command, |answer| {
            if let Some(content) = content(answer, uid, whole) {
                found = Some(content.to_vec());
            }
        });
        tokio::time::timeout(MAIL_PATIENCE, asked).await.map_err(|_| slow())??;
        Ok(found.map(|mail| match part {
            _ if whole => mail,
            Part::Whole => head_alone(&mail, &too_large(size)),
            Part::Head => head_alone(&mail, KEPT_BACK),
        }))
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

/// Runs a command and shows each of its answers, until the line that ends it. The library's own readers take a refusal, and
/// a connection that ends before, for the end of the answers: a folder looks empty then and a mail taken away.
async fn ask(
    session: &mut Session<Box<dyn Wire>>,
    command: &str,
    mut each: impl FnMut(&Response<'_>) + Send,
) -> Result<(), SendError> {
    let ours = session.run_command(command).await.map_err(|e| refused(&e))?;
    loop {
        // The words of the failure hold what was read, a mail perhaps: its kind is enough.
        let cut = |e: std::io::Error| error(ErrorClass::ProviderDown, format!("the mailbox server: {}", e.kind()));
        let read = session.read_response().await.map_err(cut)?;
        let answer = read.ok_or_else(|| refused(&Failure::ConnectionLost))?;
        match answer.parsed() {
            Response::Done { tag, status: Status::Ok, .. } if *tag == ours => return Ok(()),
            Response::Done { tag, status, outcome } if *tag == ours => {
                // The password was taken: this is not about who asks.
                let words = outcome.information.as_deref().unwrap_or_default();
                let told = format!("the mailbox server refuses ({status:?}): {words}");
                return Err(error(ErrorClass::ProviderDown, line(&told)));
            }
            other => each(other),
        }
    }
}

/// What is told of the mail with a uid, or of any.
fn told<'a, 'b>(answer: &'a Response<'b>) -> Option<(u32, &'a [AttributeValue<'b>])> {
    let Response::Fetch(_, told) = answer else { return None };
    let uid = told.iter().find_map(|one| match one {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })?;
    Some((uid, told.as_slice()))
}

/// Uid and size of a mail.
fn sized(answer: &Response<'_>) -> Option<(u32, u32)> {
    let (uid, told) = told(answer)?;
    told.iter().find_map(|one| match one {
        AttributeValue::Rfc822Size(size) => Some((uid, *size)),
        _ => None,
    })
}

/// The mail with a uid, or its head.
fn content<'a>(answer: &'a Response<'_>, uid: u32, whole: bool) -> Option<&'a [u8]> {
    let (_, told) = told(answer).filter(|(known, _)| *known == uid)?;
    told.iter().find_map(|one| match one {
        AttributeValue::BodySection { section: None, data, .. } | AttributeValue::Rfc822(data) if whole => {
            data.as_deref()
        }
        AttributeValue::BodySection { section: Some(SectionPath::Full(MessageSection::Header)), data, .. }
        | AttributeValue::Rfc822Header(data)
            if !whole =>
        {
            data.as_deref()
        }
        _ => None,
    })
}

/// Why a head stands for a mail.
const KEPT_BACK: &str = "the mailbox server does not hand this mail out: it stays in the mailbox";

fn too_large(size: u32) -> String {
    format!("{} MiB: the mail is too large to be fetched and stays in the mailbox", size >> 20)
}

/// What stands for a mail of which the server does not even hand the head out.
pub fn nothing_of(position: Position) -> Vec<u8> {
    format!("Subject: {position}\r\n\r\n[{KEPT_BACK}]\r\n").into_bytes()
}

/// What is shown of a mail that is not fetched.
fn head_alone(head: &[u8], why: &str) -> Vec<u8> {
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
    kept.extend_from_slice(format!("\r\n[{why}]\r\n").as_bytes());
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
fn refused(failure: &Failure) -> SendError {
    let class = match failure {
        Failure::No(_) | Failure::Validate(_) => ErrorClass::Auth,
        _ => ErrorClass::ProviderDown,
    };
    error(class, line(&failure.to_string()))
}

fn unreadable(folder: &str, failure: &Failure) -> SendError {
    let told = refused(failure);
    SendError { detail: format!("the folder {}: {}", line(folder), told.detail), ..told }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    /// A mailbox whose server answers each command as it is told, `TAG` standing for the command's; with nothing to say it
    /// hangs up.
    async fn mailbox(says: fn(&str) -> Option<&'static str>) -> Mailbox {
        let (ours, theirs) = tokio::io::duplex(4096);
        tokio::spawn(async move {
            let (read, mut write) = tokio::io::split(theirs);
            let mut lines = BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let (tag, command) = line.split_once(' ').unwrap();
                let said = if command.starts_with("LOGIN") { Some("TAG OK in\r\n") } else { says(command) };
                let Some(said) = said else { return };
                write.write_all(said.replace("TAG", tag).as_bytes()).await.unwrap();
            }
        });
        let client = Client::new(Box::new(ours) as Box<dyn Wire>);
        let session = client.login("u", "p").await.map_err(|(failure, _)| failure).unwrap();
        Mailbox { session, folder: "INBOX".to_owned(), idles: false }
    }

    fn examined(command: &str) -> Option<&'static str> {
        let seen = "* 2 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 9] n\r\nTAG OK [READ-ONLY] done\r\n";
        command.starts_with("EXAMINE").then_some(seen)
    }

    #[tokio::test]
    async fn a_refusal_and_a_lost_connection_are_not_an_empty_folder() {
        let says: [fn(&str) -> Option<&'static str>; 4] = [
            |command| examined(command).or(Some("TAG NO [UNAVAILABLE] later\r\n")),
            |command| examined(command).or(Some("TAG BAD what\r\n")),
            |command| examined(command).or(Some("* 1 FETCH (UID 4 RFC822.SIZE 5)\r\n* NO slow\r\nTAG NO some\r\n")),
            examined,
        ];
        for says in says {
            let down = |failure: SendError| failure.class == ErrorClass::ProviderDown;
            let position = Position { validity: 1, uid: 3 };
            assert!(mailbox(says).await.after(position).await.is_err_and(down));
            assert!(mailbox(says).await.search("ALL").await.is_err_and(down));
            assert!(mailbox(says).await.fetch(4, 5, Part::Whole).await.is_err_and(down));
        }
    }

    #[tokio::test]
    async fn mails_are_listed_and_fetched_and_one_that_is_gone_is_none() {
        let mut open = mailbox(|command| match command {
            "UID FETCH 4:8 (UID RFC822.SIZE)" => Some(
                "* 2 FETCH (UID 7 RFC822.SIZE 6)\r\n* 3 EXISTS\r\n* 1 FETCH (UID 4 RFC822.SIZE 5)\r\nTAG OK done\r\n",
            ),
            "UID FETCH 4 (UID BODY.PEEK[])" => Some("* 1 FETCH (UID 4 BODY[] {5}\r\nhello)\r\nTAG OK done\r\n"),
            "UID FETCH 4 (UID BODY.PEEK[HEADER])" => {
                Some("* 1 FETCH (UID 4 BODY[HEADER] {9}\r\nTo: a\r\n\r\n)\r\nTAG OK done\r\n")
            }
            "UID SEARCH ALL" => Some("* SEARCH 7 4\r\nTAG OK done\r\n"),
            _ => examined(command).or(Some("* 1 FETCH (UID 4 FLAGS ())\r\nTAG OK done\r\n")),
        })
        .await;
        let (listed, through) = open.after(Position { validity: 1, uid: 3 }).await.unwrap();
        assert_eq!((listed, through), (vec![(4, 5), (7, 6)], Position { validity: 1, uid: 8 }));
        assert_eq!(open.search("ALL").await.unwrap(), [4, 7]);
        assert_eq!(open.fetch(4, 5, Part::Whole).await.unwrap().as_deref(), Some(b"hello".as_slice()));
        assert_eq!(open.fetch(5, 5, Part::Whole).await.unwrap(), None);
        let head = open.fetch(4, 5, Part::Head).await.unwrap().unwrap();
        assert_eq!(String::from_utf8(head).unwrap(), format!("To: a\r\n\r\n[{KEPT_BACK}]\r\n"));
        let large = open.fetch(4, LARGEST + 1, Part::Whole).await.unwrap().unwrap();
        assert!(String::from_utf8(large).unwrap().contains("25 MiB"));
    }

    #[test]
    fn what_stands_for_a_mail_is_kept_for_people_to_see() {
        let position = Position { validity: 7, uid: 12 };
        let mail = crate::email::read(&nothing_of(position));
        assert_eq!((mail.subject.as_deref(), mail.from.is_none()), (Some("7:12"), true));
        assert!(mail.readable().unwrap_or_default().contains("stays in the mailbox"));
    }

    #[test]
    fn a_position_is_read_back() {
        let position = Position { validity: 7, uid: 4_294_967_295 };
        assert_eq!(Position::parse(&position.to_string()), Some(position));
        assert_eq!((Position::parse(""), Position::parse("7"), Position::parse("x:1")), (None, None, None));
    }

    #[test]
    fn a_mail_that_is_too_large_is_shown_by_its_head() {
        let head = b"Subject: big\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nFrom: a@b.example\r\n\r\n";
        let shown = String::from_utf8(head_alone(head, &too_large(40 << 20))).unwrap();
        assert!(shown.starts_with("Subject: big\r\nFrom: a@b.example\r\n\r\n[40 MiB"), "{shown}");
        let mail = crate::email::read(shown.as_bytes());
        assert!(mail.readable().unwrap_or_default().contains("stays in the mailbox"));
    }
}
