//! Mail in by SMTP: reads lines, looks recipients up, stores what came, and answers 250 only then. What is said stands in
//! [`meridian_channels::email::smtp`].

use crate::intake::Intake;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use meridian_app::{App, accounts};
use meridian_channels::{
    Egress,
    email::{
        Checker, Checks, Peer, Provider, checked_here,
        smtp::{Body, Dialogue, LONGEST_LINE, Next, Origin, Stored, Verdict, forms, loops, trace},
    },
};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::{ChannelAccountId, TenantId},
    time::{Clock, SystemClock},
};
use meridian_store::{IntakeRow, StoreError, cursors};
use meridian_telemetry::point;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use tokio_util::sync::CancellationToken;

/// Sessions at once, of all and of one address.
const SESSIONS: usize = 256;
const SESSIONS_OF_ONE: usize = 20;
/// Mails whose bytes are in memory at once: that many times the largest size.
const BODIES: usize = 8;
/// The longest a line may take to come.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest a mail may take to come.
const BODY_PATIENCE: Duration = Duration::from_mins(5);
/// The longest a session may go on.
const SESSION: Duration = Duration::from_mins(20);
/// Bytes of a long line of a mail that are taken at once.
const PIECE: u64 = 64 * 1024;

/// How mail is taken.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Where to listen.
    pub bind: String,
    /// What we call ourselves: the name in the MX record.
    pub host: String,
    /// Largest mail, bytes.
    pub largest: usize,
    /// Certificate and key, PEM files; without them everything is said in the clear.
    pub certificate: Option<(String, String)>,
    /// Addresses of the operator's own servers, whose checks of senders are believed.
    pub trusted: Egress,
    /// Checks the senders of all others.
    pub checker: Checker,
}

struct Listener {
    app: App,
    intake: Intake,
    smtp: Smtp,
    tls: Option<TlsAcceptor>,
    sessions: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    of_one: Mutex<HashMap<IpAddr, usize>>,
}

impl Smtp {
    /// Listens until told to stop; returns the port.
    pub async fn start(self, app: App, stop: CancellationToken) -> Result<u16> {
        let listener = TcpListener::bind(&self.bind).await.with_context(|| format!("listen on {}", self.bind))?;
        let port = listener.local_addr()?.port();
        let tls = self.certificate.as_ref().map(|(chain, key)| acceptor(chain, key)).transpose()?;
        let shared = Arc::new(Listener {
            intake: Intake::start(app.db.clone()),
            app,
            smtp: self,
            tls,
            sessions: Arc::new(Semaphore::new(SESSIONS)),
            bodies: Arc::new(Semaphore::new(BODIES)),
            of_one: Mutex::default(),
        });
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((stream, peer)) = accepted else { continue };
                tokio::spawn(Arc::clone(&shared).serve(stream, peer, stop.clone()));
            }
        });
        Ok(port)
    }
}

fn acceptor(chain: &str, key: &str) -> Result<TlsAcceptor> {
    let certificates = CertificateDer::pem_file_iter(Path::new(chain)).with_context(|| format!("read {chain}"))?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().with_context(|| format!("read {chain}"))?;
    ensure!(!certificates.is_empty(), "{chain} holds no certificate");
    let key = PrivateKeyDer::from_pem_file(Path::new(key)).with_context(|| format!("read {key}"))?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// One of an address's sessions; dropping it makes room.
struct Room {
    listener: Arc<Listener>,
    peer: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut all = self.listener.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.peer);
            }
        }
    }
}

/// How a stretch of a session ended.
enum Ended {
    /// It is over.
    Over,
    /// TLS is to be spoken from now on.
    Secure,
}

/// A recipient that was taken.
struct Recipient {
    address: String,
    tenant: TenantId,
    account: Arc<AccountConfig>,
}

impl Listener {
    fn room(self: &Arc<Self>, peer: IpAddr) -> Option<Room> {
        let permit = Arc::clone(&self.sessions).try_acquire_owned().ok()?;
        let mut all = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(peer).or_default();
        if *count >= SESSIONS_OF_ONE && !self.trusted(peer) {
            return None;
        }
        *count += 1;
        Some(Room { listener: Arc::clone(self), peer, _permit: permit })
    }

