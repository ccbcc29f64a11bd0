//! The name servers of the outside world, and whoever signs mail by keys that stand in them.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{net::UdpSocket, task::JoinHandle};

/// A type of record (RFC 1035 3.2.2).
const TXT: u16 = 16;

/// A name server on loopback that knows some texts (TXT) and nothing else; over UDP alone (RFC 1035 4).
pub struct NameServer {
    /// Where it listens.
    pub at: SocketAddr,
    asked: Arc<AtomicUsize>,
    dumb: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    /// Listens on a free port and knows these texts by name.
    pub async fn start(texts: &[(&str, &str)]) -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        let at = socket.local_addr()?;
        let texts: HashMap<String, String> =
            texts.iter().map(|(name, text)| (name.to_lowercase(), (*text).to_owned())).collect();
        let (asked, dumb) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (count, silent) = (Arc::clone(&asked), Arc::clone(&dumb));
        let task = tokio::spawn(async move {
            let mut question = [0; 1500];
            while let Ok((read, from)) = socket.recv_from(&mut question).await {
                count.fetch_add(1, Ordering::Relaxed);
                if let (false, Some(said)) = (silent.load(Ordering::Relaxed), answer(&question[..read], &texts)) {
                    let _ = socket.send_to(&said, from).await;
                }
            }
        });
        Ok(Self { at, asked, dumb, task })
    }

    /// Hears from now on, and says nothing.
    pub fn fall_silent(&self) {
        self.dumb.store(true, Ordering::Relaxed);
    }

    /// How many questions came.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// The answer to a message with one question; without a record of that name there is no such name.
fn answer(message: &[u8], texts: &HashMap<String, String>) -> Option<Vec<u8>> {
    let (mut name, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8_lossy(message.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]);
    let question = message.get(12..at + 4)?;
    let known = texts.get(&name.join("."));
    let text = known.filter(|_| kind == TXT);
    // An authoritative answer; NXDOMAIN where the name is not known.
    let flags: u16 = 0x8580 | if known.is_none() { 3 } else { 0 };
    let mut said = message.get(..2)?.to_vec();
    said.extend(flags.to_be_bytes());
    for count in [1, u16::from(text.is_some()), 0, 0] {
        said.extend(count.to_be_bytes());
    }
    said.extend(question);
    if let Some(text) = text {
        let data: Vec<u8> = text
            .as_bytes()
            .chunks(255)
            .flat_map(|piece| std::iter::once(piece.len() as u8).chain(piece.iter().copied()))
            .collect();
        said.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        said.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        said.extend(data);
    }
    Some(said)
}

/// Whoever signs the mail of a domain (Ed25519, RFC 8463).
pub struct Seal {
    domain: String,
    key: SigningKey,
}

impl Seal {
    /// A domain's key, made of a seed.
    pub fn of(domain: &str, seed: u8) -> Self {
        Self { domain: domain.to_owned(), key: SigningKey::from_bytes(&[seed; 32]) }
    }

    /// Name and text of the record that holds the key.
    pub fn record(&self) -> (String, String) {
        let key = STANDARD.encode(self.key.verifying_key().as_bytes());
        (format!("s1._domainkey.{}", self.domain), format!("v=DKIM1; k=ed25519; p={key}"))
    }

    /// A mail with a signature over From, Subject and body on top (RFC 6376, canonical form `simple`). Lines end with CR LF,
    /// the body with one of them.
    pub fn sign(&self, mail: &str) -> Result<String> {
        let (head, body) = mail.split_once("\r\n\r\n").context("a body")?;
        let field = |name: &str| {
            let line = head.split("\r\n").find(|line| line.starts_with(name)).context("a field that is signed")?;
            anyhow::Ok(format!("{line}\r\n"))
        };
        let digest = STANDARD.encode(Sha256::digest(body));
        let unsigned = format!(
            "DKIM-Signature: v=1; a=ed25519-sha256; c=simple/simple; d={}; s=s1; h=from:subject; bh={digest}; b=",
            self.domain
        );
        let signed = [field("From:")?, field("Subject:")?, unsigned.clone()].concat();
        let signature = self.key.sign(&Sha256::digest(signed));
        Ok(format!("{unsigned}{}\r\n{mail}", STANDARD.encode(signature.to_bytes())))
    }
}
