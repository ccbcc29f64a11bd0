//! The mail of the outside world: a server that takes ours, a client that brings theirs, a mailbox that is read.

use anyhow::{Context, Result, bail};
use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// A mail that was taken.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// As it came, dots taken off.
    pub mail: String,
}

impl Taken {
    /// A field of its head, unfolded.
    pub fn field(&self, name: &str) -> Option<String> {
        let head = self.mail.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.lines().find_map(|line| {
            line.split_once(':')
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        })
    }
}

/// A server that takes every mail, or refuses as it is told.
pub struct MailServer {
    /// Its port on loopback.
    pub port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    refuse: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    /// Listens on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (taken, refuse) = (Arc::<Mutex<Vec<Taken>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (into, replies) = (Arc::clone(&taken), Arc::clone(&refuse));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&into), Arc::clone(&replies)));
            }
        });
        Ok(Self { port, taken, refuse, task })
    }

    /// Answers the next recipient with this line.
    pub fn refuse_next(&self, reply: &str) {
        self.refuse.lock().unwrap_or_else(PoisonError::into_inner).push(reply.to_owned());
    }

    /// The mails that were taken.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(stream: TcpStream, into: Arc<Mutex<Vec<Taken>>>, refuse: Arc<Mutex<Vec<String>>>) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 double\r\n").await?;
    let mut mail = Taken::default();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let upper = line.to_uppercase();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let reply = if upper.starts_with("EHLO") {
            "250-double\r\n250 8BITMIME".to_owned()
        } else if upper.starts_with("MAIL") {
            mail = Taken { from: address(), ..Taken::default() };
            "250 ok".to_owned()
        } else if upper.starts_with("RCPT") {
            let refused = refuse.lock().unwrap_or_else(PoisonError::into_inner).pop();
            mail.to.push(address());
            refused.unwrap_or_else(|| "250 ok".to_owned())
        } else if upper.starts_with("DATA") {
            write.write_all(b"354 go on\r\n").await?;
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if line == ".\r\n" {
                    break;
                }
                mail.mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            }
            into.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut mail));
            "250 taken".to_owned()
        } else if upper.starts_with("QUIT") {
            write.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 ok".to_owned()
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

/// A client that brings mail to a server.
pub struct MailClient {
    lines: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
}

impl MailClient {
    /// Connects and hears the greeting.
    pub async fn connect(port: u16) -> Result<Self> {
        let (read, write) = TcpStream::connect(("127.0.0.1", port)).await?.into_split();
        let mut client = Self { lines: BufReader::new(read), write };
        let greeting = client.hear().await?;
        anyhow::ensure!(greeting.starts_with("220"), "{greeting}");
        Ok(client)
    }

    /// The next answer, all its lines; empty when the server hung up.
    pub async fn hear(&mut self) -> Result<String> {
        let mut answer = String::new();
        loop {
            let start = answer.len();
            if self.lines.read_line(&mut answer).await? == 0 || answer.as_bytes().get(start + 3) != Some(&b'-') {
                return Ok(answer);
            }
        }
    }

    /// Sends bytes as they are.
    pub async fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.write.write_all(bytes).await?)
    }

    /// Says a line and hears the answer.
    pub async fn say(&mut self, line: &str) -> Result<String> {
        self.raw(format!("{line}\r\n").as_bytes()).await?;
        self.hear().await
    }

    /// Brings one mail; the last answer.
    pub async fn bring(port: u16, from: &str, to: &str, mail: &str) -> Result<String> {
        let mut client = Self::connect(port).await?;
        client.say("EHLO customer.example").await?;
        for line in [format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()] {
            let answer = client.say(&line).await?;
            if !answer.starts_with(['2', '3']) {
                return Ok(answer);
            }
        }
        let stuffed = mail.replace("\r\n.", "\r\n..");
        client.say(&format!("{stuffed}\r\n.")).await
    }
}

#[derive(Debug, Default)]
struct Folder {
    validity: u32,
    next: u32,
    mails: Vec<(u32, String)>,
}

/// A mailbox that can be read by IMAP.
pub struct MailboxServer {
    /// Its port on loopback.
    pub port: u16,
    folder: Arc<Mutex<Folder>>,
    news: watch::Sender<u32>,
    task: JoinHandle<()>,
}