    fn trusted(&self, peer: IpAddr) -> bool {
        self.smtp.trusted.lists(peer)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
        let Some(_room) = self.room(peer.ip()) else {
            let _ = timeout(PATIENCE, stream.write_all(b"421 4.7.0 too many sessions, try again later\r\n")).await;
            return;
        };
        let mut dialogue = Dialogue::new(&self.smtp.host, self.smtp.largest, self.tls.is_some());
        let until = Instant::now() + SESSION;
        let session = async {
            let greeting = dialogue.greeting();
            timeout(PATIENCE, stream.write_all(greeting.as_bytes())).await.ok()?.ok()?;
            if let (Ended::Secure, Some(tls)) = (self.stretch(&mut stream, &mut dialogue, peer).await?, &self.tls) {
                let mut sealed = timeout(PATIENCE, tls.accept(&mut stream)).await.ok()?.ok()?;
                dialogue.secured();
                self.stretch(&mut sealed, &mut dialogue, peer).await?;
            }
            Some(())
        };
        tokio::select! {
            _ = timeout_at(until, session) => {}
            () = stop.cancelled() => {}
        }
    }

    /// Talks until the session ends or goes over to TLS; `None` when the other side is gone.
    async fn stretch(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Send + Unpin),
        dialogue: &mut Dialogue,
        peer: SocketAddr,
    ) -> Option<Ended> {
        let mut stream = BufReader::new(stream);
        let mut taken: Vec<Recipient> = Vec::new();
        loop {
            let line = line(&mut stream).await?;
            let mut next = dialogue.line(&line);
            if let Next::Recipient(address) = &next {
                let address = address.clone();
                let verdict = match self.owner(&address).await {
                    Ok(Some((tenant, account))) => {
                        taken.push(Recipient { address: address.clone(), tenant, account });
                        Verdict::Ours
                    }
                    Ok(None) => Verdict::Stranger,
                    Err(error) => {
                        tracing::error!(%error, "a recipient could not be looked up");
                        Verdict::NotNow
                    }
                };
                next = dialogue.recipient(&address, verdict);
            } else if dialogue.envelope().1.is_empty() {
                taken.clear();
            }
            if let Next::Body(text) = &next {
                say(&mut stream, text).await?;
                let outcome = self.body(&mut stream, dialogue, &taken, peer).await?;
                metrics::counter!("meridian_smtp_mails_total", "result" => result(outcome)).increment(1);
                taken.clear();
                next = dialogue.stored(outcome);
            }
            match next {
                Next::Say(text) => say(&mut stream, &text).await?,
                Next::Close(text) => {
                    say(&mut stream, &text).await?;
                    return Some(Ended::Over);
                }
                // What was sent ahead in the clear would count as said under TLS (RFC 3207 6).
                Next::Secure(_) if !stream.buffer().is_empty() => return Some(Ended::Over),
                Next::Secure(text) => {
                    say(&mut stream, &text).await?;
                    return Some(Ended::Secure);
                }
                Next::Body(_) | Next::Recipient(_) => return Some(Ended::Over),
            }
        }
    }

    /// The account an address belongs to, when its mail comes from a server.
    async fn owner(&self, address: &str) -> Result<Option<(TenantId, Arc<AccountConfig>)>, StoreError> {
        let mut found = None;
        for form in forms(address) {
            found = match cursors::mailbox(&self.app.db, &form).await? {
                // An account may be written to by its id, whatever the host is called: for mail that is passed on.
                None => form.split('@').next().and_then(|local| local.parse::<ChannelAccountId>().ok()),
                found => found,
            };
            if found.is_some() {
                break;
            }
        }
        let Some(id) = found else { return Ok(None) };
        let account = accounts::account(&self.app, id).await?;
        let raw = |account: &AccountConfig| Provider::of(account.setting("provider")) == Provider::Smtp;
        Ok(account.filter(|(_, account)| account.kind == ChannelKind::Email && raw(account)))
    }

    /// Reads a mail to its end and stores it for everybody it is for.
    async fn body(
        &self,
        stream: &mut BufReader<&mut (impl AsyncRead + AsyncWrite + Send + Unpin)>,
        dialogue: &Dialogue,
        taken: &[Recipient],
        peer: SocketAddr,
    ) -> Option<Stored> {
        let room = timeout(PATIENCE, Arc::clone(&self.bodies).acquire_owned()).await;
        // Without room the mail is read all the same, to be refused at its end; nothing of it is kept.
        let mut body = Body::new(if room.is_ok() { self.smtp.largest } else { 0 });
        let until = Instant::now() + BODY_PATIENCE;
        loop {
            let mut piece = Vec::new();
            let mut limited = (&mut *stream).take(PIECE);
            let read = limited.read_until(b'\n', &mut piece);
            let read = timeout_at(until, timeout(PATIENCE, read)).await.ok()?.ok()?.ok()?;
            if read == 0 {
                return None;
            }
            if body.line(&piece) {
                break;
            }
        }
        if room.is_err() {
            return Some(Stored::NotNow);
        }
        let Some(mail) = body.whole() else { return Some(Stored::TooLarge) };
        if loops(&mail) {
            return Some(Stored::Loops);
        }
        Some(self.store(dialogue, taken, peer, &Bytes::from(mail)).await)
    }

    /// Checks the sender, in a bounded time. Of a mail that an own server passed on only the signatures can be checked: the
    /// address of who sent it is gone.
    async fn check(&self, taken: &[Recipient], peer: &Peer, mail: &Bytes) -> Option<Checks> {
        let direct = !self.trusted(peer.ip);
        if !direct && !taken.iter().any(|recipient| checked_here(&recipient.account)) {
            return None;
        }
        let checks = self.smtp.checker.check(mail.clone(), direct.then(|| peer.clone())).await;
        metrics::counter!("meridian_mail_checks_total", "dmarc" => checks.dmarc).increment(1);
        Some(checks)
    }

    async fn store(&self, dialogue: &Dialogue, taken: &[Recipient], peer: SocketAddr, mail: &Bytes) -> Stored {
        // One copy an account, with the address that says most: a signed reply address over a plain one.
        let mut copies: BTreeMap<ChannelAccountId, &Recipient> = BTreeMap::new();
        for recipient in taken {
            let kept = copies.entry(recipient.account.id).or_insert(recipient);
            if recipient.address.contains('+') && !kept.address.contains('+') {
                *kept = recipient;
            }
        }
        let digest = hex::encode(Sha256::digest(mail));
        let other = Peer {
            ip: peer.ip(),
            helo: dialogue.client().to_owned(),
            from: dialogue.envelope().0.to_owned(),
            host: self.smtp.host.clone(),
        };
        let checks = self.check(taken, &other, mail).await;
        let trusted = self.trusted(peer.ip());
        for recipient in copies.into_values() {
            let origin = Origin {
                from: dialogue.envelope().0,
                to: &recipient.address,
                client: dialogue.client(),
                peer: peer.ip(),
                secured: dialogue.is_secured(),
                host: &self.smtp.host,
                trusted,
                checks: checks.as_ref(),
                at: SystemClock.now(),
            };
            let row = IntakeRow {
                tenant: recipient.tenant,
                id: self.app.db.ids().next(),
                account: recipient.account.id,
                // The same bytes sent again after a lost answer are the same mail.
                dedupe_key: format!("smtp:{digest}"),
                order_key: String::new(),
                request: part(&other, checks.as_ref().filter(|_| !trusted || checked_here(&recipient.account))),
                body: [trace(&origin).as_bytes(), mail].concat(),
            };
            if !self.intake.accept(row).await {
                return Stored::NotNow;
            }
        }
        point("smtp.stored");
        Stored::Yes
    }
}

/// What is stored beside a mail: who brought it, and what came of the checks.
fn part(peer: &Peer, checks: Option<&Checks>) -> serde_json::Value {
    let mut part = serde_json::json!({
        "query": "",
        "headers": { "content-type": "message/rfc822" },
        "smtp": { "peer": peer.ip, "helo": peer.helo, "from": peer.from },
    });
    if let Some(checks) = checks {
        part["checks"] = checks.stored();
    }
    part
}

fn result(outcome: Stored) -> &'static str {
    match outcome {
        Stored::Yes => "stored",
        Stored::NotNow => "own_trouble",
        Stored::TooLarge => "too_large",
        Stored::Loops => "loops",
    }
}

/// A command with its line end; a line that is too long comes cut, and is no command then. `None` at the end.
async fn line(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let read = async {
        (&mut *stream).take(LONGEST_LINE as u64).read_until(b'\n', &mut line).await.ok()?;
        let mut rest = line.ends_with(b"\n") || line.is_empty();
        let mut skipped = 0;
        while !rest {
            let mut more = Vec::new();
            skipped += (&mut *stream).take(LONGEST_LINE as u64).read_until(b'\n', &mut more).await.ok()?;
            rest = more.ends_with(b"\n") || more.is_empty() || skipped > 64 * LONGEST_LINE;
        }
        Some(())
    };
    timeout(PATIENCE, read).await.ok()??;
    (!line.is_empty()).then_some(line)
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut BufReader<S>, text: &str) -> Option<()>
where
    BufReader<S>: AsyncWrite + Unpin,
{
    let said = async {
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await
    };
    timeout(PATIENCE, said).await.ok()?.ok()
}