impl Drop for MailboxServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailboxServer {
    /// Opens for one user with a password.
    pub async fn start(user: &str, password: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let folder = Arc::new(Mutex::new(Folder { validity: 1, next: 1, mails: Vec::new() }));
        let (news, _) = watch::channel(0);
        let (shared, teller, login) = (Arc::clone(&folder), news.clone(), format!("\"{user}\" \"{password}\""));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let session = Imap::new(stream, Arc::clone(&shared), teller.subscribe(), login.clone());
                tokio::spawn(session.serve());
            }
        });
        Ok(Self { port, folder, news, task })
    }

    /// Puts a mail into the mailbox; who waits is told.
    pub fn put(&self, mail: &str) {
        {
            let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
            let uid = folder.next;
            folder.next += 1;
            folder.mails.push((uid, mail.to_owned()));
        }
        self.news.send_modify(|count| *count += 1);
    }

    /// Makes the mailbox anew: the same mails under other uids, and all sessions end.
    pub fn renumber(&self) {
        {
            let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
            folder.validity += 1;
            folder.mails.iter_mut().for_each(|(uid, _)| *uid += 100);
            folder.next += 100;
        }
        self.news.send_modify(|count| *count += 1);
    }
}

struct Imap {
    lines: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    folder: Arc<Mutex<Folder>>,
    news: watch::Receiver<u32>,
    login: String,
}

impl Imap {
    fn new(stream: TcpStream, folder: Arc<Mutex<Folder>>, news: watch::Receiver<u32>, login: String) -> Self {
        let (read, write) = stream.into_split();
        Self { lines: BufReader::new(read), write, folder, news, login }
    }

    async fn say(&mut self, text: &str) -> Result<()> {
        Ok(self.write.write_all(text.as_bytes()).await?)
    }

    async fn serve(mut self) -> Result<()> {
        self.say("* OK double\r\n").await?;
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').context("a tag")?;
            let (tag, command) = (tag.to_owned(), command.to_owned());
            let untagged = if let Some(given) = command.strip_prefix("LOGIN ") {
                if given != self.login {
                    self.say(&format!("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n")).await?;
                    continue;
                }
                String::new()
            } else if command.starts_with("CAPABILITY") {
                "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned()
            } else if command.starts_with("EXAMINE") {
                self.examine()
            } else if let Some(asked) = command.strip_prefix("UID FETCH ") {
                self.fetch(asked)?
            } else if command.starts_with("UID SEARCH") {
                self.search()
            } else if command == "IDLE" {
                self.idle().await?;
                String::new()
            } else if command == "LOGOUT" {
                self.say(&format!("* BYE\r\n{tag} OK bye\r\n")).await?;
                return Ok(());
            } else {
                bail!("{command} is not known to the double");
            };
            self.say(&format!("{untagged}{tag} OK done\r\n")).await?;
        }
    }

    fn examine(&mut self) -> String {
        self.news.mark_unchanged();
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        format!(
            "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {}] v\r\n* OK [UIDNEXT {}] n\r\n",
            folder.mails.len(),
            folder.validity,
            folder.next
        )
    }

    fn search(&self) -> String {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let uids: Vec<String> = folder.mails.iter().map(|(uid, _)| uid.to_string()).collect();
        format!("* SEARCH {}\r\n", uids.join(" "))
    }

    fn fetch(&self, asked: &str) -> Result<String> {
        let (range, what) = asked.split_once(' ').context("a range")?;
        let (from, to) = range.split_once(':').unwrap_or((range, range));
        let (from, to): (u32, u32) = (from.parse()?, to.parse()?);
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = String::new();
        for (n, (uid, mail)) in folder.mails.iter().enumerate().filter(|(_, (uid, _))| (from..=to).contains(uid)) {
            let shown = if what.contains("SIZE") {
                format!("RFC822.SIZE {}", mail.len())
            } else {
                format!("BODY[] {{{}}}\r\n{mail}", mail.len())
            };
            writeln!(answer, "* {} FETCH (UID {uid} {shown})\r", n + 1)?;
        }
        Ok(answer)
    }

    /// Until the client is done.
    async fn idle(&mut self) -> Result<()> {
        self.say("+ idling\r\n").await?;
        // What was read before news came stays read.
        let mut done = Vec::new();
        loop {
            tokio::select! {
                changed = self.news.changed() => {
                    changed?;
                    let count = self.folder.lock().unwrap_or_else(PoisonError::into_inner).mails.len();
                    self.say(&format!("* {count} EXISTS\r\n")).await?;
                }
                read = self.lines.read_until(b'\n', &mut done) => {
                    read?;
                    return Ok(());
                }
            }
        }
    }
}
